// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import JournalStore
import Records
import Settings
import SpoolStore
import Synchronization
import Threads

extension Engine {
    /// Works off everything that waits in the partners' `in/` and in the
    /// spool, then returns; `start(intake: false)` comes first.
    ///
    /// Waits out quiet times; leaves what is deferred, and what is not
    /// complete yet. At the end it keeps house, since no agent may ever run
    /// here: postponed sweeps that are due, retention.
    /// - Returns: 0 where all was applied, 3 where something was rejected or
    ///   stopped or had to be left.
    package func runOnce() throws -> Answer {
        var left: [String] = []
        for name in try house.spool.partnerNames() {
            let work = PartnerWork(
                name: name, spool: house.spool, settings: settings.partner(name), settings)
            partners.withLock { $0[name] = work }
            left += try drain(work)
        }
        try promoteDue(house.moments.now)
        rest()
        keepHouse()
        return try summary(left: left)
    }

    /// Waits until no package moves any more.
    package func rest() {
        while !isStopping {
            let seen = news.rings
            if isIdle { return }
            news.wait(after: seen, seconds: 0.05)
        }
    }

    private var isIdle: Bool { board.isIdle && finishing.isEmpty && inFlight.isEmpty }

    /// Looks until nothing is left that comes complete by waiting.
    private func drain(_ work: PartnerWork) throws -> [String] {
        while !work.bell.isStopped {
            let (look, taken) = takeDrops(work)
            guard look.volume.isOnline else { return ["\(work.name): offline: \(look.volume.reason)"] }
            if taken > 0 { continue }
            guard look.ready.isEmpty else {
                return look.ready.map { "\(work.name): \($0.display): could not be taken: waybill status" }
            }
            guard look.waiting.contains(where: \.isSettling), let next = look.nextLook else {
                return look.waiting.map { "\(work.name): \($0.path): \($0.missing)" }
            }
            let pause = Self.seconds(next - house.moments.steady())
            if !work.bell.wait(seconds: max(0.01, pause)) { break }
        }
        return []
    }

    /// Of everything this process worked on, what an earlier one left among
    /// it.
    private func summary(left: [String]) throws -> Answer {
        var worst = left.isEmpty ? ExitCode.done : .rejects
        var outcomes: [Outcome: Int] = [:]
        var ids: [String] = []
        var rejects = 0
        for row in try house.journal.rows(changedSince: startedAt) {
            rejects += row.rejects
            outcomes[row.outcome, default: 0] += 1
            ids.append(row.id.text)
            let code = ExitCode(row)
            worst = .worse(worst, code == .done ? .done : .rejects)
        }
        var words = outcomes.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
        if rejects > 0 { words += "; \(rejects) records refused" }
        var answer = Answer.result(worst, words.isEmpty ? "nothing waited" : words, packages: ids)
        // An admin wants it so: nothing went wrong.
        answer.lines = left + stagedLines
        return answer
    }
}
