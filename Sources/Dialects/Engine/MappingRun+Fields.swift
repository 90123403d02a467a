// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

extension MappingRun {
    /// Takes the text of an element or attribute, which stands in `text`.
    mutating func take(_ op: Op, _ node: UInt16, _ raw: Range<Int>, attribute: Int? = nil) {
        if raw.count > limits.field {
            if isInRecord { record.builder.refuse(.tooLarge) }
            return
        }
        let range = Scalars.trimmed(text, raw)
        if op.kind == .fact {
            take(fact: node, range)
            return
        }
        guard isInRecord else { return }
        guard record.builder.bytes.count + record.held.count + range.count <= limits.record,
            record.builder.entries.count < limits.values
        else {
            record.builder.refuse(.tooLarge)
            return
        }
        switch op.kind {
        case .id:
            if !isNothing(range) {
                record.id.removeAll(keepingCapacity: true)
                record.id.append(contentsOf: text[range])
            }
        case .variant:
            record.variant.removeAll(keepingCapacity: true)
            if !isNothing(range) { record.variant.append(contentsOf: text[range]) }
        case .field: add(op.field, op.reading, clears: op.clears, range)
        case .fallback:
            guard !range.isEmpty else { return }
            let name = hold(path(attribute: attribute))
            record.fallbacks.append(
                .init(field: op.field, reading: op.reading, bytes: hold(range), name: name))
        case .after:
            if !range.isEmpty { frames[frames.count - 1].after = (op.field, hold(range)) }
        case .unit:
            guard !range.isEmpty else { return }
            let isCode = Scalars.isUnitCode(text[range])
            if isCode, record.builder.states(.unitCode) { return }
            add(isCode ? .unitCode : .unit, .text, clears: false, range)
        case .deletion:
            if let mark = Scalars.deletion(text[range]) { record.marked = record.marked == true || mark }
        case .rowOf:
            guard !range.isEmpty else { return }
            openRow(op.field)
            add(op.inner, op.reading, clears: false, range)
            record.builder.close()
        case .rowName: record.rowName = hold(range)
        case .rowValue: record.rowValues.append(hold(range))
        case .container, .section, .fact, .record, .passage, .row, .namedRow, .marker, .list, .ignore: break
        }
    }

    private func isNothing(_ range: Range<Int>) -> Bool {
        range.isEmpty || text[range].elementsEqual(Scalars.emptyGUID)
    }

    private mutating func hold(_ range: Range<Int>) -> Range<Int> {
        let start = record.held.count
        record.held.append(contentsOf: text[range])
        return start..<record.held.count
    }

    private mutating func hold(_ bytes: [UInt8]) -> Range<Int> {
        let start = record.held.count
        record.held.append(contentsOf: bytes)
        return start..<record.held.count
    }

    // MARK: Rows

    /// A field that says "this was stated", once.
    mutating func mark(_ field: Field) {
        if !record.builder.isInRow, !record.builder.states(field) { record.builder.mark(field) }
    }

    /// Opens the row around the element at hand with its first field.
    ///
    /// A row of stock that would state a field twice is two: one element can
    /// stand around several warehouses.
    private mutating func needRow(_ field: Field) {
        guard let row = frames.last?.row, row >= 0 else { return }
        let marker = ops[Int(frames[row].node)].field
        if frames[row].isOpen {
            guard marker == .stockRow, isInOpenRow(field) else { return }
            record.builder.close()
        }
        frames[row].isOpen = true
        openRow(marker)
    }

    private func isInOpenRow(_ field: Field) -> Bool {
        record.builder.entries.reversed().prefix { $0.field != .stockRow }.contains { $0.field == field }
    }

    private mutating func openRow(_ row: Field) {
        if row == .stockRow { mark(.stockStated) }
        record.builder.open(row)
    }

    /// Ends a row of a name and a value.
    mutating func finishRow(_ op: Op) {
        let name = record.rowName ?? 0..<0
        let values = record.rowValues
        guard !name.isEmpty || values.contains(where: { !$0.isEmpty }) else { return }
        let feed = feedCache[op.number].feed(record.held[name])
        var isKept = op.isKept
        for value in values where !value.isEmpty {
            if feed?.field == .pictureDescription {
                if describePicture(value) { isKept = false }
            } else if feed == nil, op.isKept {
                continue
            } else {
                // A name can be anything: what it makes is an extra's name.
                let extraName = op.isKept ? 0..<0 : hold(path() + [47] + record.held[name])
                if let feed {
                    record.fallbacks.append(
                        .init(field: feed.field, reading: feed.reading, bytes: value, name: extraName))
                } else {
                    extra(name: Array(record.held[extraName]), record.held[value])
                }
            }
        }
        guard isKept else { return }
        let (nameField, valueField) = rowFields(op.field)
        for value in values.isEmpty ? [0..<0] : values {
            record.builder.open(op.field)
            record.builder.add(nameField, record.held[name])
            record.builder.add(valueField, record.held[value])
            record.builder.close()
        }
    }

    private func rowFields(_ row: Field) -> (name: Field, value: Field) {
        row == .characteristicRow
            ? (.characteristicName, .characteristicValue) : (.requisiteName, .requisiteValue)
    }

    /// `path#description` describes the picture of that path.
    ///
    /// - Returns: false where the record has no such picture.
    private mutating func describePicture(_ value: Range<Int>) -> Bool {
        guard let hash = record.held[value].firstIndex(of: 35) else { return false }
        let path = record.held[value.lowerBound..<hash]
        let entries = record.builder.entries
        guard
            let picture = entries.firstIndex(where: {
                $0.field == .picture && record.builder.bytes[$0.range].elementsEqual(path)
            })
        else { return false }
        let isDescribed = picture + 1 < entries.count && entries[picture + 1].field == .pictureDescription
        if !isDescribed, hash + 1 < value.upperBound {
            record.builder.add(
                .pictureDescription, record.held[hash + 1..<value.upperBound], behind: picture)
        }
        return true
    }

    // MARK: Values

    /// Adds a field, or clears it where it is empty and an empty one clears.
    mutating func add(_ field: Field, _ reading: Mapping.Reading, clears: Bool, _ range: Range<Int>) {
        if range.isEmpty {
            if clears {
                needRow(field)
                record.builder.clear(field)
            }
            return
        }
        switch reading {
        case .text: addText(field, text[range])
        case .reference: if !isNothing(range) { addText(field, text[range]) }
        case .decimal, .decimalOrText: addNumber(field, text[range], orText: reading == .decimalOrText)
        case .boolean:
            if let flag = Scalars.boolean(text[range]) {
                addText(field, ArraySlice((flag ? "true" : "false").utf8))
            } else {
                record.builder.refuse(.badValue)
            }
        case .currency:
            addText(
                field, ArraySlice(Scalars.currency(String(decoding: text[range], as: UTF8.self)).utf8))
        case .propertyValue:
            if text[range.lowerBound] == 45, Scalars.number(text[range], separator: separator) == .notSet {
                needRow(field)
                record.builder.clear(field)
            } else {
                addText(field, text[range])
            }
        }
    }

    private mutating func addText(_ field: Field, _ value: ArraySlice<UInt8>) {
        needRow(field)
        record.builder.add(field, value)
    }

    private mutating func addNumber(_ field: Field, _ value: ArraySlice<UInt8>, orText: Bool) {
        if Scalars.isNormal(value) {
            addText(field, value)
            return
        }
        switch Scalars.number(value, separator: separator) {
        case .value(let digits): addText(field, digits[...])
        case .notSet: needRow(field)
        case .bad:
            // The row stands all the same: rows of a reject are counted.
            if orText { addText(field, value) } else { needRow(field); record.builder.refuse(.badNumber) }
        }
    }

    // MARK: Extras

    /// Keeps what no rule names under its path below the record.
    mutating func extra(_ raw: Range<Int>, attribute: Int?) {
        guard mapping.mapping.records[record.rule].keepsExtras else { return }
        let range = Scalars.trimmed(text, raw)
        guard !range.isEmpty else { return }
        extra(name: path(attribute: attribute), text[range])
    }

    /// Names of the elements below the record, joined by `/`; an attribute
    /// begins with `@`.
    private func path(attribute: Int? = nil) -> [UInt8] {
        var path: [UInt8] = []
        for frame in frames[min(record.frame + 1, frames.count)...] {
            if !path.isEmpty { path.append(47) }
            path.append(contentsOf: names[Int(frame.name)])
        }
        if let attribute {
            if !path.isEmpty { path.append(47) }
            path.append(64)
            path.append(contentsOf: names[attribute])
        }
        return path
    }

    /// A name that is there already gets a number: `name[2]`.
    private mutating func extra(name: [UInt8], _ value: ArraySlice<UInt8>) {
        let cut = Scalars.cut(value, limits.extra)
        guard record.extraBytes + name.count + cut.count <= limits.extras else { return }
        record.extraBytes += name.count + cut.count
        var own = name
        // Begins behind those that have one: a record can hold a name a
        // thousand times.
        var number = numbered(name)
        while number > 0, isTaken(own) {
            number += 1
            own = name + Array("[\(number)]".utf8)
        }
        record.builder.add(.extraName, own)
        record.builder.add(.extraValue, cut)
    }

    /// How many extras bear that name, with or without a number.
    private func numbered(_ name: [UInt8]) -> Int {
        record.builder.entries.count {
            guard $0.field == .extraName, $0.length >= name.count else { return false }
            let taken = record.builder.bytes[$0.range]
            return taken.starts(with: name)
                && (taken.count == name.count || taken[taken.startIndex + name.count] == 91)
        }
    }

    private func isTaken(_ name: [UInt8]) -> Bool {
        record.builder.entries.contains {
            $0.field == .extraName && $0.length == name.count
                && record.builder.bytes[$0.range].elementsEqual(name)
        }
    }

    // MARK: The end of a record

    /// Adds a field that no other path stated; an extra where one did.
    private mutating func fallBack(_ held: OpenRecord.Held) {
        let start = text.count
        text.append(contentsOf: record.held[held.bytes])
        // A note in words is no reason to refuse the record.
        let isUseless =
            record.builder.states(held.field)
            || (held.reading == .decimal && Scalars.number(text[start...], separator: separator) == .bad)
        if !isUseless {
            add(held.field, held.reading, clears: false, start..<text.count)
        } else if !held.name.isEmpty {
            extra(name: Array(record.held[held.name]), record.held[held.bytes])
        }
        text.removeLast(text.count - start)
    }

    mutating func finishRecord() {
        let table = mapping.mapping.records[record.rule]
        for held in record.fallbacks { fallBack(held) }
        if record.id.isEmpty, let field = table.idFallback,
            let entry = record.builder.entries.first(where: { $0.field == field })
        {
            record.id.append(contentsOf: record.builder.bytes[entry.range])
        }
        if record.isBare {
            record.builder.refuse(.empty)
        } else if record.id.isEmpty {
            record.builder.refuse(.missingID)
        } else {
            record.builder.add(.id, record.fullID)
        }
        if let marked = record.marked {
            record.builder.add(.deleted, Array((marked ? "true" : "false").utf8))
        } else if table.unmarked == .active || record.builder.states(.name), record.builder.defect == nil {
            record.builder.add(.deleted, Array("false".utf8))
        }
        if let parent = outer.last, table.nested != nil, parent.rule == record.rule {
            if !parent.id.isEmpty {
                record.builder.add(.parent, parent.id)
            } else if record.builder.defect == nil {
                if orphans < Self.orphanLimit {
                    orphans += 1
                    outer[outer.count - 1].orphans.append(record)
                    leave()
                    return
                }
                record.builder.refuse(.tooLarge)
            }
        }
        declare(table.kind)
        emit(record)
        leave()
    }

    private mutating func emit(_ record: OpenRecord) {
        batch.append(
            mapping.mapping.records[record.rule].kind, section: max(0, record.section), offset: record.offset,
            line: record.line, record.builder)
        for var orphan in record.orphans {
            if !record.id.isEmpty { orphan.builder.add(.parent, record.id) }
            orphans -= 1
            emit(orphan)
        }
    }

    private mutating func leave() {
        if let around = outer.popLast() { record = around } else { isInRecord = false }
    }

    /// Price types and warehouses are facts of the document, too.
    private mutating func declare(_ kind: RecordKind) {
        guard record.builder.defect == nil else { return }
        if kind == .priceType {
            let currency = record.builder.entries.first { $0.field == .currency }
            head.priceTypes.append(
                .init(
                    id: String(decoding: record.id, as: UTF8.self),
                    currency: currency.map {
                        String(decoding: record.builder.bytes[$0.range], as: UTF8.self)
                    } ?? ""))
        } else if kind == .warehouse {
            head.warehouses.append(String(decoding: record.id, as: UTF8.self))
        }
    }
}

/// Feeds by the name as it is spelled: a document has few spellings, and the
/// normal form of a name is dear.
struct FeedCache {
    private let table: [String: Mapping.Feed]
    private var known: [(name: [UInt8], feed: Mapping.Feed?)] = []

    init(_ table: [String: Mapping.Feed]) { self.table = table }

    mutating func feed(_ name: ArraySlice<UInt8>) -> Mapping.Feed? {
        if table.isEmpty { return nil }
        for entry in known where entry.name.count == name.count && name.elementsEqual(entry.name) {
            return entry.feed
        }
        let feed = table[Mapping.normalisedName(String(decoding: name, as: UTF8.self))]
        if known.count < 64 { known.append((Array(name), feed)) }
        return feed
    }
}
