// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Foundation
import TestKit
import Testing

@Suite("Store files") struct StoreFileTests {
    private let schema = [
        Migration("1", "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, data BLOB) STRICT")
    ]

    @Test("commits with full synchronisation, WAL and no automatic checkpoint")
    func pragmas() throws {
        let folder = try TemporaryFolder()
        let file = try StoreFile(path: folder.path("a.db"), migrations: schema)
        let values = try file.write { connection in
            try ["journal_mode", "synchronous", "wal_autocheckpoint", "mmap_size", "secure_delete"].map {
                try connection.row("PRAGMA \($0)")?[0]
            }
        }
        #expect(values == [.text("wal"), .integer(2), .integer(0), .integer(0), .integer(0)])
        var options = StoreOptions()
        options.secureDelete = true
        let orders = try StoreFile(path: folder.path("b.db"), options: options, migrations: schema)
        #expect(try orders.write { try $0.row("PRAGMA secure_delete")?[0] } == .integer(1))
    }

    @Test("a hot statement binds and reads bytes unchanged")
    func hot() throws {
        let folder = try TemporaryFolder()
        let file = try StoreFile(path: folder.path("a.db"), migrations: schema)
        let bytes: [UInt8] = [0, 1, 255, 0]
        let rows = try file.write { connection in
            let insert = try connection.prepare("INSERT INTO t VALUES (?, ?, ?)")
            for id in 1...3 {
                insert.bind(1, id)
                insert.bind(2, text: Array("Кресло № \(id)".utf8).span)
                let data = id == 2 ? [] : bytes
                insert.bind(3, blob: data.span)
                try insert.run()
            }
            return try connection.rows("SELECT name, data FROM t ORDER BY id")
        }
        #expect(rows.map { $0.text(0) } == ["Кресло № 1", "Кресло № 2", "Кресло № 3"])
        #expect(rows.map { $0.blob(1) } == [bytes, [], bytes])
    }

    @Test("an error undoes the whole transaction")
    func rollback() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        let file = try StoreFile(path: folder.path("a.db"), migrations: schema)
        #expect(throws: Stop.self) {
            try file.write { connection in
                try connection.execute("INSERT INTO t (id) VALUES (1)")
                throw Stop()
            }
        }
        #expect(try file.read { try $0.row("SELECT count(*) FROM t")?.integer(0) } == 0)
    }

    @Test("a reader sees the last commit while a transaction is open, and after the file is closed")
    func reader() throws {
        let folder = try TemporaryFolder()
        let file = try StoreFile(path: folder.path("a.db"), migrations: schema)
        try file.write { try $0.execute("INSERT INTO t (id) VALUES (1)") }
        let reader = try StoreReader(path: folder.path("a.db"))
        let count = { try reader.read { try $0.row("SELECT count(*) FROM t")?.integer(0) } }
        try file.write { connection in
            try connection.execute("INSERT INTO t (id) VALUES (2)")
            #expect(try count() == 1)
        }
        #expect(try count() == 2)
        try file.close()
        let late = try StoreReader(path: folder.path("a.db"))
        #expect(try late.read { try $0.row("SELECT count(*) FROM t")?.integer(0) } == 2)
        #expect(throws: StoreError.self) { try late.read { try $0.execute("DELETE FROM t") } }
        #expect(FileManager.default.fileExists(atPath: folder.path("a.db-wal")))
    }

    @Test("the write-ahead log does not keep the size of the largest transaction")
    func walShrinks() throws {
        let folder = try TemporaryFolder()
        let file = try StoreFile(path: folder.path("a.db"), migrations: schema)
        try file.write { try $0.execute("INSERT INTO t (data) VALUES (zeroblob(20 << 20))") }
        #expect(file.walBytes > 20 << 20)
        #expect(try file.checkpoint() == 0)
        try file.write { try $0.execute("INSERT INTO t (name) VALUES ('next')") }
        #expect(file.walBytes <= 16 << 20)
        try file.close()
        let late = try StoreReader(path: folder.path("a.db"))
        #expect(try late.read { try $0.row("SELECT count(*) FROM t")?.integer(0) } == 2)
    }

    @Test("a file of a newer version is refused with words")
    func newer() throws {
        let folder = try TemporaryFolder()
        let next = schema + [Migration("2", "CREATE TABLE u (id INTEGER) STRICT")]
        try StoreFile(path: folder.path("a.db"), migrations: next).close()
        #expect(throws: StoreError.self) { try StoreFile(path: folder.path("a.db"), migrations: schema) }
    }
}
