// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import Claiming
import JournalStore
import Records
import SpoolStore
import Synchronization

extension Engine {
    func statusAnswer() -> Answer {
        var answer = Answer.result(.done, "running")
        answer.status = status()
        return answer
    }

    private func status() -> AgentStatus {
        var status = AgentStatus(
            processID: Process.id, version: Version.text, startedAt: startedAt.description)
        for work in partners.withLock({ Array($0.values) }).sorted(by: { $0.name < $1.name }) {
            let last = work.last.withLock { $0 }
            status.partners.append(
                AgentStatus.Partner(
                    name: work.name, watching: watching(work.name),
                    online: last?.look.volume.isOnline ?? true,
                    offlineReason: last.flatMap { $0.look.volume.isOnline ? nil : $0.look.volume.reason },
                    waitingFiles: last?.look.waiting.count ?? 0, ignored: last?.look.ignored ?? [:],
                    lastScan: last?.at.description))
        }
        for lane in Lane.allCases {
            let own = board.running(LaneWorker(lane)).flatMap { $0.job.lane == lane ? $0 : nil }
            status.lanes.append(
                AgentStatus.Lane(
                    name: lane.rawValue, waiting: board.waiting(in: lane), running: own?.job.id.text,
                    bytesRead: own?.bytesRead, bytesTotal: own?.bytesTotal, records: own?.records,
                    speed: own?.speed(at: .now)))
        }
        status.sets = sets.withLock { $0 }.map {
            AgentStatus.ChunkSet(
                partner: $0.partner, catalogue: $0.catalogue, exchange: $0.exchange, reason: $0.reason)
        }
        return status
    }

    /// Why a package or a file in `in/` is not applied yet.
    func why(_ text: String) throws -> Answer {
        if let id = PackageID(text), let row = try house.journal.row(id) { return whyPackage(row) }
        for work in partners.withLock({ Array($0.values) }) {
            let input = house.spool.input(work.name)
            guard let path = Spool.relative(text, below: input) else { continue }
            let found = work.intake.withLock { $0.report(path, now: house.moments.steady()) }
            var answer = Answer.result(.done, "\(work.name): \(path)")
            answer.lines = found.lines
            return answer
        }
        return .result(.notFound, "no package and no file below an in/: \(text)", cure: "waybill queue")
    }

    private func whyPackage(_ row: PackageRow) -> Answer {
        var lines = ["\(row.id) is \(row.outcome.rawValue)"]
        if row.outcome == .staged, board.progress(of: row.id) != nil {
            lines.append("it goes live right now")
        }
        if row.outcome == .claimed {
            let lane = row.lane ?? .catalogue
            if board.progress(of: row.id) != nil {
                lines.append("it is being applied right now")
            } else if board.holds(row.id), let running = board.running(LaneWorker(lane)) {
                lines.append(
                    "it waits in the lane \(lane.rawValue); \(running.job.id) runs")
            }
        }
        if !row.reason.isEmpty { lines.append(row.reason) }
        if let set = sets.withLock({ $0.first { $0.exchange == row.exchange } }) {
            lines.append("nothing is deleted yet by its set of portions: \(set.reason)")
        }
        if let next = row.nextTry { lines.append("next try: \(next)") }
        if !row.cure.isEmpty { lines.append(row.cure) }
        var answer = Answer.result(.done, row.path, packages: [row.id.text])
        answer.lines = lines
        return answer
    }
}
