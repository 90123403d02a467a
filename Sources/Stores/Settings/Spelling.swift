// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Durations, sizes and percentages as people write them.
package enum Spelling {
    private static let durations: [(unit: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    private static let sizes: [(unit: String, bytes: Int64)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("K", 1 << 10),
        ("M", 1 << 20),
        ("G", 1 << 30), ("T", 1 << 40), ("B", 1),
    ]

    /// `500ms 30s 5m 2h 90d`, whole numbers; nil for anything else.
    package static func milliseconds(_ text: String) -> Int64? {
        for (unit, factor) in durations where text.hasSuffix(unit) {
            guard let number = digits(text.dropLast(unit.count)) else { continue }
            let (result, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : result
        }
        return nil
    }

    /// `512MiB 4GiB 100G 1000B`; K, M, G and T count in 1,024 too.
    package static func bytes(_ text: String) -> Int64? {
        for (unit, factor) in sizes where text.hasSuffix(unit) {
            guard let number = digits(text.dropLast(unit.count)) else { continue }
            let (result, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : result
        }
        return nil
    }

    /// `5%`, `2.5%` as a share of 1.
    package static func share(_ text: String) -> Double? {
        guard text.hasSuffix("%"), text.utf8.dropLast().allSatisfy({ (48...57).contains($0) || $0 == 46 }),
            let number = Double(text.dropLast()), (0...100).contains(number)
        else { return nil }
        return number / 100
    }

    /// `02:00-05:00`: a time of day from `00:00` to `23:59` and one from
    /// `00:00` to `24:00`; nil for anything else.
    package static func clockHours(_ text: String) -> ClockHours? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = minutes(ends[0]), let end = minutes(ends[1]), start < 1_440 else {
            return nil
        }
        return ClockHours(start: start, end: end)
    }

    package static func clockHours(_ hours: ClockHours) -> String {
        "\(clock(hours.start))-\(clock(hours.end))"
    }

    /// Minutes after midnight of `HH:MM`.
    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = digits(parts[0]),
            let minutes = digits(parts[1]), minutes < 60, hours * 60 + minutes <= 1_440
        else { return nil }
        return Int(hours * 60 + minutes)
    }

    private static func clock(_ minutes: Int) -> String {
        [minutes / 60, minutes % 60].map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
    }

    private static func digits(_ text: Substring) -> Int64? {
        !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } ? Int64(text) : nil
    }

    /// In the largest unit that is exact.
    package static func duration(milliseconds: Int64) -> String {
        let exact = durations.last { milliseconds != 0 && milliseconds % $0.milliseconds == 0 }
        guard let (unit, factor) = exact else { return "0s" }
        return "\(milliseconds / factor)\(unit)"
    }

    package static func duration(_ value: Duration) -> String {
        let parts = value.components
        return duration(milliseconds: parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000)
    }

    /// In the largest unit that is exact.
    package static func size(_ bytes: Int64) -> String {
        let exact = sizes.prefix(4).last { bytes != 0 && bytes % $0.bytes == 0 }
        guard let (unit, factor) = exact else { return "\(bytes)B" }
        return "\(bytes / factor)\(unit)"
    }

    package static func percent(_ share: Double) -> String {
        let hundredths = Int((share * 10_000).rounded())
        let rest = hundredths % 100
        guard rest != 0 else { return "\(hundredths / 100)%" }
        return rest % 10 == 0
            ? "\(hundredths / 100).\(rest / 10)%"
            : "\(hundredths / 100)." + (rest < 10 ? "0" : "") + "\(rest)%"
    }
}
