// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Reading
import Records
import TestKit
import Testing

@Suite("Packages that are ZIPs") struct ZIPPackageTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private let catalogue = CommerceML.catalogue(products: [CommerceML.product("p1")])
    private let offers = CommerceML.offers(
        priceTypes: [("retail", "UAH")], offers: [CommerceML.offer("p1", prices: [("retail", "10")])])
    private let prices = CommerceML.offers(
        onlyChanges: true, offers: [CommerceML.offer("p1", name: nil, prices: [("retail", "11")])])
    private let rests = CommerceML.offers(
        onlyChanges: true, offers: [CommerceML.offer("p1", name: nil, stock: [("w1", "5")])])

    private func zip(_ members: [(String, String)], name: String = "webdata.zip") throws -> ReadContext {
        try bench.context(name, ZIPBuilder(members.map { ZIPBuilder.Member($0.0, $0.1) }).build())
    }

    private func members(_ context: ReadContext) throws -> [String] {
        try bench.desk().sniff(context).documents
    }

    @Test("documents come in the order of what they refer to, whatever their order and names")
    func order() throws {
        let context = try zip([
            ("webdata/rests.xml", rests), ("webdata/a.xml", prices),
            ("webdata/import_files/1.jpg", "picture"),
            ("webdata/b.xml", offers), ("webdata/z.xml", catalogue), ("Thumbs.db", "x"),
            ("__MACOSX/._z.xml", "x"),
        ])
        let found = try bench.desk().sniff(context)
        #expect(found.format == "ZIP")
        #expect(found.documents == ["webdata/z.xml", "webdata/b.xml", "webdata/a.xml", "webdata/rests.xml"])
        #expect(found.attachments == ["webdata/import_files/1.jpg"])
        #expect(found.ignored == ["Thumbs.db", "__MACOSX/._z.xml"])
        #expect(found.scope == .full)
        #expect(found.lanes == [.catalogue])
        #expect(found.refusal == nil)
        let reader = try bench.desk().reader(context)
        #expect(reader.isArchive)
        let records = try Bench.drain(reader).map { String($0.prefix { $0 != "@" }) }
        #expect(
            records.filter { $0.contains("offer") || $0.contains("product") } == [
                "webdata/z.xml: product p1 ", "webdata/b.xml: offer p1 ", "webdata/a.xml: offer p1 ",
                "webdata/rests.xml: offer p1 ",
            ])
        #expect(reader.documentNumber == 4)
        #expect(reader.progress.read == reader.progress.total)
    }

    @Test("portions by number")
    func portions() throws {
        let context = try zip([10, 2, 1].map { ("import0_\($0).xml", catalogue) })
        #expect(try members(context) == ["import0_1.xml", "import0_2.xml", "import0_10.xml"])
    }

    @Test("names by the partner's charset, unless they are UTF-8")
    func names() throws {
        var member = ZIPBuilder.Member(
            name: [0xE2, 0xAE, 0xA2, 0xA0, 0xE0, 0xEB], bytes: Array(catalogue.utf8))
        member.name += Array(".xml".utf8)
        member.isUTF8 = false
        var context = try bench.context("a.zip", ZIPBuilder([member]).build())
        #expect(try members(context) == ["товары.xml"])
        context.zipCharset = "windows-1251"
        #expect(try members(context) == ["в®ў\u{A0}ал.xml"])
    }

    @Test("only pictures is a package; nothing at all is none")
    func withoutDocuments() throws {
        let pictures = try bench.desk().sniff(try zip([("1.JPG", "x")]))
        #expect(pictures.documents.isEmpty && pictures.attachments == ["1.JPG"] && pictures.refusal == nil)
        #expect(pictures.asOf == nil)
        #expect(try bench.records(try zip([("1.jpg", "x")])) == [])
        for members in [[], [("readme.txt", "hello")], [("Thumbs.db", "x")]] {
            guard case .unsupportedZIP = bench.error(try zip(members)) else {
                Issue.record("\(members): \(String(describing: bench.error(try zip(members))))")
                continue
            }
        }
    }

    @Test("a document without an ending is known by its content")
    func unknownEnding() throws {
        #expect(try members(try zip([("catalogue", catalogue), ("notes.txt", "hello")])) == ["catalogue"])
    }

    @Test("archives in archives are refused, not passed over")
    func nested() throws {
        guard
            case .unsupportedZIP(let place, _) = bench.error(
                try zip([("a.xml", catalogue), ("b.zip", "PK")]))
        else {
            Issue.record("a ZIP in a ZIP was not refused")
            return
        }
        #expect(place.member == "b.zip")
        #expect(bench.error(try zip([("a.xml", catalogue), ("import_files/b.zip", "PK")])) == nil)
    }

    @Test("one foreign document refuses the package, by name")
    func foreign() throws {
        let found = try bench.desk().sniff(try zip([("a.xml", catalogue), ("b.xml", "<html/>")]))
        #expect(found.refusal?.hasPrefix("b.xml: ") == true)
        guard
            case .wrongDialect(let place, _) = bench.error(
                try zip([("a.xml", catalogue), ("b.xml", "<html/>")]))
        else {
            Issue.record("a foreign document was read")
            return
        }
        #expect(place.member == "b.xml")
    }

    @Test("damage, passwords, cut ends, with what they mean for the package")
    func damage() throws {
        var member = ZIPBuilder.Member("a.xml", catalogue)
        member.crc = 1
        let crc = bench.error(try bench.context("a.zip", ZIPBuilder([member]).build()))
        guard case .damagedZIP(let place, _) = crc else {
            Issue.record("a wrong CRC was not noticed: \(String(describing: crc))")
            return
        }
        #expect(place.member == "a.xml")
        member.crc = nil
        let whole = ZIPBuilder([member]).build()
        guard case .noZIP = bench.error(try bench.context("a.zip", Array(whole.dropLast(30)))) else {
            Issue.record("a cut ZIP was not refused")
            return
        }
        #expect(bench.error(try bench.context("a.zip", Array(whole.dropLast(30))))?.mayBeUnfinished == true)
        member.isEncrypted = true
        #expect(
            bench.error(try bench.context("a.zip", ZIPBuilder([member]).build()))
                == .encrypted(ReadPlace(member: "a.xml")))
        let cut = try zip([("a.xml", String(catalogue.dropLast(20)))])
        guard case .endsEarly(let place) = bench.error(cut) else {
            Issue.record("a cut document in a whole ZIP was not noticed")
            return
        }
        #expect(place.member == "a.xml")
    }

    @Test("too many documents")
    func limits() throws {
        var context = try zip([("a.xml", catalogue), ("b.xml", catalogue)])
        context.limits.documents = 1
        guard case .tooLarge = bench.error(context) else {
            Issue.record("the limit of documents did not hold")
            return
        }
    }

    @Test("the hash is of the ZIP's own bytes")
    func hash() throws {
        let reader = try bench.desk().reader(try zip([("a.xml", catalogue)]))
        _ = try Bench.drain(reader)
        let same = try bench.desk().reader(try zip([("a.xml", catalogue)], name: "same.zip"))
        let other = try bench.desk().reader(try zip([("b.xml", catalogue)], name: "other.zip"))
        #expect(try reader.contentHash() == same.contentHash())
        #expect(try reader.contentHash() != other.contentHash())
    }
}
