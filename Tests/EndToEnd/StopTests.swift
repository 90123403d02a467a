// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

@Suite("What stops, and how it goes on") struct StopTests {
    private func lastID(_ root: WaybillRoot) throws -> String {
        try #require(
            try root.sql("SELECT id FROM v1_package ORDER BY id DESC LIMIT 1", in: "journal.db").first)
    }

    /// Ten products; and a full of only three of them a day later.
    private func shrunk(_ root: WaybillRoot) throws -> String {
        let products = (0..<10).map { CommerceML.product("p\($0)", name: "Товар \($0)") }
        try root.drop(
            "import.xml", CommerceML.catalogue(writtenAt: "2026-03-02T10:00:00", products: products))
        try root.waybill("run", "--once")
        try root.drop(
            "import.xml",
            CommerceML.catalogue(writtenAt: "2026-03-03T10:00:00", products: Array(products.prefix(6))))
        try root.waybill("run", "--once", expect: 3)
        return try lastID(root)
    }

    @Test("a full that would delete too much is held; approve lets it through")
    func brake() throws {
        let root = try WaybillRoot()
        let id = try shrunk(root)
        #expect(try root.outcomes().last == "import.xml held")
        #expect(try root.count("v1_product", where: "deleted") == 0)
        #expect(try root.files("spool/held").contains("\(id)/reason.txt"))
        let reason = try String(contentsOfFile: root.path("spool/held/\(id)/reason.txt"), encoding: .utf8)
        #expect(reason.contains("max_delete") && reason.contains("waybill approve \(id)"))
        #expect(try root.waybill("queue").output.contains(id))
        try root.waybill("release", id, expect: 1)
        try root.waybill("approve", id)
        #expect(try root.outcomes().last == "import.xml applied")
        #expect(try root.count("v1_product", where: "deleted") == 4)
        #expect(try root.files("spool/held") == [])
    }

    @Test("approve --without-deletes applies the full and marks nothing")
    func withoutDeletes() throws {
        let root = try WaybillRoot()
        let id = try shrunk(root)
        try root.waybill("approve", id, "--without-deletes")
        #expect(try root.outcomes().last == "import.xml applied")
        #expect(try root.count("v1_product", where: "deleted") == 0)
    }

    @Test("discard ends it in the archive")
    func discard() throws {
        let root = try WaybillRoot()
        let id = try shrunk(root)
        try root.waybill("--yes", "discard", id)
        #expect(try root.outcomes().last == "import.xml discarded")
        #expect(try root.files("spool/archive").contains { $0.hasSuffix("\(id)-import.xml") })
        #expect(try root.waybill("archive", "list").output.contains(id))
    }

    @Test("orders and customers wait in held/, the catalogue does not")
    func orders() throws {
        let root = try WaybillRoot()
        try root.drop(
            "orders-\(Exchange.red)_1.xml",
            CommerceML.document(
                "2026-03-02T10:00:00",
                "<Документ><Ид>o1</Ид><Номер>1</Номер><ХозОперация>Заказ товара</ХозОперация></Документ>"))
        try root.drop("import.xml", Exchange.goods())
        try root.waybill("run", "--once", expect: 3)
        #expect(try root.outcomes().sorted() == ["import.xml applied", "orders-\(Exchange.red)_1.xml held"])
        #expect(
            try root.sql("SELECT lane FROM v1_package WHERE outcome = 'held'", in: "journal.db") == ["orders"]
        )
        #expect(try root.count("v1_product") == 2)
    }

    @Test("what can't be read goes to quarantine with place, reason and cure; given anew it is taken")
    func quarantine() throws {
        let root = try WaybillRoot()
        let broken = Exchange.goods().replacingOccurrences(
            of: "<Наименование>Кресло синее", with: "<Наименование>Кресло < синее")
        let file = try root.folder.write("given/import.xml", broken)
        try root.waybill("ingest", file, expect: 3)
        let id = try lastID(root)
        #expect(try root.outcomes() == ["import.xml quarantined"])
        let reason = try String(
            contentsOfFile: root.path("spool/quarantine/\(id)/reason.txt"), encoding: .utf8)
        for word in ["File: import.xml", "Place: ", "line ", "Reason: ", "Cure: "] {
            #expect(reason.contains(word), "\(reason)")
        }
        #expect(try root.count("v1_product") == 0, "half a document is not applied")
        #expect(try root.waybill("why", id).output.contains("quarantined"))
        // Somebody mends the payload and asks for one more try.
        try Data(Exchange.goods().utf8).write(
            to: URL(fileURLWithPath: root.path("spool/quarantine/\(id)/import.xml")))
        try root.waybill("retry", id)
        #expect(try root.outcomes() == ["import.xml applied"])
        #expect(try root.count("v1_product") == 2)
    }

    @Test(
        "a DOCTYPE, a foreign XML and a web page are refused by name",
        arguments: [
            (
                "<!DOCTYPE x [<!ENTITY a \"b\">]><КоммерческаяИнформация>&a;</КоммерческаяИнформация>",
                "DOCTYPE"
            ),
            ("<?xml version=\"1.0\"?><Invoice><ID>1</ID></Invoice>", "Invoice"),
            ("<html><body>502 Bad Gateway</body></html>", "html"),
        ])
    func refused(text: String, word: String) throws {
        let root = try WaybillRoot()
        try root.drop("import.xml", text)
        try root.waybill("run", "--once", expect: 3)
        #expect(try root.outcomes() == ["import.xml quarantined"])
        let reason = try #require(try root.sql("SELECT reason FROM v1_package", in: "journal.db").first)
        #expect(reason.localizedCaseInsensitiveContains(word), "\(reason)")
    }

    @Test("half a file stays in in/, and why says which proof is missing")
    func half() throws {
        let root = try WaybillRoot()
        let text = Exchange.goods()
        try root.drop("import.xml", Array(text.utf8.prefix(text.utf8.count / 2)))
        try root.drop("~$order.xml", "x")
        let once = try root.waybill("run", "--once", expect: 3)
        #expect((once.output + once.errors).contains("import.xml"))
        #expect(try root.outcomes() == [])
        #expect(try root.waybill("why", root.input + "/import.xml").output.contains("no proof"))
    }

    @Test("run --once keeps house too: a site that lives by cron does not grow for ever")
    func keepsHouse() throws {
        let root = try WaybillRoot()
        let old = "spool/partners/erp-1c/receipts/20200101-000000-000001-abcd-import.xml.receipt.json"
        try root.folder.write(old, "{}")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -200 * 86_400)], ofItemAtPath: root.path(old))
        try root.drop("import.xml", Exchange.goods())
        try root.waybill("run", "--once")
        let receipts = try root.files("spool/partners/erp-1c/receipts")
        #expect(receipts.count == 1 && !receipts[0].hasPrefix("2020"), "\(receipts)")
    }

    @Test("what refers to an unknown product waits, and completes when it comes")
    func waiting() throws {
        let root = try WaybillRoot()
        try root.drop("offers.xml", Exchange.offers())
        try root.waybill("run", "--once")
        #expect(try root.outcomes() == ["offers.xml waiting"])
        #expect(try root.count("v1_price") == 0)
        #expect(try root.files("spool/claimed").count { $0.hasSuffix("/offers.xml") } == 1)
        try root.drop("import.xml", Exchange.goods())
        try root.waybill("run", "--once")
        #expect(try root.outcomes() == ["offers.xml applied", "import.xml applied"])
        #expect(try root.count("v1_price") == 4)
        #expect(try root.files("spool/claimed") == [])
    }

    @Test("pictures wait while the media volume is away, the XML does not")
    func mediaAway() throws {
        let root = try WaybillRoot()
        let away = root.path("media-away")
        try FileManager.default.moveItem(atPath: root.path("media"), toPath: away)
        try FileManager.default.createDirectory(atPath: root.path("media"), withIntermediateDirectories: true)
        try root.drop("webdata/import0_1.xml", Exchange.goods())
        try root.drop("webdata/import_files/bd/blue.png", Exchange.picture)
        try root.waybill("run", "--once", expect: nil)
        #expect(try root.count("v1_product") == 2)
        #expect(try root.files("spool/tmp/attachments").contains { $0.hasSuffix("blue.png") })
        try FileManager.default.removeItem(atPath: root.path("media"))
        try FileManager.default.moveItem(atPath: away, toPath: root.path("media"))
        try root.waybill("run", "--once")
        #expect(try root.files("media/.waybill/blobs").count == 1)
        #expect(try root.files("spool/tmp/attachments") == [])
        let rows = try root.sql("SELECT path FROM delivered", in: "media.db")
        #expect(rows == ["webdata/import_files/bd/blue.png"])
    }
}
