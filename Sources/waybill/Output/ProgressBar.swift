// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Foundation
import Synchronization

/// A progress bar by bytes on a terminal, one line every ten seconds
/// elsewhere.
final class ProgressBar: Sendable {
    private struct State {
        let opened = ContinuousClock.now
        var shown = ContinuousClock.now - .seconds(60)
        var drawn = ""
    }

    private let terminal: Terminal
    private let state = Mutex(State())

    init(_ terminal: Terminal) { self.terminal = terminal }

    func update(_ answer: Answer) {
        update(
            name: answer.id ?? "", bytes: answer.bytesRead ?? 0, total: answer.bytesTotal ?? 0,
            records: answer.records ?? 0, answer.speed)
    }

    func update(name: String, bytes: Int64, total: Int64, records: Int, _ speed: Speed?) {
        guard !terminal.quiet, !terminal.json, total > 0 else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            let pause: Duration = Terminal.isTerminal ? .milliseconds(100) : .seconds(10)
            guard now - state.shown >= pause else { return }
            if !Terminal.isTerminal && now - state.opened < .seconds(10) { return }
            state.shown = now
            let line = Self.line(bytes: bytes, total: total, records: records, speed)
            guard Terminal.isTerminal else {
                print("\(name): \(line)")
                return
            }
            let text = Self.bar(bytes: bytes, total: total, line: line, width: Terminal.width)
            guard text != state.drawn else { return }
            // Written over what stands there: cleared first, it would flicker.
            FileHandle.standardError.write(Data("\r\(text)\u{1B}[K".utf8))
            state.drawn = text
        }
    }

    /// A bar and a line that fit into one line of the terminal.
    static func bar(bytes: Int64, total: Int64, line: String, width: Int) -> String {
        let cells = 10
        let full = Int(min(1, Double(bytes) / Double(total)) * Double(cells))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
        return String("\(bar) \(line)".prefix(max(1, width - 1)))
    }

    /// How far a package is, in columns that stand still; rate and rest only
    /// once they mean something. At most 88 characters.
    static func line(bytes: Int64, total: Int64, records: Int, _ speed: Speed?) -> String {
        let share = total > 0 ? min(1, Double(bytes) / Double(total)) : 0
        var columns = [
            (speed?.phase ?? "reading").padding(10),
            "\(Int(share * 100))%".leading(4) + " of " + Words.size(total).leading(8),
            "\(records) records".leading(17),
        ]
        if let rate = speed?.bytesPerSecond { columns.append((Words.size(rate) + "/s").leading(10)) }
        if let rate = speed?.recordsPerSecond { columns.append("\(rate) records/s".leading(17)) }
        if let left = speed?.secondsLeft { columns.append("\(Words.span(left)) left".leading(11)) }
        return columns.joined(separator: " ")
    }

    /// Clears the bar.
    func end() {
        if !state.withLock({ $0.drawn.isEmpty }) { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
