// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Hashing
import SystemPackage

/// Reading files for their checksum.
struct Checksum {
    let files: any FileSystem

    /// SHA-256 of a plain file, with its status.
    /// - Parameter syncing: fsync the file too, before its name changes.
    /// - Throws: `.changed` where size or time differ after reading.
    func file(_ path: FilePath, syncing: Bool = false) throws(ArchiveError) -> (
        sha256: String, status: FileStatus
    ) {
        let (sha256, before, after) = try filing { () throws(FileError) in
            try files.withFile(path, .read) { file throws(FileError) in
                let before = try files.status(of: file)
                var hasher = SHA256Hasher()
                // A small file's end is seen in the same read.
                let room = min(1 << 18, max(0, before.size) + 1)
                var buffer = [UInt8](repeating: 0, count: Int(room))
                while true {
                    let count = try files.read(file, into: &buffer)
                    guard count > 0 else { break }
                    hasher.update(buffer.span.extracting(0..<count))
                }
                if syncing { try files.sync(file) }
                return (hasher.finish(), before, try files.status(of: file))
            }
        }
        guard before.size == after.size, before.modified == after.modified else { throw .changed(path) }
        return (sha256, after)
    }
}
