// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Archiving
import ArgumentParser
import Files
import Records
import Settings
import SpoolStore

/// `waybill archive prune`.
struct ArchivePrune: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Removes what may go from the archive; fit for cron.",
        discussion: """
            Without an option the rules of the configuration count (retention.archive…). The last \
            applied full of every name of a partner stays, whatever the rules say. Silent when \
            nothing is wrong; 75 when another run or a command holds the root.
            """)

    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp("What ended longer ago goes.", valueName: "90d")) var olderThan: AgeArgument?
    @Option(help: ArgumentHelp("Oldest go until the archive is no larger.", valueName: "100G"))
    var maxSize: SizeArgument?
    @Option(help: ArgumentHelp("The newest N of each name stay.", valueName: "n")) var keepLast: Int?
    @Flag(help: "Say what would go and what stays, and why; change nothing.") var dryRun = false

    func validate() throws {
        if let keepLast, keepLast < 1 { throw ValidationError("--keep-last is at least 1") }
    }

    func run() throws {
        try options.reporting { gate in
            let policy = try policy(gate)
            return dryRun ? try rehearse(policy, gate) : try prune(policy, gate)
        }
    }

    /// The options, or the configuration's rules where there are none.
    private func policy(_ gate: Gate) throws -> RetentionPolicy {
        var policy = RetentionPolicy(
            olderThan: olderThan?.duration, maxSize: maxSize?.bytes, keepLast: keepLast)
        if policy.isEmpty {
            let keep = gate.loaded.settings.retention
            policy = RetentionPolicy(
                olderThan: keep.archiveAge, maxSize: keep.archiveSize, keepLast: keep.archiveKeepLast)
        }
        guard !policy.isEmpty else {
            throw Failure(
                .usage, "no rule says what may go",
                cure: "give --older-than, --max-size or --keep-last, or set retention in the configuration")
        }
        return policy
    }

    private func prune(_ policy: RetentionPolicy, _ gate: Gate) throws -> Answer {
        var command = Command(.prune)
        command.olderThanSeconds = policy.olderThan?.components.seconds
        command.maxBytes = policy.maxSize
        command.keepLast = policy.keepLast
        var answer = try gate.perform(command)
        // Files of somebody else in the archive are nobody's mistake; what
        // could not be looked at is.
        for line in answer.lines ?? [] where !line.contains(RetentionRule.stray.why) {
            Terminal.complain(line.split(separator: "\t").joined(separator: ": "))
        }
        let isQuiet = answer.exit == 0 && !Terminal.isTerminal && !gate.terminal.json
        if isQuiet { answer.message = "" }
        return answer
    }

    private struct Object: Encodable {
        var action, path, why: String
        var id: String?
        var size: Int64
    }

    private func rehearse(_ policy: RetentionPolicy, _ gate: Gate) throws -> Answer {
        var failure: (any Error)?
        let retention = Retention(files: RealFileSystem(), archive: gate.spool.archive)
        let summary = try retention.prune(
            policy: policy, now: Words.now(), dryRun: true, journal: try gate.ledger()
        ) { item in
            let action = item.rule.removes ? "remove" : "keep"
            do {
                try gate.terminal.object(
                    Object(
                        action: action, path: item.path, why: item.rule.why, id: item.id?.text,
                        size: item.size))
            } catch { failure = failure ?? error }
            gate.terminal.show(["\(action.padding(8))\(item.path)  (\(item.rule.why))"])
        }
        if let failure { throw failure }
        gate.terminal.say(
            "would remove \(summary.removed) files, \(Words.size(summary.freed)); keeps \(summary.kept)")
        return .result(.done, "")
    }
}

extension RetentionPolicy {
    fileprivate var isEmpty: Bool { olderThan == nil && maxSize == nil && keepLast == nil }
}
