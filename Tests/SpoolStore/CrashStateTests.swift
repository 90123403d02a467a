// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Records
import SpoolStore
import Testing

/// docs/crash-states.md prints every state that recovery tells apart; this
/// suite computes the same table.
@Suite("Crash states") struct CrashStateTests {
    private static let id = PackageID("20260302-100000-000000-0001") ?? { fatalError("an id of ours") }()

    /// What the journal and the lane's file say, by its name in the table.
    private static let rows: [(name: String, row: JournalFact?)] = [
        ("no row", nil),
        ("claimed", fact(.claimed)),
        ("claimed, marker says applied", fact(.claimed, marker: .applied)),
        ("staged, without its stage file", fact(.staged, hasStage: false)),
        ("deferred", fact(.deferred)),
        ("applied", fact(.applied)),
        ("applied and put away", fact(.applied, isPutAway: true)),
    ]

    private static func fact(
        _ outcome: Outcome, marker: Outcome? = nil, isPutAway: Bool = false, hasStage: Bool = true
    )
        -> JournalFact
    {
        JournalFact(
            id: id, partner: "p", outcome: outcome, marker: marker, isPutAway: isPutAway, hasStage: hasStage)
    }

    /// What lies on disk, by its name in the table.
    private static let files: [(name: String, inventory: Inventory)] = [
        ("nothing", Inventory()),
        ("nothing, partner offline", Inventory(offline: ["p"])),
        ("payload in the archive", Inventory(archived: [id])),
        ("empty folder in `claimed/`", Inventory(folders: [folder(.claimed, false)])),
        (
            "empty folder in `claimed/`, payload in the archive",
            Inventory(folders: [folder(.claimed, false)], archived: [id])
        ),
        ("`claimed/`", Inventory(folders: [folder(.claimed)])),
        ("`deferred/`", Inventory(folders: [folder(.deferred)])),
        ("`claimed/` and `deferred/`", Inventory(folders: [folder(.claimed), folder(.deferred)])),
        (
            "`deferred/`, empty folder in `claimed/`",
            Inventory(folders: [folder(.claimed, false), folder(.deferred)])
        ),
        ("`in/.claimed/` of a share", Inventory(shareClaims: [id])),
        (
            "`in/.claimed/`, empty folder in `claimed/`",
            Inventory(folders: [folder(.claimed, false)], shareClaims: [id])
        ),
        ("`in/.claimed/` and `claimed/`", Inventory(folders: [folder(.claimed)], shareClaims: [id])),
    ]

    private static func folder(_ state: SpoolState, _ hasPayload: Bool = true) -> Inventory.Folder {
        Inventory.Folder(id: id, state: state, hasPayload: hasPayload)
    }

    private static func words(_ action: RecoveryAction) -> String {
        switch action {
        case .insertRow(_, let state): "insert a row as \(state.rawValue)"
        case .setOutcome(_, let outcome): "set the row to \(outcome.rawValue)"
        case .queueAgain: "queue it again"
        case .finishArchiving(_, let from): "finish archiving from `\(from.rawValue)/`"
        case .putBack(_, let from, let to): "put back from `\(from.rawValue)/` to `\(to.rawValue)/`, report"
        case .removeEmpty(_, let state): "remove the empty folder in `\(state.rawValue)/`"
        case .finishCopy: "finish the copy"
        case .reportLost: "report it lost"
        case .endWithoutFile: "note that its file is gone, report it once"
        case .reportArchived: "report it archived by hand"
        case .reportCopy(_, let state): "report the copy in `\(state.rawValue)/`"
        }
    }

    private static func decide(_ row: JournalFact?, _ inventory: Inventory) -> [RecoveryAction] {
        Recovery.decide(files: inventory, rows: row.map { [$0] } ?? [])
    }

    /// The table of the document.
    static var table: [String] {
        ["| row | on disk | recovery |", "|---|---|---|"]
            + rows.flatMap { name, row in
                files.compactMap { place, inventory -> String? in
                    // Without a row nobody asks for the archive or the share.
                    if row == nil,
                        place.contains("archive") || place.contains("offline") || place == "nothing"
                    {
                        return nil
                    }
                    let steps = decide(row, inventory).map(words)
                    return
                        "| \(name) | \(place) | \(steps.isEmpty ? "nothing to do" : steps.joined(separator: "; ")) |"
                }
            }
    }

    @Test("the document prints what the code decides")
    func document() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/crash-states.md"), encoding: .utf8)
        let printed = text.split(separator: "\n").filter { $0.hasPrefix("|") }.map(String.init)
        #expect(printed == Self.table, "print this:\n\(Self.table.joined(separator: "\n"))")
    }

    @Test("outcomes of one folder are decided alike")
    func classes() {
        for outcome in Outcome.allCases {
            for (place, inventory) in Self.files {
                let steps = Self.decide(Self.fact(outcome), inventory)
                switch SpoolState.folder(of: outcome) {
                case nil: #expect(steps == Self.decide(Self.fact(.applied), inventory), "\(outcome) \(place)")
                case .claimed:
                    let plain = Self.decide(Self.fact(.claimed), inventory).filter {
                        $0 != .queueAgain(Self.id)
                    }
                    #expect(steps.filter { $0 != .queueAgain(Self.id) } == plain, "\(outcome) \(place)")
                    #expect(outcome == .claimed || !steps.contains(.queueAgain(Self.id)))
                case .deferred, .held, .quarantine: break
                }
            }
        }
    }

    @Test("no state loses a payload: what holds one is kept, moved on or reported")
    func safe() {
        for (_, row) in Self.rows {
            for (place, inventory) in Self.files {
                let steps = Self.decide(row, inventory)
                for folder in inventory.folders where folder.hasPayload {
                    #expect(!steps.contains(.removeEmpty(Self.id, folder.state)), "\(place)")
                }
                let copies = inventory.folders.filter(\.hasPayload).count
                let reported = steps.count { if case .reportCopy = $0 { true } else { false } }
                if copies > 1 { #expect(reported >= copies - 1, "\(place)") }
            }
        }
    }

    @Test("packages are decided in the order of their ids, each for itself")
    func order() throws {
        let first = try #require(PackageID("20260301-100000-000000-0001"))
        let files = Inventory(folders: [
            Self.folder(.claimed), Inventory.Folder(id: first, state: .held, hasPayload: true),
        ])
        #expect(
            Recovery.decide(files: files, rows: [Self.fact(.claimed)])
                == [.insertRow(first, .held), .queueAgain(Self.id)])
    }
}
