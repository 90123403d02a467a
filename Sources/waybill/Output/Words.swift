// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Records

/// How sizes, times and ages read.
enum Words {
    /// `1.5 MiB`; exact below a KiB.
    static func size(_ bytes: Int64) -> String {
        guard bytes >= 1_024 else { return "\(bytes) B" }
        var value = Double(bytes)
        var unit = -1
        let units = ["KiB", "MiB", "GiB", "TiB"]
        while value >= 1_024, unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        return String(format: value < 10 ? "%.1f %@" : "%.0f %@", value, units[unit])
    }

    /// `just now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`, or `in 40 s`.
    static func relative(_ time: Timestamp, now: Timestamp) -> String {
        let seconds = (now.milliseconds - time.milliseconds) / 1_000
        let words = span(abs(seconds))
        if abs(seconds) < 1 { return "just now" }
        return seconds >= 0 ? "\(words) ago" : "in \(words)"
    }

    /// A duration in its largest unit.
    static func span(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) d"
        }
    }

    static func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

    /// The counts of a package in one line: `12 inserted, 3 updated`.
    static func counts(_ counts: Counts) -> String {
        let parts = counts.named.filter { $0.name != "read" && $0.value != 0 }
            .map { "\($0.value) \($0.name.replacingOccurrences(of: "_", with: " "))" }
        return "\(counts.read) read" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    }
}
