// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Archiving
import Files
import Foundation
import Glibc
import JournalStore
import Records
import SystemPackage
import TestKit
import Testing

@Suite("Putting packages away") struct ArchiverTests {
    private let world: ArchiveWorld

    init() throws { world = try ArchiveWorld() }

    /// Asks coreutils about every day.
    private func sumsHold() throws -> Bool {
        guard let program = Tool("sha256sum") else {
            Skip.say("sha256sum is not installed")
            return true
        }
        let lists = try world.names().filter { $0.hasSuffix("SHA256SUMS") }
        #expect(!lists.isEmpty)
        return try lists.allSatisfy { list in
            let day = FilePath(world.archive.string).appending(list).removingLastComponent()
            return try program.run(["--check", "--strict", "--quiet", "SHA256SUMS"], in: day.string).status
                == 0
        }
    }

    @Test("payload, facts and checksum by partner and day; the package's folder goes")
    func finish() throws {
        let item = try world.finished(
            "товар \\1.xml", "<a/>", beside: ["x.done": "", "reason.txt": "old", "other.txt": "kept"])
        let id = item.row.id
        let rows = try world.archived([item])
        #expect(
            try world.names() == [
                "erp-1c/2026/03/02/\(id)-other.txt", "erp-1c/2026/03/02/\(id)-товар 1.xml",
                "erp-1c/2026/03/02/\(id).json", "erp-1c/2026/03/02/SHA256SUMS",
            ])
        #expect(rows[0].archivePath == "erp-1c/2026/03/02/\(id)-товар 1.xml")
        #expect(try sumsHold())
        #expect(try Listing.tree(FilePath(world.folder.path("claimed"))) == "")
        let facts = try JSONSerialization.jsonObject(
            with: Data(try world.folder.read("archive/erp-1c/2026/03/02/\(id).json")))
        let object = try #require(facts as? [String: Any])
        #expect(object["path"] as? String == "webdata/товар \\1.xml")
        #expect(object["sha256"] as? String == rows[0].sha256)
        #expect(object["outcome"] as? String == "applied")
        #expect(object["dropped"] as? [String] == ["x.done"])
    }

    @Test("one package's failure is its own")
    func group() throws {
        let good = try world.finished("a.xml", "A")
        let lost = try world.finished("b.xml", "B")
        try RealFileSystem().unlink(lost.folder.appending("b.xml"))
        world.day()
        let next = try world.finished("c.xml", "C")
        let results = world.archiver().finish([good, lost, next], at: world.clock.now)
        var outcomes: [PackageID: ArchiveError?] = [:]
        for result in results {
            if case .failure(let error) = result.outcome {
                outcomes[result.id] = error
            } else {
                outcomes[result.id] = .some(nil)
            }
        }
        #expect(outcomes[good.row.id] == .some(nil) && outcomes[next.row.id] == .some(nil))
        #expect(outcomes[lost.row.id] == .some(.payloadGone(lost.row.id)))
        #expect(try world.payloads().count == 2)
        #expect(try sumsHold())
    }

    @Test("another file under the name is never overwritten")
    func conflict() throws {
        let item = try world.finished("a.xml", "A")
        try world.folder.write("archive/erp-1c/2026/03/02/\(item.row.id)-a.xml", "other")
        guard case .failure(.conflict) = world.archiver().finish([item], at: world.clock.now)[0].outcome
        else {
            Issue.record("no conflict")
            return
        }
        #expect(try world.folder.read("claimed/\(item.row.id)/a.xml") == Array("A".utf8))
        #expect(
            try world.folder.read("archive/erp-1c/2026/03/02/\(item.row.id)-a.xml") == Array("other".utf8))
    }

    @Test(
        "after a failure or a stop at any step the same call ends in the same state",
        arguments: [(EIO, false), (FaultyFileSystem.gone, false), (FaultyFileSystem.gone, true)])
    func faults(errno: CInt, shared: Bool) throws {
        func run(_ fault: FaultyFileSystem.Fault) throws -> (listing: String, calls: [String], struck: Bool) {
            let world = try ArchiveWorld()
            let other = shared ? FilePath(world.folder.path("claimed")) : nil
            let items = [
                try world.finished("a.xml", "A", beside: ["a.xml.done": "", "readme.txt": "R"]),
                try world.finished("b.xml", "B"),
            ]
            let files = FaultyFileSystem(RealFileSystem(), fault, otherVolume: other)
            _ = world.archiver(files).finish(items, at: world.clock.now)
            let what = "\(fault): \(files.calls.suffix(6).joined(separator: ", "))"
            // Nothing is lost on the way.
            let now = try Listing.tree(
                FilePath(world.folder.root), contents: { $0.contains(".xml") || $0.hasSuffix(".txt") })
            for text in ["\tA", "\tB", "\tR"] { #expect(now.contains(text), "\(what)") }
            for result in world.archiver(FaultyFileSystem(RealFileSystem(), otherVolume: other))
                .finish(items, at: world.clock.now)
            {
                if case .failure(let error) = result.outcome { Issue.record("\(error) after \(what)") }
            }
            #expect(try Listing.tree(FilePath(world.folder.path("claimed"))) == "", "\(what)")
            let sums = String(
                decoding: try world.folder.read("archive/erp-1c/2026/03/02/SHA256SUMS"), as: UTF8.self)
            #expect(sums.hasSuffix("\n"), "\(what)")
            let listing = try Listing.tree(world.archive, contents: { !$0.hasSuffix("SHA256SUMS") })
            let lines = sums.split(separator: "\n").map(String.init)
            #expect(Set(lines).count == lines.count, "\(what)")
            let hidden = listing.split(separator: "\n").filter { $0.hasPrefix("erp-1c/2026/03/02/.") }
            #expect(hidden.isEmpty, "\(hidden) \(what)")
            return (
                listing.split(separator: "\n").filter { !$0.contains("SHA256SUMS") }.joined(separator: "\n")
                    + lines.sorted().joined(separator: "\n"), files.calls, files.hasStruck
            )
        }
        let calm = try run(.none)
        for fault in FaultyFileSystem.faults(calm.calls, errno: errno) {
            let result = try run(fault)
            #expect(result.struck)
            #expect(result.listing == calm.listing, "\(fault): \(result.calls.suffix(6))")
        }
    }

    // MARK: Looking and taking out

    @Test("verify tells intact, changed, removed and unlisted files apart")
    func verify() throws {
        let rows = try world.archived([
            try world.finished("a.xml", "A"), try world.finished("b.xml", "B"),
            try world.finished("c.xml", "C"),
        ])
        world.day()
        let other = try world.archived([try world.finished("d.xml", "D")])
        try world.folder.write("archive/\(try #require(rows[1].archivePath))", "changed")
        try RealFileSystem().unlink(world.archive.appending(try #require(rows[2].archivePath)))
        try RealFileSystem().unlink(
            world.archive.appending(try #require(other[0].archivePath)).removingLastComponent()
                .appending("SHA256SUMS"))
        var findings: [String] = []
        let summary = try world.reader.verify(journal: world.ledger) { item in
            switch item.finding {
            case .mismatch: findings.append("\(item.row.name) mismatch")
            default: findings.append("\(item.row.name) \(item.finding)")
            }
        }
        #expect(findings == ["a.xml intact", "b.xml mismatch", "c.xml expired", "d.xml unlisted"])
        #expect(summary.intact == 1 && summary.errors == 1 && summary.expired == 1 && summary.unlisted == 1)
        var listed: [String] = []
        try world.reader.list(ArchiveFilter(text: "c.xml"), journal: world.ledger) { entry in
            listed.append("\(entry.row.name) \(entry.isPresent)")
        }
        #expect(listed == ["c.xml false"])
    }

    @Test("restore gives the original name and bytes, and never writes over anything")
    func restore() throws {
        let rows = try world.archived([try world.finished("a.xml", "A"), try world.finished("b.xml", "B")])
        let target = FilePath(world.folder.path("out"))
        try RealFileSystem().makeDirectory(target, mode: 0o755)
        let copy = try world.reader.restore(rows[0], into: target)
        #expect(copy == target.appending("a.xml"))
        #expect(try world.folder.read("out/a.xml") == Array("A".utf8))
        #expect(throws: ArchiveError.exists(copy)) { try world.reader.restore(rows[0], into: target) }
        try world.folder.write("archive/\(try #require(rows[1].archivePath))", "X")
        do {
            _ = try world.reader.restore(rows[1], into: target)
            Issue.record("damaged bytes came back")
        } catch {
            guard case .damaged = error else {
                Issue.record("\(error)")
                return
            }
        }
        #expect(try Listing.files(target) == ["a.xml"])
        var bytes: [UInt8] = []
        try world.reader.read(rows[0]) { span in for index in span.indices { bytes.append(span[index]) } }
        #expect(bytes == Array("A".utf8))
    }

    @Test("a path of a foreign journal leads nowhere else")
    func paths() throws {
        var row = try world.archived([try world.finished()])[0]
        for bad in ["../../etc/passwd", "erp-1c/2026/03/02/../x", "a/b", "/etc/passwd/a/b/c"] {
            row.archivePath = bad
            #expect(throws: ArchiveError.badPath(bad)) {
                try world.reader.restore(row, into: FilePath(world.folder.root))
            }
        }
    }
}
