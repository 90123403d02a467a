// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// What a record states, sorted by column: the step between a batch's entries
/// and a staged row.
///
/// One instance is reused for all records.
struct RecordForm {
    typealias Text = Range<Int>

    /// Scalar fields that stand outside every substructure; nil = absent, an
    /// empty range = cleared.
    private var scalars: [Text?] = Array(repeating: nil, count: 256)
    private var used: [Int] = []

    var groups: [Text] = []
    var groupsStated = false
    var pictures: [(path: Text, description: Text?)] = []
    var properties: [PropertyForm] = []
    var characteristics: [(name: Text, value: Text)] = []
    var requisites: [(name: Text, value: Text)] = []
    var extras: [(name: Text, value: Text)] = []
    var prices: [PriceForm] = []
    var stocks: [StockForm] = []
    var values: [(id: Text, text: Text)] = []
    var pricesStated = false
    var stockStated = false

    struct PropertyForm {
        /// By its id, or by its name alone.
        var id: Text = 0..<0
        var name: Text = 0..<0
        var values: [Text] = []
        /// Ids in the dictionary; they count where no value is given.
        var valueIDs: [Text] = []

        var key: Text { id.isEmpty ? name : id }
        var stated: [Text] { values.isEmpty ? valueIDs : values }
    }
    struct PriceForm {
        var type: Text?
        var value: Text?
        var currency: Text?
        var minQuantity: Text?
        var unit: Text?
        var factor: Text?

        /// It says nothing; a value that is cleared takes the price away.
        var isEmpty: Bool {
            guard let value else { return true }
            return value.isEmpty && (type ?? 0..<0).isEmpty
        }
    }
    struct StockForm {
        var warehouse: Text?
        var quantity: Text?

        /// It says nothing; a quantity that is cleared takes the row away.
        var isEmpty: Bool { quantity == nil }
    }

    subscript(_ field: Field) -> Text? { scalars[Int(field.rawValue)] }

    /// Any field of the thing itself, beside its id, version, prices and stock.
    var statesOwn: Bool {
        used.contains { field in
            field != Int(Field.id.rawValue) && field != Int(Field.version.rawValue)
                && field != Int(Field.quantity.rawValue)
        } || groupsStated || !pictures.isEmpty || !properties.isEmpty || !characteristics.isEmpty
            || !requisites.isEmpty || !extras.isEmpty
    }

    /// Reads the entries of a record.
    mutating func fill(_ batch: RecordBatch, _ head: RecordBatch.Head) {
        clear()
        var row = Field.rowEnd
        for index in head.fields {
            let entry = batch.entries[index]
            let text = entry.state == .clear ? entry.range.lowerBound..<entry.range.lowerBound : entry.range
            switch entry.field {
            case .priceRow:
                row = .priceRow
                prices.append(PriceForm())
            case .stockRow:
                row = .stockRow
                stocks.append(StockForm())
            case .propertyRow:
                row = .propertyRow
                properties.append(PropertyForm())
            case .characteristicRow:
                row = .characteristicRow
                characteristics.append((0..<0, 0..<0))
            case .requisiteRow:
                row = .requisiteRow
                requisites.append((0..<0, 0..<0))
            case .valueRow:
                row = .valueRow
                values.append((0..<0, 0..<0))
            case .rowEnd: row = .rowEnd
            case .priceType: prices[prices.count - 1].type = text
            case .priceValue: prices[prices.count - 1].value = stated(entry, text)
            case .priceCurrency: prices[prices.count - 1].currency = text
            case .priceMinQuantity: prices[prices.count - 1].minQuantity = text
            case .priceUnit: prices[prices.count - 1].unit = text
            case .priceFactor: prices[prices.count - 1].factor = text
            case .warehouse: stocks[stocks.count - 1].warehouse = text
            case .stockQuantity: stocks[stocks.count - 1].quantity = stated(entry, text)
            case .propertyID: properties[properties.count - 1].id = text
            case .propertyName: properties[properties.count - 1].name = text
            case .propertyValue: if !text.isEmpty { properties[properties.count - 1].values.append(text) }
            case .propertyValueID:
                if !text.isEmpty { properties[properties.count - 1].valueIDs.append(text) }
            case .characteristicName: characteristics[characteristics.count - 1].name = text
            case .characteristicValue: characteristics[characteristics.count - 1].value = text
            case .requisiteName: requisites[requisites.count - 1].name = text
            case .requisiteValue: requisites[requisites.count - 1].value = text
            case .valueID: values[values.count - 1].id = text
            case .valueText: values[values.count - 1].text = text
            case .group:
                groupsStated = true
                if !text.isEmpty { groups.append(text) }
            case .picture: if !text.isEmpty { pictures.append((text, nil)) }
            case .pictureDescription: if !pictures.isEmpty { pictures[pictures.count - 1].description = text }
            case .pricesStated: pricesStated = true
            case .stockStated: stockStated = true
            case .extraName: extras.append((text, 0..<0))
            case .extraValue: if !extras.isEmpty { extras[extras.count - 1].value = text }
            default:
                if row == .rowEnd {
                    let field = Int(entry.field.rawValue)
                    if scalars[field] == nil { used.append(field) }
                    scalars[field] = text
                }
            }
        }
    }

    /// Nil for a value that is neither set to something nor cleared.
    private func stated(_ entry: RecordBatch.Entry, _ text: Text) -> Text? {
        entry.state == .set && text.isEmpty ? nil : text
    }

    private mutating func clear() {
        for field in used { scalars[field] = nil }
        used.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
        groupsStated = false
        pictures.removeAll(keepingCapacity: true)
        properties.removeAll(keepingCapacity: true)
        characteristics.removeAll(keepingCapacity: true)
        requisites.removeAll(keepingCapacity: true)
        extras.removeAll(keepingCapacity: true)
        prices.removeAll(keepingCapacity: true)
        stocks.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        pricesStated = false
        stockStated = false
    }
}
