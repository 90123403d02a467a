// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Sockets

/// Asks a running agent.
package struct ControlClient {
    private let socket: LineSocket

    /// - Returns: nil when no agent listens at `path`.
    package static func connect(path: String) throws(SocketError) -> ControlClient? {
        do {
            return ControlClient(socket: try LineSocket.connect(path: path))
        } catch {
            if error.isAbsent { return nil }
            throw error
        }
    }

    /// Sends a command and waits for its result.
    ///
    /// - Returns: nil when the agent went away before it answered.
    package func perform(_ command: Command, report: (Answer) -> Void) throws -> Answer? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        try socket.send(String(decoding: encoder.encode(command), as: UTF8.self))
        var result: Answer?
        var failure: (any Error)?
        try socket.lines(limit: 16 << 20) { line in
            do {
                let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
                if answer.event == "result" {
                    result = answer
                    return false
                }
                report(answer)
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        return result
    }
}
