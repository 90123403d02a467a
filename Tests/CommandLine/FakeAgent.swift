// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Foundation
import Sockets
import Synchronization

/// Answers on a root's socket as an agent would, with answers that a test
/// decides, and keeps what it was asked.
final class FakeAgent: Sendable {
    private let listener: LineListener
    private let asked = Mutex<[Command]>([])
    private let stopping = Atomic(false)
    private let answer: @Sendable (Command) -> Answer

    /// - Parameter root: a root that `init` made.
    init(root: String, answer: @escaping @Sendable (Command) -> Answer) throws {
        listener = try LineListener(path: root + "/var/run/waybill.sock")
        self.answer = answer
        Thread { [self] in serve() }.start()
    }

    /// What it was asked so far.
    var commands: [Command] { asked.withLock { $0 } }

    func stop() { stopping.store(true, ordering: .relaxed) }

    private func serve() {
        do {
            while !stopping.load(ordering: .relaxed) {
                guard let caller = try listener.accept(milliseconds: 100) else { continue }
                try caller.lines { line in
                    do {
                        let command = try JSONDecoder().decode(Command.self, from: Data(line.utf8))
                        asked.withLock { $0.append(command) }
                        try caller.send(
                            String(decoding: JSONEncoder().encode(answer(command)), as: UTF8.self))
                        return true
                    } catch {
                        return false
                    }
                }
            }
        } catch {
            FileHandle.standardError.write(Data("the fake agent ended: \(error)\n".utf8))
        }
    }
}
