// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Databases
import JournalStore
import Records

/// `waybill audit`.
struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who changed what by command, when, before and after; newest first.",
        discussion: "Entries go after `retention.journal`.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Only this package's, by id or its start.") var id: String?
    @Option(help: "At most this many.") var limit = 100

    private struct Object: Encodable {
        var at, who, command: String
        var package: String?
        var before, after: String
    }

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is at least 1") }
    }

    func run() throws {
        try options.reporting { gate in
            let package = try id.map { try gate.package($0).id }
            let entries =
                try gate.journal()?.read { connection throws(StoreError) in
                    try JournalQueries.audit(package: package, limit: limit, connection)
                } ?? []
            var table = Table(["AT", "WHO", "COMMAND", "PACKAGE", "CHANGE"])
            for entry in entries {
                try gate.terminal.object(
                    Object(
                        at: entry.at.description, who: entry.who, command: entry.command,
                        package: entry.package, before: entry.before, after: entry.after))
                table.add([
                    entry.at.description, entry.who, entry.command, entry.package ?? "", Self.change(entry),
                ])
            }
            if entries.isEmpty {
                gate.terminal.say("no command changed anything")
            } else {
                gate.terminal.show(table.lines(width: Terminal.isTerminal ? Terminal.width : 0))
            }
            return .result(.done, "")
        }
    }

    static func change(_ entry: AuditEntry) -> String {
        entry.before.isEmpty ? entry.after : "\(entry.before) → \(entry.after)"
    }
}
