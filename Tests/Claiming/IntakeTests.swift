// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import Files
import Foundation
import Records
import SpoolStore
import SystemPackage
import TestKit
import Testing

@Suite("Intake") struct IntakeTests {
    private let box: InBox

    init() throws { box = try InBox() }

    private static let guid = "0b0c9d50-7f3e-4f57-9b3c-3f3b0f6f6a11"

    @Test(
        "every layout is taken at the first look, in the order to apply",
        arguments: [
            ["webdata/import0_1.xml", "webdata/import0_2.xml", "webdata/offers0_1.xml"],
            [
                "webdata - \(guid)/import.xml", "webdata - \(guid)/import1.xml",
                "webdata - \(guid)/offers.xml",
            ],
            [
                "webdata/000000001/import___\(guid).xml",
                "webdata/000000001/goods/1/offers___\(guid).xml",
                "webdata/000000001/goods/1/prices___\(guid).xml",
                "webdata/000000001/goods/1/rests___\(guid).xml",
            ],
            ["groups_1_1_\(guid).xml", "goods_1_1_\(guid).xml", "prices_1_1_\(guid).xml"],
            ["orders-\(guid)_1.xml", "contragents.xml", "import.xml", "Предложения.XML"],
        ])
    func layouts(names: [String]) throws {
        for name in names.reversed() { try box.put(name) }
        let look = box.look()
        #expect(Set(look.readyNames) == Set(names))
        #expect(look.readyNames.first == names.first)
        #expect(look.ready.allSatisfy { $0.proof == .xml && $0.toQuarantine == nil })
        #expect(look.waiting.isEmpty)
        let claimed = try box.claimAll(look)
        #expect(claimed.allSatisfy { $0.writer == .gone })
        #expect(try box.left().isEmpty)
        #expect(box.look().hasWork == false)
    }

    @Test("orders come first, attachments last, whatever else lies there")
    func order() throws {
        try box.put("webdata/import_files/a.jpg", "picture")
        for name in ["webdata/offers0_1.xml", "webdata/import0_1.xml", "orders-\(Self.guid)_1.xml"] {
            try box.put(name)
        }
        _ = box.look()
        #expect(
            box.look(after: 2).readyNames == [
                "orders-\(Self.guid)_1.xml", "webdata/import0_1.xml", "webdata/offers0_1.xml",
                "webdata/import_files/a.jpg",
            ])
    }

    @Test("a file that a program writes is not taken before it is closed or quiet")
    func openWriter() throws {
        try box.put("import.xml", "<a>")
        let writer = try #require(FileHandle(forWritingAtPath: box.path("import.xml")))
        try writer.seekToEnd()
        #expect(box.look().readyNames == [])
        try writer.write(contentsOf: Data("</a>".utf8))
        let whole = box.look(after: 1)
        #expect(whole.waiting.map(\.isSettling) == [true])
        #expect(whole.nextLook == box.now.advanced(by: .seconds(2)))
        #expect(box.look(after: 1.9).readyNames == [])
        try writer.close()
        #expect(box.look().readyNames == ["import.xml"])
    }

    @Test("a writer that never closes has its file taken after the quiet time, and it is noted")
    func openForEver() throws {
        try box.put("import.xml")
        let writer = try #require(FileHandle(forWritingAtPath: box.path("import.xml")))
        #expect(box.look().readyNames == [])
        let claimed = try box.claimAll(box.look(after: 2))
        #expect(claimed.map(\.writer) == [.present])
        let folder = try #require(try box.spool.package(claimed[0].file.note.id, .claimed))
        #expect(folder.note?.extra["writer"] == .string("present"))
        try writer.close()
    }

    @Test("half a document waits; once whole it is taken; never whole, it is quarantined")
    func half() throws {
        try box.put("import.xml", "<a><b></b>")
        try box.put("never.xml", "<a><b></b>")
        let first = box.look()
        #expect(first.waitingNames == ["import.xml", "never.xml"])
        try box.put("import.xml", "<a><b></b></a>")
        #expect(box.look(after: 300).readyNames == ["import.xml"])
        let last = box.look(after: 300)
        #expect(last.ready.map { $0.toQuarantine != nil } == [false, true])
        let claimed = try box.claim(try #require(last.ready.last))
        #expect(claimed.file.note.kind == .package)
        #expect(claimed.file.note.extra["unproven"]?.string == claimed.drop.toQuarantine)
    }

    @Test("a last write that no time stamp shows is found when the quiet time ends, and before quarantine")
    func coarseClock() throws {
        box.files.set { $0.timesStand = true }
        try box.put("a.xml", "<a></b>")
        try box.put("b.xml", "<a></b>")
        #expect(box.look().ready.isEmpty)
        try box.put("a.xml", "<a></a>")
        #expect(box.look(after: 2).readyNames == ["a.xml"])
        try box.put("b.xml", "<a></a>")
        #expect(box.look(after: 300).readyNames == ["a.xml"])
        let last = box.look(after: 300)
        #expect(last.ready.allSatisfy { $0.toQuarantine == nil })
        #expect(last.ready.count == 2)
    }

    @Test("what has no proof in itself waits out the quiet time", arguments: ["prices.csv", "a.jpg", "blob"])
    func quiet(name: String) throws {
        try box.put(name, "id;price\n1;2")
        #expect(box.look().waiting.map(\.isSettling) == [true])
        #expect(box.look(after: 1.5).ready.isEmpty)
        try box.put(name, "id;price\n1;2\n3;4")
        #expect(box.look(after: 1).ready.isEmpty)
        let look = box.look(after: 2)
        #expect(look.ready.map(\.proof) == [.quiet])
        let claimed = try box.claimAll(look)
        #expect(claimed[0].file.note.kind == (name == "a.jpg" ? .attachment : .package))
    }

    @Test("JSON by lines is no whole file after its first line")
    func lines() throws {
        try box.put("stock.jsonl", "{\"id\":1}\n")
        #expect(box.look().ready.isEmpty)
        #expect(box.look(after: 2).ready.map(\.proof) == [.lines])
        try box.put("stock.json", "{\"id\":1}")
        #expect(box.look().readyNames.contains("stock.json"))
    }

    @Test("a ZIP under any name is an exchange of its own")
    func archive() throws {
        try box.put("webdata/v8_1A.zip", SmallZIP.bytes(["import0_1.xml": "<a></a>"]))
        try box.put("odd.xml", SmallZIP.bytes(["import0_1.xml": "<a></a>"]))
        let look = box.look()
        #expect(look.ready.map(\.kind) == [.zip, .zip])
        #expect(look.ready.map(\.exchangeKey) == [.alone, .alone])
    }

    @Test("on a remote volume leases are not asked and ten seconds pass")
    func remote() throws {
        box.files.set { $0.volumeType = "cifs" }
        try box.put("import.xml")
        #expect(box.look().ready.isEmpty)
        #expect(box.look(after: 9).ready.isEmpty)
        let look = box.look(after: 1)
        #expect(look.readyNames == ["import.xml"])
        let claimed = try box.claimAll(look)
        #expect(claimed.map(\.writer) == [.unknown])
        #expect(box.files.takeCounts()["lease"] == nil)
    }

    @Test("an empty file waits, then goes into quarantine, also a picture")
    func empty() throws {
        for name in ["a.xml", "b.csv", "c.jpg"] { try box.put(name, "") }
        let first = box.look()
        #expect(first.waiting.count == 3)
        #expect(box.look(after: 599).ready.isEmpty)
        let claimed = try box.claimAll(box.look(after: 1))
        #expect(claimed.count == 3)
        #expect(claimed.allSatisfy { $0.drop.toQuarantine != nil && $0.file.note.kind == .package })
    }

    @Test("temporary names, links and pipes are counted, never taken")
    func ignored() throws {
        for name in ["a.xml.tmp", "~$b.xml", "Thumbs.db", "webdata/.nfs0001", "c.PART"] { try box.put(name) }
        try FileManager.default.createSymbolicLink(
            atPath: box.path("link.xml"), withDestinationPath: "/etc/hostname")
        #expect(mkfifo(box.path("pipe.xml"), 0o600) == 0)
        let look = box.look()
        #expect(look.ready.isEmpty && look.waiting.isEmpty)
        #expect(
            look.ignored == [
                "*.tmp": 1, "~$*": 1, "Thumbs.db": 1, ".nfs*": 1, "*.part": 1, "symbolic link": 1,
                "neither file nor folder": 1,
            ])
    }

    @Test("a tree is walked to a limit, and what lies deeper is named")
    func depth() throws {
        let deep = Array(repeating: "d", count: 32).joined(separator: "/")
        try box.put("\(deep)/import.xml")
        try box.put("\(deep)/e/import.xml")
        let look = box.look()
        #expect(look.readyNames == ["\(deep)/import.xml"])
        #expect(look.ignored == ["folder deeper than 32": 1])
        #expect(look.ignoredFolders == ["\(deep)/e"])
    }

    @Test("names of any alphabet, and of no encoding, keep their bytes")
    func bytes() throws {
        let bytes = Array("\u{41A}\u{430}\u{442}".utf8) + [0xFF, 0xFE] + Array(".xml".utf8)
        let name = FilePath(bytes: bytes)
        let file = try box.files.open(box.input.pushing(name), .create(mode: 0o664))
        try box.files.write(file, Array("<a></a>".utf8).span)
        try box.files.close(file)
        let claimed = try box.claimAll(box.look())
        #expect(claimed.map { $0.file.note.original.bytes } == [bytes])
    }

    @Test("claiming leaves the partner's folders where they are")
    func folders() throws {
        try box.put("webdata/import_files/ab/a.jpg", "picture")
        _ = box.look()
        try box.claimAll(box.look(after: 2))
        #expect(FileManager.default.fileExists(atPath: box.path("webdata/import_files/ab")))
    }

    @Test("a drop that changed or went away after the look is not claimed")
    func changedSince() throws {
        try box.put("a.xml")
        try box.put("b.xml")
        let look = box.look()
        try box.put("a.xml", "<other></other>")
        try box.remove("b.xml")
        for drop in look.ready {
            #expect(throws: SpoolError.vanished(box.input.pushing(drop.path))) { try box.claim(drop) }
        }
        #expect(box.look().readyNames == ["a.xml"])
        #expect(try box.spool.packages(.claimed).isEmpty)
    }

    @Test("package.json tells proof, form and manifest")
    func note() throws {
        try box.put("a.xml")
        let claimed = try box.claimAll(box.look())
        let note = claimed[0].file.note
        #expect(note.extra["proof"] == .string("xml"))
        #expect(note.extra["form"] == .string("xml"))
        #expect(note.claimedAt == box.wall)
        #expect(try box.spool.package(note.id, .claimed)?.note == note)
    }
}
