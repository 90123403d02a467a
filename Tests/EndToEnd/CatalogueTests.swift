// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

@Suite("From a dropped file to the views") struct CatalogueTests {
    private func expectWhole(_ root: WaybillRoot, at location: SourceLocation = #_sourceLocation) throws {
        for (view, rows) in Exchange.rows {
            #expect(try root.count(view) == rows, "\(view)", sourceLocation: location)
        }
    }

    @Test("a file given by hand is in v1_product, and says so")
    func ingest() throws {
        let root = try WaybillRoot()
        let file = try root.folder.write("given/import.xml", Exchange.goods())
        let answer = try root.waybill("ingest", file)
        #expect(answer.output.contains("applied"))
        #expect(FileManager.default.fileExists(atPath: file), "ingest copies, it never moves")
        let rows = try root.sql(
            "SELECT sku, name, json_extract(groups, '$[0]'), deleted FROM v1_product ORDER BY sku")
        #expect(rows == ["КР-1|Кресло красное|g2|0", "КР-2|Кресло синее|g2|0"])
        #expect(try root.sql("SELECT path FROM v1_group ORDER BY path") == ["Мебель", "Мебель/Кресла"])
    }

    @Test("prices and quantities are exact, with their currency")
    func exact() throws {
        let root = try WaybillRoot()
        try root.drop("webdata/import0_1.xml", Exchange.goods())
        try root.drop("webdata/offers0_1.xml", Exchange.offers())
        try root.waybill("run", "--once")
        try expectWhole(root)
        let prices = try root.sql(
            "SELECT price_type, value, currency, typeof(value) FROM v1_price WHERE offer = '\(Exchange.red)' ORDER BY 1"
        )
        #expect(prices == ["retail|12500|RUB|text", "trade|130.5|USD|text"])
        #expect(
            try root.sql("SELECT warehouse, quantity FROM v1_stock WHERE offer = '\(Exchange.blue)'") == [
                "w1|1.5"
            ])
        #expect(
            try root.sql("SELECT product FROM v1_offer WHERE id = '\(Exchange.blue)#\(Exchange.variant)'")
                == [Exchange.blue])
        #expect(
            try root.sql("SELECT as_of FROM v1_product LIMIT 1") == ["2026-03-02T08:00:00.000Z"],
            "Kyiv is UTC+2 in winter")
    }

    /// One drop in each way that 1C, its modules and people deliver one.
    static let layouts: [(name: String, goods: String, offers: String)] = [
        ("UT 11, a tree", "webdata/import0_1.xml", "webdata/offers0_1.xml"),
        ("whole files", "import.xml", "offers.xml"),
        (
            "UNF", "webdata - 0d5e3a41-1111-11e1-848a-00112f43529a/import.xml",
            "webdata - 0d5e3a41-1111-11e1-848a-00112f43529a/offers.xml"
        ),
        (
            "numbered folders", "webdata/000000001/goods/1/import___\(Exchange.red).xml",
            "webdata/000000001/goods/1/offers___\(Exchange.red).xml"
        ),
        ("flat, with guids", "goods_1_1_\(Exchange.red).xml", "offers_1_1_\(Exchange.red).xml"),
        ("odd names", "Выгрузка товаров.XML", "цены и остатки.Xml"),
    ]

    @Test("every layout", arguments: layouts.indices)
    func layout(index: Int) throws {
        let layout = Self.layouts[index]
        let root = try WaybillRoot()
        try root.drop(layout.goods, Exchange.goods())
        try root.drop(layout.offers, Exchange.offers())
        try root.waybill("run", "--once")
        try expectWhole(root)
        let outcomes = try root.outcomes()
        #expect(outcomes.allSatisfy { $0.hasSuffix(" applied") }, "\(layout.name): \(outcomes)")
        #expect(try root.files("spool/partners/erp-1c/in").filter { !$0.hasPrefix(".") } == [])
        let archived = try root.files("spool/archive").filter {
            !$0.hasSuffix(".json") && !$0.hasSuffix("SHA256SUMS") && !$0.contains("/.") && !$0.hasPrefix(".")
        }
        #expect(archived.count == 2, "\(archived)")
        #expect(try root.files("spool/partners/erp-1c/receipts").count { $0.hasSuffix(".receipt.json") } == 2)
        let exchanges = Set(try root.sql("SELECT exchange FROM v1_package", in: "journal.db"))
        #expect(exchanges.count == (layout.name == "odd names" ? 2 : 1), "\(layout.name)")
    }

    @Test("a ZIP with its tree, and pictures into the blobs")
    func zip() throws {
        let root = try WaybillRoot()
        var zip = ZIPBuilder()
        zip.add("webdata/offers0_1.xml", Exchange.offers())
        zip.add("webdata/import0_1.xml", Exchange.goods())
        zip.members.append(
            .init(name: Array("webdata/import_files/bd/blue.png".utf8), bytes: Exchange.picture))
        try root.drop("v8_1234_56.zip", zip.build())
        try root.waybill("run", "--once")
        try expectWhole(root)
        #expect(try root.outcomes() == ["v8_1234_56.zip applied"])
        #expect(try root.files("media/.waybill/blobs").count == 1)
    }

    @Test("encodings, also a declaration that lies", arguments: ["utf-8", "utf-16", "windows-1251", "lie"])
    func encodings(name: String) throws {
        let root = try WaybillRoot()
        let text = Exchange.goods().replacingOccurrences(
            of: "encoding=\"UTF-8\"", with: "encoding=\"\(name == "lie" ? "windows-1251" : name)\"")
        let bytes: [UInt8] =
            switch name {
            case "utf-16": [UInt8](try #require(text.data(using: .utf16)))
            case "windows-1251": [UInt8](try #require(text.data(using: .windowsCP1251)))
            default: [0xEF, 0xBB, 0xBF] + Array(text.utf8)
            }
        try root.drop("import.xml", bytes)
        try root.waybill("run", "--once")
        #expect(
            try root.sql("SELECT name FROM v1_product ORDER BY sku") == ["Кресло красное", "Кресло синее"])
    }

    @Test("our own JSON, as object and as lines")
    func json() throws {
        let root = try WaybillRoot()
        try root.drop("import.xml", Exchange.goods())
        try root.drop("offers.xml", Exchange.offers())
        try root.waybill("run", "--once")
        try root.drop(
            "prices.json",
            """
            {"as_of": "2026-03-03T10:00:00+02:00", "prices": [{"offer": "\(Exchange.red)", "price_type": "retail", "value": 12499.90}]}
            """)
        try root.drop(
            "stock.ndjson",
            """
            {"type": "stock", "offer": "\(Exchange.blue)", "warehouse": "w1", "quantity": "42"}

            """)
        try root.waybill("run", "--once")
        #expect(
            try root.sql(
                "SELECT value FROM v1_price WHERE offer = '\(Exchange.red)' AND price_type = 'retail'") == [
                    "12499.9"
                ])
        #expect(
            try root.sql(
                "SELECT quantity FROM v1_stock WHERE offer = '\(Exchange.blue)' AND warehouse = 'w1'") == [
                    "42"
                ])
    }

    @Test("the same package twice changes nothing and is a duplicate")
    func twice() throws {
        let root = try WaybillRoot()
        for _ in 0..<2 {
            try root.drop("webdata/import0_1.xml", Exchange.goods())
            try root.waybill("run", "--once")
        }
        #expect(try root.outcomes() == ["import0_1.xml applied", "import0_1.xml duplicate"])
        #expect(try root.sql("SELECT kind FROM v1_change") == ["reload"])
    }

    @Test("older facts do not come back, stale fulls sweep nothing, deletions are marks")
    func time() throws {
        let root = try WaybillRoot()
        try root.drop("import.xml", Exchange.goods("2026-03-02T10:00:00"))
        try root.waybill("run", "--once")
        try root.drop(
            "import.xml", Exchange.goods("2026-03-03T10:00:00", onlyChanges: true, red: "Кресло алое"))
        try root.waybill("run", "--once")
        // Three days older, and with one product only.
        try root.drop(
            "import.xml",
            Exchange.goods(
                "2026-02-27T10:00:00", products: [CommerceML.product(Exchange.red, name: "Кресло старое")]))
        try root.waybill("run", "--once")
        #expect(try root.outcomes().last == "import.xml stale")
        #expect(
            try root.sql("SELECT name, deleted FROM v1_product ORDER BY sku") == [
                "Кресло алое|0", "Кресло синее|0",
            ])
    }

    @Test("one bad record is refused with its place, the rest is applied")
    func rejects() throws {
        let root = try WaybillRoot()
        try root.drop("import.xml", Exchange.goods())
        try root.waybill("run", "--once")
        let bad = Exchange.offers(onlyChanges: true, price: "дорого")
        try root.drop("offers.xml", bad)
        try root.waybill("run", "--once", expect: 3)
        #expect(try root.outcomes().last == "offers.xml applied-with-rejects")
        #expect(try root.count("v1_offer") == 2)
        let id = try #require(
            try root.sql("SELECT id FROM v1_package ORDER BY id DESC LIMIT 1", in: "journal.db").first)
        let listed = try root.waybill("rejects", id)
        #expect(listed.output.contains("bad-number") && listed.output.contains(Exchange.red))
        let offset = try #require(bad.range(of: "<Предложение>"))
        let bytes = bad[..<offset.lowerBound].utf8.count
        #expect(try root.waybill("--json", "rejects", id).output.contains("\"offset\":\(bytes)"))
        let csv = try root.files("spool/partners/erp-1c/receipts").filter { $0.hasSuffix(".rejects.csv") }
        #expect(csv.count == 1)
    }
}
