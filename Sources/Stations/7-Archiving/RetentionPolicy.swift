// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import JournalStore
import Records

/// What may leave the archive. Every rule that keeps a package keeps it.
///
/// - `olderThan` alone: what is older goes.
/// - `keepLast` alone: what is beyond the newest N of its name goes, where it
///   is older than `minimumAge`; with another rule it only protects.
/// - `maxSize`: what is left beyond it goes, oldest first, even where it is
///   younger than `olderThan`, but never below `minimumAge`.
///
/// The last applied full of each name of a partner, with the packages of its
/// exchange, and what is dated in the future always stay.
package struct RetentionPolicy: Sendable, Hashable {
    package var olderThan: Duration?
    /// Bytes of payloads.
    package var maxSize: Int64?
    package var keepLast: Int?
    package var minimumAge: Duration

    package init(
        olderThan: Duration? = nil, maxSize: Int64? = nil, keepLast: Int? = nil,
        minimumAge: Duration = .seconds(86_400)
    ) {
        self.olderThan = olderThan
        self.maxSize = maxSize
        self.keepLast = keepLast
        self.minimumAge = minimumAge
    }
}

/// The rule that decided about one file.
package enum RetentionRule: String, Sendable, Hashable, CaseIterable {
    // Kept.
    case future, lastFull = "last-full", keepLast = "keep-last", young, minimumAge = "minimum-age"
    case noRule = "no-rule"
    /// Not touched: something on its way is a link or another volume.
    case unsafe
    /// Not touched: no row in the journal.
    case stray
    // Removed.
    case old, beyondCount = "beyond-count", overSize = "over-size"
    /// Somebody else removed it already; its row says so from now on.
    case expired

    package var removes: Bool {
        switch self {
        case .old, .beyondCount, .overSize, .expired: true
        case .future, .lastFull, .keepLast, .young, .minimumAge, .noRule, .unsafe, .stray: false
        }
    }

    /// Why, in words.
    package var why: String {
        switch self {
        case .future: "dated in the future"
        case .lastFull: "belongs to the last applied full of its name"
        case .keepLast: "among the newest that --keep-last keeps"
        case .young: "younger than --older-than"
        case .minimumAge: "too young for any rule of size or count"
        case .noRule: "no rule asks for it"
        case .unsafe: "a link or another volume lies on its way: not touched"
        case .stray: "no package in the journal: not touched"
        case .old: "older than --older-than"
        case .beyondCount: "beyond the newest that --keep-last keeps"
        case .overSize: "oldest, and the archive is over --max-size"
        case .expired: "removed by somebody else"
        }
    }
}

/// Decides about the packages of an archive, which come twice in the order of
/// their ids: once to `survey`, then to `decide`. Pure; memory grows with the
/// number of names, not of packages.
struct RetentionDecider {
    let policy: RetentionPolicy
    let now: Timestamp
    private var names: [String: Name] = [:]
    /// Bytes that `maxSize` still wants to see gone; set between two passes.
    var excess: Int64 = 0

    private struct Name {
        var count = 0
        var seen = 0
        /// Exchange of the newest applied full.
        var lastFull: String?
    }

    init(policy: RetentionPolicy, now: Timestamp) {
        self.policy = policy
        self.now = now
    }

    mutating func survey(_ row: PackageRow) {
        let key = Self.key(row)
        names[key, default: Name()].count += 1
        if Self.isAppliedFull(row) { names[key]?.lastFull = row.exchange }
    }

    /// Starts another pass of `decide`.
    mutating func rewind() {
        for key in names.keys { names[key]?.seen = 0 }
    }

    mutating func decide(_ row: PackageRow, size: Int64) -> RetentionRule {
        let key = Self.key(row)
        names[key, default: Name()].seen += 1
        let name = names[key] ?? Name()
        let age = Duration.milliseconds(now.milliseconds - Self.moment(row).milliseconds)
        if age < .zero { return .future }
        if Self.isAppliedFull(row), name.lastFull == row.exchange { return .lastFull }
        if let keep = policy.keepLast, name.seen > name.count - keep { return .keepLast }
        let bySize = policy.olderThan == nil && policy.maxSize == nil
        if let limit = policy.olderThan, age > limit { return .old }
        if policy.keepLast != nil, bySize, age > policy.minimumAge { return .beyondCount }
        if excess > 0 {
            guard age > policy.minimumAge else { return .minimumAge }
            excess -= size
            return .overSize
        }
        if policy.olderThan != nil { return .young }
        return policy.keepLast != nil && bySize ? .minimumAge : .noRule
    }

    /// When a package reached its end.
    static func moment(_ row: PackageRow) -> Timestamp { row.endedAt ?? row.receivedAt }

    private static func isAppliedFull(_ row: PackageRow) -> Bool {
        row.scope == .full && (row.outcome == .applied || row.outcome == .appliedWithRejects)
    }

    /// The partner and the file's name with numbers and GUIDs taken out, so
    /// that the chunks and runs of one export count together.
    static func key(_ row: PackageRow) -> String {
        var folded = ""
        for part in row.name.split(omittingEmptySubsequences: false, whereSeparator: { "_- .".contains($0) })
        {
            let isHex = part.count >= 4 && part.allSatisfy(\.isHexDigit) && part.contains(where: \.isNumber)
            if !folded.isEmpty { folded += "_" }
            folded += isHex ? "#" : String(part.map { $0.isNumber ? "#" : $0 })
        }
        while folded.contains("##") { folded = folded.replacing("##", with: "#") }
        return "\(row.partner)/\(folded)"
    }
}
