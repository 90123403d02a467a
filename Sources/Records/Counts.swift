// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What became of the records of one kind in one part.
///
/// `read` is the sum of all others but `swept` (architecture, invariant 6).
package struct Counts: Hashable, Sendable {
    package var read = 0
    package var inserted = 0
    package var updated = 0
    package var markedDeleted = 0
    package var unchanged = 0
    package var stale = 0
    package var rejected = 0
    package var waiting = 0
    package var repeated = 0
    package var empty = 0
    /// Rows that a complete full no longer held and so were marked deleted.
    package var swept = 0

    package init() {}

    /// The sum that `read` must equal.
    package var accounted: Int {
        inserted + updated + markedDeleted + unchanged + stale + rejected + waiting + repeated + empty
    }

    package static func += (left: inout Counts, right: Counts) {
        left.read += right.read
        left.inserted += right.inserted
        left.updated += right.updated
        left.markedDeleted += right.markedDeleted
        left.unchanged += right.unchanged
        left.stale += right.stale
        left.rejected += right.rejected
        left.waiting += right.waiting
        left.repeated += right.repeated
        left.empty += right.empty
        left.swept += right.swept
    }

    /// Names as they stand in receipts and `v1_package.counts`, with values,
    /// in the order of invariant 6.
    package var named: [(name: String, value: Int)] {
        [
            ("read", read), ("inserted", inserted), ("updated", updated), ("marked_deleted", markedDeleted),
            ("unchanged", unchanged), ("stale", stale), ("rejected", rejected), ("waiting", waiting),
            ("repeated", repeated), ("empty", empty), ("swept", swept),
        ]
    }
}

/// Counts by kind: the top-level kinds of `RecordKind.word`, and the rows
/// `price` and `stock` that offers carry.
///
/// The rows have counts of their own and do not add to `total`.
package struct CountsByKind: Hashable, Sendable {
    /// Few: looked through faster than hashed.
    private var list: [Entry] = []

    private struct Entry: Hashable, Sendable {
        var kind: String
        var counts: Counts
    }

    /// All that were counted.
    package var kinds: [String: Counts] {
        Dictionary(list.map { ($0.kind, $0.counts) }, uniquingKeysWith: { first, _ in first })
    }

    /// Row kinds: counted beside the top-level records, not among them.
    package static let rows: Set<String> = ["price", "stock"]

    package init(_ kinds: [String: Counts] = [:]) {
        list = kinds.sorted { $0.key < $1.key }.map { Entry(kind: $0.key, counts: $0.value) }
    }

    package subscript(_ kind: String) -> Counts {
        get { list.first { $0.kind == kind }?.counts ?? Counts() }
        _modify {
            let place: Int
            if let known = list.firstIndex(where: { $0.kind == kind }) {
                place = known
            } else {
                place = list.firstIndex { $0.kind > kind } ?? list.count
                list.insert(Entry(kind: kind, counts: Counts()), at: place)
            }
            yield &list[place].counts
        }
    }

    /// All top-level records together.
    package var total: Counts {
        kinds.reduce(into: Counts()) { sum, kind in
            if !Self.rows.contains(kind.key) { sum += kind.value }
        }
    }

    package static func += (left: inout CountsByKind, right: CountsByKind) {
        for (kind, counts) in right.kinds { left[kind] += counts }
    }
}
