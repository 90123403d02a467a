// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// One JSON value (RFC 8259) as a flat list of nodes; its memory is used again
/// for the next one.
///
/// Numbers stay digits: nothing ever becomes a binary float.
struct JSONTape {
    enum Kind: UInt8 { case object, array, string, number, `true`, `false`, null }

    struct Node {
        var kind: Kind
        /// Where its text stands in `text`: a string without its escapes, the
        /// digits of a number.
        var text = 0..<0
        /// The node behind it and all it holds. An object holds keys and
        /// values in turn.
        var end = 0
    }

    struct Mistake: Error { var position: Int; var detail: String }

    private(set) var nodes: [Node] = []
    private(set) var text: [UInt8] = []

    func string(_ node: Int) -> String { String(decoding: text[nodes[node].text], as: UTF8.self) }

    func bytes(_ node: Int) -> ArraySlice<UInt8> { text[nodes[node].text] }

    /// - Parameter bytes: one value, perhaps with white space around it; its
    ///   nesting has been checked.
    mutating func read(_ bytes: [UInt8]) throws(Mistake) {
        nodes.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        var at = 0
        try value(bytes, &at)
        skipSpace(bytes, &at)
        if at < bytes.count { throw Mistake(position: at, detail: "unexpected text after a value") }
    }

    private func skipSpace(_ bytes: [UInt8], _ at: inout Int) {
        while at < bytes.count, bytes[at] == 32 || bytes[at] == 10 || bytes[at] == 13 || bytes[at] == 9 {
            at += 1
        }
    }

    private mutating func value(_ bytes: [UInt8], _ at: inout Int) throws(Mistake) {
        skipSpace(bytes, &at)
        guard at < bytes.count else { throw Mistake(position: at, detail: "a value is missing") }
        switch bytes[at] {
        case 123: try object(bytes, &at)
        case 91: try array(bytes, &at)
        case 34: try string(bytes, &at)
        case 116: try word("true", .true, bytes, &at)
        case 102: try word("false", .false, bytes, &at)
        case 110: try word("null", .null, bytes, &at)
        default: try number(bytes, &at)
        }
    }

    private mutating func open(_ kind: Kind) -> Int {
        nodes.append(Node(kind: kind))
        return nodes.count - 1
    }

    private mutating func object(_ bytes: [UInt8], _ at: inout Int) throws(Mistake) {
        let node = open(.object)
        at += 1
        skipSpace(bytes, &at)
        if at < bytes.count, bytes[at] == 125 {
            at += 1
        } else {
            repeat {
                skipSpace(bytes, &at)
                guard at < bytes.count, bytes[at] == 34 else {
                    throw Mistake(position: at, detail: "the name of a member is missing")
                }
                try string(bytes, &at)
                skipSpace(bytes, &at)
                guard at < bytes.count, bytes[at] == 58 else {
                    throw Mistake(position: at, detail: "a colon is missing after the name of a member")
                }
                at += 1
                try value(bytes, &at)
            } while try goesOn(125, bytes, &at)
        }
        nodes[node].end = nodes.count
    }

    private mutating func array(_ bytes: [UInt8], _ at: inout Int) throws(Mistake) {
        let node = open(.array)
        at += 1
        skipSpace(bytes, &at)
        if at < bytes.count, bytes[at] == 93 {
            at += 1
        } else {
            repeat { try value(bytes, &at) } while try goesOn(93, bytes, &at)
        }
        nodes[node].end = nodes.count
    }

    /// Takes a comma, or the closing bracket.
    private func goesOn(_ closing: UInt8, _ bytes: [UInt8], _ at: inout Int) throws(Mistake) -> Bool {
        skipSpace(bytes, &at)
        guard at < bytes.count, bytes[at] == 44 || bytes[at] == closing else {
            throw Mistake(position: at, detail: "a comma or a closing bracket is missing")
        }
        at += 1
        return bytes[at - 1] == 44
    }

    private mutating func word(_ word: StaticString, _ kind: Kind, _ bytes: [UInt8], _ at: inout Int)
        throws(Mistake)
    {
        let letters = Array("\(word)".utf8)
        guard bytes[at...].starts(with: letters) else {
            throw Mistake(position: at, detail: "unknown word")
        }
        at += letters.count
        nodes.append(Node(kind: kind, end: nodes.count + 1))
    }

    private mutating func number(_ bytes: [UInt8], _ at: inout Int) throws(Mistake) {
        let start = at
        func digits() -> Int {
            let from = at
            while at < bytes.count, (48...57).contains(bytes[at]) { at += 1 }
            return at - from
        }
        if at < bytes.count, bytes[at] == 45 { at += 1 }
        let first = at
        let whole = digits()
        var isGood = whole == 1 || (whole > 1 && bytes[first] != 48)
        if at < bytes.count, bytes[at] == 46 {
            at += 1
            isGood = digits() > 0 && isGood
        }
        if at < bytes.count, bytes[at] == 101 || bytes[at] == 69 {
            at += 1
            if at < bytes.count, bytes[at] == 43 || bytes[at] == 45 { at += 1 }
            isGood = digits() > 0 && isGood
        }
        guard isGood else { throw Mistake(position: start, detail: "no JSON value") }
        let from = text.count
        text.append(contentsOf: bytes[start..<at])
        nodes.append(Node(kind: .number, text: from..<text.count, end: nodes.count + 1))
    }

    private mutating func string(_ bytes: [UInt8], _ at: inout Int) throws(Mistake) {
        at += 1
        let from = text.count
        while true {
            let start = at
            while at < bytes.count, bytes[at] != 34, bytes[at] != 92, bytes[at] >= 32 { at += 1 }
            text.append(contentsOf: bytes[start..<at])
            guard at < bytes.count else { throw Mistake(position: start, detail: "a string has no end") }
            guard bytes[at] >= 32 else {
                throw Mistake(position: at, detail: "a control character in a string")
            }
            at += 1
            if bytes[at - 1] == 34 { break }
            try escape(bytes, &at)
        }
        nodes.append(Node(kind: .string, text: from..<text.count, end: nodes.count + 1))
    }

    private mutating func escape(_ bytes: [UInt8], _ at: inout Int) throws(Mistake) {
        guard at < bytes.count else { throw Mistake(position: at, detail: "a string has no end") }
        at += 1
        switch bytes[at - 1] {
        case 34: text.append(34)
        case 92: text.append(92)
        case 47: text.append(47)
        case 98: text.append(8)
        case 102: text.append(12)
        case 110: text.append(10)
        case 114: text.append(13)
        case 116: text.append(9)
        case 117:
            var unit = try hex(bytes, &at)
            if (0xD800..<0xDC00).contains(unit), at + 1 < bytes.count, bytes[at] == 92, bytes[at + 1] == 117 {
                at += 2
                let low = try hex(bytes, &at)
                guard (0xDC00..<0xE000).contains(low) else {
                    throw Mistake(position: at, detail: "half a surrogate pair")
                }
                unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else {
                throw Mistake(position: at, detail: "half a surrogate pair")
            }
            text.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        default: throw Mistake(position: at - 1, detail: "an unknown escape in a string")
        }
    }

    private func hex(_ bytes: [UInt8], _ at: inout Int) throws(Mistake) -> UInt32 {
        guard at + 4 <= bytes.count,
            let unit = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16),
            bytes[at] != 43, bytes[at] != 45
        else { throw Mistake(position: at, detail: "four hexadecimal digits are missing") }
        at += 4
        return unit
    }
}
