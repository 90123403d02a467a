// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// Names of payloads inside package folders and the archive.
package enum SafeName {
    /// Longest safe name in bytes.
    package static let limit = 100
    /// Names of ours beside a payload.
    static let reserved: Set<String> = ["package.json", "reason.txt"]

    /// The original name made harmless: its last path element without control
    /// characters, cut to 100 bytes at a character border, never starting with
    /// `.` or `-`, never one of our own names. Bytes that are no UTF-8 become
    /// U+FFFD. The original stands in `package.json`.
    package static func make(_ original: String) -> String {
        let last = original.split(separator: "/").last.map(String.init) ?? ""
        var name = ""
        var bytes = 0
        for character in last {
            let kept = character.unicodeScalars.filter { !isControl($0) && $0 != "/" && $0 != "\\" }
            guard !kept.isEmpty else { continue }
            if name.isEmpty, let first = kept.first, first == "." || first == "-" || first == " " { continue }
            let width = kept.reduce(0) { $0 + $1.utf8.count }
            if bytes + width > limit { break }
            name.unicodeScalars.append(contentsOf: kept)
            bytes += width
        }
        if name.isEmpty { return "file" }
        if reserved.contains(name.lowercased()) { return "_" + name }
        return name
    }

    package static func make(_ path: FilePath) -> String { make(path.lastComponent?.string ?? "") }

    /// C0, C1, line separators and the marks that turn the writing direction
    /// (a name must not lie about its ending).
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
