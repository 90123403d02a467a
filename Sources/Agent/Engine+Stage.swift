// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Claiming
import JournalStore
import Logging
import Promoting
import Reading
import Records
import Settings
import SpoolStore
import Threads

extension QuietWindow: QuietClock {}

/// A full exchange beside the store, until it goes live.
extension Engine {
    /// How often a package is staged again because a change of the catalogue
    /// came between, before it is applied straight from its file.
    private static let stagings = 3

    /// Who has a say in when a staged package goes live: the partner's policy
    /// first; what has to be ready before a full is shown joins the list.
    var promotion: PromotionDesk {
        let settings = settings
        return PromotionDesk(
            policy: PolicyGate { name in
                let partner = settings.partner(name)
                return switch partner.promote {
                case .immediately: .immediately
                case .window: .window(QuietWindow(partner))
                case .manual: .manual
                }
            }, gates: [SpaceGate(house.stages)])
    }

    // MARK: Into a stage file

    /// Whether a full is loaded beside the store: not where there is nothing
    /// yet that it could disturb, nor where it is so small that it disturbs
    /// nobody and may go live at once.
    func isStaged(_ row: PackageRow, _ job: LaneJob, bytes: Int64) throws -> Bool {
        guard LaneWorker(job.lane) == .bulk, try !house.catalogue.isEmpty() else { return false }
        if job.rank >= ReadingRank.offers.rawValue, try house.catalogue.hasNoOffers() { return false }
        return bytes >= house.stageFrom || settings.partner(row.partner).promote != .immediately
    }

    /// Whether there is room for a full; one for which there is none is
    /// deferred.
    func hasRoom(for row: PackageRow, _ job: LaneJob, bytes: Int64) -> Bool {
        guard LaneWorker(job.lane) == .bulk else { return true }
        guard let lack = SpaceGate(house.stages).lack(forFull: bytes) else {
            clearAlarm(row.partner, "space")
            return true
        }
        alarm(row.partner, "space", "\(row.id) (\(row.path)): \(lack)")
        postpone(
            row, reason: lack,
            cure: "free space on that volume: it is tried again by itself; now: `waybill retry \(row.id)`")
        return false
    }

    /// Loads a full into a stage file, and makes it live where it may be.
    ///
    /// - Parameter isAsked: a command wants it live now.
    /// - Throws: `SlicesMoved` where changes of the catalogue kept coming
    ///   between: it is to be applied straight from its file.
    func stage(_ row: PackageRow, _ job: LaneJob, _ first: PackageReader, isAsked: Bool) throws {
        for number in 0..<Self.stagings {
            let reader = number == 0 ? first : try house.desk.reader(try readContext(row))
            let file = try load(row, job, reader)
            guard let seal = file.seal else { throw StageDamaged(path: file.path) }
            let staged = StagedPackage(partner: row.partner, exchange: row.exchange, seal: seal)
            supersede(by: staged)
            if case .notBefore(let moment, let reason) = promotion.answer(
                staged, at: house.moments.now, isAsked: isAsked)
            {
                return try leave(row, file, staged, until: moment, reason)
            }
            do {
                defer { dropStage(row.id) }
                return try promote(row, job, file, seal)
            } catch is SlicesMoved {
                logger.info("staged again", metadata: ["package.id": "\(row.id)"])
            }
        }
        throw SlicesMoved()
    }

    private func load(_ row: PackageRow, _ job: LaneJob, _ reader: PackageReader) throws -> StageFile {
        let staging = Staging(
            package: row.id, isArchive: reader.isArchive, isChunk: ChunkName(row.name).isChunk,
            rank: job.rank, now: house.moments.now)
        let source = StoppableSource(reader) { [self] in isStopping }
        source.slices = Applier(store: house.catalogue).stagingSlices(
            applyContext(row, isArchive: reader.isArchive), source)
        // It asks of the source that holds it.
        defer { source.slices = nil }
        do {
            return try staging.stage(source, at: house.stages.path(of: row.id)) {
                reader.unreadLanes
            } progress: { read, total, records in
                board.report(
                    LaneWorker(job.lane), bytesRead: read, bytesTotal: total, records: records,
                    phase: .staging)
            }
        } catch {
            dropStage(row.id)
            throw error
        }
    }

    /// The package lies in `claimed/` as staged until it may go live.
    private func leave(
        _ row: PackageRow, _ file: StageFile, _ staged: StagedPackage, until moment: Timestamp?,
        _ reason: String
    ) throws {
        do {
            try file.keep()
            try file.close()
        } catch {
            dropStage(row.id)
            throw error
        }
        shelf.put(.init(staged: staged, notBefore: moment, reason: reason))
        var row = row
        row.scope = .full
        row.hash = Self.hex(staged.seal.contentHash)
        say(reason, of: staged, until: moment, in: &row)
        try move(row)
        logger.notice(
            "package staged",
            metadata: ["package.id": "\(row.id)", "partner": "\(row.partner)", "reason": "\(reason)"])
    }

    private func say(
        _ reason: String, of staged: StagedPackage, until moment: Timestamp?, in row: inout PackageRow
    ) {
        row.outcome = .staged
        row.nextTry = moment
        row.reason = "staged at \(staged.seal.stagedAt), not live yet: \(reason)"
        row.cure = "to make it live now: `waybill promote \(row.id)`"
    }

    /// Older staged packages of which nothing would remain.
    private func supersede(by newer: StagedPackage) {
        for item in shelf.all
        where item.staged.partner == newer.partner && newer.seal.supersedes(item.staged.seal) {
            let id = item.staged.id
            do {
                try alone(with: id) {
                    guard var row = try house.journal.row(id), row.outcome == .staged else { return }
                    row.outcome = .superseded
                    row.reason = "a newer complete full was staged before it went live: \(newer.id)"
                    row.cure = ""
                    row.nextTry = nil
                    row.endedAt = house.moments.now
                    try move(row)
                    dropStage(id)
                    finishing.add(id)
                }
            } catch { alarm(newer.partner, "trouble", "\(id): \(error)") }
        }
    }

    // MARK: Live

    /// A job of the board whose package is staged.
    func promoteStaged(_ row: PackageRow, _ job: LaneJob) throws {
        guard let item = shelf[row.id], let file = openStage(row.id), let seal = file.seal else {
            return try loadAgain(row, job, isAsked: shelf[row.id]?.isAsked ?? false)
        }
        let answer = promotion.answer(item.staged, at: house.moments.now, isAsked: item.isAsked)
        if case .notBefore(let moment, let reason) = answer {
            try file.close()
            return try goOnWaiting(row, item, until: moment, reason)
        }
        // A store that fails is not tried every second.
        shelf.change(row.id) { $0.notBefore = house.moments.now.adding(seconds: SpaceGate.pause) }
        do {
            try promote(row, job, file, seal)
            dropStage(row.id)
        } catch  where error is SlicesMoved || error is StageDamaged {
            try loadAgain(row, job, isAsked: item.isAsked)
        } catch {
            // What stays staged keeps its stage file.
            let stays = error is Stopped || CatalogueStore.disposition(of: error) == .halt
            if !stays { dropStage(row.id) }
            throw error
        }
    }

    /// Its stage file is no use any more: the package is loaded anew.
    private func loadAgain(_ row: PackageRow, _ job: LaneJob, isAsked: Bool) throws {
        dropStage(row.id)
        var row = row
        row.outcome = .claimed
        row.reason = ""
        row.cure = ""
        row.nextTry = nil
        try move(row)
        try applyClaimed(row, job, isAsked: isAsked)
    }

    private func goOnWaiting(
        _ row: PackageRow, _ item: StageShelf.Item, until moment: Timestamp?, _ reason: String
    ) throws {
        shelf.change(row.id) {
            $0.notBefore = moment
            $0.reason = reason
        }
        guard item.reason != reason else { return }
        var row = row
        say(reason, of: item.staged, until: moment, in: &row)
        try house.journal.save([row], at: house.moments.now)
        news.ring()
    }

    private func promote(_ row: PackageRow, _ job: LaneJob, _ file: StageFile, _ seal: StageSeal) throws {
        let source = StoppableSource(try StagedSource(file)) { [self] in isStopping }
        let result = try Applier(store: house.catalogue).apply(
            source, applyContext(row, isArchive: seal.isArchive), now: { house.moments.now.milliseconds }
        ) { read, total, records in
            board.report(
                LaneWorker(job.lane), bytesRead: read, bytesTotal: total, records: records, phase: .promoting)
        }
        try file.close()
        var row = row
        row.nextTry = nil
        try settle(row, result, seal.unreadLanes)
    }

    /// Puts what may go live now on the board.
    func promoteDue(_ now: Timestamp) throws {
        for item in shelf.all {
            let id = item.staged.id
            if let moment = item.notBefore, now < moment, !item.isAsked { continue }
            switch promotion.answer(item.staged, at: now, isAsked: item.isAsked) {
            case .ready:
                try alone(with: id) {
                    guard try house.journal.row(id)?.outcome == .staged else { return }
                    board.add(LaneJob(id: id, lane: .catalogueFull, rank: item.staged.seal.rank))
                }
            case .notBefore(let moment, let reason):
                try alone(with: id) {
                    guard let row = try house.journal.row(id), row.outcome == .staged else { return }
                    try goOnWaiting(row, item, until: moment, reason)
                }
            }
        }
    }

    /// Makes an exchange, a package, or all that is staged live, whatever the
    /// policies say, and waits for what becomes of it.
    func promote(_ command: Command, _ report: @escaping @Sendable (Answer) -> Void) throws -> Answer {
        let chosen = shelf.all.map(\.staged).filter { staged in
            command.id.map { $0 == staged.id.text || $0 == staged.exchange } ?? true
        }
        guard !chosen.isEmpty else {
            let what = command.id.map { "nothing of \($0) is staged" } ?? "nothing is staged"
            return .result(.notFound, what, cure: "waybill queue")
        }
        for staged in chosen {
            shelf.change(staged.id) { $0.isAsked = true }
            try house.journal.audit(
                at: house.moments.now, who: command.who, command: "promote", package: staged.id,
                before: Outcome.staged.rawValue, after: "")
        }
        try promoteDue(house.moments.now)
        return try settled(chosen.map(\.id), attachments: 0, isWhole: true, report)
    }

    /// What is staged and not live yet, a line each.
    var stagedLines: [String] {
        shelf.all.map { item in
            "\(item.staged.partner): \(item.staged.id) is staged, not live yet: \(item.reason)"
        }
    }

    // MARK: Stage files

    /// Opens the stage file of a package; nil for one that is no use.
    private func openStage(_ id: PackageID) -> StageFile? {
        do {
            let file = try StageFile.open(path: house.stages.path(of: id))
            return file.seal?.package == id ? file : nil
        } catch {
            logger.warning("stage file is of no use", metadata: ["package.id": "\(id)", "error": "\(error)"])
            return nil
        }
    }

    /// Removes a package's stage file, and forgets that it was staged.
    func dropStage(_ id: PackageID) {
        shelf.remove(id)
        do {
            try house.stages.remove(id)
            clearAlarm("", "stage")
        } catch { alarm("", "stage", "\(id): \(error)") }
    }

    /// At the start: takes up the stage files of packages that wait to go
    /// live, and throws all others away.
    func takeUpStages() throws {
        for id in try house.stages.list() {
            guard let row = try house.journal.row(id), row.outcome == .staged,
                try house.catalogue.marker(id) == nil, let file = openStage(id), let seal = file.seal
            else {
                dropStage(id)
                continue
            }
            try file.close()
            let staged = StagedPackage(partner: row.partner, exchange: row.exchange, seal: seal)
            shelf.put(.init(staged: staged, reason: ""))
        }
    }

    /// Removes stage files that belong to no package that waits.
    func removeOrphanStages() throws {
        for id in try house.stages.list() where shelf[id] == nil {
            alone(with: id) { dropStage(id) }
        }
    }
}
