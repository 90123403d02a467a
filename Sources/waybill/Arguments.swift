// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Settings

/// A duration on the command line, spelled as in the configuration: `90d`.
struct AgeArgument: ExpressibleByArgument, Hashable {
    let duration: Duration

    init?(argument: String) {
        guard let milliseconds = Spelling.milliseconds(argument) else { return nil }
        duration = .milliseconds(milliseconds)
    }
}

/// A size on the command line, spelled as in the configuration: `100G`.
struct SizeArgument: ExpressibleByArgument, Hashable {
    let bytes: Int64

    init?(argument: String) {
        guard let bytes = Spelling.bytes(argument) else { return nil }
        self.bytes = bytes
    }
}
