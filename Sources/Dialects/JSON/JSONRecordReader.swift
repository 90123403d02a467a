// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// Turns one JSON object into the fields of a record.
///
/// A member that is not there says nothing, `null` clears, a value sets.
struct JSONRecordReader {
    private(set) var builder = RecordBuilder()
    private(set) var id: [UInt8] = []
    private var extraBytes = 0
    let limits: DialectLimits

    init(limits: DialectLimits) { self.limits = limits }

    mutating func begin() {
        builder.removeAll()
        id.removeAll(keepingCapacity: true)
        extraBytes = 0
    }

    mutating func refuse(_ defect: RecordDefect) { builder.refuse(defect) }

    /// Reads the object at node 0.
    mutating func read(_ tape: JSONTape, as type: WaybillJSON.RecordType) {
        begin()
        guard tape.nodes.first?.kind == .object else {
            builder.refuse(.badValue)
            return
        }
        if let row = type.row {
            if row == .stockRow { builder.mark(.stockStated) }
            builder.open(row)
        }
        var isEmpty = true
        members(of: 0, tape) { reader, key, value in
            if tape.string(key) != "type" { isEmpty = false }
            if let member = type.members[tape.string(key)] {
                reader.take(member, tape, value)
            } else {
                reader.extra(Array(tape.bytes(key)), tape, value)
            }
        }
        if let row = type.row {
            // Set or cleared, but stated (docs/waybill-json.md).
            let value = row == .priceRow ? Field.priceValue : .stockQuantity
            if !builder.entries.contains(where: { $0.field == value }) {
                builder.refuse(.badValue)
            }
            builder.close()
        }
        if isEmpty {
            builder.removeAll()
            builder.refuse(.empty)
        } else if id.isEmpty {
            builder.refuse(.missingID)
        } else {
            builder.add(.id, id)
        }
    }

    private mutating func members(
        of object: Int, _ tape: JSONTape, _ body: (inout Self, _ key: Int, _ value: Int) -> Void
    ) {
        var key = object + 1
        while key < tape.nodes[object].end {
            body(&self, key, key + 1)
            key = tape.nodes[key + 1].end
        }
    }

    private mutating func elements(of array: Int, _ tape: JSONTape, _ body: (inout Self, Int) -> Void) {
        var element = array + 1
        while element < tape.nodes[array].end {
            body(&self, element)
            element = tape.nodes[element].end
        }
    }

    // MARK: Members

    private mutating func take(_ member: WaybillJSON.Member, _ tape: JSONTape, _ node: Int) {
        switch member {
        case .ignore: break
        case .id: takeID(tape, node)
        case .text(let field): text(field, tape, node)
        case .currency(let field):
            if tape.nodes[node].kind == .string {
                builder.add(field, Array(Scalars.currency(tape.string(node)).utf8))
            } else {
                text(field, tape, node)
            }
        case .decimal(let field): decimal(field, tape, node, orText: false)
        case .decimalOrText(let field): decimal(field, tape, node, orText: true)
        case .boolean(let field):
            switch tape.nodes[node].kind {
            case .true: builder.add(field, Array("true".utf8))
            case .false: builder.add(field, Array("false".utf8))
            case .null: break
            default: builder.refuse(.badValue)
            }
        case .list(let field): list(field, tape, node)
        case .pictures: pictures(tape, node)
        case .properties: properties(tape, node)
        case .characteristics: characteristics(tape, node)
        case .values: values(tape, node)
        case .prices: rows(.priceRow, .pricesStated, WaybillJSON.price, tape, node)
        case .stock: rows(.stockRow, .stockStated, WaybillJSON.stock, tape, node)
        case .extra:
            guard tape.nodes[node].kind == .object else { return builder.refuse(.badValue) }
            members(of: node, tape) { reader, key, value in
                reader.extra(Array(tape.bytes(key)), tape, value)
            }
        }
    }

    /// The text of a string or a number, without white space around it; nil
    /// for anything else.
    private func scalar(_ tape: JSONTape, _ node: Int) -> ArraySlice<UInt8>? {
        switch tape.nodes[node].kind {
        case .string: tape.text[Scalars.trimmed(tape.text, tape.nodes[node].text)]
        case .number: tape.bytes(node)
        case .object, .array, .true, .false, .null: nil
        }
    }

    private mutating func takeID(_ tape: JSONTape, _ node: Int) {
        if let value = scalar(tape, node) {
            id = Array(value)
        } else if tape.nodes[node].kind != .null {
            builder.refuse(.badValue)
        }
    }

    private mutating func text(_ field: Field, _ tape: JSONTape, _ node: Int) {
        if tape.nodes[node].kind == .null {
            builder.clear(field)
        } else if let value = scalar(tape, node) {
            guard value.count <= limits.field else { return builder.refuse(.tooLarge) }
            if value.isEmpty { builder.clear(field) } else { builder.add(field, value) }
        } else {
            builder.refuse(.badValue)
        }
    }

    private mutating func decimal(_ field: Field, _ tape: JSONTape, _ node: Int, orText: Bool) {
        guard let value = scalar(tape, node), !value.isEmpty else { return text(field, tape, node) }
        let isNumber = tape.nodes[node].kind == .number
        if Scalars.isNormal(value) {
            builder.add(field, value)
        } else if let digits = isNumber ? ScientificNumber.plain(value) : Array(value),
            case .value(let normal) = Scalars.number(digits[...], separator: nil)
        {
            builder.add(field, normal)
        } else if orText, !isNumber {
            builder.add(field, value)
        } else {
            builder.refuse(.badNumber)
        }
    }

    private mutating func list(_ field: Field, _ tape: JSONTape, _ node: Int) {
        let before = builder.entries.count
        switch tape.nodes[node].kind {
        case .null: break
        case .array:
            elements(of: node, tape) { reader, element in
                if let value = reader.scalar(tape, element), !value.isEmpty {
                    reader.builder.add(field, value)
                } else {
                    reader.builder.refuse(.badValue)
                }
            }
        default:
            guard let value = scalar(tape, node), !value.isEmpty else { return builder.refuse(.badValue) }
            builder.add(field, value)
        }
        if builder.entries.count == before { builder.clear(field) }
    }

    private mutating func pictures(_ tape: JSONTape, _ node: Int) {
        if tape.nodes[node].kind == .null { return }
        guard tape.nodes[node].kind == .array else { return builder.refuse(.badValue) }
        elements(of: node, tape) { reader, element in
            if tape.nodes[element].kind == .string {
                reader.text(.picture, tape, element)
                return
            }
            guard tape.nodes[element].kind == .object else { return reader.builder.refuse(.badValue) }
            var path: Int?
            var description: Int?
            reader.members(of: element, tape) { _, key, value in
                if tape.string(key) == "path" { path = value }
                if tape.string(key) == "description" { description = value }
            }
            guard let path, reader.scalar(tape, path)?.isEmpty == false else {
                return reader.builder.refuse(.badValue)
            }
            reader.text(.picture, tape, path)
            if let description { reader.text(.pictureDescription, tape, description) }
        }
    }

    /// An object: id of the property → a value, or several.
    private mutating func properties(_ tape: JSONTape, _ node: Int) {
        if tape.nodes[node].kind == .null { return }
        guard tape.nodes[node].kind == .object else { return builder.refuse(.badValue) }
        members(of: node, tape) { reader, key, value in
            reader.builder.open(.propertyRow)
            reader.builder.add(.propertyID, tape.bytes(key))
            if tape.nodes[value].kind == .array {
                reader.elements(of: value, tape) { $0.propertyValue(tape, $1) }
            } else {
                reader.propertyValue(tape, value)
            }
            reader.builder.close()
        }
    }

    private mutating func propertyValue(_ tape: JSONTape, _ node: Int) {
        switch tape.nodes[node].kind {
        case .true: builder.add(.propertyValue, Array("true".utf8))
        case .false: builder.add(.propertyValue, Array("false".utf8))
        default: text(.propertyValue, tape, node)
        }
    }

    /// An object: name → value.
    private mutating func characteristics(_ tape: JSONTape, _ node: Int) {
        if tape.nodes[node].kind == .null { return }
        guard tape.nodes[node].kind == .object else { return builder.refuse(.badValue) }
        members(of: node, tape) { reader, key, value in
            guard let text = reader.scalar(tape, value) else { return reader.builder.refuse(.badValue) }
            reader.builder.open(.characteristicRow)
            reader.builder.add(.characteristicName, tape.bytes(key))
            reader.builder.add(.characteristicValue, text)
            reader.builder.close()
        }
    }

    /// A dictionary: an object of id → text.
    private mutating func values(_ tape: JSONTape, _ node: Int) {
        guard tape.nodes[node].kind == .object else { return builder.refuse(.badValue) }
        members(of: node, tape) { reader, key, value in
            guard let text = reader.scalar(tape, value) else { return reader.builder.refuse(.badValue) }
            reader.builder.open(.valueRow)
            reader.builder.add(.valueID, tape.bytes(key))
            reader.builder.add(.valueText, text)
            reader.builder.close()
        }
    }

    private mutating func rows(
        _ row: Field, _ stated: Field, _ table: [String: WaybillJSON.Member], _ tape: JSONTape, _ node: Int
    ) {
        builder.mark(stated)
        if tape.nodes[node].kind == .null { return }
        guard tape.nodes[node].kind == .array else { return builder.refuse(.badValue) }
        elements(of: node, tape) { reader, element in
            guard tape.nodes[element].kind == .object else { return reader.builder.refuse(.badValue) }
            reader.builder.open(row)
            reader.members(of: element, tape) { reader, key, value in
                // What a row has no place for is left out.
                if let member = table[tape.string(key)] { reader.take(member, tape, value) }
            }
            reader.builder.close()
        }
    }

    // MARK: Extras

    /// Keeps a value under its name; what is nested under its path.
    private mutating func extra(_ name: [UInt8], _ tape: JSONTape, _ node: Int) {
        switch tape.nodes[node].kind {
        case .null: break
        case .true: extra(name, ArraySlice("true".utf8))
        case .false: extra(name, ArraySlice("false".utf8))
        case .string, .number: extra(name, tape.bytes(node))
        case .object:
            members(of: node, tape) { reader, key, value in
                reader.extra(name + [47] + tape.bytes(key), tape, value)
            }
        case .array:
            var number = 0
            elements(of: node, tape) { reader, element in
                number += 1
                let own = number == 1 ? name : name + Array("[\(number)]".utf8)
                reader.extra(own, tape, element)
            }
        }
    }

    private mutating func extra(_ name: [UInt8], _ value: ArraySlice<UInt8>) {
        let cut = Scalars.cut(value, limits.extra)
        // A row's own members stand in it: its record has no place for more.
        guard !cut.isEmpty, !builder.isInRow, extraBytes + name.count + cut.count <= limits.extras else {
            return
        }
        extraBytes += name.count + cut.count
        builder.add(.extraName, name)
        builder.add(.extraValue, cut)
    }
}

/// Numbers with an exponent, as JSON may write them.
enum ScientificNumber {
    /// The same number without its exponent; nil where it would have more
    /// than 30 digits.
    static func plain(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard let mark = text.firstIndex(where: { $0 == 101 || $0 == 69 }) else { return Array(text) }
        guard let exponent = Int(String(decoding: text[(mark + 1)...], as: UTF8.self)), abs(exponent) <= 30
        else { return nil }
        let mantissa = text[..<mark]
        let sign = mantissa.first == 45 ? [UInt8(45)] : []
        let body = mantissa.dropFirst(sign.count)
        let point = body.firstIndex(of: 46) ?? body.endIndex
        let whole = Array(body[..<point])
        var digits = whole + (point < body.endIndex ? Array(body[(point + 1)...]) : [])
        var place = whole.count + exponent
        if place < 0 {
            digits = Array(repeating: 48, count: -place) + digits
            place = 0
        }
        if place > digits.count { digits += Array(repeating: 48, count: place - digits.count) }
        return sign + digits[..<place] + [46] + digits[place...] + [48]
    }
}
