// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import SpoolStore
package import SystemPackage

/// A drop that may be claimed now.
package struct Drop: Hashable, Sendable {
    /// Relative to `in/`; any bytes.
    package var path: FilePath
    /// `path` as text, with U+FFFD where it is no UTF-8.
    package var display: String
    package var kind: DropKind
    package var proof: Proof
    /// Bytes.
    package var size: Int64
    /// Markers and manifests that are taken with it, relative to `in/`.
    package var companions: [FilePath]
    /// What its manifest states, where it has one that agrees.
    package var manifest: ManifestFacts?
    package var exchangeKey: ExchangeKey
    package var orderKey: DropOrder.Key
    /// Why it goes into quarantine at once; nil for a complete drop.
    package var toQuarantine: String?
    /// As it was when it was judged: another file under its name is not
    /// claimed.
    var mark: DropMark
}

/// Whether somebody could still write into a claimed file.
package enum WriterState: String, Hashable, Sendable {
    /// A lease was granted after the claim, and nothing had changed.
    case gone
    /// The volume gives no leases, or its writers are elsewhere.
    case unknown
    /// A program has it open for writing, or it changed since it was judged.
    case present
}

/// A drop that is now a package or an attachment.
package struct ClaimedDrop: Hashable, Sendable {
    package var file: ClaimedFile
    package var drop: Drop
    package var writer: WriterState
}
