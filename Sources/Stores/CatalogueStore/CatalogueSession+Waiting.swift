// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// A record that waits for a product or an offer.
package struct WaitingRecord: Sendable {
    package var part: Int64
    package var kind: RecordKind
    package var section: SectionKind
    /// What the record needs to know of its document, as its reader wrote it.
    package var context: String
    package var record: [UInt8]
    package var asOf: Int64
    /// When it began to wait, milliseconds.
    package var since: Int64
    /// Prices and stock rows it carries.
    package var prices: Int
    package var stocks: Int

    package init(
        part: Int64, kind: RecordKind, section: SectionKind, context: String, record: [UInt8], asOf: Int64,
        since: Int64, prices: Int, stocks: Int
    ) {
        self.part = part
        self.kind = kind
        self.section = section
        self.context = context
        self.record = record
        self.asOf = asOf
        self.since = since
        self.prices = prices
        self.stocks = stocks
    }
}

extension CatalogueSession {
    /// Whether anything waits at all; most stores have nothing.
    package func somethingWaits() throws(StoreError) -> Bool {
        try connection.row("SELECT 1 FROM waiting LIMIT 1") != nil
    }

    /// Puts a record by until `ref` or `ref2` is there.
    package func wait(_ record: WaitingRecord, ref: Int64, ref2: Int64?) throws(StoreError) {
        var row = StagedRow()
        row.reset(CatalogueTable.waiting.values.count)
        row.set(0, .integer(source))
        row.set(1, .integer(Int64(record.kind.rawValue)))
        row.set(2, .integer(ref))
        row.set(3, ref2.map { .integer($0) } ?? .null)
        row.set(4, .integer(Int64(record.section.rawValue)))
        row.set(5, text: Array(record.context.utf8).span)
        row.set(6, blob: record.record)
        row.set(7, .integer(record.since))
        row.set(8, text: Array("\(record.prices) \(record.stocks)".utf8).span)
        _ = try write(.waiting, RowKey(nextWaitingID()), row, asOf: record.asOf, part: record.part)
    }

    /// Takes out what waits for `ident`, oldest facts first.
    package func takeWaiting(for ident: Int64) throws(StoreError) -> [WaitingRecord] {
        let rows = try connection.rows(
            """
            SELECT id, \(WaitingRecord.columns) FROM waiting WHERE ref = ?1 OR ref2 = ?1 ORDER BY as_of, id
            """, [.integer(ident)])
        var records: [WaitingRecord] = []
        for row in rows {
            records.append(try WaitingRecord(row, from: 1, path: connection.file))
            try remove(.waiting, RowKey(row.integer(0) ?? 0))
        }
        return records
    }

    /// Hands over this part's records that wait since before a moment and were
    /// not reported yet, each with the id it waits for.
    package func unreported(
        olderThan moment: Int64, _ body: (WaitingRecord, _ reference: String) throws -> Void
    ) throws(StoreError) {
        try connection.each(
            """
            SELECT (SELECT ext FROM ident WHERE id = ref), \(WaitingRecord.columns) FROM waiting
            WHERE part = ? AND since < ? AND reported IS NULL ORDER BY id
            """, [.integer(part), .integer(moment)]
        ) { row in
            try body(try WaitingRecord(row, from: 1, path: connection.file), row.text(0) ?? "")
        }
    }

    /// Notes that those records were reported as rejects; they go on waiting.
    package func markReported(olderThan moment: Int64, rejects: Int, outcome: Outcome) throws(StoreError) {
        try connection.execute(
            "UPDATE waiting SET reported = ?2 WHERE part = ?1 AND since < ?2 AND reported IS NULL",
            [.integer(part), .integer(moment)])
        try connection.execute(
            "UPDATE part SET rejects = ?, outcome = ? WHERE id = ?",
            [.integer(rejects), .text(outcome.rawValue), .integer(part)])
    }

    /// Number of the last reject of this part; 0 where it has none.
    package func lastReject() throws(StoreError) -> Int {
        let row = try connection.row("SELECT max(n) FROM reject WHERE part = ?", [.integer(part)])
        return Int(row?.integer(0) ?? 0)
    }

    /// The counts of a part, as its marker holds them, and how many of its
    /// records still wait and were not reported yet.
    package func marker(of part: Int64) throws(StoreError) -> PartMarker? {
        guard
            let row = try connection.row(
                """
                SELECT package, outcome, counts, rejects,
                    (SELECT count(*) FROM waiting WHERE part = ?1 AND reported IS NULL)
                FROM part WHERE id = ?1
                """, [.integer(part)]),
            let package = row.text(0).flatMap(PackageID.init)
        else { return nil }
        return PartMarker(
            package: package, outcome: row.text(1) ?? "", counts: row.text(2) ?? "{}",
            rejects: Int(row.integer(3) ?? 0), waiting: Int(row.integer(4) ?? 0))
    }

    /// Changes another part's marker; undo of this one puts it back.
    package func setMarker(
        of part: Int64, _ old: PartMarker, counts: String, outcome: Outcome
    ) throws(StoreError) {
        try keep(.marker, part, [.text(old.counts), .text(old.outcome), .text(counts)])
        try connection.execute(
            "UPDATE part SET counts = ?, outcome = ? WHERE id = ?",
            [.text(counts), .text(outcome.rawValue), .integer(part)])
    }

    /// Changes the counts of this part's own marker.
    package func setCounts(_ counts: String) throws(StoreError) {
        try connection.execute(
            "UPDATE part SET counts = ? WHERE id = ?", [.text(counts), .integer(part)])
    }
}

/// What a part's marker says.
package struct PartMarker: Sendable, Hashable {
    package var package: PackageID
    package var outcome: String
    /// JSON of `CountsByKind`.
    package var counts: String
    package var rejects: Int
    /// Records that wait for what they refer to, and were not reported.
    package var waiting: Int
}

extension WaitingRecord {
    static let columns = "part, kind, section, context, record, as_of, since, rows"

    /// - Parameter from: position of the first of `columns` in the row.
    init(_ row: SQLRow, from first: Int, path: String) throws(StoreError) {
        guard let kind = RecordKind(rawValue: UInt8(truncatingIfNeeded: row.integer(first + 1) ?? -1)),
            let section = SectionKind(rawValue: UInt8(truncatingIfNeeded: row.integer(first + 2) ?? -1))
        else { throw StoreError(code: 11, message: "a waiting row is not readable", path: path) }
        let counts = (row.text(first + 7) ?? "").split(separator: " ").compactMap { Int($0) }
        self.init(
            part: row.integer(first) ?? 0, kind: kind, section: section, context: row.text(first + 3) ?? "",
            record: row.blob(first + 4) ?? [], asOf: row.integer(first + 5) ?? 0,
            since: row.integer(first + 6) ?? 0, prices: counts.first ?? 0, stocks: counts.last ?? 0)
    }
}
