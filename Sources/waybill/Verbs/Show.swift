// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Databases
import JournalStore
import Records
import SpoolStore
import SystemPackage

/// `waybill show`.
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One package, whole: counts, times, outcome, where it lies.",
        discussion: "The start of an id is enough where only one package has it.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A package's id, or its start.") var id: String
    @Flag(help: "Also every row that it changed in the store.") var changes = false

    func run() throws {
        try options.reporting { gate in
            let row = try gate.package(id)
            let folder = gate.folder(of: row)
            try gate.terminal.object(PackageLines.Object(row, folder: folder))
            gate.terminal.show(PackageLines.page(row, folder: folder, now: Words.now()))
            if changes { try showChanges(row, gate) }
            return .result(.done, "")
        }
    }

    private struct Change: Encodable {
        var seq: Int64
        var kind, entity: String
        var id: String?
        var source, package, at: String
    }

    private func showChanges(_ row: PackageRow, _ gate: Gate) throws {
        guard let catalogue = try gate.catalogue() else { return }
        var count = 0
        try catalogue.read { connection in
            try connection.each(
                "SELECT seq, kind, entity, id, at FROM v1_change WHERE package = ? ORDER BY seq",
                [.text(row.id.text)]
            ) { change in
                count += 1
                let value = Change(
                    seq: change.integer(0) ?? 0, kind: change.text(1) ?? "", entity: change.text(2) ?? "",
                    id: change.text(3), source: row.partner, package: row.id.text, at: change.text(4) ?? "")
                try gate.terminal.object(value)
                gate.terminal.show(["\(value.kind.padding(8))\(value.entity.padding(10))\(value.id ?? "")"])
            }
        }
        if count == 0 {
            gate.terminal.say("no rows in the change feed: nothing changed, or they have aged out")
        }
    }
}

extension Gate {
    /// Where a package's file lies now.
    func folder(of row: PackageRow) -> String {
        if let path = row.archivePath {
            return spool.archive.string + "/" + path + (row.expiredAt == nil ? "" : " (removed since)")
        }
        guard let state = SpoolState.folder(of: row.outcome) else { return "on its way to the archive" }
        return spool.folder(row.id, state).string
    }
}
