// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A progress bar by bytes on a terminal, one line every ten seconds
/// elsewhere.
final class ProgressBar: Sendable {
    private struct State {
        let started = ContinuousClock.now
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
            let pause: Duration = Terminal.isTerminal ? .milliseconds(100) : .seconds(10)
            guard now - state.shown >= pause else { return }
            if !Terminal.isTerminal && now - state.started < .seconds(10) { return }
            state.shown = now
            let seconds = Double((now - state.started).components.seconds) + 0.001
            let share = min(1, Double(bytes) / Double(total))
            let left = share > 0.01 ? Words.span(Int64(seconds / share - seconds)) : "…"
            let rate = Words.size(Int64(Double(bytes) / seconds))
            let line =
                "\(Int(share * 100))% \(Words.size(bytes)) of \(Words.size(total)), \(records) records, "
                + "\(rate)/s, \(left) left"
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

    /// Clears the bar.
    func end() {
        if state.withLock({ $0.drawn }) { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
