// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CFiles
import Glibc
package import SystemPackage

/// The kernel's files.
package struct RealFileSystem: FileSystem {
    package init() {}

    private func fail(_ call: String, _ path: FilePath, _ other: FilePath? = nil) -> FileError {
        FileError(call: call, path: path, other: other, errno: Glibc.errno)
    }

    /// Runs a call again that a signal interrupted.
    private func retrying<Number: FixedWidthInteger>(_ call: () -> Number) -> Number {
        while true {
            let result = call()
            if result != -1 || Glibc.errno != EINTR { return result }
        }
    }

    package func open(_ path: FilePath, _ mode: OpenMode) throws(FileError) -> OpenFile {
        let always = O_CLOEXEC | O_NOFOLLOW | O_NOCTTY
        let descriptor = path.withPlatformString { name in
            retrying {
                switch mode {
                // O_NONBLOCK: a FIFO in in/ must not hold us.
                case .read: Glibc.open(name, O_RDONLY | O_NONBLOCK | always)
                case .readWrite: Glibc.open(name, O_RDWR | always)
                case .create(let mode): Glibc.open(name, O_WRONLY | O_CREAT | O_EXCL | always, mode)
                case .replace(let mode): Glibc.open(name, O_WRONLY | O_CREAT | O_TRUNC | always, mode)
                case .append(let mode): Glibc.open(name, O_WRONLY | O_CREAT | O_APPEND | always, mode)
                case .lockFile(let mode): Glibc.open(name, O_RDWR | O_CREAT | always, mode)
                }
            }
        }
        guard descriptor >= 0 else { throw fail("open", path) }
        return OpenFile(descriptor: descriptor, path: path)
    }

    package func close(_ file: OpenFile) throws(FileError) {
        // Never again after EINTR: the descriptor is gone on Linux.
        guard Glibc.close(file.descriptor) == 0 || Glibc.errno == EINTR else {
            throw fail("close", file.path)
        }
    }

    package func read(_ file: OpenFile, into buffer: inout MutableSpan<UInt8>) throws(FileError) -> Int {
        let count = buffer.withUnsafeMutableBytes { bytes in
            retrying { Glibc.read(file.descriptor, bytes.baseAddress, bytes.count) }
        }
        guard count >= 0 else { throw fail("read", file.path) }
        return count
    }

    package func read(_ file: OpenFile, at offset: Int64, into buffer: inout MutableSpan<UInt8>)
        throws(FileError) -> Int
    {
        let count = buffer.withUnsafeMutableBytes { bytes in
            retrying { Glibc.pread(file.descriptor, bytes.baseAddress, bytes.count, Int(offset)) }
        }
        guard count >= 0 else { throw fail("pread", file.path) }
        return count
    }

    package func write(_ file: OpenFile, _ bytes: Span<UInt8>) throws(FileError) {
        let failed: FileError? = bytes.withUnsafeBytes { all in
            var done = 0
            while done < all.count {
                let count = retrying {
                    Glibc.write(file.descriptor, all.baseAddress?.advanced(by: done), all.count - done)
                }
                guard count > 0 else { return fail("write", file.path) }
                done += count
            }
            return nil
        }
        if let failed { throw failed }
    }

    package func sync(_ file: OpenFile) throws(FileError) {
        guard retrying({ fsync(file.descriptor) }) == 0 else { throw fail("fsync", file.path) }
    }

    package func syncDirectory(_ path: FilePath) throws(FileError) {
        let descriptor = path.withPlatformString { name in
            retrying { Glibc.open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        }
        guard descriptor >= 0 else { throw fail("open", path) }
        defer { Glibc.close(descriptor) }
        guard retrying({ fsync(descriptor) }) == 0 else {
            // Shares without folder sync (cifs, some FUSE): their server
            // decides, nothing more can be done here.
            if Glibc.errno == EINVAL || Glibc.errno == ENOTSUP { return }
            throw fail("fsync", path)
        }
    }

    package func status(_ path: FilePath) throws(FileError) -> FileStatus {
        var found = stat()
        guard path.withPlatformString({ lstat($0, &found) }) == 0 else { throw fail("lstat", path) }
        return FileStatus(found)
    }

    package func statusFollowingLinks(_ path: FilePath) throws(FileError) -> FileStatus {
        var found = stat()
        guard path.withPlatformString({ stat($0, &found) }) == 0 else { throw fail("stat", path) }
        return FileStatus(found)
    }

    package func status(of file: OpenFile) throws(FileError) -> FileStatus {
        var found = stat()
        guard fstat(file.descriptor, &found) == 0 else { throw fail("fstat", file.path) }
        return FileStatus(found)
    }

    package func volume(_ path: FilePath) throws(FileError) -> VolumeStatus {
        var found = waybill_volume()
        guard path.withPlatformString({ waybill_volume_status($0, &found) }) == 0 else {
            throw fail("statfs", path)
        }
        return VolumeStatus(
            type: VolumeStatus.typeName(found.type), freeBytes: Int64(clamping: found.free_bytes),
            totalBytes: Int64(clamping: found.total_bytes), freeInodes: Int64(clamping: found.free_inodes),
            totalInodes: Int64(clamping: found.total_inodes), isReadOnly: found.read_only != 0)
    }

    package func list(_ path: FilePath) throws(FileError) -> [FilePath.Component] {
        guard let folder = path.withPlatformString({ opendir($0) }) else { throw fail("opendir", path) }
        defer { closedir(folder) }
        var names: [[CChar]] = []
        while true {
            Glibc.errno = 0
            guard let entry = readdir(folder) else {
                guard Glibc.errno == 0 else { throw fail("readdir", path) }
                break
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { start in
                    [CChar](UnsafeBufferPointer(start: start, count: strlen(start) + 1))
                }
            }
            if name != [46, 0], name != [46, 46, 0] { names.append(name) }
        }
        names.sort { left, right in
            left.lexicographicallyPrecedes(right) { UInt8(bitPattern: $0) < UInt8(bitPattern: $1) }
        }
        return names.compactMap { name in
            name.withUnsafeBufferPointer { bytes in
                bytes.baseAddress.flatMap { FilePath.Component(platformString: $0) }
            }
        }
    }

    package func makeDirectory(_ path: FilePath, mode: UInt32) throws(FileError) {
        guard path.withPlatformString({ mkdir($0, mode) }) == 0 else { throw fail("mkdir", path) }
    }

    package func removeDirectory(_ path: FilePath) throws(FileError) {
        guard path.withPlatformString({ rmdir($0) }) == 0 else { throw fail("rmdir", path) }
    }

    package func unlink(_ path: FilePath) throws(FileError) {
        guard path.withPlatformString({ Glibc.unlink($0) }) == 0 else { throw fail("unlink", path) }
    }

    package func renameOnce(_ from: FilePath, _ to: FilePath, replacing: Bool) throws(FileError) {
        let result = from.withPlatformString { old in
            to.withPlatformString { new in
                replacing ? Glibc.rename(old, new) : waybill_rename_no_replace(old, new)
            }
        }
        if result == 0 { return }
        let failed = fail("rename", from, to)
        guard !replacing, failed.errno == EINVAL || failed.errno == ENOSYS else { throw failed }
        // A volume without RENAME_NOREPLACE (NFS, older cifs): look first. Our
        // target folders have one writer, who holds the root's lock.
        if try statusIfPresent(to) != nil {
            throw FileError(call: "rename", path: from, other: to, errno: EEXIST)
        }
        try renameOnce(from, to, replacing: true)
    }

    package func linkOnce(_ from: FilePath, _ to: FilePath) throws(FileError) {
        let result = from.withPlatformString { old in to.withPlatformString { Glibc.link(old, $0) } }
        guard result == 0 else { throw fail("link", from, to) }
    }

    package func setMode(_ path: FilePath, _ mode: UInt32) throws(FileError) {
        guard path.withPlatformString({ chmod($0, mode) }) == 0 else { throw fail("chmod", path) }
    }

    package func setOwner(_ path: FilePath, user: UInt32?, group: UInt32?) throws(FileError) {
        let result = path.withPlatformString { lchown($0, user ?? UInt32.max, group ?? UInt32.max) }
        guard result == 0 else { throw fail("chown", path) }
    }

    package func setTimes(_ path: FilePath, modified: Int64) throws(FileError) {
        let seconds = modified >= 0 ? modified / 1_000_000_000 : (modified - 999_999_999) / 1_000_000_000
        let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(modified - seconds * 1_000_000_000))
        let result = path.withPlatformString { utimensat(AT_FDCWD, $0, [time, time], AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else { throw fail("utimensat", path) }
    }

    package func takeReadLease(_ file: OpenFile) throws(FileError) -> LeaseAnswer {
        if waybill_take_read_lease(file.descriptor) == 0 { return .granted }
        return Glibc.errno == EAGAIN ? .writerHasIt : .notAvailable
    }

    package func releaseLease(_ file: OpenFile) throws(FileError) {
        guard waybill_release_lease(file.descriptor) == 0 else { throw fail("fcntl", file.path) }
    }

    package func lock(_ file: OpenFile, exclusive: Bool, wait: Bool) throws(FileError) -> Bool {
        let operation = (exclusive ? LOCK_EX : LOCK_SH) | (wait ? 0 : LOCK_NB)
        if retrying({ flock(file.descriptor, operation) }) == 0 { return true }
        guard Glibc.errno == EWOULDBLOCK else { throw fail("flock", file.path) }
        return false
    }
}

extension FileStatus {
    fileprivate init(_ found: stat) {
        let kind: FileKind =
            switch found.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .symbolicLink
            default: .other
            }
        let nanoseconds = { (time: timespec) in Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }
        self.init(
            kind: kind, size: Int64(found.st_size), modified: nanoseconds(found.st_mtim),
            changed: nanoseconds(found.st_ctim), inode: UInt64(found.st_ino), device: UInt64(found.st_dev),
            mode: found.st_mode & 0o7777, owner: found.st_uid, group: found.st_gid,
            links: UInt64(found.st_nlink))
    }
}
