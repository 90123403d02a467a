// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import Testing

@Suite("Recognition") struct RecognitionTests {
    private func recognise(_ bytes: [UInt8], configured: String = "auto") -> Recognition {
        DialectRegistry.recognise(bytes.span, format: .xml, configured: configured)
    }

    private func recognise(_ text: String, configured: String = "auto") -> Recognition {
        recognise(Array(text.utf8), configured: configured)
    }

    @Test(
        "lanes come from what the document holds",
        arguments: [
            ("import", [.catalogueFull]), ("offers", [.catalogueFull]), ("import_old", [.catalogue]),
            ("changes", [.catalogue]), ("parts_dictionaries", [.catalogue]), ("parts_rests", [.catalogue]),
            ("documents", [.orders, .clients, .catalogue]),
        ] as [(String, Set<Lane>)])
    func lanes(name: String, lanes: Set<Lane>) throws {
        let found = recognise(try CommerceMLFixtures.bytes(name))
        #expect(found.dialect == "commerceml")
        #expect(found.root == "КоммерческаяИнформация")
        #expect(found.refusal == nil)
        #expect(found.lanes == lanes)
    }

    @Test("an order in any envelope, and a document with nothing in it")
    func envelopes() {
        let root = "КоммерческаяИнформация"
        #expect(recognise("<\(root)><Контейнер><Документ/></Контейнер></\(root)>").lanes == [.orders])
        #expect(recognise("<\(root)><Документ/></\(root)>").unread == [.orders])
        #expect(recognise("<\(root) ВерсияСхемы=\"2.08\"/>").lanes == [.catalogue])
        #expect(recognise("<\(root) ВерсияСхемы=\"2.08\"/>").version == "2.08")
        #expect(recognise("<a:\(root) xmlns:a=\"urn:x\"><a:Каталог/></a:\(root)>").dialect == "commerceml")
    }

    @Test("a start that is cut anywhere is recognised no less")
    func cut() throws {
        let bytes = try CommerceMLFixtures.bytes("import")
        for end in stride(from: 400, to: bytes.count, by: 97) {
            let found = recognise(Array(bytes[..<end]))
            #expect(found.dialect == "commerceml", "\(end)")
        }
    }

    @Test(
        "a refusal says what it is and what helps",
        arguments: [
            ("<Прайс/>", ["root element is Прайс", "CommerceML"]),
            ("<Message xmlns:msg=\"http://www.1c.ru/SSL/Exchange/Message\"/>", ["EnterpriseData"]),
            ("<!DOCTYPE html><html><body>502</body></html>", ["HTML page", "deliver the real file"]),
            ("<html><head/></html>", ["HTML page"]),
            ("<yml_catalog/>", ["YML"]),
            ("  \n\t", ["empty", "export it again"]),
            ("", ["empty"]),
            ("<!DOCTYPE a [<!ENTITY b \"c\">]><КоммерческаяИнформация/>", ["DOCTYPE"]),
            ("<КоммерческаяИнформация><Каталог Идентификатор=\"1\"/></КоммерческаяИнформация>", ["7.7"]),
            ("<1>a log, and no document at all</1>", ["no XML document", "line 1"]),
        ] as [(String, [String])])
    func refusals(text: String, words: [String]) throws {
        let found = recognise(text)
        let refusal = try #require(found.refusal)
        for word in words { #expect(refusal.contains(word), "\(refusal)") }
        let document = ReadDocument(text.isEmpty ? " " : text)
        guard case .wrongDialect = document.error else {
            Issue.record("a refused document is read: \(String(describing: document.error))")
            return
        }
        #expect(document.records.isEmpty)
    }

    @Test("a partner's only dialect refuses the others")
    func configured() {
        let text = "<КоммерческаяИнформация/>"
        #expect(recognise(text, configured: "commerceml").refusal == nil)
        #expect(recognise(text, configured: "waybill-json").refusal?.contains("set it to auto") == true)
        #expect(recognise(text, configured: "idoc").refusal?.contains("not supported") == true)
    }
}
