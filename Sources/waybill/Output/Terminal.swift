// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where output goes and how much of it there is.
struct Terminal {
    let json: Bool
    let quiet: Bool
    let color: Bool

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal; 100 where there is none.
    static var width: Int {
        var size = winsize()
        guard isTerminal, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else {
            return 100
        }
        return Int(size.ws_col)
    }

    /// A person can answer a question.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks on standard error; anything but a plain yes is a no.
    static func confirm(_ question: String) -> Bool {
        FileHandle.standardError.write(Data("\(question) [y/N] ".utf8))
        let answer = readLine()?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }

    /// A line for people; nothing under `--json` or `--quiet`.
    func say(_ line: String = "") {
        guard !json, !quiet else { return }
        print(line)
    }

    /// Lines that were asked for; `--quiet` keeps them.
    func show(_ lines: [String]) {
        guard !json else { return }
        for line in lines { print(line) }
    }

    /// One JSON object on a line of its own, under `--json`.
    func object(_ value: some Encodable) throws {
        guard json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Words that stand out on a terminal.
    func strong(_ text: String) -> String { color ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    func warn(_ text: String) -> String { color ? "\u{1B}[33m\(text)\u{1B}[0m" : text }
    func bad(_ text: String) -> String { color ? "\u{1B}[31m\(text)\u{1B}[0m" : text }

    static func complain(_ line: String) {
        FileHandle.standardError.write(Data("waybill: \(line)\n".utf8))
    }
}
