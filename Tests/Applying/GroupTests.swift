// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Databases
import JournalStore
import Records
import TestKit
import Testing

/// Small parts that share a commit end as if each had come alone.
@Suite("Parts that share a commit") struct GroupTests {
    /// One package, to be applied any way.
    private struct Sheet {
        var docs: [Doc]
        var context: ApplyContext
        var hash: [UInt8]
        var failure: (any Error)?

        func source() -> ScriptedSource {
            let source = ScriptedSource(docs, arrival: context.arrival, hash: hash)
            source.failure = failure
            return source
        }
    }

    private struct Broken: Error {}

    @Test("the store, the feed and the markers are the same in groups of any size", arguments: 0..<40)
    func sameInGroups(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let sheets = try Self.sheets(40, &random)
        let alone = try Shop()
        let grouped = try Shop()
        let expected = sheets.map { sheet in
            Self.words {
                try alone.applier.apply(sheet.source(), sheet.context, now: { sheet.context.arrival })
            }
        }
        var rest = sheets[...]
        var shown: [String] = []
        while !rest.isEmpty {
            let group = rest.prefix(Int.random(in: 1...9, using: &random))
            rest = rest.dropFirst(group.count)
            shown += try grouped.applier.group { parts in
                group.map { sheet in
                    Self.words {
                        try parts.apply(sheet.source(), sheet.context, now: { sheet.context.arrival })
                    }
                }
            }
        }
        #expect(shown == expected)
        #expect(try Self.everything(grouped) == Self.everything(alone))
        // All of it happens in the sequences, or the test shows nothing.
        if seed == 0 {
            for word in ["applied", "waiting", "duplicate", "stale", "Broken", "rejects 1"] {
                #expect(expected.contains { $0.contains(word) }, "no \(word) in\n\(expected)")
            }
        }
    }

    @Test("where the whole group is undone, nothing of it stays")
    func undone() throws {
        let shop = try Shop()
        try shop.apply([.product("1", "Кресло")])
        let before = try Self.everything(shop)
        var random = SeededRandom(seed: 1)
        let sheets = try Self.sheets(5, &random)
        #expect(throws: Broken.self) {
            try shop.applier.group { parts in
                for sheet in sheets where sheet.failure == nil {
                    _ = try parts.apply(sheet.source(), sheet.context, now: { 0 })
                }
                throw Broken()
            }
        }
        #expect(try Self.everything(shop) == before)
        // The statements serve on after it.
        #expect(try shop.apply([.product("1", "Кресло алое")]).counts["product"].updated == 1)
    }

    @Test("a part of a group that was undone is undone alone")
    func undoOfOne() throws {
        let shop = try Shop()
        try shop.apply([.product("1", "Кресло"), .product("2", "Стол")])
        let clock = shop.clock.milliseconds
        let sheets = try (0..<2).map { number in
            Sheet(
                docs: [Doc(records: [.product("\(number + 1)", "Новое имя")], asOf: clock + 1_000)],
                context: try Self.context(number, clock + 60_000), hash: [UInt8(number)])
        }
        try shop.applier.group { parts in
            for sheet in sheets { _ = try parts.apply(sheet.source(), sheet.context, now: { clock }) }
        }
        #expect(try shop.store.undo(sheets[0].context.package) == .done)
        #expect(try shop.rows("SELECT name FROM v1_product ORDER BY id") == ["Кресло", "Новое имя"])
    }

    // MARK: Pieces

    private static func context(_ number: Int, _ arrival: Int64) throws -> ApplyContext {
        let id = try #require(PackageID("g-\(number)"))
        return ApplyContext(
            package: id, exchange: id.text, partner: "erp-1c", fileName: "\(number % 7).xml", arrival: arrival
        )
    }

    /// Changes and fulls, good and bad, in an order that a partner could send.
    private static func sheets(_ count: Int, _ random: inout SeededRandom) throws -> [Sheet] {
        var sheets: [Sheet] = []
        for number in 0..<count {
            let arrival = 1_700_000_000_000 + Int64(number) * 60_000
            var context = try context(number, arrival)
            context.partner = random.once(in: 6) ? "erp-2" : "erp-1c"
            context.maxDelete = 1
            context.minSizeOfLast = 0
            let item = { (random: inout SeededRandom) in String(Int.random(in: 1...6, using: &random)) }
            var records: [Rec] = []
            let isGoods = random.once(in: 2)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let name = "имя \(Int.random(in: 0..<4, using: &random))"
                if isGoods {
                    records.append(.product(item(&random), name))
                } else {
                    let price = String(Int.random(in: 1...3, using: &random))
                    records.append(
                        .offer(
                            item(&random), name, prices: [("retail", price)],
                            stock: random.once(in: 2) ? [("w1", price)] : nil))
                }
            }
            if random.once(in: 8) { records[0].defect = .badNumber }
            let asOf = random.once(in: 5) ? arrival - 86_400_000 * 3 : arrival - 1_000
            let isFull = random.once(in: 7)
            var sheet = Sheet(
                docs: [
                    Doc(records: records, onlyChanges: !isFull, asOf: asOf, types: [("retail", "UAH")])
                ],
                context: context, hash: Array("hash \(number)".utf8),
                failure: random.once(in: 8) ? Broken() : nil)
            // The same bytes again, as a partner that repeats itself sends them.
            if random.once(in: 8), let last = sheets.last, last.failure == nil {
                sheet.docs = last.docs
                sheet.hash = last.hash
                sheet.context.partner = last.context.partner
                sheet.failure = nil
            }
            sheets.append(sheet)
        }
        return sheets
    }

    /// How a part ended, in words.
    private static func words(_ work: () throws -> ApplyResult) -> String {
        do {
            let result = try work()
            let resolved = result.resolved.map { "\($0.package) \($0.counts.json) \($0.stillWaiting)" }
            return "\(result.verdict) \(result.counts.json) rejects \(result.rejects) \(result.asOf) "
                + resolved.sorted().joined(separator: ", ")
        } catch {
            return "\(error)"
        }
    }

    /// Every table of the store but SQLite's own. Left open is what is the
    /// same in any order: notes about several other parts, and the members of
    /// a waiting record's context.
    private static func everything(_ shop: Shop) throws -> [String] {
        let tables = try shop.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        let waiting = CatalogueTable.waiting
        return try tables.flatMap { table in
            let columns =
                switch table {
                case "undo":
                    "part, tbl, id, id2, CASE tbl WHEN \(waiting.rawValue) THEN image IS NULL ELSE image END"
                case waiting.name: "id, source, kind, ref, ref2, section, record, since, rows, as_of, part"
                default: "*"
                }
            return try shop.rows("SELECT \(columns) FROM \(table)").sorted().map { "\(table): \($0)" }
        }
    }
}
