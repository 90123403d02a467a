// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Records
import TestKit
import Testing

/// Loose portions of one full dump, with `sweep: set`.
@Suite("Sets of portions") struct SetTests {
    private let shop: Shop
    private let t: Int64

    init() throws {
        // In slices, so that what a sweep marks must not count as known.
        shop = try Shop(isCut: true)
        t = shop.clock.milliseconds
    }

    private func products(_ ids: ClosedRange<Int>) -> [Rec] { ids.map { .product("\($0)") } }
    private func offers(_ ids: ClosedRange<Int>) -> [Rec] { ids.map { .offer("\($0)") } }

    /// Applies one portion; the first says that it is no mere change.
    @discardableResult
    private func portion(
        _ family: String, _ number: Int?, _ records: [Rec], run: String = "run", minute: Int64?,
        opens: Bool? = nil, catalogue: String = "c1",
        _ configure: (inout ApplyContext) -> Void = { _ in }
    ) throws -> ApplyResult {
        let doc = Doc(
            records: records, onlyChanges: !(opens ?? (number == 1)), asOf: minute.map { t + $0 * 60_000 },
            catalogue: catalogue)
        // Nothing comes before it was written.
        shop.clock.advance(seconds: max(0, (minute ?? 0) * 60 - (shop.clock.milliseconds - t) / 1_000))
        return try shop.apply([doc], name: "\(family)_\(number ?? 0).xml") {
            $0.sweep = .set
            $0.isChunk = true
            $0.chunk = ApplyContext.Chunk(family: family, portion: number)
            $0.exchange = run
            configure(&$0)
        }
    }

    /// Forty products with their offers, whole, an hour before the set.
    private func fill() throws {
        try shop.apply(products(1...40), full: true, asOf: t - 3_600_000)
        try shop.apply(offers(1...40), full: true, asOf: t - 3_600_000, name: "offers.xml")
    }

    /// A run of two portions of goods and one of offers, without 39 and 40.
    private func run(_ last: Int = 38, _ name: String = "run", minute: Int64 = 0) throws {
        try portion("import0", 1, products(1...20), run: name, minute: minute)
        try portion("import0", 2, products(21...last), run: name, minute: minute + 1)
        try portion("offers0", 1, offers(1...last), run: name, minute: minute + 2)
    }

    private func judge(
        after seconds: Int64 = 600, maxDelete: Double? = 0.1, obstacle: String? = nil
    ) throws -> (done: [DueSweep], waiting: [WaitingSet]) {
        let rules = SetRules(
            limits: { _ in maxDelete.map { ($0, 0.5) } }, obstacle: { _, _ in obstacle })
        return try shop.applier.sweepSets(now: shop.clock.milliseconds + seconds * 1_000, rules)
    }

    private func deleted(_ view: String = "v1_product") throws -> [String] {
        try shop.rows("SELECT id FROM \(view) WHERE deleted ORDER BY cast(id AS INTEGER), id")
    }

    @Test("what a set marked as deleted comes back with the very bytes that it had")
    func comesBack() throws {
        try fill()
        try run(40, "first")
        try run(38, "second", minute: 30)
        #expect(try !judge().done.isEmpty)
        #expect(try deleted() == ["39", "40"])
        try run(40, "third", minute: 60)
        #expect(shop.skipped > 0)
        #expect(try deleted() == [])
        #expect(try deleted("v1_offer") == [])
    }

    private func reason(_ seconds: Int64 = 600) throws -> String {
        let (done, waiting) = try judge(after: seconds)
        #expect(done.isEmpty)
        #expect(try deleted() == [])
        return waiting.map(\.reason).joined(separator: "; ")
    }

    @Test("a complete set that has been quiet marks what it lacks, in the counts of its last portions")
    func complete() throws {
        try fill()
        try run()
        #expect(try reason(599).hasPrefix("complete as it stands"))
        let (done, waiting) = try judge()
        #expect(waiting.isEmpty)
        #expect(done.map(\.package.text) == ["p-4", "p-5"])
        #expect(done.map { $0.counts["product"].swept } == [2, 0])
        #expect(try deleted() == ["39", "40"] && deleted("v1_offer") == ["39", "40"])
        #expect(
            try shop.rows("SELECT kind, entity, id FROM v1_change WHERE package = 'p-4' ORDER BY seq") == [
                "delete|product|39", "delete|offer|39", "delete|product|40", "delete|offer|40",
            ])
        #expect(try shop.store.marker(shop.id(4))?.counts.contains("\"swept\":2") == true)
        #expect(try judge().done.isEmpty && judge().waiting.isEmpty)
        // The next full is measured by this one.
        #expect(
            try shop.rows("SELECT full_count FROM stream WHERE full_count IS NOT NULL") == ["38", "38"])
        #expect(try shop.store.undo(shop.id(5)) == .done && shop.store.undo(shop.id(4)) == .done)
        #expect(try deleted() == [] && deleted("v1_offer") == [])
    }

    @Test("an offer that the set lacks goes alone")
    func offerAlone() throws {
        try fill()
        try portion("import0", 1, products(1...40), minute: 0)
        try portion("offers0", 1, offers(1...20), minute: 1)
        try portion("offers0", 2, offers(21...39), minute: 2)
        #expect(try judge().done.map { $0.counts["offer"].swept } == [0, 1])
        #expect(try deleted() == [] && deleted("v1_offer") == ["40"])
    }

    @Test("portions in any order are one set")
    func order() throws {
        try fill()
        try portion("offers0", 2, offers(21...38), minute: 3)
        try portion("import0", 2, products(21...38), minute: 1)
        try portion("offers0", 1, offers(1...20), minute: 2)
        #expect(try reason() == "no first portion that says it is no mere change")
        try portion("import0", 1, products(1...20), minute: 0)
        #expect(try judge().done.count == 2)
        #expect(try deleted() == ["39", "40"])
    }

    @Test("what is not complete deletes nothing, and says why")
    func incomplete() throws {
        try fill()
        try portion("import0", 1, products(1...20), minute: 0, opens: false)
        #expect(try reason() == "no first portion that says it is no mere change")
        try portion("import0", 1, products(1...20), minute: 1)
        try portion("import0", 3, products(31...38), minute: 3)
        #expect(try reason() == "portion 2 of import0 is missing")
        try portion("import0", 2, products(21...30), minute: 2)
        #expect(try reason() == "its offers have not come")
        try portion("prices0", 1, offers(1...38), minute: 4)
        #expect(try reason() == "its offers have not come")
        try portion("offers0", 2, offers(21...38), minute: 6)
        #expect(try reason() == "portion 1 of offers0 is missing")
        try portion("offers0", 1, offers(1...20), minute: 5, opens: false)
        #expect(try reason() == "its offers say that they are changes only")
        try portion("offers0", 1, offers(1...20), minute: 7)
        #expect(
            try judge(obstacle: "import0_4.xml is quarantined").waiting.map(\.reason) == [
                "import0_4.xml is quarantined"
            ])
        #expect(try deleted() == [])
        #expect(try judge().done.count == 2)
        #expect(try deleted() == ["39", "40"])
    }

    @Test("no time in the first portion, no number in a name, no usable record: no proof")
    func unproven() throws {
        try fill()
        try portion("import0", 1, products(1...38), run: "a", minute: nil)
        try portion("offers0", 1, offers(1...38), run: "a", minute: nil)
        #expect(try reason().contains("states no usable time"))
        try portion("import0", 1, products(1...38), run: "b", minute: 100)
        try portion("import0", nil, [.product("7")], run: "b", minute: 101)
        #expect(try reason().contains("have no numbers"))
        var bad = Rec.product("38")
        bad.defect = .badNumber
        try portion("import0", 1, products(1...37), run: "c", minute: 200)
        try portion("import0", 2, [bad], run: "c", minute: 201)
        #expect(try reason() == "portion 2 of import0 holds no record that could be used")
    }

    @Test("leftovers of a longer run: older ones are no part of the set, newer ones leave a gap")
    func leftovers() throws {
        try fill()
        try run()
        try portion("import0", 3, products(39...40), minute: -20)
        #expect(try judge().done.first?.counts["product"].swept == 2)
        #expect(try deleted() == ["39", "40"])
        try run(38, "next", minute: 40)
        try portion("import0", 4, products(39...40), run: "next", minute: 45)
        let (done, waiting) = try judge()
        #expect(done.isEmpty && waiting.map(\.reason) == ["portion 3 of import0 is missing"])
        #expect(try deleted() == [])
    }

    @Test("sets of two catalogues and two partners do not touch each other")
    func interleaved() throws {
        for (catalogue, partner) in [("c1", "erp-1c"), ("c2", "erp-1c"), ("c1", "other")] {
            let base = partner == "other" ? 0 : catalogue == "c1" ? 0 : 100
            let docs = [
                Doc(
                    records: products(base + 1...base + 40), onlyChanges: false, asOf: t - 3_600_000,
                    catalogue: catalogue)
            ]
            try shop.apply(docs, partner: partner)
        }
        try portion("import0", 1, products(1...20), minute: 0)
        try portion("import1", 1, products(101...120), minute: 0, catalogue: "c2")
        try portion("import0", 2, products(21...39), minute: 1)
        try portion("import0", 1, products(1...20), run: "other", minute: 1) { $0.partner = "other" }
        try portion("offers0", 1, offers(1...39), minute: 2)
        let (done, waiting) = try judge()
        #expect(done.map { $0.counts["product"].swept } == [1, 0])
        #expect(waiting.map(\.catalogue).sorted() == ["c1", "c2"])
        #expect(
            try shop.rows("SELECT source, id FROM v1_product WHERE deleted") == ["erp-1c|40"])
    }

    @Test("a repeated set replaces the one before, in the same exchange too")
    func repeated() throws {
        try fill()
        try run(38, minute: 0)
        try portion("import0", 1, products(1...20), minute: 10)
        // The second portion is that of the first run.
        #expect(try reason() == "its offers have not come")
        try portion("import0", 2, products(21...39), minute: 11)
        try portion("offers0", 1, offers(1...39), minute: 12)
        #expect(try judge().done.first?.counts["product"].swept == 1)
        #expect(try deleted() == ["40"])
        try run(39, minute: 20)
        #expect(try judge().done.first?.counts["product"].swept == 0)
        try run(40, minute: 30)
        #expect(try deleted() == [])
    }

    @Test("what is newer than the first portion stays, and what came before it does not come back")
    func ages() throws {
        try fill()
        try run()
        try shop.apply([.product("39", "новое")], asOf: t + 30_000, name: "x.xml")
        _ = try judge()
        #expect(try deleted() == ["40"])
        try shop.apply([.product("40", "старое")], asOf: t - 1_000, name: "y.xml")
        #expect(try deleted() == ["40"])
    }

    @Test("the brakes judge the whole set; then it is dropped")
    func brakes() throws {
        try fill()
        try run(35)
        let (done, waiting) = try judge()
        #expect(waiting.isEmpty)
        #expect(
            done.first?.heldReason?.hasPrefix(
                "exchange run: max_delete: this full would delete 5 of 40 products (limit 10%)") == true)
        #expect(try deleted() == [] && judge().done.isEmpty)
        try portion("import0", 1, products(1...10), run: "small", minute: 60)
        try portion("offers0", 1, offers(1...40), run: "small", minute: 61)
        #expect(
            try judge(maxDelete: 1).done.first?.heldReason?.contains(
                "min_size_of_last: this set holds 10 products, the last full held 40") == true)
        #expect(try deleted() == [])
    }

    @Test("undo of a portion takes it out of its set")
    func undo() throws {
        try fill()
        try run()
        try portion("import0", 3, [.product("39")], minute: 1)
        #expect(try shop.store.undo(shop.id(4)) == .done)
        #expect(try reason() == "portion 2 of import0 is missing")
    }

    @Test("a set older than the full in the store sweeps nothing")
    func old() throws {
        try fill()
        try shop.apply(products(1...40), full: true, asOf: t + 3_600_000)
        try run()
        #expect(try judge().done.first?.heldReason?.contains("older than the full exchange") == true)
        #expect(try deleted() == [] && judge().waiting.isEmpty)
    }

    @Test("without the setting, in an archive, or once it is switched off, there is no set")
    func off() throws {
        try fill()
        try portion("import0", 1, products(1...38), minute: 0) { $0.sweep = .proven }
        try portion("import0", 1, products(1...38), minute: 1) {
            $0.isArchive = true
            $0.sweep = .never
        }
        #expect(try shop.store.chunks().isEmpty)
        try run()
        #expect(try shop.store.chunks().count == 3)
        let (done, waiting) = try judge(maxDelete: nil)
        #expect(done.isEmpty && waiting.isEmpty)
        #expect(try shop.store.chunks().isEmpty)
    }

    @Test("a set that never comes whole is given up after a week")
    func age() throws {
        try fill()
        try portion("import0", 1, products(1...38), minute: 0)
        #expect(try judge(after: 7 * 86_400).waiting.count == 1)
        #expect(try judge(after: 7 * 86_400 + 1).waiting.isEmpty)
        #expect(try shop.store.chunks().isEmpty)
    }
}
