// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Archiving
import CatalogueStore
import JournalStore
import MediaStore
import Reading
import Records
import Settings
import SpoolStore
import Synchronization
import SystemPackage
import Threads

extension Engine {
    /// Packages that share one sync of their archive folder.
    private static let groupSize = 200
    /// While so many packages come at once, or a full is being loaded,
    /// archiving waits for their end, for so long and for so many of its own.
    private static let rushSize = 50
    private static let rushWait = Duration.seconds(10)
    private static let rushLimit = 20_000

    /// Archives what has ended, until the engine stops.
    func finishLoop() {
        var rushedSince: ContinuousClock.Instant?
        while !isStopping {
            if isRushed {
                let since = rushedSince ?? house.moments.steady()
                rushedSince = since
                if house.moments.steady() - since < Self.rushWait, finishing.count < Self.rushLimit {
                    if !finishBell.wait(seconds: 0.05) { return }
                    continue
                }
            } else {
                rushedSince = nil
            }
            let ids = finishing.take(Self.groupSize)
            if ids.isEmpty {
                if !finishBell.wait(seconds: 5) { return }
                continue
            }
            do {
                try finish(ids)
                clearAlarm("", "archive")
            } catch { alarm("", "archive", "\(error)") }
            finishing.done()
            news.ring()
        }
    }

    /// Every file that archiving makes or removes takes time from the claims,
    /// every byte that it hashes from the full that is loaded.
    private var isRushed: Bool {
        if board.running(.bulk) != nil { return true }
        return rush.load(ordering: .relaxed) + board.waiting(in: .catalogue) >= Self.rushSize
    }

    private func finish(_ ids: [PackageID]) throws {
        let found = try house.journal.rows(ids)
        var rows: [PackageID: PackageRow] = [:]
        var items: [ArchiveItem] = []
        for id in ids {
            guard var row = found[id], row.archivePath == nil,
                row.outcome == .waiting || (row.outcome.isFinal && row.outcome != .quarantined)
            else { continue }
            let (state, file) = try payload(of: row)
            if let wait = try keepPictures(of: row, file) {
                row.outcome = .waiting
                row.endedAt = nil
                row.reason = wait
                row.cure = "it goes on by itself once the volume is back"
                try move(row)
                continue
            }
            // Its records wait for others; its pictures don't.
            if row.outcome == .waiting { continue }
            rows[id] = row
            let name = file?.lastComponent?.string ?? SafeName.make(row.path)
            items.append(ArchiveItem(row: row, folder: house.spool.folder(id, state), payload: name))
        }
        let now = house.moments.now
        var done: [PackageRow] = []
        var failed: Set<String> = []
        for result in house.archiver.finish(items, at: now) {
            guard var row = rows[result.id] else { continue }
            switch result.outcome {
            case .success(let archived):
                row.sha256 = archived.sha256
                row.archivePath = archived.path
                row.expiredAt = nil
                finished.remove(row.id)
                done.append(row)
            case .failure(.payloadGone): try endWithoutFile(row)
            case .failure(let error):
                failed.insert(row.partner)
                alarm(row.partner, "archive", "\(row.id): \(error)")
            }
        }
        // First the receipts: once the rows are saved, nobody comes back here.
        for row in done { writeReceipt(row, archivedAt: now) }
        try house.journal.save(done, at: now)
        for partner in Set(done.map(\.partner)).subtracting(failed) { clearAlarm(partner, "archive") }
    }

    /// Where a package's folder lies, and its payload, if there is one.
    private func payload(of row: PackageRow) throws(SpoolError) -> (state: SpoolState, file: FilePath?) {
        if let file = try house.spool.payload(row.id, .claimed, original: FilePath(row.path)) {
            return (.claimed, file)
        }
        let state = try house.spool.locate(row.id) ?? .claimed
        return (state, try house.spool.package(row.id, state)?.file)
    }

    // MARK: Pictures

    /// Hands the pictures of a ZIP to the media volume.
    ///
    /// - Returns: why they have to wait, nil where all are kept.
    private func keepPictures(of row: PackageRow, _ file: FilePath?) throws -> String? {
        guard [.applied, .appliedWithRejects, .waiting].contains(row.outcome), let file else {
            return nil
        }
        guard try house.desk.isArchive(file) else { return nil }
        if case .offline(let reason) = house.media.state {
            return "its pictures wait for the media volume: \(reason)"
        }
        do {
            let result = try house.desk.keepPictures(
                of: readContext(row, file), package: row.id, exchange: row.exchange, partner: row.partner,
                into: house.media)
            for error in result.unreadable { alarm(row.partner, "picture", "\(row.path): \(error)") }
        } catch let error as MediaError {
            return "its pictures wait for the media volume: \(error)"
        } catch let error as ReadError {
            // The records are in the store; the archive keeps the whole ZIP.
            alarm(row.partner, "picture", "\(row.path): its pictures can't be unpacked: \(error)")
        }
        return nil
    }

    /// A loose picture: into the media volume, its blob is its archive.
    func keepAttachment(_ file: ClaimedFile) {
        guard case .online = house.media.state else { return }
        do {
            try house.desk.keepFile(
                file.file, name: file.note.name, partner: file.note.partner, package: file.note.id,
                exchange: exchangeOfAttachment(file.note), at: file.note.claimedAt, into: house.media)
            try house.spool.removeAttachment(file.note.id)
            // One that still can't be kept says so again with the next round.
            clearAlarm(file.note.partner, "media")
        } catch {
            alarm(file.note.partner, "media", "\(file.note.name): \(error)")
        }
    }

    /// Loose pictures that an earlier run, or a volume that was away, left.
    func keepWaitingAttachments() throws {
        for file in try house.spool.attachments() where !inFlight.contains(file.note.id) {
            keepAttachment(file)
        }
    }

    private func exchangeOfAttachment(_ note: PackageNote) -> String {
        lastExchange.withLock { $0[note.partner] } ?? note.id.text
    }

    // MARK: Receipts

    /// A receipt that can't be written changes no outcome; `status` shows it.
    func writeReceipt(_ row: PackageRow, archivedAt: Timestamp?) {
        let language = settings.partner(row.partner).language
        let report = house.receipts.write(
            row, archivedAt: archivedAt, language: ReceiptLanguage(rawValue: language.rawValue) ?? .en,
            into: house.spool.receipts(row.partner)
        ) { code, offset, limit in
            guard row.rejects > 0 else { return [] }
            return try house.catalogue.rejects(of: row.id, code: code, skipping: offset, limit: limit)
        }
        if let warning = report.warning {
            alarm(row.partner, "receipts", warning)
        } else {
            clearAlarm(row.partner, "receipts")
        }
    }
}
