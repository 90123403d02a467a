// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Builds small JSON texts as bytes, without `String`.
struct JSONText {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func raw(_ byte: UInt8) { bytes.append(byte) }
    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }
    mutating func integer(_ value: Int64) { bytes.append(contentsOf: String(value).utf8) }

    /// A JSON string of UTF-8 bytes.
    mutating func string(_ text: ArraySlice<UInt8>) {
        bytes.append(34)
        for byte in text {
            switch byte {
            case 34, 92:
                bytes.append(92)
                bytes.append(byte)
            case 10:
                bytes.append(92)
                bytes.append(110)
            case 0..<32:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(byte < 16 ? 48 : 49)
                let low = byte & 15
                bytes.append(low < 10 ? 48 + low : 87 + low)
            default: bytes.append(byte)
            }
        }
        bytes.append(34)
    }

    /// A comma unless the text ends in an opening bracket.
    mutating func comma() {
        guard let last = bytes.last, last != 91, last != 123 else { return }
        bytes.append(44)
    }
}
