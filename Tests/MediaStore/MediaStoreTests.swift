// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Files
@testable import MediaStore
import Records
import SystemPackage
import TestKit
import Testing

@Suite("Keeping media files") struct MediaStoreTests {
    let picture = Array("the bytes of a picture".utf8)

    @Test("an original lies under its hash, read-only, whatever the portions", arguments: [1, 7, 4_096])
    func kept(step: Int) throws {
        let world = try MediaWorld()
        let store = try world.store()
        let kept = try store.keep("import_files/ab/a.jpg", picture, step: step)
        #expect(kept == KeptFile(sha256: MediaWorld.sha256(picture), size: 22, isNew: true))
        let blob = world.layout.blob(kept.sha256)
        let hash = kept.sha256
        #expect(
            blob.string.hasSuffix(".waybill/blobs/\(hash.prefix(2))/\(hash.dropFirst(2).prefix(2))/\(hash)"))
        #expect(try RealFileSystem().readAll(blob) == picture)
        #expect(try RealFileSystem().status(blob).mode == 0o444)
        #expect(try RealFileSystem().list(world.layout.tmp).isEmpty)
    }

    @Test("an empty file is a file")
    func empty() throws {
        let world = try MediaWorld()
        let kept = try world.store().keep("empty.jpg", [])
        #expect(kept.size == 0)
        #expect(try RealFileSystem().status(world.layout.blob(kept.sha256)).size == 0)
    }

    @Test("a file larger than the buffer")
    func large() throws {
        let world = try MediaWorld()
        var random = SeededRandom(seed: 1)
        let bytes = (0..<700_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let kept = try world.store().keep("large.jpg", bytes, step: 1 << 18)
        #expect(kept.sha256 == MediaWorld.sha256(bytes))
        #expect(try RealFileSystem().readAll(world.layout.blob(kept.sha256)) == bytes)
    }

    @Test("the same bytes under two names are one blob and two rows")
    func sameBytes() throws {
        let world = try MediaWorld()
        let store = try world.store()
        let first = try store.keep("a.jpg", picture)
        let tree = try world.tree()
        let second = try store.keep("b.jpg", picture)
        #expect(first.isNew)
        #expect(!second.isNew)
        #expect(second.sha256 == first.sha256)
        #expect(try world.tree() == tree)
        #expect(try store.counts() == MediaCounts(blobs: 1, bytes: 22, rows: 2))
    }

    @Test("the same delivery again changes nothing")
    func again() throws {
        let world = try MediaWorld()
        let store = try world.store()
        try store.keep("a.jpg", picture)
        let tree = try world.tree()
        try store.keep("a.jpg", picture, at: 9_000)
        #expect(try world.tree() == tree)
        #expect(try store.counts() == MediaCounts(blobs: 1, bytes: 22, rows: 1))
        #expect(try store.delivered(partner: "erp", path: "a.jpg")?.at.milliseconds == 1_000)
    }

    @Test("has asks for partner, path and package")
    func has() throws {
        let world = try MediaWorld()
        let store = try world.store()
        try store.keep("a.jpg", picture)
        #expect(try store.has(partner: "erp", path: "a.jpg", package: MediaWorld.id(1)))
        #expect(try !store.has(partner: "shop", path: "a.jpg", package: MediaWorld.id(1)))
        #expect(try !store.has(partner: "erp", path: "A.jpg", package: MediaWorld.id(1)))
        #expect(try !store.has(partner: "erp", path: "a.jpg", package: MediaWorld.id(2)))
    }

    @Test("delivered gives the newest by time, then by order; the older blob stays")
    func newest() throws {
        let world = try MediaWorld()
        let store = try world.store()
        let newest = Array("newest".utf8)
        let old = try store.keep("a.jpg", picture, package: 2, at: 2_000)
        let kept = try store.keep("a.jpg", newest, package: 3, at: 3_000)
        try store.keep("a.jpg", Array("late".utf8), package: 1, at: 1_000)
        let found = try #require(try store.delivered(partner: "erp", path: "a.jpg"))
        #expect(found.sha256 == kept.sha256)
        #expect(found.package == MediaWorld.id(3))
        #expect(found.exchange == "e3")
        #expect(found.size == 6)
        #expect(try RealFileSystem().readAll(world.layout.blob(old.sha256)) == picture)
        #expect(try store.delivered(partner: "erp", path: "b.jpg") == nil)
        // A ZIP that holds one name twice: both are kept, the last one counts.
        let last = try store.keep("a.jpg", Array("last".utf8), package: 3, at: 3_000)
        #expect(try store.delivered(partner: "erp", path: "a.jpg")?.sha256 == last.sha256)
        #expect(try store.counts().rows == 4)
    }

    @Test("rows outlast the process; the volume is not needed to open or to ask")
    func reopened() throws {
        let world = try MediaWorld()
        let first = try world.store()
        let kept = try first.keep("a.jpg", picture)
        try first.checkpoint()
        try first.close()
        try RealFileSystem().rename(world.volume, FilePath(world.folder.path("away")))
        let second = try world.store()
        #expect(try second.has(partner: "erp", path: "a.jpg", package: MediaWorld.id(1)))
        #expect(try second.delivered(partner: "erp", path: "a.jpg")?.sha256 == kept.sha256)
    }

    @Test("an error of the source comes back in its words and leaves nothing")
    func source() throws {
        let world = try MediaWorld()
        let store = try world.store()
        let tree = try world.tree()
        var portions = 0
        #expect(throws: MediaError.source("member a.jpg: the CRC is wrong")) {
            try store.keep(
                partner: "erp", path: "a.jpg", package: MediaWorld.id(1), exchange: "e",
                at: Timestamp(milliseconds: 1)
            ) { buffer in
                portions += 1
                if portions == 3 { throw BrokenSource() }
                return buffer.count
            }
        }
        #expect(try world.tree() == tree)
        #expect(try store.counts() == MediaCounts(blobs: 0, bytes: 0, rows: 0))
    }

    @Test("a blob that is missing or has another size is made again; the damaged one is put aside")
    func damaged() throws {
        let world = try MediaWorld()
        let store = try world.store()
        let files = RealFileSystem()
        let blob = world.layout.blob(try store.keep("a.jpg", picture).sha256)
        try files.unlink(blob)
        #expect(try store.keep("b.jpg", picture).isNew)
        #expect(try files.readAll(blob) == picture)
        try files.unlink(blob)
        try files.atomicWrite(blob, [1, 2, 3])
        try store.keep("c.jpg", picture)
        #expect(try files.readAll(blob) == picture)
        let aside = try files.list(world.layout.quarantine)
        #expect(aside.count == 1)
        #expect(try aside.map { try files.readAll(world.layout.quarantine.appending($0)) } == [[1, 2, 3]])
    }

    @Test("names that are no UTF-8 stay two names")
    func foreignNames() throws {
        let world = try MediaWorld()
        let store = try world.store()
        let first = FilePath(bytes: [0x66, 0x2F, 0xEA, 0x5C, 0x2E, 0x6A])
        let second = FilePath(bytes: [0x66, 0x2F, 0xEB, 0x5C, 0x2E, 0x6A])
        #expect(first.string == second.string)
        #expect(MediaPath.text(first) == #"f/\xea\x5c.j"#)
        #expect(MediaPath.text(FilePath("каталог/ä.jpg")) == "каталог/ä.jpg")
        try store.keep(MediaPath.text(first), picture)
        #expect(try !store.has(partner: "erp", path: MediaPath.text(second), package: MediaWorld.id(1)))
        try store.keep(MediaPath.text(second), [1])
        #expect(try store.delivered(partner: "erp", path: MediaPath.text(first))?.size == 22)
        #expect(try store.delivered(partner: "erp", path: MediaPath.text(second))?.size == 1)
    }

    @Test("several threads at once")
    func concurrent() async throws {
        let world = try MediaWorld()
        let store = try world.store()
        try await withThrowingTaskGroup { group in
            for number in 0..<24 {
                group.addTask {
                    _ = try store.keep("\(number).jpg", Array("content \(number % 5)".utf8), package: number)
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.counts() == MediaCounts(blobs: 5, bytes: 45, rows: 24))
        #expect(try RealFileSystem().list(world.layout.tmp).isEmpty)
        for number in 0..<5 {
            let bytes = Array("content \(number)".utf8)
            #expect(try RealFileSystem().readAll(world.layout.blob(MediaWorld.sha256(bytes))) == bytes)
        }
    }
}
