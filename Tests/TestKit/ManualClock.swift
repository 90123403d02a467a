// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records
import Synchronization

/// A clock that stands until a test moves it.
package final class ManualClock: Sendable {
    private let moment: Mutex<Timestamp>

    /// Begins at 2026-03-02 10:00 UTC, a Monday.
    package init(_ start: Timestamp = Timestamp(milliseconds: 1_772_445_600_000)) { moment = Mutex(start) }

    package var now: Timestamp { moment.withLock { $0 } }
    package var milliseconds: Int64 { now.milliseconds }

    package func advance(seconds: Int64) {
        moment.withLock { $0 = $0.adding(seconds: seconds) }
    }
}
