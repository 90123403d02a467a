// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

@Suite("The running agent") struct AgentTests {
    @Test("takes what is dropped, answers, stops clean, goes on after a kill")
    func life() throws {
        let root = try WaybillRoot()
        let agent = try RunningAgent(root)
        try root.drop("webdata/import0_1.xml", Exchange.goods())
        try agent.eventually("the catalogue") { try root.count("v1_product") == 2 }
        try root.waybill("run", "--once", expect: 75)
        #expect(try root.waybill("status").output.contains("erp-1c"))
        let given = try root.folder.write("given/offers.xml", Exchange.offers())
        try root.waybill("ingest", given)
        #expect(try root.count("v1_offer") == 3)
        agent.killHard()
        #expect(try root.count("v1_offer") == 3, "readable after a kill")
        let again = try RunningAgent(root)
        try root.drop(
            "webdata/import0_1.xml",
            Exchange.goods("2026-03-03T10:00:00", onlyChanges: true, red: "Кресло алое"))
        try again.eventually("the change") {
            try root.count("v1_product", where: "name = 'Кресло алое'") == 1
        }
        #expect(again.stop() == 0)
        #expect(try root.count("v1_product") == 2, "readable after a stop")
        #expect(
            try root.sql("SELECT entity, kind FROM v1_change ORDER BY seq").suffix(1) == ["product|update"])
    }

    @Test("another user reads the store while the agent runs, after it stopped, after it was killed")
    func otherUser() throws {
        guard getuid() == 0, let setpriv = Tool("setpriv"), let sqlite = Tool("sqlite3") else {
            return Skip.say("needs root and setpriv to become another user")
        }
        let root = try WaybillRoot()
        try root.folder.write("etc/waybill.yaml", "store:\n  group: nogroup\n")
        for folder in ["", "var"] { chmod(root.path(folder), 0o755) }
        func read() throws -> Tool.Answer {
            try setpriv.run([
                "--reuid", "65534", "--regid", "65534", "--clear-groups", sqlite.path, "-batch",
                "file:" + root.path("var/store/catalogue.db") + "?mode=ro", "SELECT count(*) FROM v1_product",
            ])
        }
        let agent = try RunningAgent(root)
        try root.drop("import.xml", Exchange.goods())
        try agent.eventually("the catalogue") { try root.count("v1_product") == 2 }
        var answer = try read()
        #expect(answer.output == "2\n", "while it runs: \(answer.errors)")
        #expect(agent.stop() == 0)
        answer = try read()
        #expect(answer.output == "2\n", "after a stop: \(answer.errors)")
        try RunningAgent(root).killHard()
        answer = try read()
        #expect(answer.output == "2\n", "after a kill: \(answer.errors)")
    }

    @Test("hundreds of changes at once: all applied but the broken one, receipted and archived")
    func manyAtOnce() throws {
        let root = try WaybillRoot()
        let agent = try RunningAgent(root)
        let names = (0..<300).map { "change\($0).xml" }
        for (number, name) in names.enumerated() {
            let product = CommerceML.product("p\(number)", name: "Товар \(number)")
            try root.folder.write(
                "staged/\(name)", CommerceML.catalogue(onlyChanges: true, products: [product]))
        }
        try root.folder.write(
            "staged/change150a.xml",
            CommerceML.catalogue(onlyChanges: true, products: ["<Товар><Ид>x</Товар>"]))
        for name in names + ["change150a.xml"] {
            #expect(rename(root.path("staged/\(name)"), root.input + "/" + name) == 0)
        }
        try agent.eventually("all in the archive") {
            let ended =
                "SELECT count(*) FROM package WHERE archive_path IS NOT NULL OR outcome = 'quarantined'"
            return try root.sql(ended, in: "journal.db") == ["301"]
        }
        #expect(try root.count("v1_product", where: "name = 'Товар ' || substr(id, 2)") == 300)
        #expect(try root.count("v1_product") == 300)
        let wrong = try root.outcomes().filter { !$0.hasSuffix(" applied") }
        #expect(wrong == ["change150a.xml quarantined"])
        let receipts = try root.files("spool/partners/erp-1c/receipts")
        #expect(receipts.count { $0.hasSuffix(".receipt.json") } == 301)
        #expect(try root.files("spool/claimed").filter { $0.hasSuffix(".xml") } == [])
        #expect(try root.files("spool/archive").count { $0.hasSuffix(".xml") } == 300)
        #expect(agent.stop() == 0)
    }

    @Test("a new partner is taken up without a restart")
    func newPartner() throws {
        let root = try WaybillRoot()
        let agent = try RunningAgent(root)
        try root.waybill("partner", "add", "shop-b")
        let folder = root.path("spool/partners/shop-b/in")
        try Data(Exchange.goods().utf8).write(to: URL(fileURLWithPath: folder + "/import.xml"))
        try agent.eventually("its catalogue") {
            try root.count("v1_product", where: "source = 'shop-b'") == 2
        }
        #expect(agent.stop() == 0)
    }

    @Test("a folder moved by hand is put back and reported, never applied again")
    func movedByHand() throws {
        let root = try WaybillRoot()
        try root.drop("import.xml", "<html/>")
        try root.waybill("run", "--once", expect: 3)
        let id = try #require(try root.sql("SELECT id FROM v1_package", in: "journal.db").first)
        try FileManager.default.moveItem(
            atPath: root.path("spool/quarantine/\(id)"), toPath: root.path("spool/claimed/\(id)"))
        try root.waybill("run", "--once", expect: nil)
        #expect(try root.files("spool/quarantine").contains("\(id)/import.xml"))
        #expect(try root.outcomes() == ["import.xml quarantined"])
        #expect(try root.waybill("status").output.contains("moved-by-hand"))
    }
}
