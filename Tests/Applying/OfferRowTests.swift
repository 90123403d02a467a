// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Records
import TestKit
import Testing

@Suite("What an offer and its rows say") struct OfferRowTests {
    private let shop: Shop

    init() throws { shop = try Shop() }

    private func price(_ offer: String, _ type: String?, _ value: String?) -> Rec {
        .offer(
            offer, nil,
            [(.priceRow, "")] + (type.map { [(.priceType, $0)] } ?? []) + [
                (.priceValue, value), (.rowEnd, ""),
            ], section: .offerChanges)
    }

    private func property(_ id: String?, _ name: String?, _ values: [(Field, String)]) -> [(Field, String?)] {
        var fields: [(Field, String?)] = [(.propertyRow, "")]
        if let id { fields.append((.propertyID, id)) }
        if let name { fields.append((.propertyName, name)) }
        return fields + values.map { ($0.0, $0.1) } + [(.rowEnd, "")]
    }

    @Test("a price without a type is of the only declared type, else of none")
    func untyped() throws {
        try shop.apply([.product("1"), .offer("1", prices: [])])
        let none = try shop.apply([price("1", nil, "5")])
        #expect(none.counts["price"].inserted == 1 && none.counts["price"].empty == 0)
        try shop.apply([price("1", nil, "6")], types: [("retail", "UAH")])
        #expect(
            try shop.rows("SELECT id, price_type, value, currency FROM v1_price ORDER BY id") == [
                "1|||5|", "1|retail|retail|6|UAH",
            ])
        let bare = try shop.apply([price("1", nil, nil)])
        #expect(bare.counts["price"].empty == 1)
    }

    @Test("a price that is cleared goes away, and no older file brings it back")
    func clearedPrice() throws {
        let t = shop.clock.milliseconds
        try shop.apply([.product("1"), .offer("1", prices: [("a", "1"), ("b", "2")])], asOf: t)
        let cleared = try shop.apply([price("1", "a", nil), price("1", "c", nil)], asOf: t + 10_000_000)
        #expect(cleared.counts["price"].markedDeleted == 1 && cleared.counts["price"].unchanged == 1)
        try shop.apply([price("1", "a", "9"), price("1", "c", "9")], asOf: t + 5_000_000, name: "old.json")
        #expect(try shop.rows("SELECT id, value FROM v1_price") == ["1|b|2"])
    }

    @Test("a cleared price that waits for its offer is counted once, and applied when it comes")
    func clearedWaits() throws {
        let early = try shop.apply([price("1", "a", nil)])
        #expect(early.verdict == .waiting && early.counts["price"].waiting == 1)
        let later = try shop.apply([.product("1"), .offer("1", prices: [])])
        #expect(later.resolved.first?.counts["price"].unchanged == 1)
        #expect(later.resolved.first?.counts["price"].waiting == 0)
    }

    @Test("a stock row that is cleared goes away, and out of the total")
    func clearedStock() throws {
        try shop.apply([.product("1"), .offer("1", stock: [("w1", "1"), ("w2", "2")])])
        let fields: [(Field, String?)] = [
            (.stockStated, ""), (.stockRow, ""), (.warehouse, "w1"), (.stockQuantity, nil), (.rowEnd, ""),
        ]
        try shop.apply([.offer("1", nil, fields, section: .offerChanges)])
        #expect(try shop.rows("SELECT id FROM v1_stock") == ["1|w2"])
        #expect(try shop.row("SELECT quantity FROM v1_offer") == "2")
    }

    @Test("a currency that only the price type has is the price's, also where it comes later")
    func currency() throws {
        try shop.apply([.product("1"), .offer("1", prices: [("retail", "1")])])
        #expect(try shop.row("SELECT currency FROM v1_price") == "")
        try shop.apply([
            Rec(
                kind: .priceType, fields: [(.id, "retail"), (.name, "Роздріб"), (.currency, "UAH")],
                section: .classifier)
        ])
        #expect(try shop.row("SELECT currency FROM v1_price") == "UAH")
    }

    @Test("a unit by its code or its id is shown by its short name, also where that comes later")
    func unit() throws {
        try shop.apply([
            .product("1", "А", [(.unitCode, "796")]), .product("2", "Б", [(.unit, "u-2")]),
            .product("3", "В", [(.unit, "кг")]), .offer("1", "А", [(.unitCode, "796")]),
        ])
        #expect(try shop.rows("SELECT unit FROM v1_product ORDER BY id") == ["796", "u-2", "кг"])
        try shop.apply([
            Rec(
                kind: .unit, fields: [(.id, "u-1"), (.name, "шт"), (.unitCode, "796")], section: .classifier),
            Rec(kind: .unit, fields: [(.id, "u-2"), (.name, "м")], section: .classifier),
        ])
        #expect(try shop.rows("SELECT unit FROM v1_product ORDER BY id") == ["шт", "м", "кг"])
        #expect(try shop.row("SELECT extra ->> 'unit' FROM v1_offer") == "шт")
    }

    @Test("a variant that becomes a product of its own takes its offer along")
    func adopted() throws {
        try shop.apply([.product("1"), .offer("1#a", "Вариант")])
        #expect(try shop.row("SELECT product FROM v1_offer") == "1")
        try shop.apply([.product("1#a", "Товар-вариант")])
        #expect(try shop.row("SELECT product, deleted FROM v1_offer") == "1#a|0")
        #expect(
            try shop.rows("SELECT kind, entity, id FROM v1_change WHERE package = 'p-2' ORDER BY seq")
                == ["insert|product|1#a", "update|offer|1#a"])
        #expect(try shop.store.undo(shop.last) == .done)
        #expect(try shop.row("SELECT product FROM v1_offer") == "1")
    }

    @Test("what tells a variant apart is shown, written as properties or as characteristics")
    func variant() throws {
        try shop.apply([
            .property("c", "Цвет", values: [("v1", "Красный")]), .product("1"),
            .offer(
                "1#a", "В",
                property("c", nil, [(.propertyValue, "v1")]) + [
                    (.characteristicRow, ""), (.characteristicName, "Размер"), (.characteristicValue, "XL"),
                    (.rowEnd, ""),
                ]),
        ])
        #expect(
            try shop.row("SELECT characteristics FROM v1_offer") == #"{"Цвет":"Красный","Размер":"XL"}"#)
    }

    @Test("what an offer has no column for is in its extra; so are a product's pictures")
    func extra() throws {
        try shop.apply([
            .product("1", "А", [(.picture, "a.png"), (.pictureDescription, "спереди"), (.picture, "b.png")]),
            .offer("1", "О", [(.unit, "шт"), (.fullName, "Полное"), (.picture, "o.png")]),
        ])
        #expect(
            try shop.row("SELECT extra FROM v1_product")
                == #"{"pictures":[{"path":"a.png","description":"спереди"},{"path":"b.png"}]}"#)
        #expect(
            try shop.row("SELECT extra FROM v1_offer")
                == #"{"full_name":"Полное","pictures":[{"path":"o.png"}],"unit":"шт"}"#)
    }

    @Test("a property without a description is named as the goods name it, until that comes")
    func named() throws {
        try shop.apply([
            .product(
                "1", "А",
                property("p", "Длина", [(.propertyValue, "1,1")])
                    + property(nil, "Только имя", [(.propertyValue, "да")]))
        ])
        #expect(try shop.row("SELECT properties FROM v1_product") == #"{"Длина":"1,1","Только имя":"да"}"#)
        try shop.apply([.property("p", "Длина, м")])
        try shop.apply([.product("1", "Б", property("p", "Длина", [(.propertyValue, "2")]))])
        #expect(try shop.row("SELECT properties FROM v1_product") == #"{"Длина, м":"2"}"#)
    }

    @Test("a value by its id is a value where no text is given; GUIDs compare without case")
    func valueIDs() throws {
        let red = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
        try shop.apply([
            .property("c", "Цвет", values: [(red, "Красный")]),
            .property("d", "Цвет 2", values: [(red.uppercased(), "Алый")]),
            .product(
                "1", "А",
                property("c", nil, [(.propertyValueID, red.uppercased())])
                    + property("d", nil, [(.propertyValue, red)])),
            .product("2", "Б", property("c", nil, [(.propertyValueID, red), (.propertyValue, "Красный!")])),
        ])
        #expect(
            try shop.rows("SELECT properties FROM v1_product ORDER BY id") == [
                #"{"Цвет":"Красный","Цвет 2":"Алый"}"#, #"{"Цвет":"Красный!"}"#,
            ])
    }
}
