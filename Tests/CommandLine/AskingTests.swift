// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Foundation
import JournalStore
import Records
import TestKit
import Testing

@testable import Agent

/// The program beside a running agent: what it asks, how it ends.
@Suite("Asking the agent") struct AskingTests {
    private let program: Program
    private let folder: TemporaryFolder

    init() throws {
        program = try Program()
        folder = try TemporaryFolder()
        let answer = try program.run(["init", folder.root])
        try #require(answer.status == 0, "\(answer.errors)")
        let journal = try Journal(path: folder.path("var/store/journal.db"), options: StoreOptions())
        try journal.save(
            [
                try Samples.held(), try Samples.row("20261124-051412-123456-9f3c", "b.xml", .deferred),
            ], at: Timestamp(milliseconds: 1_795_493_652_000))
        try journal.close()
    }

    private func run(_ words: String...) throws -> Tool.Answer {
        try program.run(["-C", folder.root] + words)
    }

    @Test("an id's start is made whole, options go along, the answer's code is ours") func approve() throws {
        let agent = try FakeAgent(root: folder.root) { .result(.done, "\($0.id ?? "") goes on") }
        defer { agent.stop() }
        let answer = try run("approve", "20261124-04", "--without-deletes")
        #expect(answer.status == 0)
        #expect(answer.output == "20261124-041412-123456-9f3c goes on\n")
        #expect(agent.commands.map(\.verb) == [.approve])
        #expect(agent.commands.first?.withoutDeletes == true)
    }

    @Test("of several packages the worst code counts, and all are done") func several() throws {
        let agent = try FakeAgent(root: folder.root) { command in
            command.id?.contains("-05") == true
                ? .result(.locked, "busy", cure: "try again") : .result(.done, "goes on")
        }
        defer { agent.stop() }
        let answer = try run("retry", "20261124-05", "20261124-04", "nothing")
        #expect(answer.status == 75)
        #expect(answer.output == "goes on\n")
        #expect(answer.errors == "waybill: busy; try again\n" + missing)
        #expect(agent.commands.count == 2)
    }

    private var missing: String {
        "waybill: nothing: no such package; `waybill queue` and `waybill find TEXT` list ids\n"
    }

    @Test(
        "the agent's codes come through",
        arguments: [ExitCode.done, .failed, .rejects, .held, .notFound, .locked])
    func codes(code: ExitCode) throws {
        let agent = try FakeAgent(root: folder.root) { _ in .result(code, "words") }
        defer { agent.stop() }
        let answer = try run("discard", "20261124-04", "--yes")
        #expect(answer.status == code.rawValue)
        #expect(answer.errors == (code == .done ? "" : "waybill: words\n"))
        let object = try run("discard", "20261124-04", "--json")
        #expect(object.output == "{\"event\":\"result\",\"exit\":\(code.rawValue),\"message\":\"words\"}\n")
    }

    @Test("without a terminal nothing is asked") func discard() throws {
        let agent = try FakeAgent(root: folder.root) { _ in .result(.done, "") }
        defer { agent.stop() }
        #expect(try run("discard", "20261124-04", "20261124-05").status == 0)
        #expect(agent.commands.compactMap(\.id).count == 2)
    }

    @Test("pruning says nothing where nothing is wrong, and what is on standard error") func prune() throws {
        let agent = try FakeAgent(root: folder.root) { command in
            var answer = Answer.result(.done, "3 removed")
            if command.keepLast == 7 { answer.lines = ["keep\ta/b\ta link or another volume"] }
            return answer
        }
        defer { agent.stop() }
        let quiet = try run("archive", "prune", "--older-than", "90d", "--max-size", "1G")
        #expect((quiet.status, quiet.output, quiet.errors) == (0, "", ""))
        #expect(agent.commands.first?.olderThanSeconds == Int64(7_776_000))
        #expect(agent.commands.first?.maxBytes == Int64(1_073_741_824))
        let wrong = try run("archive", "prune", "--keep-last", "7")
        #expect(wrong.errors == "waybill: keep: a/b: a link or another volume\n")
    }

    @Test("the rules of the configuration count where none are given") func pruneByConfiguration() throws {
        try folder.write("etc/waybill.yaml", "retention: { archive_age: 30d }\n")
        let agent = try FakeAgent(root: folder.root) { _ in .result(.done, "") }
        defer { agent.stop() }
        #expect(try run("archive", "prune").status == 0)
        #expect(agent.commands.first?.olderThanSeconds == Int64(2_592_000))
        #expect(agent.commands.first?.maxBytes == nil)
    }

    private static var speed: Speed {
        var speed = Speed(phase: "staging")
        speed.bytesPerSecond = 25
        speed.recordsPerSecond = 3
        speed.secondsLeft = 2
        return speed
    }

    @Test("status tells what only the agent knows") func status() throws {
        let agent = try FakeAgent(root: folder.root) { _ in
            var status = AgentStatus(processID: 4_711, version: "9.9", startedAt: "2026-11-24T04:00:00.000Z")
            status.partners = [
                AgentStatus.Partner(
                    name: "erp-1c", watching: "events", online: true, waitingFiles: 2, ignored: ["*.tmp": 1])
            ]
            status.lanes = [
                AgentStatus.Lane(
                    name: "catalogue", waiting: 3, running: "20261124-071412-123456-9f3c", bytesRead: 50,
                    bytesTotal: 100, records: 12, speed: Self.speed)
            ]
            status.sets = [
                AgentStatus.ChunkSet(
                    partner: "erp-1c", catalogue: "c1", exchange: "20261124-071412-123456-9f3c",
                    reason: "portion 2 of import0 is missing")
            ]
            var answer = Answer.result(.done, "running")
            answer.status = status
            return answer
        }
        defer { agent.stop() }
        let text = try run("status").output
        #expect(text.contains("agent:     runs since 2026-11-24T04:00:00.000Z (process 4711, version 9.9)\n"))
        #expect(
            text.contains(
                """
                catalogue: 3 waiting, 20261124-071412-123456-9f3c runs
                           staging     50% of    100 B        12 records     25 B/s       3 records/s    2 s left

                """))
        #expect(text.contains("           nothing is deleted yet: portion 2 of import0 is missing\n"))
        let json = try run("--json", "status").output
        #expect(
            json.contains(
                "\"phase\":\"staging\",\"records\":12,\"records_per_second\":3,"))
        #expect(json.contains("\"bytes_per_second\":25") && json.contains("\"seconds_left\":2"))
        #expect(text.contains("partner:   erp-1c: online; events; 2 files in in/; ignored: 1 *.tmp\n"))
        #expect(try run("partner", "list").output.contains("events"))
    }

    @Test("why asks the agent, which knows more than the journal") func why() throws {
        try folder.write("spool/partners/erp-1c/in/a.xml", "<a/>")
        let agent = try FakeAgent(root: folder.root) { command in
            var answer = Answer.result(.done, "")
            answer.lines = ["the agent says", command.id ?? ""]
            return answer
        }
        defer { agent.stop() }
        #expect(try run("why", "20261124-05").output == "the agent says\n20261124-051412-123456-9f3c\n")
        let path = folder.path("spool/partners/erp-1c/in/a.xml")
        #expect(try run("why", "a.xml").output == "erp-1c: a.xml\nthe agent says\n\(path)\n")
    }

    @Test("a new partner gets its folders from the agent and its configuration from us") func partner() throws
    {
        let agent = try FakeAgent(root: folder.root) {
            .result(.done, "partner \($0.partner ?? "") is ready")
        }
        defer { agent.stop() }
        let answer = try run("partner", "add", "shop-2")
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(answer.output.contains("partner shop-2 is ready\nconfiguration: "))
        #expect(
            String(decoding: try folder.read("etc/conf.d/shop-2.yaml"), as: UTF8.self).contains("shop-2:"))
        #expect(try run("check-config").status == 0)
    }
}
