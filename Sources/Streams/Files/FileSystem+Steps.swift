// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import SystemPackage

extension FileSystem {
    /// Nil where nothing has that name.
    package func statusIfPresent(_ path: FilePath) throws(FileError) -> FileStatus? {
        do { return try status(path) } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    package func exists(_ path: FilePath) throws(FileError) -> Bool { try statusIfPresent(path) != nil }

    /// Reads into an array's storage, from the file's position.
    package func read(_ file: OpenFile, into buffer: inout [UInt8]) throws(FileError) -> Int {
        var span = buffer.mutableSpan
        return try read(file, into: &span)
    }

    /// Reads into an array's storage, from `offset`; short only at the end.
    package func read(_ file: OpenFile, at offset: Int64, into buffer: inout [UInt8]) throws(FileError) -> Int
    {
        var done = 0
        while done < buffer.count {
            var span = buffer.mutableSpan
            var rest = span._mutatingExtracting(droppingFirst: done)
            let count = try read(file, at: offset + Int64(done), into: &rest)
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    /// Opens, works, closes. A failure to close counts only where the work
    /// went well.
    package func withFile<Result>(
        _ path: FilePath, _ mode: OpenMode, _ work: (OpenFile) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let file = try open(path, mode)
        let result: Result
        do { result = try work(file) } catch {
            closeAfterFailure(file)
            throw error
        }
        try close(file)
        return result
    }

    /// Closes where an error is already on its way up: that one counts.
    package func closeAfterFailure(_ file: OpenFile) {
        do { try close(file) } catch { return }
    }

    /// The whole of a small file.
    /// - Throws: EFBIG where it is larger than `limit` bytes.
    package func readAll(_ path: FilePath, limit: Int = 16 << 20) throws(FileError) -> [UInt8] {
        try withFile(path, .read) { file throws(FileError) in
            let size = try status(of: file).size
            guard size <= Int64(limit) else { throw FileError(call: "read", path: path, errno: EFBIG) }
            var bytes = [UInt8](repeating: 0, count: Int(size))
            let count = try read(file, at: 0, into: &bytes)
            bytes.removeLast(bytes.count - count)
            return bytes
        }
    }

    /// Renames, and looks at both names after an error: on NFS a lost reply
    /// reports failure after success (Postfix `sane_rename`).
    ///
    /// The folders are not synced.
    package func rename(_ from: FilePath, _ to: FilePath) throws(FileError) {
        try renameChecked(from, to, replacing: true)
    }

    /// As `rename`, but fails with EEXIST where `to` is taken.
    package func renameNoReplace(_ from: FilePath, _ to: FilePath) throws(FileError) {
        try renameChecked(from, to, replacing: false)
    }

    private func renameChecked(_ from: FilePath, _ to: FilePath, replacing: Bool) throws(FileError) {
        let before = try status(from)
        do { try renameOnce(from, to, replacing: replacing) } catch {
            // A second error here means we know nothing: report the first.
            guard let gone = probe(from), gone == nil, let arrived = probe(to) ?? nil,
                arrived.inode == before.inode, arrived.size == before.size
            else { throw error }
        }
    }

    /// Outer nil: could not be asked; inner nil: nothing there.
    private func probe(_ path: FilePath) -> FileStatus?? {
        do { return .some(try statusIfPresent(path)) } catch { return nil }
    }

    /// Makes a hard link, and looks at both names after an error.
    package func link(_ from: FilePath, _ to: FilePath) throws(FileError) {
        do { try linkOnce(from, to) } catch {
            guard let source = probe(from) ?? nil, let made = probe(to) ?? nil, made.inode == source.inode,
                made.device == source.device
            else { throw error }
        }
    }

    /// Unlinks; a name that is already gone is no error.
    package func unlinkIfPresent(_ path: FilePath) throws(FileError) {
        do { try unlink(path) } catch {
            if !error.isNotFound { throw error }
        }
    }

    /// Makes a folder and those above it; existing ones stay as they are.
    /// - Returns: the folders that were made, outermost first.
    @discardableResult
    package func makeDirectories(_ path: FilePath, mode: UInt32 = 0o755) throws(FileError) -> [FilePath] {
        var missing: [FilePath] = []
        var current = path
        while !current.isEmpty {
            let found: FileStatus?
            do { found = try statusFollowingLinks(current) } catch {
                guard error.errno == ENOENT else { throw error }
                found = nil
            }
            if let found {
                if found.kind == .folder { break }
                throw FileError(call: "mkdir", path: current, errno: ENOTDIR)
            }
            missing.append(current)
            let parent = current.removingLastComponent()
            if parent == current { break }
            current = parent
        }
        for folder in missing.reversed() {
            do { try makeDirectory(folder, mode: mode) } catch {
                // Made by another process meanwhile, or a lost reply.
                if error.errno != EEXIST { throw error }
            }
        }
        return missing.reversed()
    }

    /// Copies bytes and modification time into a new file and syncs it; the
    /// folder is not synced. A failed copy leaves a file that `to` names.
    /// - Returns: the bytes copied.
    @discardableResult
    package func copy(_ from: FilePath, _ to: FilePath, mode: UInt32 = 0o640) throws(FileError) -> Int64 {
        let copied = try withFile(from, .read) { source throws(FileError) -> (Int64, Int64) in
            let modified = try status(of: source).modified
            let count = try withFile(to, .create(mode: mode)) { target throws(FileError) -> Int64 in
                var buffer = [UInt8](repeating: 0, count: 1 << 18)
                var total: Int64 = 0
                while true {
                    let count = try read(source, into: &buffer)
                    guard count > 0 else { break }
                    try write(target, buffer.span.extracting(0..<count))
                    total += Int64(count)
                }
                try sync(target)
                return total
            }
            return (count, modified)
        }
        try setTimes(to, modified: copied.1)
        return copied.0
    }

    /// Makes or replaces a file so that a reader sees the old or the new
    /// content whole, also after a power cut: temporary name in the same
    /// folder, fsync, rename, fsync of the folder.
    package func atomicWrite(_ path: FilePath, _ bytes: [UInt8], mode: UInt32 = 0o644) throws(FileError) {
        try writeAside(path, bytes, mode: mode, syncing: true)
        try syncDirectory(path.removingLastComponent())
    }

    /// As `atomicWrite` without syncs: whole or not there for running
    /// programs, perhaps lost in a power cut. For what can be made again.
    package func atomicWriteUnsynced(_ path: FilePath, _ bytes: [UInt8], mode: UInt32 = 0o644)
        throws(FileError)
    {
        try writeAside(path, bytes, mode: mode, syncing: false)
    }

    private func writeAside(_ path: FilePath, _ bytes: [UInt8], mode: UInt32, syncing: Bool) throws(FileError)
    {
        var aside = path.removingLastComponent()
        aside.append(".\(path.lastComponent?.string ?? "file").new")
        do {
            try withFile(aside, .replace(mode: mode)) { file throws(FileError) in
                try write(file, bytes.span)
                if syncing { try sync(file) }
            }
            try rename(aside, path)
        } catch {
            // Best effort: the first error counts, a leftover is overwritten.
            do { try unlinkIfPresent(aside) } catch {}
            throw error
        }
    }
}
