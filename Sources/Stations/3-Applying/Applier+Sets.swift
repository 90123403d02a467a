// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import JournalStore
import Records

/// A set of portions whose absences are not believed yet.
package struct WaitingSet: Sendable, Hashable {
    package var partner: String
    package var catalogue: String
    package var exchange: String
    /// Why, in words.
    package var reason: String
}

/// What the judgement of sets needs to know beside the store.
package struct SetRules {
    /// The brakes of a partner; nil where it asks for no judgement of sets.
    package var limits: (_ partner: String) -> (maxDelete: Double, minSizeOfLast: Double)?
    /// What of an exchange is still on its way or was stopped, in words.
    package var obstacle: (_ partner: String, _ exchange: String) throws -> String?

    package init(
        limits: @escaping (_ partner: String) -> (maxDelete: Double, minSizeOfLast: Double)?,
        obstacle: @escaping (_ partner: String, _ exchange: String) throws -> String?
    ) {
        self.limits = limits
        self.obstacle = obstacle
    }
}

extension Applier {
    /// Quiet time after the last portion, milliseconds.
    private static let setQuiet: Int64 = 600_000
    /// Age at which a set that never came whole is given up, milliseconds.
    private static let setAge: Int64 = 7 * 86_400_000

    /// Judges the sets of portions, and marks as deleted what the complete
    /// ones do not hold.
    ///
    /// A set that a brake stops is dropped, and nothing is deleted: the next
    /// full states the absences again.
    /// - Throws: `StoreError`, and what the rules throw; what was done before
    ///   stays done.
    package func sweepSets(now: Int64, _ rules: SetRules) throws -> (done: [DueSweep], waiting: [WaitingSet])
    {
        var done: [DueSweep] = []
        var waiting: [WaitingSet] = []
        let groups = Dictionary(grouping: try store.chunks()) { [$0.partner, $0.catalogue] }
        for (_, rows) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            guard let newest = rows.last else { continue }
            guard let limits = rules.limits(newest.partner) else {
                try store.forget(rows)
                continue
            }
            let set = ChunkSet(rows)
            let wait = { (reason: String) in
                waiting.append(
                    WaitingSet(
                        partner: newest.partner, catalogue: newest.catalogue,
                        exchange: set.opener?.exchange ?? newest.exchange, reason: reason))
            }
            if case .incomplete(let reason) = set.verdict {
                // The store keeps what it has; only the proof is given up.
                if now - set.lastMoment > Self.setAge { try store.forget(rows) } else { wait(reason) }
                continue
            }
            guard let opener = set.opener else { continue }
            let quiet = set.lastMoment + Self.setQuiet
            guard now >= quiet else {
                wait("complete as it stands; it is judged after ten quiet minutes")
                continue
            }
            if let obstacle = try rules.obstacle(opener.partner, opener.exchange) {
                wait(obstacle)
                continue
            }
            done += try close(set, opener, limits)
        }
        return (done, waiting)
    }

    private func close(
        _ set: ChunkSet, _ opener: ChunkRow, _ limits: (maxDelete: Double, minSizeOfLast: Double)
    ) throws -> [DueSweep] {
        guard let lastProducts = set.products.last, let lastOffers = set.offers.last else { return [] }
        func held(_ reason: String) -> [DueSweep] {
            [
                DueSweep(
                    package: lastProducts.package, partner: opener.partner, counts: CountsByKind(),
                    heldReason: "exchange \(opener.exchange): \(reason); nothing was marked as deleted")
            ]
        }
        if let last = try store.lastFull(opener.stream), opener.asOf < last {
            try store.forget(set.all)
            return held("the set is older than the full exchange that is in the store")
        }
        return try store.closeSet(set.all, parts: [lastProducts.part, lastOffers.part]) { sessions in
            var sweeps:
                [(work: Absent, session: CatalogueSession, last: ChunkRow, count: Int, seen: IdentSet)] =
                    []
            // Both brakes first: a set is one exchange.
            for (rows, table, session, last) in [
                (set.products, CatalogueTable.product, sessions[0], lastProducts),
                (set.offers, CatalogueTable.offer, sessions[1], lastOffers),
            ] {
                let seen = try session.seen(rows)
                if let before = try session.lastFullCount(last.stream),
                    Double(seen.count) < Double(before) * limits.minSizeOfLast
                {
                    return held(
                        "min_size_of_last: this set holds \(seen.count) \(table.name)s, the last full held "
                            + "\(before)")
                }
                let absent = try Absent(session, table, stream: last.stream, seen: seen, asOf: opener.asOf)
                if let reason = absent.brake(limits.maxDelete) {
                    return held(
                        "\(reason). If they are gone indeed, raise max_delete of this partner and have the "
                            + "full exported again")
                }
                sweeps.append((absent, session, last, seen.count, seen))
            }
            // The older part first, so that undo, newest first, puts all back.
            return try sweeps.sorted { $0.last.part < $1.last.part }.map { sweep in
                // Offers may have gone with their product meanwhile, and slices
                // with them.
                try sweep.session.settle()
                let absent = try Absent(
                    sweep.session, sweep.work.table, stream: sweep.last.stream, seen: sweep.seen,
                    asOf: opener.asOf)
                let swept = try absent.mark(sweep.session)
                try sweep.session.settle()
                try sweep.session.noteFull(sweep.last.stream, asOf: opener.asOf, count: sweep.count)
                var result = DueSweep(
                    package: sweep.last.package, partner: opener.partner, counts: CountsByKind())
                guard swept > 0, let marker = try sweep.session.marker(of: sweep.session.part) else {
                    return result
                }
                result.counts[absent.table.name].swept = swept
                var total = try CountsByKind(json: marker.counts, path: store.path)
                total += result.counts
                try sweep.session.setCounts(total.json)
                return result
            }
        } ?? []
    }
}
