// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
import Glibc
import Synchronization
package import SystemPackage

/// A file system whose n-th operation fails, or after whose n-th operation the
/// process is gone.
///
/// Operations are the requirements of `FileSystem`, counted from 1 in the
/// order they are called; `close` counts too and always closes. Syncs count
/// and are not done: no test here cuts the power.
package final class FaultyFileSystem: FileSystem {
    /// Where in an operation the fault strikes.
    package enum Moment: Sendable, Hashable, CaseIterable {
        case before
        /// Half of a write is written; all else as `after`.
        case halfway
        /// The operation took effect, and the caller does not learn of it.
        case after
    }

    package enum Fault: Sendable, Hashable {
        case none
        case fail(at: Int, errno: CInt, Moment)
        /// Nothing takes effect from here on: the process ended.
        case crash(at: Int, Moment)
    }

    /// What every operation after a crash answers.
    package static let gone: CInt = ECANCELED

    private struct State {
        var fault: Fault
        var count = 0
        var crashed = false
        var calls: [(call: String, path: FilePath)] = []
    }

    private let base: any FileSystem
    private let otherVolume: String?
    private let state: Mutex<State>

    /// - Parameter otherVolume: what lies below this folder counts as another
    ///   volume: no rename or link leads in or out.
    package init(
        _ base: any FileSystem = RealFileSystem(), _ fault: Fault = .none, otherVolume: FilePath? = nil
    ) {
        self.base = base
        self.otherVolume = otherVolume?.string
        state = Mutex(State(fault: fault))
    }

    /// Operations so far.
    package var count: Int { state.withLock { $0.count } }
    /// Operations so far, as `call path`, in order.
    package var calls: [String] { state.withLock { $0.calls }.map { "\($0.call) \($0.path)" } }
    /// Whether the fault has struck.
    package var hasStruck: Bool {
        state.withLock { state in
            switch state.fault {
            case .none: false
            case .fail(let at, _, _), .crash(let at, _): state.count >= at
            }
        }
    }

    /// The faults worth trying for work that makes these calls: every
    /// operation in turn, at each moment where that makes a difference.
    ///
    /// - Parameter errno: what the operation fails with; `gone` for the end of
    ///   the process.
    package static func faults(_ calls: [String], errno: CInt) -> [Fault] {
        let looks: Set<Substring> = ["lstat", "stat", "fstat", "statfs", "list", "read", "pread", "fsync"]
        return calls.enumerated().flatMap { index, call -> [Fault] in
            let name = call.prefix { $0 != " " }
            let moments: [Moment] =
                looks.contains(name)
                ? [.before] : name == "write" ? Moment.allCases : [.before, .after]
            return moments.map { moment in
                errno == gone
                    ? .crash(at: index + 1, moment) : .fail(at: index + 1, errno: errno, moment)
            }
        }
    }

    // MARK: Striking

    /// Counts an operation; fails it where the fault comes before it.
    ///
    /// - Returns: what to fail with once it took effect, and where.
    private func begin(_ call: String, _ path: FilePath) throws(FileError) -> (errno: CInt, Moment)? {
        let strike = state.withLock { state -> (errno: CInt, Moment)? in
            state.count += 1
            state.calls.append((call, path))
            if state.crashed { return (Self.gone, .before) }
            switch state.fault {
            case .fail(let at, let errno, let moment) where at == state.count: return (errno, moment)
            case .crash(let at, let moment) where at == state.count:
                state.crashed = true
                return (Self.gone, moment)
            case .none, .fail, .crash: return nil
            }
        }
        if let strike, strike.1 == .before { throw FileError(call: call, path: path, errno: strike.errno) }
        return strike
    }

    private func step<Result>(
        _ call: String, _ path: FilePath, _ work: () throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let strike = try begin(call, path)
        let result = try work()
        if let strike { throw FileError(call: call, path: path, errno: strike.errno) }
        return result
    }

    private func isOther(_ path: FilePath) -> Bool {
        guard let otherVolume else { return false }
        let text = path.string
        return text == otherVolume || text.hasPrefix(otherVolume + "/")
    }

    // MARK: Operations

    package func open(_ path: FilePath, _ mode: OpenMode) throws(FileError) -> OpenFile {
        let strike = try begin("open", path)
        let file = try base.open(path, mode)
        if let strike {
            try base.close(file)
            throw FileError(call: "open", path: path, errno: strike.errno)
        }
        return file
    }

    package func close(_ file: OpenFile) throws(FileError) {
        let strike: (errno: CInt, Moment)?
        do { strike = try begin("close", file.path) } catch {
            try base.close(file)
            throw error
        }
        try base.close(file)
        if let strike { throw FileError(call: "close", path: file.path, errno: strike.errno) }
    }

    package func read(_ file: OpenFile, into buffer: inout MutableSpan<UInt8>) throws(FileError) -> Int {
        let strike = try begin("read", file.path)
        if let strike { throw FileError(call: "read", path: file.path, errno: strike.errno) }
        return try base.read(file, into: &buffer)
    }

    package func read(_ file: OpenFile, at offset: Int64, into buffer: inout MutableSpan<UInt8>)
        throws(FileError) -> Int
    {
        let strike = try begin("pread", file.path)
        if let strike { throw FileError(call: "pread", path: file.path, errno: strike.errno) }
        return try base.read(file, at: offset, into: &buffer)
    }

    package func write(_ file: OpenFile, _ bytes: Span<UInt8>) throws(FileError) {
        let strike = try begin("write", file.path)
        guard let strike else { return try base.write(file, bytes) }
        try base.write(file, strike.1 == .halfway ? bytes.extracting(0..<bytes.count / 2) : bytes)
        throw FileError(call: "write", path: file.path, errno: strike.errno)
    }

    package func sync(_ file: OpenFile) throws(FileError) {
        try step("fsync", file.path) { () throws(FileError) in }
    }

    package func syncDirectory(_ path: FilePath) throws(FileError) {
        try step("syncDirectory", path) { () throws(FileError) in
            guard try base.statusFollowingLinks(path).kind == .folder else {
                throw FileError(call: "open", path: path, errno: ENOTDIR)
            }
        }
    }

    package func status(_ path: FilePath) throws(FileError) -> FileStatus {
        try step("lstat", path) { () throws(FileError) in moved(try base.status(path), isOther(path)) }
    }

    package func statusFollowingLinks(_ path: FilePath) throws(FileError) -> FileStatus {
        try step("stat", path) { () throws(FileError) in
            moved(try base.statusFollowingLinks(path), isOther(path))
        }
    }

    package func status(of file: OpenFile) throws(FileError) -> FileStatus {
        try step("fstat", file.path) { () throws(FileError) in
            moved(try base.status(of: file), isOther(file.path))
        }
    }

    private func moved(_ status: FileStatus, _ isOther: Bool) -> FileStatus {
        var status = status
        if isOther { status.device += 1 }
        return status
    }

    package func volume(_ path: FilePath) throws(FileError) -> VolumeStatus {
        try step("statfs", path) { () throws(FileError) in try base.volume(path) }
    }

    package func list(_ path: FilePath) throws(FileError) -> [FilePath.Component] {
        try step("list", path) { () throws(FileError) in try base.list(path) }
    }

    package func makeDirectory(_ path: FilePath, mode: UInt32) throws(FileError) {
        try step("mkdir", path) { () throws(FileError) in try base.makeDirectory(path, mode: mode) }
    }

    package func removeDirectory(_ path: FilePath) throws(FileError) {
        try step("rmdir", path) { () throws(FileError) in try base.removeDirectory(path) }
    }

    package func unlink(_ path: FilePath) throws(FileError) {
        try step("unlink", path) { () throws(FileError) in try base.unlink(path) }
    }

    package func renameOnce(_ from: FilePath, _ to: FilePath, replacing: Bool) throws(FileError) {
        try step("rename", from) { () throws(FileError) in
            if isOther(from) != isOther(to) {
                throw FileError(call: "rename", path: from, other: to, errno: EXDEV)
            }
            try base.renameOnce(from, to, replacing: replacing)
        }
    }

    package func linkOnce(_ from: FilePath, _ to: FilePath) throws(FileError) {
        try step("link", from) { () throws(FileError) in
            if isOther(from) != isOther(to) {
                throw FileError(call: "link", path: from, other: to, errno: EXDEV)
            }
            try base.linkOnce(from, to)
        }
    }

    package func setMode(_ path: FilePath, _ mode: UInt32) throws(FileError) {
        try step("chmod", path) { () throws(FileError) in try base.setMode(path, mode) }
    }

    package func setOwner(_ path: FilePath, user: UInt32?, group: UInt32?) throws(FileError) {
        try step("chown", path) { () throws(FileError) in
            try base.setOwner(path, user: user, group: group)
        }
    }

    package func setTimes(_ path: FilePath, modified: Int64) throws(FileError) {
        try step("utimensat", path) { () throws(FileError) in try base.setTimes(path, modified: modified) }
    }

    package func takeReadLease(_ file: OpenFile) throws(FileError) -> LeaseAnswer {
        try step("lease", file.path) { () throws(FileError) in try base.takeReadLease(file) }
    }

    package func releaseLease(_ file: OpenFile) throws(FileError) {
        try step("release", file.path) { () throws(FileError) in try base.releaseLease(file) }
    }

    package func lock(_ file: OpenFile, exclusive: Bool, wait: Bool) throws(FileError) -> Bool {
        try step("flock", file.path) { () throws(FileError) in
            try base.lock(file, exclusive: exclusive, wait: wait)
        }
    }
}
