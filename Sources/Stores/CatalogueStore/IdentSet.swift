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
}
