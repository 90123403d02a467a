// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Records
package import Settings

/// Hours of the clock in which what waits for quiet may happen.
///
/// It goes by what clocks on the wall show: where they jump ahead, hours that
/// they leave out are not there that day; where they go back, hours that they
/// show twice count twice.
package struct QuietWindow: Sendable, Hashable {
    private let hours: [ClockHours]
    private let zone: TimeZone

    /// - Parameter hours: daily windows, in any order, also overlapping; none
    ///   at all is open always.
    package init(_ hours: [ClockHours], zone: TimeZone) {
        self.hours = hours
        self.zone = zone
    }

    /// As configured for a partner.
    package init(_ partner: PartnerSettings) {
        // A name is checked when the configuration is read.
        self.init(partner.window, zone: TimeZone(identifier: partner.timeZone) ?? .gmt)
    }

    package func isOpen(at moment: Timestamp) -> Bool {
        hours.isEmpty || isOpen(local: moment.milliseconds + offset(at: moment.milliseconds))
    }

    /// The first moment at which it is open, `moment` itself or later.
    package func nextOpening(after moment: Timestamp) -> Timestamp {
        if isOpen(at: moment) { return moment }
        var from = moment.milliseconds
        while true {
            if let found = opening(from: from) { return Timestamp(milliseconds: found) }
            from += 2 * Self.day
        }
    }

    /// The first opening in the two days after a moment.
    private func opening(from: Int64) -> Int64? {
        // It opens where a clock shows a window's first minute, or jumps into
        // a window.
        var openings: [Int64] = []
        let today = Self.midnight(from + offset(at: from))
        for day in -1...3 {
            for window in hours {
                let local = today + Int64(day) * Self.day + Int64(window.start) * 60_000
                // The clock may be changed between; the wrong one of the two
                // finds a closed window or the right one.
                for near in [local - Self.day, local + Self.day] { openings.append(local - offset(at: near)) }
            }
        }
        if let jump = zone.nextDaylightSavingTimeTransition(after: Self.date(from)) {
            openings.append(Int64((jump.timeIntervalSince1970 * 1_000).rounded()))
        }
        return openings.filter { from < $0 && $0 <= from + 2 * Self.day }
            .filter { isOpen(local: $0 + offset(at: $0)) }.min()
    }

    private static let day: Int64 = 86_400_000

    /// - Parameter local: milliseconds since 1970 as a clock on the wall shows
    ///   them.
    private func isOpen(local: Int64) -> Bool {
        let minute = Int((local - Self.midnight(local)) / 60_000)
        return hours.contains { window in
            window.start < window.end
                ? window.start <= minute && minute < window.end
                : minute >= window.start || minute < window.end
        }
    }

    private static func midnight(_ local: Int64) -> Int64 {
        (local >= 0 ? local / day : (local - day + 1) / day) * day
    }

    private func offset(at moment: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Self.date(moment))) * 1_000
    }

    private static func date(_ moment: Int64) -> Date {
        Date(timeIntervalSince1970: Double(moment) / 1_000)
    }
}
