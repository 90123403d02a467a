// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Databases
import Files
import Foundation
import JournalStore
import Records
import Settings
import SpoolStore
import Synchronization
import SystemPackage
import TestKit
import Testing

@testable import Agent
@testable import waybill

/// A whole engine whose clock stands until the test moves it.
@Suite("Sets of portions, agent and all") struct SetEngineTests {
    private let folder: TemporaryFolder
    private let clock = ManualClock(Timestamp(milliseconds: 1_772_445_600_000))

    init() throws {
        folder = try TemporaryFolder()
        let answer = try Program().run(["init", folder.root])
        try #require(answer.status == 0, "\(answer.errors)")
        try folder.write(
            "etc/conf.d/erp-1c.yaml",
            "partners: { erp-1c: { sweep: set, settle: 100ms, brakes: { max_delete: 50% } } }\n")
    }

    private func engine() throws -> Engine {
        let layout = RootLayout(root: FilePath(folder.root))
        let loaded = try SettingsLoader.load(layout, files: RealFileSystem())
        var house = try Assembly.house(loaded, layout)
        house.moments = Moments(
            wall: { [clock] in clock.milliseconds * 1_000 }, steady: { .now }, chance: { 7 })
        return try Engine(house, logger: Logs.quiet())
    }

    /// Hands files over as `ingest` does.
    private func ingest(_ files: [(name: String, text: String)], _ engine: Engine) throws -> [String] {
        var command = Command(.ingest)
        command.partner = "erp-1c"
        for file in files {
            let source = try folder.write("given/\(file.name)", file.text)
            let unique = UUID().uuidString.lowercased()
            command.files.append(
                Command.File(
                    staged: try engine.house.spool.stage(FilePath(source), name: unique).string,
                    name: file.name))
        }
        let answer = engine.perform(command) { _ in }
        #expect(answer.exit == 0, "\(answer)")
        return answer.packages ?? []
    }

    private func goods(_ ids: [Int], _ time: String, first: Bool) -> String {
        CommerceML.catalogue(
            onlyChanges: !first, writtenAt: time, products: ids.map { CommerceML.product("\($0)") })
    }

    private func offers(_ ids: [Int], _ time: String) -> String {
        CommerceML.offers(onlyChanges: false, writtenAt: time, offers: ids.map { CommerceML.offer("\($0)") })
    }

    private func deleted(_ engine: Engine) throws -> [String] {
        try engine.house.catalogue.read { connection in
            try connection.rows("SELECT id FROM v1_product WHERE deleted ORDER BY id").map {
                $0.text(0) ?? ""
            }
        }
    }

    /// The first full, and a set of three portions that lacks product 4.
    private func fill(_ engine: Engine) throws -> [String] {
        _ = try ingest(
            [
                ("import.xml", goods([1, 2, 3, 4], "2026-03-02T08:00:00", first: true)),
                ("offers.xml", offers([1, 2, 3, 4], "2026-03-02T08:00:00")),
            ], engine)
        return try ingest(
            [
                ("import0_1.xml", goods([1, 2], "2026-03-02T09:00:00", first: true)),
                ("import0_2.xml", goods([3], "2026-03-02T09:00:10", first: false)),
                ("offers0_1.xml", offers([1, 2, 3], "2026-03-02T09:00:20")),
            ], engine)
    }

    private func row(_ id: String, _ engine: Engine) throws -> PackageRow {
        let id = try #require(PackageID(id))
        return try #require(try engine.house.journal.row(id))
    }

    @Test("an agent judges a set after ten quiet minutes, and status says what is missing")
    func agent() throws {
        let engine = try engine()
        try engine.start(intake: true)
        let set = try fill(engine)
        let exchanges = try set.compactMap(PackageID.init).map { try engine.house.journal.row($0)?.exchange }
        #expect(Set(exchanges).count == 1)
        let partners = engine.partners.withLock { $0 }
        let work = try #require(partners["erp-1c"])
        engine.takeDrops(work)
        try engine.sweepSets(clock.now)
        #expect(try deleted(engine) == [])
        let waiting = engine.perform(Command(.status)) { _ in }.status?.sets ?? []
        #expect(waiting.map(\.reason) == ["complete as it stands; it is judged after ten quiet minutes"])
        #expect(waiting.map(\.catalogue) == ["c1"])
        var why = Command(.why)
        why.id = set[0]
        #expect(
            engine.perform(why) { _ in }.lines?.contains { $0.contains("complete as it stands") } == true)

        // A portion that was not applied speaks against the proof.
        let bad = try row(set[1], engine)
        var stopped = bad
        stopped.outcome = .discarded
        try engine.house.journal.save([stopped], at: clock.now)
        clock.advance(seconds: 601)
        try engine.sweepSets(clock.now)
        #expect(try deleted(engine) == [])
        let reasons = (engine.perform(Command(.status)) { _ in }.status?.sets ?? []).map(\.reason)
        #expect(reasons == ["import0_2.xml (\(set[1])) was not applied: it is discarded"])

        try engine.house.journal.save([bad], at: clock.now)
        try engine.sweepSets(clock.now)
        #expect(try deleted(engine) == ["4"])
        // The round of the house may have been faster, and writes the journal last.
        try engine.stop()
        let reader = try StoreReader(path: folder.path("var/store/journal.db"))
        // Portions overtake each other: whichever of goods was the last one has it.
        let swept = try set.compactMap(PackageID.init).map { id in
            try reader.read { try JournalQueries.row(id, $0) }?.counts["product"].swept ?? 0
        }
        #expect(swept.reduce(0, +) == 1 && swept[2] == 0)
    }

    @Test("a command without an agent never judges a set")
    func alone() throws {
        let engine = try engine()
        try engine.start(intake: false)
        _ = try fill(engine)
        // It has looked into `in/` and found nothing.
        #expect(try engine.runOnce().exit == 0)
        clock.advance(seconds: 601)
        try engine.sweepSets(clock.now)
        engine.keepHouse()
        #expect(try deleted(engine) == [])
        let chunks = try engine.house.catalogue.chunks()
        #expect(chunks.count == 3)
        try engine.stop()
    }
}
