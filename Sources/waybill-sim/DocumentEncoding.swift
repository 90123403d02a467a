// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// How the text of a document becomes bytes.
enum DocumentEncoding: String, ExpressibleByArgument, CaseIterable {
    case utf8 = "utf-8"
    case windows1251 = "windows-1251"

    /// - Precondition: windows-1251 has every character of the text; the
    ///   texts are this program's own.
    func bytes(_ text: String) -> [UInt8] {
        switch self {
        case .utf8: Array(text.utf8)
        case .windows1251: text.unicodeScalars.map(Self.cyrillic)
        }
    }

    private static func cyrillic(_ scalar: Unicode.Scalar) -> UInt8 {
        switch scalar.value {
        case 0..<0x80: UInt8(scalar.value)
        case 0x410...0x44F: UInt8(scalar.value - 0x410 + 0xC0)
        case 0x401: 0xA8
        case 0x451: 0xB8
        case 0x2014: 0x97
        case 0x2116: 0xB9
        default: preconditionFailure("no windows-1251 byte for U+\(String(scalar.value, radix: 16))")
        }
    }
}
