// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Reading
import Records
import TestKit
import Testing

@Suite("Packages in JSON") struct JSONPackageTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private let object =
        #"{"waybill": 1, "products": [{"id": "p1", "name": "Ёлка"}, {"id": "p2", "name": "Чайник"}]}"#
    private let lines = """
        {"type": "product", "id": "p1", "name": "Ёлка"}
        {"type": "product", "id": "p2", "name": "Чайник"}

        """

    @Test("objects and lines, with their words")
    func formats() throws {
        let found = try bench.desk().sniff(try bench.context("a.json", object))
        #expect(found.format == "JSON")
        #expect(found.dialect == "waybill-json")
        #expect(found.refusal == nil)
        #expect(try bench.desk().sniff(try bench.context("b.json", lines)).format == "NDJSON")
        #expect(try bench.desk().sniff(try bench.context("b.ndjson", lines)).format == "NDJSON")
    }

    @Test("records with their places as stored, in any encoding")
    func places() throws {
        for text in [object, lines] {
            let second = try #require(
                text.firstRange(of: text == object ? #"{"id": "p2""# : #"{"type": "product", "id": "p2""#))
            let before = String(text[..<second.lowerBound])
            for encode: (String) -> [UInt8] in [{ Array($0.utf8) }, windows1251, utf16] {
                let found = try bench.records(try bench.context("a.json", encode(text)))
                #expect(found.map { String($0.prefix { $0 != "@" }) } == ["product p1 ", "product p2 "])
                #expect(found.last == "product p2 @\(encode(before).count)")
            }
        }
    }

    @Test("fragments end with their record")
    func fragments() throws {
        let reader = try bench.desk().reader(try bench.context("a.json", object))
        var batch = RecordBatch()
        #expect(try reader.next(into: &batch))
        #expect(batch.records.map { reader.fragment(of: $0) }.first == #"{"id": "p1", "name": "Ёлка"}"#)
    }

    @Test("a cut document ends early")
    func cut() throws {
        guard case .endsEarly = bench.error(try bench.context("a.json", String(object.dropLast(2)))) else {
            Issue.record(
                "\(String(describing: bench.error(try bench.context("a.json", String(object.dropLast(2))))))")
            return
        }
    }
}
