// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import JournalStore
import Logging
import Records
import SpoolStore

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
                    isPutAway: row.archivePath != nil))
        }
        for action in Recovery.decide(files: inventory, rows: facts) {
            let id = action.id
            guard !isBusy(id), try house.journal.row(id) == rows[id] else { continue }
            try carryOut(action, rows[id], inventory)
        }
    }

    /// A quarantined package without a folder was cleared away by somebody.
    private func isGone(_ row: PackageRow, _ inventory: Inventory) -> Bool {
        !inventory.folders.contains { $0.id == row.id }
    }

    /// The marker of a claimed package is looked at by its worker, which also
    /// knows whether other lanes wait.
    private func marker(_ row: PackageRow) throws -> Outcome? {
        if row.outcome == .claimed || row.heldBy == .station || row.outcome.isFinal { return nil }
        return try house.catalogue.marker(row.id)?.outcome
    }

    func isBusy(_ id: PackageID) -> Bool { inFlight.contains(id) || board.holds(id) || finishing.holds(id) }

    private func carryOut(_ action: RecoveryAction, _ row: PackageRow?, _ inventory: Inventory) throws {
        logger.info("recovery", metadata: ["step": "\(action)"])
        switch action {
        case .insertRow(let id, let state): try insertRow(id, state)
        case .setOutcome(let id, let outcome):
            guard var row = try house.journal.row(id) else { return }
            row.outcome = outcome
            if outcome.isFinal { row.endedAt = house.moments.now }
            try house.journal.save([row], at: house.moments.now)
        case .queueAgain(let id):
            if let row = try house.journal.row(id) { dispatch(row) }
        case .finishArchiving(let id, _): finishing.add(id)
        case .putBack(let id, let from, let to):
            try house.spool.move(id, from: from, to: to, reason: row.map { $0.reason })
            alarm(
                row?.partner ?? "", "moved-by-hand",
                "\(id) lay in \(from.rawValue)/ and was put back into \(to.rawValue)/: use waybill commands")
        case .removeEmpty(let id, let state): try house.spool.removeFolder(id, state)
        case .finishCopy(let id): try finishCopy(id)
        case .reportLost(let id):
            alarm(
                row?.partner ?? "", "lost",
                "\(id) (\(row?.path ?? "")) is in no folder any more: look for it in a backup, "
                    + "or end it: waybill discard \(id)")
        case .reportArchived(let id):
            alarm(
                row?.partner ?? "", "moved-by-hand",
                "\(id) lies in the archive, but has not ended: waybill discard \(id)")
        case .reportCopy(let id, let state):
            alarm(
                row?.partner ?? "", "moved-by-hand",
                "a second folder of \(id) lies in \(state.rawValue)/: it is not touched, take it away by hand"
            )
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
        switch state {
        case .claimed: row.outcome = .claimed
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
            .reportArchived(let id), .reportCopy(let id, _):
            id
        }
    }
}
