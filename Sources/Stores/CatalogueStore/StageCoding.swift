// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// The bytes of a stage file do not say what they should.
package struct StageDamaged: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package init(path: String) { self.path = path }
    package var description: String { "\(path): the stage file is damaged; the package is read again" }
}

/// Writes numbers and bytes, compactly and exactly.
struct StageWriter {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
    mutating func put(byte: UInt8) { bytes.append(byte) }

    /// Seven bits a byte, the least first.
    mutating func put(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Small numbers of either sign are short.
    mutating func put(signed value: Int64) { put(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }
    mutating func put(count value: Int) { put(UInt64(value)) }

    mutating func put(fixed value: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func put(_ text: String) {
        put(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put(_ list: [UInt8]) {
        put(count: list.count)
        bytes.append(contentsOf: list)
    }

    mutating func put(_ hash: SliceHash) {
        put(fixed: hash.high)
        put(fixed: hash.low)
    }
}

/// Reads what `StageWriter` wrote; anything else is `StageReader.Damaged`.
struct StageReader {
    struct Damaged: Error {}

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() throws(Damaged) -> UInt8 {
        guard position < bytes.count else { throw Damaged() }
        position += 1
        return bytes[position - 1]
    }

    mutating func number() throws(Damaged) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw Damaged() }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func signed() throws(Damaged) -> Int64 {
        let raw = try number()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    /// A count of things that take at least a byte each.
    mutating func count() throws(Damaged) -> Int {
        let raw = try number()
        guard raw <= UInt64(bytes.count - position) else { throw Damaged() }
        return Int(raw)
    }

    mutating func fixed() throws(Damaged) -> UInt64 {
        guard bytes.count - position >= 8 else { throw Damaged() }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[position + index]) << UInt64(index * 8) }
        position += 8
        return value
    }

    mutating func list() throws(Damaged) -> [UInt8] {
        let length = try count()
        position += length
        return Array(bytes[(position - length)..<position])
    }

    mutating func text() throws(Damaged) -> String { String(decoding: try list(), as: UTF8.self) }

    mutating func hash() throws(Damaged) -> SliceHash {
        let high = try fixed()
        return SliceHash(high: high, low: try fixed())
    }

    /// A value of an enumeration by its raw byte.
    mutating func word<Value: RawRepresentable>(_ type: Value.Type) throws(Damaged) -> Value
    where Value.RawValue == UInt8 {
        guard let value = Value(rawValue: try byte()) else { throw Damaged() }
        return value
    }

    mutating func narrow<Value: FixedWidthInteger>(_ type: Value.Type) throws(Damaged) -> Value {
        guard let value = Value(exactly: try signed()) else { throw Damaged() }
        return value
    }
}
