// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Databases
import Files
import Foundation
import Logging
import MediaStore
import Settings
import SpoolStore
import SystemPackage

/// A verb's way to the root: its settings, its stores, the agent.
struct Gate {
    let terminal: Terminal
    let layout: RootLayout
    let loaded: LoadedSettings
    /// Root, who acts as the spool's owner now and has lost its capabilities.
    let actsForAnother: Bool
    /// Who runs this program, whoever it acts as.
    let caller: String

    /// Finds the root and reads its configuration.
    /// - Throws: `Failure` with exit code 78 and every mistake.
    init(_ options: GlobalOptions) throws {
        terminal = options.terminal
        layout = options.layout
        do {
            loaded = try SettingsLoader.load(layout, files: RealFileSystem())
        } catch {
            throw Failure(.configuration, error.list.map(\.description).joined(separator: "\n"))
        }
        caller = ActingUser.caller()
        actsForAnother = try ActingUser.become(ownerOf: loaded.spool)
    }

    var socket: String { loaded.run.appending("waybill.sock").string }

    /// Lets the agent do a command; without an agent takes the root's lock
    /// and does it here.
    func perform(_ command: Command, report: @escaping @Sendable (Answer) -> Void = { _ in }) throws -> Answer
    {
        var command = command
        command.who = caller
        if let answer = try ask(command, report: report) { return answer }
        try refuseStrangers()
        return try alone { [command] engine in engine.perform(command, report: report) }
    }

    /// Asks a running agent; nil where none runs.
    func ask(_ command: Command, report: @escaping @Sendable (Answer) -> Void = { _ in }) throws -> Answer? {
        guard let client = try ControlClient.connect(path: socket) else { return nil }
        guard let answer = try client.perform(command, report: report) else {
            throw Failure(.unreachable, "the agent ended before it answered", cure: "waybill status")
        }
        return answer
    }

    /// Before a changing verb writes its first byte: whether it can go on.
    ///
    /// A member of the group changes things through the agent; without one
    /// it would leave files that the agent can't write.
    /// - Throws: `Failure` with exit code 69 for who is not the spool's owner
    ///   where no agent runs.
    func checkChanging() throws {
        if try ControlClient.connect(path: socket) == nil { try refuseStrangers() }
    }

    private func refuseStrangers() throws {
        guard let owner = ActingUser.owner(of: loaded.spool)?.user, owner != geteuid() else { return }
        let name = UserName.of(owner)
        throw Failure(
            .unreachable, "no agent runs, and \(loaded.spool) belongs to \(name)",
            cure: "start the agent, or run waybill as \(name) or as root")
    }

    /// The root's lock, for as long as the value lives.
    /// - Throws: `Failure` with exit code 75 where another process holds it.
    func lock() throws -> RootLock {
        guard let lock = try RootLock.take(in: loaded.run, files: RealFileSystem()) else {
            throw Failure(
                .locked, "another waybill works on \(layout.root)", cure: "try again when it has ended")
        }
        return lock
    }

    /// Works without an agent, under the root's lock.
    func alone(_ work: (Engine) throws -> Answer) throws -> Answer {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        let engine = try Engine(try Assembly.house(loaded, layout), logger: Logs.quiet())
        try engine.start(intake: false)
        let answer: Answer
        do {
            answer = try work(engine)
            // What the command set going ends before this process does.
            engine.rest()
        } catch {
            try engine.stop()
            throw error
        }
        try engine.stop()
        return answer
    }

    // MARK: Stores

    /// A read-only connection; nil where the store is not there yet.
    func reader(_ name: String) throws -> StoreReader? {
        let path = loaded.store.appending(name).string
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try StoreReader(path: path)
    }

    func journal() throws -> StoreReader? { try reader("journal.db") }
    func catalogue() throws -> StoreReader? { try reader("catalogue.db") }

    /// Why the media volume can't be used now, with the cure; nil where it
    /// can.
    func mediaRefusal() throws -> String? {
        let files = RealFileSystem()
        let volume = loaded.media
        let state =
            try reader("media.db")?.read { MediaStore.state(of: volume, register: $0, files: files) }
            ?? MediaStore.state(of: volume, register: nil, files: files)
        switch state {
        case .online: return nil
        case .offline(let words): return words
        }
    }
}

/// Logging of the program.
enum Logs {
    /// For the agent: everything, on standard error, as systemd likes it.
    static func agent(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "waybill") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }

    /// For a command, which says itself what happened.
    static func quiet() -> Logger { Logger(label: "waybill") { _ in SwiftLogNoOpLogHandler() } }
}
