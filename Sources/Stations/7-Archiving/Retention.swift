// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
import JournalStore
package import Records
package import SystemPackage

/// One file that a clean-up looked at.
package struct PruneItem: Sendable, Hashable {
    /// Below `archive/`, or the name in `receipts/`.
    package var path: String
    package var id: PackageID?
    /// Bytes.
    package var size: Int64
    package var rule: RetentionRule
}

package struct PruneSummary: Sendable, Hashable {
    package var kept = 0
    package var removed = 0
    /// Bytes of removed payloads.
    package var freed: Int64 = 0
    /// Removed by somebody else since the last run.
    package var expired = 0
    package var strays = 0
    /// Things that were left alone and want an admin's look.
    package var warnings: [String] = []
}

/// Removes what may go from `archive/` and `receipts/`.
///
/// Safe under cron, twice at once, beside a running agent, and after a stop
/// at any step: files go first, rows are marked after that, and a file that
/// is already gone is no error.
package struct Retention: Sendable {
    let files: any FileSystem
    let archive: FilePath

    package init(files: any FileSystem, archive: FilePath) {
        self.files = files
        self.archive = archive
    }

    /// Applies a policy to every archived package.
    ///
    /// - Parameter report: every file and the rule that decided, also in a
    ///   dry run, which takes no lock and changes nothing.
    /// - Throws: `.locked` while another clean-up runs; `.emptyArchive` where
    ///   the archive's volume seems to be away.
    package func prune(
        policy: RetentionPolicy, now: Timestamp, dryRun: Bool, journal: some ArchiveLedger,
        report: (PruneItem) -> Void
    ) throws(ArchiveError) -> PruneSummary {
        if dryRun { return try run(policy, now, true, journal, report) }
        let lock = archive.appending(ArchiveName.pruneLock)
        let file = try filing { () throws(FileError) in try files.open(lock, .lockFile(mode: 0o664)) }
        defer { files.closeAfterFailure(file) }
        guard try filing({ () throws(FileError) in try files.lock(file, exclusive: true, wait: false) })
        else {
            throw .locked(lock)
        }
        return try run(policy, now, false, journal, report)
    }

    private func run(
        _ policy: RetentionPolicy, _ now: Timestamp, _ dryRun: Bool, _ journal: some ArchiveLedger,
        _ report: (PruneItem) -> Void
    ) throws(ArchiveError) -> PruneSummary {
        var tree = try filing { () throws(FileError) in try SafeTree(files: files, archive: archive) }
        var decider = RetentionDecider(policy: policy, now: now)
        var last: String?
        try journal.each(upTo: nil) { rows throws(ArchiveError) in
            last = rows.last?.id.text
            for row in rows {
                if case .present = try tree.find(row) { decider.survey(row) }
            }
        }
        var summary = PruneSummary()
        if let last {
            // Folders gone with all their files: rather a missing mount.
            guard try filing({ () throws(FileError) in try !tree.subfolders(archive).isEmpty }) else {
                throw .emptyArchive(archive)
            }
            try weigh(policy, last, journal, &tree, &decider)
            try journal.each(upTo: last) { rows throws(ArchiveError) in
                try sweep(rows, now, dryRun, journal, &tree, &decider, &summary, report)
            }
        }
        try findStrays(tree, journal, &summary, report)
        return summary
    }

    /// Finds how much is left over `maxSize` by the other rules.
    private func weigh(
        _ policy: RetentionPolicy, _ last: String, _ journal: some ArchiveLedger, _ tree: inout SafeTree,
        _ decider: inout RetentionDecider
    ) throws(ArchiveError) {
        guard let limit = policy.maxSize else { return }
        var left: Int64 = 0
        try journal.each(upTo: last) { rows throws(ArchiveError) in
            for row in rows {
                guard case .present(_, let size) = try tree.find(row) else { continue }
                if !decider.decide(row, size: size).removes { left += size }
            }
        }
        decider.rewind()
        decider.excess = left - limit
    }

    /// Decides about a page of rows and removes, a day folder at a time.
    private func sweep(
        _ rows: [PackageRow], _ now: Timestamp, _ dryRun: Bool, _ journal: some ArchiveLedger,
        _ tree: inout SafeTree, _ decider: inout RetentionDecider, _ summary: inout PruneSummary,
        _ report: (PruneItem) -> Void
    ) throws(ArchiveError) {
        var doomed: [String: [PackageRow]] = [:]
        for row in rows {
            var item = PruneItem(path: row.archivePath ?? "", id: row.id, size: 0, rule: .expired)
            switch try tree.find(row) {
            case .gone: summary.expired += 1
            case .unsafe:
                item.rule = .unsafe
                summary.warnings.append("\(item.path): \(item.rule.why)")
            case .present(_, let size):
                item.size = size
                item.rule = decider.decide(row, size: size)
            }
            report(item)
            guard item.rule.removes else {
                summary.kept += 1
                continue
            }
            if item.rule != .expired {
                summary.removed += 1
                summary.freed += item.size
            }
            let day = try ArchiveName.split(item.path).day
            doomed[day, default: []].append(row)
        }
        guard !dryRun else { return }
        for (day, rows) in doomed.sorted(by: { $0.key < $1.key }) {
            if try filing({ () throws(FileError) in try tree.isSafe(day) }) == true {
                try filing { () throws(FileError) in try remove(rows, day: day) }
            }
            try journal.expire(
                rows.map { row in
                    var row = row
                    row.expiredAt = now
                    return row
                })
        }
    }

    /// Removes every file of these packages in one day folder, their lines in
    /// `SHA256SUMS`, and folders that are empty then.
    private func remove(_ rows: [PackageRow], day: String) throws(FileError) {
        let folder = archive.pushing(FilePath(day))
        let ids = Set(rows.map(\.id))
        var names = Set(rows.compactMap { $0.archivePath?.split(separator: "/").last.map(String.init) })
        names.formUnion(ids.map(ArchiveName.facts))
        for name in try files.list(folder).map(\.string) {
            if let id = ArchiveName.id(of: name), ids.contains(id) { names.insert(name) }
        }
        for name in names.sorted() { try files.unlinkIfPresent(folder.appending(name)) }
        try Sums.locked(files, archive: archive) { () throws(FileError) in
            try Sums(files: files, folder: folder).remove(names)
        }
        try files.syncDirectory(folder)
        try removeEmpty(folder)
    }

    /// Day, month and year go when they are empty; the partner's folder
    /// stays.
    private func removeEmpty(_ day: FilePath) throws(FileError) {
        var folder = day
        for _ in 0..<3 {
            do throws(FileError) { try files.removeDirectory(folder) } catch {
                if error.exists { return }
                if !error.isNotFound { throw error }
            }
            folder = folder.removingLastComponent()
        }
    }

    /// Reports files of day folders that no row knows. They are not touched.
    private func findStrays(
        _ tree: SafeTree, _ journal: some ArchiveLedger, _ summary: inout PruneSummary,
        _ report: (PruneItem) -> Void
    ) throws(ArchiveError) {
        var asked: (id: PackageID, known: Bool)?
        for day in try filing({ () throws(FileError) in try days(tree) }) {
            let folder = archive.pushing(FilePath(day))
            for name in try filing({ () throws(FileError) in try listIfPresent(folder) }).map(\.string)
            where name != ArchiveName.sums && !name.hasPrefix(".") {
                let id = ArchiveName.id(of: name)
                if let id {
                    if asked?.id != id {
                        asked = (id, try journal.row(id).map { $0.expiredAt == nil } ?? false)
                    }
                    if asked?.known == true { continue }
                }
                summary.strays += 1
                let size = try filing { () throws(FileError) in
                    try files.statusIfPresent(folder.appending(name))?.size ?? 0
                }
                report(PruneItem(path: "\(day)/\(name)", id: id, size: size, rule: .stray))
            }
        }
    }

    private func listIfPresent(_ folder: FilePath) throws(FileError) -> [FilePath.Component] {
        do { return try files.list(folder) } catch {
            if error.isNotFound { return [] }
            throw error
        }
    }

    /// Day folders, relative to `archive/`.
    private func days(_ tree: SafeTree) throws(FileError) -> [String] {
        var level = [""]
        for _ in 0..<4 {
            var next: [String] = []
            for path in level {
                let folder = path.isEmpty ? archive : archive.pushing(FilePath(path))
                next += try tree.subfolders(folder).map { path.isEmpty ? $0.string : "\(path)/\($0.string)" }
            }
            level = next
        }
        return level
    }
}
