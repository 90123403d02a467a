// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Records
import TestKit
import Testing

@Suite("Facts and their age") struct FactTests {
    private let shop: Shop
    private let t: Int64

    init() throws {
        shop = try Shop()
        t = shop.clock.milliseconds
    }

    private func at(_ minutes: Int64) -> Int64 { t + minutes * 60_000 }

    @Test("absent keeps, set replaces, cleared empties")
    func threeValues() throws {
        try shop.apply([.product("1", "А", [(.sku, "S"), (.brand, "B"), (.description, "D")])])
        try shop.apply([.product("1", nil, [(.sku, "S2"), (.brand, nil)])])
        #expect(try shop.row("SELECT name, sku, brand, description FROM v1_product") == "А|S2|-|D")
    }

    @Test("an older file changes nothing, one of the same time does; each fact group for itself")
    func age() throws {
        try shop.apply([.product("1", "new", [(.picture, "a.png")])], asOf: at(10), name: "a.xml")
        let older = try shop.apply([.product("1", "old")], asOf: at(9), name: "b.xml")
        #expect(older.counts["product"].stale == 1 && older.verdict == .applied)
        #expect(try shop.row("SELECT name, package FROM v1_product") == "new|p-1")
        try shop.apply([.product("1", "same time")], asOf: at(10), name: "c.xml")
        #expect(try shop.row("SELECT name FROM v1_product") == "same time")
        // Pictures are a group of their own: stated at 10, not at 20.
        try shop.apply([.product("1", "newest")], asOf: at(20), name: "d.xml")
        let pictures = try shop.apply(
            [.product("1", "older name", [(.picture, "b.png")])], asOf: at(15), name: "e.xml")
        #expect(pictures.counts["product"].updated == 1)
        #expect(
            try shop.row("SELECT name, pictures FROM product")
                == "newest|[{\"path\":\"b.png\"}]")
    }

    @Test("prices and stock rows each have their own age")
    func rows() throws {
        try shop.apply([.product("1")])
        try shop.apply(
            [.offer("1", prices: [("retail", "10")], stock: [("w1", "5")])], asOf: at(10), name: "a.xml")
        try shop.apply(
            [.offer("1", prices: [("retail", "9"), ("whole", "8")], stock: [("w2", "3")])], asOf: at(5),
            name: "b.xml")
        #expect(try shop.rows("SELECT id, value FROM v1_price ORDER BY id") == ["1|retail|10", "1|whole|8"])
        #expect(try shop.rows("SELECT id, quantity FROM v1_stock ORDER BY id") == ["1|w1|5", "1|w2|3"])
        // The total follows the rows, whoever added them.
        #expect(try shop.row("SELECT quantity FROM v1_offer") == "8")
    }

    @Test("a clock that stepped back up to two hours counts as arrival, once for each file name")
    func clockBack() throws {
        try shop.apply([.product("1", "first")], asOf: at(0), name: "a.xml")
        let back = try shop.apply([.product("1", "second")], asOf: at(-60), name: "a.xml")
        #expect(back.warnings.count == 1 && back.counts["product"].updated == 1)
        #expect(try shop.row("SELECT name FROM v1_product") == "second")
        let other = try shop.apply([.product("1", "other name")], asOf: at(-60), name: "b.xml")
        #expect(other.counts["product"].stale == 1 && other.warnings.isEmpty)
        let far = try shop.apply([.product("1", "too far")], asOf: at(-130), name: "a.xml")
        #expect(far.counts["product"].stale == 1)
    }

    @Test("members of one archive keep each its own time")
    func archiveNames() throws {
        let docs = { (shift: Int64) in
            [
                Doc(
                    records: [.product("1")], onlyChanges: true, asOf: self.at(shift), member: "import0_1.xml"
                ),
                Doc(
                    records: [.product("2")], onlyChanges: true, asOf: self.at(shift + 5),
                    member: "import0_2.xml"),
            ]
        }
        try shop.apply(docs(0), name: "a.zip")
        let again = try shop.apply(docs(0), name: "a.zip")
        #expect(again.warnings.isEmpty)
        #expect(again.counts["product"].unchanged == 2)
    }

    @Test("an admin's `as of now` beats what is newer, and the very bytes of the last")
    func asOfNow() throws {
        try shop.apply([.product("1", "future")], asOf: at(60), name: "a.xml", hash: [1])
        shop.clock.advance(seconds: 7_200)
        let now = try shop.apply([.product("1", "replayed")], asOf: at(-999), name: "b.xml", hash: [1]) {
            $0.asOfNow = true
        }
        #expect(now.verdict == .applied && now.asOf == shop.clock.milliseconds)
        #expect(try shop.row("SELECT name FROM v1_product") == "replayed")
    }

    @Test("the bytes applied last are a duplicate; after another, or an undo, they are not")
    func duplicate() throws {
        try shop.apply([.product("1", "A")], hash: [1])
        let before = try shop.dump()
        let same = try shop.apply([.product("1", "A")], hash: [1])
        #expect(same.verdict == .duplicate)
        #expect(try shop.dump() == before)
        try shop.apply([.product("1", "B")], hash: [2])
        #expect(try shop.apply([.product("1", "A")], hash: [1]).verdict == .applied)
        #expect(try shop.store.undo(shop.last) == .done)
        #expect(try shop.row("SELECT name FROM v1_product") == "B")
        #expect(try shop.apply([.product("1", "A")], hash: [1]).verdict == .applied)
        #expect(try shop.apply([.product("1", "A")], hash: [1], { $0.partner = "other" }).verdict == .applied)
    }

    @Test("applied twice under another hash, everything is unchanged")
    func twice() throws {
        let records: [Rec] = [
            .group("g", "Г"), .property("c", "Цвет", values: [("v1", "Красный")]),
            .product(
                "1", "А",
                [
                    (.group, "g"), (.propertyRow, ""), (.propertyID, "c"), (.propertyValue, "v1"),
                    (.rowEnd, ""),
                ]),
            .offer("1", prices: [("retail", "10")], stock: [("w1", "5")], [(.quantity, "5")]),
        ]
        try shop.apply(records, asOf: at(0))
        let views = ["v1_group", "v1_product", "v1_offer", "v1_price", "v1_stock"]
        let before = try views.map { try shop.row("SELECT * FROM \($0)") }
        let changes = try shop.row("SELECT max(seq) FROM v1_change")
        let again = try shop.apply(records, asOf: at(0))
        for (kind, counts) in again.counts.kinds {
            #expect(counts.unchanged == counts.read, "\(kind): \(counts)")
        }
        #expect(try views.map { try shop.row("SELECT * FROM \($0)") } == before)
        #expect(try shop.row("SELECT max(seq) FROM v1_change") == changes)
    }

    @Test("GUIDs compare without case, other ids exactly")
    func ids() throws {
        let guid = "AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee"
        try shop.apply([.product(guid, "A"), .product("abc", "B")])
        try shop.apply([.product(guid.lowercased(), "A2"), .product("ABC", "C")])
        try shop.apply([.product(guid.uppercased(), "A3")])
        #expect(
            try shop.rows("SELECT id, name FROM v1_product ORDER BY name") == [
                "\(guid)|A3", "abc|B", "ABC|C",
            ])
    }

    @Test("a part that fails at its end leaves nothing")
    func failure() throws {
        struct Stop: Error {}
        try shop.apply([.product("1", "A")])
        let before = try shop.dump()
        #expect(throws: Stop.self) {
            try shop.apply([Doc(records: [.product("1", "B"), .product("2")])], failure: Stop())
        }
        #expect(try shop.dump() == before)
    }
}
