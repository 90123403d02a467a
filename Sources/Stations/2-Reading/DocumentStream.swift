// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import TextStreams

/// One document on its way: bytes, text, records.
final class DocumentStream {
    let member: String
    let finding: EncodingFinding
    let recognition: Recognition
    /// `XML`, `JSON` or `NDJSON`.
    let format: String
    /// Bytes of it that were taken, unpacked.
    private(set) var bytesRead: Int64 = 0
    private(set) var isAtEnd = false

    private let source: any DocumentBytes
    private let decoder: any RecordDecoder
    private var text: TextDecoder
    private var window: TextWindow
    private var buffer: [UInt8]
    /// Text of the document's start, not yet handed to the decoder.
    private var start: [UInt8]
    private var startDone = 0

    /// Bytes looked at before a dialect is chosen.
    private static let head = 64 << 10
    /// Bytes handed to the decoder at once.
    private static let piece = 32 << 10
    /// Bytes of text that fragments can come from.
    private static let windowSize = 4 << 20

    var document: DocumentHead { decoder.head }
    /// Bytes of text that the decoder was given.
    var textRead: Int64 { window.end }

    /// Reads the document's start and chooses its dialect.
    init(_ source: any DocumentBytes, member: String, name: String, _ context: ReadContext) throws(ReadError)
    {
        self.source = source
        self.member = member
        let (head, isWhole) = try Self.head(source)
        guard !head.isEmpty else { throw .empty(ReadPlace(member: member)) }
        bytesRead = Int64(head.count)
        do {
            finding = try EncodingFinding(of: head.span, isWhole: isWhole)
            var text = TextDecoder(finding)
            var start: [UInt8] = []
            _ = try text.decode(head.span, into: &start)
            self.text = text
            self.start = start
        } catch { throw ReadError(error, member: member) }
        window = TextWindow(finding.encoding, size: Self.windowSize)
        buffer = Array(repeating: 0, count: Self.piece)
        // Zeros are what a file that is still being filled looks like.
        guard start.contains(where: { $0 != 0 && !Self.isSpace($0) }) else {
            throw .empty(ReadPlace(member: member))
        }
        guard let found = Self.format(start) else {
            throw .wrongDialect(
                ReadPlace(member: member), detail: "neither XML nor JSON: \(Self.words(start.prefix(40)))")
        }
        let opening = Array(start.prefix(Self.head))
        let recognised = DialectRegistry.recognise(
            opening.span, format: found, configured: context.dialect)
        recognition = recognised
        decoder = DialectRegistry.decoder(for: recognised, limits: context.limits.dialect)
        format = found == .xml ? "XML" : Self.isLines(start, name) ? "NDJSON" : "JSON"
    }

    private static func head(_ source: any DocumentBytes) throws(ReadError) -> (bytes: [UInt8], isWhole: Bool)
    {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: Self.head)
        while head.count < Self.head {
            let count = try source.read(into: &buffer)
            if count == 0 { return (head, true) }
            head += buffer[..<count]
        }
        return (head, false)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private static func format(_ text: [UInt8]) -> TextFormat? {
        switch text.first(where: { !isSpace($0) }) {
        case 0x3C: .xml
        case 0x7B, 0x5B: .json
        default: nil
        }
    }

    /// Whether every line is a value of its own.
    private static func isLines(_ text: [UInt8], _ name: String) -> Bool {
        let folded = name.lowercased()
        if folded.hasSuffix(".ndjson") || folded.hasSuffix(".jsonl") { return true }
        let first = text.drop(while: isSpace).prefix { $0 != 10 }
        let next = text[first.endIndex...].first { !isSpace($0) }
        return first.first == 0x7B && next == 0x7B && first.last { !isSpace($0) } == 0x7D
    }

    /// Bytes for people: printable ASCII, the rest as dots.
    private static func words(_ bytes: ArraySlice<UInt8>) -> String {
        "begins with `" + String(decoding: bytes.map { (32..<127).contains($0) ? $0 : 46 }, as: UTF8.self)
            + "`"
    }

    /// Hands the next piece to the decoder.
    ///
    /// - Returns: false at the document's end, where the decoder has found it
    ///   complete.
    func advance(into batch: inout RecordBatch) throws(ReadError) -> Bool {
        guard !isAtEnd else { return false }
        if startDone < start.count {
            let end = min(start.count, startDone + Self.piece)
            let piece = Array(start[startDone..<end])
            let stored = startStored(upTo: startDone)
            startDone = end
            if end == start.count { start = []; startDone = 0 }
            try feed(piece, stored: stored, &batch)
            return true
        }
        let count = try source.read(into: &buffer)
        guard count > 0 else {
            try finish(&batch)
            return false
        }
        bytesRead += Int64(count)
        var piece: [UInt8] = []
        let stored: Int64
        do { stored = try text.decode(buffer.span.extracting(0..<count), into: &piece) } catch {
            throw ReadError(error, member: member)
        }
        try feed(piece, stored: stored, &batch)
        return true
    }

    /// Where a byte of the start's text stands as stored.
    private func startStored(upTo count: Int) -> Int64 {
        var whole = TextWindow(finding.encoding, size: 1)
        whole.append(start, stored: Int64(finding.markLength))
        return whole.storedOffset(of: Int64(count))
    }

    private func feed(_ piece: [UInt8], stored: Int64, _ batch: inout RecordBatch) throws(ReadError) {
        window.append(piece, stored: stored)
        window.trim()
        do { try decoder.feed(piece.span, into: &batch) } catch { throw named(error) }
    }

    private func finish(_ batch: inout RecordBatch) throws(ReadError) {
        isAtEnd = true
        do { try text.finish() } catch { throw ReadError(error, member: member) }
        do { try decoder.finish(into: &batch) } catch { throw named(error) }
    }

    private func named(_ error: DialectError) -> ReadError {
        ReadError(error, member: member, offset: window.storedOffset(of: error.offset))
    }

    // MARK: Places

    func storedOffset(of offset: Int64) -> Int64 { window.storedOffset(of: offset) }

    /// Empty for what lies further back than the window.
    func fragment(at offset: Int64) -> String {
        Fragment.text(window.text(at: offset, count: Fragment.limit))
    }
}
