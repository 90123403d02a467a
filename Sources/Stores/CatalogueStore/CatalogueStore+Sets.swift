// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// One applied portion of a full dump, as far as it belongs to a stream.
package struct ChunkRow: Sendable, Hashable {
    package var part: Int64
    package var package: PackageID
    package var stream: Int64
    package var section: SectionKind
    package var partner: String
    package var catalogue: String
    package var exchange: String
    /// What its name shares with the other portions: `import0`.
    package var family: String
    /// Its number; nil where the name has none.
    package var portion: Int?
    package var asOf: Int64
    /// `asOf` is the time that the document itself states.
    package var isDated: Bool
    /// The document says that it is no mere change.
    package var opens: Bool
    /// Records that could be used.
    package var records: Int
    /// When it was applied, milliseconds.
    package var at: Int64
}

extension CatalogueStore {
    static let sets = """
        -- Portions of a full dump, until their set is judged; `seen` in the form of IdentSet.deltas.
        CREATE TABLE chunk (
            part INTEGER NOT NULL, stream INTEGER NOT NULL, family TEXT NOT NULL, portion INTEGER,
            as_of INTEGER NOT NULL, dated INTEGER NOT NULL, opens INTEGER NOT NULL, records INTEGER NOT NULL,
            at INTEGER NOT NULL, seen BLOB NOT NULL, UNIQUE (part, stream)
        ) STRICT;
        """

    /// Portions whose sets are not judged yet, in the order they were applied.
    package func chunks() throws -> [ChunkRow] {
        try read { connection in try Self.chunks(connection) }
    }

    static func chunks(_ connection: Connection) throws(StoreError) -> [ChunkRow] {
        try connection.rows(
            """
            SELECT c.part, p.package, c.stream, st.section, s.name, st.catalogue, p.exchange, c.family, c.portion,
                c.as_of, c.dated, c.opens, c.records, c.at
            FROM chunk c JOIN part p ON p.id = c.part JOIN stream st ON st.id = c.stream
                JOIN source s ON s.id = st.source
            ORDER BY c.part, c.stream
            """
        ).compactMap { row in
            guard let package = row.text(1).flatMap(PackageID.init),
                let section = SectionKind.allCases.first(where: { $0.word == row.text(3) })
            else { return nil }
            return ChunkRow(
                part: row.integer(0) ?? 0, package: package, stream: row.integer(2) ?? 0, section: section,
                partner: row.text(4) ?? "", catalogue: row.text(5) ?? "", exchange: row.text(6) ?? "",
                family: row.text(7) ?? "", portion: row.integer(8).map(Int.init), asOf: row.integer(9) ?? 0,
                isDated: row.integer(10) == 1, opens: row.integer(11) == 1,
                records: Int(row.integer(12) ?? 0), at: row.integer(13) ?? 0)
        }
    }

    /// As-of of a stream's last full.
    package func lastFull(_ stream: Int64) throws -> Int64? {
        try read {
            try $0.row("SELECT full_as_of FROM stream WHERE id = ?", [.integer(stream)])?.integer(0)
        }
    }

    /// Goes on with the parts of a set's last portions, in one transaction,
    /// and forgets the set.
    ///
    /// - Parameter chunks: the set as it was judged.
    /// - Returns: nil where it has changed since: nothing was done.
    package func closeSet<T>(
        _ chunks: [ChunkRow], parts: [Int64], _ body: ([CatalogueSession]) throws -> T
    ) throws -> T? {
        try write { connection in
            let streams = Set(chunks.map(\.stream))
            let now = try Self.chunks(connection).filter { streams.contains($0.stream) }
            guard now == chunks else { return nil }
            let result = try body(try parts.map { try CatalogueSession(connection, resuming: $0) })
            try Self.forget(chunks, connection)
            return result
        }
    }

    /// Forgets portions whose set is given up.
    package func forget(_ chunks: [ChunkRow]) throws {
        try write { connection in try Self.forget(chunks, connection) }
    }

    private static func forget(_ chunks: [ChunkRow], _ connection: Connection) throws(StoreError) {
        for chunk in chunks {
            try connection.execute(
                "DELETE FROM chunk WHERE part = ? AND stream = ?",
                [.integer(chunk.part), .integer(chunk.stream)])
        }
    }
}

extension CatalogueSession {
    /// Keeps what this part says about the set it is a portion of.
    package func keepChunk(
        stream: Int64, family: String, portion: Int?, asOf: Int64, isDated: Bool, opens: Bool, records: Int,
        at now: Int64, seen: IdentSet
    ) throws(StoreError) {
        try connection.execute(
            """
            INSERT INTO chunk (part, stream, family, portion, as_of, dated, opens, records, at, seen)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(part), .integer(stream), .text(family), .integer(portion.map(Int64.init)),
                .integer(asOf), .integer(isDated ? 1 : 0), .integer(opens ? 1 : 0), .integer(records),
                .integer(now), .blob(seen.deltas),
            ])
    }

    /// What the portions hold together.
    package func seen(_ chunks: [ChunkRow]) throws(StoreError) -> IdentSet {
        var seen = IdentSet()
        for chunk in chunks {
            let row = try connection.row(
                "SELECT seen FROM chunk WHERE part = ? AND stream = ?",
                [.integer(chunk.part), .integer(chunk.stream)])
            seen.insert(deltas: row?.blob(0) ?? [])
        }
        return seen
    }

    /// Rows that the last full of a stream held.
    package func lastFullCount(_ stream: Int64) throws(StoreError) -> Int? {
        try connection.row("SELECT full_count FROM stream WHERE id = ?", [.integer(stream)])?.integer(0)
            .map(Int.init)
    }

    /// Notes a complete set as the last full of its stream.
    package func noteFull(_ stream: Int64, asOf: Int64, count: Int) throws(StoreError) {
        guard
            let old = try connection.row(
                "SELECT last_part, last_hash, full_as_of, full_count, confirmed FROM stream WHERE id = ?",
                [.integer(stream)])
        else { return }
        try keep(.stream, stream, old.values)
        try connection.execute(
            "UPDATE stream SET full_as_of = ?, full_count = ? WHERE id = ?",
            [.integer(asOf), .integer(count), .integer(stream)])
    }
}
