// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What stands at one place of bytes that should be UTF-8 (RFC 3629: no
/// overlong forms, no surrogates, nothing above U+10FFFF).
enum UTF8Character: Equatable {
    case whole(length: Int)
    /// The bytes end within a character that is right so far.
    case cut
    case bad

    @inline(__always)
    init(_ bytes: Span<UInt8>, at index: Int) {
        let lead = bytes[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0..<0x80:
            self = .whole(length: 1)
            return
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { second = 0xA0...0xBF }
            if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { second = 0x90...0xBF }
            if lead == 0xF4 { second = 0x80...0x8F }
        default:
            self = .bad
            return
        }
        guard index + 1 < bytes.count else {
            self = .cut
            return
        }
        guard second.contains(bytes[index + 1]) else {
            self = .bad
            return
        }
        for next in index + 2..<max(index + 2, index + length) {
            guard next < bytes.count else {
                self = .cut
                return
            }
            guard bytes[next] & 0xC0 == 0x80 else {
                self = .bad
                return
            }
        }
        self = .whole(length: length)
    }
}
