// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files

/// Proves that an XML document is whole: nothing but white space, comments and
/// processing instructions follows the end tag of the root element.
///
/// UTF-8, UTF-16 and every encoding that keeps ASCII; the root's name is read
/// from the head, so any name and prefix works. Not a parser: whether the
/// document is well-formed, Reading finds out (`spool-traps.md` 3.4).
enum XMLProof {
    /// Bytes looked at on either side.
    static let window = 64 << 10

    static func check(_ window: ByteWindow) throws(FileError) -> ProofAnswer {
        let start = try window.head(Self.window)
        let width = unitWidth(start)
        guard Int(window.size) % width.bytes == 0 else {
            return .missing("half a UTF-16 character at the end")
        }
        let head = units(start, width)
        guard let root = rootElement(head) else {
            return .missing("no root element in the first \(Self.window) bytes")
        }
        let tail = units(try window.tail(Self.window), width)
        guard let end = contentEnd(tail) else { return .missing("the end is not the end of an element") }
        if closes(root.name, tail[..<end]) { return .complete(.xml) }
        // <Root/>: the head holds the whole document.
        if window.size <= Int64(Self.window), let tag = root.emptyTagEnd, tag == end {
            return .complete(.xml)
        }
        return .missing("the root element is not closed at the end")
    }

    private struct Width { var bytes: Int; var low: Int }

    /// UTF-16 by byte order mark or by the zero beside the first `<`.
    private static func unitWidth(_ head: [UInt8]) -> Width {
        guard head.count >= 2 else { return Width(bytes: 1, low: 0) }
        switch (head[0], head[1]) {
        case (0xFF, 0xFE), (0x3C, 0): return Width(bytes: 2, low: 0)
        case (0xFE, 0xFF), (0, 0x3C): return Width(bytes: 2, low: 1)
        default: return Width(bytes: 1, low: 0)
        }
    }

    private static func units(_ bytes: [UInt8], _ width: Width) -> [UInt16] {
        guard width.bytes == 2 else { return bytes.map { UInt16($0) } }
        return stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            UInt16(bytes[index + width.low]) | UInt16(bytes[index + 1 - width.low]) << 8
        }
    }

    private static func isSpace(_ unit: UInt16) -> Bool {
        unit == 32 || (9...10).contains(unit) || unit == 13
    }

    private static func find(_ text: String, in units: ArraySlice<UInt16>) -> Int? {
        let wanted = Array(text.utf16)
        guard units.count >= wanted.count else { return nil }
        for start in units.startIndex...(units.endIndex - wanted.count)
        where units[start] == wanted[0] && units[start..<start + wanted.count].elementsEqual(wanted) {
            return start
        }
        return nil
    }

    private static func has(_ text: String, _ units: ArraySlice<UInt16>) -> Bool {
        units.starts(with: Array(text.utf16))
    }

    /// The root's name, and where its tag ends if that is `/>`.
    private static func rootElement(_ head: [UInt16]) -> (name: ArraySlice<UInt16>, emptyTagEnd: Int?)? {
        var rest = head[...]
        if has("\u{FEFF}", rest) { rest = rest.dropFirst() }
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        while true {
            rest = rest.drop(while: isSpace)
            if has("<?", rest) {
                guard let end = find("?>", in: rest) else { return nil }
                rest = rest[(end + 2)...]
            } else if has("<!--", rest) {
                guard let end = find("-->", in: rest.dropFirst(4)) else { return nil }
                rest = rest[(end + 3)...]
            } else if has("<!", rest) {
                let close = has("[", rest.drop { $0 != 0x5B && $0 != 0x3E }) ? "]>" : ">"
                guard let end = find(close, in: rest) else { return nil }
                rest = rest[(end + close.utf16.count)...]
            } else {
                break
            }
        }
        guard has("<", rest) else { return nil }
        let name = rest.dropFirst().prefix { !isSpace($0) && $0 != 0x2F && $0 != 0x3E }
        guard let first = name.first, first > 0x40, name.endIndex < head.endIndex else { return nil }
        return (name, emptyTagEnd(rest[name.endIndex...]))
    }

    /// Where the start tag ends, if it is an empty element's.
    private static func emptyTagEnd(_ rest: ArraySlice<UInt16>) -> Int? {
        var quote: UInt16?
        var before: UInt16 = 0
        for index in rest.indices {
            let unit = rest[index]
            defer { before = unit }
            if let open = quote {
                if unit == open { quote = nil }
            } else if unit == 0x22 || unit == 0x27 {
                quote = unit
            } else if unit == 0x3E {
                return before == 0x2F ? index + 1 : nil
            }
        }
        return nil
    }

    /// Where the last element ends: white space, comments and instructions
    /// behind it are skipped. Nil where the end is none of these.
    private static func contentEnd(_ tail: [UInt16]) -> Int? {
        var end = tail.endIndex
        while true {
            while end > 0, isSpace(tail[end - 1]) { end -= 1 }
            guard end > 0, tail[end - 1] == 0x3E else { return nil }
            let opening: String
            if tail[..<end].suffix(3).elementsEqual("-->".utf16) {
                opening = "<!--"
            } else if tail[..<end].suffix(2).elementsEqual("?>".utf16) {
                opening = "<?"
            } else {
                return end
            }
            guard let start = findLast(opening, in: tail[..<end]) else { return nil }
            end = start
        }
    }

    private static func findLast(_ text: String, in units: ArraySlice<UInt16>) -> Int? {
        let wanted = Array(text.utf16)
        var start = units.endIndex - wanted.count
        while start >= units.startIndex {
            if units[start..<start + wanted.count].elementsEqual(wanted) { return start }
            start -= 1
        }
        return nil
    }

    /// Whether `text` ends with `</name >`.
    private static func closes(_ name: ArraySlice<UInt16>, _ text: ArraySlice<UInt16>) -> Bool {
        var rest = text.dropLast()
        while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
        guard rest.count >= name.count + 2, rest.suffix(name.count).elementsEqual(name) else { return false }
        return rest.dropLast(name.count).suffix(2).elementsEqual("</".utf16)
    }
}
