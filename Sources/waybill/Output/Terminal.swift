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

/// A progress bar by bytes on a terminal, one line every ten seconds
/// elsewhere.
final class ProgressBar {
    private let terminal: Terminal
    private let started = ContinuousClock.now
    private var shown = ContinuousClock.now - .seconds(60)
    private var drawn = false

    init(_ terminal: Terminal) { self.terminal = terminal }

    func update(name: String, bytes: Int64, total: Int64, records: Int) {
        guard !terminal.quiet, !terminal.json, total > 0 else { return }
        let now = ContinuousClock.now
        let pause: Duration = Terminal.isTerminal ? .milliseconds(100) : .seconds(10)
        guard now - shown >= pause else { return }
        if !Terminal.isTerminal && now - started < .seconds(10) { return }
        shown = now
        let share = min(1, Double(bytes) / Double(total))
        let seconds = Double((now - started).components.seconds) + 0.001
        let left = share > 0.01 ? Words.span(Int64(seconds / share - seconds)) : "…"
        let line =
            "\(Int(share * 100))% \(Words.size(bytes)) of \(Words.size(total)), \(records) records, \(left) left"
        guard Terminal.isTerminal else {
            print("\(name): \(line)")
            return
        }
        let cells = 20
        let full = Int(share * Double(cells))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
        FileHandle.standardError.write(Data("\r\u{1B}[K\(bar) \(line)".utf8))
        drawn = true
    }

    /// Clears the bar.
    func end() {
        if drawn { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
