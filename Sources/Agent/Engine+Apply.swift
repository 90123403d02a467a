// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Claiming
import JournalStore
import Logging
import MediaStore
import Reading
import Records
import Settings
import SpoolStore
import Threads

extension Engine {
    /// Works off a worker's lanes, one package after another, until the engine
    /// stops.
    func workLoop(_ worker: LaneWorker, _ bell: Doorbell) {
        while !isStopping {
            guard let job = board.take(worker) else {
                settleStores()
                if !bell.wait(seconds: 5) { return }
                continue
            }
            if job.isSmall { applyGroup(job) } else { apply(job) }
            board.finish(worker)
            news.ring()
            if house.catalogue.walBytes > Self.walLimit { settleStores() }
        }
    }

    /// Bytes of write-ahead log after which it is moved into its file.
    private static let walLimit: Int64 = 64 << 20

    /// Moves the write-ahead logs into their files.
    func settleStores() {
        do {
            try checkpoint()
            clearAlarm("", "checkpoint")
        } catch { alarm("", "checkpoint", "\(error)") }
    }

    func checkpoint() throws {
        if house.catalogue.walBytes > 0 { try house.catalogue.checkpoint() }
        if house.journal.walBytes > 0 { try house.journal.checkpoint() }
        try house.media.checkpoint()
    }

    /// - Returns: false where the store failed, not the package.
    @discardableResult
    func apply(_ job: LaneJob) -> Bool {
        let row: PackageRow
        do {
            guard let found = try house.journal.row(job.id),
                found.outcome == .claimed || found.outcome == .staged
            else { return true }
            row = found
        } catch {
            alarm("", "journal", "\(job.id): \(error)")
            return true
        }
        do {
            if row.outcome == .staged {
                try promoteStaged(row, job)
            } else {
                try applyClaimed(row, job, isAsked: false)
            }
        } catch {
            return handle(error, of: row)
        }
        return true
    }

    /// What stopped a package from being applied.
    /// - Returns: false where the store failed, not the package.
    @discardableResult
    func handle(_ error: any Error, of row: PackageRow) -> Bool {
        switch error {
        case is Stopped:
            logger.notice("package left for the next start", metadata: ["package.id": "\(row.id)"])
        case let error as ReadError: stopUnread(row, error)
        case let error as UnbalancedCounts:
            quarantine(row, reason: "\(error)", cure: "`waybill retry \(row.id)` after an update")
        default: return fail(row, error)
        }
        return true
    }

    /// - Parameter isAsked: a command wants it live now, should it be staged.
    func applyClaimed(_ row: PackageRow, _ job: LaneJob, isAsked: Bool) throws {
        let reader = try house.desk.reader(try readContext(row))
        if let marker = try house.catalogue.marker(row.id) { return try resume(row, reader, marker) }
        let bytes = reader.progress.total
        guard hasRoom(for: row, job, bytes: bytes) else { return }
        guard try isStaged(row, job, bytes: bytes) else { return try applyDirectly(row, job, reader) }
        do { try stage(row, job, reader, isAsked: isAsked) } catch is SlicesMoved {
            try applyDirectly(row, job, try house.desk.reader(try readContext(row)))
        }
    }

    /// In one transaction, straight from its file.
    private func applyDirectly(_ row: PackageRow, _ job: LaneJob, _ reader: PackageReader) throws {
        var context = applyContext(row, isArchive: reader.isArchive)
        do { try apply(row, job, reader, context) } catch is SlicesMoved {
            context.skipsKnown = false
            try apply(row, job, try house.desk.reader(try readContext(row)), context)
        }
    }

    private func apply(
        _ row: PackageRow, _ job: LaneJob, _ reader: PackageReader, _ context: ApplyContext
    ) throws {
        let source = StoppableSource(reader) { [self] in isStopping }
        let result = try Applier(store: house.catalogue).apply(
            source, context, now: { house.moments.now.milliseconds }
        ) { read, total, records in
            board.report(LaneWorker(job.lane), bytesRead: read, bytesTotal: total, records: records)
        }
        try settle(row, result, reader.unreadLanes)
    }

    func applyContext(_ row: PackageRow, isArchive: Bool) -> ApplyContext {
        let partner = settings.partner(row.partner)
        var context = ApplyContext(
            package: row.id, exchange: row.exchange, partner: row.partner, fileName: row.name,
            arrival: row.receivedAt.milliseconds)
        context.sweep = row.withoutDeletes ? .never : Self.policy(partner.sweep)
        context.isArchive = isArchive
        let name = ChunkName(row.name)
        context.isChunk = name.isChunk
        if name.isChunk {
            let catalogue = name.catalogue.map(String.init) ?? ""
            context.chunk = ApplyContext.Chunk(family: name.family + catalogue, portion: name.portion)
        }
        context.approved = row.approved
        context.asOfNow = row.asOfNow
        context.maxDelete = partner.brakes.maxDelete
        context.minSizeOfLast = partner.brakes.minSizeOfLast
        return context
    }

    /// - Returns: false where the store failed, not the package.
    private func fail(_ row: PackageRow, _ error: any Error) -> Bool {
        switch CatalogueStore.disposition(of: error) {
        case .halt:
            alarm("", "store", "\(error)")
            // The round of the house tries again; an agent runs into it with
            // nothing else for a while, a command leaves it at that.
            if takesDrops { _ = workBell.wait(seconds: 10) }
            return false
        case .retry: postpone(row, reason: "\(error)")
        case .quarantine, nil:
            if row.attempts < Backoff.attemptsForUnknown {
                postpone(row, reason: "\(error)")
            } else {
                quarantine(row, reason: "\(error)", cure: "`waybill retry \(row.id)` after an update")
            }
        }
        return true
    }

    // MARK: What came of it

    func settle(_ row: PackageRow, _ result: ApplyResult, _ unread: Set<Lane>) throws {
        let row = ended(row, result)
        if row.outcome == .held { return stop(row, .held, reason: row.reason, cure: row.cure) }
        try complete(row, unread)
        allIsWell(row.partner)
        try passOn(result.resolved)
    }

    /// Whatever is still wrong, says so again with the house's next round.
    func allIsWell(_ partner: String) {
        clearAlarm("", "store")
        clearAlarm(partner, "trouble")
    }

    /// The row of a part that has ended; it is not saved.
    func ended(_ row: PackageRow, _ result: ApplyResult) -> PackageRow {
        var row = row
        for warning in result.warnings {
            logger.warning(
                "package warning", metadata: ["package.id": "\(row.id)", "text": "\(warning)"])
        }
        row.counts = result.counts
        row.rejects = result.rejects
        row.scope = result.isFull ? .full : row.scope
        row.hash = result.hash.isEmpty ? nil : Self.hex(result.hash)
        if result.asOf != 0 { row.asOf = Timestamp(milliseconds: result.asOf) }
        row.heldBy = nil
        switch result.verdict {
        case .held(let reason):
            row.heldBy = .brake
            row.outcome = .held
            row.reason = reason
            row.cure =
                "right: `waybill approve \(row.id)`, or with --without-deletes; "
                + "wrong: `waybill discard \(row.id)`"
            return row
        case .applied: row.outcome = row.rejects > 0 ? .appliedWithRejects : .applied
        case .waiting: row.outcome = .waiting
        case .duplicate: row.outcome = .duplicate
        case .stale: row.outcome = .stale
        }
        row.reason = reason(row.outcome, result)
        row.cure = row.outcome == .stale ? "to apply it all the same: `waybill ingest --as-of now`" : ""
        row.appliedAt = house.moments.now
        return row
    }

    private func reason(_ outcome: Outcome, _ result: ApplyResult) -> String {
        switch outcome {
        case .stale: "older than the full exchange that is in the store; nothing was changed"
        case .duplicate: "the very bytes that were applied last; nothing was changed"
        case .waiting: "some of its records refer to what has not come yet"
        default: result.warnings.first ?? ""
        }
    }

    /// Applied before a stop, and not yet said in the journal.
    func resume(
        _ row: PackageRow, _ reader: PackageReader, _ marker: CatalogueStore.Marker
    ) throws {
        // Lanes that this version can't read may stand at its very end.
        var batch = RecordBatch()
        while try reader.next(into: &batch) {}
        var row = row
        row.outcome = marker.outcome
        row.counts = try CountsByKind(json: marker.counts, path: house.catalogue.path)
        row.rejects = marker.rejects
        row.asOf = Timestamp(milliseconds: marker.asOf)
        row.hash = Self.hex(try reader.contentHash())
        row.appliedAt = house.moments.now
        try complete(row, reader.unreadLanes)
    }

    func complete(_ row: PackageRow, _ unread: Set<Lane>) throws {
        var row = row
        if !unread.isEmpty, row.outcome != .duplicate, row.outcome != .stale {
            return holdForStation(row, unread)
        }
        if row.outcome.isFinal { row.endedAt = house.moments.now }
        try move(row)
        logPackage(row)
        finishing.add(row.id)
    }

    /// Packages whose waiting records found what they waited for.
    func passOn(_ resolved: [ApplyResult.Resolved]) throws {
        for item in resolved {
            guard var row = try house.journal.row(item.package), row.outcome == .waiting else { continue }
            row.counts = item.counts
            if item.stillWaiting == 0 {
                row.outcome = row.rejects > 0 ? .appliedWithRejects : .applied
                row.reason = ""
                row.endedAt = house.moments.now
            }
            try move(row)
            if row.outcome.isFinal { finishing.add(row.id) }
        }
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
