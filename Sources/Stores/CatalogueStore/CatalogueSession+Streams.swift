// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// What the store remembers of a stream: (partner, catalogue, section).
package struct StreamState: Sendable, Hashable {
    package var id: Int64
    package var lastHash: [UInt8]?
    package var fullAsOf: Int64?
    package var fullCount: Int?
    /// As-of of the last package of the same file name.
    package var sameName: Int64?
    /// … and when it came.
    package var sameNameArrival: Int64?
    /// Entities that it held, from the first to the last.
    package var sameNameItems: ClosedRange<Int64>?
}

/// What one file of a stream held.
package struct FileSpan: Sendable, Hashable {
    package var asOf: Int64
    /// Entities, from the smallest id to the largest.
    package var items: ClosedRange<Int64>?

    package init(asOf: Int64) { self.asOf = asOf }

    package mutating func add(_ item: Int64) {
        items = items.map { min($0.lowerBound, item)...max($0.upperBound, item) } ?? item...item
    }
}

/// A sweep whose time has come.
package struct PostponedSweep: Sendable, Hashable {
    package var stream: Int64
    package var package: PackageID
    package var partner: String
    package var table: CatalogueTable
    package var asOf: Int64
    /// The brake; nil where an admin approved the package.
    package var maxDelete: Double?
    package var seen: IdentSet
}

extension CatalogueSession {
    /// The stream's state, made if it is new.
    package func stream(catalogue: String, section: SectionKind, name: String) throws(StoreError)
        -> StreamState
    {
        try connection.execute(
            "INSERT OR IGNORE INTO stream (source, catalogue, section) VALUES (?, ?, ?)",
            [.integer(source), .text(catalogue), .text(section.word)])
        guard
            let state = try StreamState.find(
                source: source, catalogue: catalogue, section: section, name: name, connection)
        else { throw StoreError(code: 11, message: "a stream vanished", path: connection.file) }
        return state
    }

    /// Notes that this part is the last applied of a stream.
    ///
    /// - Parameter names: the files it came in; one that came later and was
    ///   applied before stays the last of its name.
    package func advance(
        _ stream: Int64, names: [String: FileSpan], hash: [UInt8], full: (asOf: Int64, count: Int)?,
        arrival: Int64
    ) throws(StoreError) {
        try keepStream(stream)
        try connection.execute(
            "UPDATE stream SET last_part = ?, last_hash = ? WHERE id = ?",
            [.integer(part), .blob(hash), .integer(stream)])
        if let full {
            try connection.execute(
                "UPDATE stream SET full_as_of = ?, full_count = ? WHERE id = ?",
                [.integer(full.asOf), .integer(full.count), .integer(stream)])
        }
        for (name, span) in names.sorted(by: { $0.key < $1.key }) {
            let old = try connection.row(
                "SELECT as_of, at, first_item, last_item FROM stream_name WHERE stream = ? AND name = ?",
                [.integer(stream), .text(name)])
            if let at = old?.integer(1), at > arrival { continue }
            try keep(.streamName, stream, [.text(name)] + (old?.values ?? [.null, .null, .null, .null]))
            try connection.execute(
                """
                INSERT OR REPLACE INTO stream_name (stream, name, as_of, at, first_item, last_item)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(stream), .text(name), .integer(span.asOf), .integer(arrival),
                    .integer(span.items?.lowerBound), .integer(span.items?.upperBound),
                ])
        }
    }

    /// Keeps what a stream was, ahead of the part's first change to it.
    func keepStream(_ stream: Int64) throws(StoreError) {
        guard isFirstChange(of: stream),
            let old = try connection.row(
                "SELECT last_part, last_hash, full_as_of, full_count, confirmed FROM stream WHERE id = ?",
                [.integer(stream)])
        else { return }
        try keep(.stream, stream, old.values)
    }

    // MARK: Sweep

    /// Rows of a stream that are not marked deleted.
    package func liveCount(_ table: CatalogueTable, stream: Int64) throws(StoreError) -> Int {
        Int(
            try connection.row(
                "SELECT count(*) FROM \(table.name) WHERE stream = ? AND coalesce(deleted, 0) = 0",
                [.integer(stream)])?.integer(0) ?? 0)
    }

    /// Rows of a stream that `seen` does not hold and that are not newer than
    /// `asOf`: live ones, and offers that are deleted only with their product.
    package func absent(
        _ table: CatalogueTable, stream: Int64, seen: IdentSet, asOf: Int64
    ) throws(StoreError) -> (live: [Int64], hidden: [Int64]) {
        var ids: (live: [Int64], hidden: [Int64]) = ([], [])
        var missing: [Int64] = []
        // Answered from the index alone: the rows are not looked at.
        let all = try connection.prepare(
            "SELECT id FROM \(table.name) INDEXED BY \(table.name)_live WHERE stream = ? AND coalesce(deleted, 0) <> 1"
        )
        all.bind(1, stream)
        while try all.step() {
            let id = all.integer(0)
            if !seen.contains(id) { missing.append(id) }
        }
        all.reset()
        let details = try connection.prepare(
            "SELECT coalesce(deleted, 0), as_of FROM \(table.name) WHERE id = ?")
        for id in missing.sorted() {
            details.reset()
            details.bind(1, id)
            guard try details.step() else { continue }
            let (deleted, own) = (details.integer(0), details.integer(1))
            // A slice may have confirmed it at a later time than its row says.
            let latest = max(own, try confirmedAsOf(stream, id) ?? own)
            guard latest <= asOf else { continue }
            if deleted == 0 { ids.live.append(id) } else { ids.hidden.append(id) }
        }
        details.reset()
        return ids
    }

    /// Keeps a sweep for later; a newer one of the stream takes its place.
    ///
    /// - Parameter maxDelete: the brake that holds it when its time comes, as
    ///   a share of the stream's live rows; nil for none.
    package func postponeSweep(
        _ stream: Int64, asOf: Int64, due: Int64, maxDelete: Double?, seen: IdentSet
    ) throws(StoreError) {
        let millionths = maxDelete.map { Int64(($0 * 1_000_000).rounded()) }
        try connection.execute(
            """
            INSERT OR REPLACE INTO pending_sweep (stream, part, as_of, due_at, max_delete, seen)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(stream), .integer(part), .integer(asOf), .integer(due), .integer(millionths),
                .blob(seen.bytes),
            ])
    }

    /// Takes out the sweep that waits for this stream; nil where another one
    /// of the same package was faster, or it was dropped meanwhile.
    package func takePostponedSweep(_ stream: Int64) throws(StoreError) -> PostponedSweep? {
        guard
            let row = try connection.row(
                """
                SELECT p.as_of, p.max_delete, p.seen, st.section, pt.package, s.name
                FROM pending_sweep p JOIN stream st ON st.id = p.stream JOIN part pt ON pt.id = p.part
                    JOIN source s ON s.id = st.source
                WHERE p.stream = ? AND p.part = ?
                """, [.integer(stream), .integer(part)]),
            let package = row.text(4).flatMap(PackageID.init)
        else { return nil }
        try connection.execute("DELETE FROM pending_sweep WHERE stream = ?", [.integer(stream)])
        return PostponedSweep(
            stream: stream, package: package, partner: row.text(5) ?? "",
            table: row.text(3) == SectionKind.catalogue.word ? .product : .offer,
            asOf: row.integer(0) ?? 0, maxDelete: row.integer(1).map { Double($0) / 1_000_000 },
            seen: IdentSet(bytes: row.blob(2) ?? []))
    }

    /// A document that says `true` came for the catalogue: what was taken for
    /// the whole truth was its first portion.
    package func dropPostponedSweep(catalogue: String) throws(StoreError) {
        try connection.execute(
            "DELETE FROM pending_sweep WHERE stream IN (SELECT id FROM stream WHERE source = ? AND catalogue = ?)",
            [.integer(source), .text(catalogue)])
    }

    // MARK: Offers of a product

    package func offers(ofProduct product: Int64) throws(StoreError) -> [(id: Int64, deleted: Int64)] {
        try connection.rows(
            "SELECT id, coalesce(deleted, 0) FROM offer WHERE product = ?", [.integer(product)]
        )
        .map { ($0.integer(0) ?? 0, $0.integer(1) ?? 0) }
    }

    /// Gives a product that has just come the offer of its own full id, which
    /// belonged to the part before the `#` until now.
    ///
    /// - Returns: whether there is such an offer.
    package func adoptOffer(ofProduct product: Int64) throws(StoreError) -> Bool {
        guard
            try connection.row(
                "SELECT 1 FROM offer WHERE id = ?1 AND product IS NOT ?1", [.integer(product)]) != nil
        else { return false }
        try endSlices(of: product, .offer)
        try keepImage(.offer, RowKey(product))
        try connection.execute(
            """
            UPDATE offer SET product = ?1, part = ?2,
                deleted = CASE WHEN deleted = 1 THEN 1 WHEN ?3 THEN 2 ELSE 0 END
            WHERE id = ?1
            """,
            [.integer(product), .integer(part), .integer(try isDeleted(product: product) == true ? 1 : 0)])
        return true
    }

    /// A price or stock row of an offer.
    package struct OfferRow {
        /// The price type or warehouse.
        package var key: Int64
        package var value: String?
        package var part: Int64
        package var asOf: Int64
    }

    package func prices(of offer: Int64) throws(StoreError) -> [OfferRow] {
        try rows(statements.priceRows, offer)
    }
    package func stock(of offer: Int64) throws(StoreError) -> [OfferRow] {
        try rows(statements.stockRows, offer)
    }

    private func rows(_ statement: HotStatement, _ offer: Int64) throws(StoreError) -> [OfferRow] {
        var result: [OfferRow] = []
        statement.bind(1, offer)
        defer { statement.reset() }
        while try statement.step() {
            var value: String?
            if case .text(let text) = statement.value(1) { value = text }
            result.append(
                OfferRow(
                    key: statement.integer(0), value: value, part: statement.integer(2),
                    asOf: statement.integer(3)))
        }
        return result
    }

    // MARK: Marks

    /// Nil where there is no such product.
    package func isDeleted(product: Int64) throws(StoreError) -> Bool? {
        let productMark = statements.productMark
        productMark.bind(1, product)
        defer { productMark.reset() }
        return try productMark.step() ? productMark.integer(0) != 0 : nil
    }

    /// Sets the deletion mark of a product or an offer, whatever its own
    /// facts' age; its before-image is kept.
    ///
    /// - Parameter asOf: of the mark; nil leaves the row's.
    package func mark(_ table: CatalogueTable, _ id: Int64, deleted: Int64, asOf: Int64?) throws(StoreError) {
        try endSlices(of: id, table == .product ? .product : .offer)
        try keepImage(table, RowKey(id))
        try connection.execute(
            "UPDATE \(table.name) SET deleted = ?, as_of = coalesce(?, as_of), part = ? WHERE id = ?",
            [.integer(deleted), .integer(asOf), .integer(part), .integer(id)])
    }
}

extension StreamState {
    /// Nil where nothing of the stream was applied yet.
    static func find(
        source: Int64, catalogue: String, section: SectionKind, name: String, _ connection: Connection
    ) throws(StoreError) -> StreamState? {
        try connection.row(
            """
            SELECT st.id, st.last_hash, st.full_as_of, st.full_count, n.as_of,
                (SELECT undone FROM part WHERE id = st.last_part), n.first_item, n.last_item, n.at
            FROM stream st LEFT JOIN stream_name n ON n.stream = st.id AND n.name = ?4
            WHERE st.source = ?1 AND st.catalogue = ?2 AND st.section = ?3
            """, [.integer(source), .text(catalogue), .text(section.word), .text(name)]
        ).map { row in
            var state = StreamState(
                id: row.integer(0) ?? 0, lastHash: row.integer(5) == 1 ? nil : row.blob(1),
                fullAsOf: row.integer(2), fullCount: row.integer(3).map(Int.init), sameName: row.integer(4))
            state.sameNameArrival = row.integer(8)
            if let first = row.integer(6), let last = row.integer(7), first <= last {
                state.sameNameItems = first...last
            }
            return state
        }
    }
}
