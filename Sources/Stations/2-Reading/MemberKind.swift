// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import TextStreams

/// Names in ZIPs that are not UTF-8.
struct MemberNames: Sendable {
    private let encoding: TextEncoding

    /// An encoding that is not known counts as cp866, what Windows writes
    /// where 1C runs.
    init(charset: String) { encoding = TextEncoding(name: charset) ?? .cp866 }

    func text(_ bytes: [UInt8]) -> String { encoding.text(bytes) }
}

/// What a member of a ZIP is, by its name; letter case means nothing.
enum MemberKind: Hashable, Sendable {
    case document
    /// A picture or another file that comes along.
    case attachment
    case zip
    /// What programs leave behind.
    case junk
    /// Its first byte decides whether it is a document.
    case unknown

    private static let leftovers: Set<String> = ["__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db"]
    private static let documents: Set<String> = ["xml", "json", "ndjson", "jsonl"]
    private static let attachments: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp", "tif", "tiff", "svg", "avif", "heic",
        "heif", "ico", "pdf", "doc", "docx", "xls", "xlsx", "rtf", "odt", "ods", "htm", "html", "mp4", "mov",
        "avi", "webm", "mkv", "mpg", "mp3", "glb", "djvu",
    ]

    static func of(_ name: String) -> MemberKind {
        let parts = name.lowercased().split(separator: "/")
        guard let last = parts.last else { return .junk }
        if parts.contains(where: { leftovers.contains(String($0)) || $0.hasPrefix(".") || $0.hasPrefix("~$") }
        ) {
            return .junk
        }
        // 1C puts everything that belongs to goods there (`commerceml.md` 3.7).
        if parts.dropLast().contains("import_files") { return .attachment }
        let ending = last.lastIndex(of: ".").map { String(last[last.index(after: $0)...]) } ?? ""
        if documents.contains(ending) { return .document }
        if attachments.contains(ending) { return .attachment }
        return ["zip", "7z", "rar", "gz"].contains(ending) ? .zip : .unknown
    }

    /// What the first bytes make of `unknown`.
    static func sniffed(_ head: [UInt8]) -> MemberKind {
        for byte in head {
            switch byte {
            case 0, 9, 10, 13, 32, 0xEF, 0xBB, 0xBF, 0xFE, 0xFF: continue
            case 0x3C, 0x7B, 0x5B: return .document
            default: return .junk
            }
        }
        return .junk
    }
}

/// Where a document stands in the order of reading: what others refer to comes
/// before what refers (`commerceml.md` 4.3).
package enum ReadingRank: Int, Hashable, Comparable, Sendable {
    case dictionaries, goods, offers, prices, stock, business

    package static func < (left: ReadingRank, right: ReadingRank) -> Bool { left.rawValue < right.rawValue }
}

/// Names compared so that `import0_2` comes before `import0_10`.
enum NaturalOrder {
    static func before(_ left: String, _ right: String) -> Bool {
        key(left).lexicographicallyPrecedes(key(right))
    }

    /// Runs of digits get their length in front, so that they compare by
    /// value.
    private static func key(_ text: String) -> [UInt32] {
        var key: [UInt32] = []
        var digits: [UInt32] = []
        for scalar in text.lowercased().unicodeScalars {
            if (48...57).contains(scalar.value) {
                if digits == [48] { digits.removeAll() }
                digits.append(scalar.value)
                continue
            }
            if !digits.isEmpty { key += [48, UInt32(digits.count)] + digits }
            digits.removeAll()
            key.append(scalar.value)
        }
        return digits.isEmpty ? key : key + [48, UInt32(digits.count)] + digits
    }
}
