// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
package import SystemPackage

/// A delivered file's path as the text of its row.
package enum MediaPath {
    /// The path itself where it is UTF-8. Else its bytes outside ASCII and its
    /// backslashes become `\xNN`, so that two names never become one.
    package static func text(_ path: FilePath) -> String { text(path.bytes) }

    package static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        let digits = Array("0123456789abcdef".utf8)
        var escaped: [UInt8] = []
        for byte in bytes {
            if byte < 0x80, byte != UInt8(ascii: "\\") {
                escaped.append(byte)
            } else {
                escaped += [
                    UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
                ]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
