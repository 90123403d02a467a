// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import TextStreams

/// The beginning of one document: its encoding, its dialect, and so the way in
/// which it is read.
struct DocumentStart {
    let member: String
    let finding: EncodingFinding
    let recognition: Recognition
    /// `XML`, `JSON` or `NDJSON`.
    let format: String
    /// The bytes that were looked at, as stored.
    let bytes: [UInt8]
    let isWhole: Bool
    /// Their text.
    let text: [UInt8]
    /// What decodes what follows them.
    let decoder: TextDecoder
    /// They hold a byte that is no text, behind `text`.
    let mistake: TextError?

    /// Bytes looked at before a dialect is chosen.
    private static let length = 64 << 10

    /// Reads the document's start and chooses its dialect.
    init(_ source: any DocumentBytes, member: String, name: String, _ context: ReadContext) throws(ReadError)
    {
        self.member = member
        let (bytes, isWhole) = try Self.bytes(source)
        (self.bytes, self.isWhole) = (bytes, isWhole)
        guard !bytes.isEmpty else { throw .empty(ReadPlace(member: member)) }
        let finding: EncodingFinding
        do { finding = try EncodingFinding(of: bytes.span, isWhole: isWhole) } catch {
            throw ReadError(error, member: member)
        }
        self.finding = finding
        var decoder = TextDecoder(finding)
        var text: [UInt8] = []
        do {
            _ = try decoder.decode(bytes.span, into: &text)
            mistake = nil
        } catch { mistake = error }
        self.decoder = decoder
        self.text = text
        // Zeros are what a file that is still being filled looks like.
        guard text.contains(where: { $0 != 0 && !Self.isSpace($0) }) else {
            if let mistake { throw ReadError(mistake, member: member) }
            throw .empty(ReadPlace(member: member))
        }
        guard let found = Self.format(text) else {
            if let mistake { throw ReadError(mistake, member: member) }
            throw .wrongDialect(
                ReadPlace(member: member), detail: "neither XML nor JSON: \(Self.words(text.prefix(40)))")
        }
        let opening = Array(text.prefix(Self.length))
        let recognition = DialectRegistry.recognise(
            opening.span, format: found, configured: context.dialect)
        self.recognition = recognition
        if recognition.refusal != nil, let mistake { throw ReadError(mistake, member: member) }
        format = found == .xml ? "XML" : Self.isLines(text, name) ? "NDJSON" : "JSON"
    }

    private static func bytes(_ source: any DocumentBytes) throws(ReadError) -> (
        bytes: [UInt8], isWhole: Bool
    ) {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: length)
        while head.count < length {
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
}
