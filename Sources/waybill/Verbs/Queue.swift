// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Databases
import JournalStore
import Records

/// `waybill queue`.
struct Queue: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What waits or stopped, with the reason, oldest first.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Only this lane: \(Queue.lanes).") var lane: String?

    private static var lanes: String { Lane.allCases.map(\.rawValue).joined(separator: ", ") }

    func validate() throws {
        guard lane == nil || lane.flatMap(Lane.init) != nil else {
            throw ValidationError("there is no lane \(lane ?? ""); lanes are \(Self.lanes)")
        }
    }

    func run() throws {
        try options.reporting { gate in
            let wanted = lane.flatMap(Lane.init)
            let rows = try gate.rows { connection throws(StoreError) in try JournalQueries.open(connection) }
                .filter { wanted == nil || $0.lane == wanted }
            for row in rows { try gate.terminal.object(PackageLines.Object(row)) }
            if rows.isEmpty {
                gate.terminal.say("nothing waits")
            } else {
                let table = PackageLines.table(rows, now: Words.now(), withReason: true)
                gate.terminal.show(table.lines(width: Terminal.isTerminal ? Terminal.width : 0))
            }
            return .result(.done, "")
        }
    }
}
