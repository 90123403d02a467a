// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import SystemPackage
import TestKit
import Testing

@Suite("The kernel's files") struct RealFileSystemTests {
    private let folder: TemporaryFolder
    private let files = RealFileSystem()
    private let root: FilePath

    init() throws {
        folder = try TemporaryFolder()
        root = FilePath(folder.root)
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try folder.read(name), as: UTF8.self)
    }

    private func failure(_ work: () throws(FileError) -> Void) -> CInt? {
        do { try work() } catch { return error.errno }
        return nil
    }

    @Test("a new file is made once, replaced, appended and read from anywhere")
    func modes() throws {
        let path = root.appending("a")
        try files.withFile(path, .create(mode: 0o600)) { file throws(FileError) in
            try files.write(file, Array("one".utf8).span)
        }
        #expect(failure { () throws(FileError) in _ = try files.open(path, .create(mode: 0o600)) } == EEXIST)
        try files.withFile(path, .append(mode: 0o600)) { file throws(FileError) in
            try files.write(file, Array("two".utf8).span)
        }
        #expect(try text("a") == "onetwo")
        let status = try files.status(path)
        #expect(status.kind == .file && status.size == 6 && status.mode == 0o600 && status.links == 1)
        let file = try files.open(path, .read)
        var buffer = [UInt8](repeating: 0, count: 4)
        #expect(try files.read(file, at: 3, into: &buffer) == 3)
        #expect(Array(buffer[..<3]) == Array("two".utf8))
        #expect(try files.read(file, into: &buffer) == 4)
        #expect(try files.read(file, into: &buffer) == 2)
        #expect(try files.read(file, into: &buffer) == 0)
        try files.close(file)
        #expect(failure { () throws(FileError) in try files.close(file) } == EBADF)
        try files.withFile(path, .replace(mode: 0o600)) { _ throws(FileError) in }
        #expect(try files.readAll(path) == [])
    }

    @Test("links are not followed at the last name; a whole file has a limit")
    func refusals() throws {
        try folder.write("real", "text")
        #expect(symlink("real", folder.path("link")) == 0)
        let link = root.appending("link")
        #expect(failure { () throws(FileError) in _ = try files.open(link, .read) } == ELOOP)
        #expect(try files.status(link).kind == .symbolicLink)
        #expect(try files.statusFollowingLinks(link).kind == .file)
        #expect(
            failure { () throws(FileError) in _ = try files.readAll(root.appending("real"), limit: 3) }
                == EFBIG)
        #expect(try files.readAll(root.appending("real"), limit: 4) == Array("text".utf8))
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        // A pipe without a writer must not hold us.
        let pipe = try files.open(root.appending("pipe"), .read)
        #expect(try files.status(of: pipe).kind == .other)
        try files.close(pipe)
    }

    @Test("names come sorted by their bytes, whatever bytes they are")
    func list() throws {
        for name in [[0x62], [0xFF, 0x61], [0xD0, 0x96], [0x41]] as [[UInt8]] {
            let file = try files.open(
                root.appending(FilePath(bytes: name).components.first!), .create(mode: 0o600))
            try files.close(file)
        }
        #expect(
            try files.list(root).map { FilePath(root: nil, [$0]).bytes }
                == [[0x41], [0x62], [0xD0, 0x96], [0xFF, 0x61]])
        #expect(failure { () throws(FileError) in _ = try files.list(root.appending("none")) } == ENOENT)
        #expect(FilePath(bytes: Array("a/Ж".utf8)).bytes == Array("a/Ж".utf8))
    }

    @Test("a rename replaces, or refuses to; hard links show their second name")
    func renames() throws {
        try folder.write("a", "A")
        try folder.write("b", "B")
        let (a, b, c) = (root.appending("a"), root.appending("b"), root.appending("c"))
        #expect(failure { () throws(FileError) in try files.renameNoReplace(a, b) } == EEXIST)
        #expect(try text("a") == "A")
        try files.renameNoReplace(a, c)
        try files.rename(c, b)
        #expect(try Listing.tree(root, contents: { _ in true }) == "b\tA\n")
        try files.link(b, a)
        #expect(try files.status(a).links == 2)
        #expect(failure { () throws(FileError) in try files.link(b, c) } == nil)
        try files.unlinkIfPresent(c)
        try files.unlinkIfPresent(c)
        #expect(failure { () throws(FileError) in try files.unlink(c) } == ENOENT)
        #expect(failure { () throws(FileError) in try files.rename(c, a) } == ENOENT)
    }

    @Test("folders above are made once and told; a file in the way is named")
    func folders() throws {
        let deep = root.appending("x").appending("y").appending("z")
        #expect(try files.makeDirectories(deep).map { $0.lastComponent?.string } == ["x", "y", "z"])
        #expect(try files.makeDirectories(deep) == [])
        try folder.write("file", "")
        let below = root.appending("file").appending("z")
        #expect(failure { () throws(FileError) in _ = try files.makeDirectories(below) } == ENOTDIR)
        #expect(
            failure { () throws(FileError) in try files.removeDirectory(root.appending("x")) } == ENOTEMPTY)
        try files.removeDirectory(deep)
        try files.syncDirectory(root)
    }

    @Test("modes and times are set as asked; a copy keeps the time")
    func times() throws {
        try folder.write("a", "text")
        let (a, b) = (root.appending("a"), root.appending("b"))
        try files.setMode(a, 0o640)
        try files.setTimes(a, modified: -1_500_000_000)
        #expect(try files.status(a).mode == 0o640)
        #expect(try files.status(a).modified == -1_500_000_000)
        try files.setTimes(a, modified: 1_700_000_000_123_456_789)
        #expect(try files.copy(a, b, mode: 0o600) == 4)
        let copy = try files.status(b)
        #expect(copy.modified == 1_700_000_000_123_456_789 && copy.mode == 0o600 && copy.size == 4)
        #expect(failure { () throws(FileError) in _ = try files.copy(a, b) } == EEXIST)
    }

    @Test("a lock is held by one, and let go when its file is closed")
    func locks() throws {
        let path = root.appending("lock")
        let first = try files.open(path, .lockFile(mode: 0o600))
        let second = try files.open(path, .lockFile(mode: 0o600))
        #expect(try files.lock(first, exclusive: true, wait: false))
        #expect(try !files.lock(second, exclusive: true, wait: false))
        try files.close(first)
        #expect(try files.lock(second, exclusive: true, wait: false))
        try files.close(second)
    }

    @Test("a read lease tells whether somebody writes")
    func leases() throws {
        try folder.write("a", "text")
        let path = root.appending("a")
        let reader = try files.open(path, .read)
        let writer = try files.open(path, .readWrite)
        let busy = try files.takeReadLease(reader)
        try files.close(writer)
        let free = try files.takeReadLease(reader)
        try files.close(reader)
        guard free != .notAvailable else {
            Skip.say("this volume gives no leases")
            return
        }
        #expect(busy == .writerHasIt)
        #expect(free == .granted)
    }

    @Test("the volume tells its size and kind")
    func volume() throws {
        let volume = try files.volume(root)
        #expect(volume.totalBytes > 0 && volume.freeBytes <= volume.totalBytes)
        #expect(!volume.type.isEmpty && !volume.isReadOnly)
        #expect(VolumeStatus.typeName(0xEF53) == "ext4")
        #expect(VolumeStatus.typeName(0x1234) == "0x1234")
        // The kernel gives cifs' number with its sign.
        #expect(VolumeStatus.typeName(Int64(Int32(bitPattern: 0xFF53_4D42))) == "cifs")
    }

    @Test("an error says call, name, the kernel's words and the cure")
    func words() {
        let error = FileError(call: "write", path: "/spool/a", errno: ENOSPC)
        #expect(error.isFull && !error.isNotFound)
        #expect(error.description.hasPrefix("write /spool/a: No space left on device; free space"))
        let two = FileError(call: "rename", path: "/a", other: "/b", errno: EXDEV)
        #expect(two.description.contains("/a → /b") && two.isAcrossVolumes)
        #expect(FileError(call: "read", path: "/a", errno: ESTALE).isOffline)
    }
}
