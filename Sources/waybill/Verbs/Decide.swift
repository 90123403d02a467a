// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Foundation
import JournalStore
import Records

/// `waybill approve`.
struct Approve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets through what a brake holds.",
        discussion: "Look first: `waybill show ID` has the counts, `waybill why ID` the brake.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Packages, by id or its start.") var ids: [String]
    @Flag(help: "Apply what it states, mark nothing as deleted by absence.") var withoutDeletes = false

    func run() throws {
        try options.reporting { try $0.decide(.approve, ids) { $0.withoutDeletes = withoutDeletes } }
    }
}

/// `waybill retry`.
struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tries what is deferred or in quarantine once more, now.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Packages, by id or its start.") var ids: [String]

    func run() throws { try options.reporting { try $0.decide(.retry, ids) } }
}

/// `waybill hold`.
struct Hold: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stops packages that are not applied yet, until `release`.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Packages, by id or its start.") var ids: [String]

    func run() throws { try options.reporting { try $0.decide(.hold, ids) } }
}

/// `waybill release`.
struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets go on what `hold` stopped.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Packages, by id or its start.") var ids: [String]

    func run() throws { try options.reporting { try $0.decide(.release, ids) } }
}

/// `waybill discard`.
struct Discard: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ends packages that are not applied: into the archive, outcome discarded.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Packages, by id or its start.") var ids: [String]

    func run() throws {
        try options.reporting { gate in
            let rows = try ids.map { try gate.package($0) }
            if !options.yes, Terminal.canAsk {
                for row in rows { gate.terminal.show(["\(row.id)  \(row.outcome.rawValue)  \(row.path)"]) }
                guard Terminal.confirm("Discard \(rows.count == 1 ? "it" : "these \(rows.count)")?") else {
                    throw Failure(.interrupted, "nothing was discarded")
                }
            }
            return try gate.decide(.discard, rows.map(\.id.text))
        }
    }
}

extension Gate {
    /// Does one verb on several packages, one after another; the worst code
    /// counts.
    func decide(
        _ verb: Command.Verb, _ ids: [String], _ adjust: (inout Command) -> Void = { _ in }
    ) throws -> Answer {
        var answers: [Answer] = []
        for id in ids {
            var command = Command(verb)
            adjust(&command)
            do {
                command.id = try package(id).id.text
            } catch let error as Failure {
                guard ids.count > 1 else { throw error }
                answers.append(
                    .result(error.code, error.message, cure: error.cure.isEmpty ? nil : error.cure))
                continue
            }
            answers.append(try perform(command))
        }
        if answers.count == 1 { return answers[0] }
        for answer in answers {
            try terminal.object(answer)
            let words = (answer.message ?? "") + (answer.cure.map { "; \($0)" } ?? "")
            if answer.exit == 0 { terminal.say(words) } else { Terminal.complain(words) }
        }
        let worst = answers.compactMap { $0.exit.flatMap(Agent.ExitCode.init(rawValue:)) }
            .reduce(.done, Agent.ExitCode.worse)
        return .result(worst, "")
    }
}
