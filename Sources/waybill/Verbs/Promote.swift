// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import JournalStore
import Records

/// `waybill promote`.
struct Promote: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes what is staged live, now, whatever hour it is.",
        discussion: """
            A full exchange is staged beside the store and goes live as the partner's `promote` \
            says: immediately, in its window, or by this command. `waybill queue` lists what is staged.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(
        help: "An exchange, or a package of it, by id or its start; all that is staged where none is named.")
    var id: String?

    func run() throws {
        try options.reporting { gate in
            var command = Command(.promote)
            command.id = try id.map { try gate.package($0).exchange }
            let answer = try gate.perform(command)
            try gate.showPackages(answer.packages ?? [])
            return answer
        }
    }
}
