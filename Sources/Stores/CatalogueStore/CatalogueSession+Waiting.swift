// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// A record that waits for a product or an offer.
package struct WaitingRecord: Sendable {
    package var id: Int64
    package var part: Int64
    package var kind: RecordKind
    package var section: SectionKind
    /// What the record needs to know of its document, as its reader wrote it.
    package var context: String
    package var record: [UInt8]
    package var asOf: Int64
    /// Prices and stock rows it carries.
    package var prices: Int
    package var stocks: Int

    package init(
        id: Int64, part: Int64, kind: RecordKind, section: SectionKind, context: String, record: [UInt8],
        asOf: Int64, prices: Int, stocks: Int
    ) {
        self.id = id
        self.part = part
        self.kind = kind
        self.section = section
        self.context = context
        self.record = record
        self.asOf = asOf
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
    package func wait(
        _ record: WaitingRecord, ref: Int64, ref2: Int64?, since: Int64
    ) throws(StoreError) {
        let id = 1 + (try connection.row("SELECT max(id) FROM waiting")?.integer(0) ?? 0)
        var row = StagedRow()
        row.reset(CatalogueTable.waiting.values.count)
        row.set(0, .integer(source))
        row.set(1, .integer(Int64(record.kind.rawValue)))
        row.set(2, .integer(ref))
        row.set(3, ref2.map { .integer($0) } ?? .null)
        row.set(4, .integer(Int64(record.section.rawValue)))
        row.set(5, text: Array(record.context.utf8).span)
        row.set(6, blob: record.record)
        row.set(7, .integer(since))
        row.set(8, text: Array("\(record.prices) \(record.stocks)".utf8).span)
        _ = try write(.waiting, RowKey(id), row, asOf: record.asOf, part: record.part)
    }

    /// Takes out what waits for `ident`, oldest facts first.
    package func takeWaiting(for ident: Int64) throws(StoreError) -> [WaitingRecord] {
        let rows = try connection.rows(
            """
            SELECT id, part, kind, section, context, record, as_of, rows FROM waiting
            WHERE ref = ?1 OR ref2 = ?1 ORDER BY as_of, id
            """, [.integer(ident)])
        var records: [WaitingRecord] = []
        for row in rows {
            guard let kind = RecordKind(rawValue: UInt8(row.integer(2) ?? 0)),
                let section = SectionKind(rawValue: UInt8(row.integer(3) ?? 0))
            else {
                throw StoreError(code: 11, message: "a waiting row is not readable", path: connection.file)
            }
            let counts = (row.text(7) ?? "").split(separator: " ").compactMap { Int($0) }
            records.append(
                WaitingRecord(
                    id: row.integer(0) ?? 0, part: row.integer(1) ?? 0, kind: kind, section: section,
                    context: row.text(4) ?? "", record: row.blob(5) ?? [], asOf: row.integer(6) ?? 0,
                    prices: counts.first ?? 0, stocks: counts.last ?? 0))
            try remove(.waiting, RowKey(row.integer(0) ?? 0))
        }
        return records
    }

    /// The counts of a part, as its marker holds them, and how many of its
    /// records still wait.
    package func marker(of part: Int64) throws(StoreError) -> (
        package: PackageID, counts: String, waiting: Int, rejects: Int
    )? {
        guard
            let row = try connection.row(
                "SELECT package, counts, (SELECT count(*) FROM waiting WHERE part = ?1), rejects FROM part WHERE id = ?1",
                [.integer(part)]),
            let package = row.text(0).flatMap(PackageID.init)
        else { return nil }
        return (package, row.text(1) ?? "{}", Int(row.integer(2) ?? 0), Int(row.integer(3) ?? 0))
    }

    package func setCounts(of part: Int64, _ counts: String, outcome: Outcome) throws(StoreError) {
        try connection.execute(
            "UPDATE part SET counts = ?, outcome = ? WHERE id = ?",
            [.text(counts), .text(outcome.rawValue), .integer(part)])
    }
}
