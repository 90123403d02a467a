// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import JournalStore
import Records
import SpoolStore
import Synchronization
import Threads

extension Engine {
    /// Takes files as a drop of a partner, now, and waits for what becomes of
    /// them.
    func ingest(_ command: Command, _ report: @escaping @Sendable (Answer) -> Void) throws -> Answer {
        let partner = command.partner ?? ""
        guard try house.spool.partnerNames().contains(partner) else {
            return .result(.notFound, "no partner \(partner)", cure: "waybill partner add \(partner)")
        }
        let now = house.moments.now
        let files = command.files.sorted { left, right in
            DropOrder.before(
                DropOrder.Key(path: left.name, isAttachment: false),
                DropOrder.Key(path: right.name, isAttachment: false))
        }
        // In our hands until each is dispatched: the house's round would
        // take up what is claimed and on no board.
        var held: [PackageID] = []
        defer { for id in held { inFlight.remove(id) } }
        var rows: [PackageRow] = []
        var attachments: [ClaimedFile] = []
        for file in files {
            if isStopping { break }
            let id = mint.next()
            inFlight.insert(id)
            held.append(id)
            let path = file.name.split(separator: "/").map(String.init)
            let staged = try house.spool.stagedFile(file.staged)
            let kind = DropKind.of(path, head: try house.spool.head(staged))
            let key = ExchangeKey.of(path, isArchive: kind == .zip).description
            let note = PackageNote(
                id: id, kind: kind.isAttachment ? .attachment : .package, partner: partner,
                original: Spool.plainName(file.name), size: 0, modified: 0, claimedAt: now,
                extra: [
                    "by_hand": .bool(true), "as_of_now": .bool(command.asOfNow), "exchange_key": .string(key),
                ])
            let claimed = try house.spool.importStaged(staged, note: note)
            if kind.isAttachment {
                attachments.append(claimed)
                continue
            }
            var row = row(for: claimed.note)
            row.exchange = try exchange(key, partner, now, id: id)
            lastExchange.withLock { $0[partner] = row.exchange }
            try house.journal.save([row], at: now)
            rows.append(row)
        }
        for file in attachments { keepAttachment(file) }
        try house.journal.audit(
            at: now, who: command.who, command: "ingest", package: rows.first?.id, before: "",
            after: "\(rows.count) packages")
        for row in rows { dispatch(row) }
        for id in held { inFlight.remove(id) }
        held = []
        let isWhole = rows.count + attachments.count == files.count
        return try settled(rows.map(\.id), attachments: attachments.count, isWhole: isWhole, report)
    }

    /// Waits until every package has come to rest, and reports on the way.
    func settled(
        _ ids: [PackageID], attachments: Int, isWhole: Bool, _ report: @Sendable (Answer) -> Void
    ) throws -> Answer {
        var open = Set(ids)
        while !open.isEmpty, !isStopping {
            let seen = news.rings
            for running in LaneWorker.allCases.compactMap(board.running) where open.contains(running.job.id) {
                report(.progress(running, at: .now))
            }
            for id in open.sorted() where !isBusy(id) {
                guard let row = try house.journal.row(id), isAtRest(row) else { continue }
                open.remove(id)
            }
            if !open.isEmpty { news.wait(after: seen, seconds: 0.1) }
        }
        guard isWhole, open.isEmpty else {
            return .result(
                .interrupted,
                "the agent is stopping: it goes on with what is listed by its next start; "
                    + "give it the rest once more", packages: ids.map(\.text))
        }
        var worst = ExitCode.done
        for id in ids {
            if let row = try house.journal.row(id) { worst = .worse(worst, ExitCode(row)) }
        }
        let packages = ids.count == 1 ? "1 package" : "\(ids.count) packages"
        let pictures = attachments == 1 ? ", 1 picture" : attachments > 0 ? ", \(attachments) pictures" : ""
        return .result(worst, packages + pictures, packages: ids.map(\.text))
    }

    /// Nothing more happens to it by itself right now.
    func isAtRest(_ row: PackageRow) -> Bool {
        switch row.outcome {
        // Claimed, and nobody has it in hand: in trouble, which `status`
        // shows; the house's round tries again.
        case .claimed: true
        case .waiting, .staged, .deferred, .held, .quarantined: true
        default: row.archivePath != nil || row.expiredAt != nil
        }
    }
}
