// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import Files
import Foundation
import Glibc
import Records
import SpoolStore
import SystemPackage
import TestKit
import Testing

@Suite("Losses, volumes, cost") struct IntakeWatchfulTests {
    private let box: InBox

    init() throws { box = try InBox() }

    /// Nothing is claimed at once: as on a volume that gives no leases.
    private func withoutLeases() { box.files.set { $0.lease = .notAvailable } }

    // MARK: Alarms

    @Test("a complete file that is overwritten before it was taken raises one alarm")
    func overwritten() throws {
        withoutLeases()
        try box.put("webdata/import0_1.xml", "<a>1</a>")
        #expect(box.look().alarms.isEmpty)
        try box.put("webdata/import0_1.xml", "<a>2</a>")
        #expect(box.look(after: 1).alarms.map(\.kind) == ["overwritten"])
        #expect(box.look(after: 1).alarms.isEmpty)
        try box.put("webdata/import0_1.xml", "<a>")
        #expect(box.look(after: 0.5).alarms.map(\.path) == ["webdata/import0_1.xml"])
        try box.put("webdata/import0_1.xml", "<a>3</a>")
        // The half that stood there between was nothing to lose.
        let look = box.look(after: 1)
        #expect(look.alarms.isEmpty)
        #expect(box.look(after: 2).readyNames == ["webdata/import0_1.xml"])
    }

    @Test("a file emptied by its writer's next run is a loss too")
    func emptied() throws {
        withoutLeases()
        try box.put("import.xml")
        _ = box.look()
        try box.put("import.xml", "")
        #expect(box.look(after: 1).alarms.map(\.kind) == ["overwritten"])
    }

    @Test("new times, or the same content again, are no loss")
    func sameContent() throws {
        withoutLeases()
        try box.put("import.xml")
        _ = box.look()
        try RealFileSystem().setTimes(box.input.appending("import.xml"), modified: 1_000_000_000)
        let touched = box.look(after: 1)
        #expect(touched.alarms.isEmpty)
        #expect(touched.readyNames == [])
        try box.remove("import.xml")
        try box.put("import.xml")
        #expect(box.look(after: 1).alarms.isEmpty)
    }

    @Test("a growing file was never complete: no alarm")
    func growing() throws {
        withoutLeases()
        var text = "<a>"
        for _ in 0..<5 {
            text += "<b></b>"
            try box.put("import.xml", text)
            #expect(box.look(after: 1).alarms.isEmpty)
        }
    }

    @Test("a marker that comes too early makes no loss of what is written after it")
    func earlyMarker() throws {
        try box.put("import.xml", "<a>")
        try box.put("import.xml.done", "")
        #expect(box.look().ready.isEmpty)
        try box.put("import.xml", "<a></a>")
        let look = box.look(after: 1)
        #expect(look.alarms.isEmpty)
        #expect(look.readyNames == ["import.xml"])
    }

    @Test("a complete file that is taken away raises an alarm, a renamed one does not")
    func removed() throws {
        withoutLeases()
        try box.put("a.xml", "<a>1</a>")
        try box.put("b.xml", "<a>2</a>")
        try box.put("half.xml", "<a>")
        _ = box.look()
        try box.remove("a.xml")
        try box.remove("half.xml")
        try FileManager.default.moveItem(atPath: box.path("b.xml"), toPath: box.path("c.xml"))
        let look = box.look(after: 1)
        #expect(look.alarms.map { "\($0.kind) \($0.path)" } == ["removed a.xml"])
        #expect(box.look(after: 1).alarms.isEmpty)
    }

    @Test("what we took ourselves is no loss")
    func taken() throws {
        try box.put("a.xml")
        try box.claimAll(box.look())
        #expect(box.look().alarms.isEmpty)
    }

    @Test("names that differ by letter case only are told once, and both are taken")
    func collision() throws {
        try box.put("webdata/Order.xml")
        try box.put("webdata/order.XML")
        let look = box.look()
        #expect(look.alarms.map(\.kind) == ["name-collision"])
        #expect(look.ready.count == 2)
        #expect(box.look().alarms.isEmpty)
        try box.claimAll(look)
        #expect(box.look().alarms.isEmpty)
        try box.put("webdata/Order.xml")
        try box.put("webdata/order.XML")
        #expect(box.look().alarms.count == 1)
    }

    @Test("a file that we may not read waits, with one alarm, and is never quarantined")
    func unreadable() throws {
        box.files.set { $0.refused = ["import.xml": EACCES] }
        try box.put("import.xml")
        let look = box.look()
        #expect(look.alarms.map(\.kind) == ["unreadable"])
        #expect(look.waiting.map(\.isSettling) == [false])
        let later = box.look(after: 3_600)
        #expect(later.alarms.isEmpty)
        #expect(later.ready.isEmpty)
        box.files.set { $0.refused = [:] }
        #expect(box.look(after: 1).readyNames == ["import.xml"])
    }

    // MARK: Volumes

    @Test("a volume that is gone is offline, not empty; its quiet times start again")
    func volume() throws {
        withoutLeases()
        try box.put("import.xml")
        _ = box.look()
        let mark = box.spool.partner(InBox.partner).appending(".waybill-volume").string
        try FileManager.default.moveItem(atPath: mark, toPath: mark + "-away")
        let gone = box.look(after: 1)
        #expect(!gone.volume.isOnline)
        #expect(gone.ready.isEmpty && gone.waiting.isEmpty && gone.alarms.isEmpty)
        try FileManager.default.moveItem(atPath: mark + "-away", toPath: mark)
        #expect(box.look(after: 5).readyNames == [])
        #expect(box.look(after: 2).readyNames == ["import.xml"])
    }

    @Test("another volume under the same name is not believed")
    func otherVolume() throws {
        try box.put("import.xml")
        let mark = box.spool.partner(InBox.partner).appending(".waybill-volume").string
        try Data("another\n".utf8).write(to: URL(fileURLWithPath: mark))
        #expect(box.look().volume.isOnline == false)
        #expect(box.look().ready.isEmpty)
    }

    @Test("whichever call the volume fails at, a look is whole or offline, and the next one is good")
    func failingVolume() throws {
        for step in 1...60 {
            let faulty = FaultyFileSystem()
            let box = try InBox(over: faulty)
            try box.put("webdata/import0_1.xml")
            try box.put("webdata/import0_1.xml.done", "")
            try box.put("a/b.csv", "1")
            let failing = FaultyFileSystem(RealFileSystem(), .fail(at: step, errno: ESTALE, .before))
            let spool = Spool(root: box.spool.root, files: failing)
            let intake = Intake(partner: InBox.partner, spool: spool, settings: IntakeSettings())
            let look = intake.look(now: box.now, wall: box.wall)
            if failing.hasStruck {
                #expect(!look.volume.isOnline || look.readyNames == ["webdata/import0_1.xml"], "step \(step)")
            } else {
                #expect(look.readyNames == ["webdata/import0_1.xml"], "step \(step)")
            }
            #expect(look.alarms.isEmpty, "step \(step)")
            // The call that fails may be one of the second look.
            _ = intake.look(now: box.now, wall: box.wall)
            let next = intake.look(now: box.now, wall: box.wall)
            #expect(next.readyNames == ["webdata/import0_1.xml"], "step \(step)")
        }
    }

    @Test("a claim that fails at any step leaves the file in exactly one place")
    func failingClaim() throws {
        for step in 1...40 {
            let box = try InBox()
            try box.put("import.xml")
            let drop = try #require(box.look().ready.first)
            let failing = FaultyFileSystem(RealFileSystem(), .fail(at: step, errno: EIO, .before))
            let spool = Spool(root: box.spool.root, files: failing)
            let intake = Intake(partner: InBox.partner, spool: spool, settings: IntakeSettings())
            let id = try #require(PackageID("20260302-100000-000000-0001"))
            do { _ = try intake.claim(drop, id: id, wall: box.wall) } catch {
                #expect(error.fileError?.errno == EIO || failing.hasStruck, "step \(step)")
            }
            let places = try Listing.files(box.spool.root).filter { $0.hasSuffix("/import.xml") }
            #expect(places.count == 1, "step \(step): \(places)")
        }
    }

    @Test("a share of its own is claimed by rename inside it and a copy")
    func share() throws {
        let box = try InBox()
        let mounted = FaultyFileSystem(otherVolume: box.input)
        let spool = Spool(root: box.spool.root, files: mounted)
        try spool.adoptPartner(InBox.partner)
        try box.put("webdata/import0_1.xml")
        let intake = Intake(partner: InBox.partner, spool: spool, settings: IntakeSettings())
        let look = intake.look(now: box.now, wall: box.wall)
        let drop = try #require(look.ready.first)
        let id = try #require(PackageID("20260302-100000-000000-0001"))
        let claimed = try intake.claim(drop, id: id, wall: box.wall)
        #expect(try box.files.readAll(claimed.file.file) == Array(InBox.document.utf8))
        #expect(try box.left().isEmpty)
        #expect(mounted.calls.contains { $0.contains("/in/.claimed") })
        #expect(intake.look(now: box.now, wall: box.wall).ignored.isEmpty)
    }

    // MARK: Cost

    @Test("thousands of files cost one lstat each a look, and are opened once")
    func many() throws {
        for number in 0..<2_000 { try box.put("webdata/import_files/\(number % 20)/\(number).jpg", "x") }
        for number in 0..<200 { try box.put("half\(number).xml", "<a>") }
        let first = box.look()
        #expect(first.waiting.count == 2_200)
        _ = box.files.takeCounts()
        _ = box.look(after: 0.1)
        let counts = box.files.takeCounts()
        // 20 folders and two above them; the mark of the volume is read.
        #expect(counts["lstat", default: 0] <= 2_200 + 22 + 4)
        #expect(counts["open", default: 0] <= 2)
        #expect(counts["lease"] == nil)
        #expect(box.look(after: 2).ready.count == 2_000)
    }

    @Test("a large JSON document is read once, and not at all while it is written")
    func readOnce() throws {
        box.files.set { $0.lease = .writerHasIt }
        let items = Array(repeating: "{\"id\":1}", count: 200_000).joined(separator: ",")
        try box.put("goods.json", "[\(items)]")
        _ = box.files.takeCounts()
        _ = box.look()
        #expect(box.files.takeCounts()["read", default: 0] <= 4)
        box.files.set { $0.lease = .notAvailable }
        _ = box.look(after: 2)
        #expect(box.files.takeCounts()["read", default: 0] > 6)
        #expect(box.look(after: 1).ready.map(\.proof) == [.json])
        #expect(box.files.takeCounts()["read", default: 0] <= 4)
    }
}
