// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Databases
import Foundation
import Records
import TestKit
import Testing

/// What shops and scripts read: the names of the contract, from other
/// processes and other users.
@Suite("Views for others") struct ViewTests {
    private let folder: TemporaryFolder
    private let store: CatalogueStore

    init() throws {
        folder = try TemporaryFolder()
        store = try CatalogueStore(path: folder.path("catalogue.db"), options: StoreOptions())
    }

    private var path: String { folder.path("catalogue.db") }

    /// Writes one row of a table under a part of its own.
    private func write(_ package: String, _ work: (CatalogueSession) throws -> Void) throws {
        let id = try #require(PackageID(package))
        try store.session(partner: "erp-1c", package: id, exchange: package) { session in
            try work(session)
            try session.finish(
                outcome: .applied, asOf: 1_000, at: 1_795_493_652_045, counts: "{}", rejects: 0, hash: [1])
            return (true, ())
        }
    }

    private func row(_ count: Int, _ cells: [Int: String], _ integers: [Int: Int64] = [:]) -> StagedRow {
        var row = StagedRow()
        row.reset(count)
        for (column, text) in cells { row.set(column, text: Array(text.utf8)) }
        for (column, value) in integers { row.set(column, .integer(value)) }
        return row
    }

    private func ident(_ session: CatalogueSession, _ kind: IdentKind, _ text: String) throws -> Int64 {
        let bytes = Array(text.utf8)
        return try session.ident(kind, bytes.span)
    }

    private func fill() throws {
        try write("p-1") { session in
            let (root, child) = (try ident(session, .group, "g1"), try ident(session, .group, "g2"))
            _ = try session.write(.group, RowKey(root), row(4, [1: "Инструмент"], [2: 0]), asOf: 1_000)
            _ = try session.write(
                .group, RowKey(child), row(4, [1: "Дрели"], [0: root, 2: 0]), asOf: 1_000)
            let colour = try ident(session, .property, "color")
            _ = try session.write(.property, RowKey(colour), row(4, [0: "Цвет"], [2: 0]), asOf: 1_000)
            let bytes = Array("red".utf8)
            let value = try #require(try session.valueID(colour, bytes.span, make: true).id)
            _ = try session.write(
                .propertyValue, RowKey(value), row(3, [1: "red", 2: "Красный"], [0: colour]), asOf: 1_000)
            let item = try ident(session, .item, "1")
            let product = row(
                15,
                [
                    0: "DR-650", 2: "Дрель", 9: "[\(child)]",
                    10: "[[\(colour),[\(value),\"матовый\"]]]", 11: "{\"version\":\"7\"}",
                ], [12: 0, 13: 1])
            _ = try session.write(.product, RowKey(item), product, asOf: 1_795_493_652_045)
            _ = try session.write(
                .offer, RowKey(item), row(11, [3: "Дрель, шт", 10: "2.5"], [0: item, 8: 0, 9: 2]), asOf: 1_000
            )
            let type = try ident(session, .priceType, "retail")
            _ = try session.write(.priceType, RowKey(type), row(4, [0: "Розница"], [2: 0]), asOf: 1_000)
            _ = try session.write(.price, RowKey(item, type), row(4, [0: "UAH", 1: "10.50"]), asOf: 1_000)
            let warehouse = try ident(session, .warehouse, "w1")
            _ = try session.write(.stock, RowKey(item, warehouse), row(1, [0: "2.5"]), asOf: 1_000)
            try session.note("insert", "product", item)
        }
    }

    @Test(
        "every column of the contract is there, by its name",
        arguments: [
            ("v1_group", "parent, name, path"),
            (
                "v1_product",
                "sku, barcode, name, full_name, description, brand, unit, vat_rate, weight, groups, properties, deleted"
            ),
            ("v1_offer", "product, sku, barcode, name, characteristics, quantity, deleted"),
            ("v1_price", "offer, price_type, price_type_name, currency, value, min_quantity"),
            ("v1_stock", "offer, warehouse, warehouse_name, quantity"),
        ])
    func columns(view: String, own: String) throws {
        let common = "source, id, package, changed_at, as_of, extra"
        let columns = try store.read { try $0.columns("SELECT * FROM \(view)") }
        for name in "\(common), \(own)".components(separatedBy: ", ") {
            #expect(columns.contains(name), "\(view).\(name)")
        }
        #expect(Set(columns).count == columns.count)
        let changes = try store.read { try $0.columns("SELECT * FROM v1_change") }
        for name in ["seq", "kind", "entity", "id", "package", "at"] { #expect(changes.contains(name)) }
    }

    @Test("the views show what people call things, exact decimals and UTC")
    func values() throws {
        try fill()
        func one(_ sql: String) throws -> [String?] {
            try store.read {
                try $0.row(sql)?.values.map { if case .text(let text) = $0 { text } else { nil } }
            } ?? []
        }
        #expect(
            try one(
                "SELECT source, id, package, changed_at, as_of, extra, groups, properties FROM v1_product")
                == [
                    "erp-1c", "1", "p-1", "2026-11-24T04:14:12.045Z", "2026-11-24T04:14:12.045Z",
                    "{\"version\":\"7\"}", "[\"g2\"]", "{\"Цвет\":[\"Красный\",\"матовый\"]}",
                ])
        #expect(
            try one("SELECT parent, name, path FROM v1_group WHERE id = 'g2'") == [
                "g1", "Дрели", "Инструмент/Дрели",
            ])
        #expect(
            try one("SELECT id, offer, price_type, price_type_name, currency, value FROM v1_price") == [
                "1|retail", "1", "retail", "Розница", "UAH", "10.50",
            ])
        #expect(
            try one("SELECT id, offer, warehouse, warehouse_name, quantity FROM v1_stock")
                == ["1|w1", "1", "w1", nil, "2.5"])
        #expect(try one("SELECT product, quantity FROM v1_offer") == ["1", "2.5"])
    }

    @Test("the command line's questions: by id, SKU, part of a name in any case; counts")
    func queries() throws {
        try fill()
        let find = { (text: String) in
            try self.store.read { try CatalogueQueries.find(text, limit: 10, $0) }.map {
                "\($0.entity) \($0.id)"
            }
        }
        #expect(try find("1") == ["product 1", "offer 1"])
        #expect(try find("DR-650") == ["product 1"])
        #expect(try find("дрель") == ["product 1", "offer 1"])
        #expect(try find("шт") == ["offer 1"])
        #expect(try find("nothing") == [] && find("") == [])
        let counts = try store.read { try CatalogueQueries.counts($0) }
        #expect(counts.groups == 2 && counts.products == 1 && counts.offers == 1)
        #expect(counts.prices == 1 && counts.stock == 1 && counts.waiting == 0)
    }

    // MARK: Other processes

    private func sqlite(_ sql: String, as user: [String] = []) throws -> Tool.Answer? {
        guard let program = Tool("sqlite3") else {
            Skip.say("sqlite3 is not installed")
            return nil
        }
        let arguments = ["-readonly", path, sql]
        guard let first = user.first, let setpriv = Tool(first) else { return try program.run(arguments) }
        return try setpriv.run(Array(user.dropFirst()) + [program.path] + arguments)
    }

    @Test("another process reads while the store is open, and after it is closed")
    func process() throws {
        try fill()
        let sql = "SELECT name FROM v1_product WHERE properties LIKE '%Красный%'"
        guard let open = try sqlite(sql) else { return }
        #expect(open.output == "Дрель\n", "\(open.errors)")
        try store.close()
        #expect(try sqlite(sql)?.output == "Дрель\n")
        #expect(FileManager.default.fileExists(atPath: path + "-wal"))
    }

    @Test("another user of the readers' group reads, and can't write")
    func user() throws {
        guard geteuid() == 0, Tool("setpriv") != nil else {
            Skip.say("only root can become another user")
            return
        }
        try fill()
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.root)
        // The files' group is root's here; nobody joins it.
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--groups=0"]
        let sql = "SELECT name FROM v1_product"
        guard let open = try sqlite(sql, as: nobody) else { return }
        #expect(open.output == "Дрель\n", "\(open.errors)")
        try store.close()
        #expect(try sqlite(sql, as: nobody)?.output == "Дрель\n")
        let stranger = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        #expect(try sqlite(sql, as: stranger)?.status != 0)
        #expect(try sqlite("DELETE FROM product", as: nobody)?.status != 0)
        #expect(try sqlite("SELECT count(*) FROM product")?.output == "1\n")
    }
}
