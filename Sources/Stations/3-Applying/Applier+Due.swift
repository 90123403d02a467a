// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import JournalStore
package import Records

/// A postponed sweep whose time came.
package struct DueSweep: Sendable, Hashable {
    package var package: PackageID
    package var partner: String
    /// What it adds to the counts of its package: `swept` only.
    package var counts: CountsByKind
    /// Why a brake let nothing be deleted, with the cure; nil where it was
    /// done.
    package var heldReason: String?
}

/// Records of one package that waited too long.
package struct WaitingReport: Sendable, Hashable {
    package var package: PackageID
    package var count: Int
}

extension Applier {
    /// Does the sweeps that waited whether another portion would follow, each
    /// in a transaction of its own.
    ///
    /// The package is applied already, so a brake can't hold it any more: the
    /// sweep is dropped then, and nothing is deleted. The next full states the
    /// absences again.
    /// - Throws: `StoreError`; what was done before stays done.
    package func sweepDue(now: Int64) throws -> [DueSweep] {
        var done: [DueSweep] = []
        for (stream, part) in try store.dueSweeps(now: now) {
            let sweep = try store.resume(part: part) { session -> DueSweep? in
                guard let sweep = try session.takePostponedSweep(stream) else { return nil }
                return try run(sweep, session)
            }
            if let sweep { done.append(sweep) }
        }
        return done
    }

    /// When the next postponed sweep is due, milliseconds; nil where none
    /// waits.
    package func nextSweep() throws -> Int64? { try store.nextSweep() }

    private func run(_ sweep: PostponedSweep, _ session: CatalogueSession) throws -> DueSweep {
        var result = DueSweep(package: sweep.package, partner: sweep.partner, counts: CountsByKind())
        let absent = try Absent(
            session, sweep.table, stream: sweep.stream, seen: sweep.seen, asOf: sweep.asOf)
        if let reason = absent.brake(sweep.maxDelete) {
            result.heldReason =
                "\(sweep.package): \(reason); nothing was marked as deleted. If they are gone indeed, "
                + "raise max_delete of this partner and have the full exported again"
            return result
        }
        let swept = try absent.mark(session)
        guard swept > 0, let marker = try session.marker(of: session.part) else { return result }
        result.counts[sweep.table.name].swept = swept
        var total = try CountsByKind(json: marker.counts, path: "catalogue.db")
        total += result.counts
        try session.setCounts(total.json)
        return result
    }

    /// Reports records that began to wait before a moment as rejects of their
    /// package. They go on waiting: what they refer to may still come.
    ///
    /// - Returns: packages with records that were not reported before.
    package func reportWaiting(olderThan moment: Int64) throws -> [WaitingReport] {
        var reports: [WaitingReport] = []
        for part in try store.waitingParts(olderThan: moment) {
            let report = try store.resume(part: part) { session -> WaitingReport? in
                guard let marker = try session.marker(of: part) else { return nil }
                var number = try session.lastReject()
                var count = 0
                try session.unreported(olderThan: moment) { record, reference in
                    number += 1
                    count += 1
                    try session.reject(try PartWork.reject(record, reference: reference), number: number)
                }
                try session.markReported(
                    olderThan: moment, rejects: marker.rejects + count,
                    outcome: marker.waiting > count ? .waiting : .appliedWithRejects)
                return WaitingReport(package: marker.package, count: count)
            }
            if let report { reports.append(report) }
        }
        return reports
    }
}
