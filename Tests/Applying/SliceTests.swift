// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Records
import TestKit
import Testing

/// Skipping what is in the store already never changes what comes out.
@Suite("Slices") struct SliceTests {
    private static let items = ["1", "2", "3", "4"]
    private static let offers = ["1", "2", "3", "1#a", "1#b", "2#a", "4#a"]

    /// A package of a sequence.
    struct Paper {
        var doc: Doc
        var name: String
        var isChunk: Bool
    }

    @Test("the same files with and without skipping give the same store", arguments: 0..<60)
    func sequences(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let plain = try Shop()
        let cut = try Shop(isCut: true)
        let start = plain.clock.milliseconds
        var past: [Paper] = []
        for step in 0..<24 {
            var paper = Self.paper(start, &random)
            if !past.isEmpty, !random.once(in: 3) {
                // The same content once more, with a few changes perhaps.
                let old = past[Int.random(in: 0..<past.count, using: &random)]
                let asOf = paper.doc.asOf
                let other = paper
                paper = old
                if !random.once(in: 4) { paper.doc.asOf = asOf }
                if random.once(in: 3), !paper.doc.records.isEmpty {
                    let place = Int.random(in: 0..<paper.doc.records.count, using: &random)
                    if let record = other.doc.records.first(where: {
                        $0.section == paper.doc.records[place].section
                    }) {
                        paper.doc.records[place] = record
                    }
                }
                if random.once(in: 6) { paper.doc.records.shuffle(using: &random) }
                if random.once(in: 8), paper.doc.records.count > 1 { paper.doc.records.removeLast() }
                if random.once(in: 8), let again = paper.doc.records.randomElement(using: &random) {
                    paper.doc.records.append(again)
                }
            }
            past.append(paper)
            if past.count > 6 { past.removeFirst() }
            let before = random.once(in: 3) ? try cut.dump() : nil
            try Self.compare(paper, plain, cut, "seed \(seed), step \(step)")
            if let before, try plain.store.undo(plain.last) == .done {
                #expect(try cut.store.undo(cut.last) == .done)
                let after = try cut.dump()
                let surplus = Set(after.split(separator: "\n")).subtracting(before.split(separator: "\n"))
                let missing = Set(before.split(separator: "\n")).subtracting(after.split(separator: "\n"))
                try #require(
                    after == before,
                    "seed \(seed), step \(step): undone \(surplus), missing \(missing) \(paper)")
                try Self.compare(paper, plain, cut, "seed \(seed), step \(step) again")
            }
        }
    }

    @Test("a full that comes again is skipped whole, and what moved since is read again")
    func skipping() throws {
        let shop = try Shop(isCut: true)
        let records = (1...200).map { Rec.product("\($0)", "Товар \($0)") }
        try shop.apply(records, full: true, asOf: shop.clock.milliseconds)
        #expect(shop.skipped == 0)
        let again = try shop.apply(records, full: true, asOf: shop.clock.milliseconds + 1_000)
        #expect(shop.skipped == 200)
        #expect(again.counts["product"].unchanged == 200)
        try shop.apply([.product("7", "другой")], asOf: shop.clock.milliseconds + 2_000)
        try shop.apply(records, full: true, asOf: shop.clock.milliseconds + 3_000)
        #expect(shop.skipped == 399)
        #expect(try shop.row("SELECT name FROM v1_product WHERE id = '7'") == "Товар 7")
        let first = try shop.row("SELECT as_of FROM v1_product WHERE id = '8'")
        #expect(try shop.store.undo(shop.last) == .done)
        #expect(try shop.row("SELECT as_of FROM v1_product WHERE id = '8'") < first)
        #expect(try shop.row("SELECT name FROM v1_product WHERE id = '7'") == "другой")
    }

    private static func compare(_ paper: Paper, _ plain: Shop, _ cut: Shop, _ place: String) throws {
        let results = try [plain, cut].map { shop in
            try shop.apply([paper.doc], name: paper.name) {
                $0.isChunk = paper.isChunk
                $0.maxDelete = 1
                $0.minSizeOfLast = 0
            }
        }
        try #require(results[0].verdict == results[1].verdict, "\(place)")
        try #require(results[0].counts == results[1].counts, "\(place): \(paper)")
        try #require(results[0].rejects == results[1].rejects, "\(place)")
        let (expected, shown) = (try everything(plain), try everything(cut))
        let surplus = Set(shown).subtracting(expected).sorted()
        let missing = Set(expected).subtracting(shown).sorted()
        try #require(shown == expected, "\(place): shown \(surplus), expected \(missing) after \(paper)")
    }

    /// What shops see, with its times and packages; what waits; the feed.
    private static func everything(_ shop: Shop) throws -> [String] {
        let waiting = "SELECT 'waiting', kind, ref, ref2, as_of, part FROM waiting"
        let feed = "SELECT seq, kind, entity, id, package FROM v1_change"
        let views = ["v1_product", "v1_offer", "v1_price", "v1_stock", "v1_group"].map {
            "SELECT '\($0)', * FROM \($0)"
        }
        let raw =
            "SELECT 'raw', o.id, product, sku, name, unit, st.catalogue, st.section, deleted, quantity, characteristics, properties, o.extra FROM offer o JOIN stream st ON st.id = o.stream"
        let rows = [
            "SELECT 'raw price', offer, type, value, currency, min_quantity, extra FROM price",
            "SELECT 'raw stock', offer, warehouse, quantity FROM stock",
        ]
        return try (views + rows + [waiting, raw]).flatMap { try shop.rows($0) }.sorted() + shop.rows(feed)
    }

    private static func paper(_ start: Int64, _ random: inout SeededRandom) -> Paper {
        var records: [Rec] = []
        if random.once(in: 5) { records.append(.group(word(&random), word(&random))) }
        let isGoods = random.once(in: 2)
        let isChange = !isGoods && random.once(in: 5)
        if isGoods {
            for id in items.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)) {
                var more: [(Field, String?)] = [(.sku, word(&random))]
                if random.once(in: 3) { more.append((.picture, word(&random))) }
                if random.once(in: 3) { more.append((.group, word(&random))) }
                if random.once(in: 6) { more.append((.deleted, "true")) }
                records.append(.product(id, random.once(in: 5) ? nil : word(&random), more))
            }
            if random.once(in: 5) { records.append(.product("1#a", word(&random))) }
        } else {
            for id in offers.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random)) {
                var more: [(Field, String?)] = []
                if random.once(in: 3) { more.append((.quantity, word(&random))) }
                if random.once(in: 8) { more.append((.deleted, "true")) }
                records.append(
                    .offer(
                        id, random.once(in: 4) ? nil : word(&random),
                        prices: random.once(in: 3) ? nil : rows(["p", "q", "r"], &random),
                        stock: random.once(in: 3) ? nil : rows(["v", "w"], &random), more,
                        section: isChange ? .offerChanges : .offers))
            }
        }
        if random.once(in: 8) { records[records.count - 1].defect = .badNumber }
        let kind = Int.random(in: 0..<4, using: &random)
        let doc = Doc(
            records: records, onlyChanges: kind < 3 ? isChange : true,
            asOf: random.once(in: 8) ? nil : start + Int64.random(in: 0..<40, using: &random) * 60_000,
            catalogue: random.once(in: 8) ? "c2" : "c1",
            types: random.once(in: 2) ? [("p", "UAH"), ("q", "EUR")] : [])
        return Paper(doc: doc, name: "\(kind).xml", isChunk: kind == 1)
    }

    private static func word(_ random: inout SeededRandom) -> String {
        String(Int.random(in: 10..<30, using: &random))
    }

    private static func rows(_ keys: [String], _ random: inout SeededRandom) -> [(String, String)] {
        var all = keys.shuffled(using: &random).prefix(Int.random(in: 0...keys.count, using: &random)).map {
            ($0, word(&random))
        }
        if random.once(in: 10), let first = all.first { all.append((first.0, word(&random))) }
        return all
    }
}
