// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Records
import TestKit
import Testing

/// Portions in any order, of several runs, some of them lost: only what the
/// rule, written as plainly as can be, allows to be deleted is deleted.
@Suite("Any order of portions") struct SetModelTests {
    private struct Portion {
        var isOffers: Bool
        var number: Int
        var ids: [Int]
        var minute: Int64
        var opens: Bool
        var run: String
    }

    private static let all = 1...6

    @Test("a set deletes what the plain rule says, and undo puts it back", arguments: 0..<150)
    func sequences(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        // Skipping known slices must make no difference.
        let shop = try Shop(isCut: seed % 2 == 1)
        let t = shop.clock.milliseconds
        let everything = Self.all.map(String.init)
        try shop.apply(everything.map { .product($0) }, full: true, asOf: t - 3_600_000)
        try shop.apply(everything.map { .offer($0) }, full: true, asOf: t - 3_600_000, name: "offers.xml")
        shop.clock.advance(seconds: 36_000)
        let script = Self.script(&random)
        for portion in script {
            let ids = portion.ids.map(String.init)
            let doc = Doc(
                records: portion.isOffers ? ids.map { .offer($0) } : ids.map { .product($0) },
                onlyChanges: !portion.opens, asOf: t + portion.minute * 60_000)
            let family = portion.isOffers ? "offers0" : "import0"
            // A name of its own each time: clocks that step back are no matter here.
            try shop.apply([doc], name: "\(family)_\(shop.last).xml") {
                $0.sweep = .set
                $0.isChunk = true
                $0.chunk = ApplyContext.Chunk(family: family, portion: portion.number)
                $0.exchange = portion.run
            }
        }
        let before = try shop.dump()
        let rules = SetRules(limits: { _ in (1, 0) }, obstacle: { _, _ in nil })
        let (done, waiting) = try shop.applier.sweepSets(now: shop.clock.milliseconds + 600_000, rules)
        let expected = Self.deleted(script)
        #expect(done.isEmpty == (expected == nil) && waiting.isEmpty == (expected != nil), "\(script)")
        for (view, ids) in [("v1_product", expected?.products), ("v1_offer", expected?.offers)] {
            let shown = try shop.rows("SELECT id FROM \(view) WHERE deleted ORDER BY id")
            #expect(shown == (ids ?? []).sorted().map(String.init), "seed \(seed) \(view): \(script)")
        }
        guard expected != nil else { return #expect(try shop.dump() == before) }
        // Undone newest first, as an admin would, there is nothing left of it.
        for number in (3..<3 + script.count).reversed() {
            #expect(try shop.store.undo(shop.id(number)) == .done)
        }
        #expect(try shop.rows("SELECT id FROM v1_product WHERE deleted") == [])
        #expect(try shop.rows("SELECT id FROM v1_offer WHERE deleted") == [])
        #expect(try shop.store.chunks().isEmpty)
    }

    /// One or two runs; of each now and then a portion is lost, comes late, or
    /// says something else.
    private static func script(_ random: inout SeededRandom) -> [Portion] {
        var script: [Portion] = []
        for run in 0..<Int.random(in: 1...2, using: &random) {
            var minute = Int64(run * 15) + Int64.random(in: -4...4, using: &random)
            let name = random.once(in: 3) ? "same" : "run \(run)"
            for isOffers in [false, true] {
                for number in 1...Int.random(in: 1...3, using: &random) {
                    minute += Int64.random(in: 0...1, using: &random)
                    if random.once(in: 12) { continue }
                    let ids = all.filter { _ in !random.once(in: 3) }
                    script.append(
                        Portion(
                            isOffers: isOffers, number: number, ids: ids.isEmpty ? [1] : ids,
                            minute: random.once(in: 12) ? minute - 9 : minute,
                            opens: (number == 1) != random.once(in: 15), run: name))
                }
            }
        }
        if random.once(in: 3) { script.shuffle(using: &random) }
        return script
    }

    /// Nil where the script is no proof.
    private static func deleted(_ script: [Portion]) -> (products: Set<Int>, offers: Set<Int>)? {
        var opener: Portion?
        for portion in script where !portion.isOffers && portion.number == 1 && portion.opens {
            if let best = opener, portion.minute < best.minute { continue }
            opener = portion
        }
        guard let opener else { return nil }
        let set = script.filter { $0.run == opener.run && $0.minute >= opener.minute }
        for isOffers in [false, true] {
            let numbers = set.filter { $0.isOffers == isOffers }.map(\.number)
            guard let highest = numbers.max(), (1...highest).allSatisfy(numbers.contains) else { return nil }
        }
        guard set.contains(where: { $0.isOffers && $0.number == 1 && $0.opens }) else { return nil }
        let gone = { (isOffers: Bool) in
            Set(
                all.filter { id in
                    let isHeld = set.contains { $0.isOffers == isOffers && $0.ids.contains(id) }
                    let isNewer = script.contains {
                        $0.isOffers == isOffers && $0.ids.contains(id) && $0.minute > opener.minute
                    }
                    return !isHeld && !isNewer
                })
        }
        return (gone(false), gone(true).union(gone(false)))
    }
}
