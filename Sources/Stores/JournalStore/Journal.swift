// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// The register of packages and exchanges, alarms and audit: `journal.db`.
///
/// Every state a package has been in is a row here; the folder it lies in
/// follows (architecture, invariant 1).
package final class Journal: Sendable {
    private let file: StoreFile

    /// Opens or makes the journal.
    package init(path: String, options: StoreOptions) throws(StoreError) {
        file = try StoreFile(path: path, options: options, migrations: Self.migrations)
    }

    package func close() throws(StoreError) { try file.close() }
    package func checkpoint() throws(StoreError) { try file.checkpoint() }
    package var walBytes: Int64 { file.walBytes }

    /// Writes rows, new or known, in one commit.
    package func save(_ rows: [PackageRow], at now: Timestamp) throws(StoreError) {
        guard !rows.isEmpty else { return }
        let marks = Array(repeating: "?", count: 30).joined(separator: ", ")
        let sql = "INSERT OR REPLACE INTO package (\(PackageRow.columns), changed_at) VALUES (\(marks))"
        try write { connection in
            for row in rows { try connection.execute(sql, row.values + [.integer(now.milliseconds)]) }
        }
    }

    package func row(_ id: PackageID) throws(StoreError) -> PackageRow? {
        try read { try JournalQueries.row(id, $0) }
    }

    /// Rows by their ids; unknown ones are left out.
    package func rows(_ ids: [PackageID]) throws(StoreError) -> [PackageID: PackageRow] {
        try read { connection in
            var found: [PackageID: PackageRow] = [:]
            for id in ids { found[id] = try JournalQueries.row(id, connection) }
            return found
        }
    }

    /// Every row that is not ended, oldest first, and what lies in
    /// quarantine.
    package func open() throws(StoreError) -> [PackageRow] { try read { try JournalQueries.open($0) } }

    /// Rows that were saved since a moment, but for those that clean-up ended,
    /// oldest first.
    package func rows(changedSince time: Timestamp) throws(StoreError) -> [PackageRow] {
        try read { try JournalQueries.rows(changedSince: time, $0) }
    }

    /// Rows that have ended and are not archived yet, oldest first.
    package func unfinished() throws(StoreError) -> [PackageRow] {
        try read { try JournalQueries.unfinished($0) }
    }

    /// Deferred rows whose time has come, oldest first.
    package func due(at now: Timestamp) throws(StoreError) -> [PackageRow] {
        try read { try JournalQueries.due(at: now, $0) }
    }

    /// Rows of an exchange, oldest first.
    package func rows(exchange: String) throws(StoreError) -> [PackageRow] {
        try read { try JournalQueries.rows(exchange: exchange, $0) }
    }

    /// The newest id ever written, for `PackageIDSource`.
    package func newestID() throws(StoreError) -> PackageID? {
        try read { connection in
            let kept = try connection.row("SELECT value FROM meta WHERE key = 'newest'")?.text(0)
            let live = try connection.row("SELECT max(id) FROM package")?.text(0)
            return [kept, live].compactMap { $0 }.max().flatMap(PackageID.init)
        }
    }

    /// The store's own secret, which keys its content hashes: 32 random bytes,
    /// made once.
    package func secret(random: () -> [UInt8]) throws(StoreError) -> [UInt8] {
        try write { connection in
            if let kept = try connection.row("SELECT value FROM meta WHERE key = 'secret'")?.text(0) {
                return Array(kept.utf8)
            }
            let digits = random().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            try connection.execute("INSERT INTO meta (key, value) VALUES ('secret', ?)", [.text(digits)])
            return Array(digits.utf8)
        }
    }

    /// Finds the exchange of `key` that had a package since `since`, or opens
    /// one under `id`.
    package func exchange(
        partner: String, key: String, since: Timestamp, now: Timestamp, id: String
    ) throws(StoreError) -> String {
        try write { connection in
            let found = try connection.row(
                "SELECT id FROM exchange WHERE partner = ? AND key = ? AND last_at >= ? ORDER BY last_at DESC LIMIT 1",
                [.text(partner), .text(key), .integer(since.milliseconds)])?.text(0)
            if let found {
                try connection.execute(
                    "UPDATE exchange SET last_at = ? WHERE id = ?",
                    [.integer(now.milliseconds), .text(found)])
                return found
            }
            try connection.execute(
                "INSERT INTO exchange (id, partner, key, opened_at, last_at) VALUES (?, ?, ?, ?, ?)",
                [
                    .text(id), .text(partner), .text(key), .integer(now.milliseconds),
                    .integer(now.milliseconds),
                ])
            return id
        }
    }

    // MARK: Alarms and audit

    /// Raises an alarm; one that stands already with the same words is kept.
    package func raise(_ alarm: Alarm) throws(StoreError) {
        try write { connection in
            try connection.execute(
                """
                INSERT INTO alarm (at, partner, kind, text) SELECT ?, ?, ?, ?
                WHERE NOT EXISTS (SELECT 1 FROM alarm WHERE partner = ? AND kind = ? AND text = ?
                    AND cleared_at IS NULL)
                """,
                [
                    .integer(alarm.at.milliseconds), .text(alarm.partner), .text(alarm.kind),
                    .text(alarm.text),
                    .text(alarm.partner), .text(alarm.kind), .text(alarm.text),
                ])
        }
    }

    /// Ends the alarms of one kind of a partner, because their cause is gone.
    package func clear(partner: String, kind: String, at now: Timestamp) throws(StoreError) {
        try write { connection in
            try connection.execute(
                "UPDATE alarm SET cleared_at = ? WHERE partner = ? AND kind = ? AND cleared_at IS NULL",
                [.integer(now.milliseconds), .text(partner), .text(kind)])
        }
    }

    /// Ends those alarms of some kinds that began before `limit` and are not
    /// among the ones that last. Costs no write where there are none.
    ///
    /// - Parameters:
    ///   - partner: nil for everybody's.
    ///   - lasting: their texts.
    package func clear(
        partner: String?, kinds: Set<String>, lasting: Set<String> = [], before limit: Timestamp,
        at now: Timestamp
    ) throws(StoreError) {
        let over = try read { try JournalQueries.alarms($0) }.filter { alarm in
            kinds.contains(alarm.kind) && (partner ?? alarm.partner) == alarm.partner
                && alarm.at.milliseconds < limit.milliseconds && !lasting.contains(alarm.text)
        }
        guard !over.isEmpty else { return }
        try write { connection in
            for alarm in over {
                try connection.execute(
                    "UPDATE alarm SET cleared_at = ? WHERE seq = ?",
                    [.integer(now.milliseconds), .integer(alarm.sequence)])
            }
        }
    }

    /// Notes a changing command.
    package func audit(
        at now: Timestamp, who: String, command: String, package: PackageID?, before: String, after: String
    ) throws(StoreError) {
        try write { connection in
            try connection.execute(
                "INSERT INTO audit (at, who, command, package, before, after) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    .integer(now.milliseconds), .text(who), .text(command), .text(package?.text),
                    .text(before),
                    .text(after),
                ])
        }
    }

    // MARK: Retention

    /// Forgets ended packages that ended before `before`, exchanges without
    /// packages, and old alarms and audit rows.
    ///
    /// A package in quarantine or with its payload in the archive stays.
    /// - Returns: packages forgotten.
    package func prune(before: Timestamp) throws(StoreError) -> Int {
        try write { connection in
            try connection.execute(
                """
                INSERT OR REPLACE INTO meta (key, value)
                SELECT 'newest', max(id) FROM package HAVING max(id) IS NOT NULL
                """)
            try connection.execute(
                """
                DELETE FROM package WHERE ended_at < ? AND outcome <> 'quarantined'
                    AND (archive_path IS NULL OR expired_at IS NOT NULL)
                """, [.integer(before.milliseconds)])
            let forgotten = connection.changes
            try connection.execute(
                "DELETE FROM exchange WHERE last_at < ? AND NOT EXISTS (SELECT 1 FROM package WHERE exchange = exchange.id)",
                [.integer(before.milliseconds)])
            try connection.execute("DELETE FROM alarm WHERE cleared_at < ?", [.integer(before.milliseconds)])
            try connection.execute("DELETE FROM audit WHERE at < ?", [.integer(before.milliseconds)])
            return forgotten
        }
    }

    // MARK: Plumbing

    private func write<T>(_ body: (Connection) throws -> T) throws(StoreError) -> T {
        do {
            return try file.write(body)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(code: 1, message: String(describing: error), path: file.path)
        }
    }

    package func read<T>(_ body: (Connection) throws -> T) throws(StoreError) -> T {
        do {
            return try file.read(body)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(code: 1, message: String(describing: error), path: file.path)
        }
    }
}
