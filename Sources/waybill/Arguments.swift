// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A duration on the command line: `500ms`, `30s`, `5m`, `2h`, `90d`.
struct AgeArgument: ExpressibleByArgument, Hashable {
    let duration: Duration

    init?(argument: String) {
        let digits = argument.prefix(while: \.isASCIIDigit)
        guard let count = Int64(digits) else { return nil }
        let unit: Int64
        switch argument.dropFirst(digits.count) {
        case "ms":
            duration = .milliseconds(count)
            return
        case "s": unit = 1
        case "m": unit = 60
        case "h": unit = 3_600
        case "d": unit = 86_400
        default: return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, seconds < 1 << 40 else { return nil }
        duration = .seconds(seconds)
    }
}

/// A size on the command line: `100G`, `512MiB`, `1000000`; powers of 1024,
/// and of 1000 with `KB`, `MB`, `GB`, `TB`.
struct SizeArgument: ExpressibleByArgument, Hashable {
    let bytes: Int64

    init?(argument: String) {
        let digits = argument.prefix(while: \.isASCIIDigit)
        guard let count = Int64(digits) else { return nil }
        let unit: Int64
        switch argument.dropFirst(digits.count) {
        case "", "B": unit = 1
        case "K", "KiB": unit = 1 << 10
        case "M", "MiB": unit = 1 << 20
        case "G", "GiB": unit = 1 << 30
        case "T", "TiB": unit = 1 << 40
        case "KB": unit = 1_000
        case "MB": unit = 1_000_000
        case "GB": unit = 1_000_000_000
        case "TB": unit = 1_000_000_000_000
        default: return nil
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        self.bytes = bytes
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { self >= "0" && self <= "9" }
}
