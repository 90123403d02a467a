// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import JournalStore
import Logging
import Records
import Settings
import SpoolStore
import Synchronization
import Threads

extension Engine {
    /// Drops that are claimed between two commits of the journal.
    private static let claimsAtOnce = 200
    /// A package this much later than the last of its key opens a new
    /// exchange.
    private static let exchangeQuiet: Int64 = 600

    /// Looks into one partner's `in/` until the engine stops.
    func intakeLoop(_ work: PartnerWork) {
        while !work.bell.isStopped {
            let look = takeDrops(work).look
            var pause = Double(settings.scan.components.seconds)
            if let next = look.nextLook {
                let wait = next - house.moments.steady()
                pause = min(pause, max(0.01, Self.seconds(wait)))
            }
            if !work.bell.wait(seconds: pause) { return }
        }
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    /// One look, and the claims it allows.
    /// - Returns: what was seen, and how many drops were taken.
    @discardableResult
    func takeDrops(_ work: PartnerWork) -> (look: IntakeLook, taken: Int) {
        let now = house.moments.now
        let look = work.intake.withLock { $0.look(now: house.moments.steady(), wall: now) }
        report(look, of: work, at: now)
        guard look.volume.isOnline, hasRoom() else { return (look, 0) }
        var taken = 0
        var rest = look.ready[...]
        rush.add(rest.count, ordering: .relaxed)
        defer { rush.subtract(rest.count, ordering: .relaxed) }
        while !rest.isEmpty, !work.bell.isStopped {
            let group = rest.prefix(Self.claimsAtOnce)
            taken += claim(Array(group), work)
            rest = rest.dropFirst(group.count)
            rush.subtract(group.count, ordering: .relaxed)
        }
        return (look, taken)
    }

    private func report(_ look: IntakeLook, of work: PartnerWork, at now: Timestamp) {
        let before = work.last.withLock { last in
            let before = last?.look
            last = (look, now)
            return before
        }
        for alarm in look.alarms { self.alarm(work.name, alarm.kind, alarm.text) }
        if look.volume.isOnline, before?.lasting != look.lasting { clearEnded(look, of: work, at: now) }
        guard before?.volume != look.volume else { return }
        if look.volume.isOnline {
            if before != nil {
                logger.notice("partner online", metadata: ["partner": "\(work.name)"])
            }
            clearAlarm(work.name, "offline")
        } else {
            alarm(work.name, "offline", look.volume.reason)
        }
    }

    /// What the first look of a run finds over, or a later one.
    private func clearEnded(_ look: IntakeLook, of work: PartnerWork, at now: Timestamp) {
        do {
            try house.journal.clear(
                partner: work.name, kinds: IntakeLook.lastingKinds, lasting: look.lasting,
                before: now.adding(seconds: 1), at: now)
        } catch {
            logger.error("alarm not cleared", metadata: ["error": "\(error)"])
        }
    }

    /// Intake stops while the spool's volume is nearly full; what is claimed
    /// goes on.
    private func hasRoom() -> Bool {
        do {
            let free = try house.spool.freeBytes()
            guard free < settings.minFree else {
                clearAlarm("", "space")
                return true
            }
            alarm(
                "", "space", "the spool's volume is nearly full: nothing is taken until there is room again")
            return false
        } catch {
            alarm("", "space", "\(error)")
            return false
        }
    }

    private func claim(_ drops: [Drop], _ work: PartnerWork) -> Int {
        var claimed: [ClaimedDrop] = []
        var isWell = true
        for drop in drops {
            let id = mint.next()
            inFlight.insert(id)
            do {
                claimed.append(
                    try work.intake.withLock { intake throws(SpoolError) in
                        try intake.claim(drop, id: id, wall: house.moments.now)
                    })
            } catch {
                inFlight.remove(id)
                if case .vanished = error { continue }
                alarm(work.name, "claim", "\(drop.path): \(error)")
                isWell = false
                break
            }
        }
        if isWell { clearAlarm(work.name, "claim") }
        do {
            try house.spool.syncClaims(claimed.map(\.file))
            try register(claimed, partner: work.name)
            clearAlarm("", "journal")
        } catch {
            // The folders stand; the next start or the house's round makes
            // their rows.
            for drop in claimed { inFlight.remove(drop.file.note.id) }
            alarm("", "journal", "\(error)")
        }
        return claimed.count
    }

    /// Gives claimed drops their rows, in one commit, and sends them on.
    private func register(_ claimed: [ClaimedDrop], partner: String) throws {
        let now = house.moments.now
        var exchanges: [ExchangeKey: String] = [:]
        var rows: [(row: PackageRow, route: Route)] = []
        for item in claimed where item.file.note.kind == .package {
            var row = try newRow(item, partner, now, &exchanges)
            lastExchange.withLock { $0[partner] = row.exchange }
            if item.writer == .gone { finished.insert(row.id) }
            let route = item.drop.toQuarantine == nil ? look(into: &row) : .lane(rank: 0, bytes: row.size)
            rows.append((row, route))
        }
        try house.journal.save(rows.map(\.row), at: now)
        var next = rows.makeIterator()
        for item in claimed {
            defer { inFlight.remove(item.file.note.id) }
            guard item.file.note.kind == .package, let (row, route) = next.next() else {
                keepAttachment(item.file)
                continue
            }
            if let reason = item.drop.toQuarantine {
                quarantineUnproven(row, reason: reason)
            } else {
                send(row, route)
            }
        }
    }

    private func newRow(
        _ item: ClaimedDrop, _ partner: String, _ now: Timestamp, _ exchanges: inout [ExchangeKey: String]
    ) throws -> PackageRow {
        let note = item.file.note
        var row = row(for: note)
        row.receivedAt = note.claimedAt
        let key = item.drop.exchangeKey
        if let known = exchanges[key] {
            row.exchange = known
        } else {
            row.exchange = try exchange(key.description, partner, now, id: note.id)
            if key != .alone { exchanges[key] = row.exchange }
        }
        return row
    }

    func quarantineUnproven(_ row: PackageRow, reason: String) {
        quarantine(row, reason: reason, cure: "have it exported again; `waybill discard \(row.id)`")
    }

    /// - Parameter key: of an `ExchangeKey`, in words.
    func exchange(_ key: String, _ partner: String, _ now: Timestamp, id: PackageID) throws -> String {
        guard key != ExchangeKey.alone.description else { return id.text }
        return try house.journal.exchange(
            partner: partner, key: key, since: now.adding(seconds: -Self.exchangeQuiet),
            now: now, id: id.text)
    }

    /// A row of what `package.json` says.
    func row(for note: PackageNote) -> PackageRow {
        let path = note.name
        var row = PackageRow(
            id: note.id, exchange: note.id.text, partner: note.partner,
            name: path.split(separator: "/").last.map(String.init) ?? path, path: path, size: note.size,
            receivedAt: note.claimedAt, outcome: .claimed)
        row.byHand = note.extra["by_hand"] == .bool(true)
        row.asOfNow = note.extra["as_of_now"] == .bool(true)
        return row
    }
}
