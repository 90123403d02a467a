// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// An encoding of text that Waybill reads.
package enum TextEncoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    case windows1251 = "windows-1251"
    case koi8r = "KOI8-R"
    case koi8u = "KOI8-U"
    case cp866
    case iso88595 = "ISO-8859-5"
    case windows1252 = "windows-1252"

    /// The name as people write it.
    package var word: String { rawValue }

    /// Of a name as documents and configurations spell it, nil for one that
    /// is not read. `UTF-16` alone says nothing about the order of bytes.
    package init?(name: String) {
        switch name.lowercased().filter({ $0 != "-" && $0 != "_" && $0 != " " }) {
        case "utf8", "usascii", "ascii": self = .utf8
        case "utf16le": self = .utf16LittleEndian
        case "utf16be": self = .utf16BigEndian
        case "windows1251", "cp1251", "win1251", "xcp1251", "1251": self = .windows1251
        case "koi8r", "koi8": self = .koi8r
        case "koi8u": self = .koi8u
        case "cp866", "ibm866", "866", "dos866", "oem866": self = .cp866
        case "iso88595": self = .iso88595
        // As browsers do (WHATWG Encoding): 0x80…0x9F of Latin-1 never occur.
        case "windows1252", "cp1252", "iso88591", "latin1": self = .windows1252
        default: return nil
        }
    }

    var table: [UInt16]? {
        switch self {
        case .utf8, .utf16LittleEndian, .utf16BigEndian: nil
        case .windows1251: SingleByteTables.windows1251
        case .koi8r: SingleByteTables.koi8r
        case .koi8u: SingleByteTables.koi8u
        case .cp866: SingleByteTables.cp866
        case .iso88595: SingleByteTables.iso88595
        case .windows1252: SingleByteTables.windows1252
        }
    }

    /// Every ASCII byte is that ASCII character, and no other byte is one:
    /// markup can be found without decoding.
    package var keepsASCII: Bool { self == .utf8 || table != nil }

    /// Short text as stored; nil where a character has no bytes, and in
    /// encodings that do not keep ASCII.
    package func bytes(_ text: String) -> [UInt8]? {
        guard self != .utf8 else { return Array(text.utf8) }
        guard let table else { return nil }
        var bytes: [UInt8] = []
        for unit in text.utf16 {
            if unit < 0x80 {
                bytes.append(UInt8(unit))
            } else if let index = table.firstIndex(of: unit) {
                bytes.append(UInt8(index + 0x80))
            } else {
                return nil
            }
        }
        return bytes
    }

    /// How many bytes each byte of a single-byte encoding is in UTF-8, by
    /// its value; empty for other encodings.
    package var lengths: [UInt8] {
        guard let table else { return [] }
        return [UInt8](repeating: 1, count: 128) + table.map { $0 < 0x80 ? 1 : $0 < 0x800 ? 2 : 3 }
    }

    /// Short text of a single-byte encoding, for names; bytes that mean
    /// nothing become U+FFFD. Any other encoding is taken as UTF-8.
    package func text(_ bytes: [UInt8]) -> String {
        guard let table else { return String(decoding: bytes, as: UTF8.self) }
        let units = bytes.map { $0 < 0x80 ? UInt16($0) : table[Int($0) - 0x80] }
        return String(decoding: units, as: UTF16.self)
    }
}

/// Bytes that are no text in their encoding.
package enum TextError: Error, Hashable, Sendable {
    /// `offset`: of the first bad byte, in the bytes as stored.
    case invalid(encoding: TextEncoding, offset: Int64)
    /// The bytes end within a character.
    case endsEarly(encoding: TextEncoding, offset: Int64)
    /// An encoding that is never read, by its name.
    case unsupported(name: String)

    package var offset: Int64 {
        switch self {
        case .invalid(_, let offset), .endsEarly(_, let offset): offset
        case .unsupported: 0
        }
    }

    /// One English sentence without the place.
    package var sentence: String {
        switch self {
        case .invalid(let encoding, _): "a byte is no \(encoding.word) text"
        case .endsEarly(let encoding, _): "the text ends within a \(encoding.word) character"
        case .unsupported(let name): "the encoding \(name) is not read"
        }
    }
}
