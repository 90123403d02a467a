// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What a file's name says about its place in a partitioned exchange.
///
/// Names only: the content decides what a file is (`commerceml.md` 4.1, 5.1,
/// 5.2). Letter case means nothing.
package struct ChunkName: Hashable, Sendable {
    /// The family in lower case: `import`, `offers`, `goods`, `pricelists`, …;
    /// the whole stem for names of no known family.
    package var family: String
    /// K, the index of the catalogue; nil where the name has none.
    package var catalogue: Int?
    /// N, the portion; nil where the name has none.
    package var portion: Int?
    /// In lower case.
    package var guid: String?
    /// One portion of a full that was cut by count, even where it stands
    /// alone (architecture, invariant 9).
    package var isChunk: Bool

    package static let families: Set<String> = [
        "import", "offers", "services_offers", "goods", "groups", "properties", "propertiesgoods",
        "propertiesoffers", "pricelists", "units", "storages", "prices", "rests", "contragents", "documents",
        "orders",
    ]

    /// - Parameter name: the last element of a path.
    package init(_ name: String) {
        let folded = name.lowercased()
        let stem = folded.lastIndex(of: ".").map { String(folded[..<$0]) } ?? folded
        let marked = stem.hasPrefix("services_offers") ? "services#" + stem.dropFirst(9) : stem
        var parts = marked.split(separator: "_", omittingEmptySubsequences: false).map {
            String($0.replacing("#", with: "_"))
        }
        guid = nil
        if let last = parts.last, Self.isGUID(last), parts.count > 1 {
            guid = last
            parts.removeLast()
        }
        var head = parts.first ?? ""
        // orders-<uuid>_<n>
        if let dash = head.firstIndex(of: "-"), Self.isGUID(String(head[head.index(after: dash)...])) {
            guid = String(head[head.index(after: dash)...])
            head = String(head[..<dash])
        }
        let digits = head.reversed().prefix { $0.isASCII && $0.isNumber }.count
        let letters = String(head.dropLast(digits))
        let own = digits > 0 ? Int(head.suffix(digits)) : nil
        let numbers = parts.dropFirst().filter { !$0.isEmpty }.map { Self.number($0) }
        let known = Self.families.contains(letters)
        let plain = numbers.allSatisfy { $0 != nil } && numbers.count <= 2
        guard known ? plain : (plain && numbers.count == 1 && guid == nil && !letters.isEmpty) else {
            family = known ? letters : stem
            isChunk = known && guid != nil
            return
        }
        family = letters
        switch numbers.count {
        case 0:
            // import1.xml of UNF counts portions, import.xml is the first.
            portion = own
        case 1:
            catalogue = own
            portion = numbers[0]
        default:
            catalogue = numbers[0]
            portion = numbers[1]
        }
        isChunk = portion != nil || guid != nil
    }

    private static func number(_ text: String) -> Int? {
        (1...6).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private static func isGUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return false }
        return groups.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } }
    }
}
