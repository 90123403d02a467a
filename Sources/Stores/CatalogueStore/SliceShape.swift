// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

/// What a record stated, exactly: the fact groups and rows whose as-of time
/// its slice confirms, and what its rows counted as.
package struct SliceShape: Hashable, Sendable {
    /// The thing's own fields.
    package var own = false
    package var pictures = false
    package var quantity = false
    /// It stated all prices or all stock of an offer, perhaps with no row.
    package var pricesStated = false
    package var stockStated = false
    /// Price types and warehouses of the rows it gave, took away or zeroed.
    package var prices: [Int64] = []
    package var stocks: [Int64] = []
    /// Rows it gave, and those among them that said nothing.
    package var priceRows = 0
    package var emptyPriceRows = 0
    package var stockRows = 0
    package var emptyStockRows = 0

    package init() {}

    package mutating func removeAll() {
        own = false
        pictures = false
        quantity = false
        pricesStated = false
        stockStated = false
        prices.removeAll(keepingCapacity: true)
        stocks.removeAll(keepingCapacity: true)
        priceRows = 0
        emptyPriceRows = 0
        stockRows = 0
        emptyStockRows = 0
    }

    /// As it is stored, and unique there.
    fileprivate var values: [SQLValue] {
        [
            .integer(own ? 1 : 0), .integer(pictures ? 1 : 0), .integer(quantity ? 1 : 0),
            .integer(pricesStated ? 1 : 0), .integer(stockStated ? 1 : 0),
            .integer(Int64(priceRows)), .integer(Int64(emptyPriceRows)), .integer(Int64(stockRows)),
            .integer(Int64(emptyStockRows)), .text(Self.text(prices)), .text(Self.text(stocks)),
        ]
    }

    fileprivate init(_ row: SQLRow) {
        own = row.integer(0) == 1
        pictures = row.integer(1) == 1
        quantity = row.integer(2) == 1
        pricesStated = row.integer(3) == 1
        stockStated = row.integer(4) == 1
        priceRows = Int(row.integer(5) ?? 0)
        emptyPriceRows = Int(row.integer(6) ?? 0)
        stockRows = Int(row.integer(7) ?? 0)
        emptyStockRows = Int(row.integer(8) ?? 0)
        prices = Self.keys(row.text(9))
        stocks = Self.keys(row.text(10))
    }

    private static func text(_ keys: [Int64]) -> String { keys.map(String.init).joined(separator: " ") }
    private static func keys(_ text: String?) -> [Int64] {
        (text ?? "").split(separator: " ").compactMap { Int64($0) }
    }
}

/// Shapes by number: a store has few.
final class ShapeBook {
    private static let columns =
        "own, pictures, quantity, all_prices, all_stock, prices, no_prices, stocks, no_stocks, price_keys, stock_keys"
    private static let cacheLimit = 4_096

    private let connection: Connection
    private var numbers: [SliceShape: Int64] = [:]
    private var shapes: [Int64: SliceShape] = [:]
    private var last: (shape: SliceShape, number: Int64)?
    private var lastRead: (number: Int64, shape: SliceShape)?

    init(_ connection: Connection) { self.connection = connection }

    /// The number of a shape, made if it is new; nil once there are more than
    /// a slot can name: such slices are read every time.
    func number(_ shape: SliceShape) throws(StoreError) -> Int64? {
        if let last, last.shape == shape { return last.number }
        var found = numbers[shape]
        if found == nil {
            found = try load(shape)
            if numbers.count < Self.cacheLimit { numbers[shape] = found }
        }
        guard let found, found <= SliceSlot.maxShape else { return nil }
        last = (shape, found)
        return found
    }

    private func load(_ shape: SliceShape) throws(StoreError) -> Int64 {
        let values = shape.values
        if let id = try connection.row(
            """
            SELECT id FROM shape WHERE own = ? AND pictures = ? AND quantity = ? AND all_prices = ? AND all_stock = ?
                AND prices = ? AND no_prices = ?
                AND stocks = ? AND no_stocks = ? AND price_keys = ? AND stock_keys = ?
            """, values)?.integer(0)
        {
            return id
        }
        try connection.execute(
            "INSERT INTO shape (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        let id = connection.lastInsertedID
        for (table, keys) in [(CatalogueTable.price, shape.prices), (.stock, shape.stocks)] {
            for key in keys {
                try connection.execute(
                    "INSERT OR IGNORE INTO shape_row (shape, tbl, key) VALUES (?, ?, ?)",
                    [.integer(id), .integer(table.rawValue), .integer(key)])
            }
        }
        return id
    }

    func shape(_ number: Int64) throws(StoreError) -> SliceShape {
        if let lastRead, lastRead.number == number { return lastRead.shape }
        let found: SliceShape
        if let known = shapes[number] {
            found = known
        } else {
            guard
                let row = try connection.row(
                    "SELECT \(Self.columns) FROM shape WHERE id = ?", [.integer(number)])
            else {
                throw StoreError(code: 11, message: "shape \(number) is missing", path: connection.file)
            }
            found = SliceShape(row)
            if shapes.count < Self.cacheLimit { shapes[number] = found }
        }
        lastRead = (number, found)
        return found
    }
}
