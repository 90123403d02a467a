// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import JournalStore
import Records
import Testing

@testable import waybill

@Suite("What people read") struct OutputTests {
    @Test("columns line up and only the last one is cut") func table() {
        var table = Table(["ID", "COUNT", "NAME"], right: [1])
        table.add(["a", "12", "short"])
        table.add(["long-id", "3", "a name\nover\ttwo lines"])
        #expect(
            table.lines() == [
                "ID       COUNT  NAME",
                "a           12  short",
                "long-id      3  a name over two lines",
            ])
        #expect(table.lines(width: 22)[2] == "long-id      3  a nam…")
    }

    @Test(
        "sizes",
        arguments: [
            (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_536, "1.5 KiB"), (10 << 20, "10 MiB"),
            (5 << 40, "5.0 TiB"),
        ] as [(Int64, String)])
    func sizes(bytes: Int64, words: String) { #expect(Words.size(bytes) == words) }

    @Test(
        "times",
        arguments: [
            (0, "just now"), (-30_000, "30 s ago"), (-600_000, "10 min ago"), (-3 * 86_400_000, "3 d ago"),
            (40_000, "in 40 s"), (-7_200_000, "2 h ago"),
        ] as [(Int64, String)])
    func times(shift: Int64, words: String) {
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        #expect(Words.relative(Timestamp(milliseconds: now.milliseconds + shift), now: now) == words)
    }

    @Test("counts leave out what is zero") func counts() {
        var counts = Counts()
        counts.read = 7
        #expect(Words.counts(counts) == "7 read")
        counts.inserted = 4
        counts.markedDeleted = 3
        #expect(Words.counts(counts) == "7 read: 4 inserted, 3 marked deleted")
    }

    @Test("the page of a package") func page() throws {
        let row = try Samples.held()
        let now = Timestamp(milliseconds: row.receivedAt.milliseconds + 3_600_000)
        #expect(
            PackageLines.page(row, folder: "/srv/spool/held/\(row.id)", now: now) == [
                "package:       20261124-041412-123456-9f3c",
                "partner:       erp-1c",
                "file:          webdata/import.xml",
                "size:          2.0 KiB",
                "outcome:       held",
                "reason:        it would delete 40% of the products",
                "what helps:    waybill approve 20261124-041412-123456-9f3c",
                "lies in:       /srv/spool/held/20261124-041412-123456-9f3c",
                "dialect:       commerceml",
                "lane:          catalogue-full",
                "kind:          full",
                "received:      2026-11-24T04:14:12.000Z (60 min ago)",
                "product:       5 read: 2 inserted, 3 rejected",
                "rejects:       3: waybill rejects 20261124-041412-123456-9f3c",
            ])
    }

    @Test("a list shows age and reason") func list() throws {
        let row = try Samples.held()
        let now = Timestamp(milliseconds: row.receivedAt.milliseconds + 180_000)
        let lines = PackageLines.table([row], now: now, withReason: true).lines()
        #expect(lines.count == 2)
        #expect(
            lines[1]
                == "20261124-041412-123456-9f3c  erp-1c   held     3 min  webdata/import.xml  it would delete 40% of the products"
        )
    }

    @Test("an object has the names of v1_package") func object() throws {
        let object = PackageLines.Object(try Samples.held())
        #expect(object.kind == "full")
        #expect(object.lane == "catalogue-full")
        #expect(object.received_at == "2026-11-24T04:14:12.000Z")
        #expect(object.counts == ["product": ["read": 5, "inserted": 2, "rejected": 3]])
    }

    @Test("a refused record names its place, then itself in one line") func reject() {
        let reject = Reject(
            member: "import.xml", offset: 4_711, line: 12, kind: "product", id: "", code: .missingID,
            detail: "",
            fragment: "<Товар>\n  <Наименование>x</Наименование>\n</Товар>")
        #expect(
            Rejects.lines(reject, "no id") == [
                "import.xml, line 12, byte 4711: product without id: missing-id: no id",
                "    <Товар> <Наименование>x</Наименование> </Товар>",
            ])
    }

    @Test("a partner's line of status") func partner() {
        let terminal = Terminal(json: false, quiet: false, color: false)
        var partner = StatusReport.Partner(
            name: "erp-1c", online: true, watching: "scan: a share", waiting_files: 2, ignored: ["*.tmp": 3])
        #expect(
            StatusReport.line(partner, terminal)
                == "partner:   erp-1c: online; scan: a share; 2 files in in/; ignored: 3 *.tmp")
        partner.online = false
        partner.offline_reason = "gone"
        #expect(StatusReport.line(partner, terminal) == "partner:   erp-1c: offline: gone")
    }

    @Test("a bar says rate and rest once they mean something, in columns") func bar() {
        var speed = Speed(phase: "staging")
        #expect(
            ProgressBar.line(bytes: 1_024, total: 4_096, records: 7, speed)
                == "staging     25% of  4.0 KiB         7 records")
        speed.bytesPerSecond = 512
        speed.recordsPerSecond = 4
        speed.secondsLeft = 6
        #expect(
            ProgressBar.line(bytes: 1_024, total: 4_096, records: 7, speed)
                == "staging     25% of  4.0 KiB         7 records    512 B/s       4 records/s    6 s left")
        speed.phase = "promoting"
        speed.bytesPerSecond = 1_023 << 20
        speed.recordsPerSecond = 9_999_999
        speed.secondsLeft = 7_199
        let line = ProgressBar.line(bytes: 5_000 << 20, total: 4_096 << 20, records: 99_999_999, speed)
        #expect(line.hasPrefix("promoting  100% of  4.0 GiB") && line.hasSuffix("119 min left"))
        // With the eleven columns of `status` in front.
        #expect(line.count <= 89)
        #expect(ProgressBar.bar(bytes: 1, total: 2, line: line, width: 40).count == 39)
        #expect(ProgressBar.bar(bytes: 1, total: 2, line: "x", width: 100) == "█████░░░░░ x")
    }

    @Test("what a partner wrote can't steer the terminal") func plain() {
        #expect(Terminal.plain("Кресло, «red» – 12 ₴") == "Кресло, «red» – 12 ₴")
        #expect(
            Terminal.plain("a\u{1B}[2Jb\u{7}\u{9B}c\u{202E}d") == "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}c\u{FFFD}d")
        #expect(Terminal.plain("new\nline\r") == "new\u{FFFD}line\u{FFFD}")
        #expect(Terminal.plain("two\nlines\r\n", keepsLines: true) == "two\nlines\u{FFFD}\n")
        let red = Terminal(json: false, quiet: false, color: true).bad("x")
        #expect(Terminal.plain(red) == red)
    }

    @Test("colours only where they are wanted") func colours() {
        #expect(Terminal(json: false, quiet: false, color: false).bad("x") == "x")
        #expect(Terminal(json: false, quiet: false, color: true).bad("x") == "\u{1B}[31mx\u{1B}[0m")
    }

    @Test("what the journal says where no agent runs") func why() throws {
        var row = try Samples.held()
        #expect(
            Why.lines(row) == [
                "20261124-041412-123456-9f3c is held", "it would delete 40% of the products",
                "waybill approve 20261124-041412-123456-9f3c",
            ])
        row.outcome = .deferred
        #expect(Why.lines(row).last == "no agent runs: nothing moves until `waybill run`")
        row.outcome = .applied
        row.reason = ""
        row.cure = ""
        #expect(Why.lines(row) == ["20261124-041412-123456-9f3c is applied"])
    }
}
