// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import Settings
import SystemPackage
import Threads
import UnixSignals

/// `waybill run`.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The agent: takes what partners drop, until SIGTERM or Ctrl-C.",
        discussion: """
            Tells systemd when it is ready. With --once it works off everything that waits and ends: 0 where
            all was applied, 3 where something was rejected, stopped, or not complete yet.
            """)

    @OptionGroup var options: GlobalOptions
    @Flag(help: "Work off what waits, then end.") var once = false

    func run() async throws {
        try await options.reporting { gate in
            if once {
                try gate.checkChanging()
                let thread = WorkerThread(label: "waybill.once")
                let answer = try await onThread(thread) { try gate.alone { try $0.runOnce() } }
                for line in answer.lines ?? [] { Terminal.complain("left where it is: \(line)") }
                return answer
            }
            return try await serve(gate)
        }
    }

    private func serve(_ gate: Gate) async throws -> Answer {
        let lock = try gate.lock()
        let level = Logger.Level(rawValue: gate.loaded.settings.logLevel.rawValue)
        let logger = Logs.agent(level ?? .notice)
        let engine = try Engine(try Assembly.house(gate.loaded, gate.layout), logger: logger)
        let service = try AgentService(
            engine: engine, socket: gate.socket, watcher: Self.watcher,
            notify: ProcessInfo.processInfo.environment["NOTIFY_SOCKET"], logger: logger)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        withExtendedLifetime(lock) {}
        return .result(.done, "")
    }

    /// `waybill-watch` beside this program; nil where it is not installed.
    static var watcher: FilePath? {
        guard let own = Bundle.main.executableURL else { return nil }
        let path = own.deletingLastPathComponent().appendingPathComponent("waybill-watch").path
        return FileManager.default.isExecutableFile(atPath: path) ? FilePath(path) : nil
    }
}
