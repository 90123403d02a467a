// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import SystemPackage

/// Makes what is missing in a root; what exists stays as it is.
struct RootMaker {
    let root: FilePath
    let files: any FileSystem
    /// What was made, relative to the root, in order.
    private(set) var made: [String] = []

    init(root: FilePath, files: any FileSystem) {
        self.root = root
        self.files = files
    }

    /// Makes a folder and those above it, setgid, so that what a member of
    /// the group makes there belongs to the group.
    mutating func folder(_ path: FilePath, mode: UInt32 = 0o2770) throws(FileError) {
        for folder in try files.makeDirectories(path, mode: mode) {
            // mkdir leaves setgid out.
            try files.setMode(folder, mode)
            note(folder, isFolder: true)
        }
    }

    /// Makes a folder that partners and shops pass through on their way to
    /// what their own groups may read, whatever the umask.
    mutating func passage(_ path: FilePath) throws(FileError) {
        for folder in try files.makeDirectories(path, mode: 0o755) {
            try files.setMode(folder, 0o755)
            note(folder, isFolder: true)
        }
    }

    /// Writes a file that is not there yet, with the folders above it.
    mutating func file(_ path: FilePath, _ text: String) throws(FileError) {
        try folder(path.removingLastComponent())
        if try Self.write(path, text, files) { note(path, isFolder: false) }
    }

    /// Notes the folders and files that `work` makes below `folder`, one
    /// level deep.
    mutating func watching<Failure: Error>(
        _ folder: FilePath, _ work: () throws(Failure) -> Void
    ) throws {
        let before = try Set(names(folder))
        try work()
        for name in try names(folder) where !before.contains(name) {
            let path = folder.appending(name)
            note(path, isFolder: try files.status(path).kind == .folder)
        }
    }

    /// - Returns: false where the file was there already.
    static func write(_ path: FilePath, _ text: String, _ files: any FileSystem) throws(FileError) -> Bool {
        if try files.exists(path) { return false }
        try files.makeDirectories(path.removingLastComponent(), mode: 0o770)
        try files.atomicWrite(path, Array(text.utf8), mode: 0o664)
        return true
    }

    private func names(_ folder: FilePath) throws(FileError) -> [FilePath.Component] {
        do { return try files.list(folder) } catch {
            if error.isNotFound { return [] }
            throw error
        }
    }

    private mutating func note(_ path: FilePath, isFolder: Bool) {
        var relative = path
        let isInside = relative.removePrefix(root)
        let text = isInside ? (relative.isEmpty ? root.string : relative.string) : path.string
        made.append(text + (isFolder ? "/" : ""))
    }
}
