// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import Settings
import SystemPackage
import TestKit
import Testing

@Suite("Settings") struct SettingsTests {
    private func load(_ main: String, _ more: [String: String] = [:]) throws -> Result<
        LoadedSettings, Mistakes
    > {
        let folder = try TemporaryFolder()
        try folder.write("etc/waybill.yaml", main)
        for (name, text) in more { try folder.write("etc/conf.d/\(name)", text) }
        let layout = RootLayout(root: FilePath(folder.root))
        do throws(Mistakes) {
            return .success(try SettingsLoader.load(layout, files: RealFileSystem()))
        } catch {
            // The folder's own name is chance.
            let list = error.list.map { mistake in
                var mistake = mistake
                mistake.file = mistake.file.replacingOccurrences(of: folder.root + "/", with: "")
                mistake.message = mistake.message.replacingOccurrences(of: folder.root + "/", with: "")
                return mistake
            }
            return .failure(Mistakes(list: list))
        }
    }

    private func mistakes(_ main: String, _ more: [String: String] = [:]) throws -> [Mistake] {
        guard case .failure(let mistakes) = try load(main, more) else {
            Issue.record("taken, though it is wrong: \(main)")
            return []
        }
        return mistakes.list
    }

    @Test("an empty file is all defaults")
    func defaults() throws {
        for text in ["", "# nothing\n", SampleConfiguration.main()] {
            let loaded = try load(text).get()
            #expect(loaded.settings == Settings())
            #expect(loaded.store.string.hasSuffix("/var/store"))
            #expect(loaded.origins.allSatisfy { $0.origin == "default" && $0.value == $0.defaultValue })
        }
    }

    @Test("values, origins and paths come from the files that set them")
    func values() throws {
        let loaded = try load(
            "scan: 30s\npaths:\n  spool: /srv/spool\n  media: ../media\nretention:\n  archive_age: 90d\n  archive_size: 100G\n",
            [
                "erp-1c.yaml":
                    "partners:\n  erp-1c:\n    time_zone: Europe/Kyiv\n    settle: 500ms\n    sweep: never\n    brakes: { max_delete: 2.5% }\n",
                "b.yaml": "partners:\n  b:\n",
            ]
        ).get()
        #expect(loaded.settings.scan == .seconds(30))
        #expect(loaded.spool == "/srv/spool")
        #expect(loaded.media.lastComponent == "media")
        #expect(loaded.settings.retention.archiveAge == .seconds(90 * 86_400))
        #expect(loaded.settings.retention.archiveSize == 100 << 30)
        let partner = loaded.settings.partner("erp-1c")
        #expect(partner.timeZone == "Europe/Kyiv")
        #expect(partner.settle == .milliseconds(500))
        #expect(partner.sweep == .never)
        #expect(partner.brakes.maxDelete == 0.025)
        #expect(loaded.settings.partnerNames == ["b", "erp-1c"])
        let origin = try #require(loaded.origins.first { $0.key == "partners.erp-1c.settle" })
        #expect(origin.value == "500ms" && origin.defaultValue == "2s")
        #expect(origin.origin.hasSuffix("etc/conf.d/erp-1c.yaml:4"))
    }

    @Test("every mistake is reported at once, with its place")
    func allMistakes() throws {
        let found = try mistakes(
            "scna: 5s\nunproven_after: 5\nretention:\n  receipts: forever\n",
            [
                "erp-1c.yaml":
                    "partners:\n  erp-1c:\n    time_zone: Kyiv\n    setle: 2s\n    sweep: maybe\n    orders: { send: true }\n"
            ])
        #expect(found.map(\.line) == [1, 2, 4, 3, 4, 5, 6])
        #expect(found[0].cure == "did you mean `scan`?")
        #expect(found[1].message.contains("\"5\" is no duration"))
        #expect(found[3].file == "etc/conf.d/erp-1c.yaml")
        #expect(found[4].cure == "did you mean `settle`?")
        #expect(found[5].cure == "write one of: proven, set, never")
        #expect(found[6].message.contains("comes with a later version"))
        #expect(found[0].description == "etc/waybill.yaml:1:1: there is no key `scna`; did you mean `scan`?")
    }

    @Test(
        "wrong shapes",
        arguments: [
            ("scan: 5s\nscan: 6s\n", "stands twice"),
            ("scan: [1, 2]\n", "takes one value"),
            ("scan: 100ms\n", "out of range"),
            ("min_free: 3\n", "is no size"),
            ("partners:\n  a/b:\n    settle: 2s\n", "can't name a partner"),
            ("partners: 7\n", "holds keys of its own"),
            ("- a\n- b\n", "must hold keys and values"),
            ("a: b: c\n", "is no YAML"),
            ("store: { group: no-such-group-here }\n", "there is no group"),
            ("partners:\n  a:\n    brakes: { max_delete: 5 }\n", "is no percentage"),
            ("partners:\n  a:\n    promote: later\n", "is not known here"),
            ("partners:\n  a:\n    dialect: idoc\n", "comes with a later version"),
            ("partners:\n  a:\n    window: at night\n", "is no window of clock hours"),
            ("partners:\n  a:\n    window: 2:00-5:00\n", "is no window of clock hours"),
            ("partners:\n  a:\n    window: 02:00-24:01\n", "is no window of clock hours"),
            ("partners:\n  a:\n    window: 24:00-02:00\n", "is no window of clock hours"),
            ("partners:\n  a:\n    window: \"02:00-05:00,\"\n", "is no window of clock hours"),
            ("partners:\n  a:\n    window: 02:00-02:00\n", "ends when it begins"),
            ("partners:\n  a:\n    window: [02:00-05:00]\n", "takes one value"),
            ("window: 02:00-05:00\n", "is a key of a partner"),
            ("partners:\n  a:\n    dialect: xml\n", "is not known here"),
            ("partners:\n  a:\n    zip_charset: dos\n", "is no character set"),
            ("partners:\n  a:\n    zip_charset: cp437\n", "is no character set"),
            ("settle: 2s\n", "is a key of a partner"),
            ("orders: { send: true }\n", "is a key of a partner"),
            ("partners:\n  a:\n    retention: { journal: 9d }\n", "but a common one"),
            ("paths: { media: ~/media }\n", "no shell expands it"),
            ("paths: { media: spool/media }\n", "lie in each other"),
            ("paths: { spool: x, store: ./y/../x/ }\n", "lie in each other"),
            ("scan: &a 5s\nunproven_after: *b\n", "is no YAML"),
            ("scan: 5s\n---\nscan: 6s\n", "is no YAML"),
            ("scan:\n", "is no duration"),
            ("scan: yes\n", "is no duration"),
            ("? [scan]\n: 5s\n", "a key must be a word"),
        ])
    func shapes(text: String, message: String) throws {
        let found = try mistakes(text)
        #expect(found.count == 1)
        #expect(found.first?.message.contains(message) == true, "\(found)")
        #expect((found.first?.line ?? 0) > 0)
    }

    @Test("when fulls go live: at once, in windows, by hand")
    func promote() throws {
        let text =
            "partners:\n  a: { promote: window, window: \"22:00-02:30, 13:00-14:00\" }\n  b: { promote: manual }\n"
        let loaded = try load(text).get()
        let partner = loaded.settings.partner("a")
        #expect(partner.promote == .window && loaded.settings.partner("b").promote == .manual)
        #expect(
            partner.window == [ClockHours(start: 1_320, end: 150), ClockHours(start: 780, end: 840)])
        #expect(loaded.settings.partner("b").window == [ClockHours(start: 120, end: 300)])
        let origin = try #require(loaded.origins.first { $0.key == "partners.a.window" })
        #expect(origin.value == "22:00-02:30, 13:00-14:00" && origin.defaultValue == "02:00-05:00")
        #expect(try load("partners: { a: { sweep: set } }\n").get().settings.partner("a").sweep == .set)
        let found = try mistakes("partners:\n  a:\n    promote: window\n    window: 5-7\n")
        #expect(found.map(\.line) == [4] && found.map(\.column) == [13])
    }

    @Test("one partner in two files is a mistake that names both")
    func twice() throws {
        let text = "partners:\n  a:\n    settle: 2s\n"
        let found = try mistakes("", ["1.yaml": text, "2.yaml": text])
        #expect(found.map(\.file) == ["etc/conf.d/2.yaml"])
        #expect(found.first?.message.contains("etc/conf.d/1.yaml:2") == true)
    }

    @Test("a missing file says how to make one, a file that is no UTF-8 that it is none")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let layout = RootLayout(root: FilePath(folder.root))
        #expect(throws: Mistakes.self) { try SettingsLoader.load(layout, files: RealFileSystem()) }
        try folder.write("etc/waybill.yaml", [0x73, 0xE9, 0x0A])
        do throws(Mistakes) {
            _ = try SettingsLoader.load(layout, files: RealFileSystem())
            Issue.record("taken")
        } catch { #expect(error.list.first?.message == "the file is not UTF-8") }
    }

    @Test("columns count characters; a byte order mark and Windows line ends are taken")
    func columns() throws {
        let found = try mistakes("\u{FEFF}# Каталог\r\nstore: { \"группа\": a }\r\n")
        #expect(found.map(\.line) == [2] && found.map(\.column) == [10], "\(found)")
        #expect(try load("\u{FEFF}scan: 7s\r\n").get().settings.scan == .seconds(7))
    }

    @Test("a file of conf.d with another ending is not passed over in silence; links are followed")
    func names() throws {
        let text = "partners:\n  b:\n    settle: 3s\n"
        let found = try mistakes("", ["b.yml": text, "c.YAML": text, "d.yaml.bak": text, ".e.yaml.swp": "{"])
        #expect(found.map(\.file) == ["etc/conf.d/b.yml", "etc/conf.d/c.YAML"])
        let folder = try TemporaryFolder()
        try folder.write("etc/waybill.yaml", "")
        try folder.write("etc/conf.d/README.md", "notes")
        try folder.write("shared/b", text)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("etc/conf.d/b.yaml"), withDestinationPath: "../../shared/b")
        let layout = RootLayout(root: FilePath(folder.root))
        let loaded = try SettingsLoader.load(layout, files: RealFileSystem())
        #expect(loaded.settings.partner("b").settle == .seconds(3))
        try FileManager.default.removeItem(atPath: folder.path("shared/b"))
        do throws(Mistakes) {
            _ = try SettingsLoader.load(layout, files: RealFileSystem())
            Issue.record("taken, though the link leads nowhere")
        } catch {
            #expect(error.list.map(\.message) == ["can't be read: No such file or directory (stat)"])
        }
    }

    @Test("each failing file operation is a mistake that names the file, none is taken for defaults")
    func failingReads() throws {
        let folder = try TemporaryFolder()
        try folder.write("etc/waybill.yaml", "scan: 7s\n")
        try folder.write("etc/conf.d/a.yaml", "partners: { a: { settle: 3s } }\n")
        let layout = RootLayout(root: FilePath(folder.root))
        let good = FaultyFileSystem()
        _ = try SettingsLoader.load(layout, files: good)
        for fault in FaultyFileSystem.faults(good.calls, errno: EIO) {
            let files = FaultyFileSystem(RealFileSystem(), fault)
            do throws(Mistakes) {
                _ = try SettingsLoader.load(layout, files: files)
                Issue.record("\(fault) was not noticed")
            } catch {
                #expect(error.list.allSatisfy { $0.file.hasPrefix(folder.root) })
            }
        }
    }

    @Test("the root: option, environment, current folder, system")
    func layout() {
        func find(_ root: String?, _ environment: [String: String], here: Bool) -> RootLayout {
            RootLayout.find(root: root, config: nil, environment: environment, current: "/base") { _ in here }
        }
        #expect(find("x/../y", ["WAYBILL_ROOT": "/e"], here: true).root == "/base/y")
        #expect(find(nil, ["WAYBILL_ROOT": "/e"], here: true).root == "/e")
        #expect(find(nil, ["WAYBILL_ROOT": ""], here: true).root == "/base")
        #expect(find(nil, [:], here: false) == .system)
        #expect(RootLayout.system.spool == "/var/spool/waybill")
        let other = RootLayout.find(root: nil, config: "c/w.yaml", environment: [:], current: "/base") { _ in
            true
        }
        #expect(other.main == "/base/c/w.yaml" && other.partners == "/base/c/conf.d" && other.root == "/base")
    }

    @Test("durations, sizes and shares read what they write")
    func spelling() {
        for text in ["500ms", "30s", "5m", "2h", "90d"] {
            #expect(Spelling.milliseconds(text).map { Spelling.duration(milliseconds: $0) } == text)
        }
        for text in ["512MiB", "4GiB", "7B", "2TiB"] {
            #expect(Spelling.bytes(text).map(Spelling.size) == text)
        }
        for text in ["5%", "2.5%", "0.05%", "100%"] {
            #expect(Spelling.share(text).map(Spelling.percent) == text)
        }
        for text in ["", "s", "-1s", "1.5s", "1 s", "99999999999999999999d", "1week"] {
            #expect(Spelling.milliseconds(text) == nil, "\(text)")
        }
        #expect(Spelling.share("101%") == nil && Spelling.share("x%") == nil && Spelling.bytes("1") == nil)
    }

    // MARK: Texts

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func file(_ name: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(name), encoding: .utf8)
    }

    @Test("the files in etc/ are the samples")
    func samples() throws {
        #expect(try file("etc/waybill.yaml") == SampleConfiguration.main())
        #expect(try file("etc/conf.d/erp-1c.yaml") == SampleConfiguration.partner("erp-1c"))
        let loaded = try load("", ["erp-1c.yaml": SampleConfiguration.partner("erp-1c")]).get()
        var expected = PartnerSettings()
        expected.timeZone = "Europe/Kyiv"
        #expect(loaded.settings.partner("erp-1c") == expected)
    }

    @Test("the sample's keys, switched on, say what the defaults say")
    func samplesSwitchedOn() throws {
        let on = SampleConfiguration.main().split(separator: "\n").compactMap { line -> String? in
            let body = line.dropFirst(2)
            guard let colon = body.firstIndex(of: ":"), !body.contains("`"), !body.hasSuffix(" none") else {
                return nil
            }
            let key = body[..<colon].trimmingPrefix("  ")
            return key.allSatisfy { $0.isLowercase || $0 == "_" } ? String(body) : nil
        }
        #expect(on.count > 20)
        var settings = try load(on.joined(separator: "\n")).get().settings
        settings.paths = Settings.Paths()
        #expect(settings == Settings())
    }

    @Test("docs/configuration.md holds the table of keys")
    func reference() throws {
        #expect(try file("docs/configuration.md").contains(SampleConfiguration.reference()))
    }
}
