// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser

/// `waybill media …`.
struct Media: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The media volume: accept one that was replaced on purpose.",
        subcommands: [MediaAdopt.self])
}

/// `waybill media adopt`.
struct MediaAdopt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Accepts the media volume that is mounted now as the known one.",
        discussion: """
            For a volume that was replaced or restored on purpose; until then it counts as offline. \
            Pictures that wait for it are kept within a minute.
            """)

    @OptionGroup var options: GlobalOptions

    func run() throws {
        try options.reporting { try $0.perform(Command(.adoptMedia)) }
    }
}
