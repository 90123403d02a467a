// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Whether the media volume can be used now.
package enum MediaVolumeState: Hashable, Sendable {
    case online
    /// Away, foreign, or never prepared; the words say which, and the cure.
    case offline(String)
}
