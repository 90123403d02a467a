// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Foundation

/// The command line: one type a verb, below `Verbs/`.
@main
struct Waybill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill",
        abstract: "Takes what ERPs drop into folders, keeps it in a local store, and files it away.",
        discussion: """
            The root is --root, else $WAYBILL_ROOT, else the current folder if it holds \
            etc/waybill.yaml, else the system's (/etc/waybill/waybill.yaml). `waybill init DIR` \
            makes one.

            Exit codes: 0 done, 1 failed, 3 done with rejects, 4 held, 5 not found, 64 usage, \
            69 agent or volume not reachable, 75 locked, 78 configuration invalid, 130 interrupted.
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Set-up",
                subcommands: [
                    Init.self, Partner.self, Media.self, CheckConfig.self, ConfigVerb.self, Doctor.self,
                    VersionVerb.self,
                    Completions.self,
                ]),
            CommandGroup(name: "Work", subcommands: [Run.self, Ingest.self, Explain.self]),
            CommandGroup(
                name: "Look",
                subcommands: [
                    Status.self, Queue.self, Show.self, Why.self, Rejects.self, Audit.self, Find.self,
                ]),
            CommandGroup(
                name: "Decide",
                subcommands: [Approve.self, Retry.self, Hold.self, Release.self, Discard.self, Promote.self]),
            CommandGroup(name: "Archive", subcommands: [Archive.self]),
        ])

    @OptionGroup var options: GlobalOptions

    /// Parses and runs one verb; ends the process with the contract's code.
    static func main() async {
        // Agent and command line never leave files that the other can't write.
        umask(0o007)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            end(error)
        }
    }

    /// Says what is wrong with the words themselves; help goes to standard
    /// output.
    private static func end(_ error: any Error) -> Never {
        // A verb that has said everything ends with a bare code.
        if !(error is ArgumentParser.ExitCode), exitCode(for: error) == .validationFailure {
            let text = fullMessage(for: error)
            let plain = text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text
            Terminal.complain(plain)
            Foundation.exit(Agent.ExitCode.usage.rawValue)
        }
        exit(withError: error)
    }
}
