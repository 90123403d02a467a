// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reading
import Records
import SystemPackage
import Testing

@Suite("As-of time") struct AsOfRuleTests {
    private func rule(_ zone: String, arrival: String, now: Bool = false) throws -> AsOfRule {
        try AsOfRule(
            ReadContext(
                path: "x", name: "x", timeZone: zone, arrival: try milliseconds(arrival), asOfNow: now))
    }

    private func milliseconds(_ text: String) throws -> Int64 {
        Int64(try Date.ISO8601FormatStyle().parse(text).timeIntervalSince1970) * 1_000
    }

    private func utc(_ milliseconds: Int64) -> String {
        Timestamp(milliseconds: milliseconds).description.replacing(".000Z", with: "Z")
    }

    @Test(
        "spellings, in the partner's zone unless they say another",
        arguments: [
            ("2026-02-28T19:43:45", "2026-02-28T17:43:45Z"), ("2026-02-28T0:36:33", "2026-02-27T22:36:33Z"),
            ("2026-02-28 19:43", "2026-02-28T17:43:00Z"), ("28.02.2026 19:43:45", "2026-02-28T17:43:45Z"),
            ("2026-02-28T19:43:45+03:00", "2026-02-28T16:43:45Z"),
            ("2026-02-28T19:43:45.123456+0300", "2026-02-28T16:43:45.123Z"),
            ("2026-02-28T19:43:45Z", "2026-02-28T19:43:45Z"),
            ("2026-02-28UTC19:43:45", "2026-02-28T19:43:45Z"),
            ("2026-02-28T19:43:45-04", "2026-02-28T23:43:45Z"),
            (" 2026-07-01T12:00:00 ", "2026-07-01T09:00:00Z"),
        ])
    func spellings(text: String, expected: String) throws {
        let (moment, isArrival) = try rule("Europe/Kyiv", arrival: "2026-08-01T00:00:00Z").asOf(text)
        #expect(utc(moment) == expected)
        #expect(!isArrival)
    }

    @Test(
        "no day with a time: the arrival",
        arguments: [
            "", "2026-02-28", "28.02.2026", "0001-01-01T00:00:00", "yesterday", "2026-13-01T00:00:00",
            "2026-02-28T25:00:00", "19:43:45", "2026-02-28T",
        ])
    func noTime(text: String) throws {
        let (moment, isArrival) = try rule("Europe/Kyiv", arrival: "2026-03-01T00:00:00Z").asOf(text)
        #expect(utc(moment) == "2026-03-01T00:00:00Z")
        #expect(isArrival)
    }

    @Test("never later than five minutes after arrival")
    func clamped() throws {
        let rule = try rule("UTC", arrival: "2026-03-01T10:00:00Z")
        #expect(utc(rule.asOf("2026-03-01T10:05:00").milliseconds) == "2026-03-01T10:05:00Z")
        #expect(utc(rule.asOf("2026-03-01T10:05:01").milliseconds) == "2026-03-01T10:05:00Z")
        #expect(utc(rule.asOf("2030-01-01T00:00:00").milliseconds) == "2026-03-01T10:05:00Z")
        #expect(!rule.asOf("2030-01-01T00:00:00").isArrival)
    }

    @Test("as of now: the arrival, whatever it says")
    func now() throws {
        let (moment, isArrival) = try rule("UTC", arrival: "2026-03-01T10:00:00Z", now: true)
            .asOf("2020-01-01T00:00:00")
        #expect(utc(moment) == "2026-03-01T10:00:00Z")
        #expect(isArrival)
    }

    /// Kyiv's summer time ends on 2026-10-25 at 04:00 summer time (01:00 UTC).
    @Test(
        "the hour that comes twice: the later one that is not after the arrival",
        arguments: [
            ("2026-10-25T00:31:00Z", "2026-10-25T00:30:00Z"),
            ("2026-10-25T01:31:00Z", "2026-10-25T01:30:00Z"),
            ("2026-10-26T12:00:00Z", "2026-10-25T01:30:00Z"),
        ])
    func summerTimeEnds(arrival: String, expected: String) throws {
        #expect(
            utc(try rule("Europe/Kyiv", arrival: arrival).asOf("2026-10-25T03:30:00").milliseconds)
                == expected)
    }

    /// It begins on 2026-03-29 at 03:00 winter time (01:00 UTC).
    @Test("the hour that never comes, and the hours beside it")
    func summerTimeBegins() throws {
        let rule = try rule("Europe/Kyiv", arrival: "2026-04-01T00:00:00Z")
        #expect(utc(rule.asOf("2026-03-29T02:59:59").milliseconds) == "2026-03-29T00:59:59Z")
        #expect(utc(rule.asOf("2026-03-29T03:30:00").milliseconds) == "2026-03-29T01:30:00Z")
        #expect(utc(rule.asOf("2026-03-29T04:00:00").milliseconds) == "2026-03-29T01:00:00Z")
    }

    @Test("a zone that nobody knows is refused")
    func unknownZone() throws {
        #expect(throws: ReadError.self) { try rule("Europe/Atlantis", arrival: "2026-03-01T00:00:00Z") }
    }
}
