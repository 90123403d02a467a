// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The tables that hold what partners send, with their columns.
///
/// One description serves reading, writing, before-images and undo: the
/// columns are the keys, the values, the as-of times of the fact groups, and
/// last the part that changed the row.
package enum CatalogueTable: Int, CaseIterable, Sendable {
    case group = 1
    case property, propertyValue, priceType, warehouse, unit, product, offer, price, stock, waiting

    package var name: String {
        switch self {
        case .group: "grp"
        case .property: "property"
        case .propertyValue: "property_value"
        case .priceType: "price_type"
        case .warehouse: "warehouse"
        case .unit: "unit"
        case .product: "product"
        case .offer: "offer"
        case .price: "price"
        case .stock: "stock"
        case .waiting: "waiting"
        }
    }

    /// One column for most, two for the rows of an offer.
    package var keys: [String] {
        switch self {
        case .price: ["offer", "type"]
        case .stock: ["offer", "warehouse"]
        default: ["id"]
        }
    }

    /// What the partner states.
    package var values: [String] {
        switch self {
        case .group: ["parent", "name", "deleted", "extra"]
        case .property: ["name", "value_type", "deleted", "extra"]
        case .propertyValue: ["property", "ext", "value"]
        case .priceType: ["name", "currency", "deleted", "extra"]
        case .warehouse: ["name", "deleted", "extra"]
        case .unit: ["name", "code", "full_name", "international", "deleted", "extra"]
        case .product:
            [
                "sku", "barcode", "name", "full_name", "description", "brand", "unit", "vat_rate", "weight",
                "groups", "properties", "extra", "deleted", "stream", "pictures",
            ]
        case .offer:
            [
                "product", "sku", "barcode", "name", "unit", "characteristics", "properties", "extra",
                "deleted",
                "stream", "quantity",
            ]
        case .price: ["currency", "value", "min_quantity", "extra"]
        case .stock: ["quantity"]
        case .waiting:
            ["source", "kind", "ref", "ref2", "section", "context", "record", "since", "rows", "reported"]
        }
    }

    /// As-of columns of the fact groups, and how many of `values`, from the
    /// front, belong to each.
    package var groups: [(asOf: String, end: Int)] {
        switch self {
        case .product: [("as_of", 14), ("pictures_as_of", 15)]
        case .offer: [("as_of", 10), ("quantity_as_of", 11)]
        default: [("as_of", values.count)]
        }
    }

    /// All columns in the order of the table and of before-images.
    package var columns: [String] { keys + values + groups.map(\.asOf) + ["part"] }
}
