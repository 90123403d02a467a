// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Reading
import Records
import TestKit
import Testing

@Suite("Looking into packages") struct SnifferTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private func sniff(_ name: String, _ text: String) throws -> Sniffed {
        try bench.desk().sniff(try bench.context(name, text))
    }

    @Test("a full catalogue")
    func full() throws {
        let found = try sniff("import.xml", CommerceML.catalogue(products: [CommerceML.product("p1")]))
        #expect(found.format == "XML")
        #expect(found.dialect == "commerceml")
        #expect(found.encoding == "UTF-8")
        #expect(found.lanes == [.catalogue])
        #expect(found.unread.isEmpty)
        #expect(found.sections.map(\.kind) == [.catalogue])
        #expect(found.scope == .full)
        #expect(found.asOf?.description == "2026-03-02T10:00:00.000Z")
        #expect(!found.asOfIsArrival)
        #expect(found.documents == ["import.xml"])
        #expect(found.rank == 1)
    }

    @Test("a long classifier in front hides neither the catalogue nor that it is full")
    func longClassifier() throws {
        let groups = (0..<4_000).map {
            "<Группа><Ид>g\($0)</Ид><Наименование>Группа номер \($0)</Наименование></Группа>"
        }
        let found = try sniff(
            "import.xml",
            CommerceML.catalogue(
                classifier: "<Группы>\(groups.joined())</Группы>", products: [CommerceML.product("p1")]))
        #expect(found.sections.map(\.kind) == [.classifier, .catalogue])
        #expect(found.scope == .full)
        #expect(found.rank == 1)
    }

    @Test("partial, and neither")
    func scopes() throws {
        let product = [CommerceML.product("p1")]
        #expect(
            try sniff("a.xml", CommerceML.catalogue(onlyChanges: true, products: product)).scope == .partial)
        #expect(try sniff("a.xml", CommerceML.catalogue(onlyChanges: nil, products: product)).scope == nil)
    }

    @Test(
        "ranks: offers, prices, stock",
        arguments: [
            (CommerceML.offer("p1", prices: [("t", "1")]), 2),
            (CommerceML.offer("p1", name: nil, prices: [("t", "1")]), 3),
            (CommerceML.offer("p1", name: nil, stock: [("w", "1")]), 4),
        ])
    func ranks(offer: String, rank: Int) throws {
        #expect(try sniff("a.xml", CommerceML.offers(offers: [offer])).rank == rank)
    }

    @Test("the partner's dialect is another one")
    func otherDialect() throws {
        var context = try bench.context("a.xml", CommerceML.catalogue(products: []))
        context.dialect = "waybill-json"
        #expect(try bench.desk().sniff(context).refusal?.contains("commerceml") == true)
    }

    @Test("a mistake near the start is found here already")
    func mistake() throws {
        let text = CommerceML.catalogue(products: [CommerceML.product("p1")]).replacing(
            "</Ид>", with: "</Иди>")
        #expect(throws: ReadError.self) { try sniff("a.xml", text) }
    }

    @Test("every failing file operation is an error, and never a wrong answer")
    func faults() throws {
        let context = try bench.context("a.xml", CommerceML.catalogue(products: [CommerceML.product("p1")]))
        let expected = try bench.desk().sniff(context)
        let counting = FaultyFileSystem()
        _ = try bench.desk(counting).sniff(context)
        var failures = 0
        for step in 1...counting.count {
            let files = FaultyFileSystem(RealFileSystem(), .fail(at: step, errno: EIO, .before))
            do throws(ReadError) {
                // Only the closing of a file that was read well may fail unseen.
                #expect(try bench.desk(files).sniff(context) == expected)
                #expect(files.calls[step - 1].hasPrefix("close"))
            } catch {
                guard case .file(let failed) = error else {
                    Issue.record("operation \(step): \(error)")
                    continue
                }
                #expect(failed.errno == EIO)
                failures += 1
            }
        }
        #expect(failures > 3)
    }
}
