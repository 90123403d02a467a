// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What happens to a package after an error: a station's errors carry one.
package enum Disposition: Sendable, Hashable {
    /// Try again later.
    case retry
    /// Show it to a human.
    case quarantine
    /// Stop the station: no package is at fault (disk full, read-only).
    case halt
}
