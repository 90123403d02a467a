// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

/// A row as bytes: a count, then each column as a kind byte and its value.
///
/// Compact and exact, so that undo puts back what was there. Integers and
/// lengths are written as base-128 with the low digits first.
enum RowImage {
    static func encode(_ values: [SQLValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        append(UInt64(values.count), to: &bytes)
        for value in values {
            switch value {
            case .null: bytes.append(0)
            case .integer(let integer):
                bytes.append(1)
                // Zigzag, so that small negative numbers stay short.
                append(UInt64(bitPattern: (integer << 1) ^ (integer >> 63)), to: &bytes)
            case .text(let text):
                bytes.append(2)
                append(UInt64(text.utf8.count), to: &bytes)
                bytes.append(contentsOf: text.utf8)
            case .blob(let blob):
                bytes.append(3)
                append(UInt64(blob.count), to: &bytes)
                bytes.append(contentsOf: blob)
            }
        }
        return bytes
    }

    /// - Returns: nil for bytes that `encode` did not make.
    static func decode(_ bytes: [UInt8]) -> [SQLValue]? {
        var index = 0
        guard let count = number(bytes, &index), count < 1_000 else { return nil }
        var values: [SQLValue] = []
        for _ in 0..<count {
            guard index < bytes.count else { return nil }
            let kind = bytes[index]
            index += 1
            switch kind {
            case 0: values.append(.null)
            case 1:
                guard let raw = number(bytes, &index) else { return nil }
                values.append(.integer(Int64(bitPattern: (raw >> 1) ^ (0 &- (raw & 1)))))
            case 2, 3:
                guard let length = number(bytes, &index), index + Int(length) <= bytes.count else {
                    return nil
                }
                let part = bytes[index..<index + Int(length)]
                index += Int(length)
                values.append(kind == 2 ? .text(String(decoding: part, as: UTF8.self)) : .blob(Array(part)))
            default: return nil
            }
        }
        return index == bytes.count ? values : nil
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(_ bytes: [UInt8], _ index: inout Int) -> UInt64? {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while index < bytes.count, shift < 64 {
            let byte = bytes[index]
            index += 1
            result |= UInt64(byte & 127) << shift
            if byte < 128 { return result }
            shift += 7
        }
        return nil
    }
}
