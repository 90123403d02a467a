// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import GRDBSQLite
import Synchronization

/// A database file that is written once and read again: no journal, no sync.
///
/// After a failed write, a crash or a power cut its contents mean nothing, but
/// where `sync` returned before. One process uses it, one thread at a time.
package final class ScratchFile: Sendable {
    package let path: String
    private let queue: DatabaseQueue
    /// So that what is synced beside it does not wait for all of it.
    private let writeback: Mutex<Writeback>

    /// Bytes of a page: what is written is large, and read in the order it was
    /// written.
    private static let pageSize = 65_536

    /// Makes the file anew; what was there before goes.
    ///
    /// - Parameter schema: statements that make its tables.
    package static func make(path: String, mode: Int = 0o640, schema: String) throws(StoreError)
        -> ScratchFile
    {
        try remove(path: path)
        let file = try ScratchFile(path: path, readonly: false)
        try wrapped(path) {
            try file.queue.writeWithoutTransaction { try $0.execute(sql: schema) }
        }
        guard chmod(path, mode_t(mode)) == 0 else { throw failure("chmod", path) }
        return file
    }

    /// Opens a file that was made before, for reading.
    package static func open(path: String) throws(StoreError) -> ScratchFile {
        try ScratchFile(path: path, readonly: true)
    }

    private init(path: String, readonly: Bool) throws(StoreError) {
        self.path = path
        writeback = Mutex(Writeback(path))
        queue = try wrapped(path) {
            var configuration = Configuration()
            configuration.label = "waybill.scratch"
            configuration.readonly = readonly
            configuration.prepareDatabase { database in
                if !readonly {
                    try database.execute(sql: "PRAGMA page_size = \(Self.pageSize)")
                    _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = OFF")
                    try database.execute(sql: "PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF")
                }
                try database.execute(
                    sql: "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2048")
            }
            return try DatabaseQueue(path: path, configuration: configuration)
        }
    }

    /// Writes; what `body` did before it throws stays, and means nothing.
    package func write<T>(_ body: (Connection) throws -> T) throws -> T {
        try passing {
            try queue.writeWithoutTransaction { database in
                let result = try body(Connection(database: database, file: path))
                writeback.withLock { $0.start() }
                return result
            }
        }
    }

    /// Reads outside of any transaction.
    package func read<T>(_ body: (Connection) throws -> T) throws -> T {
        try passing { try queue.unsafeRead { try body(Connection(database: $0, file: path)) } }
    }

    private func passing<T>(_ body: () throws -> T) throws -> T {
        do { return try body() } catch let error as DatabaseError {
            throw StoreError(
                code: error.resultCode.rawValue, message: error.message ?? error.resultCode.description,
                path: path)
        }
    }

    /// Returns once the file and its name are on the disk.
    package func sync() throws(StoreError) {
        try Self.sync(path)
        try Self.sync(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    package func close() throws(StoreError) { try wrapped(path) { try queue.close() } }

    /// Removes the file; it may be gone already.
    package static func remove(path: String) throws(StoreError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path) }
    }

    private static func sync(_ path: String) throws(StoreError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
    }

    /// An error of the system, under the code SQLite has for it.
    private static func failure(_ call: String, _ path: String) -> StoreError {
        StoreError(
            code: errno == ENOSPC ? 13 : 10, message: "\(call): \(String(cString: strerror(errno)))",
            path: path)
    }
}
