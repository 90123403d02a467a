// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Records
import SpoolStore
import SystemPackage
import TestKit
import Testing

/// Every file operation of a claim or a move fails, or is the last one of the
/// process; recovery then leaves each package in exactly one place.
@Suite("The spool under faults") struct SpoolFaultTests {
    static let errnos: [CInt] = [EIO, FaultyFileSystem.gone]

    /// Strikes at every operation in turn.
    private func each(
        _ errno: CInt, shared: Bool, _ prepare: (SpoolWorld) throws -> Void,
        _ work: (SpoolWorld, Spool) throws -> Void, _ check: (SpoolWorld, Bool, String) throws -> Void
    ) throws {
        let calm = try SpoolWorld(shared: shared)
        try prepare(calm)
        let counting = calm.files()
        try work(calm, Spool(root: calm.root, files: counting))
        let faults = FaultyFileSystem.faults(counting.calls, errno: errno)
        #expect(faults.count > 5)
        for fault in faults {
            let world = try SpoolWorld(shared: shared)
            try prepare(world)
            let files = world.files(fault)
            var failed = false
            do { try work(world, Spool(root: world.root, files: files)) } catch { failed = true }
            let what = "\(fault): \(files.calls.suffix(6).joined(separator: ", "))"
            #expect(files.hasStruck, "\(what)")
            do {
                try world.recover()
                try check(world, failed, what)
            } catch {
                Issue.record("\(error) after \(what)")
            }
        }
        // Without a fault it is done.
        try calm.recover()
        try check(calm, false, "no fault")
    }

    @Test("a claim", arguments: errnos + [ENOSPC, ESTALE], [false, true])
    func claim(errno: CInt, shared: Bool) throws {
        try each(errno, shared: shared) { world in
            try world.drop("webdata/a.xml", "<a/>")
            try world.drop("webdata/a.xml.done", "")
        } _: { world, spool in
            let note = world.note("webdata/a.xml")
            try spool.syncClaims([try spool.claim(note, companions: ["webdata/a.xml.done"])])
            world.row(.claimed)
        } _: { world, failed, what in
            let found = try world.payloads().filter { !$0.contains(".done") }
            let home = ["partners/erp-1c/in/webdata/a.xml\t<a/>"]
            let taken = ["claimed/\(world.id)/a.xml\t<a/>"]
            #expect(found == home || found == taken, "\(found) \(what)")
            if !failed { #expect(found == taken, "\(what)") }
            // A row for each claimed package, and no other.
            #expect(world.rows[world.id]?.outcome == (found == taken ? .claimed : nil), "\(what)")
            #expect(try world.spool().locate(world.id) == (found == taken ? .claimed : nil), "\(what)")
            #expect(world.reports.isEmpty, "\(world.reports) \(what)")
            // The marker is never lost; on a share it may stand twice.
            #expect(try !world.payloads().filter { $0.contains(".done") }.isEmpty, "\(what)")
        }
    }

    @Test("an attachment's claim", arguments: errnos, [false, true])
    func attachment(errno: CInt, shared: Bool) throws {
        try each(errno, shared: shared) { world in
            try world.drop("a.png", "PNG")
        } _: { world, spool in
            try spool.syncClaims([try spool.claim(world.note("a.png", kind: .attachment))])
        } _: { world, failed, what in
            let found = try world.payloads()
            let taken = ["tmp/attachments/\(world.id)/a.png\tPNG"]
            #expect(found == ["partners/erp-1c/in/a.png\tPNG"] || found == taken, "\(found) \(what)")
            if found == taken { #expect(try world.spool().attachments().count == 1, "\(what)") }
            if !failed { #expect(found == taken, "\(what)") }
        }
    }

    @Test("a file given by hand", arguments: errnos)
    func staged(errno: CInt) throws {
        try each(errno, shared: false) { world in
            try world.folder.write("spool/tmp/given", "<a/>")
        } _: { world, spool in
            _ = try spool.importStaged(spool.tmp.appending("given"), note: world.note("a.xml"))
            world.row(.claimed)
        } _: { world, failed, what in
            let found = try world.payloads()
            let taken = ["claimed/\(world.id)/a.xml\t<a/>"]
            #expect(found == ["tmp/given\t<a/>"] || found == taken, "\(found) \(what)")
            if !failed { #expect(found == taken, "\(what)") }
            #expect(try world.spool().locate(world.id) == (found == taken ? .claimed : nil), "\(what)")
        }
    }

    @Test("the rest of a claim on a share, with and without its note", arguments: errnos, [false, true])
    func resume(errno: CInt, noted: Bool) throws {
        try each(errno, shared: true) { world in
            try world.drop(".claimed/\(world.id)-a.xml", "<a/>")
            guard noted else { return }
            let target = world.spool().folder(world.id, .claimed)
            try RealFileSystem().makeDirectory(target, mode: 0o770)
            try RealFileSystem().atomicWrite(
                target.appending("package.json"), world.note("sub/a.xml").encoded)
        } _: { world, spool in
            for claim in try spool.shareClaimFiles(of: SpoolWorld.partner) {
                _ = try spool.resume(claim, now: world.clock.now)
            }
        } _: { world, _, what in
            #expect(try world.payloads() == ["claimed/\(world.id)/a.xml\t<a/>"], "\(what)")
            #expect(world.rows[world.id]?.outcome == .claimed, "\(what)")
            let note = try world.spool().package(world.id, .claimed)?.note
            #expect(note?.original.string == (noted ? "sub/a.xml" : "a.xml"), "\(what)")
        }
    }

    @Test(
        "a move follows its row", arguments: errnos,
        [Outcome.deferred, .quarantined])
    func move(errno: CInt, outcome: Outcome) throws {
        let place = try #require(SpoolState.folder(of: outcome))
        try each(errno, shared: false) { world in
            try world.drop("a.xml", "<a/>")
            _ = try world.spool().claim(world.note("a.xml"))
        } _: { world, spool in
            world.row(outcome)
            try spool.move(world.id, from: .claimed, to: place, reason: "why")
        } _: { world, failed, what in
            let found = try world.payloads().filter { !$0.contains("reason.txt") && !$0.contains(".new") }
            #expect(found == ["\(place.rawValue)/\(world.id)/a.xml\t<a/>"], "\(found) \(what)")
            if !failed {
                #expect(
                    try world.payloads().contains("\(place.rawValue)/\(world.id)/reason.txt\twhy"), "\(what)")
            }
            #expect(world.reports.isEmpty, "\(world.reports) \(what)")
        }
    }

    @Test("adding a partner again finishes what was begun", arguments: [EIO, FaultyFileSystem.gone])
    func partner(errno: CInt) throws {
        func add(_ fault: FaultyFileSystem.Fault) throws -> FaultyFileSystem {
            let folder = try TemporaryFolder()
            let root = FilePath(folder.path("spool"))
            try Spool(root: root, files: FaultyFileSystem()).prepare()
            let files = FaultyFileSystem(RealFileSystem(), fault)
            do { try Spool(root: root, files: files).addPartner("p") } catch {
                #expect(files.hasStruck, "\(error)")
            }
            let spool = Spool(root: root, files: FaultyFileSystem())
            try spool.addPartner("p")
            #expect(spool.volumeState(of: "p") == .online, "\(fault): \(files.calls)")
            return files
        }
        let calls = try add(.none).calls
        for fault in FaultyFileSystem.faults(calls, errno: errno) { #expect(try add(fault).hasStruck) }
    }
}
