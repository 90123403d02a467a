// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// Waybill's own JSON: changes, or a whole catalogue, for whoever writes a
/// file by hand or by script (docs/waybill-json.md).
package enum WaybillJSON {
    package static let name = "waybill-json"
    /// The newest version of the format; a document may state it as `waybill`.
    static let version = 1

    static func recognise(_ start: Span<UInt8>) -> Recognition {
        var found = Recognition()
        let decoder = WaybillJSONDecoder()
        var batch = RecordBatch()
        do { try decoder.feed(start, into: &batch) } catch {
            if case .wrongDialect(_, _, let detail) = error {
                found.refusal = detail
                return found
            }
            if decoder.head.sections.isEmpty {
                found.refusal =
                    "this is no JSON document that Waybill reads (line \(error.line): \(error.sentence)): "
                    + "see docs/waybill-json.md"
                return found
            }
        }
        guard !decoder.isBlank else {
            found.refusal = "the file is empty: its writer has not written it, export it again"
            return found
        }
        found.dialect = name
        found.version = decoder.head.version
        for section in decoder.head.sections {
            switch section.kind {
            case .customers: found.lanes.insert(.clients)
            case .documents: found.lanes.insert(.orders)
            case .classifier, .catalogue, .offers, .offerChanges:
                found.lanes.insert(decoder.isFull == true ? .catalogueFull : .catalogue)
            }
        }
        if found.lanes.isEmpty { found.lanes = [decoder.isFull == true ? .catalogueFull : .catalogue] }
        return found
    }

    /// What one record of a section, or of a `type`, is.
    struct RecordType {
        var kind: RecordKind
        var section: SectionKind
        /// Prices and stock: a row of an offer.
        var row: Field?
        var members: [String: Member]
    }

    /// What a member of a record means.
    enum Member {
        case id, text(Field), decimal(Field), decimalOrText(Field), currency(Field), boolean(Field)
        /// Strings, or one.
        case list(Field)
        case pictures, properties, characteristics, values, prices, stock, extra
        case ignore
    }

    /// Members of a document by name; the value of `type` of such a record.
    static let sections: [String: String] = [
        "products": "product", "offers": "offer", "prices": "price", "stock": "stock", "groups": "group",
        "price_types": "price_type", "warehouses": "warehouse", "properties": "property", "units": "unit",
        "customers": "customer", "orders": "order",
    ]

    static let facts: Set<String> = ["waybill", "catalogue", "full", "as_of"]

    static let types: [String: RecordType] = [
        "product": RecordType(
            kind: .product, section: .catalogue,
            members: article.merging([
                "full_name": .text(.fullName), "description": .text(.description), "brand": .text(.brand),
                "vat_rate": .decimalOrText(.vatRate), "weight": .decimal(.weight), "groups": .list(.group),
                "category": .text(.category),
            ]) { $1 }),
        "offer": RecordType(
            kind: .offer, section: .offers,
            members: article.merging([
                "quantity": .decimal(.quantity), "prices": .prices, "stock": .stock,
            ]) { $1 }),
        "price": RecordType(
            kind: .offer, section: .offerChanges, row: .priceRow,
            members: price.merging(["type": .ignore, "offer": .id]) { $1 }),
        "stock": RecordType(
            kind: .offer, section: .offerChanges, row: .stockRow,
            members: stock.merging(["type": .ignore, "offer": .id]) { $1 }),
        "group": RecordType(
            kind: .group, section: .classifier, members: common.merging(["parent": .text(.parent)]) { $1 }),
        "property": RecordType(
            kind: .property, section: .classifier,
            members: common.merging(["value_type": .text(.valueType), "values": .values]) { $1 }),
        "price_type": RecordType(
            kind: .priceType, section: .classifier,
            members: common.merging(["currency": .currency(.currency)]) { $1 }),
        "warehouse": RecordType(kind: .warehouse, section: .classifier, members: common),
        "unit": RecordType(
            kind: .unit, section: .classifier,
            members: common.merging([
                "code": .text(.unitCode), "full_name": .text(.fullUnit),
                "international": .text(.internationalUnit),
            ]) { $1 }),
        // Known, and read by other stations.
        "customer": RecordType(kind: .customer, section: .customers, members: common),
        "order": RecordType(kind: .order, section: .documents, members: common),
    ]

    private static let common: [String: Member] = [
        "type": .ignore, "id": .id, "name": .text(.name), "deleted": .boolean(.deleted),
        "version": .text(.version), "extra": .extra,
    ]

    private static let article = common.merging([
        "sku": .text(.sku), "barcode": .text(.barcode), "unit": .text(.unit), "unit_code": .text(.unitCode),
        "pictures": .pictures, "properties": .properties, "characteristics": .characteristics,
    ]) { $1 }

    /// A row of prices.
    static let price: [String: Member] = [
        "price_type": .text(.priceType), "value": .decimal(.priceValue),
        "currency": .currency(.priceCurrency),
        "min_quantity": .decimal(.priceMinQuantity), "unit": .text(.priceUnit),
        "factor": .decimal(.priceFactor),
    ]

    /// A row of stock.
    static let stock: [String: Member] = [
        "warehouse": .text(.warehouse), "quantity": .decimal(.stockQuantity),
    ]
}
