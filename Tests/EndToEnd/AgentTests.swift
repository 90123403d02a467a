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
