// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// Reads `waybill-json`: one object with lists of records, one list of
/// records, or a record a line (docs/waybill-json.md).
///
/// Records are cut out of the stream and read one at a time: memory is bounded
/// by `DialectLimits.record` and the piece that is fed.
package final class WaybillJSONDecoder: RecordDecoder {
    /// What comes next outside the records.
    private enum State {
        case start
        /// In the document's object.
        case member(first: Bool), colon, value, afterValue
        /// In a list of records: of a section, or the document's own.
        case element(first: Bool), afterElement
        /// Between the lines of a document of lines.
        case line
        case end
    }

    /// What the value being cut is.
    private enum Cut { case none, key, fact, element, firstLine, line }

    package private(set) var head = DocumentHead()
    /// `full`, as stated.
    private(set) var isFull: Bool?

    private let limits: DialectLimits
    private var state = State.start
    private var cut = Cut.none
    private var cutter: JSONCutter
    private var tape = JSONTape()
    private var reader: JSONRecordReader
    private var mark = 0
    private var offset: Int64 = 0
    private var line: Int32 = 1
    private var start: (offset: Int64, line: Int32) = (0, 1)
    /// The object that opened the document, as far as it may be a line.
    private var opening: [UInt8] = []
    private var openingStart: (offset: Int64, line: Int32) = (0, 1)
    private var key = ""
    /// The section at hand; nil in a document that is one list.
    private var section: String?
    private var hasSections = false
    private var catalogue = ""

    package init(limits: DialectLimits = DialectLimits()) {
        self.limits = limits
        cutter = JSONCutter(limits: limits)
        reader = JSONRecordReader(limits: limits)
        head.dialect = WaybillJSON.name
    }

    /// Nothing but white space has come yet.
    var isBlank: Bool { if case .start = state { true } else { false } }

    package func feed(_ bytes: Span<UInt8>, into batch: inout RecordBatch) throws(DialectError) {
        var at = 0
        while at < bytes.count {
            if cut != .none {
                at = try goOnCutting(bytes, at, into: &batch)
                continue
            }
            let byte = bytes[at]
            if byte == 10 { line += 1 }
            if byte == 32 || byte == 10 || byte == 13 || byte == 9 || isMark(byte) {
                at += 1
                offset += 1
                continue
            }
            if try !begin(byte) {
                at += 1
                offset += 1
            }
        }
    }

    package func finish(into batch: inout RecordBatch) throws(DialectError) {
        switch state {
        case .end where cut == .none, .line where cut == .none: break
        default: throw .endsEarly(line: Int(line), offset: offset)
        }
    }

    /// A byte order mark in front of everything.
    private func isMark(_ byte: UInt8) -> Bool {
        guard case .start = state, mark < 3, byte == [0xEF, 0xBB, 0xBF][mark] else { return false }
        mark += 1
        return true
    }

    // MARK: Outside the records

    /// Takes a byte that is no white space.
    ///
    /// - Returns: true where a value begins with this byte: it is cut next.
    private func begin(_ byte: UInt8) throws(DialectError) -> Bool {
        switch (state, byte) {
        case (.start, 123):
            openingStart = (offset, line)
            opening = [123]
            state = .member(first: true)
        case (.start, 91):
            hasSections = true
            state = .element(first: true)
        case (.member, 34):
            cut(as: .key)
            return true
        case (.member(first: true), 125), (.afterValue, 125): try closeObject()
        case (.colon, 58): state = .value
        case (.value, 91) where WaybillJSON.sections[key] != nil:
            section = key
            hasSections = true
            opening = []
            enter(key)
            state = .element(first: true)
        case (.value, _):
            cut(as: .fact)
            return true
        case (.afterValue, 44):
            if !opening.isEmpty { opening.append(44) }
            state = .member(first: false)
        case (.element(first: true), 93), (.afterElement, 93):
            state = section == nil ? .end : .afterValue
            section = nil
        case (.element, _) where byte != 93 && byte != 44:
            cut(as: .element)
            return true
        case (.afterElement, 44): state = .element(first: false)
        case (.line, 123):
            cut(as: .line)
            return true
        case (.start, _):
            throw wrong("this is no JSON document: it begins with neither { nor [")
        default:
            throw .notWellFormed(
                line: Int(line), offset: offset,
                detail: "unexpected \"\(Character(Unicode.Scalar(byte)))\"")
        }
        return false
    }

    private func wrong(_ detail: String) -> DialectError {
        .wrongDialect(line: Int(line), offset: offset, detail: detail + " (docs/waybill-json.md)")
    }

    private func cut(as cut: Cut) {
        self.cut = cut
        start = (offset, line)
        cutter.begin()
    }

    private func goOnCutting(_ bytes: Span<UInt8>, _ from: Int, into batch: inout RecordBatch)
        throws(DialectError) -> Int
    {
        var step = JSONCutter.Step.more
        let at = cutter.take(bytes, from: from, step: &step)
        offset += Int64(at - from)
        line += cutter.lines
        switch step {
        case .more: return at
        case .tooDeep: throw .tooDeep(line: Int(line), offset: offset, limit: limits.depth)
        case .done: break
        }
        let cut = self.cut
        self.cut = .none
        if cutter.bytes.isEmpty, !cutter.isTooLarge {
            throw .notWellFormed(line: Int(line), offset: offset, detail: "a value is missing")
        }
        switch cut {
        case .none: break
        case .key: try takeKey()
        case .fact: try takeFact()
        case .element:
            state = .afterElement
            try takeRecord(section.flatMap { WaybillJSON.sections[$0] }, into: &batch)
        case .firstLine, .line:
            state = .line
            try takeRecord(nil, into: &batch)
        }
        return at
    }

    private func read() throws(DialectError) {
        guard !cutter.isTooLarge else {
            throw .tooLarge(line: Int(start.line), offset: start.offset, what: "string", limit: limits.record)
        }
        do { try tape.read(cutter.bytes) } catch {
            var lines = 0
            for byte in cutter.bytes.prefix(error.position) where byte == 10 { lines += 1 }
            throw .notWellFormed(
                line: Int(start.line) + lines, offset: start.offset + Int64(error.position),
                detail: error.detail)
        }
    }

    private func takeKey() throws(DialectError) {
        try read()
        key = tape.string(0)
        state = .colon
        if WaybillJSON.facts.contains(key) || WaybillJSON.sections[key] != nil {
            if !opening.isEmpty { opening += cutter.bytes + [58] }
            return
        }
        guard !hasSections else {
            throw wrong("unknown member \"\(key)\" beside the lists of records")
        }
        // No document has such a member: the object is a record, and each
        // line another.
        let bytes = opening + cutter.bytes
        start = openingStart
        cut = .firstLine
        cutter.begin(prefix: bytes, depth: 1)
    }

    private func takeFact() throws(DialectError) {
        try read()
        state = .afterValue
        if !opening.isEmpty { opening += cutter.bytes }
        try state(key, 0)
    }

    /// The end of the document's object.
    private func closeObject() throws(DialectError) {
        state = .end
        if isFull == true, catalogue.isEmpty { throw needsCatalogue() }
    }

    // MARK: Facts

    private func needsCatalogue() -> DialectError {
        wrong("\"full\": true needs \"catalogue\": what is absent counts as deleted within one catalogue")
    }

    private func state(_ key: String, _ node: Int) throws(DialectError) {
        guard head.sections.isEmpty else {
            throw wrong("\"\(key)\" must stand before the first record")
        }
        let kind = tape.nodes[node].kind
        switch key {
        case "waybill":
            head.version = tape.string(node)
            guard kind == .number, let version = Int(head.version), version <= WaybillJSON.version else {
                throw wrong("this version of Waybill reads waybill-json 1, the document is \(head.version)")
            }
        case "catalogue":
            guard kind == .string || kind == .number else { throw wrong("\"catalogue\" is an id, a string") }
            catalogue = tape.string(node)
        case "full":
            guard kind == .true || kind == .false else { throw wrong("\"full\" is true or false") }
            isFull = kind == .true
        case "as_of":
            guard kind == .string else { throw wrong("\"as_of\" is a time, a string") }
            head.writtenAt = tape.string(node)
        default: throw wrong("\"\(key)\" is a list of records")
        }
    }

    /// Opens the section of the document's list `name`, even an empty one.
    private func enter(_ name: String) {
        if let type = WaybillJSON.sections[name], let found = WaybillJSON.types[type] {
            _ = sectionIndex(found.section)
        }
    }

    private func sectionIndex(_ kind: SectionKind) -> Int32 {
        if let known = head.sections.firstIndex(where: { $0.kind == kind }) { return Int32(known) }
        var section = SectionHead(kind: kind)
        section.catalogue = catalogue
        // Prices and stock alone are never the whole truth of anything.
        if let isFull, kind != .offerChanges || !isFull { section.onlyChanges = !isFull }
        head.sections.append(section)
        return Int32(head.sections.count - 1)
    }

    // MARK: Records

    private func takeRecord(_ section: String?, into batch: inout RecordBatch) throws(DialectError) {
        if cutter.isTooLarge {
            reader.begin()
            reader.refuse(.tooLarge)
            try emit(WaybillJSON.types[section ?? "product"], into: &batch)
            return
        }
        try read()
        let name = section ?? typeName()
        if section == nil, name == "header" {
            try takeHeader()
            return
        }
        guard let name, let type = WaybillJSON.types[name] else {
            // In front of the first record nobody knows what this is.
            if head.sections.isEmpty {
                throw wrong(
                    name.map { "unknown type \"\($0)\"" }
                        ?? "unknown JSON: the first record has no \"type\", and the document has no list "
                        + "that Waybill knows")
            }
            reader.begin()
            reader.refuse(.badValue)
            try emit(WaybillJSON.types["product"], into: &batch)
            return
        }
        reader.read(tape, as: type)
        if reader.builder.bytes.count > limits.record { reader.refuse(.tooLarge) }
        try emit(type, into: &batch)
    }

    private func emit(_ type: WaybillJSON.RecordType?, into batch: inout RecordBatch) throws(DialectError) {
        guard let type else { return }
        if isFull == true, catalogue.isEmpty { throw needsCatalogue() }
        let section = sectionIndex(type.section)
        declare(type.kind)
        batch.append(
            type.kind, section: section, offset: start.offset, line: start.line, reader.builder)
    }

    /// The value of `type` in the object on the tape.
    private func typeName() -> String? {
        guard tape.nodes.first?.kind == .object else { return nil }
        var key = 1
        while key < tape.nodes[0].end {
            if tape.string(key) == "type", tape.nodes[key + 1].kind == .string { return tape.string(key + 1) }
            key = tape.nodes[key + 1].end
        }
        return nil
    }

    /// A header among the records states what a document's object states.
    private func takeHeader() throws(DialectError) {
        var key = 1
        while key < tape.nodes[0].end {
            let name = tape.string(key)
            if WaybillJSON.facts.contains(name) {
                try state(name, key + 1)
            } else if name != "type" {
                throw wrong("unknown member \"\(name)\" of the header")
            }
            key = tape.nodes[key + 1].end
        }
    }

    private func declare(_ kind: RecordKind) {
        guard reader.builder.defect == nil, kind == .priceType || kind == .warehouse else { return }
        let id = String(decoding: reader.id, as: UTF8.self)
        guard kind == .priceType else {
            head.warehouses.append(id)
            return
        }
        let currency = reader.builder.entries.first { $0.field == .currency }
        let code = currency.map { String(decoding: reader.builder.bytes[$0.range], as: UTF8.self) }
        head.priceTypes.append(.init(id: id, currency: code ?? ""))
    }
}
