// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Turns the bytes of one document into UTF-8, in pieces of any size.
///
/// A mark at the start is taken off. A character that a piece cuts is kept for
/// the next piece.
package struct TextDecoder: Sendable {
    package let finding: EncodingFinding
    /// Bytes as stored that came so far.
    package private(set) var stored: Int64 = 0
    /// The beginning of a character that the last piece cut.
    private var rest: [UInt8] = []
    private var markLeft: Int
    private let table: [UInt16]

    package init(_ finding: EncodingFinding) {
        self.finding = finding
        markLeft = finding.markLength
        table = finding.encoding.table ?? []
    }

    /// Appends the text of the next bytes to `text`.
    ///
    /// - Returns: offset, as stored, of the first byte of what was appended.
    /// - Throws: `invalid`; the decoder is spent then.
    package mutating func decode(_ piece: Span<UInt8>, into text: inout [UInt8]) throws(TextError) -> Int64 {
        let skipped = min(markLeft, piece.count)
        markLeft -= skipped
        let bytes = piece.extracting(skipped..<piece.count)
        let from = stored + Int64(skipped - rest.count)
        stored += Int64(skipped)
        switch finding.encoding {
        case .utf8: try utf8(bytes, &text)
        case .utf16LittleEndian: try utf16(bytes, low: 0, &text)
        case .utf16BigEndian: try utf16(bytes, low: 1, &text)
        default: try single(bytes, &text)
        }
        return from
    }

    /// Ends the input.
    /// - Throws: `endsEarly` within a character.
    package func finish() throws(TextError) {
        guard rest.isEmpty else {
            throw .endsEarly(encoding: finding.encoding, offset: stored - Int64(rest.count))
        }
    }

    // MARK: UTF-8

    private mutating func utf8(_ bytes: Span<UInt8>, _ text: inout [UInt8]) throws(TextError) {
        var index = 0
        while !rest.isEmpty, index < bytes.count {
            rest.append(bytes[index])
            index += 1
            switch UTF8Character(rest.span, at: 0) {
            case .whole:
                text.append(contentsOf: rest)
                rest.removeAll(keepingCapacity: true)
            case .cut: break
            case .bad:
                throw .invalid(encoding: .utf8, offset: stored + Int64(index - rest.count))
            }
        }
        let first = index
        while index < bytes.count {
            if bytes[index] < 0x80 {
                index += 1
                continue
            }
            switch UTF8Character(bytes, at: index) {
            case .whole(let length): index += length
            case .bad: throw .invalid(encoding: .utf8, offset: stored + Int64(index))
            case .cut:
                bytes.extracting(first..<index).withUnsafeBufferPointer { text.append(contentsOf: $0) }
                for left in index..<bytes.count { rest.append(bytes[left]) }
                stored += Int64(bytes.count)
                return
            }
        }
        bytes.extracting(first..<bytes.count).withUnsafeBufferPointer { text.append(contentsOf: $0) }
        stored += Int64(bytes.count)
    }

    // MARK: One byte a character

    private mutating func single(_ bytes: Span<UInt8>, _ text: inout [UInt8]) throws(TextError) {
        text.reserveCapacity(text.count + bytes.count * 2)
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                text.append(byte)
                continue
            }
            let unit = table[Int(byte) - 0x80]
            guard unit != 0xFFFD else {
                throw .invalid(encoding: finding.encoding, offset: stored + Int64(index))
            }
            Self.append(UInt32(unit), &text)
        }
        stored += Int64(bytes.count)
    }

    @inline(__always)
    private static func append(_ scalar: UInt32, _ text: inout [UInt8]) {
        func byte(_ value: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: value) }
        switch scalar {
        case 0..<0x80: text.append(byte(scalar))
        case 0x80..<0x800:
            text.append(byte(0xC0 | scalar >> 6))
            text.append(byte(0x80 | scalar & 0x3F))
        case 0x800..<0x1_0000:
            text.append(byte(0xE0 | scalar >> 12))
            text.append(byte(0x80 | scalar >> 6 & 0x3F))
            text.append(byte(0x80 | scalar & 0x3F))
        default:
            text.append(byte(0xF0 | scalar >> 18))
            text.append(byte(0x80 | scalar >> 12 & 0x3F))
            text.append(byte(0x80 | scalar >> 6 & 0x3F))
            text.append(byte(0x80 | scalar & 0x3F))
        }
    }

    // MARK: UTF-16

    /// - Parameter low: place of a unit's low byte.
    private mutating func utf16(_ bytes: Span<UInt8>, low: Int, _ text: inout [UInt8]) throws(TextError) {
        text.reserveCapacity(text.count + bytes.count)
        for index in 0..<bytes.count {
            rest.append(bytes[index])
            guard rest.count == 2 || rest.count == 4 else { continue }
            let first = UInt32(rest[low]) | UInt32(rest[1 - low]) << 8
            let at = stored + Int64(index + 1 - rest.count)
            if rest.count == 2 {
                switch first {
                case 0xD800..<0xDC00: continue
                case 0xDC00..<0xE000: throw .invalid(encoding: finding.encoding, offset: at)
                default: Self.append(first, &text)
                }
            } else {
                let second = UInt32(rest[2 + low]) | UInt32(rest[3 - low]) << 8
                guard (0xDC00..<0xE000).contains(second) else {
                    throw .invalid(encoding: finding.encoding, offset: at)
                }
                Self.append(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00), &text)
            }
            rest.removeAll(keepingCapacity: true)
        }
        stored += Int64(bytes.count)
    }
}
