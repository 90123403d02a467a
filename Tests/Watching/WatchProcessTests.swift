// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import ServiceLifecycle
import SystemPackage
import TestKit
import Testing

@testable import Agent

/// The agent's side, with the real program and real folders.
@Suite("The watcher, run by the agent", .serialized) struct WatchProcessTests {
    private let folder: TemporaryFolder
    private let watched: String

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("in/.keep", "")
        watched = folder.path("in")
    }

    @Test("a write, a rename, a new subfolder filled at once bring hints")
    func hints() async throws {
        let watching = try Watching([watched])
        #expect(try await watching.isWatched(watched))
        #expect(try await watching.brings(watched) { try folder.write("in/a.xml", "<a></a>") })
        try folder.write("outside.xml", "<a></a>")
        #expect(
            try await watching.brings(watched) {
                try FileManager.default.moveItem(
                    atPath: folder.path("outside.xml"), toPath: folder.path("in/b.xml"))
            })
        #expect(
            try await watching.brings(watched) { try folder.write("in/webdata/goods/1/c.xml", "<a></a>") })
        #expect(
            try await Watching.until {
                // The new folders are watched themselves now.
                try self.folder.write("in/webdata/goods/1/d.xml", "<a></a>")
                return watching.hints(for: self.watched) > 6
            })
        try await watching.stop()
    }

    @Test("lost events are one look at every folder")
    func overflow() async throws {
        let other = folder.path("other")
        let script = try folder.write(
            "watch.sh",
            "#!/bin/sh\nprintf 'ready\\t0\\t\\0ready\\t1\\t\\0overflow\\t-\\t\\0event\\t1\\ta.xml\\0'\nexec cat\n"
        )
        #expect(chmod(script, 0o755) == 0)
        let watching = try Watching([watched, other], program: FilePath(script))
        #expect(try await Watching.until { watching.hints(for: other) >= 1 })
        #expect(watching.hints(for: watched) >= 1)
        #expect(watching.hints(for: watched) <= 2, "one for ready, one for what was lost, at most")
        try await watching.stop()
    }

    @Test("each folder has its own hints and its own state")
    func severalFolders() async throws {
        let other = folder.path("other")
        try folder.write("other/.keep", "")
        let missing = folder.path("missing")
        let watching = try Watching([watched, other, missing])
        #expect(try await watching.isWatched(watched))
        #expect(try await watching.isWatched(other))
        #expect(
            try await Watching.until { watching.process.state(of: FilePath(missing)).hasPrefix("scan: ") })
        let before = watching.hints(for: other)
        #expect(try await watching.brings(watched) { try folder.write("in/a.xml", "<a></a>") })
        #expect(watching.hints(for: other) == before)
        #expect(watching.process.state(of: "/nowhere").hasPrefix("scan: "))
        try await watching.stop()
        #expect(watching.process.state(of: FilePath(watched)).hasPrefix("scan: "))
    }

    @Test("a watcher that is killed is started again and sees as before")
    func killed() async throws {
        let watching = try Watching([watched])
        #expect(try await watching.isWatched(watched))
        let first = try #require(try Watching.children(watching: watched).first)
        #expect(kill(first, SIGKILL) == 0)
        #expect(
            try await Watching.until {
                let now = try Watching.children(watching: self.watched)
                return !now.isEmpty && now != [first]
            })
        #expect(try await watching.isWatched(watched))
        #expect(try await watching.brings(watched) { try folder.write("in/a.xml", "<a></a>") })
        try await watching.stop()
        #expect(try Watching.children(watching: watched).isEmpty)
    }

    @Test("stopped, nothing is left of the process, no zombie either")
    func stopped() async throws {
        let watching = try Watching([watched])
        #expect(try await watching.isWatched(watched))
        let id = try #require(try Watching.children(watching: watched).first)
        try await watching.stop()
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(id)"))
    }

    @Test("a graceful shutdown ends it as a service")
    func shutdown() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let process = WatchProcess(
            program: try Watching.program(), folders: [FilePath(watched)], logger: logger
        ) { _ in }
        let group = ServiceGroup(services: [process], logger: logger)
        let running = Task { try await group.run() }
        #expect(try await Watching.until { process.state(of: FilePath(self.watched)) == "events" })
        await group.triggerGracefulShutdown()
        // A service that returns in a shutdown is no failure of its group.
        try await running.value
        #expect(try Watching.children(watching: watched).isEmpty)
    }

    @Test("a folder that comes later is watched as well")
    func added() async throws {
        let watching = try Watching([watched])
        #expect(try await watching.isWatched(watched))
        try folder.write("later/.keep", "")
        watching.process.add(FilePath(folder.path("later")))
        watching.process.add(FilePath(folder.path("later")))
        #expect(try await watching.isWatched(folder.path("later")))
        #expect(try await watching.isWatched(watched))
        #expect(
            try await watching.brings(folder.path("later")) { try folder.write("later/a.xml", "<a></a>") })
        try await watching.stop()
    }

    @Test("without the program the folders are scanned, and that is said")
    func noProgram() async throws {
        let watching = try Watching([watched], program: FilePath(folder.path("nothing")))
        #expect(
            try await Watching.until {
                watching.process.state(of: FilePath(self.watched)).contains("the watcher ended")
            })
        try await watching.stop()
    }
}
