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

    /// Offset, as stored, of the first byte of what the next call appends.
    package var next: Int64 { stored + Int64(markLeft - rest.count) }

    /// Appends the text of the next bytes to `text`: all that stands before a
    /// byte that is no text, before that is thrown.
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
        index = Self.end(ofWhole: bytes, from: index)
        bytes.extracting(first..<index).withUnsafeBufferPointer { text.append(contentsOf: $0) }
        if index < bytes.count {
            guard UTF8Character(bytes, at: index) == .cut else {
                throw .invalid(encoding: .utf8, offset: stored + Int64(index))
            }
            for left in index..<bytes.count { rest.append(bytes[left]) }
        }
        stored += Int64(bytes.count)
    }

    /// Where the whole characters end: at the bytes' end, or at a character
    /// that is cut or bad.
    private static func end(ofWhole bytes: Span<UInt8>, from start: Int) -> Int {
        bytes.withUnsafeBytes { all in
            var index = start
            while index < all.count {
                if index + 8 <= all.count {
                    let word = UInt64(
                        littleEndian: all.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                    let whole = Self.wholeBytes(word)
                    index += whole
                    if whole > 0 { continue }
                } else if all[index] < 0x80 {
                    index += 1
                    continue
                }
                guard case .whole(let length) = UTF8Character(bytes, at: index) else { return index }
                index += length
            }
            return index
        }
    }

    /// How many of eight bytes are whole characters of one byte, or else of
    /// two, from the first on: nearly all of Cyrillic text.
    @inline(__always)
    private static func wholeBytes(_ word: UInt64) -> Int {
        let high = word & 0x8080_8080_8080_8080
        if high == 0 { return 8 }
        let ascii = high.trailingZeroBitCount / 8
        if ascii > 0 { return ascii }
        // 110xxxxx 10xxxxxx, and not one of the leads that are too long.
        let shape = word & 0xC0E0_C0E0_C0E0_C0E0 ^ 0x80C0_80C0_80C0_80C0
        let leads = (word & 0x001E_001E_001E_001E) + 0x007E_007E_007E_007E
        let bad = shape | ~leads & 0x0080_0080_0080_0080
        return bad == 0 ? 8 : bad.trailingZeroBitCount / 16 * 2
    }

    // MARK: One byte a character

    private mutating func single(_ bytes: Span<UInt8>, _ text: inout [UInt8]) throws(TextError) {
        var bad: Int?
        let made = [UInt8](unsafeUninitializedCapacity: bytes.count * 3) { target, count in
            for index in 0..<bytes.count {
                let byte = bytes[index]
                if byte < 0x80 {
                    target[count] = byte
                    count += 1
                    continue
                }
                // Nothing of a single-byte set lies above U+FFFF.
                let unit = table[Int(byte) - 0x80]
                if unit < 0x800 {
                    target[count] = UInt8(truncatingIfNeeded: 0xC0 | unit >> 6)
                    count += 1
                } else {
                    if unit == 0xFFFD {
                        bad = index
                        return
                    }
                    target[count] = UInt8(truncatingIfNeeded: 0xE0 | unit >> 12)
                    target[count + 1] = UInt8(truncatingIfNeeded: 0x80 | unit >> 6 & 0x3F)
                    count += 2
                }
                target[count] = UInt8(truncatingIfNeeded: 0x80 | unit & 0x3F)
                count += 1
            }
        }
        if text.isEmpty { text = made } else { text += made }
        if let bad { throw .invalid(encoding: finding.encoding, offset: stored + Int64(bad)) }
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
        text.reserveCapacity(text.count + bytes.count * 3 / 2)
        var index = 0
        // What the last piece cut, byte by byte; then unit by unit.
        while !rest.isEmpty, index < bytes.count {
            rest.append(bytes[index])
            index += 1
            guard rest.count % 2 == 0 else { continue }
            if try unit(rest.span, at: 0, low, from: stored + Int64(index - rest.count), &text) != nil {
                rest.removeAll(keepingCapacity: true)
            }
        }
        while index < bytes.count {
            guard let length = try unit(bytes, at: index, low, from: stored + Int64(index), &text) else {
                break
            }
            index += length
        }
        while index < bytes.count {
            rest.append(bytes[index])
            index += 1
        }
        stored += Int64(bytes.count)
    }

    /// Appends the character at `index`.
    ///
    /// - Parameter offset: where it stands as stored, for errors.
    /// - Returns: its bytes; nil where it is cut.
    @inline(__always)
    private func unit(
        _ bytes: Span<UInt8>, at index: Int, _ low: Int, from offset: Int64, _ text: inout [UInt8]
    ) throws(TextError) -> Int? {
        guard index + 1 < bytes.count else { return nil }
        let first = UInt32(bytes[index + low]) | UInt32(bytes[index + 1 - low]) << 8
        guard first >= 0xD800, first < 0xE000 else {
            Self.append(first, &text)
            return 2
        }
        guard first < 0xDC00 else { throw .invalid(encoding: finding.encoding, offset: offset) }
        guard index + 3 < bytes.count else { return nil }
        let second = UInt32(bytes[index + 2 + low]) | UInt32(bytes[index + 3 - low]) << 8
        guard second >= 0xDC00, second < 0xE000 else {
            throw .invalid(encoding: finding.encoding, offset: offset)
        }
        Self.append(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00), &text)
        return 4
    }
}
