// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Logging
import ServiceLifecycle
package import Sockets
import Synchronization
import Threads

/// Answers commands over `var/run/waybill.sock`, one JSON line a command and
/// JSON lines back.
///
/// Each caller has a thread of its own while it is served: commands block.
package struct ControlServer: Service {
    private let listener: LineListener
    private let handler: Handler
    private let logger: Logger

    /// Does a command and reports on the way; called on the caller's thread.
    package typealias Handler =
        @Sendable (_ command: Command, _ report: @escaping @Sendable (Answer) -> Void) -> Answer

    package init(listener: LineListener, logger: Logger, handler: @escaping Handler) {
        self.listener = listener
        self.handler = handler
        self.logger = logger
    }

    package func run() async throws {
        let stopping = Atomic(false)
        let accepting = WorkerThread(label: "waybill.control")
        try await withGracefulShutdownHandler {
            try await onThread(accepting) { [listener, handler, logger] in
                while !stopping.load(ordering: .relaxed) {
                    guard let caller = try listener.accept(milliseconds: 500) else { continue }
                    WorkerThread(label: "waybill.command").run { Self.serve(caller, handler, logger) }
                }
            }
        } onGracefulShutdown: {
            stopping.store(true, ordering: .relaxed)
        }
    }

    private static func serve(_ caller: LineSocket, _ handler: Handler, _ logger: Logger) {
        do {
            let user = try caller.peerUser()
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let send = { @Sendable (answer: Answer) throws in
                try caller.send(String(decoding: encoder.encode(answer), as: UTF8.self))
            }
            // A folder given to `ingest` is one line.
            try caller.lines(limit: 64 << 20) { line in
                do {
                    var command = try JSONDecoder().decode(Command.self, from: Data(line.utf8))
                    // Whoever acts as our own user may say for whom: it
                    // could write the journal itself.
                    if user != geteuid() || command.who.isEmpty { command.who = UserName.of(user) }
                    // A caller that hung up stops the reports, not the work.
                    let gone = Atomic(false)
                    let answer = handler(command) { progress in
                        guard !gone.load(ordering: .relaxed) else { return }
                        do { try send(progress) } catch { gone.store(true, ordering: .relaxed) }
                    }
                    try send(answer)
                } catch let error as DecodingError {
                    logger.debug("command not readable", metadata: ["error": "\(error)"])
                    do {
                        try send(
                            .result(.usage, "this agent does not know that command; are both of one version?")
                        )
                    } catch {
                        return false
                    }
                } catch {
                    return false
                }
                return true
            }
        } catch {
            logger.debug("caller lost", metadata: ["error": "\(error)"])
        }
    }
}
