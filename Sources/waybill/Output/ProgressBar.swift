// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A progress bar by bytes on a terminal, one line every ten seconds
/// elsewhere.
final class ProgressBar: Sendable {
    private struct State {
        let opened = ContinuousClock.now
        /// What is being read, and since when: a rate is of one file.
        var name = ""
        var started = ContinuousClock.now
        var shown = ContinuousClock.now - .seconds(60)
        var drawn = false
    }

    private let terminal: Terminal
    private let state = Mutex(State())

    init(_ terminal: Terminal) { self.terminal = terminal }

    func update(name: String, bytes: Int64, total: Int64, records: Int) {
        guard !terminal.quiet, !terminal.json, total > 0 else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if name != state.name { (state.name, state.started) = (name, now) }
            let pause: Duration = Terminal.isTerminal ? .milliseconds(100) : .seconds(10)
            guard now - state.shown >= pause else { return }
            if !Terminal.isTerminal && now - state.opened < .seconds(10) { return }
            state.shown = now
            let line = Self.line(bytes: bytes, total: total, records: records, after: now - state.started)
            let share = min(1, Double(bytes) / Double(total))
            guard Terminal.isTerminal else {
                print("\(name): \(line)")
                return
            }
            let cells = 20
            let full = Int(share * Double(cells))
            let bar = String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
            FileHandle.standardError.write(Data("\r\u{1B}[K\(bar) \(line)".utf8))
            state.drawn = true
        }
    }

    /// How far a file is; rate and rest only once they mean something.
    static func line(bytes: Int64, total: Int64, records: Int, after passed: Duration) -> String {
        let share = min(1, Double(bytes) / Double(total))
        var line =
            "\(Int(share * 100))% \(Words.size(min(bytes, total))) of \(Words.size(total)), \(records) records"
        let seconds = passed / .seconds(1)
        if seconds >= 1, share > 0.01 {
            line +=
                ", \(Words.size(Int64(Double(bytes) / seconds)))/s, "
                + "\(Words.span(Int64((seconds / share - seconds).rounded(.up)))) left"
        }
        return line
    }

    /// Clears the bar.
    func end() {
        if state.withLock({ $0.drawn }) { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
