// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// SHA-256 over bytes in pieces, for receipts, manifests and blobs.
package struct SHA256Hasher: Sendable {
    private var hash = SHA256()

    package init() {}

    package mutating func update(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    /// The hash of all bytes so far: 64 hexadecimal digits, lower case.
    package func finish() -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in hash.finalize() {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
