// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// One mistake in a configuration file, with its place and what helps.
package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
    package var file: String
    /// From 1; 0 where the whole file is meant.
    package var line: Int
    package var column: Int
    package var message: String
    /// Empty where the message says it.
    package var cure: String

    package init(file: String, line: Int = 0, column: Int = 0, message: String, cure: String = "") {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.cure = cure
    }

    package var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(place): \(message)" + (cure.isEmpty ? "" : "; \(cure)")
    }
}

/// All mistakes of a configuration, in the order of files and lines.
package struct Mistakes: Error, Hashable, Sendable {
    package let list: [Mistake]

    package init(list: [Mistake]) { self.list = list }
}
