// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a store must hold after the exchange was applied, counted while it was
/// made.
struct Ledger: Encodable {
    var products: Int
    var offers: Int
    var prices: Int
    var stockRows: Int
    var groups: Int
    var changedOffers = 0
    var sumOfQuantities = 0
    var sumOfRetailPricesInCents = 0
    var seed: UInt64
    var date: String
    /// Id of the price type that the sum is of.
    var retailPriceType: String
    /// Some items, whole.
    var spots: [Spot] = []
    /// Of small packages only.
    var packages: [SmallPackage]?

    struct Spot: Encodable {
        let id, sku, name, barcode, group, retail, wholesale: String
        let quantity: Int
        let stock: [String: Int]
    }

    /// One small package: its offer before, in the seed's edition, and after.
    struct SmallPackage: Encodable {
        let file, offer: String
        let retailCentsBefore, quantityBefore, retailCents, quantity: Int
    }

    init(_ shop: Shop, _ order: ExchangeOrder) {
        products = order.products
        offers = order.products
        prices = order.products * shop.priceTypes.count
        stockRows = order.products * shop.warehouses.count
        groups = shop.groups.count + (order.newClassifier ? 1 : 0)
        seed = order.seed
        date = order.date
        retailPriceType = shop.priceTypes[0].id.text
    }

    mutating func count(_ item: Item) {
        if item.isChanged { changedOffers += 1 }
        sumOfQuantities += item.terms.quantity
        sumOfRetailPricesInCents += item.terms.retail
    }

    mutating func note(_ item: Item, of shop: Shop) {
        let stock = [item.terms.stock.0, item.terms.stock.1, item.terms.stock.2]
        spots.append(
            Spot(
                id: item.id.text, sku: item.article, name: item.name, barcode: String(item.barcode),
                group: shop.groups[item.group].id.text, retail: Self.amount(item.terms.retail),
                wholesale: Self.amount(item.terms.wholesale), quantity: item.terms.quantity,
                stock: Dictionary(
                    uniqueKeysWithValues: zip(shop.warehouses.map(\.id.text), stock))))
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: URL(fileURLWithPath: path))
    }

    private static func amount(_ cents: Int) -> String {
        var bytes: [UInt8] = []
        bytes.append(cents: cents)
        return String(decoding: bytes, as: UTF8.self)
    }
}
