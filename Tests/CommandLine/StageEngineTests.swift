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

/// A whole engine whose clock stands until the test moves it, and to which
/// every full is a big one.
@Suite("Staged fulls, agent and all") struct StageEngineTests {
    private let folder: TemporaryFolder
    /// A Monday, 10:00 UTC: no quiet window is open.
    private let clock = ManualClock()

    init() throws {
        folder = try TemporaryFolder()
        let answer = try Program().run(["init", folder.root])
        try #require(answer.status == 0, "\(answer.errors)")
    }

    private func engine(
        _ promote: String, stageFrom: Int64 = 1, files: any FileSystem = RealFileSystem()
    ) throws -> Engine {
        try folder.write(
            "etc/conf.d/erp-1c.yaml",
            "partners: { erp-1c: { promote: \(promote), window: \"02:00-05:00\", time_zone: UTC } }\n")
        let layout = RootLayout(root: FilePath(folder.root))
        let loaded = try SettingsLoader.load(layout, files: RealFileSystem())
        var house = try Assembly.house(loaded, layout)
        house.stageFrom = stageFrom
        house.stages = StageFolder(loaded.store, files: files)
        house.moments = Moments(
            wall: { [clock] in clock.milliseconds * 1_000 }, steady: { .now }, chance: { 7 })
        let engine = try Engine(house, logger: Logs.quiet())
        try engine.start(intake: false)
        return engine
    }

    /// Hands a file over as `ingest` does.
    @discardableResult
    private func ingest(_ name: String, _ text: String, _ engine: Engine, exit: Int32 = 0) throws
        -> PackageRow
    {
        var command = Command(.ingest)
        command.partner = "erp-1c"
        let source = try folder.write("given/\(name)", text)
        let staged = try engine.house.spool.stage(FilePath(source), name: UUID().uuidString.lowercased())
        command.files = [Command.File(staged: staged.string, name: name)]
        let answer = engine.perform(command) { _ in }
        #expect(answer.exit == exit, "\(answer)")
        let id = try #require(answer.packages?.first)
        return try row(id, engine)
    }

    private func row(_ id: String, _ engine: Engine) throws -> PackageRow {
        let id = try #require(PackageID(id))
        return try #require(try engine.house.journal.row(id))
    }

    private func goods(_ ids: [Int], hour: Int, full: Bool = true, name: String = "Товар") -> String {
        CommerceML.catalogue(
            onlyChanges: !full, writtenAt: "2026-03-02T0\(hour):00:00",
            products: ids.map { CommerceML.product("\($0)", name: "\(name) \($0)") })
    }

    private func names(_ engine: Engine) throws -> [String] {
        try engine.house.catalogue.read { connection in
            try connection.rows("SELECT name FROM v1_product WHERE NOT deleted ORDER BY id").map {
                $0.text(0) ?? ""
            }
        }
    }

    private func command(_ verb: Command.Verb, _ id: String?, _ engine: Engine) -> Answer {
        var command = Command(verb)
        command.id = id
        command.who = "tester"
        return engine.perform(command) { _ in }
    }

    private func stages(_ engine: Engine) throws -> [String] { try engine.house.stages.list().map(\.text) }

    @Test("immediately: loaded beside the store and live at once, and no stage file stays")
    func immediately() throws {
        let engine = try engine("immediately")
        try ingest("import.xml", goods([1, 2], hour: 7), engine)
        let row = try ingest("import.xml", goods([1, 2, 3], hour: 8, name: "Вещь"), engine)
        #expect(row.outcome == .applied && row.reason == "")
        #expect(row.counts["product"].updated == 2 && row.counts["product"].inserted == 1)
        #expect(try names(engine) == ["Вещь 1", "Вещь 2", "Вещь 3"])
        #expect(try stages(engine) == [])
        try engine.stop()
    }

    @Test("window: staged until it opens, also over a restart; changes between are kept")
    func window() throws {
        var engine = try engine("window")
        let first = try ingest("import.xml", goods([1, 2], hour: 7), engine)
        #expect(first.outcome == .applied, "there was nothing to disturb")
        let full = try ingest("import.xml", goods([1, 2, 3], hour: 8, name: "Вещь"), engine)
        #expect(full.outcome == .staged && full.appliedAt == nil)
        #expect(full.nextTry?.description == "2026-03-03T02:00:00.000Z")
        #expect(full.cure.contains("waybill promote \(full.id)"))
        clock.advance(seconds: 1)
        let partial = try ingest("import.xml", goods([2], hour: 9, full: false, name: "Новый"), engine)
        #expect(partial.outcome == .applied)
        #expect(try names(engine) == ["Товар 1", "Новый 2"])
        let why = command(.why, full.id.text, engine).lines ?? []
        #expect(why.contains { $0.contains("window") && $0.contains("staged at") }, "\(why)")
        try engine.stop()

        engine = try self.engine("window")
        #expect(try stages(engine) == [full.id.text])
        try engine.promoteDue(clock.now)
        engine.rest()
        #expect(try row(full.id.text, engine).outcome == .staged)
        clock.advance(seconds: 16 * 3_600)
        try engine.promoteDue(clock.now)
        engine.rest()
        let after = try row(full.id.text, engine)
        #expect(after.outcome == .applied && after.nextTry == nil && after.archivePath != nil)
        #expect(after.counts["product"].stale == 1)
        #expect(try names(engine) == ["Вещь 1", "Новый 2", "Вещь 3"])
        #expect(try stages(engine) == [])
        try engine.stop()
    }

    @Test("manual: only the command makes it live; 5 when nothing is staged")
    func manual() throws {
        let engine = try engine("manual")
        try ingest("import.xml", goods([1, 2], hour: 7), engine)
        #expect(command(.promote, nil, engine).exit == 5)
        let full = try ingest("import.xml", goods([1, 2], hour: 8, name: "Вещь"), engine)
        #expect(full.outcome == .staged && full.nextTry == nil)
        clock.advance(seconds: 86_400)
        try engine.promoteDue(clock.now)
        engine.rest()
        #expect(try names(engine) == ["Товар 1", "Товар 2"])
        #expect(command(.promote, "nothing", engine).exit == 5)
        let answer = command(.promote, full.exchange, engine)
        #expect(answer.exit == 0 && answer.packages == [full.id.text], "\(answer)")
        #expect(try names(engine) == ["Вещь 1", "Вещь 2"])
        try engine.stop()
    }

    @Test("a newer complete full takes the place of one that is not live yet")
    func superseded() throws {
        let engine = try engine("manual")
        try ingest("import.xml", goods([1], hour: 6), engine)
        let old = try ingest("import.xml", goods([1], hour: 7, name: "Старый"), engine)
        let new = try ingest("import.xml", goods([1], hour: 8, name: "Новый"), engine)
        engine.rest()
        let after = try row(old.id.text, engine)
        #expect(after.outcome == .superseded && after.reason.contains(new.id.text))
        #expect(after.archivePath != nil)
        #expect(try stages(engine) == [new.id.text])
        #expect(command(.promote, nil, engine).packages == [new.id.text])
        #expect(try names(engine) == ["Новый 1"])
        try engine.stop()
    }

    @Test("a brake holds at promotion, and what is approved goes on")
    func brake() throws {
        let engine = try engine("immediately")
        try ingest("import.xml", goods([1, 2, 3, 4], hour: 7), engine)
        let full = try ingest("import.xml", goods([1, 2], hour: 8), engine, exit: 4)
        #expect(full.outcome == .held && full.heldBy == .brake)
        #expect(try stages(engine) == [])
        #expect(try names(engine).count == 4)
        #expect(command(.approve, full.id.text, engine).exit == 0)
        engine.rest()
        #expect(try row(full.id.text, engine).outcome == .applied)
        #expect(try names(engine).count == 2)
        try engine.stop()
    }

    @Test("hold and discard take a staged package off, stage file and all; released, it is staged again")
    func takenOff() throws {
        let engine = try engine("manual")
        try ingest("import.xml", goods([1], hour: 6), engine)
        let full = try ingest("import.xml", goods([1], hour: 7, name: "Вещь"), engine)
        #expect(command(.hold, full.id.text, engine).exit == 0)
        #expect(try stages(engine) == [])
        #expect(command(.promote, nil, engine).exit == 5)
        #expect(command(.release, full.id.text, engine).exit == 0)
        engine.rest()
        #expect(try row(full.id.text, engine).outcome == .staged)
        #expect(try stages(engine) == [full.id.text])
        #expect(command(.discard, full.id.text, engine).exit == 0)
        #expect(try row(full.id.text, engine).outcome == .discarded)
        #expect(try stages(engine) == [])
        #expect(try names(engine) == ["Товар 1"])
        try engine.stop()
    }

    @Test("a stage file that is gone, damaged or nobody's: the package is read again, and none stays")
    func damaged() throws {
        var engine = try engine("manual")
        try ingest("import.xml", goods([1], hour: 6), engine)
        let full = try ingest("import.xml", goods([1], hour: 7, name: "Вещь"), engine)
        let path = engine.house.stages.path(of: full.id)
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path))
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: folder.path("var/store/stage-x.db")))
        try engine.stop()
        engine = try self.engine("manual")
        engine.rest()
        #expect(try row(full.id.text, engine).outcome == .staged)
        #expect(try stages(engine) == [full.id.text])
        // Damaged while the agent runs.
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path))
        #expect(command(.promote, nil, engine).exit == 0)
        #expect(try names(engine) == ["Вещь 1"])
        #expect(try stages(engine) == [])
        try engine.stop()
    }

    @Test("small fulls go live at once where nobody asks for quiet, and wait where somebody does")
    func small() throws {
        var engine = try engine("immediately", stageFrom: 4 << 20)
        try ingest("import.xml", goods([1], hour: 6), engine)
        #expect(try ingest("import.xml", goods([1], hour: 7, name: "Вещь"), engine).outcome == .applied)
        try engine.stop()
        engine = try self.engine("manual", stageFrom: 4 << 20)
        #expect(try ingest("import.xml", goods([1], hour: 8), engine).outcome == .staged)
        try engine.stop()
    }

    @Test("without room for it a full is deferred with the cure, and taken up again")
    func space() throws {
        // One look at the folder, then one at the volume for each full.
        let files = FaultyFileSystem(RealFileSystem(), .fail(at: 3, errno: EIO, .before))
        let engine = try engine("immediately", files: files)
        try ingest("import.xml", goods([1], hour: 6), engine)
        let full = try ingest("import.xml", goods([1], hour: 7, name: "Вещь"), engine, exit: 1)
        #expect(full.outcome == .deferred && full.nextTry != nil)
        #expect(full.reason.contains("room") && full.cure.contains("free space"), "\(full.reason)")
        let alarms = try engine.house.journal.read { try JournalQueries.alarms($0) }
        #expect(alarms.map(\.kind) == ["space"] && alarms.map(\.partner) == ["erp-1c"])
        #expect(command(.retry, full.id.text, engine).exit == 0)
        engine.rest()
        #expect(try row(full.id.text, engine).outcome == .applied)
        #expect(try engine.house.journal.read { try JournalQueries.alarms($0) }.isEmpty)
        #expect(try names(engine) == ["Вещь 1"])
        try engine.stop()
    }

    @Test("run --once leaves what waits for its window, and says so")
    func once() throws {
        let engine = try engine("window")
        try ingest("import.xml", goods([1], hour: 6), engine)
        let full = try ingest("import.xml", goods([1], hour: 7), engine)
        let answer = try engine.runOnce()
        #expect(answer.exit == 0)
        #expect(
            (answer.lines ?? []).contains { $0.contains(full.id.text) && $0.contains("window") }, "\(answer)")
        clock.advance(seconds: 16 * 3_600)
        _ = try engine.runOnce()
        #expect(try row(full.id.text, engine).outcome == .applied)
        try engine.stop()
    }
}
