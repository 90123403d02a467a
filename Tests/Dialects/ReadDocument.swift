// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records

/// One entry of a record as a test compares it.
enum Said: Equatable, CustomStringConvertible {
    case set(Field, String)
    case clear(Field)

    var field: Field {
        switch self {
        case .set(let field, _), .clear(let field): field
        }
    }

    var description: String {
        switch self {
        case .set(let field, let text): "\(field)=\(text)"
        case .clear(let field): "\(field) cleared"
        }
    }
}

/// A record as a test looks at it.
struct ReadRecord: Equatable {
    var kind: RecordKind
    var section: Int
    var offset: Int
    var line: Int
    var defect: RecordDefect?
    var entries: [Said]

    /// The text of the first entry of a field, in a row or outside.
    func text(_ field: Field) -> String? {
        for case .set(field, let text) in entries { return text }
        return nil
    }

    func texts(_ field: Field) -> [String] {
        entries.compactMap { if case .set(field, let text) = $0 { text } else { nil } }
    }

    func states(_ field: Field) -> Bool { entries.contains { $0.field == field } }

    func count(_ field: Field) -> Int { entries.count { $0.field == field } }

    /// Rows of one kind: their fields as `field=text`, in order.
    func rows(_ row: Field) -> [[String]] {
        var rows: [[String]] = []
        var isOpen = false
        for entry in entries {
            if entry.field == row {
                rows.append([])
                isOpen = true
            } else if entry.field == .rowEnd {
                isOpen = false
            } else if isOpen {
                rows[rows.count - 1].append(entry.description)
            }
        }
        return rows
    }

    /// Extras by name.
    var extras: [String: String] {
        Dictionary(zip(texts(.extraName), texts(.extraValue))) { first, _ in first }
    }
}

/// A whole document as it was read.
struct ReadDocument: Equatable {
    var head = DocumentHead()
    var records: [ReadRecord] = []
    var error: DialectError?

    func of(_ kind: RecordKind) -> [ReadRecord] { records.filter { $0.kind == kind } }

    /// Reads a document that is fed in pieces of the given sizes, which are
    /// used in turn.
    init(
        _ bytes: [UInt8], format: TextFormat = .xml, pieces: [Int] = [32 << 10],
        limits: DialectLimits = DialectLimits()
    ) {
        let found = DialectRegistry.recognise(
            bytes.span.extracting(0..<min(bytes.count, 64 << 10)), format: format)
        let decoder = DialectRegistry.decoder(for: found, limits: limits)
        var batch = RecordBatch()
        var at = 0
        var turn = 0
        do {
            while at < bytes.count {
                let end = min(bytes.count, at + pieces[turn % pieces.count])
                turn += 1
                try decoder.feed(bytes.span.extracting(at..<end), into: &batch)
                at = end
                if batch.isFull { take(&batch) }
            }
            try decoder.finish(into: &batch)
        } catch let mistake { error = mistake }
        take(&batch)
        head = decoder.head
    }

    init(_ text: String, format: TextFormat = .xml, pieces: [Int] = [32 << 10]) {
        self.init(Array(text.utf8), format: format, pieces: pieces)
    }

    private mutating func take(_ batch: inout RecordBatch) {
        for record in batch.records {
            records.append(
                ReadRecord(
                    kind: record.kind, section: Int(record.section), offset: Int(record.offset),
                    line: Int(record.line), defect: record.defect,
                    entries: record.fields.map { index in
                        let entry = batch.entries[index]
                        return entry.state == .clear
                            ? .clear(entry.field) : .set(entry.field, batch.text(entry))
                    }))
        }
        batch.removeAll()
    }
}
