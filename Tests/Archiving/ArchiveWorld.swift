// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Archiving
import Files
import JournalStore
import Records
import SystemPackage
import TestKit

/// A journal in memory.
final class MemoryLedger: ArchiveLedger {
    var rows: [PackageID: PackageRow] = [:]

    func page(after: String, limit: Int) throws(ArchiveError) -> [PackageRow] {
        let open = rows.values.filter {
            $0.archivePath != nil && $0.expiredAt == nil && $0.id.text > after
        }
        return Array(open.sorted { $0.id < $1.id }.prefix(limit))
    }
    func row(_ id: PackageID) throws(ArchiveError) -> PackageRow? { rows[id] }
    func expire(_ expired: [PackageRow]) throws(ArchiveError) {
        for row in expired { rows[row.id] = row }
    }
}

/// A spool's `claimed/` and `archive/`, with a ledger beside them.
final class ArchiveWorld {
    let folder: TemporaryFolder
    let ledger = MemoryLedger()
    let clock = ManualClock()
    private var ids = PackageIDSource()

    init() throws {
        folder = try TemporaryFolder()
        try RealFileSystem().makeDirectories(archive)
        try RealFileSystem().makeDirectories(FilePath(folder.path("claimed")))
    }

    var archive: FilePath { FilePath(folder.path("archive")) }
    func archiver(_ files: any FileSystem = FaultyFileSystem()) -> Archiver {
        Archiver(files: files, archive: archive)
    }
    func retention(_ files: any FileSystem = FaultyFileSystem()) -> Retention {
        Retention(files: files, archive: archive)
    }
    var reader: ArchiveReader { ArchiveReader(files: FaultyFileSystem(), archive: archive) }

    /// A finished package in `claimed/`, with its row.
    func finished(
        _ name: String = "import.xml", _ text: String = "<a/>", partner: String = "erp-1c",
        outcome: Outcome = .applied, full: Bool = false, exchange: String? = nil,
        beside: [String: String] = [:]
    ) throws -> ArchiveItem {
        let id = ids.next(now: clock.milliseconds * 1_000, chance: 0)
        var row = PackageRow(
            id: id, exchange: exchange ?? id.text, partner: partner, name: name, path: "webdata/\(name)",
            size: Int64(text.utf8.count), receivedAt: clock.now, outcome: outcome)
        row.endedAt = clock.now
        row.scope = full ? .full : .partial
        try folder.write("claimed/\(id)/\(name)", text)
        try folder.write("claimed/\(id)/package.json", "{}")
        for (other, text) in beside { try folder.write("claimed/\(id)/\(other)", text) }
        try RealFileSystem().setTimes(
            FilePath(folder.path("claimed/\(id)/\(name)")), modified: clock.milliseconds * 1_000_000)
        ledger.rows[id] = row
        return ArchiveItem(row: row, folder: FilePath(folder.path("claimed/\(id)")), payload: name)
    }

    /// Archives packages and notes it in the journal.
    @discardableResult
    func archived(_ items: [ArchiveItem]) throws -> [PackageRow] {
        var rows: [PackageRow] = []
        for (item, result) in zip(items, archiver().finish(items, at: clock.now)) {
            let archived = try result.outcome.get()
            var row = item.row
            row.sha256 = archived.sha256
            row.archivePath = archived.path
            rows.append(row)
            ledger.rows[row.id] = row
        }
        return rows
    }

    func day(_ days: Int64 = 1) { clock.advance(seconds: days * 86_400) }

    /// Names below `archive/` without locks.
    func names() throws -> [String] {
        try Listing.files(archive).filter { !$0.hasPrefix(".") }
    }

    /// Payloads that lie in the archive.
    func payloads() throws -> [String] {
        try names().filter { !$0.hasSuffix(".json") && !$0.hasSuffix("SHA256SUMS") }
    }

    func prune(
        _ policy: RetentionPolicy, dryRun: Bool = false, _ files: any FileSystem = FaultyFileSystem()
    ) throws(ArchiveError) -> (summary: PruneSummary, items: [PruneItem]) {
        var items: [PruneItem] = []
        let summary = try retention(files).prune(
            policy: policy, now: clock.now, dryRun: dryRun, journal: ledger
        ) { items.append($0) }
        return (summary, items)
    }
}
