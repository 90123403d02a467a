// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// Products, offers, prices and stock: `catalogue.db`.
package final class CatalogueStore: Sendable {
    private let file: StoreFile

    /// Opens or makes the store.
    package init(path: String, options: StoreOptions) throws(StoreError) {
        file = try StoreFile(path: path, options: options, migrations: Self.migrations)
    }

    package var path: String { file.path }
    package var walBytes: Int64 { file.walBytes }
    package func checkpoint() throws(StoreError) { try file.checkpoint() }
    package func close() throws(StoreError) { try file.close() }

    /// Runs one part in one transaction, which is undone when `body` throws
    /// or does not ask for the commit.
    package func session<T>(
        partner: String, package: PackageID, exchange: String,
        _ body: (CatalogueSession) throws -> (commit: Bool, value: T)
    ) throws -> T {
        try file.tryWrite { connection in
            try body(CatalogueSession(connection, partner: partner, package: package, exchange: exchange))
        }
    }

    package func read<T>(_ body: (Connection) throws -> T) throws -> T { try file.read(body) }

    /// Whether there is neither a product nor an offer.
    package func isEmpty() throws -> Bool {
        try file.read { try $0.row("SELECT 1 FROM product UNION ALL SELECT 1 FROM offer LIMIT 1") == nil }
    }

    /// Whether there is no offer yet, though there may be products.
    package func hasNoOffers() throws -> Bool {
        try file.read { try $0.row("SELECT 1 FROM offer LIMIT 1") == nil }
    }

    /// The marker of a package, nil where it was never applied here.
    package func marker(_ package: PackageID) throws -> Marker? {
        try file.read { connection in try Self.marker(package, connection) }
    }

    package typealias Marker = (outcome: Outcome, counts: String, rejects: Int, asOf: Int64)

    static func marker(_ package: PackageID, _ connection: Connection) throws(StoreError) -> Marker? {
        try connection.row(
            "SELECT outcome, counts, rejects, as_of FROM part WHERE package = ? AND undone = 0",
            [.text(package.text)]
        ).flatMap { row in
            row.text(0).flatMap(Outcome.init).map {
                ($0, row.text(1) ?? "{}", Int(row.integer(2) ?? 0), row.integer(3) ?? 0)
            }
        }
    }

    func write<T>(_ body: (Connection) throws -> T) throws -> T { try file.write(body) }

    /// Goes on with a part that was committed before, in one transaction.
    package func resume<T>(part: Int64, _ body: (CatalogueSession) throws -> T) throws -> T {
        try file.write { connection in
            let session = try CatalogueSession(connection, resuming: part)
            let result = try body(session)
            try session.settle()
            return result
        }
    }

    /// Streams whose postponed sweep is due, with the part that postponed it.
    package func dueSweeps(now: Int64) throws -> [(stream: Int64, part: Int64)] {
        try file.read { connection in
            try connection.rows(
                "SELECT stream, part FROM pending_sweep WHERE due_at <= ? ORDER BY due_at, stream",
                [.integer(now)]
            ).map { ($0.integer(0) ?? 0, $0.integer(1) ?? 0) }
        }
    }

    /// When the next postponed sweep is due, nil where none waits.
    package func nextSweep() throws -> Int64? {
        try file.read { try $0.row("SELECT min(due_at) FROM pending_sweep")?.integer(0) }
    }

    /// Parts with records that wait since before a moment and were not
    /// reported yet.
    package func waitingParts(olderThan moment: Int64) throws -> [Int64] {
        try file.read { connection in
            try connection.rows(
                "SELECT DISTINCT part FROM waiting WHERE since < ? AND reported IS NULL ORDER BY part",
                [.integer(moment)]
            ).compactMap { $0.integer(0) }
        }
    }

    // MARK: Retention

    /// Ages of what may go, as moments: everything older goes. Of waiting
    /// records only those that were reported.
    package struct Retention: Sendable {
        package var changes: Int64
        package var undo: Int64
        package var rejects: Int64
        package var waiting: Int64
        /// Bytes that before-images may take, oldest parts first.
        package var undoBytes: Int64
        package init(changes: Int64, undo: Int64, rejects: Int64, waiting: Int64, undoBytes: Int64) {
            self.changes = changes
            self.undo = undo
            self.rejects = rejects
            self.waiting = waiting
            self.undoBytes = undoBytes
        }
    }

    /// Removes what is past its age; markers stay.
    package func prune(_ retention: Retention) throws {
        try file.write { connection in
            for (table, before) in [
                ("change", retention.changes), ("undo", retention.undo), ("reject", retention.rejects),
            ] {
                try connection.execute(
                    "DELETE FROM \(table) WHERE part IN (SELECT id FROM part WHERE applied_at < ?)",
                    [.integer(before)])
            }
            try connection.execute(
                "UPDATE part SET images_gone = 1 WHERE applied_at < ?", [.integer(retention.undo)])
            // What nobody was told of yet goes on waiting.
            try connection.execute(
                "DELETE FROM waiting WHERE since < ? AND reported IS NOT NULL", [.integer(retention.waiting)])
            try connection.execute(
                "DELETE FROM stream_name WHERE at < ?", [.integer(min(retention.changes, retention.undo))])
            var kept: Int64 = 0
            for row in try connection.rows(
                "SELECT part, sum(24 + coalesce(length(image), 0)) FROM undo GROUP BY part ORDER BY part DESC"
            ) {
                kept += row.integer(1) ?? 0
                guard kept > retention.undoBytes else { continue }
                try connection.execute("DELETE FROM undo WHERE part = ?", [.integer(row.integer(0))])
                try connection.execute(
                    "UPDATE part SET images_gone = 1 WHERE id = ?", [.integer(row.integer(0))])
            }
        }
    }
}
