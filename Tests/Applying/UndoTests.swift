// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Databases
import Records
import TestKit
import Testing

/// Random parts, undone one by one: what was before each is there again.
@Suite("Undo") struct UndoTests {
    private func word(_ random: inout SeededRandom) -> String { "w\(Int.random(in: 0..<6, using: &random))" }

    private func record(_ random: inout SeededRandom, offers: Bool) -> Rec {
        let item = "\(Int.random(in: 1...12, using: &random))"
        let variant = random.once(in: 3) ? "#\(Int.random(in: 1...2, using: &random))" : ""
        if !offers {
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                return .group(word(&random), word(&random), parent: random.once(in: 2) ? word(&random) : nil)
            case 1: return .property(word(&random), word(&random), values: [(word(&random), word(&random))])
            default:
                var more: [(Field, String?)] = [(.sku, random.once(in: 4) ? nil : word(&random))]
                if random.once(in: 3) { more.append((.picture, word(&random))) }
                if random.once(in: 3) { more.append((.group, word(&random))) }
                if random.once(in: 3) {
                    more += [
                        (.propertyRow, ""), (.propertyID, word(&random)), (.propertyValue, word(&random)),
                        (.rowEnd, ""),
                    ]
                }
                if random.once(in: 6) { more.append((.deleted, "true")) }
                return .product(item, word(&random), more)
            }
        }
        let prices =
            random.once(in: 3)
            ? nil
            : (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                (word(&random), "\(Int.random(in: 1...99, using: &random))")
            }
        let stock =
            random.once(in: 3)
            ? nil
            : (0..<Int.random(in: 0..<3, using: &random)).map { _ in
                (word(&random), "\(Int.random(in: 0...9, using: &random))")
            }
        return .offer(item + variant, random.once(in: 4) ? nil : word(&random), prices: prices, stock: stock)
    }

    @Test("any parts, undone in reverse, leave the store as it was", arguments: 1...12)
    func property(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let shop = try Shop()
        let start = shop.clock.milliseconds
        var dumps: [(dump: String, package: PackageID)] = []
        for _ in 0..<14 {
            let before = try shop.dump()
            let offers = random.once(in: 2)
            let records = (0..<Int.random(in: 1...15, using: &random)).map { _ in
                record(&random, offers: offers)
            }
            let doc = Doc(
                records: records, onlyChanges: !random.once(in: 3),
                asOf: start + Int64.random(in: -20...20, using: &random) * 600_000,
                types: random.once(in: 2) ? [("w1", "UAH"), ("w2", "EUR")] : [],
                isUNF: random.once(in: 4))
            let name = random.once(in: 2) ? "import.xml" : "\(word(&random)).xml"
            let result = try shop.apply([doc], name: name) {
                $0.maxDelete = 1
                $0.minSizeOfLast = 0
            }
            for (kind, counts) in result.counts.kinds {
                #expect(counts.read == counts.accounted, "\(kind)")
                #expect(counts.named.allSatisfy { $0.value >= 0 }, "\(kind): \(counts)")
            }
            if random.once(in: 3) { _ = try shop.applier.sweepDue(now: shop.clock.milliseconds + 700_000) }
            if result.verdict == .applied || result.verdict == .waiting {
                dumps.append((before, shop.last))
            } else {
                #expect(try shop.dump() == before)
            }
        }
        #expect(dumps.count > 3)
        for (before, package) in dumps.reversed() {
            #expect(try shop.store.undo(package) == .done)
            let after = try shop.dump()
            #expect(after == before, "seed \(seed), \(package)")
            guard after == before else { return }
        }
        #expect(try shop.rows("SELECT count(*) FROM undo") == ["0"])
    }

    @Test("an undo tells shops what changed")
    func feed() throws {
        let shop = try Shop()
        try shop.apply([.product("1", "A")])
        try shop.apply([.product("1", "B"), .product("2")])
        #expect(try shop.store.undo(shop.last) == .done)
        #expect(
            try shop.rows("SELECT kind, entity, id FROM v1_change ORDER BY seq") == [
                "reload|catalogue|-", "update|product|1", "insert|product|2", "update|product|1",
                "delete|product|2",
            ])
    }
}
