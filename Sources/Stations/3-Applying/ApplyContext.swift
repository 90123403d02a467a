// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// What applying needs to know of the package beside its records.
package struct ApplyContext: Sendable {
    package var package: PackageID
    package var exchange: String
    package var partner: String
    /// File name as delivered, for clocks that step back.
    package var fileName: String
    /// When it was claimed, milliseconds.
    package var arrival: Int64
    package var sweep = SweepPolicy.proven
    /// An admin gives it on purpose: its facts count as of its arrival, and it
    /// is applied even where its bytes were the last ones.
    package var asOfNow = false
    /// The package is a ZIP: nothing of the exchange lies outside it.
    package var isArchive = false
    /// The name says that the document is one portion of several.
    package var isChunk = false
    /// Which portion, as far as its name says.
    package var chunk: Chunk?
    /// Slices that are in the store are not parsed; false reads everything,
    /// with the same result.
    package var skipsKnown = true
    /// An admin approved it: brakes are off.
    package var approved = false
    /// Largest share of a stream's live rows that a full may mark deleted.
    package var maxDelete = 0.05
    /// Least share of the last full's records that a full must have.
    package var minSizeOfLast = 0.5

    package struct Chunk: Sendable, Hashable {
        /// What its name shares with the other portions: `import0`.
        package var family: String
        /// Nil where the name has no number.
        package var portion: Int?
        package init(family: String, portion: Int?) {
            self.family = family
            self.portion = portion
        }
    }

    package enum SweepPolicy: Sendable {
        /// What a complete full does not hold is marked deleted.
        case proven
        /// … and what a complete set of portions does not hold.
        case set
        /// A full is applied, and nothing is deleted by its absence.
        case never
    }

    package init(package: PackageID, exchange: String, partner: String, fileName: String, arrival: Int64) {
        self.package = package
        self.exchange = exchange
        self.partner = partner
        self.fileName = fileName
        self.arrival = arrival
    }
}

/// How a part ended.
package struct ApplyResult: Sendable {
    package enum Verdict: Sendable, Hashable {
        case applied
        /// Applied, and some of it waits for what it refers to.
        case waiting
        case duplicate
        case stale
        /// A brake holds it; nothing changed.
        case held(reason: String)
    }

    package var verdict: Verdict
    package var counts = CountsByKind()
    package var rejects = 0
    package var asOf: Int64 = 0
    package var hash: [UInt8] = []
    /// Things an admin may want to know, in words.
    package var warnings: [String] = []
    /// Packages whose waiting records found what they waited for.
    package var resolved: [Resolved] = []
    package var isFull = false

    package struct Resolved: Sendable, Hashable {
        package var package: PackageID
        package var counts: CountsByKind
        package var stillWaiting: Int
    }
}

/// A defect of our own, found before the commit: nothing was changed.
package struct UnbalancedCounts: Error, Hashable, Sendable, CustomStringConvertible {
    package let kind: String
    package let read: Int
    package let accounted: Int
    package var description: String {
        "counts of \(kind) do not add up: \(read) read, \(accounted) accounted for; nothing was applied. "
            + "This is a defect of Waybill: please report it with the file"
    }
}
