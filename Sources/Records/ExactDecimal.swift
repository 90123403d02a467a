// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// A decimal number as text: digits, perhaps a minus and one dot.
///
/// Normal form: no leading zeros but one before a dot, no trailing zeros after
/// the dot, no `-0`. Never a binary float.
package enum ExactDecimal {
    /// Reads a number as ERPs write it: spaces of any kind between groups, a
    /// comma or a dot for the fraction, leading sign. At most 30 digits.
    ///
    /// `reference/commerceml.md` 2.4.
    /// - Returns: the normal form in UTF-8, nil where `bytes` is no number.
    package static func normalise(_ bytes: Span<UInt8>) -> [UInt8]? {
        var digits: [UInt8] = []
        digits.reserveCapacity(bytes.count)
        var negative = false
        var point: Int?
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 48...57: digits.append(byte)
            case 46, 44:
                guard point == nil else { return nil }
                point = digits.count
            case 45, 43:
                guard digits.isEmpty, point == nil, !negative else { return nil }
                negative = byte == 45
            case 9, 10, 13, 32, 39: break
            case 0xC2 where index + 1 < bytes.count && bytes[index + 1] == 0xA0: index += 1
            case 0xE2 where isThinSpace(bytes, at: index): index += 2
            default: return nil
            }
            index += 1
        }
        guard !digits.isEmpty, digits.count <= 30 else { return nil }
        return assemble(digits, point: point ?? digits.count, negative: negative)
    }

    /// U+2000…U+200A, U+202F.
    private static func isThinSpace(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        guard index + 2 < bytes.count, bytes[index + 1] == 0x80 else { return false }
        return (0x80...0x8A).contains(bytes[index + 2]) || bytes[index + 2] == 0xAF
    }

    private static func assemble(_ digits: [UInt8], point: Int, negative: Bool) -> [UInt8] {
        var start = 0
        while start < point, digits[start] == 48 { start += 1 }
        var end = digits.count
        while end > point, digits[end - 1] == 48 { end -= 1 }
        guard start < point || end > point else { return [48] }
        var result: [UInt8] = negative ? [45] : []
        if start == point { result.append(48) }
        result.append(contentsOf: digits[start..<point])
        if end > point {
            result.append(46)
            result.append(contentsOf: digits[point..<end])
        }
        return result
    }

    /// The exact sum of two numbers in normal form.
    package static func sum(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        let (a, b) = (Parts(left), Parts(right))
        let scale = max(a.fraction.count, b.fraction.count)
        let (x, y) = (a.scaled(scale), b.scaled(scale))
        if a.negative == b.negative {
            return format(add(x, y), scale: scale, negative: a.negative)
        }
        return less(x, y)
            ? format(subtract(y, x), scale: scale, negative: b.negative)
            : format(subtract(x, y), scale: scale, negative: a.negative)
    }

    private struct Parts {
        var negative: Bool
        var whole: ArraySlice<UInt8>
        var fraction: ArraySlice<UInt8>

        init(_ text: [UInt8]) {
            negative = text.first == 45
            let body = negative ? text.dropFirst() : text[...]
            let point = body.firstIndex(of: 46) ?? body.endIndex
            whole = body[..<point]
            fraction = point < body.endIndex ? body[(point + 1)...] : []
        }

        /// Digit values, most significant first, with `scale` digits after
        /// the point.
        func scaled(_ scale: Int) -> [UInt8] {
            whole.map { $0 - 48 } + fraction.map { $0 - 48 }
                + Array(repeating: 0, count: scale - fraction.count)
        }
    }

    private static func padded(_ digits: [UInt8], _ count: Int) -> [UInt8] {
        Array(repeating: 0, count: max(0, count - digits.count)) + digits
    }

    private static func less(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let count = max(left.count, right.count)
        return padded(left, count).lexicographicallyPrecedes(padded(right, count))
    }

    private static func add(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        let count = max(left.count, right.count) + 1
        var result = padded(left, count)
        let other = padded(right, count)
        var carry: UInt8 = 0
        for index in stride(from: count - 1, through: 0, by: -1) {
            let digit = result[index] + other[index] + carry
            carry = digit / 10
            result[index] = digit % 10
        }
        return result
    }

    /// `left` is not less than `right`.
    private static func subtract(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        let count = max(left.count, right.count)
        var result = padded(left, count)
        let other = padded(right, count)
        var borrow: UInt8 = 0
        for index in stride(from: count - 1, through: 0, by: -1) {
            let take = other[index] + borrow
            borrow = result[index] < take ? 1 : 0
            result[index] = result[index] + borrow * 10 - take
        }
        return result
    }

    private static func format(_ digits: [UInt8], scale: Int, negative: Bool) -> [UInt8] {
        assemble(digits.map { $0 + 48 }, point: digits.count - scale, negative: negative)
    }
}
