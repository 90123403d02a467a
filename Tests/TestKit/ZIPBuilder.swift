// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Writes ZIPs for tests: members stored as they are, and every lie that a
/// damaged or hostile archive tells (APPNOTE.TXT 4.3).
package struct ZIPBuilder {
    package struct Member {
        package var name: [UInt8]
        package var bytes: [UInt8]
        /// The flag that says the name is UTF-8.
        package var isUTF8 = true
        package var isEncrypted = false
        /// 0 = stored, 8 = deflated (the bytes are then taken as deflated).
        package var method: UInt16 = 0
        /// Stated instead of the true ones.
        package var crc: UInt32?
        package var size: UInt32?
        /// Unix mode in the directory; 0 = none.
        package var mode: UInt16 = 0

        package init(_ name: String, _ text: String) {
            self.init(name: Array(name.utf8), bytes: Array(text.utf8))
        }

        package init(name: [UInt8], bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    package var members: [Member] = []

    package init(_ members: [Member] = []) { self.members = members }

    package mutating func add(_ name: String, _ text: String) { members.append(Member(name, text)) }

    /// The whole archive.
    package func build() -> [UInt8] {
        var out: [UInt8] = []
        var directory: [UInt8] = []
        for member in members {
            let offset = out.count
            out += [0x50, 0x4B, 3, 4]
            let header = Self.header(member)
            out += header + member.name + member.bytes
            directory += [0x50, 0x4B, 1, 2] + Self.little(0x0314, 2) + header + Self.little(0, 2)
            directory += Self.little(0, 2) + Self.little(0, 2) + Self.little(Int(member.mode) << 16, 4)
            directory += Self.little(offset, 4) + member.name
        }
        let start = out.count
        out += directory
        out += [0x50, 0x4B, 5, 6] + Self.little(0, 4) + Self.little(members.count, 2)
        out += Self.little(members.count, 2) + Self.little(directory.count, 4) + Self.little(start, 4)
        return out + Self.little(0, 2)
    }

    /// From the version needed to the length of the extra field.
    private static func header(_ member: Member) -> [UInt8] {
        let flags = (member.isUTF8 ? 0x800 : 0) | (member.isEncrypted ? 1 : 0)
        let size = Int(member.size ?? UInt32(member.bytes.count))
        return little(20, 2) + little(flags, 2) + little(Int(member.method), 2) + little(0, 2)
            + little(0x5A21, 2) + little(Int(member.crc ?? crc32(member.bytes)), 4)
            + little(member.bytes.count, 4) + little(size, 4) + little(member.name.count, 2) + little(0, 2)
    }

    private static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    package static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
