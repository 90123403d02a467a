// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Records
import SpoolStore
import SystemPackage
import TestKit

/// A spool with one partner, and what recovery needs to bring it in order
/// again: the rows that the journal would have.
final class SpoolWorld {
    let folder: TemporaryFolder
    let root: FilePath
    let input: FilePath
    /// `in/` lies on a volume of its own.
    let isShared: Bool
    let clock = ManualClock()
    let id: PackageID
    var rows: [PackageID: JournalFact] = [:]
    /// What recovery reported for an admin.
    var reports: [RecoveryAction] = []

    static let partner = "erp-1c"

    init(shared: Bool = false) throws {
        folder = try TemporaryFolder()
        root = FilePath(folder.root).appending("spool")
        isShared = shared
        input = root.appending("partners").appending(Self.partner).appending("in")
        var ids = PackageIDSource()
        id = ids.next(now: clock.milliseconds * 1_000, chance: 0xA1)
        let spool = spool()
        try spool.prepare()
        try spool.addPartner(Self.partner)
    }

    /// The spool on the kernel's files, or with a fault.
    func spool(_ fault: FaultyFileSystem.Fault = .none) -> Spool { Spool(root: root, files: files(fault)) }

    func files(_ fault: FaultyFileSystem.Fault = .none) -> FaultyFileSystem {
        FaultyFileSystem(RealFileSystem(), fault, otherVolume: isShared ? input : nil)
    }

    func drop(_ name: String, _ text: String) throws {
        try folder.write("spool/partners/\(Self.partner)/in/\(name)", text)
    }

    func note(_ name: String, kind: PackageNote.Kind = .package) -> PackageNote {
        PackageNote(
            id: id, kind: kind, partner: Self.partner, original: FilePath(name), size: 0, modified: 0,
            claimedAt: clock.now)
    }

    func row(_ outcome: Outcome, marker: Outcome? = nil) {
        rows[id] = JournalFact(id: id, partner: Self.partner, outcome: outcome, marker: marker)
    }

    /// What the agent's shell does: decide, carry out, look again, until
    /// nothing is left to do.
    func recover() throws {
        let spool = spool()
        for _ in 0..<4 {
            let inventory = try spool.inventory(known: rows.mapValues(\.partner))
            let actions = Recovery.decide(files: inventory, rows: Array(rows.values))
            var changed = false
            for action in actions {
                switch action {
                case .insertRow(let id, let state):
                    guard let found = try spool.package(id, state) else { continue }
                    let outcome: Outcome =
                        switch state {
                        case .claimed: .claimed
                        case .deferred: .deferred
                        case .held: .held
                        case .quarantine: .quarantined
                        }
                    rows[id] = JournalFact(id: id, partner: found.note?.partner ?? "", outcome: outcome)
                    changed = true
                case .setOutcome(let id, let outcome):
                    rows[id]?.outcome = outcome
                    changed = true
                case .putBack(let id, let from, let to):
                    try spool.move(id, from: from, to: to)
                    changed = true
                case .removeEmpty(let id, let state):
                    try spool.removeFolder(id, state)
                    changed = true
                case .finishCopy(let id):
                    for claim in try spool.shareClaimFiles(of: Self.partner) where claim.id == id {
                        _ = try spool.resume(claim, now: clock.now)
                    }
                    changed = true
                case .queueAgain: break
                case .finishArchiving, .reportLost, .endWithoutFile, .reportArchived, .reportCopy:
                    reports.append(action)
                }
            }
            if !changed { return }
        }
        struct NeverEnds: Error {}
        throw NeverEnds()
    }

    /// Files below the spool but READMEs, marks and notes, with their text.
    func payloads() throws -> [String] {
        try Listing.tree(root, contents: { !$0.hasSuffix("README.md") }).split(separator: "\n")
            .filter { line in
                !line.hasSuffix("/") && !line.contains(".waybill-volume") && !line.contains("/.volumes/")
                    && !line.contains("README.md") && line.contains("\t")
                    && !line.contains("package.json")
            }
            .filter { !$0.hasPrefix(" ") && !$0.hasPrefix("}") }.map(String.init)
    }
}
