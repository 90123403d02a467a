// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import CatalogueStore
import Databases
import JournalStore
import Records

/// `waybill find`.
struct Find: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Products, offers and packages by id, SKU, barcode or a part of their name.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "What to look for.") var text: String
    @Option(help: "At most this many of each.") var limit = 50

    func validate() throws {
        guard !text.isEmpty else { throw ValidationError("what should be found?") }
        guard limit > 0 else { throw ValidationError("--limit is at least 1") }
    }

    /// A hit for `--json`.
    private struct Object: Encodable {
        var found, source, id: String
        var sku, name, outcome: String?
        var deleted: Bool?
    }

    func run() throws {
        try options.reporting { gate in
            let hits = try gate.catalogue()?.read { try CatalogueQueries.find(text, limit: limit, $0) } ?? []
            let packages = try gate.journal()?.read { try JournalQueries.find(text, limit: limit, $0) } ?? []
            var table = Table(["FOUND", "PARTNER", "ID", "SKU", "NAME"])
            for hit in hits {
                try gate.terminal.object(
                    Object(
                        found: hit.entity, source: hit.source, id: hit.id, sku: hit.sku, name: hit.name,
                        deleted: hit.isDeleted))
                let mark = hit.isDeleted ? " (deleted)" : ""
                table.add([hit.entity + mark, hit.source, hit.id, hit.sku ?? "", hit.name ?? ""])
            }
            for row in packages {
                try gate.terminal.object(
                    Object(
                        found: "package", source: row.partner, id: row.id.text, name: row.path,
                        outcome: row.outcome.rawValue))
                table.add(["package, \(row.outcome.rawValue)", row.partner, row.id.text, "", row.path])
            }
            guard !hits.isEmpty || !packages.isEmpty else {
                return .result(.notFound, "nothing has \"\(text)\" in its id, SKU, barcode or name")
            }
            gate.terminal.show(table.lines(width: Terminal.isTerminal ? Terminal.width : 0))
            if hits.count == limit || packages.count == limit {
                gate.terminal.say("(the first \(limit); --limit shows more)")
            }
            return .result(.done, "")
        }
    }
}
