// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import JournalStore
import Reading
import Records
import Synchronization
import Threads

extension Engine {
    /// Packages that share a commit, at most, and how long more are taken in:
    /// the batch that an order waits for.
    private static let groupSize = 200
    private static let groupTime = Duration.milliseconds(20)

    /// What came of one package of a group.
    private enum Share {
        case applied(ApplyResult, unread: Set<Lane>)
        /// In the store since an earlier run.
        case marked(PackageReader, CatalogueStore.Marker)
        case failed(any Error)
    }

    /// Applies a small package, and with it those that wait behind it, in one
    /// commit; nobody is waited for.
    ///
    /// A package that fails is undone alone. Where the store fails nothing
    /// was changed, and each is tried by itself.
    func applyGroup(_ first: LaneJob) {
        var taken = [first]
        let shares: [(row: PackageRow, share: Share)]
        do {
            shares = try Applier(store: house.catalogue).group { group in
                let began = house.moments.steady()
                var shares: [(row: PackageRow, share: Share)] = []
                var next: LaneJob? = first
                while let job = next {
                    if let row = claimedRow(job) {
                        shares.append((row, try applyShare(row, group)))
                    }
                    let isFull =
                        taken.count >= Self.groupSize || house.moments.steady() - began > Self.groupTime
                    next = isFull || isStopping ? nil : board.takeCompanion(LaneWorker(first.lane))
                    if let next { taken.append(next) }
                }
                return shares
            }
        } catch {
            // With the store in trouble an agent's next round takes up the rest.
            for job in taken where !isStopping {
                guard apply(job) || !takesDrops else { return }
            }
            return
        }
        settle(shares)
    }

    /// - Throws: what concerns the store, and so the whole group.
    private func applyShare(_ row: PackageRow, _ group: ApplyGroup) throws -> Share {
        do {
            let reader = try house.desk.reader(try readContext(row))
            if let marker = try group.marker(row.id) { return .marked(reader, marker) }
            var context = applyContext(row, isArchive: reader.isArchive)
            do { return try applyShare(row, reader, context, group) } catch is SlicesMoved {
                context.skipsKnown = false
                return try applyShare(row, try house.desk.reader(try readContext(row)), context, group)
            }
        } catch let error as GroupLost {
            throw error
        } catch {
            switch CatalogueStore.disposition(of: error) {
            case .halt, .retry: throw error
            case .quarantine, nil: return .failed(error)
            }
        }
    }

    private func applyShare(
        _ row: PackageRow, _ reader: PackageReader, _ context: ApplyContext, _ group: ApplyGroup
    ) throws -> Share {
        let source = StoppableSource(reader) { [self] in isStopping }
        let result = try group.apply(source, context, now: { house.moments.now.milliseconds })
        return .applied(result, unread: reader.unreadLanes)
    }

    /// The row of a job; nil where it is not to be applied any more.
    private func claimedRow(_ job: LaneJob) -> PackageRow? {
        do {
            guard let found = try house.journal.row(job.id), found.outcome == .claimed else { return nil }
            return found
        } catch {
            alarm("", "journal", "\(job.id): \(error)")
            return nil
        }
    }

    /// Saves the rows of a committed group in one commit, then sees to those
    /// that did not end, or not all of them.
    private func settle(_ shares: [(row: PackageRow, share: Share)]) {
        let now = house.moments.now
        var done: [PackageRow] = []
        var resolved: [ApplyResult.Resolved] = []
        var others: [(row: PackageRow, share: Share)] = []
        for (row, share) in shares {
            guard case .applied(let result, let unread) = share else {
                others.append((row, share))
                continue
            }
            var row = ended(row, result)
            guard row.outcome != .held, unread.isEmpty else {
                others.append((row, share))
                continue
            }
            if row.outcome.isFinal { row.endedAt = now }
            done.append(row)
            resolved += result.resolved
        }
        do {
            // Their folders stay where they are, until they are archived.
            try desk.withLock { _ in try house.journal.save(done, at: now) }
            for row in done { logPackage(row) }
            finishing.add(done.map(\.id))
            for partner in Set(done.map(\.partner)) { allIsWell(partner) }
            news.ring()
            try passOn(resolved)
        } catch {
            // The markers stand: the house's round goes on from them.
            for row in done { trouble(row, error) }
        }
        for (row, share) in others { settle(row, share) }
    }

    private func settle(_ row: PackageRow, _ share: Share) {
        do {
            switch share {
            case .applied(let result, let unread):
                // The row as `ended` made it.
                if row.outcome == .held {
                    return stop(row, .held, reason: row.reason, cure: row.cure)
                }
                try complete(row, unread)
                try passOn(result.resolved)
            case .marked(let reader, let marker): try resume(row, reader, marker)
            case .failed(let error): handle(error, of: row)
            }
        } catch {
            handle(error, of: row)
        }
    }
}
