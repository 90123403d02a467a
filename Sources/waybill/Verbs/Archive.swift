// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Archiving
import ArgumentParser
import Files
import Foundation
import JournalStore
import Records
import SpoolStore
import SystemPackage

/// `waybill archive …`.
struct Archive: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The archive: what is there, whether it is intact, copies out of it, clean-up.",
        subcommands: [ArchiveList.self, ArchiveVerify.self, ArchiveRestore.self, ArchivePrune.self])
}

/// Which archived packages are meant.
struct ArchiveChoice: ParsableArguments {
    @Argument(help: "Only packages whose path holds this text, or whose id starts with it.") var text: String?
    @Option(help: "Only this partner's.") var partner: String?
    @Option(help: "Only this outcome, such as applied.") var outcome: String?

    func validate() throws {
        guard outcome == nil || outcome.flatMap(Outcome.init) != nil else {
            throw ValidationError("there is no outcome \(outcome ?? "")")
        }
    }

    var filter: ArchiveFilter {
        ArchiveFilter(partner: partner, outcome: outcome.flatMap(Outcome.init), text: text)
    }
}

/// `waybill archive list`.
struct ArchiveList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What is in the archive, oldest first.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var choice: ArchiveChoice

    private struct Object: Encodable {
        var id, partner, path, outcome, received_at: String
        var archive: String?
        var sha256: String?
        var size: Int64
        var present: Bool
    }

    func run() throws {
        try options.reporting { gate in
            var failure: (any Error)?
            var count = 0
            try gate.archive.list(choice.filter, journal: try gate.ledger()) { entry in
                count += 1
                let row = entry.row
                do {
                    try gate.terminal.object(
                        Object(
                            id: row.id.text, partner: row.partner, path: row.path,
                            outcome: row.outcome.rawValue,
                            received_at: row.receivedAt.description, archive: row.archivePath,
                            sha256: row.sha256, size: row.size, present: entry.isPresent))
                } catch { failure = failure ?? error }
                let gone = entry.isPresent ? "" : "  (removed by somebody else)"
                gate.terminal.show(
                    [
                        "\(row.id)  \(row.partner)  \(row.outcome.rawValue)  \(Words.size(row.size))  \(row.path)\(gone)"
                    ])
            }
            if let failure { throw failure }
            if count == 0 { gate.terminal.say("nothing in the archive") }
            return .result(.done, "")
        }
    }
}

/// `waybill archive verify`.
struct ArchiveVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads archived files again and compares their checksums.",
        discussion: "Files that somebody's clean-up removed are no error. Exit code 1 when one is damaged.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var choice: ArchiveChoice

    private struct Object: Encodable {
        var id: String
        var archive: String?
        var finding, words: String
    }

    func run() throws {
        try options.reporting { gate in
            var failure: (any Error)?
            let summary = try gate.archive.verify(choice.filter, journal: try gate.ledger()) { item in
                let (name, words, isBad) = Self.words(item)
                do {
                    try gate.terminal.object(
                        Object(
                            id: item.row.id.text, archive: item.row.archivePath, finding: name, words: words))
                } catch { failure = failure ?? error }
                let line = "\(gate.spool.archive)/\(item.row.archivePath ?? item.row.id.text): \(words)"
                if isBad { Terminal.complain(line) } else if name == "unlisted" { gate.terminal.say(line) }
            }
            if let failure { throw failure }
            let gone = summary.expired > 0 ? ", \(summary.expired) removed by somebody else" : ""
            guard summary.errors == 0 else {
                return .result(
                    .failed, "\(summary.errors) archived files are damaged, \(summary.intact) intact\(gone)",
                    cure: "look at the disk (dmesg, smartctl), and bring them back from a backup")
            }
            gate.terminal.say("\(summary.intact + summary.unlisted) archived files are intact\(gone)")
            return .result(.done, "")
        }
    }

    private static func words(_ item: VerifyItem) -> (name: String, words: String, isBad: Bool) {
        switch item.finding {
        case .intact: ("intact", "intact", false)
        case .expired: ("expired", "removed by somebody else's clean-up", false)
        case .unlisted: ("unlisted", "intact, but SHA256SUMS does not list it", false)
        case .mismatch(let expected, let found):
            ("mismatch", "SHA-256 is \(found), archived was \(expected)", true)
        case .unknown: ("unknown", "no checksum is known", true)
        case .unreadable(let error): ("unreadable", "\(error)", true)
        }
    }
}

/// `waybill archive restore`.
struct ArchiveRestore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Copies an archived file out, under its original name, checked.",
        discussion: "To apply it again: `waybill ingest FILE --partner NAME --as-of now`.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A package's id, or its start.") var id: String
    @Option(help: "The folder to copy into; the current one where it is left out.") var to: String = "."

    private struct Object: Encodable { var id, file: String }

    func run() throws {
        try options.reporting { gate in
            let row = try gate.package(id)
            guard row.archivePath != nil else {
                throw Failure(
                    .notFound, "\(row.id) is \(row.outcome.rawValue) and not in the archive",
                    cure: "waybill show \(row.id)")
            }
            let folder = FilePath(URL(fileURLWithPath: to).path)
            guard try gate.spool.files.exists(folder) else {
                throw Failure(.notFound, "\(to): no such folder", cure: "mkdir -p \(to)")
            }
            let copy = try gate.archive.restore(row, into: folder)
            try gate.terminal.object(Object(id: row.id.text, file: copy.string))
            gate.terminal.show([copy.string])
            return .result(.done, "")
        }
    }
}

extension Gate {
    var archive: ArchiveReader { ArchiveReader(files: RealFileSystem(), archive: spool.archive) }
    func ledger() throws -> ReadingLedger { ReadingLedger(journal: try journal()) }
}
