// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Archiving
import JournalStore
import Logging
import MediaStore
import Records
import Settings
import SpoolStore
import Synchronization
import SystemPackage
import Threads

extension Engine {
    /// Does what a command asks. Blocks; the answer names what helps.
    package func perform(_ command: Command, report: @escaping @Sendable (Answer) -> Void) -> Answer {
        whileRunning { answer(command, report) }
            ?? .result(.unreachable, "the agent is stopping", cure: "try again in a moment")
    }

    private func answer(_ command: Command, _ report: @escaping @Sendable (Answer) -> Void) -> Answer {
        do {
            switch command.verb {
            case .status: return statusAnswer()
            case .why: return try why(command.id ?? "")
            case .ingest: return try ingest(command, report)
            case .prune: return try prune(command, report)
            case .addPartner: return try addPartner(command)
            case .adoptPartner: return try adoptPartner(command)
            case .adoptMedia: return try adoptMedia(command)
            case .approve, .retry, .hold, .release, .discard: return try change(command)
            case .promote: return try promote(command, report)
            }
        } catch {
            return .result(.failed, "\(error)")
        }
    }

    // MARK: One package

    private func change(_ command: Command) throws -> Answer {
        let unknown = Answer.result(.notFound, "no package \(command.id ?? "")", cure: "waybill queue")
        guard let id = command.id.flatMap(PackageID.init), try house.journal.row(id) != nil else {
            return unknown
        }
        guard inFlight.insert(id) else {
            return .result(.locked, "\(id) is being worked on right now", cure: "try again in a moment")
        }
        defer { inFlight.remove(id) }
        guard let row = try house.journal.row(id) else { return unknown }
        if board.progress(of: id) != nil {
            return .result(.locked, "\(id) is being worked on right now", cure: "try again in a moment")
        }
        let answer =
            switch command.verb {
            case .approve: try approve(row, command.withoutDeletes)
            case .retry: try retry(row)
            case .hold: try hold(row, command.who)
            case .release: try release(row)
            default: try discard(row, command.who)
            }
        if answer.exit == ExitCode.done.rawValue {
            let after = try house.journal.row(id)?.outcome.rawValue ?? ""
            try house.journal.audit(
                at: house.moments.now, who: command.who, command: command.verb.rawValue, package: id,
                before: row.outcome.rawValue, after: after)
        }
        return answer
    }

    private func refuse(_ row: PackageRow, _ verb: String, _ cure: String) -> Answer {
        .result(.failed, "\(row.id) is \(row.outcome.rawValue): there is nothing to \(verb)", cure: cure)
    }

    private func approve(_ row: PackageRow, _ withoutDeletes: Bool) throws -> Answer {
        guard row.outcome == .held, row.heldBy == .brake else {
            return refuse(row, "approve", "approve lets through what a brake holds: waybill queue")
        }
        var row = row
        row.approved = true
        row.withoutDeletes = withoutDeletes
        try goOn(row)
        return .result(.done, "\(row.id) goes on", packages: [row.id.text])
    }

    private func retry(_ row: PackageRow) throws -> Answer {
        guard row.outcome == .deferred || row.outcome == .quarantined else {
            return refuse(row, "retry", "retry takes what is deferred or quarantined: waybill queue")
        }
        try goOn(row)
        return .result(.done, "\(row.id) is tried again", packages: [row.id.text])
    }

    private func release(_ row: PackageRow) throws -> Answer {
        guard row.outcome == .held, row.heldBy == .admin else {
            return refuse(row, "release", "release lets go what an admin holds: waybill show \(row.id)")
        }
        try goOn(row)
        return .result(.done, "\(row.id) goes on", packages: [row.id.text])
    }

    /// Back into `claimed/` and onto the board.
    private func goOn(_ row: PackageRow) throws {
        var row = row
        row.outcome = .claimed
        row.heldBy = nil
        row.nextTry = nil
        row.endedAt = nil
        row.reason = ""
        row.cure = ""
        try move(row)
        dispatch(row)
    }

    private func hold(_ row: PackageRow, _ who: String) throws -> Answer {
        switch row.outcome {
        case .claimed:
            guard board.withdraw(row.id) else {
                return .result(
                    .locked, "\(row.id) is being worked on right now", cure: "try again in a moment")
            }
        case .staged:
            if board.holds(row.id), !board.withdraw(row.id) {
                return .result(
                    .locked, "\(row.id) is being worked on right now", cure: "try again in a moment")
            }
            dropStage(row.id)
        case .deferred, .quarantined: break
        case .held where row.heldBy != .admin: break
        default: return refuse(row, "hold", "what is applied can't be held")
        }
        var row = row
        row.heldBy = .admin
        row.nextTry = nil
        row.endedAt = nil
        stop(row, .held, reason: "held by \(who)", cure: "`waybill release \(row.id)`")
        return .result(.done, "\(row.id) is held", packages: [row.id.text])
    }

    private func discard(_ row: PackageRow, _ who: String) throws -> Answer {
        switch row.outcome {
        case .claimed, .staged:
            // One whose file is lost is on no board.
            if board.holds(row.id), !board.withdraw(row.id) {
                return .result(
                    .locked, "\(row.id) is being worked on right now", cure: "try again in a moment")
            }
            dropStage(row.id)
        case .deferred, .held, .quarantined: break
        default: return refuse(row, "discard", "its records are in the store already")
        }
        var row = row
        row.outcome = .discarded
        row.reason = "discarded by \(who)" + (row.reason.isEmpty ? "" : "; before: \(row.reason)")
        row.cure = ""
        row.heldBy = nil
        row.nextTry = nil
        row.endedAt = house.moments.now
        try house.journal.save([row], at: house.moments.now)
        finishing.add(row.id)
        waitUntil { try house.journal.row(row.id).map(isAtRest) ?? true }
        let end = try house.journal.row(row.id)
        let words =
            if end?.archivePath != nil {
                "is discarded and archived"
            } else if end?.expiredAt != nil {
                "is discarded; its file was gone already"
            } else { "is discarded; it is archived as soon as that is possible: waybill status" }
        return .result(.done, "\(row.id) \(words)", packages: [row.id.text])
    }

    /// Waits until `done`, at most ten seconds; the work goes on all the same.
    private func waitUntil(_ done: () throws -> Bool) {
        let end = house.moments.steady().advanced(by: .seconds(10))
        do {
            while house.moments.steady() < end {
                let seen = news.rings
                if try done() || !news.wait(after: seen, seconds: 0.1) { return }
            }
        } catch {
            logger.debug("wait ended", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Partners

    private func addPartner(_ command: Command) throws -> Answer {
        guard let name = command.partner else { return .result(.usage, "which partner?") }
        try readSettingsAnew()
        try house.spool.addPartner(name, group: settings.partner(name).groupID)
        if takesDrops {
            startIntake(name)
            watchAlso(name)
        }
        try house.journal.audit(
            at: house.moments.now, who: command.who, command: "partner add", package: nil, before: "",
            after: name)
        return .result(.done, "partner \(name) is ready: \(house.spool.input(name))")
    }

    private func adoptPartner(_ command: Command) throws -> Answer {
        guard let name = command.partner, try house.spool.partnerNames().contains(name) else {
            return .result(.notFound, "no partner \(command.partner ?? "")", cure: "waybill partner list")
        }
        try house.spool.adoptPartner(name)
        try house.journal.audit(
            at: house.moments.now, who: command.who, command: "partner adopt", package: nil, before: "",
            after: name)
        hint(partner: name)
        return .result(.done, "the volume of \(name) is accepted as it is now")
    }

    private func adoptMedia(_ command: Command) throws -> Answer {
        do throws(MediaError) { try house.media.adopt() } catch {
            return .result(error.isOffline ? .unreachable : .failed, error.description)
        }
        try house.journal.audit(
            at: house.moments.now, who: command.who, command: "media adopt", package: nil, before: "",
            after: house.media.layout.volume.string)
        return .result(.done, "the media volume is accepted as it is now: \(house.media.layout.volume)")
    }

    // MARK: Archive

    private func prune(_ command: Command, _ report: @Sendable (Answer) -> Void) throws -> Answer {
        let policy = RetentionPolicy(
            olderThan: command.olderThanSeconds.map { .seconds($0) }, maxSize: command.maxBytes,
            keepLast: command.keepLast)
        let now = house.moments.now
        var lines: [String] = []
        let summary: PruneSummary
        do throws(ArchiveError) {
            summary = try house.retention.prune(
                policy: policy, now: now, dryRun: command.dryRun,
                journal: JournalLedger(house.journal, now: now)
            ) { item in
                guard command.dryRun || item.rule == .stray || item.rule == .unsafe else { return }
                lines.append("\(item.rule.removes ? "remove" : "keep")\t\(item.path)\t\(item.rule.why)")
            }
        } catch {
            if case .locked = error { return .result(.locked, "\(error)") }
            if case .emptyArchive = error { return .result(.unreachable, "\(error)") }
            return .result(.failed, "\(error)")
        }
        var answer = Answer.result(
            .done,
            "\(summary.removed) removed (\(summary.freed) bytes), \(summary.kept) kept, "
                + "\(summary.expired) gone already")
        answer.lines = lines + summary.warnings.map { "warning\t\t\($0)" }
        return answer
    }
}
