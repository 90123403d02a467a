// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Records
import TestKit
import Testing

/// Fulls, changes, prices and stock in any order, against the plain model.
@Suite("Any order of documents") struct ModelTests {
    private static let items = ["1", "2", "3"]
    private static let offers = ["1", "2", "1#a", "1#b", "2#a", "3#a"]

    @Test("the views show what the rules say, and undo puts back what was", arguments: 0..<120)
    func sequences(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let shop = try Shop()
        let start = shop.clock.milliseconds
        var model = Model()
        var told: [String] = []
        for step in 0..<14 {
            let paper = Self.paper(start, &random)
            told.append(Self.words(paper))
            let before = random.once(in: 4) ? try shop.dump() : nil
            let expected = model.apply(paper)
            let result = try apply(paper, to: shop, number: step)
            #expect((result.verdict == .stale) == !expected, "\(told.joined(separator: "\n"))")
            let shown = try Self.lines(shop)
            guard shown == model.lines else {
                let surplus = Set(shown).subtracting(model.lines).sorted()
                let missing = Set(model.lines).subtracting(shown).sorted()
                Issue.record(
                    "seed \(seed), step \(step): shown \(surplus), expected \(missing)\n\(told.joined(separator: "\n"))"
                )
                return
            }
            if let before, result.verdict != .stale {
                #expect(try shop.store.undo(shop.last) == .done)
                #expect(try shop.dump() == before, "\(told.joined(separator: "\n"))")
                try apply(paper, to: shop, number: step)
                #expect(try Self.lines(shop) == model.lines, "\(told.joined(separator: "\n"))")
            }
        }
        let invalid = try ["v1_product", "v1_offer", "v1_price", "v1_stock"].map {
            try shop.row("SELECT count(*) FROM \($0) WHERE json_valid(extra) = 0")
        }
        #expect(invalid == ["0", "0", "0", "0"])
    }

    @discardableResult
    private func apply(_ paper: Model.Paper, to shop: Shop, number: Int) throws -> ApplyResult {
        var records = paper.products.map { product in
            Rec.product(
                product.id, product.name,
                (product.sku.map { [(.sku, $0)] } ?? []) + (product.isDeleted ? [(.deleted, "true")] : []))
        }
        records += paper.offers.map { offer in
            Rec.offer(
                offer.id, offer.name, prices: offer.prices?.map { ($0.type, String($0.value)) },
                stock: offer.stock?.map { ($0.warehouse, String($0.quantity)) },
                (offer.quantity.map { [(.quantity, String($0))] } ?? [])
                    + (offer.isDeleted.map { [(.deleted, String($0))] } ?? []),
                section: paper.isChanges ? .offerChanges : .offers)
        }
        return try shop.apply(
            records, full: paper.isFull, asOf: paper.asOf, name: "\(number).xml",
            types: paper.types.map { ($0, "UAH") }
        ) {
            $0.isChunk = paper.isFull && !paper.isWhole
            $0.maxDelete = 1
            $0.minSizeOfLast = 0
        }
    }

    private static func lines(_ shop: Shop) throws -> [String] {
        let queries = [
            "SELECT 'product ' || id, coalesce(name, '-'), coalesce(sku, '-'), deleted FROM v1_product",
            "SELECT 'offer ' || id, product, coalesce(name, '-'), coalesce(quantity, '-'), deleted FROM v1_offer",
            "SELECT 'price ' || id, value FROM v1_price", "SELECT 'stock ' || id, quantity FROM v1_stock",
        ]
        return try queries.flatMap { try shop.rows($0) }.sorted()
    }

    // MARK: Papers

    private static func paper(_ start: Int64, _ random: inout SeededRandom) -> Model.Paper {
        var paper = Model.Paper(asOf: start + Int64.random(in: 0..<30, using: &random) * 60_000)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: paper.isWhole = true
        case 1: paper.isFull = true
        default: break
        }
        paper.isFull = paper.isFull || paper.isWhole
        if random.once(in: 3) {
            for id in items.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)) {
                paper.products.append(
                    (
                        id: id, name: random.once(in: 4) ? nil : word(&random),
                        sku: random.once(in: 2) ? word(&random) : nil, isDeleted: random.once(in: 5)
                    ))
            }
            if random.once(in: 4) {
                paper.products.append((id: "1#a", name: word(&random), sku: nil, isDeleted: false))
            }
            return paper
        }
        if random.once(in: 3) {
            paper.isChanges = true
            paper.isFull = false
            paper.isWhole = false
        }
        if random.once(in: 2) { paper.types = ["p", "q"] }
        let onlyRows = random.once(in: 3)
        for id in offers.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random)) {
            var offer = Model.Statement(id: id)
            if !onlyRows, !random.once(in: 5) {
                offer.name = word(&random)
                if random.once(in: 6) { offer.isDeleted = true }
            }
            if random.once(in: 4) { offer.quantity = Int.random(in: 0..<90, using: &random) }
            if random.once(in: 2) { offer.prices = rows(["p", "q", "r"], &random) }
            if random.once(in: 2) {
                offer.stock = rows(["v", "w"], &random).map { (warehouse: $0.type, quantity: $0.value) }
            }
            paper.offers.append(offer)
        }
        return paper
    }

    private static func word(_ random: inout SeededRandom) -> String {
        String(Int.random(in: 10..<100, using: &random))
    }

    private static func rows(_ keys: [String], _ random: inout SeededRandom) -> [(type: String, value: Int)] {
        keys.shuffled(using: &random).prefix(Int.random(in: 0...keys.count, using: &random)).map {
            (type: $0, value: Int.random(in: 1..<90, using: &random))
        }
    }

    private static func words(_ paper: Model.Paper) -> String {
        let kind = paper.isWhole ? "full" : paper.isFull ? "chunk" : paper.isChanges ? "changes" : "partial"
        return "\(kind) at \(paper.asOf % 10_000_000 / 60_000) types \(paper.types): "
            + "\(paper.products.map { "\($0)" }) \(paper.offers.map { "\($0)" })"
    }
}
