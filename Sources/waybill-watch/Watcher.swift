// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: GPL-2.0-only

import CInotifyTools
import Glibc

/// Watches the folders, on the one thread that may touch libinotifytools: its
/// state is global, and an event is overwritten by the next.
///
/// Only `inotifytools_next_event` is used, since asking for several events
/// spins; no regular expression, since that can swallow the overflow; no
/// recursive watch of the library, since it sets the parent's watch last and
/// misses what comes meanwhile (`spool-traps.md` 3.3). A watch's path is asked
/// by its descriptor: the library's names of removed folders go stale.
struct Watcher {
    /// What wakes the agent. Hard links appear as CREATE only, moved files as
    /// MOVED_TO only.
    private static let mask = UInt32(
        IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
    /// Seconds between two looks whether the folders are still the same.
    private static let checkEvery = 5
    private static let depthLimit = 40

    private struct Root {
        /// Ends with a slash, so that a linked folder is its target.
        var path: [UInt8]
        /// Device and inode of the watched folder; nil while it is gone.
        var identity: (UInt64, UInt64)?
    }

    private var roots: [Root]
    private var checkedAt = 0

    init(_ folders: [[UInt8]]) {
        roots = folders.map { path in Root(path: path.last == 0x2F ? path : path + [0x2F], identity: nil) }
    }

    mutating func run() -> Never {
        for number in roots.indices where !arm(number) {
            Record.gone.print(folder: number, Array("the folder can't be watched: it is not there".utf8))
        }
        checkedAt = Self.seconds()
        while true {
            if let event = inotifytools_next_event(Self.checkEvery) {
                take(event)
            } else {
                let failure = inotifytools_error()
                if failure != 0 && failure != EINTR {
                    Record.error.print(folder: nil, Array(Self.words(failure).utf8))
                    exit(1)
                }
            }
            if Self.seconds() - checkedAt >= Self.checkEvery {
                check()
                checkedAt = Self.seconds()
            }
        }
    }

    private static func seconds() -> Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec
    }

    // MARK: Events

    private mutating func take(_ event: UnsafeMutablePointer<inotify_event>) {
        let mask = event.pointee.mask
        if mask & UInt32(IN_Q_OVERFLOW) != 0 {
            // New folders may be among what was lost.
            for number in roots.indices where roots[number].identity != nil { watchAll(number) }
            return Record.overflow.print(folder: nil)
        }
        guard mask & UInt32(IN_IGNORED) == 0, let known = inotifytools_filename_from_wd(event.pointee.wd)
        else {
            return
        }
        let folder = bytes(of: known)
        guard let number = root(of: folder) else { return }
        if mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT) != 0 {
            if folder == roots[number].path { lose(number, "the folder was removed, moved or unmounted") }
            return
        }
        guard event.pointee.len > 0 else { return }
        let name = UnsafeRawPointer(event).advanced(by: MemoryLayout<inotify_event>.size)
        let path = folder + bytes(of: name.assumingMemoryBound(to: CChar.self))
        let below = Array(path[roots[number].path.count...])
        guard mask & UInt32(IN_ISDIR) != 0 else { return Record.event.print(folder: number, below) }
        guard mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0, !Self.isHidden(path) else { return }
        watch(path + [0x2F], root: number)
        Record.newFolder.print(folder: number, below)
    }

    /// Agents keep their own things under names with a dot.
    private static func isHidden(_ path: [UInt8]) -> Bool {
        let name = path.lastIndex(of: 0x2F).map { path[($0 + 1)...] } ?? path[...]
        return name.first == 0x2E
    }

    /// The innermost watched folder that holds this one.
    private func root(of folder: [UInt8]) -> Int? {
        roots.indices.filter { folder.starts(with: roots[$0].path) }
            .max { roots[$0].path.count < roots[$1].path.count }
    }

    private mutating func lose(_ number: Int, _ why: String) {
        guard roots[number].identity != nil else { return }
        roots[number].identity = nil
        Record.gone.print(folder: number, Array(why.utf8))
    }

    // MARK: Watches

    /// Takes up folders that are back, and those that something was mounted
    /// over: the kernel tells of neither.
    private mutating func check() {
        for number in roots.indices {
            if let known = roots[number].identity {
                guard let now = Self.identity(roots[number].path) else {
                    lose(number, "the folder is not there")
                    continue
                }
                if now != known { lose(number, "another volume is mounted there") }
            }
            if roots[number].identity == nil { _ = arm(number) }
        }
    }

    /// Starts to watch one of the folders and tells so.
    /// - Returns: false where it is not there.
    private mutating func arm(_ number: Int) -> Bool {
        guard let identity = Self.identity(roots[number].path) else { return false }
        roots[number].identity = identity
        let failure = watchAll(number)
        if let failure {
            Record.error.print(folder: number, Array(failure.utf8))
        } else if let type = Self.remoteType(roots[number].path) {
            let words = "the volume is remote (\(type)): what others write there gives no events"
            Record.error.print(folder: number, Array(words.utf8))
        } else {
            Record.ready.print(folder: number)
        }
        return true
    }

    private static func identity(_ path: [UInt8]) -> (UInt64, UInt64)? {
        var found = stat()
        guard withCString(path, { stat($0, &found) }) == 0, found.st_mode & S_IFMT == S_IFDIR else {
            return nil
        }
        return (UInt64(found.st_dev), UInt64(found.st_ino))
    }

    @discardableResult
    private func watchAll(_ number: Int) -> String? { add(roots[number].path) }

    /// Watches a new subfolder; what goes wrong is told.
    private func watch(_ path: [UInt8], root number: Int) {
        if let failure = add(path) { Record.error.print(folder: number, Array(failure.utf8)) }
    }

    /// Watches a folder and those below, each before it is looked into: what
    /// comes meanwhile gives an event of its own.
    /// - Returns: why some are not watched; a folder that has gone is no
    ///   failure.
    private func add(_ start: [UInt8]) -> String? {
        var failure: String?
        var rest: [(path: [UInt8], depth: Int)] = [(start, 0)]
        while let (path, depth) = rest.popLast() {
            guard withCString(path, { inotifytools_watch_file($0, Int32(bitPattern: Self.mask)) }) != 0 else {
                let number = inotifytools_error()
                if number != ENOENT && number != ENOTDIR {
                    failure = "\(String(decoding: path, as: UTF8.self)): \(Self.words(number))"
                }
                continue
            }
            if depth < Self.depthLimit { rest += Self.folders(in: path).map { ($0, depth + 1) } }
        }
        return failure
    }

    /// Folders in a folder, without links and hidden ones, each with a slash.
    private static func folders(in path: [UInt8]) -> [[UInt8]] {
        guard let stream = withCString(path, { opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var found: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { bytes(of: $0) }
            }
            guard name.first != 0x2E else { continue }
            var status = stat()
            guard withCString(path + name, { lstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR
            else {
                continue
            }
            found.append(path + name + [0x2F])
        }
        return found
    }

    private static func withCString<Result>(_ path: [UInt8], _ work: (UnsafePointer<CChar>) -> Result)
        -> Result
    {
        let text = path.map { CChar(bitPattern: $0) } + [0]
        return text.withUnsafeBufferPointer { buffer in
            // Never empty: a NUL was added.
            guard let start = buffer.baseAddress else { fatalError("an array with a NUL is not empty") }
            return work(start)
        }
    }

    private func withCString<Result>(_ path: [UInt8], _ work: (UnsafePointer<CChar>) -> Result) -> Result {
        Self.withCString(path, work)
    }

    // MARK: Words

    /// The kernel's reason, with the cure where its words mislead.
    static func words(_ number: Int32) -> String {
        switch number {
        case ENOSPC:
            "the limit of watches is used up, not the disk: raise fs.inotify.max_user_watches (sysctl)"
        case EMFILE: "too many inotify instances: raise fs.inotify.max_user_instances (sysctl)"
        default: String(cString: strerror(number))
        }
    }

    /// The type of a volume that others write to without this kernel
    /// (statfs(2)); nil for a local one.
    private static func remoteType(_ path: [UInt8]) -> String? {
        var found = statfs()
        guard withCString(path, { statfs($0, &found) }) == 0 else { return nil }
        return switch UInt32(truncatingIfNeeded: found.f_type) {
        case 0x6969: "nfs"
        case 0xFF53_4D42, 0xFE53_4D42, 0x517B: "cifs"
        case 0x6573_5546: "fuse"
        case 0x0102_1997: "9p"
        case 0x5346_414F: "afs"
        case 0x00C3_6400: "ceph"
        case 0x0116_1970: "gfs2"
        case 0x0BD0_0BD0: "lustre"
        case 0x786F_4256: "vboxsf"
        default: nil
        }
    }
}
