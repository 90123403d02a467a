// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Claiming
import JournalStore
import Logging
import Records
import SpoolStore
import Threads

extension Engine {
    /// Brings files, rows and markers together again: at the start, and on
    /// every round of the house for what somebody moved by hand.
    ///
    /// What to do, `Recovery` decides; packages that are being worked on are
    /// left out.
    func recover() throws {
        var rows: [PackageID: PackageRow] = [:]
        for row in try house.journal.open() + house.journal.unfinished() { rows[row.id] = row }
        let inventory = try house.spool.inventory(known: rows.mapValues(\.partner))
        for folder in inventory.folders where rows[folder.id] == nil {
            if let row = try house.journal.row(folder.id) { rows[row.id] = row }
        }
        var facts: [JournalFact] = []
        for row in rows.values where row.outcome != .quarantined || !isGone(row, inventory) {
            facts.append(
                JournalFact(
                    id: row.id, partner: row.partner, outcome: row.outcome, marker: try marker(row),
                    isPutAway: row.archivePath != nil, hasStage: shelf[row.id] != nil))
        }
        let began = house.moments.now
        var lasting: Set<String> = []
        for action in Recovery.decide(files: inventory, rows: facts) {
            if let (kind, text) = report(action, rows[action.id]) {
                lasting.insert(text)
                if !isBusy(action.id) { alarm(rows[action.id]?.partner ?? "", kind, text) }
                continue
            }
            if isStopping { return }
            let id = action.id
            try alone(with: id) {
                guard try house.journal.row(id) == rows[id] else { return }
                try carryOut(action, rows[id])
                rows[id] = try house.journal.row(id)
            }
        }
        try house.journal.clear(
            partner: nil, kinds: ["lost", "ended-by-hand", "second-folder"], lasting: lasting,
            before: began, at: house.moments.now)
    }

    /// What is said for as long as it is so; nil for a step that is taken.
    private func report(_ action: RecoveryAction, _ row: PackageRow?) -> (kind: String, text: String)? {
        switch action {
        case .reportLost(let id):
            (
                "lost",
                "\(id) (\(row?.path ?? "")) is in no folder any more: look for it in a backup, "
                    + "or end it: waybill discard \(id)"
            )
        case .reportArchived(let id):
            ("ended-by-hand", "\(id) lies in the archive, but has not ended: waybill discard \(id)")
        case .reportCopy(let id, let state):
            (
                "second-folder",
                "a second folder of \(id) lies in \(state.rawValue)/: it is not touched, take it away by hand"
            )
        case .insertRow, .setOutcome, .queueAgain, .finishArchiving, .putBack, .removeEmpty, .finishCopy,
            .endWithoutFile:
            nil
        }
    }

    /// A quarantined package without a folder was cleared away by somebody.
    private func isGone(_ row: PackageRow, _ inventory: Inventory) -> Bool {
        !inventory.folders.contains { $0.id == row.id }
    }

    /// Only what waits for others is moved on by its marker alone. All else
    /// that is open goes through a worker once more, which finds the marker
    /// and also knows whether other lanes of the package wait.
    private func marker(_ row: PackageRow) throws -> Outcome? {
        guard row.outcome == .waiting else { return nil }
        return try house.catalogue.marker(row.id)?.outcome
    }

    func isBusy(_ id: PackageID) -> Bool { inFlight.contains(id) || board.holds(id) || finishing.holds(id) }

    /// Does something with a package that nobody else has in hand, and keeps
    /// everybody else off it meanwhile.
    ///
    /// - Returns: nil where somebody works on it: nothing was done.
    @discardableResult
    func alone<Result>(with id: PackageID, _ work: () throws -> Result) rethrows -> Result? {
        guard inFlight.insert(id) else { return nil }
        defer { inFlight.remove(id) }
        guard !board.holds(id), !finishing.holds(id) else { return nil }
        return try work()
    }

    private func carryOut(_ action: RecoveryAction, _ row: PackageRow?) throws {
        logger.info("recovery", metadata: ["step": "\(action)"])
        switch action {
        case .insertRow(let id, let state): try insertRow(id, state)
        case .setOutcome(let id, let outcome):
            guard var row = try house.journal.row(id) else { return }
            row.outcome = outcome
            if outcome == .claimed {
                row.reason = ""
                row.cure = ""
                row.nextTry = nil
            }
            if outcome.isFinal { row.endedAt = house.moments.now }
            try house.journal.save([row], at: house.moments.now)
        case .queueAgain(let id):
            if let row = try house.journal.row(id) { dispatch(row) }
        case .finishArchiving(let id, _): finishing.add(id)
        case .putBack(let id, let from, let to):
            // It may have been on its way when the spool was looked through.
            guard try house.spool.locate(id) == from else { return }
            try house.spool.move(id, from: from, to: to, reason: row.map { $0.reason })
            alarm(
                row?.partner ?? "", "moved-by-hand",
                "\(id) lay in \(from.rawValue)/ and was put back into \(to.rawValue)/: use waybill commands")
        case .removeEmpty(let id, let state): try house.spool.removeFolder(id, state)
        case .finishCopy(let id): try finishCopy(id)
        case .endWithoutFile: if let row { try endWithoutFile(row) }
        case .reportLost, .reportArchived, .reportCopy: break
        }
    }

    private func insertRow(_ id: PackageID, _ state: SpoolState) throws {
        guard let package = try house.spool.package(id, state) else { return }
        guard let note = package.note else {
            alarm(
                "", "lost",
                "\(state.rawValue)/\(id) has no package.json and no row: whose it is, nobody knows")
            return
        }
        var row = row(for: note)
        if let key = note.extra["exchange_key"]?.string, key != ExchangeKey.alone.description {
            row.exchange = try exchange(key, note.partner, note.claimedAt, id: id)
        }
        switch state {
        case .claimed:
            row.outcome = .claimed
            if let reason = note.extra["unproven"]?.string { return quarantineUnproven(row, reason: reason) }
        case .deferred:
            row.outcome = .deferred
            row.nextTry = house.moments.now
        case .held:
            row.outcome = .held
            row.heldBy = .admin
            row.reason = "its row was lost; the folder said held"
            row.cure = "`waybill release \(id)`"
        case .quarantine:
            row.outcome = .quarantined
            row.reason = "its row was lost; the folder said quarantine"
            row.cure = "`waybill retry \(id)`"
        }
        try house.journal.save([row], at: house.moments.now)
        if row.outcome == .claimed { dispatch(row) }
    }

    /// What was removed by hand after its end was recorded: the outcome
    /// stands, the file counts as gone from the archive.
    func endWithoutFile(_ row: PackageRow) throws {
        var row = row
        row.expiredAt = house.moments.now
        writeReceipt(row, archivedAt: nil)
        try house.journal.save([row], at: house.moments.now)
        alarm(
            row.partner, "removed-by-hand",
            "the file of \(row.id) (\(row.path)), \(row.outcome.rawValue), was gone before it was archived: "
                + "its records are not touched")
        news.ring()
    }

    private func finishCopy(_ id: PackageID) throws {
        for partner in try house.spool.partnerNames() where house.spool.volumeState(of: partner).isOnline {
            for claim in try house.spool.shareClaimFiles(of: partner) where claim.id == id {
                let file = try house.spool.resume(claim, now: house.moments.now)
                if file.note.kind == .attachment { keepAttachment(file) }
                return
            }
        }
    }
}

extension RecoveryAction {
    /// The package it is about.
    var id: PackageID {
        switch self {
        case .insertRow(let id, _), .setOutcome(let id, _), .queueAgain(let id), .finishArchiving(let id, _),
            .putBack(let id, _, _), .removeEmpty(let id, _), .finishCopy(let id), .reportLost(let id),
            .endWithoutFile(let id), .reportArchived(let id), .reportCopy(let id, _):
            id
        }
    }
}
