// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What one top-level record is about.
package enum RecordKind: UInt8, Sendable, Hashable, CaseIterable {
    case group, property, priceType, warehouse, unit, product, offer, customer, order

    /// The word used in counts, views and reports.
    package var word: String {
        switch self {
        case .group: "group"
        case .property: "property"
        case .priceType: "price_type"
        case .warehouse: "warehouse"
        case .unit: "unit"
        case .product: "product"
        case .offer: "offer"
        case .customer: "customer"
        case .order: "order"
        }
    }
}

/// One field of a record, in our own words.
///
/// A field that a record does not hold is *absent*: the store keeps what it
/// has. A field it holds is either set or cleared (`FieldState`).
///
/// Fields of repeated substructures stand between an opening marker
/// (`priceRow`, `stockRow`, `propertyRow`, `characteristicRow`,
/// `requisiteRow`, `valueRow`) and `rowEnd`, in the order the document
/// gave them.
package enum Field: UInt8, Sendable, Hashable {
    // Every record.
    /// The partner's own id as it sent it, trimmed. `item` or `item#variant`.
    case id
    case name
    /// `true` or `false`; the partner's mark that the thing is deleted.
    case deleted
    /// The partner's opaque version stamp.
    case version

    // Products and offers.
    case sku, barcode, fullName, description, brand
    /// Short name of the unit; with `unitCode` the classifier's code or id.
    case unit, unitCode
    case vatRate, weight
    /// Id of a group the product belongs to; repeated. Cleared = in no group.
    case group
    /// Id of a category (UNF).
    case category
    /// Path or URL of a picture as the document gave it; repeated, first is
    /// main.
    case picture
    /// Description of the picture just before it.
    case pictureDescription

    // Offers.
    /// Total quantity, a normalised decimal.
    case quantity
    /// The document stated the offer's prices, perhaps with none.
    case pricesStated
    /// The document stated the offer's stock per warehouse.
    case stockStated

    // Groups.
    /// Id of the parent group; absent at the root.
    case parent

    // Price types.
    case currency

    // Units.
    case fullUnit, internationalUnit

    // Properties.
    /// The partner's word for the type of values.
    case valueType

    // Substructures.
    case priceRow, priceType, priceValue, priceCurrency, priceUnit, priceFactor, priceMinQuantity
    case stockRow, warehouse, stockQuantity
    /// A property of a product: `propertyID`, perhaps `propertyName`, then
    /// `propertyValue` for each value.
    case propertyRow, propertyID, propertyName, propertyValue
    case characteristicRow, characteristicName, characteristicValue
    case requisiteRow, requisiteName, requisiteValue
    /// A value of a property's dictionary.
    case valueRow, valueID, valueText
    case rowEnd

    // What has no column: a name (path below the record, `/` between
    // elements, `@` before an attribute), then its text.
    case extraName, extraValue

    /// Inside `propertyRow`: the value's id in the property's dictionary, where
    /// it stands beside the value's text or in its place.
    case propertyValueID
}

/// Whether a stated field holds something.
package enum FieldState: UInt8, Sendable, Hashable {
    case set, clear
}
