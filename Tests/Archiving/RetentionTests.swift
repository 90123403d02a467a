// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Archiving
import Databases
import Files
import Foundation
import Glibc
import JournalStore
import Records
import SystemPackage
import TestKit
import Testing

@Suite("Retention") struct RetentionTests {
    private let world: ArchiveWorld

    init() throws { world = try ArchiveWorld() }

    /// One package a day, ten bytes each, oldest first.
    private func days(_ count: Int, name: String = "import.xml", full: Bool = false) throws -> [PackageRow] {
        var rows: [PackageRow] = []
        for number in 0..<count {
            rows += try world.archived([
                try world.finished(name, "0123456 \(number % 10)\n", full: full)
            ])
            world.day()
        }
        return rows
    }

    private func left() throws -> Int { try world.payloads().count }

    @Test("by age: what is older goes, with its facts and its line; empty days go too")
    func age() throws {
        let rows = try days(10)
        let result = try world.prune(RetentionPolicy(olderThan: .seconds(4 * 86_400)))
        #expect(result.summary.removed == 6 && result.summary.freed == 60 && result.summary.kept == 4)
        #expect(try left() == 4)
        #expect(try world.names().allSatisfy { !$0.contains(rows[0].id.text) })
        #expect(try Listing.tree(world.archive).contains("erp-1c/2026/03/08/"))
        #expect(try !Listing.tree(world.archive).contains("erp-1c/2026/03/07/"))
        #expect(world.ledger.rows[rows[0].id]?.expiredAt == world.clock.now)
        #expect(world.ledger.rows[rows[9].id]?.expiredAt == nil)
        let again = try world.prune(RetentionPolicy(olderThan: .seconds(4 * 86_400)))
        #expect(again.summary.removed == 0 && again.summary.expired == 0 && again.summary.strays == 0)
    }

    @Test("the agent's journal is such a ledger")
    func journal() throws {
        let rows = try days(3)
        let journal = try Journal(path: world.folder.path("journal.db"), options: StoreOptions())
        try journal.save(rows, at: world.clock.now)
        let ledger = JournalLedger(journal, now: world.clock.now)
        #expect(try ledger.page(after: rows[0].id.text, limit: 1).map(\.id) == [rows[1].id])
        let summary = try world.retention().prune(
            policy: RetentionPolicy(olderThan: .seconds(2 * 86_400)), now: world.clock.now, dryRun: false,
            journal: ledger
        ) { _ in }
        #expect(summary.removed == 1)
        #expect(try journal.row(rows[0].id)?.expiredAt == world.clock.now)
        #expect(try ledger.page(after: "", limit: 9).map(\.id) == rows.dropFirst().map(\.id))
    }

    @Test("by count, by size, and both with age; the young stay")
    func rules() throws {
        _ = try days(10)
        let count = try world.prune(RetentionPolicy(keepLast: 3), dryRun: true)
        #expect(count.summary.removed == 7)
        #expect(count.items.filter { $0.rule == .keepLast }.count == 3)
        let size = try world.prune(RetentionPolicy(maxSize: 35), dryRun: true)
        #expect(size.summary.removed == 7)
        #expect(size.items.prefix(7).allSatisfy { $0.rule == .overSize })
        let both = try world.prune(
            RetentionPolicy(olderThan: .seconds(4 * 86_400), maxSize: 20, keepLast: 3), dryRun: true)
        #expect(both.items.map(\.rule.removes) == Array(repeating: true, count: 7) + [false, false, false])
        let young = try world.prune(
            RetentionPolicy(maxSize: 0, minimumAge: .seconds(3 * 86_400 + 1)), dryRun: true)
        #expect(young.summary.removed == 7)
        #expect(young.items.suffix(3).allSatisfy { $0.rule == .minimumAge })
        let none = try world.prune(RetentionPolicy(), dryRun: true)
        #expect(none.summary.removed == 0 && none.items.allSatisfy { $0.rule == .noRule })
        // A dry run changed nothing.
        #expect(try left() == 10)
    }

    @Test("the last applied full stays, with its exchange; so does what is dated in the future")
    func lastFull() throws {
        let first = try world.archived([
            try world.finished("import0_1.xml", full: true, exchange: "x1"),
            try world.finished("import0_2.xml", full: true, exchange: "x1"),
        ])
        world.day()
        let second = try world.archived([
            try world.finished("import0_1.xml", full: true, exchange: "x2"),
            try world.finished("import0_2.xml", full: true, exchange: "x2"),
        ])
        let stale = try world.archived([try world.finished("import0_1.xml", outcome: .stale, full: true)])
        let other = try world.archived([try world.finished("import0_1.xml", partner: "other", full: true)])
        world.day(400)
        let result = try world.prune(RetentionPolicy(olderThan: .seconds(86_400), maxSize: 0))
        let kept = Set(result.items.filter { !$0.rule.removes }.compactMap(\.id))
        #expect(kept == Set((second + other).map(\.id)))
        #expect(result.summary.removed == 3)
        #expect(world.ledger.rows[first[0].id]?.expiredAt != nil)
        #expect(world.ledger.rows[stale[0].id]?.expiredAt != nil)
        let future = try world.archived([try world.finished("new.xml")])
        world.day(-2)
        let early = try world.prune(RetentionPolicy(olderThan: .zero, maxSize: 0))
        #expect(early.items.first { $0.id == future[0].id }?.rule == .future)
    }

    @Test("what somebody else's cron removed is noted and no error")
    func removedByOthers() throws {
        let rows = try days(3)
        try RealFileSystem().unlink(world.archive.appending(try #require(rows[0].archivePath)))
        let day = world.archive.appending(try #require(rows[1].archivePath)).removingLastComponent()
        try FileManager.default.removeItem(atPath: day.string)
        let result = try world.prune(RetentionPolicy(olderThan: .seconds(90 * 86_400)))
        #expect(result.summary.expired == 2 && result.summary.removed == 0 && result.summary.kept == 1)
        #expect(world.ledger.rows[rows[0].id]?.expiredAt != nil)
        #expect(world.ledger.rows[rows[1].id]?.expiredAt != nil)
    }

    @Test("two at once: the second finds it locked; a dry run needs no lock")
    func locked() throws {
        _ = try days(2)
        let lock = world.archive.appending(".prune.lock")
        let file = try RealFileSystem().open(lock, .lockFile(mode: 0o644))
        #expect(try RealFileSystem().lock(file, exclusive: true, wait: false))
        do {
            _ = try world.prune(RetentionPolicy(olderThan: .zero))
            Issue.record("not locked")
        } catch { #expect(error == .locked(lock)) }
        #expect(try world.prune(RetentionPolicy(olderThan: .zero), dryRun: true).summary.removed == 2)
        try RealFileSystem().close(file)
        #expect(try world.prune(RetentionPolicy(olderThan: .zero)).summary.removed == 2)
    }

    @Test("an archive without any partner's folder is rather a missing mount")
    func emptyArchive() throws {
        _ = try days(2)
        try FileManager.default.removeItem(atPath: world.archive.appending("erp-1c").string)
        do {
            _ = try world.prune(RetentionPolicy(olderThan: .zero))
            Issue.record("an empty mount point was believed")
        } catch { #expect(error == .emptyArchive(world.archive)) }
        #expect(try world.ledger.page(after: "", limit: 9).count == 2)
    }

    @Test("strays and links are reported and left alone")
    func strays() throws {
        let rows = try days(2)
        let day = try #require(rows[0].archivePath).split(separator: "/").dropLast().joined(separator: "/")
        try world.folder.write("archive/\(day)/notes.txt", "by hand")
        let outside = FilePath(world.folder.path("outside"))
        let second = world.archive.appending(try #require(rows[1].archivePath)).removingLastComponent()
        try RealFileSystem().rename(second, outside)
        try FileManager.default.createSymbolicLink(atPath: second.string, withDestinationPath: outside.string)
        let result = try world.prune(RetentionPolicy(olderThan: .zero))
        #expect(result.summary.removed == 1 && result.summary.warnings.count == 1)
        #expect(result.items.contains { $0.rule == .stray && $0.path.hasSuffix("notes.txt") })
        #expect(result.items.contains { $0.rule == .unsafe })
        #expect(try world.folder.read("archive/\(day)/notes.txt") == Array("by hand".utf8))
        #expect(try Listing.files(outside).count == 3)
    }

    @Test(
        "after a failure or a stop at any step the next run ends in the same state",
        arguments: [EIO, FaultyFileSystem.gone])
    func faults(errno: CInt) throws {
        let policy = RetentionPolicy(olderThan: .seconds(86_400), keepLast: 1)
        func run(_ fault: FaultyFileSystem.Fault) throws -> (listing: String, calls: [String]) {
            let world = try ArchiveWorld()
            var rows = try world.archived([
                try world.finished("a.xml", "A"), try world.finished("b.xml", "B"),
            ])
            world.day(3)
            rows += try world.archived([try world.finished("a.xml", "A2")])
            let files = FaultyFileSystem(RealFileSystem(), fault)
            do { _ = try world.prune(policy, files) } catch { #expect(files.hasStruck, "\(error)") }
            // A row never says gone while its file is there.
            for row in rows where world.ledger.rows[row.id]?.expiredAt != nil {
                let path = world.archive.appending(try #require(row.archivePath))
                #expect(try !RealFileSystem().exists(path), "\(fault)")
            }
            let again = try world.prune(policy)
            #expect(again.summary.warnings == [], "\(fault)")
            let open = try world.ledger.page(after: "", limit: 9)
            let text = try Listing.tree(world.archive, contents: { !$0.contains("lock") })
            return (text + "\(open.map(\.name))", files.calls)
        }
        let calm = try run(.none)
        #expect(calm.listing.hasSuffix("[\"b.xml\", \"a.xml\"]") || calm.listing.hasSuffix("[\"a.xml\"]"))
        for fault in FaultyFileSystem.faults(calm.calls, errno: errno) {
            let result = try run(fault)
            #expect(result.listing == calm.listing, "\(fault)")
        }
    }

    @Test("receipts age by their own time; other files stay")
    func receipts() throws {
        let receipts = FilePath(world.folder.path("receipts"))
        let id = try world.finished().row.id
        let now = world.clock.now
        for (name, days) in [
            ("\(id)-a.xml.receipt.json", 40), ("\(id)-a.xml.rejects.csv", 40),
            ("\(id)-b.xml.receipt.json", 2),
            ("notes.txt", 400), (".\(id)-c.xml.receipt.json.new", 2), ("x.receipt.json", 400),
        ] {
            try world.folder.write("receipts/\(name)", "x")
            try RealFileSystem().setTimes(
                receipts.appending(name),
                modified: (now.milliseconds - Int64(days) * 86_400_000 - 1_000) * 1_000_000)
        }
        let summary = try world.retention().pruneReceipts(
            receipts, olderThan: .seconds(30 * 86_400), now: now, dryRun: false
        ) { _ in }
        #expect(summary.removed == 3)
        #expect(
            try Listing.files(receipts) == ["\(id)-b.xml.receipt.json", "notes.txt", "x.receipt.json"])
        let gone = try world.retention().pruneReceipts(
            FilePath(world.folder.path("none")), olderThan: .zero, now: now, dryRun: false
        ) { _ in }
        #expect(gone.removed == 0 && gone.kept == 0)
    }
}
