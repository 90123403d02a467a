// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization
import SystemPackage

/// The kernel's files, with answers that a test decides and calls it counts.
final class ScriptedFiles: FileSystem {
    struct Script {
        /// What `statfs` says; nil: the truth.
        var volumeType: String?
        /// What the kernel says of leases; nil: the truth.
        var lease: LeaseAnswer?
        /// A clock so coarse that no file's times ever change.
        var timesStand = false
        /// Errors of `open`, by the last element of the path.
        var refused: [String: CInt] = [:]
        var counts: [String: Int] = [:]
    }

    private let script = Mutex(Script())
    private let base: any FileSystem

    init(_ base: any FileSystem = RealFileSystem()) { self.base = base }

    /// Decides what the kernel answers from now on.
    func set(_ change: (inout Script) -> Void) { script.withLock { change(&$0) } }

    /// How often each call was made since the last time this was asked.
    func takeCounts() -> [String: Int] {
        script.withLock { script in
            defer { script.counts = [:] }
            return script.counts
        }
    }

    private func count(_ call: String) { script.withLock { $0.counts[call, default: 0] += 1 } }

    func open(_ path: FilePath, _ mode: OpenMode) throws(FileError) -> OpenFile {
        count("open")
        let refused = script.withLock { $0.refused }
        if !refused.isEmpty, let errno = refused[path.lastComponent?.string ?? ""] {
            throw FileError(call: "open", path: path, errno: errno)
        }
        return try base.open(path, mode)
    }
    func close(_ file: OpenFile) throws(FileError) { try base.close(file) }
    func read(_ file: OpenFile, into buffer: inout MutableSpan<UInt8>) throws(FileError) -> Int {
        count("read")
        return try base.read(file, into: &buffer)
    }
    func read(_ file: OpenFile, at offset: Int64, into buffer: inout MutableSpan<UInt8>) throws(FileError)
        -> Int
    {
        count("read")
        return try base.read(file, at: offset, into: &buffer)
    }
    func write(_ file: OpenFile, _ bytes: Span<UInt8>) throws(FileError) { try base.write(file, bytes) }
    func sync(_ file: OpenFile) throws(FileError) { try base.sync(file) }
    func syncDirectory(_ path: FilePath) throws(FileError) { try base.syncDirectory(path) }
    func status(_ path: FilePath) throws(FileError) -> FileStatus {
        count("lstat")
        return seen(try base.status(path))
    }

    private func seen(_ status: FileStatus) -> FileStatus {
        guard script.withLock({ $0.timesStand }) else { return status }
        var status = status
        status.modified = 0
        status.changed = 0
        return status
    }

    func statusFollowingLinks(_ path: FilePath) throws(FileError) -> FileStatus {
        try base.statusFollowingLinks(path)
    }
    func status(of file: OpenFile) throws(FileError) -> FileStatus { seen(try base.status(of: file)) }
    func volume(_ path: FilePath) throws(FileError) -> VolumeStatus {
        var volume = try base.volume(path)
        if let type = script.withLock({ $0.volumeType }) { volume.type = type }
        return volume
    }
    func list(_ path: FilePath) throws(FileError) -> [FilePath.Component] { try base.list(path) }
    func makeDirectory(_ path: FilePath, mode: UInt32) throws(FileError) {
        try base.makeDirectory(path, mode: mode)
    }
    func removeDirectory(_ path: FilePath) throws(FileError) { try base.removeDirectory(path) }
    func unlink(_ path: FilePath) throws(FileError) { try base.unlink(path) }
    func renameOnce(_ from: FilePath, _ to: FilePath, replacing: Bool) throws(FileError) {
        try base.renameOnce(from, to, replacing: replacing)
    }
    func linkOnce(_ from: FilePath, _ to: FilePath) throws(FileError) { try base.linkOnce(from, to) }
    func setMode(_ path: FilePath, _ mode: UInt32) throws(FileError) { try base.setMode(path, mode) }
    func setOwner(_ path: FilePath, user: UInt32?, group: UInt32?) throws(FileError) {
        try base.setOwner(path, user: user, group: group)
    }
    func setTimes(_ path: FilePath, modified: Int64) throws(FileError) {
        try base.setTimes(path, modified: modified)
    }
    func takeReadLease(_ file: OpenFile) throws(FileError) -> LeaseAnswer {
        count("lease")
        if let lease = script.withLock({ $0.lease }) { return lease }
        return try base.takeReadLease(file)
    }
    func releaseLease(_ file: OpenFile) throws(FileError) {
        if script.withLock({ $0.lease }) == nil { try base.releaseLease(file) }
    }
    func lock(_ file: OpenFile, exclusive: Bool, wait: Bool) throws(FileError) -> Bool {
        try base.lock(file, exclusive: exclusive, wait: wait)
    }
}
