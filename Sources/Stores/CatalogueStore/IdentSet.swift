// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// A set of ids as a bitmap: an eighth of a byte for each id ever made.
package struct IdentSet: Sendable, Hashable {
    private var words: [UInt64] = []
    package private(set) var count = 0

    package init() {}

    /// - Returns: false if it was there.
    @discardableResult
    package mutating func insert(_ id: Int64) -> Bool {
        let word = Int(id) / 64
        while words.count <= word { words.append(0) }
        let bit = UInt64(1) << UInt64(id % 64)
        guard words[word] & bit == 0 else { return false }
        words[word] |= bit
        count += 1
        return true
    }

    package func contains(_ id: Int64) -> Bool {
        let word = Int(id) / 64
        return word < words.count && words[word] & UInt64(1) << UInt64(id % 64) != 0
    }

    package var bytes: [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    }

    package init(bytes: [UInt8]) {
        words = stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64($1 * 8) }
        }
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// For sets of few ids among many: each id as its distance from the one
    /// before, base 128 with the low digits first.
    package var deltas: [UInt8] {
        var bytes: [UInt8] = []
        var last: Int64 = 0
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                let id = Int64(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
                var distance = UInt64(id - last)
                last = id
                while distance >= 128 {
                    bytes.append(UInt8(distance & 127) | 128)
                    distance >>= 7
                }
                bytes.append(UInt8(distance))
            }
        }
        return bytes
    }

    /// Adds what `deltas` of another set holds.
    package mutating func insert(deltas: [UInt8]) {
        var last: Int64 = 0
        var distance: UInt64 = 0
        var shift: UInt64 = 0
        for byte in deltas {
            distance |= UInt64(byte & 127) << shift
            shift += 7
            guard byte < 128 else { continue }
            last += Int64(distance)
            insert(last)
            (distance, shift) = (0, 0)
        }
    }
}
