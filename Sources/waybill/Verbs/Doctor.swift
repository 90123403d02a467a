// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser

/// `waybill doctor`.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Everything an admin should know before it hurts, each with a verdict and the fix.",
        discussion: "Exit code 1 where something is bad; warnings alone end with 0.")

    @OptionGroup var options: GlobalOptions

    private struct Object: Encodable { var check, verdict, words, fix: String }

    func run() throws {
        try options.reporting { gate in
            let terminal = gate.terminal
            let checks = DoctorCheck.all(try FactFinder(gate).facts())
            for check in checks {
                try terminal.object(
                    Object(
                        check: check.name, verdict: check.verdict.rawValue, words: check.words, fix: check.fix
                    ))
                if check.verdict == .ok, terminal.quiet { continue }
                terminal.show(Self.lines(check, terminal))
            }
            let bad = checks.count { $0.verdict == .bad }
            guard bad == 0 else {
                return .result(.failed, "\(bad) of \(checks.count) checks \(bad == 1 ? "is" : "are") bad")
            }
            return .result(.done, "")
        }
    }

    static func lines(_ check: DoctorCheck, _ terminal: Terminal) -> [String] {
        let mark =
            switch check.verdict {
            case .ok: "ok     "
            case .warning: terminal.warn("warning")
            case .bad: terminal.bad("BAD    ")
            }
        let line = "\(mark)  \(check.name): \(check.words)"
        return check.fix.isEmpty ? [line] : [line, "         fix: \(check.fix)"]
    }
}
