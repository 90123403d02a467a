// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Files
import Glibc
import Records
import SystemPackage
import TestKit
import Testing

@testable import MediaStore

@Suite("The media volume") struct MediaVolumeTests {
    let files = RealFileSystem()

    @Test("preparing makes the layout once; again changes nothing")
    func prepared() throws {
        let world = try MediaWorld()
        let mark = try files.readAll(world.layout.mark)
        let expected = """
            .waybill/
            .waybill/blobs/
            .waybill/quarantine/
            .waybill/tmp/
            .waybill/trash/
            .waybill/volume.json\t\(mark.count)
            links/
            originals/
            renditions/
            views/

            """
        #expect(try world.tree() == expected)
        try MediaStore.prepareVolume(world.volume, files: files)
        #expect(try files.readAll(world.layout.mark) == mark)
        #expect(try world.tree() == expected)
    }

    @Test("the mark says what this file system can do")
    func mark() throws {
        let world = try MediaWorld()
        let found = try #require(try VolumeFile.read(world.layout, files))
        #expect(found.uuid.count == 36)
        #expect(found.type == (try files.volume(world.volume).type))
        #expect(found.caseSensitive)
        #expect(found.hardLinks)
        #expect(found.modes)
    }

    @Test("a share without hard links is a volume all the same", arguments: [EPERM, ENOTSUP])
    func withoutLinks(errno: CInt) throws {
        let folder = try TemporaryFolder()
        let volume = FilePath(folder.path("media"))
        let scout = FaultyFileSystem()
        try MediaStore.prepareVolume(FilePath(folder.path("scout")), files: scout)
        let link = try #require(scout.calls.firstIndex { $0.hasPrefix("link ") })
        let faulty = FaultyFileSystem(files, .fail(at: link + 1, errno: errno, .before))
        try MediaStore.prepareVolume(volume, files: faulty)
        #expect(try VolumeFile.read(MediaLayout(volume), files)?.hardLinks == false)
    }

    @Test("a damaged mark is not overwritten", arguments: ["", "{}", #"{"uuid": ""}"#, "\0\0\0"])
    func damagedMark(text: String) throws {
        let world = try MediaWorld()
        try files.atomicWrite(world.layout.mark, Array(text.utf8))
        #expect(throws: FileError(call: "read", path: world.layout.mark, errno: EBADMSG)) {
            try MediaStore.prepareVolume(world.volume, files: files)
        }
        #expect(try files.readAll(world.layout.mark) == Array(text.utf8))
        let store = try world.store()
        #expect(store.state != .online)
        #expect(throws: MediaError.self) { try store.keep("a.jpg", [1]) }
    }

    @Test("an empty mount point is offline, and nothing grows in it")
    func emptyMountPoint() throws {
        let world = try MediaWorld()
        let store = try world.store()
        try store.keep("a.jpg", [1])
        let away = FilePath(world.folder.path("away"))
        try files.rename(world.volume, away)
        try files.makeDirectory(world.volume, mode: 0o755)
        #expect(store.state != .online)
        let error = #expect(throws: MediaError.self) { try store.keep("b.jpg", [2]) }
        #expect(error?.isOffline == true)
        #expect(error?.isFull == false)
        #expect(try files.list(world.volume).isEmpty)
        #expect(throws: MediaError.self) { try store.adopt() }
        // The volume comes back, and all goes on.
        try files.removeDirectory(world.volume)
        try files.rename(away, world.volume)
        #expect(store.state == .online)
        #expect(try store.keep("b.jpg", [2]).isNew)
    }

    /// Without modes the first step that misses the volume is the making of
    /// folders.
    @Test("a volume that goes away while a file is written is offline, not broken", arguments: [true, false])
    func goesAway(modes: Bool) throws {
        let world = try MediaWorld()
        let mark = String(decoding: try files.readAll(world.layout.mark), as: UTF8.self)
        try files.atomicWrite(
            world.layout.mark, Array(mark.replacing("\"modes\": true", with: "\"modes\": \(modes)").utf8))
        let store = try world.store()
        let away = FilePath(world.folder.path("away"))
        var portions = 0
        let error = #expect(throws: MediaError.self) {
            try store.keep(
                partner: "erp", path: "a.jpg", package: MediaWorld.id(1), exchange: "e",
                at: .init(milliseconds: 1)
            ) { buffer in
                portions += 1
                guard portions == 1 else { return 0 }
                try files.rename(world.volume, away)
                try files.makeDirectory(world.volume, mode: 0o755)
                return buffer.count
            }
        }
        #expect(error?.isOffline == true)
        #expect(try files.list(world.volume).isEmpty)
        #expect(try !store.has(partner: "erp", path: "a.jpg", package: MediaWorld.id(1)))
    }

    @Test("a foreign volume takes nothing until it is adopted")
    func foreign() throws {
        let world = try MediaWorld()
        let store = try world.store()
        try store.keep("a.jpg", [1])
        let first = try #require(try VolumeFile.read(world.layout, files)).uuid
        try files.rename(world.volume, FilePath(world.folder.path("first")))
        try MediaStore.prepareVolume(world.volume, files: files)
        let second = try #require(try VolumeFile.read(world.layout, files)).uuid
        guard case .offline(let words) = store.state else {
            Issue.record("a foreign volume counts as online")
            return
        }
        #expect(words.contains(first) && words.contains(second))
        let tree = try world.tree()
        let error = #expect(throws: MediaError.self) { try store.keep("b.jpg", [2]) }
        #expect(error?.isOffline == true)
        #expect(try world.tree() == tree)
        try store.adopt()
        #expect(store.state == .online)
        // The same bytes were durable on the first volume, not on this one.
        let kept = try store.keep("c.jpg", [1])
        #expect(kept.isNew)
        #expect(try files.readAll(world.layout.blob(kept.sha256)) == [1])
    }

    @Test("the first volume in use is the known one, also for the next process")
    func firstUse() throws {
        let world = try MediaWorld()
        let store = try world.store()
        #expect(store.state == .online)
        #expect(try store.knownVolume() == nil)
        try store.keep("a.jpg", [1])
        try store.close()
        try files.rename(world.volume, FilePath(world.folder.path("first")))
        try MediaStore.prepareVolume(world.volume, files: files)
        #expect(try world.store().state != .online)
    }

    @Test("a volume restored to an older state under us is written to again")
    func restored() throws {
        let world = try MediaWorld()
        let store = try world.store()
        let kept = try store.keep("a.jpg", [1])
        let outer = world.layout.folders(of: kept.sha256).outer
        try files.rename(outer, FilePath(world.folder.path("lost")))
        #expect(throws: MediaError.self) { try store.keep("b.jpg", [1]) }
        #expect(try store.keep("b.jpg", [1]).isNew)
        #expect(try files.readAll(world.layout.blob(kept.sha256)) == [1])
    }

    @Test("what an earlier process left in tmp/ is removed once; a person's folder there stays")
    func sweep() throws {
        let world = try MediaWorld()
        let left = world.layout.tmp.appending("keep-1")
        try files.atomicWrite(left, [1, 2], mode: 0o444)
        try files.makeDirectory(world.layout.tmp.appending("mine"), mode: 0o755)
        let store = try world.store()
        try store.keep("a.jpg", [1])
        #expect(try files.list(world.layout.tmp).map(\.string) == ["mine"])
        try files.atomicWrite(world.layout.tmp.appending("theirs"), [3])
        try store.keep("b.jpg", [2])
        #expect(try files.list(world.layout.tmp).map(\.string) == ["mine", "theirs"])
    }
}
