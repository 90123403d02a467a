// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import FoundationEssentials
import Records
import Testing

@Suite("waybill-json") struct WaybillJSONTests {
    /// A record as text: its kind, its defect, its fields.
    struct Read: Equatable {
        var lines: [String] = []
        var head = DocumentHead()
        var error: DialectError?

        func fields(_ record: Int) -> String {
            lines[record].split(separator: "|").dropFirst().joined(separator: "|")
        }
    }

    private func read(_ bytes: [UInt8], pieces: [Int] = [1 << 20], limits: DialectLimits = DialectLimits())
        -> Read
    {
        let decoder = WaybillJSONDecoder(limits: limits)
        var batch = RecordBatch()
        var result = Read()
        do {
            var at = 0
            var turn = 0
            while at < bytes.count {
                let end = min(bytes.count, at + pieces[turn % pieces.count])
                turn += 1
                try decoder.feed(bytes.span.extracting(at..<end), into: &batch)
                at = end
            }
            try decoder.finish(into: &batch)
        } catch let mistake { result.error = mistake }
        result.head = decoder.head
        for head in batch.records {
            var line = "\(head.kind) \(head.section) \(head.offset) \(head.line)"
            if let defect = head.defect { line += " \(defect)" }
            for entry in batch.entries[head.fields] {
                line += "|\(entry.field)" + (entry.state == .clear ? " cleared" : " \(batch.text(entry))")
            }
            result.lines.append(line)
        }
        return result
    }

    private func read(_ text: String) -> Read { read(Array(text.utf8)) }

    private func recognise(_ text: String) -> Recognition {
        DialectRegistry.recognise(Array(text.utf8).span, format: .json)
    }

    static func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/json/\(name)")))
    }

    // MARK: Shapes

    @Test("an object of lists gives every kind of record, in its section")
    func object() throws {
        let read = read(try Self.fixture("catalogue.json"))
        #expect(read.error == nil)
        #expect(
            read.lines.map { $0.prefix { $0 != "|" } } == [
                "group 0 117 7", "group 0 157 8", "property 0 238 11", "unit 0 371 13", "priceType 0 434 14",
                "priceType 0 492 14", "warehouse 0 561 15", "product 1 612 17", "product 1 1034 24",
                "offer 2 1123 27",
            ])
        #expect(read.head.sections.map(\.kind) == [.classifier, .catalogue, .offers])
        #expect(read.head.sections.allSatisfy { $0.catalogue == "garden" && $0.onlyChanges == false })
        #expect(read.head.writtenAt == "2026-03-02T10:00:00+02:00")
        #expect(read.head.priceTypes.map { "\($0.id) \($0.currency)" } == ["retail UAH", "bulk UAH"])
        #expect(read.head.warehouses == ["w1"])
        #expect(
            read.fields(7)
                == "name Saw \"Pro\" é😀|sku S-1|barcode 4820000000017|group g-saws|unit pc|vatRate 20"
                + "|weight 1.25|description cleared|picture saw/front.jpg|picture saw/back.jpg"
                + "|pictureDescription Back|propertyRow |propertyID colour|propertyValue red"
                + "|propertyValue green|rowEnd |propertyRow |propertyID length|propertyValue 0.30|rowEnd "
                + "|extraName warranty/months|extraValue 24|extraName warranty/by|extraValue maker"
                + "|extraName warranty/by[2]|extraValue shop|id saw-1")
        #expect(read.fields(8) == "name Old saw|deleted true|group cleared|id saw-2")
        #expect(
            read.fields(9)
                == "name Saw, long|characteristicRow |characteristicName Length|characteristicValue 60 cm"
                + "|rowEnd |quantity 1204.5|pricesStated |priceRow |priceType retail|priceValue 1299.9|rowEnd "
                + "|priceRow |priceType bulk|priceValue 1100.5|priceMinQuantity 10|rowEnd |stockStated "
                + "|stockRow |warehouse w1|stockQuantity 1200|rowEnd |stockRow |warehouse w2"
                + "|stockQuantity -1|rowEnd |id saw-1#long")
    }

    @Test("lines: prices and stock are changes of offers, one bad record does not spoil the rest")
    func lines() throws {
        let read = read(try Self.fixture("changes.ndjson"))
        #expect(read.error == nil)
        #expect(
            read.lines.map { $0.prefix { $0 != "|" } } == [
                "offer 0 104 2", "offer 0 229 3", "offer 1 304 4", "offer 0 374 5 badNumber",
                "product 2 457 6 empty", "product 2 477 7 missingID",
            ])
        #expect(read.head.sections.map(\.kind) == [.offerChanges, .offers, .catalogue])
        #expect(read.head.sections.allSatisfy { $0.onlyChanges == true })
        #expect(
            read.fields(0)
                == "priceRow |priceType retail|priceValue 12345678901234567890.123456789|priceCurrency RUB"
                + "|rowEnd |id saw-1#long")
        #expect(read.fields(2) == "quantity cleared|pricesStated |id saw-1#long")
    }

    @Test("one list of records; clients are told from the catalogue")
    func list() throws {
        let bytes = try Self.fixture("list.json")
        let read = read(bytes)
        #expect(read.error == nil)
        #expect(read.head.sections.map(\.kind) == [.catalogue, .classifier, .customers])
        #expect(read.fields(1) == "name Group|parent cleared|id g1")
        let found = DialectRegistry.recognise(bytes.span, format: .json)
        #expect(found.lanes == [.catalogue, .clients])
        #expect(found.unread == [.clients])
    }

    @Test(
        "the size of the pieces changes nothing",
        arguments: ["catalogue.json", "changes.ndjson", "list.json"], [[1], [2, 3, 7], [64, 1], [13]])
    func pieces(name: String, pieces: [Int]) throws {
        let bytes = try Self.fixture(name)
        #expect(read(bytes, pieces: pieces) == read(bytes))
    }

    @Test("a byte order mark and white space may stand in front")
    func mark() {
        let read = read("\u{FEFF}\n {\"products\": [{\"id\": 1}]}\n")
        #expect(read.lines == ["product 0 19 2|id 1"])
        #expect(read.error == nil)
    }

    // MARK: Values

    @Test(
        "numbers stay exact",
        arguments: [
            ("1299.90", "1299.9"), ("\"1299,90\"", "1299.9"), ("\"1\u{A0}299,9\"", "1299.9"), ("0.10", "0.1"),
            ("1e3", "1000"), ("12.5E-2", "0.125"), ("-0.0", "0"),
            ("0.1234567890123456789012345678", "0.1234567890123456789012345678"),
        ])
    func exact(text: String, value: String) {
        #expect(
            read("{\"type\":\"offer\",\"id\":\"a\",\"quantity\":\(text)}").fields(0)
                == "quantity \(value)|id a")
    }

    @Test(
        "what is no number is a reject",
        arguments: ["\"many\"", "1e400", "1234567890123456789012345678901"])
    func badNumber(text: String) {
        let read = read(
            "[{\"type\":\"offer\",\"id\":\"a\",\"quantity\":\(text)},{\"type\":\"offer\",\"id\":\"b\"}]")
        #expect(read.lines.count == 2)
        #expect(read.lines[0].contains(" badNumber|"))
        #expect(!read.lines[1].contains("bad"))
    }

    @Test(
        "a value of the wrong shape is a reject",
        arguments: [
            #"{"type":"product","id":"a","name":{"en":"x"}}"#, #"{"type":"product","id":"a","groups":[[]]}"#,
            #"{"type":"product","id":"a","deleted":"yes"}"#,
            #"{"type":"offer","id":"a","prices":{"retail":1}}"#,
            #"{"type":"price","offer":"a","price_type":"r"}"#,
            #"{"type":"stock","offer":"a","warehouse":"w"}"#,
        ])
    func badValue(line: String) {
        let read = read(line)
        #expect(read.error == nil)
        #expect(read.lines.count == 1)
        #expect(read.lines.first?.contains(" badValue") == true)
    }

    @Test("null takes a price or a stock row away")
    func clearedRows() {
        let read = read(
            #"[{"type":"price","offer":"a","price_type":"r","value":null},"#
                + #"{"type":"stock","offer":"a","warehouse":"w","quantity":null}]"#)
        #expect(read.fields(0) == "priceRow |priceType r|priceValue cleared|rowEnd |id a")
        #expect(
            read.fields(1) == "stockStated |stockRow |warehouse w|stockQuantity cleared|rowEnd |id a")
    }

    // MARK: Facts

    @Test("prices of a full are still changes")
    func fullPrices() {
        let read = read(
            #"{"full":true,"catalogue":"c","prices":[{"offer":"a","price_type":"r","value":1}],"products":[]}"#
        )
        #expect(read.head.sections.map(\.onlyChanges) == [nil, false])
        #expect(read.head.sections.map(\.kind) == [.offerChanges, .catalogue])
    }

    @Test(
        "what must not be guessed refuses the document",
        arguments: [
            (#"{"full":true,"products":[{"id":"a"}]}"#, "catalogue"),
            (#"{"products":[{"id":"a"}],"full":true}"#, "before the first record"),
            (#"{"products":[],"prodcuts":[]}"#, "prodcuts"), (#"{"foo":1,"bar":2}"#, "no \"type\""),
            (#"{"type":"thing","id":1}"#, "thing"), (#"{"waybill":2,"products":[]}"#, "reads waybill-json 1"),
            ("<html></html>", "neither { nor ["),
        ])
    func refused(text: String, why: String) {
        let error = read(text).error
        guard case .wrongDialect(_, _, let detail) = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
        #expect(detail.contains(why))
        #expect(recognise(text).refusal?.contains(why) == true)
    }

    @Test(
        "a cut document ends early",
        arguments: [
            "", "{", "{\"products\":[", "{\"products\":[{\"id\":1", "[{\"type\":\"product\",\"id\":1}",
            "{\"type\":\"product\",\"id\":1}\n{\"type\":",
        ])
    func cut(text: String) {
        let error = read(text).error
        guard case .endsEarly = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
    }

    @Test(
        "bad syntax names its place",
        arguments: [
            ("{\"products\":[{\"id\":1},\n {\"id\" 2}]}", 2, 30),
            ("[{\"type\":\"product\",\"id\":01}]", 1, 24),
            ("{\"products\":[}", 1, 13), ("[{\"type\":\"group\",\"id\":\"\\x\"}]", 1, 24),
            ("{\"type\":\"group\",\"id\":1} ]", 1, 24), ("{\"products\":[{\"id\":1} {\"id\":2}]}", 1, 22),
        ])
    func syntax(text: String, line: Int, offset: Int64) {
        let error = read(text).error
        guard case .notWellFormed(line, let at, _) = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
        #expect(at == offset)
    }

    // MARK: Limits

    @Test("a record over the limit is a reject, and memory stays flat")
    func tooLarge() {
        var limits = DialectLimits()
        limits.record = 1_000
        let long = String(repeating: "x", count: 5_000)
        let read = read(
            Array(
                "[{\"type\":\"product\",\"id\":1,\"name\":\"\(long)\"},{\"type\":\"product\",\"id\":2}]".utf8),
            pieces: [100], limits: limits)
        #expect(read.error == nil)
        #expect(read.lines.count == 2)
        #expect(read.lines.first?.hasSuffix("tooLarge") == true)
        #expect(read.lines.last?.hasSuffix("|id 2") == true)
    }

    @Test("nesting over the limit refuses the document")
    func tooDeep() {
        let text = "[{\"type\":\"product\",\"id\":1,\"x\":" + String(repeating: "[", count: 100)
        guard case .tooDeep(_, _, 64) = read(text).error else {
            Issue.record("nesting of 100 levels was read")
            return
        }
    }

    // MARK: Recognition

    @Test("a document is known by its start")
    func known() {
        let found = recognise(#"{"catalogue":"c","full":true,"offers":[{"id":"#)
        #expect(found.refusal == nil)
        #expect(found.dialect == "waybill-json")
        #expect(found.lanes == [.catalogueFull])
        #expect(recognise("").refusal?.contains("empty") == true)
        #expect(recognise(" \n").refusal?.contains("empty") == true)
        #expect(recognise("{\"products\" 1}").refusal != nil)
    }
}
