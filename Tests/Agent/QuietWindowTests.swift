// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Records
import Settings
import TestKit
import Testing

@testable import Agent

@Suite("Quiet window") struct QuietWindowTests {
    private func window(_ hours: [String], _ zone: String = "Europe/Kyiv") throws -> QuietWindow {
        QuietWindow(
            try hours.map { try #require(Spelling.clockHours($0)) },
            zone: try #require(TimeZone(identifier: zone)))
    }

    private func moment(_ text: String) throws -> Timestamp {
        let format = ISO8601DateFormatter()
        let date = try #require(format.date(from: text))
        return Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1_000))
    }

    @Test("it is open from its first minute until its last is over, in its own zone")
    func edges() throws {
        let window = try window(["02:00-05:00"])
        for (text, isOpen) in [
            ("2026-11-24T01:59:59+02:00", false), ("2026-11-24T02:00:00+02:00", true),
            ("2026-11-24T04:59:59+02:00", true), ("2026-11-24T05:00:00+02:00", false),
            ("2026-11-24T03:00:00Z", false), ("1969-06-01T03:00:00+03:00", true),
        ] { #expect(window.isOpen(at: try moment(text)) == isOpen, "\(text)") }
    }

    @Test("over midnight, the whole day, several in any order")
    func shapes() throws {
        let night = try window(["22:00-02:00"])
        #expect(night.isOpen(at: try moment("2026-11-24T23:30:00+02:00")))
        #expect(night.isOpen(at: try moment("2026-11-25T01:59:00+02:00")))
        #expect(!night.isOpen(at: try moment("2026-11-25T02:00:00+02:00")))
        let day = try window(["00:00-24:00"])
        #expect(day.isOpen(at: try moment("2026-11-24T00:00:00+02:00")))
        #expect(day.isOpen(at: try moment("2026-11-24T23:59:59+02:00")))
        let until = try window(["20:00-24:00"])
        #expect(!until.isOpen(at: try moment("2026-11-24T00:00:00+02:00")))
        let two = try window(["13:00-14:00", "02:00-05:00"])
        #expect(
            try two.nextOpening(after: moment("2026-11-24T05:00:00+02:00"))
                == moment("2026-11-24T13:00:00+02:00"))
        #expect(
            try two.nextOpening(after: moment("2026-11-24T14:00:00+02:00"))
                == moment("2026-11-25T02:00:00+02:00"))
        #expect(QuietWindow([], zone: .gmt).isOpen(at: try moment("2026-11-24T12:00:00Z")))
    }

    @Test("the next opening is now where it is open")
    func now() throws {
        let window = try window(["02:00-05:00"])
        let moment = try moment("2026-11-24T03:10:00+02:00")
        #expect(window.nextOpening(after: moment) == moment)
    }

    @Test(
        "where clocks jump ahead, it opens with the jump, or not that day",
        arguments: [
            // 29 March 2026 in Kyiv: 02:59:59 is followed by 04:00.
            ("03:30-05:00", "2026-03-29T04:00:00+03:00"), ("02:30-05:00", "2026-03-29T02:30:00+02:00"),
            ("03:00-04:00", "2026-03-30T03:00:00+03:00"), ("05:00-06:00", "2026-03-29T05:00:00+03:00"),
        ])
    func ahead(hours: String, opening: String) throws {
        let window = try window([hours])
        #expect(
            try window.nextOpening(after: moment("2026-03-28T12:00:00+02:00")) == moment(opening))
    }

    @Test("where clocks go back, hours that come twice are open twice")
    func back() throws {
        // 25 October 2026 in Kyiv: 03:59:59 is followed by 03:00.
        let window = try window(["03:00-03:30"])
        let first = try moment("2026-10-25T03:00:00+03:00")
        let second = try moment("2026-10-25T03:00:00+02:00")
        #expect(try window.nextOpening(after: moment("2026-10-24T12:00:00+03:00")) == first)
        #expect(!window.isOpen(at: first.adding(seconds: 2_000)))
        #expect(window.nextOpening(after: first.adding(seconds: 2_000)) == second)
        #expect(
            try window.nextOpening(after: second.adding(seconds: 2_000))
                == moment("2026-10-26T03:00:00+02:00"))
    }

    @Test("the next opening is what a look at every minute finds", arguments: 0..<60)
    func everyMinute(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let zone = ["Europe/Kyiv", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
            .randomElement(using: &random)
        let hours = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            ClockHours(
                start: Int.random(in: 0..<1_440, using: &random),
                end: Int.random(in: 0...1_440, using: &random))
        }.filter { $0.start != $0.end }
        guard !hours.isEmpty else { return }
        let window = QuietWindow(hours, zone: try #require(TimeZone(identifier: zone ?? "UTC")))
        // Around the days on which clocks change.
        let days = ["2026-03-28", "2026-10-24", "2026-04-04", "2026-03-07", "2011-12-29", "2026-07-01"]
        let day = try moment((days.randomElement(using: &random) ?? "") + "T00:00:00Z")
        let start = day.adding(seconds: 60 * Int64.random(in: 0..<2_880, using: &random))
        var expected = start
        while !window.isOpen(at: expected) { expected = expected.adding(seconds: 60) }
        #expect(window.nextOpening(after: start) == expected, "\(hours) \(zone ?? "") \(start)")
    }

    @Test("of a partner: its hours, in its zone")
    func partner() throws {
        var partner = PartnerSettings()
        partner.timeZone = "Europe/Kyiv"
        let window = QuietWindow(partner)
        #expect(
            try window.nextOpening(after: moment("2026-11-24T12:00:00Z")) == moment("2026-11-25T00:00:00Z"))
    }
}
