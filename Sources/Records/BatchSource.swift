// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

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
