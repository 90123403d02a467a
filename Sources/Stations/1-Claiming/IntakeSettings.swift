// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// How one partner's drops are judged.
package struct IntakeSettings: Sendable, Hashable {
    /// Quiet time before a drop without a strong proof, or without a read
    /// lease, is claimed.
    ///
    /// Key `partners.<name>.settle`. On a remote volume at least
    /// `SettleRule.remoteQuiet`, because writes of others are seen late there.
    package var settle: Duration
    /// Quiet time after which a drop that should be provable, and is not, goes
    /// into quarantine.
    package var unprovenAfter: Duration

    package init(settle: Duration = .seconds(2), unprovenAfter: Duration = .seconds(600)) {
        self.settle = settle
        self.unprovenAfter = unprovenAfter
    }
}
