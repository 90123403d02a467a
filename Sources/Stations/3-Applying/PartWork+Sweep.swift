// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Records

/// A brake holds the part; the transaction is undone.
struct BrakeHeld: Error {
    let reason: String
}

extension PartWork {
    /// How long a document of 1C UNF waits for a second portion, milliseconds
    /// (architecture, invariant 9).
    static var portionWait: Int64 { 600_000 }

    /// Marks as deleted what complete fulls no longer hold (architecture,
    /// invariant 9), below the brakes.
    func sweep(now: Int64) throws {
        for (id, work) in streams.sorted(by: { $0.key < $1.key }) where work.isWhole && work.records > 0 {
            guard work.section == .catalogue || work.section == .offers else { continue }
            let table: CatalogueTable = work.section == .catalogue ? .product : .offer
            if !context.approved, let last = work.state.fullCount,
                Double(work.records) < Double(last) * context.minSizeOfLast
            {
                throw BrakeHeld(
                    reason: "min_size_of_last: this full holds \(work.records) \(table.name) records, "
                        + "the last one held \(last)")
            }
            guard context.sweep != .never else { continue }
            let limit = context.approved ? nil : context.maxDelete
            if work.isUNF, !context.isArchive {
                // The first portion of a set has this very name: wait whether
                // another portion follows.
                try session.postponeSweep(
                    id, asOf: work.asOf, due: now + Self.portionWait, maxDelete: limit, seen: work.seen)
                continue
            }
            let absent = try Absent(session, table, stream: id, seen: work.seen, asOf: work.asOf)
            if let reason = absent.brake(limit) { throw BrakeHeld(reason: reason) }
            counts[table.name].swept += try absent.mark(session)
        }
    }
}

/// The rows of a stream that a complete full does not hold.
struct Absent {
    let table: CatalogueTable
    let ids: [Int64]
    /// Gone with their product already: they do not come back with it.
    private let hidden: [Int64]
    let live: Int
    let asOf: Int64

    init(
        _ session: CatalogueSession, _ table: CatalogueTable, stream: Int64, seen: IdentSet, asOf: Int64
    ) throws {
        self.table = table
        self.asOf = asOf
        (ids, hidden) = try session.absent(table, stream: stream, seen: seen, asOf: asOf)
        live = ids.isEmpty ? 0 : try session.liveCount(table, stream: stream)
    }

    /// Why the brake holds it, in words; nil where it does not.
    ///
    /// - Parameter limit: largest share of the live rows; nil for no brake.
    func brake(_ limit: Double?) -> String? {
        guard let limit, Double(ids.count) > Double(live) * limit else { return nil }
        let percent = (limit * 1_000).rounded() / 10
        return "max_delete: this full would delete \(ids.count) of \(live) \(table.name)s "
            + "(limit \(percent == percent.rounded() ? String(Int(percent)) : String(percent))%)"
    }

    /// Marks them deleted.
    /// - Returns: how many.
    func mark(_ session: CatalogueSession) throws -> Int {
        for id in ids {
            try session.mark(table, id, deleted: 1, asOf: asOf)
            try session.note("delete", table.name, id)
            if table == .product { try session.follow(product: id, deleted: true) }
        }
        for id in hidden { try session.mark(table, id, deleted: 1, asOf: asOf) }
        return ids.count
    }
}
