// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import JournalStore
package import Records
package import SystemPackage

/// A package that has reached its end and is to be put away.
package struct ArchiveItem: Sendable {
    /// The row as it stands in the journal, with its final outcome.
    package var row: PackageRow
    /// The package's own folder: `claimed/<id>/`, or where it stopped.
    package var folder: FilePath
    /// Name of the payload in that folder.
    package var payload: String

    package init(row: PackageRow, folder: FilePath, payload: String) {
        self.row = row
        self.folder = folder
        self.payload = payload
    }
}

/// What the journal notes of an archived package.
package struct Archived: Sendable, Hashable {
    package var id: PackageID
    /// Of the payload, hexadecimal.
    package var sha256: String
    /// Below `archive/`, for `PackageRow.archivePath`.
    package var path: String
    package var size: Int64
    /// Nanoseconds since 1970, as the partner's file had it.
    package var modified: Int64
    /// Markers and manifests that went with the package's folder.
    package var dropped: [String]
}

package struct ArchiveResult: Sendable {
    package var id: PackageID
    package var outcome: Result<Archived, ArchiveError>
}

/// Puts finished packages away: payload, `<id>.json`, `SHA256SUMS`.
///
/// Every step may be the last one before a stop: the same call again ends in
/// the same state (`spool-traps.md` 5.1, W5 and W6). The order is: facts,
/// payload by rename, checksum line, folder sync, and only then the package's
/// own folder goes.
package struct Archiver: Sendable {
    let files: any FileSystem
    let archive: FilePath

    /// - Parameter archive: the spool's `archive/`; it must exist.
    package init(files: any FileSystem, archive: FilePath) {
        self.files = files
        self.archive = archive
    }

    /// Archives a group of packages, which share their folder syncs.
    ///
    /// One package's failure is its own; what a group shares (a day's
    /// checksums, a folder's sync) fails all of that day. A failed package
    /// stays where it is, or between the two places, until the next call.
    package func finish(_ items: [ArchiveItem], at now: Timestamp) -> [ArchiveResult] {
        var results: [ArchiveResult] = []
        var days: [String: [Placed]] = [:]
        var order: [String] = []
        for item in items {
            do throws(ArchiveError) {
                let placed = try place(item, at: now)
                if days[placed.day] == nil { order.append(placed.day) }
                days[placed.day, default: []].append(placed)
            } catch {
                results.append(ArchiveResult(id: item.row.id, outcome: .failure(error)))
            }
        }
        for day in order {
            let group = days[day] ?? []
            do throws(ArchiveError) {
                try filing { () throws(FileError) in try record(group, day: day) }
                results += clear(group)
            } catch {
                results += group.map { ArchiveResult(id: $0.archived.id, outcome: .failure(error)) }
            }
        }
        return results
    }

    // MARK: One package

    private struct Placed {
        var day: String
        var archived: Archived
        var sums: [(sha256: String, name: String)]
        /// An earlier run may have written some of it.
        var again: Bool
        var folder: FilePath
        /// Names in that folder that are archived, dropped or ours.
        var settled: Set<String>
    }

    private func place(_ item: ArchiveItem, at now: Timestamp) throws(ArchiveError) -> Placed {
        let row = item.row
        let day = try ArchiveName.dayFolder(row)
        let folder = archive.pushing(FilePath(day))
        let name = ArchiveName.file(row.id, row.name)
        let target = folder.appending(name)
        let source = item.folder.appending(item.payload)
        try filing { () throws(FileError) in try makeFolders(folder) }

        let contents = try contents(item)
        let factsPath = folder.appending(ArchiveName.facts(row.id))
        let (here, there, facts) = try filing { () throws(FileError) in
            (
                try files.statusIfPresent(source), try files.statusIfPresent(target),
                try files.statusIfPresent(factsPath)
            )
        }
        guard here != nil || there != nil else { throw .payloadGone(row.id) }
        if let here, here.kind != .file { throw .notAFile(source) }
        if let there, there.kind != .file { throw .notAFile(target) }

        let found = try Checksum(files: files).file(here == nil ? target : source, syncing: true)
        let archived = Archived(
            id: row.id, sha256: found.sha256, path: "\(day)/\(name)", size: found.status.size,
            modified: found.status.modified, dropped: contents.dropped)
        // An earlier run may have moved some of what lay beside the payload.
        let again = facts != nil || there != nil
        let moved = again ? try earlier(row.id, in: folder).filter { $0 != name } : []
        // With the payload gone the folder may be half empty: the facts that
        // the first run wrote know more.
        if here != nil || (facts?.size ?? 0) == 0 {
            let beside = Set(moved + contents.extra.map { ArchiveName.file(row.id, $0) }).sorted()
            let text = Self.facts(row, archived, beside: beside, at: now)
            try filing { () throws(FileError) in
                try files.atomicWriteUnsynced(factsPath, Array(text.utf8), mode: 0o664)
            }
        }
        var sums: [(sha256: String, name: String)] = []
        for extra in contents.extra {
            let from = item.folder.appending(extra)
            let sha256 = try Checksum(files: files).file(from, syncing: true).sha256
            let extraName = ArchiveName.file(row.id, extra)
            try move(from, to: folder.appending(extraName), sha256: sha256, id: row.id)
            sums.append((sha256, extraName))
        }
        if here != nil { try move(source, to: target, sha256: found.sha256, id: row.id) }
        sums.append((found.sha256, name))
        for name in moved where !sums.contains(where: { $0.name == name }) {
            sums.append((try Checksum(files: files).file(folder.appending(name)).sha256, name))
        }
        return Placed(
            day: day, archived: archived, sums: sums, again: again, folder: item.folder,
            settled: Set(contents.dropped + contents.extra + contents.ours + [item.payload]))
    }

    /// Names of the package's files that an earlier run put into the day
    /// folder.
    private func earlier(_ id: PackageID, in folder: FilePath) throws(ArchiveError) -> [String] {
        try filing { () throws(FileError) in try files.list(folder) }.map(\.string)
            .filter { $0.hasPrefix("\(id)-") }
    }

    /// What lies in the package's folder beside the payload.
    private func contents(_ item: ArchiveItem) throws(ArchiveError) -> (
        dropped: [String], extra: [String], ours: [String]
    ) {
        var dropped: [String] = []
        var ours: [String] = []
        var extra: [String] = []
        for name in try names(in: item.folder) where name.string != item.payload {
            let path = item.folder.appending(name)
            guard let status = try filing({ () throws(FileError) in try files.statusIfPresent(path) }) else {
                continue
            }
            guard status.kind == .file else { throw .notAFile(path) }
            switch Beside(name.string, size: status.size) {
            case .ours: ours.append(name.string)
            case .marker: dropped.append(name.string)
            case .other: extra.append(name.string)
            }
        }
        return (dropped, extra, ours)
    }

    private func names(in folder: FilePath) throws(ArchiveError) -> [FilePath.Component] {
        do throws(FileError) { return try files.list(folder) } catch {
            if error.isNotFound { return [] }
            throw .file(error)
        }
    }

    /// A file that lies beside the payload.
    private enum Beside {
        case ours, marker, other

        init(_ name: String, size: Int64) {
            let markers = [".done", ".complete", ".sha256", ".manifest.json"]
            let isNew = name.hasPrefix(".") && name.hasSuffix(".new")
            if name == "package.json" || name == "reason.txt" || isNew {
                self = .ours
            } else if size <= 1 << 20, markers.contains(where: name.lowercased().hasSuffix) {
                self = .marker
            } else {
                self = .other
            }
        }
    }

    /// Moves by rename; across volumes by copy, check and rename. There the
    /// source stays until `clear`.
    private func move(_ from: FilePath, to: FilePath, sha256: String, id: PackageID) throws(ArchiveError) {
        do throws(FileError) {
            try files.renameNoReplace(from, to)
            return
        } catch {
            if error.exists {
                guard try Checksum(files: files).file(to).sha256 == sha256 else { throw .conflict(to) }
                return
            }
            guard error.isAcrossVolumes else { throw .file(error) }
        }
        let aside = to.removingLastComponent().appending(".\(id).part")
        try filing { () throws(FileError) in
            try files.unlinkIfPresent(aside)
            try files.copy(from, aside, mode: try files.status(from).mode & 0o777)
        }
        let copied = try Checksum(files: files).file(aside).sha256
        guard copied == sha256 else { throw .changed(from) }
        try filing { () throws(FileError) in try files.rename(aside, to) }
    }

    /// Makes the day's folders durable where they are new.
    private func makeFolders(_ folder: FilePath) throws(FileError) {
        for made in try files.makeDirectories(folder, mode: 0o775) {
            try files.syncDirectory(made.removingLastComponent())
        }
    }

    /// - Parameter beside: names in the archive of what lay beside the payload.
    static func facts(_ row: PackageRow, _ archived: Archived, beside: [String], at now: Timestamp) -> String
    {
        var members = row.facts
        members += [
            ("sha256", .text(archived.sha256)), ("hash", .text(row.hash)),
            ("mtime", .text(Timestamp(milliseconds: archived.modified / 1_000_000).description)),
            ("ended_at", .text(row.endedAt?.description)), ("archived_at", .text(now.description)),
            ("archive", .text(archived.path)),
            ("beside", .list(beside.map { .text($0) })),
            ("dropped", .list(archived.dropped.map { .text($0) })),
        ]
        return JSONText.object(members).document
    }

    // MARK: A group

    private func record(_ group: [Placed], day: String) throws(FileError) {
        let folder = archive.pushing(FilePath(day))
        try Sums.locked(files, archive: archive) { () throws(FileError) in
            try Sums(files: files, folder: folder).add(
                group.flatMap(\.sums), checking: group.contains(where: \.again))
        }
        try files.syncDirectory(folder)
    }

    /// Removes the packages' own folders. Only what was looked at is removed:
    /// anything that came since keeps the folder and is archived by the next
    /// call.
    private func clear(_ group: [Placed]) -> [ArchiveResult] {
        var parents: Set<FilePath> = []
        var failed: [PackageID: ArchiveError] = [:]
        for placed in group {
            do throws(ArchiveError) {
                for name in try names(in: placed.folder) {
                    let path = placed.folder.appending(name)
                    guard placed.settled.contains(name.string) else { throw .changed(path) }
                    try filing { () throws(FileError) in try files.unlinkIfPresent(path) }
                }
                try filing { () throws(FileError) in
                    guard try files.exists(placed.folder) else { return }
                    try files.removeDirectory(placed.folder)
                }
                parents.insert(placed.folder.removingLastComponent())
            } catch {
                failed[placed.archived.id] = error
            }
        }
        for parent in parents.sorted(by: { $0.string < $1.string }) {
            do throws(FileError) { try files.syncDirectory(parent) } catch {
                for placed in group where placed.folder.removingLastComponent() == parent {
                    failed[placed.archived.id] = failed[placed.archived.id] ?? .file(error)
                }
            }
        }
        return group.map { placed in
            let id = placed.archived.id
            return ArchiveResult(
                id: id, outcome: failed[id].map { .failure($0) } ?? .success(placed.archived))
        }
    }
}
