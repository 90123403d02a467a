// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent

/// Why a verb could not do what it was asked, with the code to end with.
struct Failure: Error, Hashable, CustomStringConvertible {
    let code: Agent.ExitCode
    /// File or place and reason; may be several lines.
    let message: String
    /// The act that helps; empty where the message says it.
    let cure: String

    init(_ code: Agent.ExitCode, _ message: String, cure: String = "") {
        self.code = code
        self.message = message
        self.cure = cure
    }

    var description: String { cure.isEmpty ? message : "\(message); \(cure)" }
}
