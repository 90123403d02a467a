// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Records

/// A brake holds the part; the transaction is undone.
struct BrakeHeld: Error {
    let reason: String
}

extension PartWork {
    /// Marks as deleted what complete fulls no longer hold (architecture,
    /// invariant 9), below the brakes.
    func sweep(now: Int64) throws {
        for (id, work) in streams.sorted(by: { $0.key < $1.key }) where work.isFull && work.records > 0 {
            guard work.section == .catalogue || work.section == .offers else { continue }
            if !context.approved, let last = work.state.fullCount,
                Double(work.records) < Double(last) * context.minSizeOfLast
            {
                throw BrakeHeld(
                    reason: "min_size_of_last: this full holds \(work.records) \(kind(work)) records, "
                        + "the last one held \(last)")
            }
            guard context.sweep == .proven, context.isArchive || !context.isChunk else { continue }
            if work.isUNF, !context.isArchive {
                // The first portion of a set has this very name: wait whether
                // another portion follows.
                try session.postponeSweep(
                    id, asOf: work.asOf, due: now + 600_000, count: work.records, seen: work.seen)
                continue
            }
            try sweep(id, work)
        }
    }

    private func kind(_ work: StreamWork) -> String { work.section == .catalogue ? "product" : "offer" }

    private func sweep(_ stream: Int64, _ work: StreamWork) throws {
        let table: CatalogueTable = work.section == .catalogue ? .product : .offer
        let gone = try session.absent(table, stream: stream, seen: work.seen, asOf: work.asOf)
        guard !gone.isEmpty else { return }
        let live = try session.liveCount(table, stream: stream)
        if !context.approved, Double(gone.count) > Double(live) * context.maxDelete {
            throw BrakeHeld(
                reason: "max_delete: this full would delete \(gone.count) of \(live) \(kind(work))s "
                    + "(limit \(Int((context.maxDelete * 100).rounded()))%)")
        }
        for id in gone {
            try session.mark(table, id, deleted: 1, asOf: work.asOf)
            try session.note("delete", kind(work), id)
            if table == .product { try follow(product: id, deleted: true) }
        }
        counts[kind(work)].swept += gone.count
    }
}
