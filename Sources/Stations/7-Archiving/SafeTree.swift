// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import JournalStore
import SystemPackage

/// Finds archived files without leaving `archive/`: every folder on the way is
/// a real one of the same volume (`spool-traps.md` section 6, "safe walking").
struct SafeTree {
    let files: any FileSystem
    let archive: FilePath
    private let device: UInt64
    private var folders: [String: Bool] = [:]

    enum Place {
        case present(FilePath, size: Int64)
        case gone
        case unsafe
    }

    /// The archive itself may be a link that an admin made.
    init(files: any FileSystem, archive: FilePath) throws(FileError) {
        self.files = files
        self.archive = archive
        device = try files.statusFollowingLinks(archive).device
    }

    mutating func find(_ row: PackageRow) throws(ArchiveError) -> Place {
        guard let path = row.archivePath else { return .gone }
        let (day, name) = try ArchiveName.split(path)
        return try filing { () throws(FileError) in
            guard let safe = try isSafe(day) else { return .gone }
            guard safe else { return .unsafe }
            let file = archive.pushing(FilePath(day)).appending(name)
            guard let status = try files.statusIfPresent(file) else { return .gone }
            guard status.kind == .file, status.device == device else { return .unsafe }
            return .present(file, size: status.size)
        }
    }

    /// Nil where a folder on the way is gone.
    mutating func isSafe(_ day: String) throws(FileError) -> Bool? {
        if let known = folders[day] { return known }
        var path = archive
        for part in FilePath(day).components {
            path.append(part)
            guard let status = try files.statusIfPresent(path) else { return nil }
            guard status.kind == .folder, status.device == device else {
                folders[day] = false
                return false
            }
        }
        // Rows come day by day: few folders are enough to remember.
        if folders.count > 64 { folders.removeAll(keepingCapacity: true) }
        folders[day] = true
        return true
    }

    /// Real folders of this volume below `path`, by name.
    func subfolders(_ path: FilePath) throws(FileError) -> [FilePath.Component] {
        var result: [FilePath.Component] = []
        for name in try files.list(path) {
            guard let status = try files.statusIfPresent(path.appending(name)) else { continue }
            if status.kind == .folder, status.device == device { result.append(name) }
        }
        return result
    }
}
