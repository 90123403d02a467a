// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import Archiving
import CatalogueStore
import JournalStore
import MediaStore
import Records
import Settings
import SpoolStore
import Threads

extension Engine {
    /// Seconds between two rounds through the spool, and between two
    /// clean-ups.
    private static let roundEvery: Int64 = 30
    private static let tidyEvery: Int64 = 3_600
    /// Seconds for which an alarm about something that is over stays.
    private static let eventsFor: Int64 = 7 * 86_400

    /// What comes due by itself: retries, postponed sweeps, what was moved by
    /// hand, retention.
    func houseLoop() {
        var nextRound = house.moments.now.adding(seconds: Self.roundEvery)
        var nextTidy = house.moments.now.adding(seconds: 60)
        while !isStopping {
            let now = house.moments.now
            attend("retries") { try retryDue(now) }
            attend("promotion") { try promoteDue(now) }
            if now >= nextRound {
                attend("round") { try round(now) }
                nextRound = now.adding(seconds: Self.roundEvery)
            }
            if now >= nextTidy {
                attend("retention") { try tidy(now) }
                nextTidy = now.adding(seconds: Self.tidyEvery)
            }
            if !houseBell.wait(seconds: 1) { return }
        }
    }

    /// A failure of the house's own work is an alarm, which ends with the
    /// next success.
    private func attend(_ what: String, _ work: () throws -> Void) {
        do {
            try work()
            clearAlarm("", what)
        } catch {
            alarm("", what, "\(error)")
        }
    }

    /// What an agent does in the course of its day, once.
    func keepHouse() {
        attend("sweeps") { try sweepDue(house.moments.now) }
        attend("retention") { try tidy(house.moments.now) }
    }

    /// Deferred packages whose time has come.
    func retryDue(_ now: Timestamp) throws {
        for due in try house.journal.due(at: now) {
            try alone(with: due.id) {
                guard var row = try house.journal.row(due.id), row.outcome == .deferred else { return }
                row.outcome = .claimed
                row.nextTry = nil
                row.reason = ""
                row.cure = ""
                try move(row)
                dispatch(row)
            }
        }
    }

    private func round(_ now: Timestamp) throws {
        try keepWaitingAttachments()
        try recover()
        try removeOrphanStages()
        for open in try house.journal.open() where isOnlyWaitingForPictures(open) {
            guard case .online = house.media.state else { break }
            try alone(with: open.id) {
                guard var row = try house.journal.row(open.id), isOnlyWaitingForPictures(row) else { return }
                row.outcome = row.rejects > 0 ? .appliedWithRejects : .applied
                row.reason = ""
                row.cure = ""
                row.endedAt = now
                try move(row)
                finishing.add(row.id)
            }
        }
        try sweepDue(now)
        try sweepSets(now)
    }

    private func isOnlyWaitingForPictures(_ row: PackageRow) -> Bool {
        row.outcome == .waiting && row.counts.total.waiting == 0 && row.appliedAt != nil
    }

    /// Sweeps that waited for proof that their document was the whole truth.
    private func sweepDue(_ now: Timestamp) throws {
        try note(try Applier(store: house.catalogue).sweepDue(now: now.milliseconds), at: now)
    }

    /// Tells what came of sweeps that came after their packages.
    func note(_ sweeps: [DueSweep], at now: Timestamp) throws {
        for sweep in sweeps {
            if let held = sweep.heldReason {
                alarm(sweep.partner, "sweep", held)
            } else if var row = try house.journal.row(sweep.package) {
                row.counts += sweep.counts
                try house.journal.save([row], at: now)
            }
        }
    }

    // MARK: Retention

    /// Nothing grows for ever: ages and sizes of the configuration.
    private func tidy(_ now: Timestamp) throws {
        let keep = settings.retention
        let before = { (age: Duration) in now.milliseconds - age.components.seconds * 1_000 }
        try reportWaiting(now, olderThan: keep.waiting)
        try house.catalogue.prune(
            CatalogueStore.Retention(
                changes: before(keep.changes), undo: before(keep.beforeImages), rejects: before(keep.rejects),
                waiting: before(keep.journal), undoBytes: keep.beforeImagesSize))
        try house.journal.clear(
            partner: nil, kinds: Self.events, before: now.adding(seconds: -Self.eventsFor), at: now)
        _ = try house.journal.prune(before: Timestamp(milliseconds: before(keep.journal)))
        for name in try house.spool.partnerNames() where house.spool.volumeState(of: name).isOnline {
            _ = try house.retention.pruneReceipts(
                house.spool.receipts(name), olderThan: keep.receipts, now: now, dryRun: false
            ) { _ in }
        }
        let policy = RetentionPolicy(
            olderThan: keep.archiveAge, maxSize: keep.archiveSize, keepLast: keep.archiveKeepLast)
        if policy.olderThan != nil || policy.maxSize != nil || policy.keepLast != nil {
            _ = try house.retention.prune(
                policy: policy, now: now, dryRun: false, journal: JournalLedger(house.journal, now: now)
            ) { _ in }
        }
    }

    /// Records that waited too long are reported as rejects; they go on
    /// waiting in the store, their package ends.
    private func reportWaiting(_ now: Timestamp, olderThan age: Duration) throws {
        let limit = now.milliseconds - age.components.seconds * 1_000
        for report in try Applier(store: house.catalogue).reportWaiting(olderThan: limit) {
            guard var row = try house.journal.row(report.package), row.outcome == .waiting else { continue }
            row.rejects += report.count
            row.outcome = .appliedWithRejects
            row.reason = "\(report.count) records refer to something that never came"
            row.endedAt = now
            try move(row)
            finishing.add(row.id)
        }
    }
}
