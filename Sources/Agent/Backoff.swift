// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// When a deferred package is tried again: 5 s after the first failure, twice
/// as long after each further one, at most 15 minutes.
package enum Backoff {
    /// Seconds to wait after the `attempts`-th failure, from 1.
    package static func seconds(after attempts: Int) -> Int64 {
        let doublings = min(max(attempts, 1) - 1, 8)
        return min(5 << Int64(doublings), 900)
    }

    /// Attempts after which a failure of unknown cause goes to a human.
    package static let attemptsForUnknown = 3
}
