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
        var rows: [PackageRow] = []
        var attachments: [ClaimedFile] = []
        for file in files {
            let id = mint.next()
            inFlight.insert(id)
            defer { inFlight.remove(id) }
            let path = file.name.split(separator: "/").map(String.init)
            let staged = try house.spool.stagedFile(file.staged)
            let kind = DropKind.of(path, head: try house.spool.head(staged))
            let note = PackageNote(
                id: id, kind: kind.isAttachment ? .attachment : .package, partner: partner,
                original: Spool.plainName(file.name), size: 0, modified: 0, claimedAt: now,
                extra: ["by_hand": .bool(true)])
            let claimed = try house.spool.importStaged(staged, note: note)
            if kind.isAttachment {
                attachments.append(claimed)
                continue
            }
            var row = row(for: claimed.note)
            row.exchange = try exchange(ExchangeKey.of(path, isArchive: kind == .zip), partner, now, id: id)
            row.byHand = true
            row.asOfNow = command.asOfNow
            lastExchange.withLock { $0[partner] = row.exchange }
            try house.journal.save([row], at: now)
            rows.append(row)
        }
        for file in attachments { keepAttachment(file) }
        try house.journal.audit(
            at: now, who: command.who, command: "ingest", package: rows.first?.id, before: "",
            after: "\(rows.count) packages")
        for row in rows { dispatch(row) }
        return try settled(rows.map(\.id), attachments: attachments.count, report)
    }

    /// Waits until every package has come to rest, and reports on the way.
    private func settled(
        _ ids: [PackageID], attachments: Int, _ report: @Sendable (Answer) -> Void
    ) throws -> Answer {
        var open = Set(ids)
        while !open.isEmpty, !isStopping {
            if let running = board.running, open.contains(running.job.id) {
                report(
                    .progress(
                        id: running.job.id, bytesRead: running.bytesRead, bytesTotal: running.bytesTotal,
                        records: running.records))
            }
            for id in open.sorted() where !isBusy(id) {
                guard let row = try house.journal.row(id), isAtRest(row) else { continue }
                open.remove(id)
            }
            if !open.isEmpty { _ = newsBell.wait(seconds: 0.1) }
        }
        guard open.isEmpty else { return .result(.interrupted, "the agent is stopping; the files are safe") }
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
        case .claimed: false
        case .waiting, .staged, .deferred, .held, .quarantined: true
        default: row.archivePath != nil
        }
    }
}
