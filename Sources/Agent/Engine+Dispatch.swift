// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Archiving
import JournalStore
import Logging
import Reading
import Records
import Settings
import SpoolStore
import Synchronization
import SystemPackage
import Threads

extension Engine {
    // MARK: Where a package goes

    /// What a look into a package decided.
    enum Route {
        case lane(rank: Int, bytes: Int64)
        case hold(Set<Lane>)
        case unread(ReadError)
        case trouble(any Error)
    }

    /// Looks into a claimed package, and queues it in its lane, holds it, or
    /// stops it.
    func dispatch(_ row: PackageRow) {
        var row = row
        let route = look(into: &row)
        do { try house.journal.save([row], at: house.moments.now) } catch { return trouble(row, error) }
        send(row, route)
    }

    /// Notes in the row what the package is; the caller saves it.
    func look(into row: inout PackageRow) -> Route {
        do {
            let found = try house.desk.sniff(try readContext(row))
            row.dialect = found.dialect
            row.scope = found.scope
            row.asOf = found.asOf
            row.lane = lane(found)
            if let refusal = found.refusal { return .unread(.refused(refusal)) }
            if !found.unread.isEmpty, found.lanes.subtracting(found.unread).isEmpty {
                return .hold(found.unread)
            }
            // What a ZIP unpacks to is not known yet: it never counts as small.
            return .lane(rank: found.rank, bytes: found.format == "ZIP" ? .max : row.size)
        } catch let error as ReadError {
            return .unread(error)
        } catch {
            return .trouble(error)
        }
    }

    func send(_ row: PackageRow, _ route: Route) {
        switch route {
        case .lane(let rank, let bytes):
            board.add(LaneJob(id: row.id, lane: row.lane ?? .catalogue, rank: rank, size: bytes))
        case .hold(let unread): holdForStation(row, unread)
        case .unread(let error): stopUnread(row, error)
        case .trouble(let error): trouble(row, error)
        }
    }

    private func lane(_ found: Sniffed) -> Lane {
        let lanes = found.lanes
        if lanes == [.orders] || lanes == [.clients], let only = lanes.first { return only }
        return found.scope == .full ? .catalogueFull : .catalogue
    }

    func readContext(_ row: PackageRow) throws(SpoolError) -> ReadContext {
        if let file = try house.spool.payload(row.id, .claimed, original: FilePath(row.path)) {
            return readContext(row, file)
        }
        guard let package = try house.spool.package(row.id, .claimed), let file = package.file else {
            throw .noSuchPackage(row.id.text)
        }
        return readContext(row, file)
    }

    func readContext(_ row: PackageRow, _ file: FilePath) -> ReadContext {
        let partner = settings.partner(row.partner)
        return ReadContext(
            path: file, name: row.name, timeZone: partner.timeZone, zipCharset: partner.zipCharset,
            dialect: partner.dialect, arrival: row.receivedAt.milliseconds, asOfNow: row.asOfNow,
            limits: readLimits, revision: Version.text)
    }

    private var readLimits: ReadLimits {
        let limits = settings.limits
        return ReadLimits(
            document: limits.document, members: limits.members, depth: limits.depth, field: limits.field,
            record: limits.record)
    }

    func holdForStation(_ row: PackageRow, _ unread: Set<Lane>) {
        let what = unread.sorted().map(\.rawValue).joined(separator: " and ")
        var row = row
        row.heldBy = .station
        stop(
            row, .held, reason: "\(what): recognised, and kept until this version has a station for them",
            cure: "leave it: a later version takes it up; or `waybill discard \(row.id)`")
    }

    // MARK: What could not be read

    /// Defers or quarantines, by what went wrong and by how fresh the file is.
    ///
    /// Without proof that the writer is gone, and within ten minutes of the
    /// claim, half a file may yet become a whole one
    /// (architecture, invariant 5); never so for what was given by hand.
    func stopUnread(_ row: PackageRow, _ error: ReadError) {
        switch error.disposition {
        case .halt: trouble(row, error)
        case .retry: postpone(row, reason: "\(error)")
        case .quarantine:
            let age = house.moments.now.milliseconds - row.receivedAt.milliseconds
            let mayGrow = error.mayBeUnfinished && !row.byHand && !finished.contains(row.id)
            if mayGrow, age < Self.freshFor {
                postpone(row, reason: "\(error)")
            } else {
                quarantine(row, reason: error.description, cure: error.cure, place: error.place)
            }
        }
    }

    /// Milliseconds after the claim; the file's last change was before it.
    private static let freshFor: Int64 = 600_000

    func postpone(_ row: PackageRow, reason: String, cure: String? = nil) {
        var row = row
        row.attempts += 1
        row.nextTry = house.moments.now.adding(seconds: Backoff.seconds(after: row.attempts))
        stop(
            row, .deferred, reason: reason,
            cure: cure ?? "tried again by itself; now: `waybill retry \(row.id)`")
    }

    func quarantine(_ row: PackageRow, reason: String, cure: String, place: String = "") {
        var row = row
        row.endedAt = house.moments.now
        row.nextTry = nil
        finished.remove(row.id)
        row.outcome = .quarantined
        row.reason = reason
        row.cure = cure
        // First the receipt: once it lies in quarantine, nobody comes back here.
        writeReceipt(row, archivedAt: nil)
        stop(row, .quarantined, reason: reason, cure: cure, place: place)
        logger.warning(
            "package quarantined",
            metadata: ["package.id": "\(row.id)", "partner": "\(row.partner)", "reason": "\(reason)"])
    }

    /// Saves the row, then moves the folder after it.
    func stop(_ row: PackageRow, _ outcome: Outcome, reason: String, cure: String, place: String = "") {
        var row = row
        row.outcome = outcome
        row.reason = reason
        row.cure = cure
        do {
            try move(row, reason: ReasonText.build(file: row.path, place: place, reason: reason, cure: cure))
        } catch {
            trouble(row, error)
        }
    }

    /// Writes a row and puts its folder where the row says.
    func move(_ row: PackageRow, reason: String? = nil) throws {
        try desk.withLock { _ in
            try house.journal.save([row], at: house.moments.now)
            guard let state = SpoolState.folder(of: row.outcome) else { return }
            guard let here = try house.spool.locate(row.id) else {
                throw SpoolError.noSuchPackage(row.id.text)
            }
            try house.spool.move(row.id, from: here, to: state, reason: reason)
        }
        news.ring()
    }

    /// Something that is no package's fault: the package stays where it is,
    /// and the house's round takes it up again.
    func trouble(_ row: PackageRow, _ error: any Error) {
        alarm(row.partner, "trouble", "\(row.id) (\(row.path)): \(error)")
        news.ring()
    }
}
