// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The id of a package: its folder's name, time-sorted, never used again.
///
/// Characters `[0-9a-z-]`, at most 40. Made by `PackageIDSource`.
package struct PackageID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// Nil for anything that could not stand in a path.
    package init?(_ text: String) {
        let allowed = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (97...122).contains(byte) || byte == 45
        }
        guard allowed, (1...40).contains(text.utf8.count), text.utf8.first != 45 else { return nil }
        self.text = text
    }

    package var description: String { text }
    package static func < (left: PackageID, right: PackageID) -> Bool { left.text < right.text }
}

/// Makes ids that grow, whatever the clock does.
///
/// An id is UTC time to the microsecond and four hexadecimal digits of
/// chance: `20261124-041412-123456-9f3c`.
package struct PackageIDSource: Sendable {
    private var last: Int64

    /// - Parameter last: microseconds of the newest id ever made, so that a
    ///   clock that went back never repeats one.
    package init(after last: Int64 = 0) { self.last = last }

    /// - Parameters:
    ///   - now: microseconds since 1970, UTC.
    ///   - chance: random digits.
    package mutating func next(now: Int64, chance: UInt16) -> PackageID {
        last = max(now, last + 1)
        let time = Timestamp(milliseconds: last / 1_000).civil
        let digits = { (value: Int, width: Int) in
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let hex = String(chance, radix: 16)
        let text =
            digits(time.year, 4) + digits(time.month, 2) + digits(time.day, 2) + "-" + digits(time.hour, 2)
            + digits(time.minute, 2) + digits(time.second, 2) + "-" + digits(Int(last % 1_000_000), 6) + "-"
            + String(repeating: "0", count: 4 - hex.count) + hex
        // Digits, hexadecimal digits and dashes of a fixed width: only a defect here can make another text.
        guard let id = PackageID(text) else { fatalError("a time made the impossible id \(text)") }
        return id
    }

    /// Microseconds since 1970 of an id made by this type, nil for any other.
    package static func microseconds(of id: PackageID) -> Int64? {
        let parts = id.text.split(separator: "-")
        guard parts.count == 4, parts[0].count == 8, parts[1].count == 6, let micros = Int64(parts[2]),
            let date = Int(parts[0]), let time = Int(parts[1])
        else { return nil }
        let civil = CivilTime(
            year: date / 10_000, month: date / 100 % 100, day: date % 100, hour: time / 10_000,
            minute: time / 100 % 100, second: time % 100, millisecond: 0)
        return Timestamp(utc: civil).milliseconds * 1_000 + micros
    }
}

/// How a package ended, or where it is on the way.
package enum Outcome: String, Sendable, Hashable, CaseIterable {
    // On the way.
    case claimed, waiting, staged, deferred, held
    // Ended.
    case applied
    case appliedWithRejects = "applied-with-rejects"
    case duplicate, stale, superseded, discarded, quarantined, undone

    /// Ended: the payload lies in the archive or in quarantine.
    package var isFinal: Bool {
        switch self {
        case .claimed, .waiting, .staged, .deferred, .held: false
        case .applied, .appliedWithRejects, .duplicate, .stale, .superseded, .discarded, .quarantined,
            .undone:
            true
        }
    }
}

/// A priority with its own worker, most urgent first.
package enum Lane: String, Sendable, Hashable, CaseIterable, Comparable {
    case orders, clients, catalogue
    case catalogueFull = "catalogue-full"

    private var rank: Int {
        switch self {
        case .orders: 0
        case .clients: 1
        case .catalogue: 2
        case .catalogueFull: 3
        }
    }
    package static func < (left: Lane, right: Lane) -> Bool { left.rank < right.rank }
}

/// Whether a package states the whole truth for its scope or only differences.
package enum Scope: String, Sendable, Hashable {
    case full, partial
}
