// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Records handed from Reading to Applying: one arena of bytes, offsets into
/// it, no allocation per field.
///
/// A batch holds at most `RecordBatch.limit` records when its producer hands
/// it over; one reader reuses one batch for a whole package.
package struct RecordBatch: Sendable {
    /// Records at which a producer hands the batch over.
    package static let limit = 2_000

    /// A field of a record; its bytes are UTF-8.
    package struct Entry: Sendable {
        package let field: Field
        package let state: FieldState
        /// Offset into `arena`.
        package let start: UInt32
        /// Length in bytes.
        package let length: UInt32

        package init(field: Field, state: FieldState, start: UInt32, length: UInt32) {
            self.field = field
            self.state = state
            self.start = start
            self.length = length
        }

        package var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
    }

    /// One top-level record.
    package struct Head: Sendable {
        package let kind: RecordKind
        /// Index into the document's sections (`DocumentHead.sections`).
        package let section: Int32
        /// Where the record's fields stand in `entries`.
        package let first: Int32
        package var count: Int32
        /// Byte offset of the record's first byte in the text as UTF-8; where it
        /// begins as stored, its source knows.
        package var offset: Int64
        /// Line of the record's first byte, from 1.
        package var line: Int32
        /// A defect the dialect found; the record goes to the rejects.
        package var defect: RecordDefect?
        /// Of the slice the record was cut from; `none` where it was not cut.
        package var slice = SliceHash.none

        package init(
            kind: RecordKind, section: Int32, first: Int32, count: Int32, offset: Int64, line: Int32,
            defect: RecordDefect? = nil, slice: SliceHash = .none
        ) {
            self.kind = kind
            self.section = section
            self.first = first
            self.count = count
            self.offset = offset
            self.line = line
            self.defect = defect
            self.slice = slice
        }

        package var fields: Range<Int> { Int(first)..<Int(first) + Int(count) }
    }

    package private(set) var arena: [UInt8] = []
    package private(set) var entries: [Entry] = []
    package private(set) var records: [Head] = []
    /// Records beside those, in document order, that were not parsed.
    package private(set) var known: [KnownSlice] = []

    package init() {}

    package var isEmpty: Bool { records.isEmpty && known.isEmpty }
    package var isFull: Bool { records.count >= Self.limit }

    /// Forgets all records and keeps the memory.
    package mutating func removeAll() {
        arena.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        known.removeAll(keepingCapacity: true)
    }

    // MARK: Writing

    /// Appends one whole record whose entries refer to `bytes`.
    ///
    /// - Parameter entries: offsets relative to `bytes`.
    package mutating func append(
        _ kind: RecordKind, section: Int32, offset: Int64, line: Int32, entries added: [Entry],
        bytes: [UInt8],
        defect: RecordDefect? = nil, slice: SliceHash = .none
    ) {
        let base = UInt32(arena.count)
        let first = Int32(entries.count)
        arena.append(contentsOf: bytes)
        for entry in added {
            entries.append(
                Entry(field: entry.field, state: entry.state, start: entry.start + base, length: entry.length)
            )
        }
        records.append(
            Head(
                kind: kind, section: section, first: first, count: Int32(added.count), offset: offset,
                line: line,
                defect: defect, slice: slice))
    }

    package mutating func append(known slice: KnownSlice) { known.append(slice) }

    /// Says where the record at `index` stands in its document, where it was
    /// read apart from it.
    package mutating func place(_ index: Int, offset: Int64, line: Int32, slice: SliceHash) {
        records[index].offset = offset
        records[index].line = line
        records[index].slice = slice
    }

    /// Holds these and nothing else, as a batch once held them.
    package mutating func replaceAll(
        arena: [UInt8], entries: [Entry], records: [Head], known: [KnownSlice]
    ) {
        self.arena = arena
        self.entries = entries
        self.records = records
        self.known = known
    }

    // MARK: Reading

    /// The first entry of a field outside every substructure.
    package func entry(_ field: Field, in head: Head) -> Entry? {
        var depth = 0
        for index in head.fields {
            let entry = entries[index]
            switch entry.field {
            case .priceRow, .stockRow, .propertyRow, .characteristicRow, .requisiteRow, .valueRow: depth += 1
            case .rowEnd: depth -= 1
            case field where depth == 0: return entry
            default: break
            }
        }
        return nil
    }

    /// The text of an entry.
    package func text(_ entry: Entry) -> String {
        String(decoding: arena[entry.range], as: UTF8.self)
    }
}

/// What is wrong with a record that a dialect could delimit but not accept.
package enum RecordDefect: UInt8, Sendable, Hashable {
    /// The record holds nothing at all (`<Предложение/>`): counted as empty,
    /// not as a reject.
    case empty
    /// A record with content but without an id.
    case missingID
    /// A number could not be read.
    case badNumber
    /// More text, attributes or nesting than the limits allow.
    case tooLarge
    /// A value of the wrong shape (JSON).
    case badValue
}
