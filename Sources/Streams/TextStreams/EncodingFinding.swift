// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The encoding of a document: what it declares and what it is.
///
/// `reference/commerceml.md` 2.1: byte order mark; then bytes that are UTF-8
/// and not just ASCII; then the declaration; then windows-1251. A declaration
/// never wins against the bytes.
package struct EncodingFinding: Hashable, Sendable {
    package var encoding: TextEncoding
    /// As spelled in the XML declaration, nil where there is none.
    package var declared: String?
    package var hasMark = false

    /// Bytes of the mark, which are no text.
    package var markLength: Int { !hasMark ? 0 : encoding == .utf8 ? 3 : 2 }

    /// The declaration names another encoding than the bytes have.
    package var declarationLies: Bool {
        guard let declared else { return false }
        if declared.lowercased() == "utf-16" {
            return encoding != .utf16LittleEndian && encoding != .utf16BigEndian
        }
        return TextEncoding(name: declared) != encoding
    }

    /// For people: `UTF-8 with BOM`, `UTF-8 (declared windows-1251)`.
    package var words: String {
        let base = encoding.word + (hasMark ? " with BOM" : "")
        return declarationLies ? "\(base) (declared \(declared ?? ""))" : base
    }

    /// - Parameters:
    ///   - start: the document's first bytes; 64 KiB are plenty.
    ///   - isWhole: nothing follows them.
    /// - Throws: `unsupported` for UTF-32, and for a declared encoding that
    ///   is not read where the bytes do not show another one.
    package init(of start: Span<UInt8>, isWhole: Bool) throws(TextError) {
        func byte(_ index: Int) -> UInt8? { index < start.count ? start[index] : nil }
        if byte(0) == 0xEF, byte(1) == 0xBB, byte(2) == 0xBF {
            self.init(.utf8, declared: Self.declaration(start, step: 1, from: 3), hasMark: true)
        } else if byte(0) == 0xFF, byte(1) == 0xFE {
            if byte(2) == 0, byte(3) == 0 { throw .unsupported(name: "UTF-32") }
            self.init(.utf16LittleEndian, declared: Self.declaration(start, step: 2, from: 2), hasMark: true)
        } else if byte(0) == 0xFE, byte(1) == 0xFF {
            self.init(.utf16BigEndian, declared: Self.declaration(start, step: 2, from: 3), hasMark: true)
        } else if let first = byte(0), let second = byte(1), (first == 0) != (second == 0) {
            // Markup begins with an ASCII character.
            if byte(2) == 0, byte(3) == 0 { throw .unsupported(name: "UTF-32") }
            let little = second == 0
            self.init(
                little ? .utf16LittleEndian : .utf16BigEndian,
                declared: Self.declaration(start, step: 2, from: little ? 0 : 1), hasMark: false)
        } else {
            try self.init(bytes: start, isWhole: isWhole)
        }
    }

    private init(_ encoding: TextEncoding, declared: String?, hasMark: Bool) {
        self.encoding = encoding
        self.declared = declared
        self.hasMark = hasMark
    }

    private init(bytes: Span<UInt8>, isWhole: Bool) throws(TextError) {
        let declared = Self.declaration(bytes, step: 1, from: 0)
        let named = declared.flatMap { TextEncoding(name: $0) }
        let seen = Self.look(bytes, isWhole: isWhole)
        // More characters of UTF-8 than bytes that are none: UTF-8, perhaps
        // with a defect. Cyrillic of a single-byte set hardly ever is UTF-8.
        if seen.characters > seen.bad {
            self.init(.utf8, declared: declared, hasMark: false)
        } else if seen.bad == 0 {
            // ASCII only: what may follow is as declared.
            self.init(Self.singleByte(named) ?? .utf8, declared: declared, hasMark: false)
        } else if let single = Self.singleByte(named) {
            self.init(single, declared: declared, hasMark: false)
        } else if let declared, named == nil, declared.lowercased() != "utf-16" {
            throw .unsupported(name: declared)
        } else {
            self.init(.windows1251, declared: declared, hasMark: false)
        }
    }

    private static func singleByte(_ named: TextEncoding?) -> TextEncoding? {
        named?.table == nil ? nil : named
    }

    /// Counts characters of two and more bytes, and bytes that are no UTF-8.
    private static func look(_ bytes: Span<UInt8>, isWhole: Bool) -> (characters: Int, bad: Int) {
        var (characters, bad, index) = (0, 0, 0)
        while index < bytes.count {
            if bytes[index] < 0x80 {
                index += 1
                continue
            }
            switch UTF8Character(bytes, at: index) {
            case .whole(let length):
                characters += 1
                index += length
            case .cut:
                if isWhole { bad += 1 }
                return (characters, bad)
            case .bad:
                bad += 1
                index += 1
            }
        }
        return (characters, bad)
    }

    /// The value of `encoding` in `<?xml … ?>`; white space may stand in
    /// front of it.
    private static func declaration(_ bytes: Span<UInt8>, step: Int, from: Int) -> String? {
        var text: [UInt8] = []
        var index = from
        while index < bytes.count, text.count < 400 {
            if bytes[index] != 0, !text.isEmpty || !(bytes[index] == 32 || (9...13).contains(bytes[index])) {
                text.append(bytes[index])
            }
            if bytes[index] == 0x3E { break }
            index += step
        }
        let declaration = String(decoding: text, as: UTF8.self)
        guard declaration.hasPrefix("<?xml"), let name = declaration.firstRange(of: "encoding") else {
            return nil
        }
        let rest = declaration[name.upperBound...].drop { $0 != "\"" && $0 != "'" }
        guard let quote = rest.first else { return nil }
        let value = rest.dropFirst().prefix { $0 != quote }
        return value.isEmpty ? nil : String(value)
    }
}
