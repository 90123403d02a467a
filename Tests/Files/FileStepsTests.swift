// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import SystemPackage
import TestKit
import Testing

/// What is made of several steps, with every step failing.
@Suite("File steps under faults") struct FileStepsTests {
    /// Runs `work` on a fresh folder for a fault at every operation in turn.
    private func each(
        _ errnos: [CInt] = [EIO], _ prepare: (TemporaryFolder) throws -> Void,
        _ work: (FaultyFileSystem, FilePath) throws(FileError) -> Void,
        _ check: (_ root: FilePath, _ error: FileError?, _ what: String) throws -> Void
    ) throws {
        let calm = try TemporaryFolder()
        try prepare(calm)
        let counting = FaultyFileSystem()
        try work(counting, FilePath(calm.root))
        for errno in errnos + [FaultyFileSystem.gone] {
            for fault in FaultyFileSystem.faults(counting.calls, errno: errno) {
                let folder = try TemporaryFolder()
                try prepare(folder)
                let files = FaultyFileSystem(RealFileSystem(), fault)
                var failed: FileError?
                do throws(FileError) { try work(files, FilePath(folder.root)) } catch { failed = error }
                let what = "\(fault): \(files.calls.joined(separator: ", "))"
                #expect(files.hasStruck, "\(what)")
                try check(FilePath(folder.root), failed, what)
            }
        }
        try check(FilePath(calm.root), nil, "no fault")
    }

    private func text(_ path: FilePath) throws -> String {
        String(decoding: try RealFileSystem().readAll(path), as: UTF8.self)
    }

    @Test("atomicWrite leaves the old or the new content, whole")
    func atomicWrite() throws {
        try each([EIO, ENOSPC], { try $0.write("a.txt", "old content") }) { files, root throws(FileError) in
            try files.atomicWrite(root.appending("a.txt"), Array("new and longer content".utf8))
        } _: { root, error, what in
            let found = try text(root.appending("a.txt"))
            #expect(found == "old content" || found == "new and longer content", "\(what)")
            if error == nil { #expect(found == "new and longer content", "\(what)") }
            // What is left over is hidden, and the next write overwrites it.
            let others = try Listing.files(root).filter { $0 != "a.txt" }
            #expect(others.isEmpty || others == [".a.txt.new"], "\(what)")
            try RealFileSystem().atomicWrite(root.appending("a.txt"), Array("third".utf8))
            #expect(try Listing.tree(root, contents: { _ in true }) == "a.txt\tthird\n", "\(what)")
        }
    }

    @Test("a rename whose answer is lost has happened all the same")
    func lostReply() throws {
        let folder = try TemporaryFolder()
        let root = FilePath(folder.root)
        for call in ["rename", "link"] {
            try folder.write("a", "A")
            let counting = FaultyFileSystem()
            let work = { (files: FaultyFileSystem) throws(FileError) in
                if call == "rename" {
                    try files.rename(root.appending("a"), root.appending("b"))
                } else {
                    try files.link(root.appending("a"), root.appending("b"))
                }
            }
            try work(counting)
            let number = try #require(counting.calls.firstIndex { $0.hasPrefix(call) }) + 1
            try RealFileSystem().unlink(root.appending("b"))
            try folder.write("a", "A")
            try work(FaultyFileSystem(RealFileSystem(), .fail(at: number, errno: EIO, .after)))
            #expect(try text(root.appending("b")) == "A")
            try RealFileSystem().unlink(root.appending("b"))
            try folder.write("a", "A")
            let failing = FaultyFileSystem(RealFileSystem(), .fail(at: number, errno: ESTALE, .before))
            #expect(throws: FileError.self) { try work(failing) }
            #expect(try Listing.files(root) == ["a"])
        }
    }

    @Test("a file of the target's name that was there before is no lost reply")
    func notOurs() throws {
        let folder = try TemporaryFolder()
        let root = FilePath(folder.root)
        try folder.write("a", "A")
        try folder.write("b", "B")
        let files = FaultyFileSystem(RealFileSystem(), .fail(at: 2, errno: EIO, .before))
        #expect(throws: FileError.self) { try files.rename(root.appending("a"), root.appending("b")) }
        #expect(try text(root.appending("a")) == "A")
        #expect(try text(root.appending("b")) == "B")
    }

    @Test("folders are there, or an error says which is not")
    func folders() throws {
        try each([EIO], { _ in }) { files, root throws(FileError) in
            try files.makeDirectories(root.appending("x").appending("y"))
        } _: { root, error, what in
            let made = try RealFileSystem().exists(root.appending("x").appending("y"))
            if error == nil { #expect(made, "\(what)") }
            try RealFileSystem().makeDirectories(root.appending("x").appending("y"))
        }
    }

    @Test("a copy that ended well is whole and has the time; the source stays")
    func copies() throws {
        try each([EIO, ENOSPC], { try $0.write("a", "some content") }) { files, root throws(FileError) in
            try files.copy(root.appending("a"), root.appending("b"))
        } _: { root, error, what in
            #expect(try text(root.appending("a")) == "some content", "\(what)")
            guard error == nil else { return }
            let copy = try text(root.appending("b"))
            #expect(copy == "some content", "\(what)")
        }
    }

    @Test("no file stays open after a failure")
    func descriptors() throws {
        let folder = "/proc/self/fd"
        func open() throws -> Int { try RealFileSystem().list(FilePath(folder)).count }
        // Other tests open files meanwhile: a leak of one a round would show.
        let before = try open()
        for _ in 0..<10 {
            try each([EIO], { try $0.write("a", "text") }) { files, root throws(FileError) in
                _ = try files.readAll(root.appending("a"))
                try files.atomicWrite(root.appending("b"), [1, 2, 3])
            } _: { _, _, _ in
            }
        }
        #expect(try open() < before + 200)
    }
}
