// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// Where records come from: a package that is being read.
///
/// A batch holds records of one document only; `document` and the facts
/// beside it are those of the batch that `next` gave last.
package protocol BatchSource: AnyObject {
    /// Fills the batch; false at the end of the package.
    func next(into batch: inout RecordBatch) throws -> Bool
    /// Grows by one with each document of the package.
    var documentNumber: Int { get }
    var document: DocumentHead { get }
    /// Name of the document inside the package, empty where the package is
    /// one document.
    var member: String { get }
    /// Time of the document's facts, milliseconds; not later than five
    /// minutes after arrival.
    var asOf: Int64 { get }
    /// The document states no usable time; `asOf` is the arrival.
    var asOfIsArrival: Bool { get }
    /// Bytes read and to read, for progress.
    var progress: (read: Int64, total: Int64) { get }
    /// Asked on the thread that calls `next`, before the first slice of each
    /// section's container, with `document` and the facts beside it being
    /// those of that section: which slices are in the store already. Nil
    /// parses all and hashes none.
    var slices: ((_ section: Int32) throws -> SliceIndex?)? { get set }
    /// Keyed XXH3-128 of the package's bytes; only after the end.
    func contentHash() throws -> [UInt8]
    /// Where the record begins in the member as stored: its own offset, but
    /// for documents that are read in another encoding than they are stored
    /// in.
    func storedOffset(of record: RecordBatch.Head) -> Int64
    /// At most 4 KiB of a record's source, as text.
    func fragment(of record: RecordBatch.Head) throws -> String
}

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
    /// An admin approved it: brakes are off.
    package var approved = false
    /// Largest share of a stream's live rows that a full may mark deleted.
    package var maxDelete = 0.05
    /// Least share of the last full's records that a full must have.
    package var minSizeOfLast = 0.5

    package enum SweepPolicy: Sendable {
        /// What a complete full does not hold is marked deleted.
        case proven
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
