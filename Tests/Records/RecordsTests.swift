// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Records
import TestKit
import Testing

@Suite("Exact decimals") struct ExactDecimalTests {
    private func normal(_ text: String) -> [UInt8]? { ExactDecimal.normalise(Array(text.utf8).span) }

    @Test(
        "numbers as ERPs write them",
        arguments: [
            ("12", "12"), ("012,50", "12.5"), ("1 719", "1719"), ("1\u{A0}719,00", "1719"),
            ("2\u{202F}000.10", "2000.1"), ("-1.00", "-1"), ("-0,0", "0"), (".5", "0.5"), ("5.", "5"),
            ("0.000", "0"),
            ("+7", "7"), ("100", "100"), ("1'000", "1000"),
        ])
    func normal(text: String, expected: String) throws {
        let result = try #require(normal(text))
        #expect(String(decoding: result, as: UTF8.self) == expected)
    }

    @Test("what is no number", arguments: ["", " ", "1.2.3", "1,2.3", "abc", "1e5", "--1", "1-", "-", "."])
    func refused(text: String) {
        #expect(normal(text) == nil)
    }

    @Test("sums equal Foundation's exact decimals")
    func sums() throws {
        var generator = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            let left = Int64.random(in: -99_999_999...99_999_999, using: &generator)
            let right = Int64.random(in: -99_999...99_999, using: &generator)
            let a = Decimal(left) / 1_000
            let b = Decimal(right) / 10
            let sum = ExactDecimal.sum(try #require(normal("\(a)")), try #require(normal("\(b)")))
            #expect(String(decoding: sum, as: UTF8.self) == "\(a + b)")
        }
    }
}

@Suite("Time") struct TimestampTests {
    @Test("civil time and back equals Foundation's calendar")
    func civil() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for seconds in stride(from: Int64(-2_000_000_000), to: 4_000_000_000, by: 86_399 * 37) {
            let stamp = Timestamp(milliseconds: seconds * 1_000 + 7)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second],
                from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            let civil = stamp.civil
            #expect(civil.year == parts.year && civil.month == parts.month && civil.day == parts.day)
            #expect(civil.hour == parts.hour && civil.minute == parts.minute && civil.second == parts.second)
            #expect(Timestamp(utc: civil) == stamp)
        }
    }

    @Test("reads as RFC 3339")
    func description() {
        #expect(Timestamp(milliseconds: 1_795_493_652_045).description == "2026-11-24T04:14:12.045Z")
        #expect(Timestamp(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
    }
}

@Suite("Package ids") struct PackageIDTests {
    @Test("ids grow even when the clock goes back")
    func grow() {
        var source = PackageIDSource()
        var last = source.next(now: 1_795_493_652_045_123, chance: 0xFFFF)
        for step in 0..<1_000 {
            let next = source.next(now: 1_795_493_652_045_123 - Int64(step) * 1_000, chance: UInt16(step))
            #expect(next > last)
            last = next
        }
    }

    @Test("an id tells its time, so that a restart goes on behind it")
    func time() throws {
        var source = PackageIDSource()
        let id = source.next(now: 1_795_493_652_045_123, chance: 0xAB)
        #expect(id.text == "20261124-041412-045123-00ab")
        let micros = try #require(PackageIDSource.microseconds(of: id))
        var again = PackageIDSource(after: micros)
        #expect(again.next(now: 0, chance: 0) > id)
    }

    @Test(
        "what could not stand in a path is no id",
        arguments: ["", "../x", "A", "a b", "-a", String(repeating: "a", count: 41)])
    func refused(text: String) { #expect(PackageID(text) == nil) }
}

@Suite("Counts") struct CountsTests {
    @Test("rows of offers do not add to the total")
    func total() {
        var counts = CountsByKind()
        counts["offer"].read = 3
        counts["offer"].inserted = 2
        counts["offer"].empty = 1
        counts["price"].read = 6
        #expect(counts.total.read == 3)
        #expect(counts.total.accounted == counts.total.read)
    }
}
