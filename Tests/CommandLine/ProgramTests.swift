// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Foundation
import JournalStore
import Records
import TestKit
import Testing

/// Runs the built program on a root of its own.
@Suite("Program") struct ProgramTests {
    private let program: Program
    private let folder: TemporaryFolder

    init() throws {
        program = try Program()
        folder = try TemporaryFolder()
        let answer = try program.run(["init", folder.root])
        try #require(answer.status == 0, "\(answer.errors)")
    }

    private func run(_ words: String...) throws -> Tool.Answer {
        try program.run(["-C", folder.root] + words)
    }

    /// Rows in the journal, as an agent leaves them.
    private func journal(_ rows: [PackageRow]) throws {
        let journal = try Journal(path: folder.path("var/store/journal.db"), options: StoreOptions())
        try journal.save(rows, at: Timestamp(milliseconds: 1_795_493_652_000))
        try journal.close()
    }

    private func listing() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.root).sorted()
    }

    @Test("init makes a whole root and never writes twice") func initTwice() throws {
        let before = try listing()
        for path in [
            "etc/conf.d/erp-1c.yaml", "etc/waybill.yaml", "media/README.md", "spool/README.md",
            "spool/partners/erp-1c/.waybill-volume", "spool/partners/erp-1c/in", "spool/quarantine",
            "var/run",
            "var/store",
        ] { #expect(before.contains(path), "\(path)") }
        try folder.write("etc/conf.d/erp-1c.yaml", "partners: { erp-1c: { time_zone: UTC } }\n")
        try folder.write("spool/README.md", "mine\n")
        let answer = try program.run(["init", folder.root, "--json"])
        #expect(answer.status == 0)
        #expect(answer.output == "{\"made\":[],\"root\":\"\(folder.root)\"}\n")
        #expect(try listing() == before)
        #expect(try folder.read("spool/README.md") == Array("mine\n".utf8))
    }

    @Test(
        "what a member of the group makes belongs to the group; partners and shops can pass through",
        arguments: [
            ("spool/tmp", 0o2770), ("spool/claimed", 0o2770), ("spool/archive", 0o2770), ("var/run", 0o2770),
            ("var/store", 0o2750), ("etc", 0o2770), ("spool/partners/erp-1c/in", 0o2775), ("spool", 0o755),
            ("spool/partners", 0o755), ("spool/partners/erp-1c", 0o755), ("var", 0o755), ("media", 0o755),
        ] as [(String, UInt32)])
    func modes(path: String, mode: UInt32) {
        var status = stat()
        #expect(lstat(folder.path(path), &status) == 0)
        #expect(status.st_mode & 0o7777 == mode, "\(String(status.st_mode, radix: 8))")
    }

    @Test("init makes again what is missing, and only that") func initRepairs() throws {
        try FileManager.default.removeItem(atPath: folder.path("spool/held"))
        let answer = try program.run(["init", folder.root])
        #expect(answer.output.hasPrefix("made spool/held/\n\nNext:"))
    }

    @Test("verbs that look work on a fresh root, without an agent and without stores")
    func fresh() throws {
        for words in [
            ["status"], ["queue"], ["partner", "list"], ["archive", "list"], ["archive", "verify"],
            ["check-config"], ["config", "show", "--origin"], ["version"],
        ] {
            let answer = try program.run(["-C", folder.root] + words)
            #expect(answer.status == 0, "\(words): \(answer.errors)")
            #expect(answer.errors.isEmpty, "\(words): \(answer.errors)")
        }
        #expect(try !listing().contains("var/store/journal.db"))
    }

    @Test("codes of what can't be done") func codes() throws {
        #expect(try run("nonsense").status == 64)
        #expect(try run("show", "20261124").status == 5)
        #expect(try run("find", "nothing-like-it").status == 5)
        #expect(try run("why", "spool/partners/erp-1c/in/none.xml").status == 5)
        #expect(try run("explain", "/none.xml").status == 5)
        let prune = try run("archive", "prune")
        #expect(prune.status == 64)
        #expect(prune.errors.split(separator: "\n").count == 1)
        #expect(try program.run(["-C", folder.path("elsewhere"), "status"]).status == 78)
    }

    @Test("a failure is on standard error, names itself, and leaves standard output to --json") func errors()
        throws
    {
        let answer = try run("show", "2026", "--json")
        #expect(answer.output.isEmpty)
        #expect(answer.errors.hasPrefix("waybill: 2026: no such package; "))
        #expect(answer.errors.split(separator: "\n").count == 1)
    }

    @Test("every mistake of the configuration, on both outputs") func configuration() throws {
        try folder.write(
            "etc/conf.d/erp-1c.yaml", "partners:\n  erp-1c:\n    setle: 3s\n    time_zone: Mars/Base\n")
        let answer = try run("check-config", "--json")
        #expect(answer.status == 78)
        #expect(answer.output.split(separator: "\n").count == 2)
        #expect(answer.errors.split(separator: "\n").count == 2)
        #expect(answer.errors.contains("etc/conf.d/erp-1c.yaml:3:5: "))
        #expect(try run("queue").status == 78)
    }

    @Test("queue, show, why and status read what the journal holds") func look() throws {
        var quarantined = try Samples.row("20261124-051412-123456-9f3c", "bad.xml", .quarantined)
        quarantined.reason = "it ends early"
        let applied = try Samples.row("20261124-061412-123456-9f3c", "good.xml", .applied)
        try journal([Samples.held(), quarantined, applied])

        let queue = try run("queue").output.split(separator: "\n")
        #expect(queue.count == 3)
        #expect(queue[1].contains("it would delete 40%"))
        #expect(try run("queue", "catalogue-full").output.split(separator: "\n").count == 2)
        #expect(try run("queue", "--json").output.split(separator: "\n").count == 2)

        #expect(try run("show", "20261124-05").output.contains("reason:        it ends early\n"))
        let several = try run("show", "20261124")
        #expect(several.status == 64)
        #expect(several.errors.contains("20261124-041412-123456-9f3c"))

        #expect(
            try run("why", "20261124-04").output.contains("waybill approve 20261124-041412-123456-9f3c\n"))
        let status = try run("status").output
        #expect(status.contains("brake:     20261124-041412-123456-9f3c"))
        #expect(status.contains("stopped:   1 in quarantine"))
        let object = try JSONSerialization.jsonObject(with: Data(try run("status", "--json").output.utf8))
        let members = try #require(object as? [String: Any])
        #expect(members["agent"] == nil)
        #expect((members["stopped"] as? [Any])?.count == 2)
        #expect((members["outcomes"] as? [String: Int]) == ["held": 1, "quarantined": 1, "applied": 1])

        let found = try run("find", "good.xml")
        #expect(found.status == 0)
        #expect(found.output.contains("package, applied"))
    }

    @Test("a file in in/ is explained without an agent") func whyPath() throws {
        try folder.write("spool/partners/erp-1c/in/webdata/half.xml", "<КоммерческаяИнформация>")
        let inside = try run("why", "webdata/half.xml")
        #expect(inside.status == 0, "\(inside.errors)")
        #expect(inside.output.contains("no proof"))
        let absolute = try run("why", folder.path("spool/partners/erp-1c/in/webdata/half.xml"))
        #expect(absolute.output.hasPrefix("erp-1c: webdata/half.xml\n"))
        #expect(absolute.output.contains("no proof"))
    }

    @Test("archived files are listed, verified, restored; damage and absence are told apart") func archive()
        throws
    {
        var row = try Samples.row("20261124-041412-123456-9f3c", "webdata/import.xml", .applied)
        row.archivePath = "erp-1c/2026/11/24/20261124-041412-123456-9f3c-import.xml"
        row.sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        row.endedAt = row.receivedAt
        try folder.write("spool/archive/" + (row.archivePath ?? ""), "hello")
        try folder.write(
            "spool/archive/erp-1c/2026/11/24/SHA256SUMS",
            "\(row.sha256 ?? "")  20261124-041412-123456-9f3c-import.xml\n")
        try journal([row])

        #expect(try run("archive", "list").output.contains("webdata/import.xml"))
        #expect(try run("archive", "verify").status == 0)
        let copy = try run("archive", "restore", "20261124", "--to", folder.path("var"))
        #expect(copy.status == 0, "\(copy.errors)")
        #expect(try folder.read("var/import.xml") == Array("hello".utf8))
        #expect(try run("archive", "restore", "20261124", "--to", folder.path("var")).status == 1)

        let rehearsal = try run("archive", "prune", "--older-than", "0s", "--dry-run", "--json")
        #expect(rehearsal.status == 0)
        #expect(
            rehearsal.output.contains("\"action\":\"remove\"")
                || rehearsal.output.contains("\"action\":\"keep\""))
        #expect(try folder.read("spool/archive/" + (row.archivePath ?? "")) == Array("hello".utf8))

        try folder.write("spool/archive/" + (row.archivePath ?? ""), "jello")
        let damaged = try run("archive", "verify")
        #expect(damaged.status == 1)
        #expect(damaged.errors.contains("import.xml: SHA-256 is "))
        try FileManager.default.removeItem(atPath: folder.path("spool/archive/" + (row.archivePath ?? "")))
        #expect(try run("archive", "verify", "--quiet").status == 0)
        #expect(try run("archive", "restore", "20261124", "--to", folder.path("etc")).status == 5)
    }

    @Test("doctor finds a fresh root in order but for what is not installed") func doctor() throws {
        let answer = try run("doctor")
        #expect(answer.status == 0, "\(answer.output)")
        #expect(answer.output.contains("ok       partner erp-1c: online"))
        let objects = try run("doctor", "--json").output.split(separator: "\n")
        #expect(objects.allSatisfy { $0.contains("\"verdict\":") })
        try FileManager.default.removeItem(atPath: folder.path("spool/partners/erp-1c/.waybill-volume"))
        let offline = try run("doctor")
        #expect(offline.status == 1)
        #expect(offline.output.contains("BAD      partner erp-1c: offline: "))
    }

    @Test("doctor sees whether the shop's group reaches the store") func readers() throws {
        let group = try #require(getgrgid(getegid())).pointee.gr_name.map { String(cString: $0) } ?? ""
        try folder.write("etc/waybill.yaml", "store: { group: \(group) }\n")
        #expect(chmod(folder.root, 0o755) == 0)
        #expect(try run("doctor").output.contains("ok       readers of the store: group \(group)\n"))
        #expect(chmod(folder.path("var"), 0o700) == 0)
        let shut = try run("doctor")
        #expect(shut.status == 1)
        #expect(shut.output.contains("group \(group): may not pass through \(folder.path("var"))\n"))
    }

    @Test("commands without an agent say what is held by nobody") func decide() throws {
        let answer = try run("approve", "20261124", "20261125")
        #expect(answer.status == 5)
        #expect(answer.errors.split(separator: "\n").count == 2)
    }
}
