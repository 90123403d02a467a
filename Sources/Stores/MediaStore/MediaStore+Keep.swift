// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Files
import Hashing
package import Records
import Synchronization
import SystemPackage

extension MediaStore {
    /// Keeps the bytes that `read` gives, and notes under which path the
    /// partner sent them; both are durable when this returns.
    ///
    /// The same bytes again are one blob and one more row; the same delivery
    /// again changes nothing. A crash leaves at most a file in `tmp/`, swept
    /// at the next start, and a blob without a row, taken up when the bytes
    /// come again.
    /// - Parameters:
    ///   - path: as the partner refers to it, relative to its exchange; for
    ///     names that are no UTF-8 see `MediaPath`.
    ///   - at: when the package came.
    ///   - read: fills the buffer from its start and returns how many bytes;
    ///     0 at the end.
    /// - Throws: `MediaError.source` with the words of an error of `read`.
    package func keep(
        partner: String, path: String, package: PackageID, exchange: String, at: Timestamp,
        read: (inout [UInt8]) throws -> Int
    ) throws(MediaError) -> KeptFile {
        let volume = try onlineVolume()
        if try knownVolume() == nil { try remember(volume) }
        let kept: KeptFile
        do { kept = try store(volume, read) } catch {
            // A volume that went away in the middle fails in many ways.
            if case .file = error, case .offline(let words) = state { throw .offline(words) }
            throw error
        }
        try write { connection in
            try connection.execute(
                "INSERT OR IGNORE INTO blob (sha256, size, at) VALUES (?, ?, ?)",
                [.text(kept.sha256), .integer(kept.size), .integer(at.milliseconds)])
            try connection.execute(
                """
                INSERT OR IGNORE INTO delivered (partner, path, sha256, package, exchange, size, at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(partner), .text(path), .text(kept.sha256), .text(package.text), .text(exchange),
                    .integer(kept.size), .integer(at.milliseconds),
                ])
        }
        return kept
    }

    /// Brings the bytes under their name in `blobs/`, durably.
    private func store(_ volume: VolumeFile, _ read: (inout [UInt8]) throws -> Int) throws(MediaError)
        -> KeptFile
    {
        let aside = try onVolume { () throws(FileError) in try nextName(volume) }
        let sha256: String
        let size: Int64
        do {
            (sha256, size) = try receive(aside, volume, read)
            if try !isKept(sha256, size) {
                try onVolume { () throws(FileError) in try place(aside, sha256, size) }
                return KeptFile(sha256: sha256, size: size, isNew: true)
            }
        } catch {
            forget(aside)
            throw error
        }
        try onVolume { () throws(FileError) in try files.unlinkIfPresent(aside) }
        return KeptFile(sha256: sha256, size: size, isNew: false)
    }

    /// Writes the bytes into a new file and syncs it.
    private func receive(
        _ aside: FilePath, _ volume: VolumeFile, _ read: (inout [UInt8]) throws -> Int
    ) throws(MediaError) -> (sha256: String, size: Int64) {
        let file = try onVolume { () throws(FileError) in try files.open(aside, .create(mode: 0o600)) }
        var hasher = SHA256Hasher()
        var size: Int64 = 0
        do {
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let count = try sourcing { try read(&buffer) }
                guard count > 0 else { break }
                let bytes = buffer.span.extracting(0..<count)
                hasher.update(bytes)
                try onVolume { () throws(FileError) in
                    try files.write(file, buffer.span.extracting(0..<count))
                }
                size += Int64(count)
            }
            try onVolume { () throws(FileError) in
                if volume.modes { try files.setMode(aside, 0o444) }
                try files.sync(file)
            }
        } catch {
            files.closeAfterFailure(file)
            throw error
        }
        try onVolume { () throws(FileError) in try files.close(file) }
        return (hasher.finish(), size)
    }

    /// Whether a row says that these bytes are durable, and they are there.
    private func isKept(_ sha256: String, _ size: Int64) throws(MediaError) -> Bool {
        let row = try self.read { try $0.row("SELECT 1 FROM blob WHERE sha256 = ?", [.text(sha256)]) }
        guard row != nil else { return false }
        return try onVolume { () throws(FileError) in
            try files.statusIfPresent(layout.blob(sha256))?.size == size
        }
    }

    /// Moves a synced file to its name and makes that durable.
    ///
    /// What lies there without being known is either the same bytes, left by
    /// a crash, or damaged: the first is replaced, the second put aside.
    private func place(_ aside: FilePath, _ sha256: String, _ size: Int64) throws(FileError) {
        let target = layout.blob(sha256)
        let (outer, inner) = layout.folders(of: sha256)
        try makeDurable(outer, in: layout.blobs)
        try makeDurable(inner, in: outer)
        if let found = try files.statusIfPresent(target), found.kind != .file || found.size != size {
            try files.rename(target, layout.quarantine.appending("\(sha256)-\(found.inode)"))
            try files.syncDirectory(layout.quarantine)
        }
        try files.rename(aside, target)
        try files.syncDirectory(inner)
    }

    /// Makes one folder, never those above it: in an empty mount point nothing
    /// must grow.
    private func makeDurable(_ folder: FilePath, in parent: FilePath) throws(FileError) {
        if work.withLock({ $0.durable.contains(folder) }) { return }
        do { try files.makeDirectory(folder, mode: 0o775) } catch {
            if !error.exists { throw error }
        }
        try files.syncDirectory(parent)
        work.withLock { _ = $0.durable.insert(folder) }
    }

    /// A free name in `tmp/`, after what earlier processes left there is gone.
    private func nextName(_ volume: VolumeFile) throws(FileError) -> FilePath {
        try work.withLock { work throws(FileError) in
            if work.swept != volume.uuid {
                work.durable = []
                for name in try files.list(layout.tmp) {
                    let left = layout.tmp.appending(name)
                    // A folder is not ours.
                    if try files.statusIfPresent(left)?.kind == .folder { continue }
                    try files.unlinkIfPresent(left)
                }
                work.swept = volume.uuid
            }
            work.names += 1
            return layout.tmp.appending("keep-\(work.names)")
        }
    }

    /// Removes an unfinished file where an error is already on its way up:
    /// that one counts, and the next start sweeps what stays.
    ///
    /// The folders are asked for anew by the next call: the volume may have
    /// been restored under us.
    private func forget(_ aside: FilePath) {
        work.withLock { $0.durable = [] }
        do { try files.unlinkIfPresent(aside) } catch { return }
    }

    private func onVolume<T>(_ work: () throws(FileError) -> T) throws(MediaError) -> T {
        do { return try work() } catch { throw .file(error) }
    }

    private func sourcing<T>(_ work: () throws -> T) throws(MediaError) -> T {
        do { return try work() } catch { throw .source(String(describing: error)) }
    }
}
