// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a manifest states about the file it covers.
package struct ManifestFacts: Hashable, Sendable {
    /// Bytes; nil where it does not say.
    package var size: Int64?
    /// In lower case; nil where it does not say.
    package var sha256: String?
    /// Top-level records; nil where it does not say.
    package var records: Int?

    package init(size: Int64? = nil, sha256: String? = nil, records: Int? = nil) {
        self.size = size
        self.sha256 = sha256
        self.records = records
    }
}

/// The kinds of file that cover another one (contract, "Decisions").
package enum CoverKind: Hashable, Sendable {
    /// `<name>.done`, `<name>.complete`, empty.
    case marker
    /// `<name>.sha256`, in sha256sum's format.
    case checksum
    /// `<name>.manifest.json`: `name`, `size`, `sha256`, `records`.
    case manifest

    private static let endings: [(String, CoverKind)] = [
        (".manifest.json", .manifest), (".sha256", .checksum), (".complete", .marker), (".done", .marker),
    ]

    /// What a file of this name covers, nil for a file that covers nothing.
    /// Letter case means nothing.
    /// - Parameter size: a marker is empty; a file with content is a drop.
    package static func of(_ name: String, size: Int64) -> (kind: CoverKind, covered: String)? {
        let folded = name.lowercased()
        for (ending, kind) in endings where folded.hasSuffix(ending) {
            let covered = name.dropLast(ending.count)
            guard !covered.isEmpty, kind != .marker || size == 0 else { return nil }
            return (kind, String(covered))
        }
        return nil
    }
}

/// Reads manifests. The file is small; whoever reads it limits it.
enum Manifest {
    /// Largest manifest in bytes.
    static let limit = 1 << 20

    enum Answer: Hashable { case facts(ManifestFacts), unreadable(String) }

    /// A line of sha256sum: digest, space, space or star, name; or the digest
    /// alone.
    /// - Parameter name: last element of the covered file's path.
    static func checksum(_ bytes: [UInt8], for name: String) -> Answer {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.drop { $0 == "\u{FEFF}" } }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
        for line in lines {
            let escaped = line.hasPrefix("\\")
            let text = escaped ? line.dropFirst() : line
            let digest = text.prefix { !$0.isWhitespace }.lowercased()
            guard isDigest(digest) else { continue }
            var rest = text.dropFirst(digest.count).drop { $0 == " " || $0 == "\t" }
            if rest.hasPrefix("*") { rest = rest.dropFirst() }
            var stated = rest.split { $0 == "/" }.last.map(String.init) ?? ""
            if escaped { stated = stated.replacing("\\n", with: "\n").replacing("\\\\", with: "\\") }
            if stated.isEmpty ? lines.count == 1 : stated.lowercased() == name.lowercased() {
                return .facts(ManifestFacts(sha256: digest))
            }
        }
        return .unreadable("its .sha256 has no line for \(name)")
    }

    static func json(_ bytes: [UInt8], for name: String) -> Answer {
        struct Form: Decodable {
            var name: String?
            var size: Int64?
            var sha256: String?
            var records: Int?
        }
        let form: Form
        do { form = try JSONDecoder().decode(Form.self, from: Data(bytes)) } catch {
            return .unreadable("its .manifest.json can't be read")
        }
        if let stated = form.name?.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last,
            stated.lowercased() != name.lowercased()
        {
            return .unreadable("its .manifest.json names another file, \(stated)")
        }
        let digest = form.sha256?.lowercased()
        if let digest, !isDigest(digest) { return .unreadable("its .manifest.json states no valid sha256") }
        guard form.size != nil || digest != nil else {
            return .unreadable("its .manifest.json states neither size nor sha256")
        }
        return .facts(ManifestFacts(size: form.size, sha256: digest, records: form.records))
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
