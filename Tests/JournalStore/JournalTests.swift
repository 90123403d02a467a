// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import JournalStore
import Records
import TestKit
import Testing

@Suite("Journal") struct JournalTests {
    private func row(_ id: String, _ outcome: Outcome, partner: String = "erp-1c") throws -> PackageRow {
        PackageRow(
            id: try #require(PackageID(id)), exchange: id, partner: partner, name: "import.xml",
            path: "webdata/import.xml",
            size: 12, receivedAt: Timestamp(milliseconds: 1_000), outcome: outcome)
    }

    @Test("a row comes back as it was saved")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal(path: folder.path("journal.db"), options: StoreOptions())
        var saved = try row("a-1", .appliedWithRejects)
        saved.sha256 = "00ff"
        saved.hash = "aa"
        saved.dialect = "commerceml"
        saved.lane = .catalogueFull
        saved.scope = .full
        saved.asOf = Timestamp(milliseconds: 5)
        saved.reason = "Кавычки \" и перевод\nстроки"
        saved.counts["product"].read = 2
        saved.counts["product"].markedDeleted = 1
        saved.counts["product"].swept = 4
        saved.rejects = 1
        saved.attempts = 3
        saved.nextTry = Timestamp(milliseconds: 9)
        saved.approved = true
        saved.archivePath = "erp-1c/2026/11/24/a-1-import.xml"
        try journal.save([saved], at: Timestamp(milliseconds: 10))
        #expect(try journal.row(saved.id) == saved)
        saved.outcome = .undone
        try journal.save([saved], at: Timestamp(milliseconds: 11))
        #expect(try journal.row(saved.id) == saved)
    }

    @Test("the view shows times in UTC and counts as JSON")
    func view() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal(path: folder.path("journal.db"), options: StoreOptions())
        try journal.save([try row("a-1", .applied)], at: Timestamp(milliseconds: 1_795_493_652_045))
        let reader = try StoreReader(path: folder.path("journal.db"))
        let seen = try reader.read {
            try $0.row("SELECT source, id, changed_at, received_at, applied_at, counts, kind FROM v1_package")
        }
        #expect(
            seen?.values == [
                .text("erp-1c"), .text("a-1"), .text("2026-11-24T04:14:12.045Z"),
                .text("1970-01-01T00:00:01.000Z"),
                .null, .text("{}"), .null,
            ])
    }

    @Test("packages of one folder join one exchange until it was quiet")
    func exchanges() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal(path: folder.path("journal.db"), options: StoreOptions())
        let open = { (id: String, now: Int64) in
            try journal.exchange(
                partner: "erp-1c", key: "webdata", since: Timestamp(milliseconds: now - 100),
                now: Timestamp(milliseconds: now), id: id)
        }
        #expect(try open("x-1", 1_000) == "x-1")
        #expect(try open("x-2", 1_090) == "x-1")
        #expect(try open("x-3", 1_180) == "x-1")
        #expect(try open("x-4", 1_281) == "x-4")
    }

    @Test("pruning keeps what lies in quarantine or in the archive, and never lets an id come again")
    func prune() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal(path: folder.path("journal.db"), options: StoreOptions())
        var rows = [
            try row("a-1", .applied), try row("a-2", .quarantined), try row("a-3", .applied),
            try row("a-4", .claimed),
        ]
        for index in 0..<3 { rows[index].endedAt = Timestamp(milliseconds: 2_000) }
        rows[2].archivePath = "somewhere"
        var newest = try row("a-9", .duplicate)
        newest.endedAt = Timestamp(milliseconds: 2_000)
        try journal.save(rows + [newest], at: Timestamp(milliseconds: 3_000))
        #expect(try journal.prune(before: Timestamp(milliseconds: 2_001)) == 2)
        #expect(try journal.row(rows[0].id) == nil)
        for index in 1...3 { #expect(try journal.row(rows[index].id) != nil) }
        #expect(try journal.newestID()?.text == "a-9")
    }

    @Test("the same alarm stands once and ends when its cause does")
    func alarms() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal(path: folder.path("journal.db"), options: StoreOptions())
        let alarm = Alarm(at: Timestamp(milliseconds: 1), partner: "erp-1c", kind: "offline", text: "gone")
        try journal.raise(alarm)
        try journal.raise(alarm)
        #expect(try journal.read { try JournalQueries.alarms($0) }.count == 1)
        try journal.clear(partner: "erp-1c", kind: "offline", at: Timestamp(milliseconds: 2))
        #expect(try journal.read { try JournalQueries.alarms($0) }.isEmpty)
        try journal.raise(alarm)
        #expect(try journal.read { try JournalQueries.alarms($0) }.count == 1)
    }
}

@Suite("Questions to the journal") struct JournalQueryTests {
    private let folder: TemporaryFolder
    private let journal: Journal

    init() throws {
        folder = try TemporaryFolder()
        journal = try Journal(path: folder.path("journal.db"), options: StoreOptions())
    }

    private func save(_ id: String, _ outcome: Outcome, _ change: (inout PackageRow) -> Void = { _ in })
        throws
    {
        var row = PackageRow(
            id: try #require(PackageID(id)), exchange: "x", partner: "p", name: "\(id).xml",
            path: "webdata/\(id).xml",
            size: 1, receivedAt: Timestamp(milliseconds: 1_000), outcome: outcome)
        change(&row)
        try journal.save([row], at: Timestamp(milliseconds: 2_000))
    }

    @Test("open, due, unfinished and archived rows are told apart")
    func lists() throws {
        try save("a-1", .claimed)
        try save("a-2", .deferred) { $0.nextTry = Timestamp(milliseconds: 50) }
        try save("a-3", .deferred) { $0.nextTry = Timestamp(milliseconds: 90) }
        try save("a-4", .applied)
        try save("a-5", .applied) { $0.archivePath = "p/2026/01/01/a-5" }
        try save("a-6", .applied) {
            $0.archivePath = "p/2026/01/01/a-6"
            $0.expiredAt = Timestamp(milliseconds: 70)
        }
        try save("a-7", .quarantined)
        #expect(try journal.open().map(\.id.text) == ["a-1", "a-2", "a-3", "a-7"])
        #expect(try journal.due(at: Timestamp(milliseconds: 50)).map(\.id.text) == ["a-2"])
        #expect(try journal.unfinished().map(\.id.text) == ["a-4"])
        let archived = try journal.read { try JournalQueries.archived(partner: "p", after: "", limit: 9, $0) }
        #expect(archived.map(\.id.text) == ["a-5"])
        #expect(
            try journal.read { try JournalQueries.find("a-4.xml", limit: 9, $0) }.map(\.id.text) == ["a-4"])
        #expect(
            try journal.read { try JournalQueries.rows(prefix: "a-", limit: 2, $0) }.map(\.id.text) == [
                "a-7", "a-6",
            ])
        #expect(try journal.read { try JournalQueries.recent(1, partner: "p", $0) }.map(\.id.text) == ["a-7"])
        let tally = try journal.read { try JournalQueries.tally($0) }
        #expect(tally.first { $0.outcome == "deferred" }?.count == 2)
    }

    @Test("the secret is made once and stays")
    func secret() throws {
        let first = try journal.secret { Array(repeating: 7, count: 32) }
        #expect(first.count == 64)
        #expect(try journal.secret { Array(repeating: 9, count: 32) } == first)
        try journal.close()
        let again = try Journal(path: folder.path("journal.db"), options: StoreOptions())
        #expect(try again.secret { [] } == first)
    }
}
