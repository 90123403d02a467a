// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// An open file of one `FileSystem`. Who opened it closes it.
package struct OpenFile: Hashable, Sendable {
    package let descriptor: CInt
    /// The name it was opened under, for errors.
    package let path: FilePath

    package init(descriptor: CInt, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }
}

/// How a file is opened. Symbolic links are never followed at the last name,
/// descriptors never pass to other programs.
package enum OpenMode: Hashable, Sendable {
    case read
    case readWrite
    /// Makes a new file; fails with EEXIST where the name is taken.
    case create(mode: UInt32)
    /// Opens or makes, and empties.
    case replace(mode: UInt32)
    /// Opens or makes; every write goes to the end.
    case append(mode: UInt32)
    /// Opens or makes a file for `lock`.
    case lockFile(mode: UInt32)
}

/// The kernel's answer to a request for a read lease.
package enum LeaseAnswer: Hashable, Sendable {
    /// No writer has the file open on this kernel.
    case granted
    /// EAGAIN: somebody has it open for writing.
    case writerHasIt
    /// Not the owner, or a volume without leases: says nothing.
    case notAvailable
}

/// The one seam for file operations: everything that touches the spool or the
/// media volume goes through it, so that tests can fail or stop any step.
///
/// The requirements are single system calls; what is made of several
/// (`rename` with its check, `copy`, `atomicWrite`) is in extensions and so
/// made of steps that can fail one by one.
package protocol FileSystem: Sendable {
    func open(_ path: FilePath, _ mode: OpenMode) throws(FileError) -> OpenFile
    /// Closes; the descriptor is gone even when this fails.
    func close(_ file: OpenFile) throws(FileError)
    /// Fills `buffer` from the file's position. Returns 0 at the end.
    func read(_ file: OpenFile, into buffer: inout MutableSpan<UInt8>) throws(FileError) -> Int
    /// Fills `buffer` from `offset` (pread). Returns 0 at the end.
    func read(_ file: OpenFile, at offset: Int64, into buffer: inout MutableSpan<UInt8>) throws(FileError)
        -> Int
    /// Writes all of `bytes`.
    func write(_ file: OpenFile, _ bytes: Span<UInt8>) throws(FileError)
    /// fsync. A failure is never retried: the kernel may have dropped the
    /// pages.
    func sync(_ file: OpenFile) throws(FileError)
    func syncDirectory(_ path: FilePath) throws(FileError)

    /// lstat.
    func status(_ path: FilePath) throws(FileError) -> FileStatus
    /// stat: follows links, for folders that an admin may have linked.
    func statusFollowingLinks(_ path: FilePath) throws(FileError) -> FileStatus
    func status(of file: OpenFile) throws(FileError) -> FileStatus
    func volume(_ path: FilePath) throws(FileError) -> VolumeStatus
    /// Names in a folder without `.` and `..`, sorted by their bytes.
    func list(_ path: FilePath) throws(FileError) -> [FilePath.Component]

    func makeDirectory(_ path: FilePath, mode: UInt32) throws(FileError)
    func removeDirectory(_ path: FilePath) throws(FileError)
    func unlink(_ path: FilePath) throws(FileError)
    /// One rename(2), its error as it came. Use `rename`.
    func renameOnce(_ from: FilePath, _ to: FilePath, replacing: Bool) throws(FileError)
    /// One link(2), its error as it came. Use `link`.
    func linkOnce(_ from: FilePath, _ to: FilePath) throws(FileError)
    func setMode(_ path: FilePath, _ mode: UInt32) throws(FileError)
    /// Nil leaves owner or group as it is.
    func setOwner(_ path: FilePath, user: UInt32?, group: UInt32?) throws(FileError)
    /// Sets access and modification time to `modified`, ns since 1970.
    func setTimes(_ path: FilePath, modified: Int64) throws(FileError)

    /// F_SETLEASE F_RDLCK on a file that is open for reading. A granted lease
    /// ends with `releaseLease` or `close`.
    func takeReadLease(_ file: OpenFile) throws(FileError) -> LeaseAnswer
    func releaseLease(_ file: OpenFile) throws(FileError)
    /// flock. The lock ends with `close`.
    /// - Returns: false where another one holds it and `wait` is false.
    func lock(_ file: OpenFile, exclusive: Bool, wait: Bool) throws(FileError) -> Bool
}
