// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite

/// A prepared statement that binds bytes straight from an arena and steps
/// without building rows.
///
/// Positions count from 1 for parameters and from 0 for columns, as in
/// SQLite. Bytes are copied by SQLite when they are bound. Use it only inside
/// the `write` closure of the file it was prepared on.
package final class HotStatement {
    private let statement: Statement
    private let handle: SQLiteStatement
    private let path: String

    init(_ statement: Statement, path: String) {
        self.statement = statement
        handle = statement.sqliteStatement
        self.path = path
    }

    /// SQLite's "copy the bytes now" destructor value.
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    package func bind(_ position: Int32, _ value: Int64) { sqlite3_bind_int64(handle, position, value) }
    package func bind(_ position: Int32, _ value: Int) { sqlite3_bind_int64(handle, position, Int64(value)) }
    package func bindNull(_ position: Int32) { sqlite3_bind_null(handle, position) }

    /// Binds UTF-8 bytes as text.
    package func bind(_ position: Int32, text: Span<UInt8>) {
        text.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else {
                sqlite3_bind_text(handle, position, "", 0, Self.transient)
                return
            }
            sqlite3_bind_text(
                handle, position, base.assumingMemoryBound(to: CChar.self), Int32(bytes.count), Self.transient
            )
        }
    }

    /// Binds bytes as a blob.
    package func bind(_ position: Int32, blob: Span<UInt8>) {
        blob.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else {
                sqlite3_bind_zeroblob(handle, position, 0)
                return
            }
            sqlite3_bind_blob(handle, position, base, Int32(bytes.count), Self.transient)
        }
    }

    package func bind(_ position: Int32, _ value: SQLValue) {
        switch value {
        case .null: bindNull(position)
        case .integer(let integer): bind(position, integer)
        case .text(let text):
            var copy = text
            copy.withUTF8 { bytes in bind(position, text: bytes.span) }
        case .blob(let bytes): bind(position, blob: bytes.span)
        }
    }

    /// Steps once: true while there is a row.
    package func step() throws(StoreError) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else { throw failure(code) }
        return false
    }

    /// Runs a statement without rows and makes it ready for the next binding.
    package func run() throws(StoreError) {
        let code = sqlite3_step(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            let error = failure(code)
            sqlite3_reset(handle)
            throw error
        }
        sqlite3_reset(handle)
    }

    /// Makes the statement ready for the next binding; bindings stay.
    package func reset() { sqlite3_reset(handle) }

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// The column's bytes, lent for the time of the call; empty for NULL.
    package func withBytes<T>(_ column: Int32, _ body: (Span<UInt8>) throws -> T) rethrows -> T {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let base = sqlite3_column_blob(handle, column) else {
            return try body([UInt8]().span)
        }
        return try body(UnsafeRawBufferPointer(start: base, count: count).bindMemory(to: UInt8.self).span)
    }

    /// The column as a value of its own.
    package func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_TEXT: .text(withBytes(column) { String(decoding: Array($0), as: UTF8.self) })
        case SQLITE_BLOB: .blob(withBytes(column) { Array($0) })
        default: .null
        }
    }

    private func failure(_ code: Int32) -> StoreError {
        let handle = sqlite3_db_handle(handle)
        let words = sqlite3_errmsg(handle).map { String(cString: $0) } ?? "unknown"
        return StoreError(code: code & 0xFF, message: words, path: path)
    }
}

extension Array where Element == UInt8 {
    /// A copy of a span's bytes.
    package init(_ span: Span<UInt8>) {
        self = unsafe span.withUnsafeBytes { Array($0) }
    }

    /// Appends a copy of a span's bytes, in one stroke.
    package mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBytes { append(contentsOf: $0) }
    }
}
