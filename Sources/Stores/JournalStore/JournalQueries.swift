// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// Questions to the journal, for the agent's connection and for readers.
package enum JournalQueries {
    package static func row(_ id: PackageID, _ connection: Connection) throws(StoreError) -> PackageRow? {
        try connection.row("SELECT \(PackageRow.columns) FROM package WHERE id = ?", [.text(id.text)])
            .map { row throws(StoreError) in try PackageRow(row, path: connection.file) }
    }

    /// Packages whose id starts with `prefix`, at most `limit`, newest first.
    package static func rows(
        prefix: String, limit: Int, _ connection: Connection
    ) throws(StoreError) -> [PackageRow] {
        try list(
            "WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?",
            [
                .text(prefix), .text(prefix + "~"), .integer(limit),
            ], connection)
    }

    package static func open(_ connection: Connection) throws(StoreError) -> [PackageRow] {
        try list(
            """
            WHERE outcome IN ('claimed', 'waiting', 'staged', 'deferred', 'held', 'quarantined') ORDER BY id
            """, [], connection)
    }

    /// Rows that were saved since a moment, but for those that clean-up ended,
    /// oldest first.
    package static func rows(changedSince time: Timestamp, _ connection: Connection) throws(StoreError)
        -> [PackageRow]
    {
        try list(
            "WHERE changed_at >= ? AND expired_at IS NULL ORDER BY id", [.integer(time.milliseconds)],
            connection)
    }

    package static func unfinished(_ connection: Connection) throws(StoreError) -> [PackageRow] {
        try list(
            """
            WHERE archive_path IS NULL AND expired_at IS NULL AND outcome IN ('applied', 'applied-with-rejects', 'duplicate', 'stale',
                'superseded', 'discarded', 'undone') ORDER BY id
            """, [], connection)
    }

    package static func due(at now: Timestamp, _ connection: Connection) throws(StoreError) -> [PackageRow] {
        try list(
            "WHERE outcome = 'deferred' AND next_try <= ? ORDER BY id", [.integer(now.milliseconds)],
            connection
        )
    }

    package static func rows(exchange: String, _ connection: Connection) throws(StoreError) -> [PackageRow] {
        try list("WHERE exchange = ? ORDER BY id", [.text(exchange)], connection)
    }

    /// The newest packages, newest first.
    package static func recent(
        _ limit: Int, partner: String? = nil, _ connection: Connection
    ) throws(StoreError) -> [PackageRow] {
        if let partner {
            return try list(
                "WHERE partner = ? ORDER BY id DESC LIMIT ?", [.text(partner), .integer(limit)], connection)
        }
        return try list("ORDER BY id DESC LIMIT ?", [.integer(limit)], connection)
    }

    /// Packages whose name or path holds `text`, newest first.
    package static func find(_ text: String, limit: Int, _ connection: Connection) throws(StoreError)
        -> [PackageRow]
    {
        try list(
            "WHERE instr(path, ?) > 0 OR id >= ? AND id < ? ORDER BY id DESC LIMIT ?",
            [.text(text), .text(text), .text(text + "~"), .integer(limit)], connection)
    }

    /// Packages in the archive, oldest first, a page at a time.
    package static func archived(
        partner: String?, after: String, limit: Int, _ connection: Connection
    ) throws(StoreError) -> [PackageRow] {
        try list(
            """
            WHERE archive_path IS NOT NULL AND expired_at IS NULL AND id > ? AND (?2 IS NULL OR partner = ?2)
            ORDER BY id LIMIT ?3
            """, [.text(after), .text(partner), .integer(limit)], connection)
    }

    /// Packages by outcome.
    package static func tally(_ connection: Connection) throws(StoreError) -> [(outcome: String, count: Int)]
    {
        try connection.rows("SELECT outcome, count(*) FROM package GROUP BY outcome ORDER BY outcome")
            .map { ($0.text(0) ?? "", Int($0.integer(1) ?? 0)) }
    }

    package static func alarms(_ connection: Connection) throws(StoreError) -> [Alarm] {
        try connection.rows(
            "SELECT seq, at, partner, kind, text FROM alarm WHERE cleared_at IS NULL ORDER BY seq"
        ).map { row in
            Alarm(
                sequence: row.integer(0) ?? 0, at: Timestamp(milliseconds: row.integer(1) ?? 0),
                partner: row.text(2) ?? "", kind: row.text(3) ?? "", text: row.text(4) ?? "")
        }
    }

    /// Changing commands, newest first, at most `limit`; of one package where
    /// it is named.
    package static func audit(
        package: PackageID?, limit: Int, _ connection: Connection
    ) throws(StoreError) -> [AuditEntry] {
        try connection.rows(
            """
            SELECT at, who, command, package, before, after FROM audit WHERE ?1 IS NULL OR package = ?1
            ORDER BY seq DESC LIMIT ?2
            """, [.text(package?.text), .integer(limit)]
        ).map { row in
            AuditEntry(
                at: Timestamp(milliseconds: row.integer(0) ?? 0), who: row.text(1) ?? "",
                command: row.text(2) ?? "", package: row.text(3), before: row.text(4) ?? "",
                after: row.text(5) ?? "")
        }
    }

    private static func list(
        _ clause: String, _ arguments: [SQLValue], _ connection: Connection
    ) throws(StoreError) -> [PackageRow] {
        try connection.rows("SELECT \(PackageRow.columns) FROM package \(clause)", arguments)
            .map { row throws(StoreError) in try PackageRow(row, path: connection.file) }
    }
}
