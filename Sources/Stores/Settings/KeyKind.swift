// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A value as it stands in the file, read and checked.
enum KeyValue: Hashable {
    case duration(Duration)
    case integer(Int64)
    case share(Double)
    case word(String)
    case group(SystemGroup)
    case hours([ClockHours])
    /// `none`: the thing is switched off.
    case none
}

/// Why a value can't be taken, and what could.
struct BadValue: Error {
    let message: String
    let cure: String
}

/// How a key's value is written.
enum KeyKind: Sendable {
    case duration(ClosedRange<Int64>, orNone: Bool = false)
    case size(ClosedRange<Int64>, orNone: Bool = false)
    case count(ClosedRange<Int64>, orNone: Bool = false)
    case percent
    case choice([String], later: [String] = [])
    case timeZone, charset, path, group, hours

    /// What names in ZIPs are read in: all that Reading has a table for, and
    /// nothing that it would quietly take for another.
    static let charsets = ["cp866", "cp1251", "koi8-r", "koi8-u", "iso-8859-5", "cp1252", "utf-8"]

    /// Words for the reference.
    var words: String {
        switch self {
        case .duration(let range, let none):
            "duration, \(Spelling.duration(milliseconds: range.lowerBound)) to "
                + "\(Spelling.duration(milliseconds: range.upperBound))" + (none ? ", or `none`" : "")
        case .size(let range, let none):
            "size, \(Spelling.size(range.lowerBound)) to \(Spelling.size(range.upperBound))"
                + (none ? ", or `none`" : "")
        case .count(let range, let none):
            "number, \(range.lowerBound) to \(range.upperBound)" + (none ? ", or `none`" : "")
        case .percent: "percent, 0% to 100%"
        case .choice(let words, _): words.map { "`\($0)`" }.joined(separator: ", ")
        case .timeZone: "IANA time zone"
        case .charset: "character set: " + Self.charsets.map { "`\($0)`" }.joined(separator: ", ")
        case .path: "path, relative to the root"
        case .group: "name of a system group, or `none`"
        case .hours: "clock hours `\"02:00-05:00\"`, several with a comma between"
        }
    }

    func read(_ text: String) throws(BadValue) -> KeyValue {
        switch self {
        case .duration(let range, let none):
            if none, text == "none" { return .none }
            guard let value = Spelling.milliseconds(text) else {
                throw BadValue(message: "\"\(text)\" is no duration", cure: "write 500ms, 30s, 5m, 2h or 90d")
            }
            try check(value, range) { Spelling.duration(milliseconds: $0) }
            return .duration(.milliseconds(value))
        case .size(let range, let none):
            if none, text == "none" { return .none }
            guard let value = Spelling.bytes(text) else {
                throw BadValue(message: "\"\(text)\" is no size", cure: "write 512MiB, 4GiB or 100G")
            }
            try check(value, range, Spelling.size)
            return .integer(value)
        case .count(let range, let none):
            if none, text == "none" { return .none }
            guard let value = Int64(text) else {
                throw BadValue(message: "\"\(text)\" is no whole number", cure: "write digits only")
            }
            try check(value, range) { String($0) }
            return .integer(value)
        case .percent:
            guard let share = Spelling.share(text) else {
                throw BadValue(message: "\"\(text)\" is no percentage", cure: "write 5% or 2.5%")
            }
            return .share(share)
        case .choice(let words, let later):
            if later.contains(text) {
                throw BadValue(
                    message: "`\(text)` comes with a later version",
                    cure: "write \(words.joined(separator: " or "))")
            }
            guard words.contains(text) else {
                throw BadValue(
                    message: "\"\(text)\" is not known here",
                    cure: "write one of: \(words.joined(separator: ", "))")
            }
            return .word(text)
        case .timeZone:
            guard text == "UTC" || text.contains("/"), TimeZone(identifier: text) != nil else {
                throw BadValue(
                    message: "\"\(text)\" is no time zone", cure: "write an IANA name such as Europe/Kyiv")
            }
            return .word(text)
        case .charset:
            let folded = text.lowercased()
            guard Self.charsets.contains(folded) else {
                throw BadValue(
                    message: "\"\(text)\" is no character set of names in ZIPs",
                    cure: "write one of: \(Self.charsets.joined(separator: ", "))")
            }
            return .word(folded)
        case .path:
            guard !text.isEmpty else { throw BadValue(message: "an empty path", cure: "name a folder") }
            guard !text.hasPrefix("~"), !text.hasPrefix("$") else {
                throw BadValue(
                    message: "\"\(text)\" is taken as it stands, no shell expands it",
                    cure: "write the whole path")
            }
            return .word(text)
        case .group:
            if text == "none" { return .none }
            guard let entry = unsafe getgrnam(text) else {
                throw BadValue(
                    message: "there is no group \"\(text)\" on this system", cure: "groupadd --system \(text)"
                )
            }
            return unsafe .group(SystemGroup(name: text, id: entry.pointee.gr_gid))
        case .hours:
            var hours: [ClockHours] = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let word = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
                hours.append(try Self.hours(String(word)))
            }
            return .hours(hours)
        }
    }

    /// One window; `22:00-02:00` reaches over midnight.
    private static func hours(_ text: String) throws(BadValue) -> ClockHours {
        guard let hours = Spelling.clockHours(text) else {
            throw BadValue(
                message: "\"\(text)\" is no window of clock hours",
                cure: "write \"02:00-05:00\", from 00:00 to 24:00; over midnight \"22:00-02:00\"")
        }
        guard hours.start != hours.end else {
            throw BadValue(
                message: "\"\(text)\" ends when it begins",
                cure: "write \"00:00-24:00\" for the whole day")
        }
        return hours
    }

    private func check(
        _ value: Int64, _ range: ClosedRange<Int64>, _ words: (Int64) -> String
    ) throws(BadValue) {
        guard range.contains(value) else {
            throw BadValue(
                message: "\(words(value)) is out of range",
                cure: "between \(words(range.lowerBound)) and \(words(range.upperBound))")
        }
    }
}
