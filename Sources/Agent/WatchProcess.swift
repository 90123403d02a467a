// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Logging
import ServiceLifecycle
import Subprocess
import Synchronization
package import SystemPackage

/// Runs `waybill-watch` and passes on what it tells.
///
/// A hint means "look now" and nothing more: the scan is the truth, so a
/// watcher that dies costs time only. It is started again after a pause, and
/// meanwhile `state` says that its folders are scanned.
package final class WatchProcess: Service {
    /// Shortest and longest pause before it is started again.
    private static let pauses: (least: Duration, most: Duration) = (.seconds(1), .seconds(60))

    private let program: FilePath
    private let logger: Logger
    private let onHint: @Sendable (FilePath) -> Void
    private let watched: Mutex<Watched>
    /// Wakes the runner when the folders change.
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    private struct Watched {
        var folders: [FilePath]
        var states: [FilePath: FolderState] = [:]
    }

    private enum FolderState {
        case events
        case scan(String)
    }

    /// - Parameters:
    ///   - program: the executable, beside the agent's own.
    ///   - folders: absolute paths; all below them is watched.
    ///   - onHint: gets one of `folders` whenever something may have changed
    ///     in it. Called often and from any thread; must not block.
    package init(
        program: FilePath, folders: [FilePath], logger: Logger,
        onHint: @escaping @Sendable (FilePath) -> Void
    ) {
        self.program = program
        self.logger = logger
        self.onHint = onHint
        watched = Mutex(Watched(folders: folders))
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How a folder is watched, for `status`: `events`, or `scan: ` and why.
    package func state(of folder: FilePath) -> String {
        switch watched.withLock({ $0.states[folder] }) {
        case .events: "events"
        case .scan(let why): "scan: \(why)"
        case nil: "scan: the watcher has not looked at it yet"
        }
    }

    /// Watches one folder more: the watcher starts anew with it.
    package func add(_ folder: FilePath) {
        let isNew = watched.withLock { watched in
            guard !watched.folders.contains(folder) else { return false }
            watched.folders.append(folder)
            return true
        }
        if isNew { change.yield() }
    }

    /// Runs the watcher until the task is cancelled or the service shut down;
    /// the process has ended when this returns.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepRunning() }
    }

    private func keepRunning() async {
        var pause = Self.pauses.least
        while !Task.isCancelled {
            let started = ContinuousClock.now
            let ending = await runOnce()
            guard !Task.isCancelled else { break }
            switch ending {
            case .foldersChanged: pause = Self.pauses.least
            case .ended(let why):
                if ContinuousClock.now - started > Self.pauses.most { pause = Self.pauses.least }
                logger.warning(
                    "watcher ended", metadata: ["reason": "\(why)", "pause_s": "\(pause.components.seconds)"])
                scanAll("the watcher ended (\(why)) and is started again soon")
                await wait(pause)
                pause = min(pause * 2, Self.pauses.most)
            }
        }
        scanAll("the watcher was stopped")
    }

    private enum Ending: Sendable {
        case ended(String)
        case foldersChanged
    }

    /// Waits; the end of the task ends the wait.
    private func wait(_ pause: Duration) async {
        do { try await Task.sleep(for: pause) } catch { return }
    }

    /// One life of the process.
    private func runOnce() async -> Ending {
        let folders = watched.withLock { $0.folders }
        return await withTaskGroup(of: Ending?.self) { group in
            group.addTask { await self.follow(folders) }
            group.addTask { await self.folderChange() }
            var ending: Ending?
            while ending == nil, let first = await group.next() { ending = first }
            group.cancelAll()
            return ending ?? .ended("stopped")
        }
    }

    private func folderChange() async -> Ending? {
        for await _ in changes { return .foldersChanged }
        return nil
    }

    /// Starts the process and reads it to its end.
    private func follow(_ folders: [FilePath]) async -> Ending {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
        do {
            let result = try await Subprocess.run(
                .path(program), arguments: Arguments(folders.map(\.string)), platformOptions: options,
                input: .inputWriter, output: .sequence, error: .currentStandardError
            ) { process in
                var records = WatchRecords()
                for try await buffer in process.standardOutput {
                    // A copy of bytes that live as long as the closure.
                    take(records.feed(unsafe buffer.withUnsafeBytes { unsafe [UInt8]($0) }), folders)
                }
            }
            return .ended("\(result.terminationStatus)")
        } catch {
            return .ended("\(error)")
        }
    }

    /// Takes in what came at once: one hint a folder.
    private func take(_ records: [WatchRecord], _ folders: [FilePath]) {
        var hints: Set<FilePath> = []
        for record in records {
            let concerned = record.folder.map { folders.indices.contains($0) ? [folders[$0]] : [] } ?? folders
            hints.formUnion(concerned)
            switch record.kind {
            case .event, .newFolder, .overflow: break
            case .ready: set(.events, concerned)
            case .gone: set(.scan(record.text), concerned)
            case .error:
                set(.scan(record.text), concerned)
                logger.warning(
                    "folder without events",
                    metadata: ["folders": "\(concerned)", "reason": "\(record.text)"])
            }
        }
        for folder in hints { onHint(folder) }
    }

    private func set(_ state: FolderState, _ folders: [FilePath]) {
        watched.withLock { watched in for folder in folders { watched.states[folder] = state } }
    }

    private func scanAll(_ why: String) {
        watched.withLock { watched in
            for folder in watched.folders { watched.states[folder] = .scan(why) }
        }
    }
}
