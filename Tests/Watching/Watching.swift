// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Synchronization
import SystemPackage
import TestKit

@testable import Agent

/// A running watcher and the hints that came from it.
final class Watching: Sendable {
    let process: WatchProcess
    private let hints: Hints
    private let task: Task<Void, any Error>

    private final class Hints: Sendable {
        let counts = Mutex<[FilePath: Int]>([:])
    }

    init(_ folders: [String], program: FilePath? = nil) throws {
        let hints = Hints()
        self.hints = hints
        let process = WatchProcess(
            program: try program ?? Self.program(), folders: folders.map { FilePath($0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { folder in hints.counts.withLock { $0[folder, default: 0] += 1 } }
        self.process = process
        task = Task { try await process.run() }
    }

    /// Stands beside this test's own executable.
    static func program() throws -> FilePath {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return FilePath(own).removingLastComponent().appending("waybill-watch")
    }

    func hints(for folder: String) -> Int { hints.counts.withLock { $0[FilePath(folder), default: 0] } }

    /// Waits for what another process does; nothing is asserted on how long.
    static func until(_ wanted: @Sendable () throws -> Bool) async throws -> Bool {
        for _ in 0..<3_000 {
            if try wanted() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    func isWatched(_ folder: String) async throws -> Bool {
        try await Self.until { self.process.state(of: FilePath(folder)) == "events" }
    }

    /// Whether doing something brings a hint.
    func brings(_ folder: String, _ work: () throws -> Void) async throws -> Bool {
        let before = hints(for: folder)
        try work()
        return try await Self.until { self.hints(for: folder) > before }
    }

    /// Ends the watcher and waits for its end.
    func stop() async throws {
        task.cancel()
        try await task.value
    }

    // MARK: Processes

    /// Ids of watchers that are children of this process and watch a folder.
    static func children(watching folder: String) throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
            guard let id = pid_t(name), let line = text("/proc/\(name)/cmdline"),
                line.contains("waybill-watch"),
                line.contains(folder)
            else { return nil }
            return id
        }
    }

    /// Nil for a process that has just ended.
    static func text(_ path: String) -> String? {
        do { return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self) } catch
        {
            return nil
        }
    }
}
