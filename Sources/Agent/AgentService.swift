// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Logging
import ServiceLifecycle
import Sockets
import SpoolStore
import Synchronization
package import SystemPackage
import Threads

/// `waybill run`: the engine, the control socket, the watcher, systemd.
package struct AgentService: Service {
    private let engine: Engine
    private let listener: LineListener
    private let watch: WatchProcess?
    /// The value of `NOTIFY_SOCKET`, nil where systemd did not start us.
    private let notify: String?
    private let logger: Logger

    package init(engine: Engine, socket: String, watcher: FilePath?, notify: String?, logger: Logger) throws {
        self.engine = engine
        self.notify = notify
        self.logger = logger
        listener = try LineListener(path: socket)
        watch = try watcher.map { program in
            WatchProcess(
                program: program, folders: try engine.watchedFolders(), logger: logger
            ) { folder in engine.hint(folder: folder) }
        }
    }

    /// Runs until SIGTERM, SIGINT, or a service that fails.
    package func run() async throws {
        let starting = WorkerThread(label: "waybill.start")
        try await onThread(starting) { [engine] in try engine.start(intake: true) }
        if let watch { engine.setWatcher(watch) }
        let control = ControlServer(listener: listener, logger: logger) { [engine] command, report in
            engine.perform(command, report: report)
        }
        try ServiceNotice.send("READY=1", to: notify)
        logger.notice("agent ready", metadata: ["version": "\(Version.text)"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await control.run() }
            if let watch { group.addTask { try await watch.run() } }
            try await group.waitForAll()
        }
        try ServiceNotice.send("STOPPING=1", to: notify)
        try await onThread(starting) { [engine] in try engine.stop() }
        logger.notice("agent stopped")
    }
}

extension Engine {
    /// The partners' input folders, for the watcher.
    func watchedFolders() throws -> [FilePath] {
        try house.spool.partnerNames().map(house.spool.input)
    }

    /// An event below some partner's `in/`.
    func hint(folder: FilePath) {
        for name in partners.withLock({ Array($0.keys) }) where folder.starts(with: house.spool.input(name)) {
            hint(partner: name)
        }
    }
}
