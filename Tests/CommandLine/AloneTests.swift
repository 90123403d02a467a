// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Foundation
import JournalStore
import Records
import TestKit
import Testing

@testable import Agent

/// Commands that do the work themselves, because no agent runs.
@Suite("Without an agent") struct AloneTests {
    private let program: Program
    private let folder: TemporaryFolder
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    init() throws {
        program = try Program()
        folder = try TemporaryFolder()
        let answer = try program.run(["init", folder.root])
        try #require(answer.status == 0, "\(answer.errors)")
    }

    private func run(_ words: String...) throws -> Tool.Answer {
        try program.run(["-C", folder.root] + words)
    }

    private func fixture(_ path: String) -> String { Self.fixtures.appending(path: path).path }

    @Test("another media volume is offline until it is adopted, and that is on record") func media() throws {
        let first = try run("ingest", fixture("demo/1-full"))
        #expect(first.status == 0, "\(first.errors)")
        #expect(try run("status").output.contains("media:     online\n"))
        try FileManager.default.removeItem(atPath: folder.path("media/.waybill"))
        #expect(try run("media", "adopt").status == 69)
        #expect(try run("status").output.contains("media:     offline: the media volume is not there"))
        #expect(try program.run(["init", folder.root]).status == 0)

        let status = try run("status").output
        #expect(status.contains("media:     offline: another media volume is mounted"))
        #expect(status.contains("`waybill media adopt`"))
        #expect(try run("status", "--json").output.contains("\"media\":{\"offline_reason\":\"another"))
        let doctor = try run("doctor")
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("BAD      media volume: offline: another media volume is mounted"))
        let adopted = try run("media", "adopt")
        #expect(adopted.status == 0, "\(adopted.errors)")
        #expect(try run("status").output.contains("media:     online\n"))
        #expect(try run("doctor").status == 0)
        #expect(try run("audit").output.contains("media adopt"))
    }

    @Test("audit says who did what, for all or for one package") func audit() throws {
        #expect(try run("audit").output == "no command changed anything\n")
        let file = try folder.write("given/x.xml", "<html/>")
        let taken = try run("ingest", file, "--json")
        #expect(taken.status == 3)
        let row = try #require(
            try JSONSerialization.jsonObject(
                with: Data((taken.output.split(separator: "\n").first ?? "").utf8)) as? [String: Any])
        let id = try #require(row["id"] as? String)
        #expect(try run("discard", id, "--yes").status == 0)
        let lines = try run("audit", id, "--json").output.split(separator: "\n").map(String.init)
        #expect(lines.count == 2)
        #expect(lines[0].contains("\"after\":\"discarded\""))
        #expect(lines[0].contains("\"before\":\"quarantined\",\"command\":\"discard\""))
        #expect(lines[1].contains("\"command\":\"ingest\""))
        #expect(try run("audit", "--limit", "1").output.split(separator: "\n").count == 2)
        let page = try run("audit", id).output
        #expect(page.contains("quarantined → discarded"))
        let me = UserName.of(getuid())
        #expect(page.contains("  \(me)  discard  "))
        #expect(try run("show", id).output.contains("discarded by \(me); before: "))
        #expect(try run("audit", "2020").status == 5)
        #expect(try run("audit", "--limit", "0").status == 64)
    }

    @Test("status says what waits in each in/, whole or not, and what is left alone") func waiting() throws {
        #expect(try run("status").output.contains("partner:   erp-1c: online\n"))
        try folder.write("spool/partners/erp-1c/in/import.xml", "<half")
        try folder.write("spool/partners/erp-1c/in/webdata/offers.xml", "<half")
        try folder.write("spool/partners/erp-1c/in/webdata/a.tmp", "")
        #expect(
            try run("status").output.contains(
                "partner:   erp-1c: online; 2 files in in/; ignored: 1 *.tmp\n"))
        #expect(try run("partner", "list").output.contains("online  no agent runs  2      "))
    }

    @Test("an ingest that was not wholly applied says so and how to see more; empty kinds say nothing")
    func rejects() throws {
        let answer = try run("ingest", fixture("commerceml/import.xml"))
        #expect(answer.status == 3)
        #expect(answer.output.contains("applied-with-rejects"))
        #expect(!answer.output.contains(": 0 read"))
        #expect(answer.errors.hasPrefix("waybill: not all of it was applied: waybill show 2"))
        let both = try run("ingest", fixture("commerceml/offers.xml"), fixture("demo/1-full"))
        #expect(both.status == 3)
        #expect(both.errors.hasPrefix("waybill: not all of the 3 packages were wholly applied"))
    }

    @Test("once is not all done where records were refused, though their package still waits") func once()
        throws
    {
        try folder.write(
            "spool/partners/erp-1c/in/changes.xml",
            try String(contentsOfFile: fixture("commerceml/changes.xml"), encoding: .utf8))
        let answer = try run("run", "--once")
        #expect(answer.status == 3)
        #expect(answer.errors == "waybill: 1 waiting; 1 records refused\n")
    }

    @Test("once counts what an earlier process left in claimed/") func leftover() throws {
        let file = try folder.write("given/import.xml", "<html/>")
        #expect(try run("ingest", file).status == 3)
        #expect(try run("run", "--once").output == "nothing waited\n")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("spool/quarantine")).first)
        #expect(try run("hold", name).status == 0)
        #expect(try run("run", "--once").output == "nothing waited\n")
        let journal = try Journal(path: folder.path("var/store/journal.db"), options: StoreOptions())
        let id = try #require(PackageID(name))
        var row = try #require(try journal.row(id))
        (row.outcome, row.heldBy) = (.claimed, nil)
        try journal.save([row], at: row.receivedAt)
        try journal.close()
        try FileManager.default.moveItem(
            atPath: folder.path("spool/held/\(name)"), toPath: folder.path("spool/claimed/\(name)"))
        let answer = try run("run", "--once")
        #expect(answer.status == 3)
        #expect(answer.errors == "waybill: 1 quarantined\n")
    }

    @Test("what can't be taken is refused before anything is copied") func nothingToTake() throws {
        let file = try folder.write("given/x.xml", "<html/>")
        try FileManager.default.createDirectory(
            atPath: folder.path("empty"), withIntermediateDirectories: false)
        #expect(try run("ingest", file, "--partner", "nobody").status == 5)
        #expect(try run("ingest", folder.path("empty")).status == 5)
        let device = try run("ingest", file, "/dev/null")
        #expect(device.status == 64)
        #expect(device.errors.hasPrefix("waybill: /dev/null: neither a file nor a folder; "))
        try folder.write("etc/waybill.yaml", "min_free: 1000TiB\n")
        let full = try run("ingest", file)
        #expect(full.status == 1)
        #expect(full.errors.hasPrefix("waybill: no room: 7 B to copy, "))
        let staged = try FileManager.default.subpathsOfDirectory(atPath: folder.path("spool/tmp"))
        #expect(staged.filter { $0 != "attachments" } == [])
    }

    @Test("an archive that is empty though packages were archived is a volume out of reach") func emptied()
        throws
    {
        #expect(try run("ingest", fixture("demo/1-full")).status == 0)
        #expect(try run("archive", "prune", "--older-than", "1d").status == 0)
        try FileManager.default.removeItem(atPath: folder.path("spool/archive/erp-1c"))
        let answer = try run("archive", "prune", "--older-than", "1d")
        #expect(answer.status == 69)
        #expect(answer.errors.contains("is its volume mounted?"))
    }

    @Test("a restore into a folder that is not there names the folder") func restore() throws {
        #expect(try run("ingest", fixture("demo/1-full")).status == 0)
        let list = try run("archive", "list").output
        let id = String(list.prefix { $0 != " " })
        let answer = try run("archive", "restore", id, "--to", folder.path("nowhere"))
        #expect(answer.status == 5)
        #expect(answer.errors.hasPrefix("waybill: \(folder.path("nowhere")): no such folder; "))
    }

    @Test("version names every library") func version() throws {
        let object = try JSONSerialization.jsonObject(
            with: Data(try program.run(["version", "--json"]).output.utf8))
        let members = try #require(object as? [String: Any])
        for name in ["waybill", "sqlite", "libxml2", "libarchive", "libxxhash"] {
            #expect((members[name] as? String)?.contains(".") == true, "\(name)")
        }
    }

    @Test("a member of the group is refused before anything is written, and doctor blames nobody")
    func stranger() throws {
        let shared = try TemporaryFolder()
        #expect(chmod(shared.root, 0o2770) == 0)
        #expect(chown(shared.root, 65_533, 65_532) == 0)
        guard let made = try program.run(["init", shared.root], user: 65_533, group: 65_532) else {
            return Skip.say("needs root and setpriv to become another user")
        }
        #expect(made.status == 0, "\(made.errors)")
        func member(_ words: String...) throws -> Tool.Answer {
            try #require(try program.run(["-C", shared.root] + words, user: 65_531, group: 65_532))
        }
        let names = try FileManager.default.subpathsOfDirectory(atPath: shared.root).sorted()
        let words = "no agent runs, and \(shared.root)/spool belongs to user 65533; start the agent, or run"
        for verb in [
            ["ingest", fixture("demo/1-full")], ["partner", "add", "shop-b"], ["run", "--once"],
            ["archive", "prune", "--older-than", "1d"], ["media", "adopt"],
        ] {
            let answer = try #require(
                try program.run(["-C", shared.root] + verb, user: 65_531, group: 65_532))
            #expect(answer.status == 69, "\(verb)")
            #expect(answer.errors.hasPrefix("waybill: " + words), "\(answer.errors)")
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: shared.root).sorted() == names)
        #expect(chmod(shared.path("spool/partners/erp-1c/in"), 0o700) == 0)
        let status = try member("status")
        #expect(status.status == 0, "\(status.errors)")
        #expect(status.output.contains("partner:   erp-1c: online; in/: Permission denied\n"))
        let doctor = try member("doctor")
        #expect(doctor.status == 0, "\(doctor.output)")
        #expect(doctor.output.contains("warning  user: "))
        #expect(!doctor.output.contains("CAP_LEASE in the service"))
    }
}
