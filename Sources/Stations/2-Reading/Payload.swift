// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArchiveStreams
import Files
import Hashing
import SystemPackage

/// The open file of a package.
final class Payload: ZIPSource {
    let path: FilePath
    let size: Int64
    private let files: any FileSystem
    private let file: OpenFile
    private let before: FileStatus
    /// Why `read(at:into:)` gave nil.
    private(set) var failure: FileError?

    init(_ path: FilePath, _ files: any FileSystem) throws(ReadError) {
        let file = try filing { () throws(FileError) in try files.open(path, .read) }
        let status: FileStatus
        do { status = try files.status(of: file) } catch {
            files.closeAfterFailure(file)
            throw .file(error)
        }
        self.path = path
        self.files = files
        self.file = file
        before = status
        size = status.size
        guard status.kind == .file else { throw .refused("\(path) is no plain file: take it away by hand") }
    }

    deinit { files.closeAfterFailure(file) }

    func read(at offset: Int64, into buffer: inout MutableSpan<UInt8>) -> Int? {
        do { return try files.read(file, at: offset, into: &buffer) } catch {
            failure = error
            return nil
        }
    }

    func read(at offset: Int64, into buffer: inout [UInt8]) throws(ReadError) -> Int {
        try filing { () throws(FileError) in try files.read(file, at: offset, into: &buffer) }
    }

    func readSome(at offset: Int64, into buffer: inout MutableSpan<UInt8>) throws(ReadError) -> Int {
        do { return try files.read(file, at: offset, into: &buffer) } catch { throw .file(error) }
    }

    /// By its first bytes; a file that calls itself one is to be one.
    func isZIP(_ name: String) throws(ReadError) -> Bool {
        var head = [UInt8](repeating: 0, count: 4)
        let count = try read(at: 0, into: &head)
        guard count > 0 else { throw .empty(ReadPlace()) }
        if head == [0x50, 0x4B, 3, 4] || head == [0x50, 0x4B, 5, 6] { return true }
        return name.lowercased().hasSuffix(".zip")
    }

    /// Whether what was read may be a mixture of two states: another size,
    /// time or inode than at the start.
    func hasChanged() throws(ReadError) -> Bool {
        let (now, named) = try filing { () throws(FileError) in
            (try files.status(of: file), try files.statusIfPresent(path))
        }
        guard let named else { return true }
        func facts(_ status: FileStatus) -> [Int64] {
            [
                status.size, status.modified, status.changed, Int64(truncatingIfNeeded: status.inode),
                Int64(truncatingIfNeeded: status.device),
            ]
        }
        return facts(now) != facts(before) || facts(named) != facts(before)
    }

    func checkUnchanged() throws(ReadError) {
        if try hasChanged() { throw .changed }
    }

    /// What an error means: a file that changed underneath can look like
    /// anything.
    func judged(_ error: ReadError) -> ReadError {
        do { return try hasChanged() ? .changed : error } catch { return error }
    }

    /// The hash of the whole file, in a pass of its own.
    func hash(_ key: HashKey) throws(ReadError) -> [UInt8] {
        var hasher = KeyedHasher(key: key)
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var position: Int64 = 0
        while true {
            let count = try read(at: position, into: &buffer)
            guard count > 0 else { break }
            hasher.update(buffer.span.extracting(0..<count))
            position += Int64(count)
        }
        try checkUnchanged()
        return hasher.finish()
    }
}

/// The bytes of one document, in order.
protocol DocumentBytes: AnyObject {
    /// 0 at the end.
    func read(into buffer: inout MutableSpan<UInt8>) throws(ReadError) -> Int
}

extension DocumentBytes {
    /// 0 at the end.
    func read(into buffer: inout [UInt8]) throws(ReadError) -> Int {
        var span = buffer.mutableSpan
        return try read(into: &span)
    }
}

/// A hasher that can be there or not.
private final class RunningHash {
    private var hasher: KeyedHasher
    init(_ key: HashKey) { hasher = KeyedHasher(key: key) }
    func update(_ bytes: Span<UInt8>) { hasher.update(bytes) }
    var value: [UInt8] { hasher.finish() }
}

/// A package that is one document; hashed while it is read.
final class PlainBytes: DocumentBytes {
    private let payload: Payload
    private let limit: Int64
    private let hash: RunningHash?
    private(set) var position: Int64 = 0
    private(set) var isAtEnd = false

    /// - Parameter key: nil where no hash is wanted.
    init(_ payload: Payload, limit: Int64, key: HashKey? = nil) {
        self.payload = payload
        self.limit = limit
        hash = key.map { RunningHash($0) }
    }

    func read(into buffer: inout MutableSpan<UInt8>) throws(ReadError) -> Int {
        let count = try payload.readSome(at: position, into: &buffer)
        if count == 0 { isAtEnd = true }
        hash?.update(buffer.span.extracting(0..<count))
        position += Int64(count)
        guard position <= limit else {
            throw .tooLarge(ReadPlace(), detail: "the document is larger than \(limit) bytes")
        }
        return count
    }

    /// Of the bytes so far; nil without a key.
    var contentHash: [UInt8]? { hash?.value }
}

/// Stands at one member of a ZIP; goes forward only.
final class ZIPCursor: DocumentBytes {
    private let payload: Payload
    private var reader: ZIPReader
    private(set) var member: ZIPMember?

    init(_ payload: Payload, _ context: ReadContext) throws(ReadError) {
        self.payload = payload
        let names = MemberNames(charset: context.zipCharset)
        do {
            reader = try ZIPReader(payload, limits: context.limits.zip) { names.text($0) }
        } catch { throw ReadError(error, below: payload.failure) }
    }

    func next() throws(ReadError) -> ZIPMember? {
        do { member = try reader.next() } catch { throw ReadError(error, below: payload.failure) }
        return member
    }

    func read(into buffer: inout MutableSpan<UInt8>) throws(ReadError) -> Int {
        do { return try reader.read(into: &buffer) } catch { throw ReadError(error, below: payload.failure) }
    }
}
