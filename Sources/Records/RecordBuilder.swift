// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The reusable scratch in which a dialect builds one record before it stands
/// whole in a batch.
///
/// Fields are appended in document order; their bytes are copied once, here.
/// Nothing is allocated once the buffers have grown to the largest record.
package struct RecordBuilder: Sendable {
    package private(set) var entries: [RecordBatch.Entry] = []
    package private(set) var bytes: [UInt8] = []
    /// The first defect found.
    package private(set) var defect: RecordDefect?
    /// Fields stated outside every row, a bit each.
    private var stated: (UInt64, UInt64) = (0, 0)
    private var rows = 0

    package init() {}

    /// Forgets the record and keeps the memory.
    package mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        defect = nil
        stated = (0, 0)
        rows = 0
    }

    /// Whether the record has this field outside its rows.
    package func states(_ field: Field) -> Bool {
        let bit = UInt64(field.rawValue)
        return bit < 64 ? stated.0 & (1 << bit) != 0 : stated.1 & (1 << (bit - 64)) != 0
    }

    package mutating func add(_ field: Field, _ value: Span<UInt8>) {
        let start = bytes.count
        bytes.reserveCapacity(start + value.count)
        for index in 0..<value.count { bytes.append(value[index]) }
        note(field, .set, start)
    }

    package mutating func add(_ field: Field, _ value: [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: value)
        note(field, .set, start)
    }

    package mutating func add(_ field: Field, _ value: ArraySlice<UInt8>) {
        let start = bytes.count
        bytes.append(contentsOf: value)
        note(field, .set, start)
    }

    /// Adds a field that says more about an entry right behind it.
    package mutating func add(_ field: Field, _ value: ArraySlice<UInt8>, behind entry: Int) {
        add(field, value)
        entries.insert(entries.removeLast(), at: entry + 1)
    }

    package mutating func clear(_ field: Field) { note(field, .clear, bytes.count) }

    /// A marker that says no more than that it is there.
    package mutating func mark(_ field: Field) { note(field, .set, bytes.count) }

    package mutating func open(_ row: Field) {
        note(row, .set, bytes.count)
        rows += 1
    }

    package mutating func close() {
        rows -= 1
        note(.rowEnd, .set, bytes.count)
    }

    /// Whether a row is open.
    package var isInRow: Bool { rows > 0 }

    package mutating func refuse(_ found: RecordDefect) {
        if defect == nil { defect = found }
    }

    private mutating func note(_ field: Field, _ state: FieldState, _ start: Int) {
        if rows == 0 {
            let bit = UInt64(field.rawValue)
            if bit < 64 { stated.0 |= 1 << bit } else { stated.1 |= 1 << (bit - 64) }
        }
        entries.append(
            RecordBatch.Entry(
                field: field, state: state, start: UInt32(start), length: UInt32(bytes.count - start)))
    }
}

extension RecordBatch {
    /// Appends the record that `builder` holds.
    package mutating func append(
        _ kind: RecordKind, section: Int32, offset: Int64, line: Int32, _ builder: RecordBuilder
    ) {
        append(
            kind, section: section, offset: offset, line: line, entries: builder.entries,
            bytes: builder.bytes, defect: builder.defect)
    }
}
