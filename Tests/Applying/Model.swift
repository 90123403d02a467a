// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// The contract's rules for facts and their age, written as plainly as can be:
/// what the real store is compared with.
struct Model {
    struct Product {
        var name = "-"
        var sku = "-"
        var isDeleted = false
        var asOf: Int64
    }
    struct Offer {
        var name = "-"
        var isDeleted = false
        var quantity = "-"
        var asOf: Int64
        var quantityAsOf = Int64.min
    }
    struct Row {
        var value: Int?
        var asOf: Int64
    }
    /// An offer as a document states it; nil is "not stated".
    struct Statement {
        var id: String
        var name: String?
        var isDeleted: Bool?
        var quantity: Int?
        var prices: [(type: String, value: Int)]?
        var stock: [(warehouse: String, quantity: Int)]?
    }
    struct Paper {
        var asOf: Int64
        var isFull = false
        var isWhole = false
        var isChanges = false
        /// Price types the document declares.
        var types: [String] = []
        var products: [(id: String, name: String?, sku: String?, isDeleted: Bool)] = []
        var offers: [Statement] = []
    }

    var products: [String: Product] = [:]
    var offers: [String: Offer] = [:]
    var prices: [String: [String: Row]] = [:]
    var stock: [String: [String: Row]] = [:]
    private var waiting: [(refs: Set<String>, paper: Paper, offer: Statement)] = []
    private var fullProducts = Int64.min
    private var fullOffers = Int64.min

    func product(of offer: String) -> String {
        products[offer] != nil ? offer : String(offer.prefix { $0 != "#" })
    }
    func isDeleted(offer: String) -> Bool {
        offers[offer]?.isDeleted == true || products[product(of: offer)]?.isDeleted == true
    }

    /// - Returns: false for a full that is stale as a whole.
    mutating func apply(_ paper: Paper) -> Bool {
        if paper.isWhole {
            if !paper.products.isEmpty, paper.asOf < fullProducts { return false }
            if !paper.offers.isEmpty, paper.asOf < fullOffers { return false }
        }
        for record in paper.products {
            let isNew = products[record.id] == nil
            var product = products[record.id] ?? Product(asOf: paper.asOf)
            if paper.asOf >= product.asOf {
                product.name = record.name ?? product.name
                product.sku = record.sku ?? product.sku
                product.isDeleted = record.isDeleted
                product.asOf = paper.asOf
                products[record.id] = product
            }
            if isNew { wake(record.id) }
        }
        for record in paper.offers { place(record, paper) }
        guard paper.isWhole else { return true }
        if !paper.products.isEmpty {
            fullProducts = paper.asOf
            let seen = Set(paper.products.map(\.id))
            for (id, old) in products where !seen.contains(id) && old.asOf <= paper.asOf && !old.isDeleted {
                products[id]?.isDeleted = true
                products[id]?.asOf = paper.asOf
            }
        }
        if !paper.offers.isEmpty {
            fullOffers = paper.asOf
            let seen = Set(paper.offers.map(\.id))
            for (id, old) in offers where !seen.contains(id) && old.asOf <= paper.asOf && !old.isDeleted {
                offers[id]?.isDeleted = true
                offers[id]?.asOf = paper.asOf
            }
        }
        return true
    }

    /// Places what waits for an id, oldest facts first.
    private mutating func wake(_ id: String) {
        let list = waiting.filter { $0.refs.contains(id) }.enumerated()
            .sorted { ($0.1.paper.asOf, $0.0) < ($1.1.paper.asOf, $1.0) }.map(\.1)
        waiting.removeAll { $0.refs.contains(id) }
        for entry in list { place(entry.offer, entry.paper) }
    }

    private mutating func place(_ record: Statement, _ paper: Paper) {
        let isNew = offers[record.id] == nil
        let statesOwn = record.name != nil || record.isDeleted != nil
        if isNew {
            if paper.isChanges || (!statesOwn && record.quantity == nil) {
                waiting.append(([record.id], paper, record))
                return
            }
            let product = product(of: record.id)
            if products[product] == nil {
                waiting.append(([record.id, product], paper, record))
                return
            }
        }
        var offer = offers[record.id] ?? Offer(asOf: paper.asOf)
        if isNew || (statesOwn && !paper.isChanges), paper.asOf >= offer.asOf {
            offer.name = record.name ?? offer.name
            offer.isDeleted = record.isDeleted ?? false
            offer.asOf = paper.asOf
        }
        if let quantity = record.quantity, paper.asOf >= offer.quantityAsOf {
            offer.quantity = String(quantity)
            offer.quantityAsOf = paper.asOf
        }
        offers[record.id] = offer
        if let rows = record.prices {
            for row in rows { put(&prices[record.id, default: [:]], row.type, row.value, paper.asOf) }
            let given = Set(rows.map(\.type))
            for type in Array(prices[record.id, default: [:]].keys) where !given.contains(type) {
                let isReplaced = paper.types.isEmpty ? rows.isEmpty : paper.types.contains(type)
                if isReplaced { put(&prices[record.id, default: [:]], type, nil, paper.asOf) }
            }
        }
        if let rows = record.stock {
            for row in rows { put(&stock[record.id, default: [:]], row.warehouse, row.quantity, paper.asOf) }
            let given = Set(rows.map(\.warehouse))
            for warehouse in Array(stock[record.id, default: [:]].keys)
            where paper.isFull && !given.contains(warehouse) {
                put(&stock[record.id, default: [:]], warehouse, 0, paper.asOf)
            }
            if record.quantity == nil, !rows.isEmpty {
                let all = stock[record.id, default: [:]].values
                let asOf = max(paper.asOf, all.map(\.asOf).max() ?? paper.asOf)
                if asOf >= offer.quantityAsOf {
                    offers[record.id]?.quantity = String(all.reduce(0) { $0 + ($1.value ?? 0) })
                    offers[record.id]?.quantityAsOf = asOf
                }
            }
        }
        if isNew { wake(record.id) }
    }

    private func put(_ rows: inout [String: Row], _ key: String, _ value: Int?, _ asOf: Int64) {
        if let old = rows[key], old.asOf > asOf { return }
        rows[key] = Row(value: value, asOf: asOf)
    }

    /// What the views show, sorted.
    var lines: [String] {
        var lines = products.map { "product \($0)|\($1.name)|\($1.sku)|\($1.isDeleted ? 1 : 0)" }
        for (id, offer) in offers {
            lines.append(
                "offer \(id)|\(product(of: id))|\(offer.name)|\(offer.quantity)|\(isDeleted(offer: id) ? 1 : 0)"
            )
        }
        for (offer, rows) in prices {
            for (type, row) in rows {
                if let value = row.value { lines.append("price \(offer)|\(type)|\(value)") }
            }
        }
        for (offer, rows) in stock {
            for (warehouse, row) in rows { lines.append("stock \(offer)|\(warehouse)|\(row.value ?? 0)") }
        }
        return lines.sorted()
    }
}
