// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// A package as the journal knows it.
package struct PackageRow: Sendable, Hashable {
    package var id: PackageID
    /// Id of the exchange it belongs to.
    package var exchange: String
    package var partner: String
    /// File name as delivered, without folders.
    package var name: String
    /// Path relative to the partner's `in/`, `/` between parts.
    package var path: String
    package var size: Int64
    package var receivedAt: Timestamp
    package var outcome: Outcome

    /// SHA-256 of the payload, hexadecimal; set when it is archived.
    package var sha256: String?
    /// Keyed XXH3-128 of the payload, hexadecimal; set when it was read.
    package var hash: String?
    package var dialect = ""
    package var lane: Lane?
    package var scope: Scope?
    package var asOf: Timestamp?
    /// Why it is where it is, in words; empty for the plain outcomes.
    package var reason = ""
    /// The command or act that helps, empty where none is needed.
    package var cure = ""
    package var counts = CountsByKind()
    package var rejects = 0
    package var appliedAt: Timestamp?
    /// When it reached a final outcome.
    package var endedAt: Timestamp?
    package var attempts = 0
    package var nextTry: Timestamp?
    /// An admin approved what a brake held.
    package var approved = false
    /// … but nothing is to be marked as deleted by its absence.
    package var withoutDeletes = false
    /// Who may let it go on, while it is held.
    package var heldBy: Holder?
    /// Applied by `ingest --as-of now`: its facts count as of its arrival.
    package var asOfNow = false
    /// Given by hand (`ingest`): never deferred as half-written.
    package var byHand = false
    /// Path below `archive/` once it lies there.
    package var archivePath: String?
    /// Set when somebody else's clean-up removed it from the archive.
    package var expiredAt: Timestamp?

    /// Who holds a package.
    package enum Holder: String, Sendable, Hashable {
        /// A limit of the configuration: `approve`.
        case brake
        /// A person: `release`.
        case admin
        /// This version has no station for its records.
        case station
    }

    package init(
        id: PackageID, exchange: String, partner: String, name: String, path: String, size: Int64,
        receivedAt: Timestamp, outcome: Outcome
    ) {
        self.id = id
        self.exchange = exchange
        self.partner = partner
        self.name = name
        self.path = path
        self.size = size
        self.receivedAt = receivedAt
        self.outcome = outcome
    }
}

/// Something an admin should look at, kept until it is over.
package struct Alarm: Sendable, Hashable {
    package var sequence: Int64
    package var at: Timestamp
    package var partner: String
    /// A constant word: `overwritten`, `offline`, `moved-by-hand`, …
    package var kind: String
    package var text: String

    package init(sequence: Int64 = 0, at: Timestamp, partner: String, kind: String, text: String) {
        self.sequence = sequence
        self.at = at
        self.partner = partner
        self.kind = kind
        self.text = text
    }
}
