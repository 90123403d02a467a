// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import GRDBSQLite

/// An open connection inside `StoreFile.write` or `StoreFile.read`; it never
/// leaves the closure.
package struct Connection {
    let database: Database
    /// Path of the store file.
    package let file: String
    /// Nil for a file without a write-ahead log.
    private let writeback: Writeback?
    private let keeper: Keeper

    init(database: Database, file: String, writeback: Writeback? = nil, keeper: Keeper = Keeper()) {
        self.database = database
        self.file = file
        self.writeback = writeback
        self.keeper = keeper
    }

    /// Runs one statement that gives no rows.
    package func execute(_ sql: String, _ arguments: [SQLValue] = []) throws(StoreError) {
        try wrapped(file) {
            try database.cachedStatement(sql: sql).execute(arguments: .init(arguments.map(\.box)))
        }
    }

    /// Runs a script of statements without arguments.
    package func script(_ sql: String) throws(StoreError) {
        try wrapped(file) { try database.execute(sql: sql) }
    }

    /// All rows of a query; for small results.
    package func rows(_ sql: String, _ arguments: [SQLValue] = []) throws(StoreError) -> [SQLRow] {
        var result: [SQLRow] = []
        try each(sql, arguments) { row in result.append(row) }
        return result
    }

    /// The first row of a query.
    package func row(_ sql: String, _ arguments: [SQLValue] = []) throws(StoreError) -> SQLRow? {
        try wrapped(file) {
            let statement = try database.cachedStatement(sql: sql)
            return try Row.fetchOne(statement, arguments: .init(arguments.map(\.box))).map(SQLRow.init)
        }
    }

    /// Hands the rows of a query over one by one.
    package func each(
        _ sql: String, _ arguments: [SQLValue] = [], _ body: (SQLRow) throws -> Void
    ) throws(StoreError) {
        try wrapped(file) {
            let statement = try database.cachedStatement(sql: sql)
            let cursor = try Row.fetchCursor(statement, arguments: .init(arguments.map(\.box)))
            while let row = try cursor.next() { try body(SQLRow(row)) }
        }
    }

    /// Names of the columns a query gives.
    package func columns(_ sql: String) throws(StoreError) -> [String] {
        try wrapped(file) { try database.cachedStatement(sql: sql).columnNames }
    }

    /// Id of the row inserted last.
    package var lastInsertedID: Int64 { database.lastInsertedRowID }
    /// Rows the last statement changed.
    package var changes: Int { database.changesCount }

    /// A statement for the hot path; valid as long as the file is open.
    package func prepare(_ sql: String) throws(StoreError) -> HotStatement {
        try wrapped(file) { HotStatement(try database.makeStatement(sql: sql), path: file) }
    }

    /// Gives the page cache another size.
    ///
    /// - Parameter kibibytes: nil for the size it was opened with.
    package func setCache(kibibytes: Int?) throws(StoreError) {
        try script("PRAGMA cache_size = -\(kibibytes ?? StoreOptions.cacheKiB)")
        if kibibytes == nil { try script("PRAGMA shrink_memory") }
    }

    /// Asks the kernel to begin writing what was added to the write-ahead log,
    /// 16 MiB at a time, so that neither this file's commit nor another one's
    /// waits for all of it. A hint: nothing depends on it.
    package func startWriteback() { writeback?.start() }

    /// What `make` gives, made once and kept as long as the store is open:
    /// statements that are prepared once for all transactions. A scratch file
    /// keeps nothing.
    ///
    /// One of each type; use it only inside `write` and `read` of its file.
    package func kept<T: AnyObject>(_ make: (Connection) throws(StoreError) -> T) throws(StoreError) -> T {
        if let known = keeper.things[ObjectIdentifier(T.self)] as? T { return known }
        let made = try make(self)
        keeper.things[ObjectIdentifier(T.self)] = made
        return made
    }

    /// False where SQLite itself undid the whole transaction, which it does
    /// when the disk is full or fails.
    package var isInTransaction: Bool { database.isInsideTransaction }

    /// Runs `body` in a savepoint, which is undone if it throws or returns
    /// false.
    package func savepoint(_ body: () throws -> Bool) throws {
        try database.inSavepoint { try body() ? .commit : .rollback }
    }
}

/// What a file keeps for its connection.
///
/// Unchecked: touched only on the connection's own queue, which is serial.
final class Keeper: @unchecked Sendable {
    var things: [ObjectIdentifier: AnyObject] = [:]
}

/// Runs `body` and gives SQLite's errors our shape; others (errors of the
/// caller's own closures) must not pass through here.
func wrapped<T>(_ path: String, _ body: () throws -> T) throws(StoreError) -> T {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw StoreError(
            code: error.resultCode.rawValue, message: error.message ?? error.resultCode.description,
            path: path)
    } catch let error as StoreError {
        throw error
    } catch {
        throw StoreError(code: 1, message: String(describing: error), path: path)
    }
}

extension SQLValue {
    var box: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .blob(let value): Data(value).databaseValue
        }
    }
}

extension SQLRow {
    init(_ row: Row) {
        values = row.databaseValues.map { value in
            switch value.storage {
            case .null: .null
            case .int64(let integer): .integer(integer)
            case .double(let double): .text(String(double))
            case .string(let text): .text(text)
            case .blob(let data): .blob(Array(data))
            }
        }
    }
}
