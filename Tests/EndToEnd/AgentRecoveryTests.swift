// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

@Suite("What was taken away, held or cut short by hand") struct AgentRecoveryTests {
    private func onlyID(_ root: WaybillRoot) throws -> String {
        let ids = try root.sql("SELECT id FROM v1_package", in: "journal.db")
        try #require(ids.count == 1)
        return ids[0]
    }

    private func alarms(_ root: WaybillRoot) throws -> [String] {
        try root.sql("SELECT kind FROM alarm WHERE cleared_at IS NULL ORDER BY seq", in: "journal.db")
    }

    /// A document with an order: recognised, and held for want of a station.
    private static let order = CommerceML.document(
        "2026-03-02T10:00:00",
        "<Документ><Ид>d1</Ид><Номер>1</Номер><ХозОперация>Заказ товара</ХозОперация></Документ>")

    @Test("hold keeps a package whose catalogue is applied and whose orders wait; release lets it wait again")
    func heldPart() throws {
        let root = try WaybillRoot()
        var zip = ZIPBuilder()
        zip.add("import.xml", Exchange.goods())
        zip.add("orders.xml", Self.order)
        try root.drop("exchange.zip", zip.build())
        try root.waybill("run", "--once", expect: 3)
        let id = try onlyID(root)
        #expect(try root.count("v1_product") == 2)
        try root.waybill("hold", id)
        try root.waybill("run", "--once")
        #expect(try root.outcomes() == ["exchange.zip held"])
        #expect(try root.files("spool/held").contains("\(id)/exchange.zip"))
        try root.waybill("release", id)
        #expect(try root.outcomes() == ["exchange.zip held"])
        try root.waybill("--yes", "discard", id)
        #expect(try root.outcomes() == ["exchange.zip discarded"])
        #expect(try root.files("spool/archive").contains { $0.hasSuffix("\(id)-exchange.zip") })
    }

    @Test("discard ends a package whose folder was removed by hand, at once, with a receipt; its alarm ends")
    func lost() throws {
        let root = try WaybillRoot()
        try root.drop("orders.xml", Self.order)
        try root.waybill("run", "--once", expect: 3)
        let id = try onlyID(root)
        try FileManager.default.removeItem(atPath: root.path("spool/held/\(id)"))
        try root.waybill("run", "--once")
        #expect(try alarms(root) == ["lost"])
        let start = ContinuousClock.now
        let answer = try root.waybill("--yes", "discard", id)
        #expect(ContinuousClock.now - start < .seconds(8), "nothing is waited for")
        #expect(!answer.output.contains("archived"))
        #expect(try root.outcomes() == ["orders.xml discarded"])
        #expect(
            try root.files("spool/partners/erp-1c/receipts").contains { $0.hasPrefix(id) }, "its receipt")
        try root.waybill("run", "--once")
        #expect(try alarms(root) == ["removed-by-hand"])
    }

    /// A claim as a stop leaves it before its row is written.
    private func claimed(_ root: WaybillRoot, _ id: String, _ name: String, _ text: String, _ extra: String)
        throws
    {
        try root.folder.write("spool/claimed/\(id)/\(name)", text)
        try root.folder.write(
            "spool/claimed/\(id)/package.json",
            """
            {"waybill_package": 1, "id": "\(id)", "kind": "package", "partner": "erp-1c", "name": "\(name)",
             "payload": "\(name)", "size": \(text.utf8.count), "claimed_ms": 1772791200000, \(extra)}
            """)
    }

    @Test("a claim that a stop left without a row goes on as what it was taken for")
    func withoutRow() throws {
        let root = try WaybillRoot()
        try root.drop("import.xml", Exchange.goods("2026-03-05T10:00:00"))
        try root.waybill("run", "--once")
        try claimed(
            root, "20260306-100000-000000-0001", "wrong.xml", Exchange.goods("2026-03-06T10:00:00"),
            #""unproven": "its manifest states another sha256""#)
        try claimed(
            root, "20260306-100000-000000-0002", "old.xml",
            Exchange.goods("2026-03-01T10:00:00", onlyChanges: true, red: "Кресло алое"),
            #""by_hand": true, "as_of_now": true, "exchange_key": "folder webdata""#)
        try claimed(
            root, "20260306-100000-000000-0003", "offers.xml", Exchange.offers("2026-03-06T10:00:00"),
            #""exchange_key": "folder webdata""#)
        try root.waybill("run", "--once", expect: nil)
        #expect(
            try root.sql(
                "SELECT name, outcome FROM v1_package WHERE id < '20260307' ORDER BY id", in: "journal.db")
                == ["wrong.xml|quarantined", "old.xml|applied", "offers.xml|applied"])
        #expect(
            try root.count("v1_product", where: "name = 'Кресло алое'") == 1, "as of now, whatever it says")
        #expect(
            try root.sql(
                "SELECT count(DISTINCT exchange) FROM v1_package WHERE outcome = 'applied' AND id < '20260307'",
                in: "journal.db") == ["1"])
    }

    @Test("an alarm about names or reading ends with its cause, also where that went while nobody looked")
    func alarmsEnd() throws {
        let root = try WaybillRoot()
        try root.drop("a.bin", "waits")
        try root.drop("A.bin", "waits")
        try root.waybill("run", "--once", expect: nil)
        let raised = try root.sql("SELECT DISTINCT kind FROM alarm", in: "journal.db")
        #expect(raised.contains("name-collision"), "it stood before")
        try root.waybill("run", "--once")
        #expect(try alarms(root) == [])
    }

    @Test("a folder of thousands of files is one command; a stop in the middle loses none of them")
    func stopInIngest() throws {
        let root = try WaybillRoot()
        let count = 1_500
        let name = String(repeating: "a-long-name-", count: 15)
        for number in 0..<count {
            try root.folder.write(
                "given/\(name)\(number).json", #"{"type": "product", "id": "p\#(number)", "name": "n"}"#)
        }
        let agent = try RunningAgent(root)
        let ingest = Process()
        ingest.executableURL = URL(fileURLWithPath: WaybillRoot.programs + "/waybill")
        ingest.arguments = ["--root", root.root, "ingest", "--quiet", root.path("given")]
        ingest.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        ingest.standardError = errors
        try ingest.run()
        try agent.eventually("the first of them") {
            try root.sql("SELECT count(*) > 20 FROM v1_package", in: "journal.db") == ["1"]
        }
        #expect(agent.stop() == 0)
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        ingest.waitUntilExit()
        #expect(ingest.terminationStatus == 130, "\(said)")
        #expect(try root.files("spool/tmp") == [], "what was not taken is taken back")
        try root.waybill("run", "--once")
        #expect(
            try root.sql("SELECT outcome FROM v1_package GROUP BY outcome", in: "journal.db") == ["applied"])
        #expect(try root.files("spool/claimed") == [])
    }
}
