// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Records
import TestKit
import Testing

@Suite("Fulls, sweeps and brakes") struct SweepTests {
    private let shop: Shop

    init() throws { shop = try Shop() }

    private func products(_ ids: ClosedRange<Int>) -> [Rec] { ids.map { .product("\($0)") } }
    private func offers(_ ids: ClosedRange<Int>) -> [Rec] { ids.map { .offer("\($0)") } }
    private func deleted(_ view: String = "v1_product") throws -> [String] {
        try shop.rows("SELECT id FROM \(view) WHERE deleted ORDER BY cast(id AS INTEGER), id")
    }
    private func reason(_ result: ApplyResult) -> String {
        if case .held(let reason) = result.verdict { reason } else { "\(result.verdict)" }
    }

    @Test("a whole full marks what it lacks, with its offers; it comes back with them")
    func sweep() throws {
        try shop.apply(products(1...40), full: true)
        try shop.apply(offers(1...40), full: true, name: "offers.xml")
        let result = try shop.apply(products(1...39), full: true)
        #expect(result.counts["product"].swept == 1 && result.isFull)
        #expect(try deleted() == ["40"])
        #expect(try deleted("v1_offer") == ["40"])
        #expect(
            try shop.rows("SELECT kind, entity, id FROM v1_change WHERE package = 'p-3'") == [
                "delete|product|40", "delete|offer|40",
            ])
        try shop.apply([.product("40")])
        #expect(try deleted() == [] && deleted("v1_offer") == [])
        // An offer that was deleted for itself stays deleted.
        try shop.apply([.offer("40", "x", [(.deleted, "true")])], name: "offers.xml")
        try shop.apply([.product("40", "x", [(.deleted, "true")])])
        try shop.apply([.product("40")])
        #expect(try deleted("v1_offer") == ["40"])
    }

    @Test("an offer that a full lacks stays away, though its product comes back")
    func hidden() throws {
        try shop.apply(products(1...40), full: true)
        try shop.apply(offers(1...40) + [.offer("40#a")], full: true, name: "offers.xml")
        try shop.apply(products(1...39), full: true)
        let lacking = try shop.apply(offers(1...40), full: true, name: "offers.xml")
        // It was gone already: no news, and nothing for a brake.
        #expect(lacking.counts["offer"].swept == 0)
        try shop.apply([.product("40")])
        #expect(try deleted() == [] && deleted("v1_offer") == ["40#a"])
    }

    @Test("a partial, a full that says nothing, and a portion never sweep")
    func never() throws {
        try shop.apply(products(1...40), full: true)
        #expect(try shop.apply(products(1...39)).counts["product"].swept == 0)
        let unsaid = try shop.apply([Doc(records: products(1...39), onlyChanges: nil)])
        #expect(unsaid.counts["product"].swept == 0 && !unsaid.isFull)
        let portion = try shop.apply(products(1...1), full: true, name: "import0_1.xml") { $0.isChunk = true }
        #expect(portion.verdict == .applied && portion.counts["product"].swept == 0)
        let policy = try shop.apply(products(1...39), full: true) { $0.sweep = .never }
        #expect(policy.counts["product"].swept == 0)
        #expect(try deleted() == [])
    }

    @Test("portions in one archive are one full")
    func archive() throws {
        try shop.apply(products(1...40), full: true)
        let result = try shop.apply(
            [
                Doc(records: products(1...20), onlyChanges: false, member: "import0_1.xml"),
                Doc(records: products(21...39), onlyChanges: true, member: "import0_2.xml"),
            ], name: "all.zip"
        ) {
            $0.isArchive = true
            $0.isChunk = true
        }
        #expect(result.counts["product"].swept == 1)
        #expect(try deleted() == ["40"])
    }

    @Test("a portion left over from an earlier, longer run counts for its facts only")
    func leftover() throws {
        let t = shop.clock.milliseconds
        let run = { (last: Int, minute: Int64) in
            [
                Doc(
                    records: self.products(1...10), onlyChanges: false, asOf: t + minute * 60_000,
                    member: "import0_1.xml"),
                Doc(
                    records: self.products(11...last), asOf: t + minute * 60_000 + 1_000,
                    member: "import0_2.xml"),
            ]
        }
        let old = Doc(
            records: [.product("40", "старое"), .product("41")], asOf: t + 2_000, member: "import0_3.xml")
        try shop.apply(run(39, 0) + [old], name: "a.zip") { $0.isArchive = true }
        let result = try shop.apply(run(39, 30) + [old], name: "a.zip") {
            $0.isArchive = true
            $0.maxDelete = 0.1
        }
        #expect(result.counts["product"].swept == 2 && result.counts["product"].unchanged == 41)
        #expect(try deleted() == ["40", "41"])
        #expect(try shop.row("SELECT full_count FROM stream WHERE full_count IS NOT NULL") == "39")
    }

    @Test("offers before their products in one archive are no absences")
    func offersFirst() throws {
        let docs = { (ids: ClosedRange<Int>) in
            [
                Doc(records: self.offers(ids), onlyChanges: false, member: "offers.xml"),
                Doc(records: self.products(ids), onlyChanges: false, member: "import.xml"),
            ]
        }
        let result = try shop.apply(docs(1...10), name: "all.zip") { $0.isArchive = true }
        #expect(result.verdict == .applied)
        #expect(result.counts["offer"].inserted == 10 && result.counts["offer"].swept == 0)
        #expect(try deleted("v1_offer") == [])
    }

    @Test("max_delete holds, to the row; approved it goes, without deletes it deletes nothing")
    func maxDelete() throws {
        try shop.apply(products(1...40), full: true)
        let before = try shop.dump()
        let held = try shop.apply(products(1...37), full: true)
        #expect(reason(held) == "max_delete: this full would delete 3 of 40 products (limit 5%)")
        #expect(try shop.dump() == before)
        // Two of forty are five percent: not more than the limit.
        #expect(try shop.apply(products(1...38), full: true).counts["product"].swept == 2)
        let without = try shop.apply(products(1...30), full: true) {
            $0.approved = true
            $0.sweep = .never
        }
        #expect(without.verdict == .applied && without.counts["product"].swept == 0)
        let approved = try shop.apply(products(1...30), full: true) { $0.approved = true }
        #expect(approved.counts["product"].swept == 8)
        #expect(try deleted().count == 10)
    }

    @Test("min_size_of_last holds a whole full, not a portion")
    func minSize() throws {
        try shop.apply(products(1...40), full: true) { $0.maxDelete = 1 }
        let held = try shop.apply(products(1...19), full: true) { $0.maxDelete = 1 }
        #expect(
            reason(held).hasPrefix(
                "min_size_of_last: this full holds 19 product records, the last one held 40"))
        let portion = try shop.apply(products(1...3), full: true, name: "import0_9.xml") { $0.isChunk = true }
        #expect(portion.verdict == .applied)
        #expect(
            try shop.apply(products(1...20), full: true) { $0.maxDelete = 1 }.counts["product"].swept == 20)
    }

    @Test("a full older than its stream's last is stale as a whole; an older portion only row by row")
    func stale() throws {
        let t = shop.clock.milliseconds
        try shop.apply(products(1...3), full: true, asOf: t, name: "a.xml")
        let before = try shop.dump()
        let older = try shop.apply(products(1...2) + [.product("9")], full: true, asOf: t - 1, name: "b.xml")
        #expect(older.verdict == .stale)
        #expect(try shop.dump() == before)
        let portion = try shop.apply(
            [.product("1", "old"), .product("9")], full: true, asOf: t - 1, name: "import0_7.xml"
        ) { $0.isChunk = true }
        #expect(portion.counts["product"].stale == 1 && portion.counts["product"].inserted == 1)
    }

    @Test("rows that are newer than the full are not its absences; what it refuses is none either")
    func newer() throws {
        let t = shop.clock.milliseconds
        try shop.apply(products(1...3), full: true, asOf: t, name: "a.xml")
        try shop.apply([.product("4")], asOf: t + 10_000, name: "b.xml")
        var bad = Rec.product("3")
        bad.defect = .badNumber
        let result = try shop.apply(products(1...2) + [bad], full: true, asOf: t + 5_000, name: "c.xml") {
            $0.maxDelete = 0
        }
        #expect(result.verdict == .applied && result.rejects == 1)
        #expect(try deleted() == [])
    }

    @Test("an older partial can't bring back what a full deleted")
    func tombstone() throws {
        let t = shop.clock.milliseconds
        try shop.apply(products(1...40), full: true, asOf: t, name: "a.xml")
        try shop.apply(products(1...39), full: true, asOf: t + 10_000, name: "b.xml")
        try shop.apply([.product("40")], asOf: t + 9_000, name: "c.xml")
        #expect(try deleted() == ["40"])
        try shop.apply([.product("40")], asOf: t + 11_000, name: "d.xml")
        #expect(try deleted() == [])
    }

    @Test("streams do not sweep each other")
    func streams() throws {
        try shop.apply([Doc(records: products(1...20), onlyChanges: false, catalogue: "c1")])
        try shop.apply([Doc(records: products(21...40), onlyChanges: false, catalogue: "c2")])
        try shop.apply(
            [Doc(records: products(1...20), onlyChanges: false)], partner: "other")
        try shop.apply([Doc(records: products(1...20), onlyChanges: false, catalogue: "c1")])
        #expect(try deleted() == [])
        #expect(try shop.row("SELECT count(*) FROM v1_product") == "60")
    }

    // MARK: Prices and stock

    @Test("Цены replaces the declared types only; empty clears them; absent leaves them")
    func prices() throws {
        let types = [("a", "UAH"), ("b", "UAH")]
        let now = { try shop.rows("SELECT id, value, currency FROM v1_price ORDER BY id") }
        try shop.apply([.product("1"), .offer("1", prices: [("a", "1"), ("b", "2")])], types: types)
        try shop.apply([.offer("1", prices: [("c", "3")])])
        #expect(try now() == ["1|a|1|UAH", "1|b|2|UAH", "1|c|3|"])
        try shop.apply([.offer("1", prices: [("a", "1")])], types: types)
        #expect(try now() == ["1|a|1|UAH", "1|c|3|"])
        try shop.apply([.offer("1", "name only")], types: types)
        #expect(try now().count == 2)
        try shop.apply([.offer("1", prices: [])], types: types)
        #expect(try now() == ["1|c|3|"])
        try shop.apply([.offer("1", prices: [])])
        #expect(try now() == [])
    }

    @Test("price types count as declared also where a batch ends between them")
    func lateTypes() throws {
        let type = { (id: String) in
            Rec(kind: .priceType, fields: [(.id, id), (.name, id)], section: .offers)
        }
        try shop.apply([.product("1"), .offer("1", prices: [("a", "1"), ("b", "2")])])
        try shop.apply([
            Doc(records: [type("a")], types: [("a", "UAH")]),
            Doc(
                records: [type("b"), .offer("1", prices: [("a", "3")])],
                types: [("a", "UAH"), ("b", "UAH")], continues: true),
        ])
        #expect(try shop.rows("SELECT id, value FROM v1_price") == ["1|a|3"])
    }

    @Test("a price that was taken away does not come back with an older file")
    func priceTombstone() throws {
        let t = shop.clock.milliseconds
        let types = [("a", "UAH")]
        try shop.apply(
            [.product("1"), .offer("1", prices: [("a", "1")])], asOf: t, name: "a.xml", types: types)
        try shop.apply([.offer("1", prices: [])], asOf: t + 10_000, name: "b.xml", types: types)
        try shop.apply([.offer("1", prices: [("a", "9")])], asOf: t + 9_000, name: "c.xml", types: types)
        #expect(try shop.rows("SELECT value FROM v1_price") == [])
        try shop.apply([.offer("1", prices: [])], asOf: t + 20_000, name: "d.xml", types: types)
        try shop.apply([.offer("1", prices: [("a", "9")])], asOf: t + 15_000, name: "e.xml", types: types)
        #expect(try shop.rows("SELECT value FROM v1_price") == [])
    }

    @Test("a warehouse that is not named holds nothing in a full, and what it held in a partial")
    func stock() throws {
        let t = shop.clock.milliseconds
        let now = { try shop.rows("SELECT warehouse, quantity FROM v1_stock ORDER BY warehouse") }
        try shop.apply(
            [.product("1"), .offer("1", stock: [("w1", "5"), ("w2", "2.5")])], asOf: t, name: "a.xml")
        #expect(try shop.row("SELECT quantity FROM v1_offer") == "7.5")
        try shop.apply([.offer("1", stock: [("w1", "4")])], asOf: t + 1_000, name: "b.xml")
        #expect(try now() == ["w1|4", "w2|2.5"])
        try shop.apply([.offer("1", stock: [("w1", "3")])], full: true, asOf: t + 2_000, name: "c.xml")
        #expect(try now() == ["w1|3", "w2|0"])
        #expect(try shop.row("SELECT quantity FROM v1_offer") == "3")
        // The full said so at its time: an older file does not know better.
        try shop.apply([.offer("1", stock: [("w1", "3")])], full: true, asOf: t + 9_000, name: "d.xml")
        try shop.apply([.offer("1", stock: [("w2", "8")])], asOf: t + 5_000, name: "e.xml")
        #expect(try now() == ["w1|3", "w2|0"])
        // Not stated at all: untouched.
        try shop.apply([.offer("1")], full: true, asOf: t + 10_000, name: "f.xml")
        #expect(try now() == ["w1|3", "w2|0"])
    }

    // MARK: Postponed sweeps

    private func unf(_ ids: ClosedRange<Int>, onlyChanges: Bool = false) -> [Doc] {
        [Doc(records: products(ids), onlyChanges: onlyChanges, isUNF: true)]
    }

    @Test("UNF's full sweeps ten minutes later, under its own package")
    func postponed() throws {
        try shop.apply(products(1...40), full: true)
        #expect(try shop.applier.nextSweep() == nil)
        let result = try shop.apply(unf(1...39))
        #expect(result.verdict == .applied && result.counts["product"].swept == 0)
        let due = try #require(try shop.applier.nextSweep())
        #expect(due == shop.clock.milliseconds + 600_000)
        #expect(try shop.applier.sweepDue(now: due - 1) == [])
        #expect(try deleted() == [])
        let done = try shop.applier.sweepDue(now: due)
        #expect(done.map(\.package) == [shop.last] && done[0].heldReason == nil)
        #expect(done[0].counts["product"].swept == 1 && done[0].partner == "erp-1c")
        #expect(try deleted() == ["40"])
        #expect(try shop.store.marker(shop.last)?.counts.contains("\"swept\":1") == true)
        #expect(try shop.applier.sweepDue(now: due) == [])
        #expect(try shop.applier.nextSweep() == nil)
        // Undo of the package takes its sweep back too.
        #expect(try shop.store.undo(shop.last) == .done)
        #expect(try deleted() == [])
    }

    @Test("a second portion, an undo and a brake each end a postponed sweep")
    func dropped() throws {
        try shop.apply(products(1...40), full: true)
        try shop.apply(unf(1...39))
        try shop.apply(unf(40...40, onlyChanges: true))
        #expect(try shop.applier.nextSweep() == nil)
        try shop.apply(unf(1...39))
        #expect(try shop.store.undo(shop.last) == .done)
        #expect(try shop.applier.nextSweep() == nil)
        try shop.apply(unf(1...30))
        let due = try #require(try shop.applier.nextSweep())
        let done = try shop.applier.sweepDue(now: due)
        #expect(done.count == 1)
        #expect(done[0].heldReason?.contains("would delete 10 of 40 products (limit 5%)") == true)
        #expect(try deleted() == [])
        #expect(try shop.applier.nextSweep() == nil)
        try shop.apply(unf(1...30)) { $0.approved = true }
        _ = try shop.applier.sweepDue(now: shop.clock.milliseconds + 600_000)
        #expect(try deleted().count == 10)
    }
}
