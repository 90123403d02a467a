// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What a file in `in/` is, as far as claiming needs to know.
package enum DropKind: String, Sendable, Hashable {
    case xml, zip, json
    /// Newline-separated JSON: complete after every line.
    case ndjson
    /// A package without a proof in itself (CSV, unknown files).
    case plain
    /// A picture or document that comes along.
    case attachment

    /// Whether the bytes themselves can prove that the file is whole.
    package var hasProof: Bool { self != .plain && self != .attachment }
    package var isAttachment: Bool { self == .attachment }

    private static let attachments: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp", "tif", "tiff", "svg", "avif", "heic",
        "heif", "ico", "pdf", "doc", "docx", "xls", "xlsx", "rtf", "odt", "ods", "htm", "html", "mp4", "mov",
        "avi", "webm", "mkv", "mpg", "mp3", "glb", "djvu",
    ]

    /// - Parameters:
    ///   - path: relative to `in/`, elements.
    ///   - head: the file's first bytes.
    package static func of(_ path: [String], head: [UInt8]) -> DropKind {
        let name = path.last?.lowercased() ?? ""
        let ending = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
        switch ending {
        case "xml": return head.starts(with: [0x50, 0x4B, 3, 4]) ? .zip : .xml
        case "zip": return .zip
        case "json": return .json
        case "ndjson", "jsonl": return .ndjson
        case "csv", "tsv", "txt": return .plain
        default: break
        }
        if attachments.contains(ending) { return .attachment }
        // 1C puts everything that belongs to goods under import_files/.
        if path.dropLast().contains(where: { $0.lowercased() == "import_files" }) { return .attachment }
        return sniffed(head)
    }

    private static func sniffed(_ head: [UInt8]) -> DropKind {
        if head.starts(with: [0x50, 0x4B, 3, 4]) || head.starts(with: [0x50, 0x4B, 5, 6]) { return .zip }
        let first = head.first { byte in
            ![0, 9, 10, 13, 32, 0xEF, 0xBB, 0xBF, 0xFF, 0xFE].contains(byte)
        }
        switch first {
        case 0x3C: return .xml
        case 0x7B, 0x5B: return .json
        default: return .plain
        }
    }
}
