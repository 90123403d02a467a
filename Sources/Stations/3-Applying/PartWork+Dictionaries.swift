// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Records

extension PartWork {
    /// Groups, properties with their values, price types, warehouses, units.
    func applyDictionary(
        _ batch: RecordBatch, _ kind: RecordKind, _ id: Range<Int>, _ frame: RecordFrame
    ) throws {
        let (table, identKind): (CatalogueTable, IdentKind) =
            switch kind {
            case .property: (.property, .property)
            case .priceType: (.priceType, .priceType)
            case .warehouse: (.warehouse, .warehouse)
            case .unit: (.unit, .unit)
            default: (.group, .group)
            }
        let ident = try session.ident(identKind, batch.arena.span.extracting(id))
        let repeated = isRepeated(kind, ident)
        row.reset(table.values.count)
        switch table {
        case .group:
            if let parent = form[.parent], !parent.isEmpty {
                row.set(0, .integer(try session.ident(.group, batch.arena.span.extracting(parent))))
            } else {
                row.set(0, .null)
            }
            stage(1, .name, batch)
            stageMark(2, batch)
            stageExtra(3, batch)
        case .property:
            stage(0, .name, batch)
            stage(1, .valueType, batch)
            stageMark(2, batch)
            stageExtra(3, batch)
        case .priceType:
            stage(0, .name, batch)
            stage(1, .currency, batch)
            stageMark(2, batch)
            stageExtra(3, batch)
        case .warehouse:
            stage(0, .name, batch)
            stageMark(1, batch)
            stageExtra(2, batch)
        default:
            stage(0, .name, batch)
            stage(1, .unitCode, batch)
            stage(2, .fullUnit, batch)
            stage(3, .internationalUnit, batch)
            stageMark(4, batch)
            stageExtra(5, batch)
        }
        let change = try session.write(table, RowKey(ident), row, asOf: frame.asOf)
        var kindOfChange = change.kind
        if kind == .property, try applyValues(batch, property: ident, frame), kindOfChange == .unchanged {
            kindOfChange = .updated
        }
        if kindOfChange == .inserted || kindOfChange == .updated {
            try session.note(kindOfChange == .inserted ? "insert" : "update", kind.word, ident)
        }
        if repeated {
            counts[kind.word].repeated += 1
        } else {
            let deleted = form[.deleted].map { text(batch, $0) == "true" } ?? false
            count(kind.word, kindOfChange, deleted: deleted && change.wasDeleted == 0, into: &counts)
        }
    }

    /// - Returns: whether a value changed.
    private func applyValues(_ batch: RecordBatch, property: Int64, _ frame: RecordFrame) throws -> Bool {
        var changed = false
        for value in form.values where !value.id.isEmpty {
            let ext = batch.arena.span.extracting(value.id)
            let (id, _) = try session.valueID(property, ext, make: true)
            row.reset(CatalogueTable.propertyValue.values.count)
            row.set(0, .integer(property))
            row.set(1, text: ext)
            row.set(2, text: batch.arena.span.extracting(value.text))
            let change = try session.write(.propertyValue, RowKey(id ?? 0), row, asOf: frame.asOf)
            changed = changed || change.kind == .inserted || change.kind == .updated
        }
        return changed
    }

    // MARK: Columns

    /// Stages a scalar: absent, cleared or set.
    func stage(_ column: Int, _ field: Field, _ batch: RecordBatch) {
        guard let text = form[field] else { return }
        if text.isEmpty {
            row.set(column, .null)
        } else {
            row.set(column, text: batch.arena.span.extracting(text))
        }
    }

    /// Stages the deletion mark; a thing sent without one is alive.
    func stageMark(_ column: Int, _ batch: RecordBatch) {
        let deleted = form[.deleted].map { batch.arena[$0].elementsEqual("true".utf8) } ?? false
        row.set(column, .integer(deleted ? 1 : 0))
    }

    /// Stages as JSON what has no column; absent where there is none.
    ///
    /// - Parameters:
    ///   - characteristics: they have no column here.
    ///   - ofOffer: nor have the full name and the pictures.
    func stageExtra(
        _ column: Int, _ batch: RecordBatch, characteristics: Bool = false, ofOffer: Bool = false
    ) {
        json.removeAll()
        json.raw(123)
        let member = { (work: PartWork, name: StaticString, text: Range<Int>?) in
            guard let text, !text.isEmpty else { return }
            work.json.comma()
            work.json.raw(34)
            work.json.raw(name)
            work.json.raw("\":")
            work.json.string(batch.arena[text])
        }
        member(self, "version", form[.version])
        member(self, "category", form[.category])
        member(self, "unit_code", form[.unitCode])
        pairs("requisites", form.requisites, batch)
        if characteristics { pairs("characteristics", form.characteristics, batch) }
        if ofOffer {
            member(self, "full_name", form[.fullName])
            if !form.pictures.isEmpty {
                json.comma()
                json.raw("\"pictures\":")
                pictures(batch)
            }
        }
        for (name, value) in form.extras {
            json.comma()
            json.string(batch.arena[name])
            json.raw(58)
            json.string(batch.arena[value])
        }
        guard json.bytes.count > 1 else { return }
        json.raw(125)
        row.set(column, text: json.bytes)
    }

    private func pairs(
        _ name: StaticString, _ pairs: [(name: Range<Int>, value: Range<Int>)], _ batch: RecordBatch
    ) {
        guard !pairs.isEmpty else { return }
        json.comma()
        json.raw(34)
        json.raw(name)
        json.raw("\":")
        object(pairs, batch)
    }

    /// Writes an object; the second of one name is `name[2]`, so that none is
    /// lost.
    private func object(_ pairs: [(name: Range<Int>, value: Range<Int>)], _ batch: RecordBatch) {
        json.raw(123)
        for (index, pair) in pairs.enumerated() {
            let earlier = pairs[..<index].count { batch.arena[$0.name] == batch.arena[pair.name] }
            json.comma()
            if earlier == 0 {
                json.string(batch.arena[pair.name])
            } else {
                json.string(batch.arena[pair.name] + "[\(earlier + 1)]".utf8)
            }
            json.raw(58)
            json.string(batch.arena[pair.value])
        }
        json.raw(125)
    }

    /// Stages characteristics as one object.
    func stageCharacteristics(_ column: Int, _ batch: RecordBatch) {
        guard !form.characteristics.isEmpty else { return }
        json.removeAll()
        object(form.characteristics, batch)
        row.set(column, text: json.bytes)
    }

    /// Stages property values: ids where the dictionary knows them, else text.
    func stageProperties(_ column: Int, _ batch: RecordBatch) throws {
        guard !form.properties.isEmpty else { return }
        json.removeAll()
        json.raw(91)
        for property in form.properties where !property.key.isEmpty && !property.stated.isEmpty {
            let id = try session.ident(.property, batch.arena.span.extracting(property.key))
            if !property.name.isEmpty {
                try session.nameProperty(id, batch.arena.span.extracting(property.name))
            }
            json.comma()
            json.raw(91)
            json.integer(id)
            json.raw(",[")
            for value in property.stated {
                json.comma()
                if let known = try session.valueID(id, batch.arena.span.extracting(value), make: false).id {
                    json.integer(known)
                } else {
                    json.string(batch.arena[value])
                }
            }
            json.raw("]]")
        }
        json.raw(93)
        row.set(column, text: json.bytes)
    }
}
