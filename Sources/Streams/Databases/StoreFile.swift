// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CDatabases
import Foundation
import GRDB
import GRDBSQLite

/// How a store file is opened.
package struct StoreOptions: Sendable {
    /// Overwrite freed pages with zeros: on for orders and clients.
    package var secureDelete = false
    /// Page cache in KiB.
    static let cacheKiB = 8 * 1_024
    /// Permission bits of the file, its WAL and shared memory.
    package var mode: Int = 0o640
    /// Group that may read the file, nil to keep the folder's.
    package var group: String?

    package init() {}
}

/// Has what SQLite can't sort in memory spill into this folder, whose free
/// space is looked at, and not into one of the system's; an admin's own
/// `SQLITE_TMPDIR` stands.
///
/// Called once, before there are other threads. The files have no name: nothing
/// of them is left after a crash.
package func keepTemporaryFiles(in folder: String) { setenv("SQLITE_TMPDIR", folder, 0) }

/// One step of a file's schema; steps run in order, each once.
package struct Migration: Sendable {
    package let name: String
    package let sql: String
    package init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}

/// The one read-write connection to a store file.
///
/// Exactly one process holds it and both commits and checkpoints on it:
/// SQLite before 3.51.3 can corrupt a file whose WAL is reset by one
/// connection while another checkpoints (`reference/operations.md` 1.2).
/// WAL, `synchronous = FULL`, no automatic checkpoints, no memory mapping;
/// WAL and shared memory stay behind when it closes, so that readers of
/// another user can open the file read-only after a clean stop and after a
/// kill.
package final class StoreFile: Sendable {
    package let path: String
    private let queue: DatabaseQueue
    private let keeper = Keeper()

    /// Opens or makes the file and brings its schema up to date.
    package init(
        path: String, options: StoreOptions = StoreOptions(), migrations: [Migration]
    ) throws(StoreError) {
        self.path = path
        _ = Self.prepared
        queue = try wrapped(path) {
            var configuration = Configuration()
            configuration.label = "waybill.store"
            configuration.busyMode = .timeout(10)
            configuration.foreignKeysEnabled = false
            configuration.prepareDatabase { database in
                try Self.prepare(database, options)
            }
            return try DatabaseQueue(path: path, configuration: configuration)
        }
        try wrapped(path) {
            var migrator = DatabaseMigrator()
            for migration in migrations {
                migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
            }
            if try queue.read({ try migrator.hasBeenSuperseded($0) }) {
                throw StoreError(
                    code: 1, message: "the file was written by a newer Waybill; install that version again",
                    path: path)
            }
            try migrator.migrate(queue)
        }
        try applyModes(options)
    }

    /// What a write-ahead log shrinks to once all of it is in the file, bytes;
    /// without a limit it keeps the size of the largest full for ever.
    private static let walLimit = 16 << 20

    /// Before the process uses SQLite for the first time; a library that is in
    /// use already goes on as it is.
    static let prepared: Bool = waybill_sqlite_without_statistics() == SQLITE_OK

    /// `trusted_schema` stays on: SQLite before 3.41 refuses the JSON
    /// aggregates in views without it, and the schema is our own.
    private static func prepare(_ database: Database, _ options: StoreOptions) throws {
        var persist: CInt = 1
        guard
            sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &persist)
                == SQLITE_OK
        else { throw DatabaseError(resultCode: .SQLITE_ERROR, message: "PERSIST_WAL is not available") }
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw DatabaseError(
                resultCode: .SQLITE_CANTOPEN,
                message: "WAL is not possible here; the store must lie on a local disk")
        }
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = \(Self.walLimit);
                PRAGMA mmap_size = 0;
                PRAGMA threads = 1;
                PRAGMA temp_store = FILE;
                PRAGMA cache_size = -\(StoreOptions.cacheKiB);
                PRAGMA secure_delete = \(options.secureDelete ? "ON" : "OFF");
                """)
    }

    private func applyModes(_ options: StoreOptions) throws(StoreError) {
        for suffix in ["", "-wal", "-shm"] {
            let file = path + suffix
            guard access(file, F_OK) == 0 else { continue }
            guard chmod(file, mode_t(options.mode)) == 0 else {
                throw StoreError(
                    code: 3, message: "chmod: \(String(cString: strerror(errno)))", path: file)
            }
            guard let group = options.group else { continue }
            guard let entry = getgrnam(group) else {
                throw StoreError(code: 3, message: "there is no group `\(group)` on this system", path: file)
            }
            guard chown(file, uid_t.max, entry.pointee.gr_gid) == 0 else {
                throw StoreError(
                    code: 3, message: "chown to group \(group): \(String(cString: strerror(errno)))",
                    path: file)
            }
        }
    }

    /// Runs `body` in one transaction, which commits durably when it returns
    /// and is undone when it throws.
    ///
    /// - Throws: what `body` throws, or `StoreError`.
    package func write<T>(_ body: (Connection) throws -> T) throws -> T {
        do {
            return try queue.write { database in
                try body(Connection(database: database, file: path, keeper: keeper))
            }
        } catch let error as DatabaseError {
            throw StoreError(
                code: error.resultCode.rawValue, message: error.message ?? error.resultCode.description,
                path: path)
        }
    }

    /// Runs `body` in one transaction and undoes it all the same when `body`
    /// returns false beside its value.
    package func tryWrite<T>(_ body: (Connection) throws -> (commit: Bool, value: T)) throws -> T {
        var result: T?
        do {
            try queue.inDatabase { database in
                try database.inTransaction(.immediate) {
                    let connection = Connection(
                        database: database, file: path, writeback: Writeback(path + "-wal"), keeper: keeper)
                    let (commit, value) = try body(connection)
                    result = value
                    return commit ? .commit : .rollback
                }
            }
        } catch let error as DatabaseError {
            throw StoreError(
                code: error.resultCode.rawValue, message: error.message ?? error.resultCode.description,
                path: path)
        }
        // The transaction runs its body once, or throws: no value is a defect of GRDB's.
        guard let result else { fatalError("a transaction ended without a value") }
        return result
    }

    /// Reads on the read-write connection.
    package func read<T>(_ body: (Connection) throws -> T) throws -> T {
        do {
            return try queue.read { database in
                try body(Connection(database: database, file: path, keeper: keeper))
            }
        } catch let error as DatabaseError {
            throw StoreError(
                code: error.resultCode.rawValue, message: error.message ?? error.resultCode.description,
                path: path)
        }
    }

    /// Moves what readers allow from the WAL into the file.
    ///
    /// - Returns: bytes that still lie in the WAL because a reader holds them.
    @discardableResult
    package func checkpoint() throws(StoreError) -> Int {
        try wrapped(path) {
            try queue.writeWithoutTransaction { database in
                let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(PASSIVE)")
                let pages: Int = row?[1] ?? 0
                let done: Int = row?[2] ?? 0
                let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
                return max(0, pages - done) * size
            }
        }
    }

    /// Bytes of the write-ahead log now.
    package var walBytes: Int64 {
        var status = stat()
        return stat(path + "-wal", &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Closes the connection; the WAL and its index stay for readers.
    package func close() throws(StoreError) {
        try wrapped(path) {
            queue.inDatabase { _ in keeper.things.removeAll() }
            try queue.close()
        }
    }
}

/// A read-only connection to a store file, for readers beside the agent.
///
/// It cannot checkpoint and never blocks the writer; keep what happens in
/// `read` short.
package final class StoreReader: Sendable {
    package let path: String
    private let queue: DatabaseQueue

    package init(path: String) throws(StoreError) {
        self.path = path
        queue = try wrapped(path) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;")
            }
            return try DatabaseQueue(path: path, configuration: configuration)
        }
    }

    package func read<T>(_ body: (Connection) throws -> T) throws -> T {
        do {
            return try queue.read { database in
                try body(Connection(database: database, file: path))
            }
        } catch let error as DatabaseError {
            throw StoreError(
                code: error.resultCode.rawValue, message: error.message ?? error.resultCode.description,
                path: path)
        }
    }
}

/// Version of the SQLite library in use, e.g. `3.40.1`.
package func sqliteVersion() -> String { String(cString: sqlite3_libversion()) }
