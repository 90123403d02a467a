// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SystemPackage
import TestKit
import Testing

@testable import Agent

/// `waybill-watch` itself: what it prints, and when it ends.
@Suite("waybill-watch", .serialized) struct WatchProgramTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("in/.keep", "")
    }

    /// The program with pipes on either side.
    private final class Running {
        let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        private var records = WatchRecords()

        init(_ folders: [String]) throws {
            process.executableURL = URL(fileURLWithPath: try Watching.program().string)
            process.arguments = folders
            process.standardInput = input
            process.standardOutput = output
            try process.run()
        }

        /// Reads until a record like this has come, or the program ended.
        func records(until wanted: (WatchRecord) -> Bool) -> [WatchRecord] {
            var found: [WatchRecord] = []
            while !found.contains(where: wanted) {
                let bytes = [UInt8](output.fileHandleForReading.availableData)
                if bytes.isEmpty { break }
                found += records.feed(bytes)
            }
            return found
        }

        func closeInput() throws { try input.fileHandleForWriting.close() }

        deinit { process.terminate() }
    }

    @Test("a record for every file, in folders made meanwhile too")
    func manyFiles() throws {
        let running = try Running([folder.path("in")])
        #expect(running.records { $0.kind == .ready }.map(\.text) == [""])
        for number in 0..<1_000 { try folder.write("in/new/\(number).xml", "<a></a>") }
        try folder.write("in/last.xml", "<a></a>")
        let found = running.records { $0.text == "last.xml" }
        #expect(found.contains { $0.kind == .newFolder && $0.text == "new" })
        // Those that came before the watch are for the agent's own look.
        #expect(found.contains { $0.text == "new/999.xml" })
        #expect(found.allSatisfy { $0.folder == 0 })
    }

    @Test("a tree that is moved in is watched whole")
    func movedTree() throws {
        try folder.write("out/a/b/c.xml", "<a></a>")
        let running = try Running([folder.path("in")])
        _ = running.records { $0.kind == .ready }
        try FileManager.default.moveItem(atPath: folder.path("out"), toPath: folder.path("in/webdata"))
        #expect(running.records { $0.kind == .newFolder }.last?.text == "webdata")
        try folder.write("in/webdata/a/b/d.xml", "<a></a>")
        #expect(running.records { $0.text == "webdata/a/b/d.xml" }.last?.kind == .event)
    }

    @Test("more events than the kernel keeps end in one word: overflow")
    func overflow() throws {
        let limit = try #require(
            Watching.text("/proc/sys/fs/inotify/max_queued_events").flatMap {
                Int($0.split(whereSeparator: \.isWhitespace).first ?? "")
            })
        guard limit <= 50_000 else { return Skip.say("the queue takes \(limit) events") }
        let running = try Running([folder.path("in")])
        _ = running.records { $0.kind == .ready }
        #expect(kill(running.process.processIdentifier, SIGSTOP) == 0)
        for number in 0...limit / 2 {
            let file = open(folder.path("in/\(number)"), O_CREAT | O_WRONLY, 0o644)
            #expect(file >= 0)
            close(file)
        }
        try FileManager.default.createDirectory(
            atPath: folder.path("in/lost"), withIntermediateDirectories: false)
        #expect(kill(running.process.processIdentifier, SIGCONT) == 0)
        #expect(running.records { $0.kind == .overflow }.last?.folder == nil)
        // A folder whose event was lost is watched all the same.
        try folder.write("in/lost/a.xml", "<a></a>")
        #expect(running.records { $0.text == "lost/a.xml" }.last?.kind == .event)
    }

    @Test("a folder that goes and comes back is told, and seen again")
    func gone() throws {
        let running = try Running([folder.path("in")])
        _ = running.records { $0.kind == .ready }
        try FileManager.default.removeItem(atPath: folder.path("in"))
        #expect(running.records { $0.kind == .gone }.last?.folder == 0)
        try folder.write("in/.keep", "")
        _ = running.records { $0.kind == .ready }
        try folder.write("in/a.xml", "<a></a>")
        #expect(running.records { $0.text == "a.xml" }.last?.kind == .event)
    }

    @Test("it ends when its input is closed, and when there is nothing to watch")
    func ends() throws {
        let running = try Running([folder.path("in")])
        _ = running.records { $0.kind == .ready }
        try running.closeInput()
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
        let idle = try Running([])
        idle.process.waitUntilExit()
        #expect(idle.process.terminationStatus == 64)
    }
}
