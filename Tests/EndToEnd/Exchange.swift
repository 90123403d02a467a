// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import TestKit

/// A small exchange in the words of UT 11: two products, three offers, prices
/// of two types, stock in two warehouses.
enum Exchange {
    static let red = "bd72d8f9-55bc-11d9-848a-00112f43529a"
    static let blue = "bd72d8fa-55bc-11d9-848a-00112f43529a"
    static let variant = "d0b5e3a4-1111-11e1-848a-00112f43529a"

    static func goods(
        _ writtenAt: String = "2026-03-02T10:00:00", onlyChanges: Bool? = false,
        red name: String = "Кресло красное",
        products: [String]? = nil
    ) -> String {
        CommerceML.catalogue(
            onlyChanges: onlyChanges, writtenAt: writtenAt,
            classifier:
                "<Группы><Группа><Ид>g1</Ид><Наименование>Мебель</Наименование><Группы><Группа><Ид>g2</Ид>"
                + "<Наименование>Кресла</Наименование></Группа></Группы></Группа></Группы>",
            products: products ?? [
                CommerceML.product(red, name: name, sku: "КР-1", groups: ["g2"]),
                CommerceML.product(
                    blue, name: "Кресло синее", sku: "КР-2", groups: ["g2"],
                    body: "<Картинка>import_files/bd/blue.png</Картинка>"),
            ])
    }

    static func offers(
        _ writtenAt: String = "2026-03-02T10:05:00", onlyChanges: Bool? = false, price: String = "12 500,00"
    ) -> String {
        CommerceML.offers(
            onlyChanges: onlyChanges, writtenAt: writtenAt,
            priceTypes: [("retail", "руб"), ("trade", "USD")],
            warehouses: ["w1", "w2"],
            offers: [
                CommerceML.offer(
                    red, prices: [("retail", price), ("trade", "130.5")], stock: [("w1", "3"), ("w2", "0")],
                    quantity: "3"),
                CommerceML.offer(blue, prices: [("retail", "9900")], stock: [("w1", "1,5")]),
                CommerceML.offer("\(blue)#\(variant)", prices: [("retail", "9950")], stock: [("w2", "7")]),
            ])
    }

    /// What the views hold after `goods` and `offers`.
    static let rows = [
        "v1_group": 2, "v1_product": 2, "v1_offer": 3, "v1_price": 4, "v1_stock": 4,
    ]

    /// The smallest picture: a PNG of one pixel.
    static let picture: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0,
        0, 0,
        1, 8, 6, 0, 0, 0, 0x1F, 0x15, 0xC4, 0x89, 0, 0, 0, 0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0,
        1, 0, 0,
        5, 0, 1, 0x0D, 0x0A, 0x2D, 0xB4, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]
}
