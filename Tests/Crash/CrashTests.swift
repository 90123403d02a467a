// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

/// Kills the real program at its n-th call of a kind and looks what the next
/// run makes of it.
///
/// `WAYBILL_CRASH=all` (make crash) takes every n of every kind until a run
/// gets through; the tests take a few.
@Suite("Killed at any point", .serialized) struct CrashTests {
    /// Calls that change what is on disk.
    static let calls = [
        "rename,renameat,renameat2", "fsync,fdatasync", "write,pwrite64", "unlink,unlinkat,rmdir",
        "mkdir,mkdirat",
        "openat,open",
    ]

    private static var all: Bool { ProcessInfo.processInfo.environment["WAYBILL_CRASH"] == "all" }

    private static func points(_ call: String) -> [Int] {
        if all { return Array(1...4_000) }
        return call.hasPrefix("write") ? [3, 40, 90] : call.hasPrefix("open") ? [60] : [1, 4, 9, 15]
    }

    @Test(
        "each package lies in one place, nothing is lost, and the store is as without the kill",
        arguments: calls)
    func killed(call: String) throws {
        guard let strace = Tool("strace") else { return Skip.say("strace is not installed") }
        let expected = try undisturbed()
        for point in Self.points(call) {
            let root = try CrashRoot()
            try root.fill()
            let killed = try strace.run([
                "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                "inject=\(call):signal=SIGKILL:when=\(point)", root.program.path, "--root", root.folder.root,
                "run",
                "--once",
            ])
            let survived = killed.status == 0
            let again = try root.program.run(["--root", root.folder.root, "run", "--once"])
            #expect(again.status == 0, "\(call) \(point): \(again.output)\(again.errors)")
            let state = try root.state()
            #expect(state == expected, "\(call) \(point): \(Self.difference(state, expected))")
            if survived { break }
        }
    }

    private static func difference(_ found: String, _ expected: String) -> String {
        let (found, expected) = (found.split(separator: "\n"), expected.split(separator: "\n"))
        return
            "surplus \(found.filter { !expected.contains($0) }), missing \(expected.filter { !found.contains($0) })"
    }

    /// A big full for a store that holds something goes through a stage file:
    /// kills while it is read, while it goes live, and while it is put away.
    @Test("a full that is staged is read again, and no stage file stays", arguments: calls)
    func killedStaging(call: String) throws {
        guard let strace = Tool("strace") else { return Skip.say("strace is not installed") }
        func prepared() throws -> CrashRoot {
            let root = try CrashRoot()
            try root.fill()
            let first = try root.program.run(["--root", root.folder.root, "run", "--once"])
            try #require(first.status == 0, "\(first.output)\(first.errors)")
            try root.fillBig()
            return root
        }
        let expected = try prepared()
        let whole = try expected.program.run(["--root", expected.folder.root, "run", "--once"])
        try #require(whole.status == 0, "\(whole.output)\(whole.errors)")
        let state = try expected.state()
        let points = Self.all ? Array(1...4_000) : call.hasPrefix("write") ? [60, 200, 400, 900] : [5, 14]
        for point in points {
            let root = try prepared()
            let killed = try strace.run([
                "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                "inject=\(call):signal=SIGKILL:when=\(point)", root.program.path, "--root", root.folder.root,
                "run", "--once",
            ])
            let again = try root.program.run(["--root", root.folder.root, "run", "--once"])
            #expect(again.status == 0, "\(call) \(point): \(again.output)\(again.errors)")
            let found = try root.state()
            #expect(found == state, "\(call) \(point): \(Self.difference(found, state))")
            let store = try FileManager.default.contentsOfDirectory(atPath: root.folder.path("var/store"))
            #expect(!store.contains { $0.hasPrefix("stage-") }, "\(call) \(point): \(store)")
            if killed.status == 0 { break }
        }
    }

    private func undisturbed() throws -> String {
        let root = try CrashRoot()
        try root.fill()
        let answer = try root.program.run(["--root", root.folder.root, "run", "--once"])
        try #require(answer.status == 0, "\(answer.output)\(answer.errors)")
        return try root.state()
    }
}

/// A root with a small exchange in its `in/`.
struct CrashRoot {
    let folder: TemporaryFolder
    let program: Tool
    private let sqlite: Tool

    init() throws {
        folder = try TemporaryFolder()
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        program = Tool(path: own.deletingLastPathComponent().path + "/waybill")
        sqlite = try #require(Tool("sqlite3"), "sqlite3 is not installed")
        let made = try program.run(["init", folder.root])
        try #require(made.status == 0, "init: \(made.errors)")
    }

    func fill() throws {
        let products = (0..<20).map {
            CommerceML.product(
                "p\($0)", name: "Товар \($0)", body: "<Картинка>import_files/\($0).png</Картинка>")
        }
        let offers = (0..<20).map {
            CommerceML.offer("p\($0)", prices: [("retail", "\($0 + 1)")], quantity: "\($0)")
        }
        let input = "spool/partners/erp-1c/in/webdata/"
        // Small changes, which share a commit.
        for number in 0..<5 {
            try folder.write(
                input + "change\(number).xml",
                CommerceML.catalogue(
                    onlyChanges: true, writtenAt: "2026-03-02T10:0\(number):00",
                    products: [CommerceML.product("q\(number)", name: "Новый \(number)")]))
        }
        try folder.write(
            input + "import0_1.xml",
            CommerceML.catalogue(writtenAt: "2026-03-02T10:00:00", products: products))
        try folder.write(
            input + "offers0_1.xml",
            CommerceML.offers(
                writtenAt: "2026-03-02T10:05:00", priceTypes: [("retail", "руб")], offers: offers))
        try folder.write(input + "import_files/1.png", [0x89, 0x50, 0x4E, 0x47, 1])
        // Old enough that no quiet time is waited for.
        let changes = (0..<5).map { "change\($0).xml" }
        for name in ["import0_1.xml", "offers0_1.xml", "import_files/1.png"] + changes {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -3_600)],
                ofItemAtPath: folder.path(input + name))
        }
    }

    /// A full of more than 4 MiB, in which one product changed.
    func fillBig() throws {
        let filling = String(repeating: "Описание ", count: 16_000)
        let products = (0..<20).map {
            CommerceML.product(
                "p\($0)", name: $0 == 7 ? "Новый" : "Товар \($0)", body: "<Описание>\(filling)</Описание>")
        }
        let name = "spool/partners/erp-1c/in/webdata/import0_1.xml"
        try folder.write(name, CommerceML.catalogue(writtenAt: "2026-03-03T10:00:00", products: products))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3_600)], ofItemAtPath: folder.path(name))
    }

    /// Everything that must not depend on where a run was killed.
    func state() throws -> String {
        var lines = try query("catalogue.db", "SELECT id, name, deleted FROM v1_product ORDER BY id")
        lines += try query("catalogue.db", "SELECT id, product, quantity FROM v1_offer ORDER BY id")
        lines += try query("catalogue.db", "SELECT id, value, currency FROM v1_price ORDER BY id")
        lines += try query("journal.db", "SELECT name, outcome, counts FROM v1_package ORDER BY name")
        lines += try query("media.db", "SELECT path FROM delivered ORDER BY path")
        lines += try query("media.db", "SELECT count(*) FROM blob")
        var places: [String] = []
        let spool = folder.path("spool")
        for case let name as String in FileManager.default.enumerator(atPath: spool) ?? .init() {
            let file = name.split(separator: "/").last.map(String.init) ?? name
            guard file.hasSuffix(".xml") || file.hasSuffix(".png") else { continue }
            let top = name.split(separator: "/").first.map(String.init) ?? ""
            places.append("\(top): \(file.suffix(11))")
        }
        return (lines + places.sorted()).joined(separator: "\n")
    }

    private func query(_ file: String, _ text: String) throws -> [String] {
        let answer = try sqlite.run([
            "-batch", "-readonly", "file:" + folder.path("var/store/\(file)") + "?mode=ro", text,
        ])
        try #require(answer.status == 0, "\(file): \(answer.errors)")
        return answer.output.split(separator: "\n").map(String.init)
    }
}
