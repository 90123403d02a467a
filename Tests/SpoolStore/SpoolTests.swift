// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import Records
import SpoolStore
import SystemPackage
import TestKit
import Testing

@Suite("The spool") struct SpoolTests {
    @Test("a claim takes the file by rename, with its note and its markers; the name is made safe")
    func claim() throws {
        let world = try SpoolWorld()
        try world.drop("webdata/import\u{7}.xml", "<a/>")
        try world.drop("webdata/import.xml.done", "")
        let before = try RealFileSystem().status(
            world.input.appending("webdata").appending("import\u{7}.xml"))
        let claimed = try world.spool().claim(
            world.note("webdata/import\u{7}.xml"),
            companions: ["webdata/import.xml.done", "webdata/none.done"])
        #expect(claimed.status.inode == before.inode)
        #expect(claimed.note.size == 4 && claimed.note.modified == before.modified)
        #expect(claimed.file == world.spool().folder(world.id, .claimed).appending("import.xml"))
        #expect(
            try world.payloads() == [
                "claimed/\(world.id)/import.xml\t<a/>", "claimed/\(world.id)/import.xml.done\t",
            ])
        let package = try #require(try world.spool().package(world.id, .claimed))
        #expect(package.note?.original == "webdata/import\u{7}.xml")
        #expect(package.payload == "import.xml" && package.size == 4)
        #expect(package.note == claimed.note)
    }

    @Test("a file that is gone has vanished, and leaves no folder behind")
    func vanished() throws {
        let world = try SpoolWorld()
        #expect(throws: SpoolError.vanished(world.input.appending("a.xml"))) {
            try world.spool().claim(world.note("a.xml"))
        }
        #expect(try world.spool().locate(world.id) == nil)
        // A folder or a link of that name is no drop.
        try world.drop("folder/a.xml", "x")
        #expect(throws: SpoolError.self) { try world.spool().claim(world.note("folder")) }
        try world.drop("b.xml", "x")
        try RealFileSystem().makeDirectory(world.spool().folder(world.id, .claimed), mode: 0o755)
        #expect(throws: SpoolError.idTaken(world.id.text)) { try world.spool().claim(world.note("b.xml")) }
    }

    @Test("on a share the claim renames inside it, copies, and ends the same")
    func share() throws {
        let world = try SpoolWorld(shared: true)
        #expect(world.spool().volumeState(of: SpoolWorld.partner) == .online)
        try world.drop("sub/a.xml", "<a/>")
        try world.drop("sub/a.xml.done", "")
        let claimed = try world.spool().claim(world.note("sub/a.xml"), companions: ["sub/a.xml.done"])
        #expect(
            try world.payloads() == [
                "claimed/\(world.id)/a.xml\t<a/>", "claimed/\(world.id)/a.xml.done\t",
            ])
        #expect(claimed.status.modified == claimed.note.modified)
        #expect(try world.spool().shareClaimFiles(of: SpoolWorld.partner) == [])
    }

    @Test("a real second volume claims by copy", arguments: ["/dev/shm"])
    func otherVolume(place: String) throws {
        let world = try SpoolWorld()
        let files = RealFileSystem()
        guard let here = try files.statusIfPresent(world.root),
            let there = try files.statusIfPresent(FilePath(place)), here.device != there.device
        else {
            Skip.say("\(place) is no other volume than the test's folder")
            return
        }
        let away = FilePath(place).appending("waybill-test-\(UUID().uuidString)")
        try files.makeDirectory(away, mode: 0o755)
        defer { unlinkAll(away) }
        try files.removeDirectory(world.input)
        try FileManager.default.createSymbolicLink(
            atPath: world.input.string, withDestinationPath: away.string)
        #expect(!world.spool().volumeState(of: SpoolWorld.partner).isOnline)
        try world.spool().adoptPartner(SpoolWorld.partner)
        #expect(world.spool().volumeState(of: SpoolWorld.partner) == .online)
        try Data("<a/>".utf8).write(to: URL(fileURLWithPath: away.appending("a.xml").string))
        let claimed = try Spool(root: world.root, files: files).claim(world.note("a.xml"))
        #expect(try files.readAll(claimed.file) == Array("<a/>".utf8))
        #expect(claimed.status.device == here.device)
        #expect(try !files.exists(away.appending("a.xml")))
    }

    private func unlinkAll(_ path: FilePath) {
        do { try FileManager.default.removeItem(atPath: path.string) } catch {
            Skip.say("\(path) stays: \(error)")
        }
    }

    @Test("moves bring their reason along and take an old one away; a second time is no error")
    func moves() throws {
        let world = try SpoolWorld()
        try world.drop("a.xml", "<a/>")
        let spool = world.spool()
        _ = try spool.claim(world.note("a.xml"))
        try spool.move(world.id, from: .claimed, to: .quarantine, reason: "Reason: cut off")
        #expect(
            try world.payloads() == [
                "quarantine/\(world.id)/a.xml\t<a/>", "quarantine/\(world.id)/reason.txt\tReason: cut off",
            ])
        try spool.move(world.id, from: .claimed, to: .quarantine, reason: "again")
        #expect(try spool.locate(world.id) == .quarantine)
        try spool.move(world.id, from: .quarantine, to: .claimed)
        #expect(try world.payloads() == ["claimed/\(world.id)/a.xml\t<a/>"])
        let other = try #require(PackageID("20260101-000000-000000-0000"))
        #expect(throws: SpoolError.noSuchPackage(other.text)) {
            try spool.move(other, from: .claimed, to: .held)
        }
    }

    @Test("a payload that somebody renamed is found, its markers are not taken for it")
    func renamedPayload() throws {
        let world = try SpoolWorld()
        try world.drop("a.xml", "<a/>")
        try world.drop("a.xml.sha256", "a much longer text than the payload itself")
        let spool = world.spool()
        let claimed = try spool.claim(world.note("a.xml"), companions: ["a.xml.sha256"])
        try RealFileSystem().rename(claimed.file, claimed.file.removingLastComponent().appending("b.xml"))
        #expect(try spool.package(world.id, .claimed)?.payload == "b.xml")
        try RealFileSystem().unlink(claimed.file.removingLastComponent().appending("b.xml"))
        #expect(try spool.package(world.id, .claimed)?.payload == nil)
        try spool.removeFolder(world.id, .claimed)
        #expect(try spool.locate(world.id) == nil)
    }

    @Test("the note keeps names of any bytes, and everything else it was given")
    func note() throws {
        var note = PackageNote(
            id: try #require(PackageID("a-1")), partner: "p",
            original: FilePath(bytes: [0x69, 0x6E, 0xFF, 0xC0]),
            size: 7, modified: 123_456_789, claimedAt: Timestamp(milliseconds: 5),
            extra: ["proof": .string("closed"), "list": .array([.integer(1), .bool(true), .null])])
        note.companions = ["x.done"]
        let read = try #require(PackageNote(decoding: note.encoded))
        #expect(read == note)
        #expect(read.original.bytes == [0x69, 0x6E, 0xFF, 0xC0])
        #expect(PackageNote(decoding: Array("{}".utf8)) == nil)
        #expect(PackageNote(decoding: Array("{\"waybill_package\":1".utf8)) == nil)
    }

    @Test(
        "safe names",
        arguments: [
            ("webdata/import.xml", "import.xml"), ("..hidden", "hidden"), ("-rf", "rf"), ("", "file"),
            ("a\u{202E}fdp.exe", "afdp.exe"), ("package.json", "_package.json"),
            ("Reason.TXT", "_Reason.TXT"),
            ("товар №1.xml", "товар №1.xml"), ("a\\b\n.xml", "ab.xml"),
            (String(repeating: "ж", count: 80), String(repeating: "ж", count: 50)),
        ])
    func safeNames(original: String, safe: String) {
        #expect(SafeName.make(original) == safe)
        #expect(SafeName.make(original).utf8.count <= SafeName.limit)
    }

    @Test(
        "temporary names are ignored by a named rule, others never",
        arguments: [
            ("~$book.xlsx", "~$*"), ("IMPORT.XML.TMP", "*.tmp"), (".nfs0001", ".nfs*"),
            ("Thumbs.db", "Thumbs.db"),
            (".hidden", ".*"), ("a.filepart", "*.filepart"), ("x~", "*~"), ("import.xml", nil),
            ("tmp.xml", nil),
            ("part", nil),
        ] as [(String, String?)])
    func ignored(name: String, rule: String?) { #expect(IgnoredNames.rule(for: name) == rule) }

    @Test("only one holds the root's lock, and its end lets go")
    func rootLock() throws {
        let folder = try TemporaryFolder()
        let run = FilePath(folder.path("run"))
        var first = try RootLock.take(in: run, files: RealFileSystem())
        #expect(first != nil)
        #expect(try RootLock.take(in: run, files: RealFileSystem()) == nil)
        first = nil
        #expect(first == nil)
        #expect(try RootLock.take(in: run, files: RealFileSystem()) != nil)
    }

    @Test("what a command names in tmp/ lies in tmp/")
    func staged() throws {
        let world = try SpoolWorld()
        let spool = world.spool()
        let source = FilePath(try world.folder.write("given.xml", "<a/>"))
        let staged = try spool.stage(source, name: "given-1")
        #expect(try spool.stagedFile(staged.string) == staged)
        for bad in ["/etc/passwd", spool.tmp.appending("none").string, spool.tmp.string, "\(spool.tmp)/../x"]
        {
            #expect(throws: SpoolError.self) { try spool.stagedFile(bad) }
        }
        let claimed = try spool.importStaged(staged, note: world.note("given.xml"))
        #expect(claimed.note.size == 4)
        #expect(try world.payloads() == ["claimed/\(world.id)/given.xml\t<a/>"])
        #expect(try RealFileSystem().exists(source))
        #expect(Spool.relative("/a/b/../c/d", below: "/a/c") == "d")
        #expect(Spool.relative("/a/b", below: "/a/c") == nil)
        #expect(Spool.plainName("/x/../y/./z").string == "x/y/z")
    }

    @Test("a loose picture becomes an attachment, and goes once the media volume has it")
    func attachments() throws {
        let world = try SpoolWorld()
        try world.drop("import_files/a.png", "PNG")
        let spool = world.spool()
        let claimed = try spool.claim(world.note("import_files/a.png", kind: .attachment))
        #expect(try spool.attachments() == [claimed])
        #expect(try spool.locate(world.id) == nil)
        try spool.removeAttachment(world.id)
        #expect(try spool.attachments() == [])
        #expect(try world.payloads() == [])
    }
}

@Suite("Partners and their volumes") struct PartnerTests {
    @Test("a partner is added once, with modes that both sides can work with")
    func add() throws {
        let world = try SpoolWorld()
        let spool = world.spool()
        try spool.addPartner(SpoolWorld.partner)
        #expect(try spool.partnerNames() == [SpoolWorld.partner])
        #expect(try RealFileSystem().status(world.input).mode == 0o2775)
        #expect(spool.volumeState(of: SpoolWorld.partner) == .online)
        for bad in ["", ".x", "a/b", "-a", "ж", String(repeating: "a", count: 65)] {
            #expect(throws: SpoolError.badPartnerName(bad)) { try spool.addPartner(bad) }
        }
        #expect(spool.volumeState(of: "nobody") != .online)
    }

    @Test("gone, changed and unreachable volumes are told apart, and adopted")
    func states() throws {
        let world = try SpoolWorld()
        let spool = world.spool()
        let mark = spool.partner(SpoolWorld.partner).appending(VolumeMark.fileName)
        let old = try RealFileSystem().readAll(mark)
        try RealFileSystem().unlink(mark)
        guard case .gone = spool.volumeState(of: SpoolWorld.partner) else {
            Issue.record("\(spool.volumeState(of: SpoolWorld.partner))")
            return
        }
        try RealFileSystem().atomicWrite(mark, Array("other\n".utf8))
        guard case .changed = spool.volumeState(of: SpoolWorld.partner) else {
            Issue.record("\(spool.volumeState(of: SpoolWorld.partner))")
            return
        }
        // Adding again accepts nothing; adopting does.
        try spool.addPartner(SpoolWorld.partner)
        #expect(spool.volumeState(of: SpoolWorld.partner) != .online)
        try spool.adoptPartner(SpoolWorld.partner)
        #expect(spool.volumeState(of: SpoolWorld.partner) == .online)
        #expect(try RealFileSystem().readAll(mark) == Array("other\n".utf8))
        #expect(old != Array("other\n".utf8))
        // A volume mounted over in/ hides everything: not an empty folder.
        let mounted = Spool(
            root: world.root, files: FaultyFileSystem(RealFileSystem(), otherVolume: world.input))
        guard case .changed = mounted.volumeState(of: SpoolWorld.partner) else {
            Issue.record("\(mounted.volumeState(of: SpoolWorld.partner))")
            return
        }
    }

    @Test("a stale handle is unreachable, whichever look meets it", arguments: 1...9)
    func stale(number: Int) throws {
        let world = try SpoolWorld(shared: true)
        let files = world.files(.fail(at: number, errno: 116, .before))
        let state = Spool(root: world.root, files: files).volumeState(of: SpoolWorld.partner)
        guard files.hasStruck else {
            #expect(state == .online)
            return
        }
        if case .unreachable = state { return }
        // A failed close after a good look does no harm.
        #expect(state == .online && files.calls[number - 1].hasPrefix("close"))
    }
}
