// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Records

/// The time of a document's facts, from what it says of its writing
/// (architecture, invariant 10).
package struct AsOfRule: Sendable {
    private let zone: TimeZone
    private let arrival: Int64
    private let always: Bool

    /// - Throws: `refused` for a time zone that this machine does not know.
    package init(_ context: ReadContext) throws(ReadError) {
        guard let zone = TimeZone(identifier: context.timeZone) else {
            throw .refused(
                "the time zone \(context.timeZone) is unknown here: correct `time_zone` in the partner's "
                    + "configuration")
        }
        self.zone = zone
        arrival = context.arrival
        always = context.asOfNow
    }

    /// - Returns: milliseconds, not later than five minutes after arrival;
    ///   the arrival where the document states no day with a time.
    package func asOf(_ writtenAt: String) -> (milliseconds: Int64, isArrival: Bool) {
        guard !always, let written = WrittenTime(writtenAt) else { return (arrival, true) }
        let moment = written.offset.map { at(written.civil, offset: $0) } ?? local(written.civil)
        return (min(moment, latest), false)
    }

    private var latest: Int64 { arrival + 300_000 }

    private func at(_ civil: CivilTime, offset: Int) -> Int64 {
        Timestamp(utc: civil).milliseconds - Int64(offset) * 1_000
    }

    private func offset(at milliseconds: Int64) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1_000))
    }

    /// The moment a clock of the zone shows this reading. Of two moments, at
    /// the end of summer time, the later one that is not after the arrival;
    /// a reading that no clock shows counts as if summer time had not begun.
    private func local(_ civil: CivilTime) -> Int64 {
        let naive = Timestamp(utc: civil).milliseconds
        let before = offset(at: naive - 86_400_000)
        let after = offset(at: naive + 86_400_000)
        let moments = Set([before, after]).map { at(civil, offset: $0) }.filter { moment in
            at(civil, offset: offset(at: moment)) == moment
        }
        return moments.filter { $0 <= latest }.max() ?? moments.min() ?? at(civil, offset: before)
    }
}

/// A time as documents spell it (`commerceml.md` 2.3).
struct WrittenTime: Hashable {
    var civil: CivilTime
    /// Seconds east of UTC; nil for a local time.
    var offset: Int?

    /// Nil for anything without both a day and a time, and for 1C's empty
    /// date.
    init?(_ text: String) {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        scanner.skipSpaces()
        guard let first = scanner.number(), let separator = scanner.take("-./"), let month = scanner.number(),
            scanner.take([separator]) != nil, let last = scanner.number()
        else { return nil }
        let yearFirst = first > 31
        let (year, day) = yearFirst ? (first, last) : (last, first)
        guard (1971...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
            return nil
        }
        // `2022-10-31UTC02:25:50`: a PHP program that meant the letter T.
        let word = scanner.word()
        scanner.skipSpaces()
        guard let hour = scanner.number(), scanner.take(":") != nil, let minute = scanner.number() else {
            return nil
        }
        var (second, millisecond) = (0, 0)
        if scanner.take(":") != nil {
            guard let value = scanner.number() else { return nil }
            second = value
            if scanner.take(".,") != nil { millisecond = scanner.milliseconds() }
        }
        guard hour < 24, minute < 60, second < 61 else { return nil }
        civil = CivilTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second,
            millisecond: millisecond)
        offset = ["utc", "gmt"].contains(word) ? 0 : nil
        scanner.skipSpaces()
        if let found = scanner.offset() { offset = found }
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func skipSpaces() { rest = rest.drop { $0 == 32 || (9...13).contains($0) } }

        mutating func number() -> Int? {
            let digits = rest.prefix { (48...57).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        }

        mutating func milliseconds() -> Int {
            let digits = rest.prefix { (48...57).contains($0) }
            rest = rest.dropFirst(digits.count)
            let three = Array(digits.prefix(3)) + Array(repeating: 48, count: max(0, 3 - digits.count))
            return three.reduce(0) { $0 * 10 + Int($1 - 48) }
        }

        mutating func take(_ wanted: some Sequence<UInt8>) -> UInt8? {
            guard let next = rest.first, wanted.contains(next) else { return nil }
            rest = rest.dropFirst()
            return next
        }

        mutating func take(_ wanted: String) -> UInt8? { take(wanted.utf8) }

        /// Letters, in lower case.
        mutating func word() -> String {
            let letters = rest.prefix { (65...90).contains($0) || (97...122).contains($0) }
            rest = rest.dropFirst(letters.count)
            return String(decoding: letters, as: UTF8.self).lowercased()
        }

        /// `Z`, `+03`, `+0300`, `+03:00`, in seconds.
        mutating func offset() -> Int? {
            if take("Zz") != nil { return 0 }
            guard let sign = take("+-") else { return nil }
            let start = rest.count
            guard var hours = number() else { return nil }
            var minutes = 0
            if start - rest.count > 2 {
                (hours, minutes) = (hours / 100, hours % 100)
            } else if take(":") != nil {
                guard let value = number() else { return nil }
                minutes = value
            }
            guard hours <= 14, minutes < 60 else { return nil }
            return (sign == 45 ? -1 : 1) * (hours * 3_600 + minutes * 60)
        }
    }
}
