// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// One batch as it stands in a stage file: the records and what the reader
/// said beside them.
package struct StagedBatch: Sendable {
    package var records = RecordBatch()
    package var documentNumber = 0
    package var document = DocumentHead()
    package var member = ""
    package var asOf: Int64 = 0
    package var asOfIsArrival = true
    /// Bytes of the package that were read after this batch, for progress.
    package var bytesRead: Int64 = 0
    /// Of each record, where it begins in its member as stored.
    package var storedOffsets: [Int64] = []
    /// Source of records that will be refused, by their place in the batch.
    package var fragments: [Int: String] = [:]

    package init() {}
}

extension StagedBatch {
    /// Appends the batch to `writer`.
    ///
    /// Most numbers follow from the one before: only the difference is
    /// written, which is one byte as a rule.
    func encode(into writer: inout StageWriter) {
        writer.put(count: documentNumber)
        writer.put(member)
        writer.put(signed: asOf)
        writer.put(byte: asOfIsArrival ? 1 : 0)
        writer.put(signed: bytesRead)
        encodeDocument(into: &writer)
        writer.put(records.arena)
        writer.put(count: records.entries.count)
        var expected: Int64 = 0
        for entry in records.entries {
            writer.put(byte: entry.field.rawValue)
            // The state and whether the bytes follow the entry before.
            let follows = Int64(entry.start) == expected
            writer.put(byte: entry.state.rawValue << 1 | (follows ? 0 : 1))
            if !follows { writer.put(signed: Int64(entry.start) - expected) }
            writer.put(UInt64(entry.length))
            expected = Int64(entry.start) + Int64(entry.length)
        }
        encodeRecords(into: &writer)
        writer.put(count: records.known.count)
        for slice in records.known {
            writer.put(signed: Int64(slice.section))
            writer.put(signed: slice.item)
            writer.put(slice.hash)
        }
        writer.put(count: fragments.count)
        for (index, text) in fragments.sorted(by: { $0.key < $1.key }) {
            writer.put(count: index)
            writer.put(text)
        }
    }

    private func encodeRecords(into writer: inout StageWriter) {
        writer.put(count: records.records.count)
        var first: Int64 = 0
        var offset: Int64 = 0
        var line: Int64 = 0
        for (index, head) in records.records.enumerated() {
            writer.put(byte: head.kind.rawValue)
            writer.put(byte: head.defect.map { $0.rawValue + 1 } ?? 0)
            writer.put(signed: Int64(head.section))
            writer.put(signed: Int64(head.first) - first)
            writer.put(signed: Int64(head.count))
            writer.put(signed: head.offset &- offset)
            writer.put(signed: Int64(head.line) - line)
            writer.put(signed: storedOffsets[index] &- head.offset)
            writer.put(byte: head.slice == .none ? 0 : 1)
            if head.slice != .none { writer.put(head.slice) }
            first = Int64(head.first) + Int64(head.count)
            offset = head.offset
            line = Int64(head.line)
        }
    }

    private func encodeDocument(into writer: inout StageWriter) {
        for text in [document.dialect, document.version, document.namespace, document.writtenAt] {
            writer.put(text)
        }
        writer.put(byte: document.isUNF ? 1 : 0)
        writer.put(count: document.sections.count)
        for section in document.sections {
            writer.put(byte: section.kind.rawValue)
            writer.put(section.catalogue)
            writer.put(section.classifier)
            writer.put(byte: section.onlyChanges.map { $0 ? 1 : 0 } ?? 2)
        }
        writer.put(count: document.priceTypes.count)
        for type in document.priceTypes {
            writer.put(type.id)
            writer.put(type.currency)
        }
        writer.put(count: document.warehouses.count)
        for warehouse in document.warehouses { writer.put(warehouse) }
    }

    // MARK: Back

    init(from reader: inout StageReader) throws(StageReader.Damaged) {
        documentNumber = Int(clamping: try reader.number())
        member = try reader.text()
        asOf = try reader.signed()
        asOfIsArrival = try reader.byte() != 0
        bytesRead = try reader.signed()
        document = try Self.document(from: &reader)
        let arena = try reader.list()
        let entries = try Self.entries(from: &reader, arena: arena.count)
        let heads = try decodeRecords(from: &reader, entries: entries.count)
        var known: [KnownSlice] = []
        for _ in 0..<(try reader.count()) {
            let section = try reader.narrow(Int32.self)
            let item = try reader.signed()
            known.append(KnownSlice(section: section, item: item, hash: try reader.hash()))
        }
        records.replaceAll(arena: arena, entries: entries, records: heads, known: known)
        for _ in 0..<(try reader.count()) {
            let index = Int(clamping: try reader.number())
            fragments[index] = try reader.text()
        }
    }

    private static func entries(
        from reader: inout StageReader, arena: Int
    ) throws(StageReader.Damaged) -> [RecordBatch.Entry] {
        let count = try reader.count()
        var entries: [RecordBatch.Entry] = []
        entries.reserveCapacity(count)
        var expected: Int64 = 0
        for _ in 0..<count {
            let field = try reader.word(Field.self)
            let marks = try reader.byte()
            guard let state = FieldState(rawValue: marks >> 1) else { throw StageReader.Damaged() }
            let start = marks & 1 == 0 ? expected : expected &+ (try reader.signed())
            let length = try reader.number()
            guard start >= 0, start <= arena, length <= UInt64(arena) - UInt64(start) else {
                throw StageReader.Damaged()
            }
            entries.append(
                RecordBatch.Entry(field: field, state: state, start: UInt32(start), length: UInt32(length)))
            expected = start + Int64(length)
        }
        return entries
    }

    private mutating func decodeRecords(
        from reader: inout StageReader, entries: Int
    ) throws(StageReader.Damaged) -> [RecordBatch.Head] {
        let count = try reader.count()
        var heads: [RecordBatch.Head] = []
        heads.reserveCapacity(count)
        storedOffsets.reserveCapacity(count)
        var next: Int64 = 0
        var offset: Int64 = 0
        var line: Int64 = 0
        for _ in 0..<count {
            let kind = try reader.word(RecordKind.self)
            let mark = try reader.byte()
            let defect = mark == 0 ? nil : RecordDefect(rawValue: mark - 1)
            let section = try reader.narrow(Int32.self)
            let first = next &+ (try reader.signed())
            let length = try reader.signed()
            offset &+= try reader.signed()
            line &+= try reader.signed()
            let stored = offset &+ (try reader.signed())
            let slice = try reader.byte() == 0 ? SliceHash.none : try reader.hash()
            guard (mark == 0) == (defect == nil), first >= 0, length >= 0, first <= entries,
                length <= Int64(entries) - first, let shown = Int32(exactly: line)
            else { throw StageReader.Damaged() }
            heads.append(
                RecordBatch.Head(
                    kind: kind, section: section, first: Int32(first), count: Int32(length), offset: offset,
                    line: shown, defect: defect, slice: slice))
            storedOffsets.append(stored)
            next = first + length
        }
        return heads
    }

    private static func document(from reader: inout StageReader) throws(StageReader.Damaged) -> DocumentHead {
        var document = DocumentHead()
        document.dialect = try reader.text()
        document.version = try reader.text()
        document.namespace = try reader.text()
        document.writtenAt = try reader.text()
        document.isUNF = try reader.byte() != 0
        for _ in 0..<(try reader.count()) {
            var section = SectionHead(kind: try reader.word(SectionKind.self))
            section.catalogue = try reader.text()
            section.classifier = try reader.text()
            section.onlyChanges = [false, true, nil][Int(min(try reader.byte(), 2))]
            document.sections.append(section)
        }
        for _ in 0..<(try reader.count()) {
            let id = try reader.text()
            document.priceTypes.append(.init(id: id, currency: try reader.text()))
        }
        for _ in 0..<(try reader.count()) { document.warehouses.append(try reader.text()) }
        return document
    }
}
