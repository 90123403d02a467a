// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// The folder a package lies in while it is not archived.
package enum SpoolState: String, Sendable, Hashable, CaseIterable {
    case claimed, deferred, held, quarantine

    /// Where a package with this outcome lies; nil = in the archive.
    package static func folder(of outcome: Outcome) -> SpoolState? {
        switch outcome {
        case .claimed, .waiting, .staged: .claimed
        case .deferred: .deferred
        case .held: .held
        case .quarantined: .quarantine
        case .applied, .appliedWithRejects, .duplicate, .stale, .superseded, .discarded, .undone: nil
        }
    }
}
