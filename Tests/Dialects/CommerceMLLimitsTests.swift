// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import TestKit
import Testing

@Suite("CommerceML limits") struct CommerceMLLimitsTests {
    private typealias Fixtures = CommerceMLFixtures

    private func limits(_ change: (inout DialectLimits) -> Void) -> DialectLimits {
        var limits = DialectLimits()
        change(&limits)
        return limits
    }

    @Test("pieces of any size give the same records", arguments: CommerceMLFixtures.names)
    func pieces(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        let whole = ReadDocument(bytes)
        #expect(whole.error == nil)
        #expect(!whole.records.isEmpty)
        #expect(ReadDocument(bytes, pieces: [1]) == whole)
        var random = SeededRandom(seed: 9)
        for _ in 0..<10 {
            let sizes = (0..<50).map { _ in Int.random(in: 1...400, using: &random) }
            #expect(ReadDocument(bytes, pieces: sizes) == whole)
        }
    }

    @Test("a record's place is its start tag, whatever stands in front of the document")
    func places() {
        let text = "\u{FEFF}\t\n" + Fixtures.goods("\n<Товар\n Статус=\"Новый\"><Ид>1</Ид></Товар>")
        let bytes = Array(text.utf8)
        let document = ReadDocument(bytes)
        #expect(document.records.map(\.line) == [3])
        #expect(bytes[document.records[0].offset...].starts(with: "<Товар".utf8))
    }

    @Test("a cut document ends early, and what stood before it is read", arguments: [0, 1, 2, 3, 4, 5])
    func cut(part: Int) throws {
        let bytes = try Fixtures.bytes("offers")
        let whole = ReadDocument(bytes)
        // The newline at the end is no part of the document.
        let end = bytes.count * (part + 1) / 6 - 2
        let document = ReadDocument(Array(bytes[..<end]))
        guard case .endsEarly = document.error else {
            Issue.record("\(String(describing: document.error))")
            return
        }
        #expect(whole.records.starts(with: document.records))
        #expect(part < 4 || document.records.count > 8)
    }

    @Test("a mistake in the middle names its place, and records before it stand")
    func mistake() {
        let document = ReadDocument(
            Fixtures.goods("<Товар><Ид>1</Ид></Товар>\n<Товар><Ид>2</Ид><<not valid xml!!!</Товар>"))
        #expect(document.records.map { $0.text(.id) } == ["1"])
        guard case .notWellFormed(let line, _, _) = document.error else {
            Issue.record("\(String(describing: document.error))")
            return
        }
        #expect(line == 2)
    }

    @Test("a field over the limit makes its record a reject, the next one is read")
    func field() {
        let long = String(repeating: "я", count: 60)
        let text = Fixtures.goods(
            "<Товар><Ид>1</Ид><Описание>\(long)</Описание></Товар><Товар><Ид>2</Ид></Товар>"
                + "<Товар Статус=\"\(long)\"><Ид>3</Ид></Товар>")
        let document = ReadDocument(Array(text.utf8), limits: limits { $0.field = 119 })
        #expect(document.records.map(\.defect) == [.tooLarge, nil, .tooLarge])
        let wide = ReadDocument(Array(text.utf8), limits: limits { $0.field = 120 })
        #expect(wide.records.map(\.defect) == [nil, nil, nil])
        #expect(wide.records[0].text(.description) == long)
    }

    @Test("a record over the limit is a reject, and no more of it is kept")
    func record() {
        let picture = "<Картинка>" + String(repeating: "p", count: 100) + "</Картинка>"
        let text = Fixtures.goods(
            "<Товар><Ид>1</Ид>\(String(repeating: picture, count: 50))</Товар><Товар><Ид>2</Ид></Товар>")
        let document = ReadDocument(Array(text.utf8), limits: limits { $0.record = 1_000 })
        #expect(document.records.map(\.defect) == [.tooLarge, nil])
        #expect(document.records[0].count(.picture) <= 10)
        #expect(document.records[0].text(.id) == "1")
    }

    @Test("values without a byte count, too")
    func values() {
        let text = Fixtures.goods(
            "<Товар><Ид>1</Ид><ЗначенияСвойств><ЗначенияСвойства><Ид>p</Ид>"
                + String(repeating: "<Значение/>", count: 5_000)
                + "</ЗначенияСвойства></ЗначенияСвойств></Товар><Товар><Ид>2</Ид></Товар>")
        let document = ReadDocument(Array(text.utf8), limits: limits { $0.record = 8_000 })
        #expect(document.records.map(\.defect) == [.tooLarge, nil])
        #expect(document.records[0].entries.count <= 1_010)
        let json = Array(
            "[{\"type\":\"product\",\"id\":\"1\",\"groups\":[\(String(repeating: "0,", count: 2_000))0]}]"
                .utf8)
        let list = ReadDocument(json, format: .json, limits: limits { $0.record = 8_000 })
        #expect(list.error == nil)
        #expect(list.records.map(\.defect) == [.tooLarge])
        #expect(ReadDocument(json, format: .json).records.map(\.defect) == [nil])
    }

    @Test("extras are cut between characters, and kept up to their limit")
    func extras() {
        let text = Fixtures.goods(
            "<Товар><Ид>1</Ид><Свое>яяяя</Свое><Свое>б</Свое><Третье>вввввввввв</Третье></Товар>")
        let document = ReadDocument(
            Array(text.utf8),
            limits: limits {
                $0.extra = 5
                $0.extras = 24
            })
        #expect(document.records[0].extras == ["Свое": "яя", "Свое[2]": "б"])
        #expect(document.records[0].defect == nil)
    }

    @Test("deep nesting refuses the document")
    func depth() {
        let text = Fixtures.goods(
            "<Товар>" + String(repeating: "<а>", count: 100) + String(repeating: "</а>", count: 100)
                + "</Товар>")
        #expect(
            ReadDocument(text).error.map { if case .tooDeep(_, _, 64) = $0 { true } else { false } } == true)
    }

    @Test("a classifier of many groups keeps no text behind")
    func flat() {
        let group = "<Группа><Ид>g</Ид><Наименование>Группа</Наименование></Группа>"
        let text =
            "<КоммерческаяИнформация><Классификатор><Группы>" + String(repeating: group, count: 5_000)
            + "</Группы></Классификатор></КоммерческаяИнформация>"
        let document = ReadDocument(Array(text.utf8), limits: limits { $0.record = 200 })
        #expect(document.records.count == 5_000)
        #expect(document.records.allSatisfy { $0.defect == nil })
    }

    @Test("groups that wait for their parent's id wait in bounds")
    func orphans() {
        let group = "<Группа><Ид>g</Ид></Группа>"
        let text =
            "<КоммерческаяИнформация><Классификатор><Группы><Группа><Группы><Группа/>"
            + String(repeating: group, count: 10_002)
            + "</Группы><Ид>top</Ид></Группа>\(group)</Группы></Классификатор></КоммерческаяИнформация>"
        let records = ReadDocument(text).records
        #expect(records.count == 10_005)
        #expect(records.count { $0.defect == .tooLarge } == 2)
        #expect(records.count { $0.defect == .empty } == 1)
        #expect(records.count { $0.text(.parent) == "top" } == 10_000)
        #expect(records.last?.states(.parent) == false)
    }

    @Test("damage of any kind ends in an error or in records, never in a crash", arguments: 0..<4)
    func damage(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        for name in Fixtures.names {
            let original = try Fixtures.bytes(name)
            for _ in 0..<30 {
                var bytes = original
                for _ in 0..<max(1, bytes.count / 100) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                        in: 0...255, using: &random)
                }
                let document = ReadDocument(bytes, pieces: [997])
                #expect(document.records.allSatisfy { $0.offset < bytes.count && $0.line > 0 })
                // Rows open and close in pairs, also in rejects.
                for record in document.records {
                    let opened = Self.rows.reduce(0) { $0 + record.count($1) }
                    #expect(record.count(.rowEnd) == opened)
                }
            }
        }
    }

    private static let rows: [Field] = [
        .priceRow, .stockRow, .propertyRow, .characteristicRow, .requisiteRow, .valueRow,
    ]
}
