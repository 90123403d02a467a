// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import SpoolStore

/// What names say, looked up once: a walk sees the same thousands of names
/// every few seconds.
struct NameBook {
    struct Facts {
        /// The rule that ignores it.
        var rule: String?
        var folded: String
        /// Where it is a marker's or manifest's name.
        var cover: (kind: CoverKind, covered: String)?
    }

    /// Names kept; beyond, the book starts anew.
    private static let limit = 100_000
    private var known: [String: Facts] = [:]

    mutating func facts(of name: String) -> Facts {
        if let facts = known[name] { return facts }
        let facts = Facts(
            rule: IgnoredNames.rule(for: name), folded: name.lowercased(),
            cover: CoverKind.of(name, size: 0))
        if known.count >= Self.limit { known.removeAll() }
        known[name] = facts
        return facts
    }
}
