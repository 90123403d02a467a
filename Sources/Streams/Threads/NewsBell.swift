// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Tells any number of threads that something has happened.
///
/// Unlike a `Doorbell`, one waiter takes no ring away from another: each
/// keeps the count it has seen.
///
/// Unchecked: `count` and `stopped` are only touched under `condition`'s lock.
package final class NewsBell: @unchecked Sendable {
    private let condition = NSCondition()
    private var count = 0
    private var stopped = false

    package init() {}

    /// Rings so far; taken before looking at what may have changed.
    package var rings: Int {
        condition.lock()
        defer { condition.unlock() }
        return count
    }

    package func ring() {
        condition.lock()
        count += 1
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

    /// Waits for a ring after the first `seen`, at most `seconds`.
    ///
    /// - Returns: false once stopped.
    @discardableResult
    package func wait(after seen: Int, seconds: Double) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while count == seen && !stopped {
            guard condition.wait(until: end) else { break }
        }
        return !stopped
    }
}
