// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The source of one record, cut out of the text around it for people.
enum Fragment {
    /// Bytes at most.
    static let limit = 4 << 10

    /// - Parameter bytes: UTF-8 from the record's first byte on.
    static func text(_ bytes: [UInt8]) -> String {
        let end = bytes.first == 0x3C ? elementEnd(bytes) : valueEnd(bytes)
        var cut = min(end ?? bytes.count, limit, bytes.count)
        // Not within a character.
        while cut > 0, cut < bytes.count, bytes[cut] & 0xC0 == 0x80 { cut -= 1 }
        return String(decoding: bytes[..<cut], as: UTF8.self)
    }

    /// Behind the end tag that closes the first element; elements of the same
    /// name inside it are counted.
    private static func elementEnd(_ bytes: [UInt8]) -> Int? {
        let name = bytes[1...].prefix { $0 > 32 && $0 != 0x2F && $0 != 0x3E }
        var depth = 0
        var index = 0
        while index < bytes.count {
            guard bytes[index] == 0x3C else {
                index += 1
                continue
            }
            // What looks like tags in there is none.
            if let behind = behind("<![CDATA[", "]]>", bytes, index) ?? behind("<!--", "-->", bytes, index) {
                index = behind
                continue
            }
            guard let close = bytes[index...].firstIndex(of: 0x3E) else { return nil }
            let isEnd = index + 1 < bytes.count && bytes[index + 1] == 0x2F
            let tag = bytes[(index + (isEnd ? 2 : 1))...close].prefix { $0 > 32 && $0 != 0x2F && $0 != 0x3E }
            if tag.elementsEqual(name) {
                if isEnd { depth -= 1 } else if bytes[close - 1] != 0x2F { depth += 1 }
                if depth == 0 { return close + 1 }
            }
            index = close + 1
        }
        return nil
    }

    /// Behind the end of what begins with `open` at `index`; nil where
    /// something else does.
    private static func behind(_ open: String, _ end: String, _ bytes: [UInt8], _ index: Int) -> Int? {
        guard bytes[index...].starts(with: open.utf8) else { return nil }
        var place = index + open.utf8.count
        while place < bytes.count, !bytes[place...].starts(with: end.utf8) { place += 1 }
        return min(bytes.count, place + end.utf8.count)
    }

    /// Behind the bracket that closes the first JSON value.
    private static func valueEnd(_ bytes: [UInt8]) -> Int? {
        var (depth, inString, escaped) = (0, false, false)
        for (index, byte) in bytes.enumerated() {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == 0x5C {
                    escaped = true
                } else if byte == 0x22 {
                    inString = false
                }
                continue
            }
            switch byte {
            case 0x22: inString = true
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D:
                depth -= 1
                if depth <= 0 { return index + 1 }
            default: break
            }
        }
        return nil
    }
}
