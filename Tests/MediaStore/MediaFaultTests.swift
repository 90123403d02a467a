// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Files
import Glibc
import SystemPackage
import TestKit
import Testing

@testable import MediaStore

/// Every file operation fails, and the process ends at every one; the same
/// work again then leads to the same end.
@Suite("Media files and faults") struct MediaFaultTests {
    typealias Moment = FaultyFileSystem.Moment
    static let picture = Array("the bytes of a picture".utf8)
    static let other = Array("other bytes".utf8)

    /// Two contents, three deliveries, in portions.
    static func deliver(_ store: MediaStore) throws {
        try store.keep("a.jpg", picture)
        try store.keep("b.jpg", other)
        try store.keep("c.jpg", picture)
    }

    /// The volume after work without a fault, and the number of file
    /// operations it takes.
    static func calm() throws -> (tree: String, calls: Int) {
        let world = try MediaWorld()
        let files = FaultyFileSystem()
        try deliver(try world.store(files))
        return (try world.tree(), files.count)
    }

    /// What must hold at any time: a row's blob is there, whole and read-only.
    static func checkRows(_ world: MediaWorld, _ store: MediaStore) throws {
        for (path, bytes) in [("a.jpg", picture), ("b.jpg", other), ("c.jpg", picture)] {
            guard let row = try store.delivered(partner: "erp", path: path) else { continue }
            let blob = world.layout.blob(row.sha256)
            #expect(try RealFileSystem().readAll(blob) == bytes)
            #expect(try RealFileSystem().status(blob).mode == 0o444)
        }
    }

    @Test(
        "an error at every operation, then again",
        arguments: zip([Moment.before, .halfway, .after, .before], [EIO, ENOSPC, EIO, ESTALE]))
    func errors(moment: Moment, errno: CInt) throws {
        let calm = try Self.calm()
        #expect(calm.calls > 30)
        for at in 1...calm.calls {
            let world = try MediaWorld()
            let files = FaultyFileSystem(RealFileSystem(), .fail(at: at, errno: errno, moment))
            let store = try world.store(files)
            do {
                try Self.deliver(store)
            } catch let error as MediaError {
                if errno == ENOSPC, case .file = error { #expect(error.isFull) }
                if errno == ESTALE { #expect(error.isOffline) }
                // What was begun is removed, unless that was what failed.
                #expect(try RealFileSystem().list(world.layout.tmp).count <= 1)
            }
            #expect(files.hasStruck)
            try Self.checkRows(world, store)
            try Self.deliver(store)
            try store.close()
            // Some failures leave a file in tmp/, which the next start sweeps.
            let next = try world.store()
            try Self.deliver(next)
            #expect(try world.tree() == calm.tree, "operation \(at)")
            #expect(try next.counts() == MediaCounts(blobs: 2, bytes: 33, rows: 3))
        }
    }

    @Test("a crash at every operation, then again", arguments: Moment.allCases)
    func crashes(moment: Moment) throws {
        let calm = try Self.calm()
        for at in 1...calm.calls {
            let world = try MediaWorld()
            let files = FaultyFileSystem(RealFileSystem(), .crash(at: at, moment))
            let store = try world.store(files)
            #expect(throws: MediaError.self, "operation \(at)") { try Self.deliver(store) }
            try store.close()
            let next = try world.store()
            try Self.checkRows(world, next)
            try Self.deliver(next)
            #expect(try world.tree() == calm.tree, "operation \(at)")
            #expect(try next.counts() == MediaCounts(blobs: 2, bytes: 33, rows: 3))
            try Self.checkRows(world, next)
        }
    }

    @Test("a crash at every step of preparing, then again", arguments: Moment.allCases)
    func preparing(moment: Moment) throws {
        let calm = FaultyFileSystem()
        let model = try TemporaryFolder()
        try MediaStore.prepareVolume(FilePath(model.path("media")), files: calm)
        let tree = try Listing.tree(FilePath(model.path("media")))
        for at in 1...calm.count {
            let folder = try TemporaryFolder()
            let volume = FilePath(folder.path("media"))
            let files = FaultyFileSystem(RealFileSystem(), .crash(at: at, moment))
            #expect(throws: FileError.self, "operation \(at)") {
                try MediaStore.prepareVolume(volume, files: files)
            }
            try MediaStore.prepareVolume(volume, files: RealFileSystem())
            #expect(try Listing.tree(volume) == tree, "operation \(at)")
        }
    }

    @Test("the row comes after the folder is synced, the rename after the file is")
    func order() throws {
        let world = try MediaWorld()
        let files = FaultyFileSystem()
        let store = try world.store(files)
        let kept = try store.keep("a.jpg", Self.picture)
        let calls = files.calls.map { $0.replacing(world.volume.string, with: "") }
        let tail = calls.suffix(10).map { call in
            call.replacing(kept.sha256, with: "HASH").split(separator: " ").map(String.init)
        }
        let steps = tail.map(\.[0])
        let sync = try #require(steps.firstIndex(of: "fsync"))
        let rename = try #require(steps.firstIndex(of: "rename"))
        #expect(sync < rename)
        #expect(steps.last == "syncDirectory")
        #expect(tail.last?.last?.hasPrefix("/.waybill/blobs/") == true)
    }
}
