// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Wakes a thread that waits for work; a ring before the wait is not lost.
///
/// Unchecked: both flags are only touched under `condition`'s lock.
package final class Doorbell: @unchecked Sendable {
    private let condition = NSCondition()
    private var rung = false
    private var stopped = false

    package init() {}

    /// Ends the current or the next `wait`.
    package func ring() {
        condition.lock()
        rung = true
        condition.broadcast()
        condition.unlock()
    }

    /// Ends every wait from now on.
    package func stop() {
        condition.lock()
        stopped = true
        condition.broadcast()
        condition.unlock()
    }

    package var isStopped: Bool {
        condition.lock()
        defer { condition.unlock() }
        return stopped
    }

    /// Waits for a ring, at most `seconds`.
    ///
    /// - Returns: false once stopped.
    package func wait(seconds: Double) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while !rung && !stopped {
            guard condition.wait(until: end) else { break }
        }
        rung = false
        return !stopped
    }
}
