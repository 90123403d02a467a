// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reading
import Records
import TestKit
import Testing

/// The sliced way and the plain one say the same.
@Suite("Sliced reading") struct SlicedReadingTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    // MARK: Documents

    private func products(_ count: Int, _ random: inout SeededRandom) -> [String] {
        (0..<count).map { number in
            switch Int.random(in: 0..<12, using: &random) {
            case 0: return "<Товар/>"
            case 1: return "<Товар><Наименование>Без ид</Наименование></Товар>"
            case 2: return CommerceML.product("p\(number)", name: "a > b & \"c\"", deleted: true)
            case 3:
                return CommerceML.product(
                    "p\(number)",
                    body: "<Описание><![CDATA[</Товар><Товар>]]>\n\n</Описание><!-- </Товар> -->")
            case 4: return CommerceML.product("p\(number)", body: "<Товар><Товар/></Товар><Вес>1,5</Вес>")
            case 5: return CommerceML.product("p\(number)", body: "\n<x:Иное\n xmlns:x='urn:x' x:а='>'/>\r\n")
            default:
                return CommerceML.product(
                    "p\(number)", name: "Товар номер \(number)", sku: "A-\(number)",
                    groups: ["g\(number % 5)"],
                    body: "<Описание>\(String(repeating: "слово ", count: number % 40))</Описание>")
            }
        }
    }

    private func catalogue(_ count: Int, _ random: inout SeededRandom) -> String {
        let gaps = ["\n", "", "\r\n\t", "\n<!-- between -->\n", " \n\n"]
        var text = CommerceML.catalogue(
            classifier: "<Группы><Группа><Ид>g1</Ид><Наименование>Г</Наименование></Группа></Группы>",
            products: ["@@"])
        let body = products(count, &random).map { $0 + (gaps.randomElement(using: &random) ?? "") }.joined()
        text = text.replacing("@@", with: body)
        return text
    }

    private func offers(_ count: Int) -> String {
        CommerceML.offers(
            priceTypes: [("t1", "RUB"), ("t2", "USD")], warehouses: ["w1", "w2"],
            offers: (0..<count).map { number in
                CommerceML.offer(
                    "p\(number)#v", prices: [("t1", "\(number),50"), ("t2", number % 9 == 0 ? "?" : "1")],
                    stock: [("w1", "\(number)"), ("w2", "0")])
            })
    }

    private func both(_ seed: UInt64) -> String {
        var random = SeededRandom(seed: seed)
        let start = catalogue(20 + Int(seed % 30), &random)
        let end = offers(20)
        let from = end.firstRange(of: "<ПакетПредложений").map { end[$0.lowerBound...] } ?? ""
        return start.replacing("</КоммерческаяИнформация>\n", with: String(from))
    }

    private func same(_ context: ReadContext, _ sliced: ReadContext, _ note: String = "") throws {
        let plain = try Story(bench, context.plainly)
        let cut = try Story(bench, sliced)
        if let difference = Story.difference(plain, cut) { Issue.record("\(note): \(difference)") }
    }

    private func variants(_ context: ReadContext) -> [ReadContext] {
        [
            context.sliced(workers: 1), context.sliced(block: 97, unit: 1, count: 1, workers: 3),
            context.sliced(block: 1 << 20, longest: 1 << 18, unit: 1 << 20, count: 500),
            context.sliced(block: 333, longest: 500, unit: 5_000, count: 7, workers: 3),
        ]
    }

    @Test("the same records, places, fragments, heads and hash", arguments: 0..<12)
    func same(seed: UInt64) throws {
        let text = both(seed)
        for (name, bytes) in [
            ("utf8", Array(text.utf8)), ("mark", [0xEF, 0xBB, 0xBF] + text.utf8),
            ("1251", windows1251(text)), ("space", Array("\r\n\t \(text)".utf8)),
        ] {
            let context = try bench.context("import.xml", bytes)
            for sliced in variants(context) { try same(context, sliced, "seed \(seed) \(name)") }
        }
    }

    @Test("prefixes of names, declared far outside")
    func prefixes() throws {
        var random = SeededRandom(seed: 5)
        let text = catalogue(30, &random)
            .replacing("<КоммерческаяИнформация ", with: "<КоммерческаяИнформация xmlns:ц='urn:ц' ")
            .replacing("<Ид>", with: "<ц:Ид>").replacing("</Ид>", with: "</ц:Ид>")
        let context = try bench.context("import.xml", text)
        for sliced in variants(context) { try same(context, sliced) }
        #expect(try Story(bench, context.sliced()).lines.count > 20)
    }

    @Test("it is the sliced way that is tested")
    func isSliced() throws {
        let context = try bench.context("import.xml", offers(40))
        let sliced = try Story(bench, context.sliced()) { _ in SliceIndex([]) }
        #expect(sliced.hashes.count { $0 != .none } == 40)
        #expect(sliced.batches > 10)
        let plain = try Story(bench, context.plainly) { _ in SliceIndex([]) }
        #expect(plain.hashes.allSatisfy { $0 == .none })
        #expect(plain.asked.isEmpty)
        #expect(try bench.desk().sniff(context.sliced()).ways == [.slices])
        #expect(try bench.desk().sniff(context).ways == [.plain("it is not large")])
    }

    // MARK: Mistakes

    @Test("cut anywhere, the same records and the same mistake", arguments: 0..<6)
    func cut(seed: UInt64) throws {
        let bytes = seed % 2 == 0 ? Array(both(seed).utf8) : windows1251(both(seed))
        var random = SeededRandom(seed: seed)
        for _ in 0..<25 {
            let length = Int.random(in: 400..<bytes.count, using: &random)
            let context = try bench.context("import.xml", Array(bytes[..<length]))
            for sliced in variants(context) { try same(context, sliced, "seed \(seed), cut at \(length)") }
        }
    }

    @Test("a byte or a tag changed anywhere, the same records and the same mistake", arguments: 0..<10)
    func damaged(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let bytes = seed % 3 == 0 ? windows1251(both(seed)) : Array(both(seed).utf8)
        let splinters = ["<", ">", "&", "</Товар>", "<Товар>", "&nbsp;", "]]>", "<!--", "\u{1}", "\"", "<?x"]
        for _ in 0..<20 {
            var bytes = bytes
            let place = Int.random(in: 400..<bytes.count, using: &random)
            if Bool.random(using: &random) {
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            } else {
                bytes.insert(
                    contentsOf: windows1251(splinters.randomElement(using: &random) ?? ""), at: place)
            }
            let context = try bench.context("import.xml", bytes)
            for sliced in variants(context) { try same(context, sliced, "seed \(seed), byte \(place)") }
        }
    }

    @Test("a record that is longer than slices may be goes the plain way, and nothing else does")
    func long() throws {
        let long = CommerceML.product("long", body: String(repeating: "<Иное>слово</Иное>\n", count: 300))
            .replacing("слово", with: String(repeating: "слово ", count: 20))
        let products = [CommerceML.product("a"), long, CommerceML.product("b")]
        let context = try bench.context("import.xml", CommerceML.catalogue(products: products))
        for sliced in variants(context) { try same(context, sliced) }
        let sliced = try Story(bench, context.sliced()) { _ in SliceIndex([]) }
        #expect(sliced.hashes.map { $0 != .none } == [true, false, true])
        #expect(sliced.asked.count == 1)
    }

    // MARK: Known slices

    @Test("what is known is not parsed; with it, all is there in order", arguments: 0..<12)
    func known(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let bytes = seed % 2 == 0 ? Array(both(seed).utf8) : windows1251(both(seed))
        let context = try bench.context("import.xml", bytes)
        let all = try Story(bench, context.sliced()) { _ in SliceIndex([]) }
        let chosen = all.hashes.indices.filter { all.hashes[$0] != .none && Bool.random(using: &random) }
        let index = SliceIndex(chosen.map { .init(hash: all.hashes[$0], item: Int64($0)) })
        // What is too long for a slice is never known.
        for sliced in variants(context) where sliced.limits.slices.longest >= 4_000 {
            let some = try Story(bench, sliced) { _ in index }
            // Two records of the same bytes are known, if one is.
            let hashes = Set(chosen.map { all.hashes[$0] })
            let left = all.lines.indices.filter { !hashes.contains(all.hashes[$0]) }
            #expect(some.lines == left.map { all.lines[$0] }, "seed \(seed)")
            let expected = all.hashes.filter { hashes.contains($0) }
            #expect(some.known.map(\.hash) == expected, "seed \(seed)")
            #expect(some.known.allSatisfy { all.hashes[Int($0.item)] == $0.hash })
            #expect(some.known.map(\.section) == some.known.map(\.section).sorted())
            #expect(some.asked.map { $0.split(separator: " ")[2] } == ["catalogue", "offers"])
            #expect(some.document == all.document)
            #expect(some.progress == all.progress)
            #expect(some.hash == all.hash)
        }
    }

    @Test("the context is in the hash, the time of writing is not")
    func contexts() throws {
        func hash(_ text: String, revision: String = "1") throws -> SliceHash {
            var context = try bench.context("import.xml", text).sliced()
            context.revision = revision
            return try #require(Story(bench, context) { _ in SliceIndex([]) }.hashes.last)
        }
        let offers = [CommerceML.offer("p1", prices: [("t1", "1")])]
        func text(
            _ catalogue: String = "c1", _ changes: Bool? = false, _ time: String = "2026-03-02T10:00:00",
            _ types: [(String, String)] = [("t1", "RUB")], _ warehouses: [String] = []
        ) -> String {
            CommerceML.offers(
                catalogue: catalogue, onlyChanges: changes, writtenAt: time,
                priceTypes: types.map { (id: $0.0, currency: $0.1) }, warehouses: warehouses, offers: offers)
        }
        let first = try hash(text())
        #expect(try hash(text()) == first)
        #expect(try hash(text("c1", false, "2026-03-03T10:00:00")) == first)
        let others = [
            text("c2"), text("c1", true), text("c1", nil),
            text("c1", false, "2026-03-02T10:00:00", [("t1", "USD")]),
            text("c1", false, "2026-03-02T10:00:00", [("t1", "RUB")], ["w1"]),
            text().replacing("ВерсияСхемы", with: "xmlns=\"urn:1C.ru:commerceml_210\" ВерсияСхемы"),
            text().replacing("ВерсияСхемы", with: "ФорматСуммы=\"ЧРД=,\" ВерсияСхемы"),
        ]
        let hashes = try others.map { try hash($0) } + [try hash(text(), revision: "2")]
        #expect(Set(hashes + [first]).count == hashes.count + 1)
    }

    @Test("where nothing is asked for or nothing answered, nothing is hashed")
    func unasked() throws {
        let context = try bench.context("import.xml", offers(40)).sliced()
        #expect(try Story(bench, context).hashes.allSatisfy { $0 == .none })
        let story = try Story(bench, context) { _ in nil }
        #expect(story.hashes.allSatisfy { $0 == .none })
        #expect(story.asked.count == 1)
    }

    private struct Trouble: Error {}

    @Test("what goes wrong while it is asked ends the reading")
    func trouble() throws {
        let reader = try bench.desk().reader(try bench.context("import.xml", offers(400)).sliced())
        reader.slices = { _ in throw Trouble() }
        var batch = RecordBatch()
        #expect(throws: ReadError.self) { while try reader.next(into: &batch) {} }
        #expect(reader.askingFailure is Trouble)
    }

    // MARK: Ways and ends

    @Test("a reader that goes away early ends its threads")
    func dropped() throws {
        let context = try bench.context("import.xml", offers(4_000)).sliced(block: 5_000)
        for batches in 0..<6 {
            var reader: PackageReader? = try bench.desk().reader(context)
            var batch = RecordBatch()
            for _ in 0..<batches { #expect(try reader?.next(into: &batch) == true) }
            reader = nil
        }
    }

    @Test("in a ZIP, document after document")
    func zip() throws {
        let bytes = ZIPBuilder([
            .init("import0_1.xml", both(1)), .init("import0_2.xml", both(2)), .init("offers.xml", offers(50)),
        ]).build()
        let context = try bench.context("set.zip", bytes)
        for sliced in variants(context) { try same(context, sliced) }
        let story = try Story(bench, context.sliced()) { _ in SliceIndex([]) }
        #expect(story.documents == 3)
        #expect(story.asked.map { String($0.prefix(1)) } == ["1", "1", "2", "2", "3"])
    }

    @Test("what can't be cut says so, and is read")
    func plain() throws {
        let text = offers(40)
        let wide = try bench.context("offers.xml", utf16(text)).sliced()
        #expect(try bench.desk().sniff(wide).ways == [.plain("UTF-16LE is not cut")])
        try same(wide, wide)
        let json = try bench.context("a.json", #"{"products": [{"id": "p"}]}"#).sliced()
        #expect(try bench.desk().sniff(json).ways == [.plain("JSON is not cut")])
        #expect(try Story(bench, json).lines.count == 1)
    }

    // MARK: Samples

    private static let samples: [String] = {
        var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while place.path != "/" {
            let folder = place.appending(path: "shared/samples/commerceml").path
            if let all = FileManager.default.enumerator(atPath: folder) {
                return all.compactMap { $0 as? String }.filter { $0.hasSuffix(".xml") }.sorted()
                    .map { "\(folder)/\($0)" }
            }
            place.deleteLastPathComponent()
        }
        print("skipped: there is no folder shared/samples/commerceml beside the project")
        return []
    }()

    @Test("every sample", arguments: samples)
    func sample(path: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let context = try bench.context("import.xml", bytes)
        try same(context, context.sliced(block: 4_096, longest: 16_384, unit: 8_192, count: 5), path)
        try same(context, context.sliced(block: 1 << 20, longest: 1 << 18, unit: 1 << 20, count: 500), path)
    }
}
