// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import CatalogueStore
import JournalStore
package import Records

/// Applies one part: records in, one transaction, counts out.
package struct Applier: Sendable {
    let store: CatalogueStore

    package init(store: CatalogueStore) { self.store = store }

    /// Called after each batch.
    package typealias Progress = (_ read: Int64, _ total: Int64, _ records: Int) -> Void

    /// Reads `source` to its end and applies it, whole or not at all.
    ///
    /// Blocks; use it on a thread of its own. A crash in the middle leaves
    /// the store as it was.
    /// - Throws: what the source throws, `StoreError`, `UnbalancedCounts`,
    ///   `SlicesMoved`; nothing was changed then.
    package func apply(
        _ source: any BatchSource, _ context: ApplyContext, now: () -> Int64,
        progress: Progress = { _, _, _ in }
    ) throws -> ApplyResult {
        try Self.judged {
            try store.session(
                partner: context.partner, package: context.package, exchange: context.exchange
            ) { session in
                let work = try PartWork(session, context, source)
                return try Self.run(work, now: now, progress)
            }
        }
    }

    /// What ends a part without a change is an outcome, no failure.
    static func judged(_ work: () throws -> ApplyResult) throws -> ApplyResult {
        do {
            return try work()
        } catch is StaleFull {
            var result = ApplyResult(verdict: .stale)
            result.isFull = true
            return result
        } catch let held as BrakeHeld {
            var result = ApplyResult(verdict: .held(reason: held.reason))
            result.isFull = true
            return result
        }
    }

    /// Bytes of a package that is worth preparing for.
    private static let bulk: Int64 = 8 << 20

    static func run(
        _ work: PartWork, now: () -> Int64, _ progress: Progress
    ) throws -> (commit: Bool, value: ApplyResult) {
        var batch = RecordBatch()
        var records = 0
        let isBulk = work.source.progress.total >= Self.bulk
        if isBulk { try work.session.beginBulk() }
        work.source.slices = { section in try work.sliceIndex(section) }
        defer { work.source.slices = nil }
        while try work.source.next(into: &batch) {
            for head in batch.records { try work.apply(batch, head) }
            if !batch.known.isEmpty { try work.applyKnown(batch) }
            records += batch.records.count + batch.known.count
            if isBulk { work.session.startWriteback() }
            let (read, total) = work.source.progress
            progress(read, total, records)
        }
        let hash = try work.source.contentHash()
        if !work.context.asOfNow, !work.streams.isEmpty,
            work.streams.values.allSatisfy({ $0.state.lastHash == hash })
        {
            return (false, ApplyResult(verdict: .duplicate, hash: hash))
        }
        let time = now()
        try work.confirmSlices()
        try work.sweep(now: time)
        try work.keepChunk(at: time)
        for (id, stream) in work.streams {
            let full = stream.isWhole ? (stream.asOf, stream.records) : nil
            try work.session.advance(
                id, names: stream.names, hash: hash, full: full, arrival: work.context.arrival)
        }
        let resolved = try work.settleResolved()
        for (kind, counts) in work.counts.kinds where counts.read != counts.accounted {
            throw UnbalancedCounts(kind: kind, read: counts.read, accounted: counts.accounted)
        }
        let waits = work.counts.kinds.values.contains { $0.waiting > 0 }
        var result = ApplyResult(verdict: waits ? .waiting : .applied)
        result.counts = work.counts
        result.rejects = work.rejects
        result.asOf = work.latestAsOf == .min ? work.context.arrival : work.latestAsOf
        result.hash = hash
        result.warnings = work.warnings
        result.resolved = resolved
        result.isFull = work.streams.values.contains { $0.isFull }
        let outcome: Outcome = waits ? .waiting : work.rejects > 0 ? .appliedWithRejects : .applied
        try work.session.finish(
            outcome: outcome, asOf: result.asOf, at: time, counts: work.counts.json, rejects: work.rejects,
            hash: hash)
        return (true, result)
    }
}
