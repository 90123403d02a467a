// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import Testing

/// The engine by itself, on a dialect of no partner: what holds for every
/// table.
@Suite("The mapping engine") struct MappingEngineTests {
    private static let table = Mapping(
        name: "shop",
        containers: [
            .init(path: "shop/@made", action: .fact(.writtenAt)),
            .init(path: "shop/goods", action: .section(.catalogue, merged: true)),
            .init(path: "shop/goods/@of", action: .fact(.catalogue)),
            .init(path: "shop/goods/delta", action: .fact(.onlyChanges)),
            .init(path: "shop/tree", action: .section(.classifier, merged: false)),
        ],
        records: [
            Mapping.Record(
                kind: .product, paths: ["shop/goods/item"],
                fields: [
                    .init("@key", .id), .init("@variant", .variant),
                    .init("title", .field(.name)), .init("note", .field(.description, clears: true)),
                    .init("image", .field(.picture)), .init("image/@alt", .after(.pictureDescription)),
                    .init("maker/name", .fallback(.brand)), .init("brand", .field(.brand)),
                    .init("cost", .row(.priceRow)), .init("cost/@kind", .field(.priceType)),
                    .init("cost/sum", .field(.priceValue, .decimal)),
                    .init("left", .rowOf(.stockRow, .stockQuantity, .decimal)),
                    .init("in", .list(.group)), .init("in/ref", .field(.group, .reference)),
                    .init("fact", .namedRow(nil, feeds: ["mass": .init(field: .weight, reading: .decimal)])),
                    .init("fact/k", .rowName(nil)), .init("fact/v", .rowValue(nil)),
                    .init("fresh", .field(.deleted, .boolean)), .init("secret", .ignore),
                ]),
            Mapping.Record(
                kind: .group, paths: ["shop/tree/node"],
                fields: [.init("id", .id), .init("title", .field(.name)), .init("gone", .deletion)],
                nested: "node"),
            Mapping.Record(
                kind: .order, paths: ["shop/order"],
                fields: [.init("id", .id), .init("number", .field(.name))], idFallback: .name,
                section: .documents, keepsExtras: false),
        ])
    private static let compiled = CompiledMapping(table)

    struct Read: Equatable {
        var records: [String] = []
        var places: [String] = []
        var head = DocumentHead()
        var error: DialectError?
    }

    private func read(_ text: String, pieces: Int = 1 << 20, limits: DialectLimits = DialectLimits()) -> Read
    {
        let bytes = Array(text.utf8)
        let decoder = MappedXMLDecoder(Self.compiled, limits: limits)
        var batch = RecordBatch()
        var result = Read()
        do {
            for start in stride(from: 0, to: bytes.count, by: pieces) {
                let end = min(bytes.count, start + pieces)
                try decoder.feed(bytes.span.extracting(start..<end), into: &batch)
            }
            try decoder.finish(into: &batch)
        } catch let mistake { result.error = mistake }
        result.head = decoder.head
        for head in batch.records {
            var words = ["\(head.kind)"]
            if let defect = head.defect { words.append("!\(defect)") }
            for entry in batch.entries[head.fields] {
                words.append(
                    entry.state == .clear ? "\(entry.field) cleared" : "\(entry.field) \(batch.text(entry))")
            }
            result.records.append(words.joined(separator: "|"))
            result.places.append("\(head.section) \(head.offset) \(head.line)")
        }
        return result
    }

    private func item(_ body: String) -> String {
        read("<shop><goods><item key=\"a\">\(body)</item></goods></shop>").records.first ?? "none"
    }

    // MARK: Fields

    @Test("an empty element says nothing, or clears where its rule says so")
    func threeStates() {
        #expect(item("<title>x</title><note>n</note>") == "product|name x|description n|id a|deleted false")
        #expect(item("<title/><note/>") == "product|description cleared|id a|deleted false")
        #expect(item("<title> \u{A0}\n</title>") == "product|id a|deleted false")
    }

    @Test("an id and its variant are one; nothing but white space is none")
    func variant() {
        let read = read(
            "<shop><goods><item key=\" a \" variant=\"b\"><title>x</title></item><item key=\" \" variant=\"b\"/>"
                + "<item variant=\"00000000-0000-0000-0000-000000000000\" key=\"c\"/><item/> <item> <title/> </item>"
                + "</goods></shop>")
        #expect(
            read.records == [
                "product|name x|id a#b|deleted false", "product|!missingID", "product|id c|deleted false",
                "product|!empty", "product|!empty",
            ])
    }

    @Test("a fallback counts only where the field itself is absent, and is an extra where it is not")
    func fallback() {
        #expect(item("<maker><name>m</name></maker>").contains("|brand m|"))
        #expect(
            item("<maker><name>m</name></maker><brand>b</brand>")
                == "product|brand b|extraName maker/name|extraValue m|id a|deleted false")
    }

    @Test("an attribute follows its element's field, and goes with it where that is empty")
    func after() {
        #expect(
            item("<image alt=\"A\">1.jpg</image><image alt=\"B\"/><image>2.jpg</image>")
                == "product|picture 1.jpg|pictureDescription A|picture 2.jpg|id a|deleted false")
    }

    @Test("text comes in one piece, whatever it is written with")
    func text() {
        #expect(item("<title>a &amp; <![CDATA[<b>]]>&#1078;</title>").contains("|name a & <b>ж|"))
        #expect(item("<title>a<!-- x -->b</title>").contains("|name ab|"))
    }

    @Test("a bad number refuses its record, and the next is read")
    func badNumber() {
        let read = read(
            "<shop><goods><item key=\"a\"><cost><sum>x</sum></cost></item><item key=\"b\"><left>1 000,50</left></item>"
                + "</goods></shop>")
        #expect(
            read.records == [
                "product|!badNumber|priceRow |rowEnd |id a",
                "product|stockStated |stockRow |stockQuantity 1000.5|rowEnd |id b|deleted false",
            ])
    }

    @Test("the placeholder for \"not set\" is no number")
    func placeholder() {
        #expect(
            item("<cost kind=\"k\"><sum>-999 999 999,9</sum></cost>")
                == "product|priceRow |priceType k|rowEnd |id a|deleted false")
    }

    // MARK: Rows

    @Test("a row without fields is left out; what no rule names in a row is, too")
    func rows() {
        #expect(
            item("<cost/><cost kind=\"k\"><sum>1</sum><tax>2</tax></cost>")
                == "product|priceRow |priceType k|priceValue 1|rowEnd |id a|deleted false")
    }

    @Test("a list clears where it holds nothing")
    func list() {
        #expect(item("<in/>").contains("|group cleared|"))
        #expect(item("<in><ref>g</ref><ref/></in>").contains("|group g|id"))
        #expect(item("<in><ref>00000000-0000-0000-0000-000000000000</ref></in>").contains("|group cleared|"))
    }

    @Test("a named row feeds a field, or is an extra under its name")
    func named() {
        #expect(
            item("<fact><k> Mass </k><v>1,50</v></fact><fact><v>red</v><k>Colour</k></fact>")
                == "product|extraName fact/Colour|extraValue red|weight 1.5|id a|deleted false")
        #expect(
            item("<fact><k>mass</k><v>heavy</v></fact>")
                == "product|extraName fact/mass|extraValue heavy|id a|deleted false")
    }

    // MARK: Extras

    @Test("what no rule names is kept under its path; repeated names are numbered")
    func extras() {
        #expect(
            item("<x y=\"1\">t<z>u</z></x><x><z>v</z></x><secret><x>w</x></secret>")
                == "product|extraName x/@y|extraValue 1|extraName x/z|extraValue u|extraName x|extraValue t"
                + "|extraName x/z[2]|extraValue v|id a|deleted false")
    }

    @Test("extras are cut at whole characters, and have a limit together")
    func extraLimits() {
        var limits = DialectLimits()
        limits.extra = 5
        limits.extras = 10
        let read = read(
            "<shop><goods><item key=\"a\"><x>яяя</x><y>1234</y><z>12345</z></item></goods></shop>",
            limits: limits)
        #expect(
            read.records == [
                "product|extraName x|extraValue яя|extraName y|extraValue 1234|id a|deleted false"
            ])
    }

    // MARK: Records inside records

    @Test("a record inside another gets its parent, also where that one's id comes late")
    func nested() {
        let early = read(
            "<shop><tree><node><id>1</id><node><id>2</id><node><id>3</id></node></node></node></tree></shop>")
        #expect(
            Set(early.records) == [
                "group|id 1|deleted false", "group|id 2|deleted false|parent 1",
                "group|id 3|deleted false|parent 2",
            ])
        let late = read(
            "<shop><tree><node><node><node><id>3</id></node><id>2</id></node><id>1</id></node></tree></shop>")
        #expect(Set(late.records) == Set(early.records))
        #expect(late.records.count == 3)
    }

    @Test("one mark of deletion is enough")
    func deletion() {
        let read = read(
            "<shop><tree><node><id>1</id><gone>Удален</gone><gone>false</gone></node><node><id>2</id><gone>?</gone>"
                + "</node></tree></shop>")
        #expect(read.records == ["group|id 1|deleted true", "group|id 2|deleted false"])
    }

    // MARK: Sections and places

    @Test("sections, facts, and a record that brings its own section")
    func sections() {
        let read = read(
            "<shop made=\"today\">\n<goods of=\"#c#\"><delta>Да</delta><item key=\"a\"/></goods>\n"
                + "<goods><item key=\"b\"/></goods><order><number>7</number><line><id>x</id></line></order>"
                + "<tree><node><id>1</id></node></tree><order><id>8</id></order></shop>")
        #expect(read.head.writtenAt == "today")
        #expect(read.head.sections.map(\.kind) == [.catalogue, .documents, .classifier, .documents])
        #expect(read.head.sections[0].catalogue == "c")
        #expect(read.head.sections[0].onlyChanges == true)
        #expect(read.places == ["0 55 2", "0 86 3", "1 109 3", "2 171 3", "3 201 3"])
        #expect(read.records[2] == "order|name 7|id 7|deleted false")
    }

    @Test("the size of the pieces changes nothing", arguments: [1, 2, 3, 5, 8, 13, 64])
    func pieces(size: Int) {
        let text =
            "\u{FEFF}<?xml version=\"1.0\"?>\n<shop made=\"x\"><goods of=\"c\">\n<item key=\"ключ\" variant=\"v\"><title>Привет &amp; 1"
            + "</title><x>я</x><cost kind=\"k\"><sum>1,5</sum></cost></item></goods>\n<tree><node><id>1</id><node><id>2"
            + "</id></node></node></tree></shop>\n"
        let whole = read(text)
        #expect(whole.error == nil)
        #expect(whole.records.count == 3)
        #expect(read(text, pieces: size) == whole)
    }

    // MARK: Limits and mistakes

    @Test("a field or a record over its limit is a reject, and the rest is read")
    func tooLarge() {
        var limits = DialectLimits()
        limits.field = 100
        limits.record = 250
        let long = String(repeating: "x", count: 101)
        let some = String(repeating: "y", count: 90)
        let read = read(
            "<shop><goods><item key=\"a\"><title>\(long)</title></item><item key=\"b\"><title>\(some)</title>"
                + "<note>\(some)</note><brand>\(some)</brand></item><item key=\"c\"/></goods></shop>",
            limits: limits)
        #expect(read.error == nil)
        #expect(
            read.records.map { $0.prefix(18) } == [
                "product|!tooLarge|", "product|!tooLarge|", "product|id c|delet",
            ])
    }

    @Test("what refuses the document names it, and what stood before is there")
    func refused() {
        var limits = DialectLimits()
        limits.depth = 5
        let deep = read(
            "<shop><goods><item key=\"a\"/><item><x><y><z/></y></x></item></goods></shop>", limits: limits)
        guard case .tooDeep(1, _, 5) = deep.error else {
            Issue.record("\(String(describing: deep.error))")
            return
        }
        #expect(deep.records == ["product|id a|deleted false"])
        let cut = read("<shop><goods><item key=\"a\"/><item key=\"b\">")
        guard case .endsEarly = cut.error else {
            Issue.record("\(String(describing: cut.error))")
            return
        }
        #expect(cut.records == ["product|id a|deleted false"])
    }
}
