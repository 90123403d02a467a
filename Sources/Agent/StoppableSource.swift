// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Reading
import Records

extension PackageReader: BatchSource {}

/// A package that is read, from its file or from its stage, until somebody
/// stops the agent.
///
/// Its transaction is then undone and the package read again by the next
/// start: a stop never waits for a million records.
final class StoppableSource: BatchSource {
    private let reader: any BatchSource
    private let isStopping: () -> Bool

    init(_ reader: any BatchSource, isStopping: @escaping () -> Bool) {
        self.reader = reader
        self.isStopping = isStopping
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        if isStopping() { throw Stopped() }
        do { return try reader.next(into: &batch) } catch {
            // The store's trouble is none of the package's.
            throw (reader as? PackageReader)?.askingFailure ?? error
        }
    }

    var slices: ((Int32) throws -> SliceIndex?)? {
        get { reader.slices }
        set { reader.slices = newValue }
    }
    var documentNumber: Int { reader.documentNumber }
    var document: DocumentHead { reader.document }
    var member: String { reader.member }
    var asOf: Int64 { reader.asOf }
    var asOfIsArrival: Bool { reader.asOfIsArrival }
    var progress: (read: Int64, total: Int64) { reader.progress }
    func contentHash() throws -> [UInt8] { try reader.contentHash() }
    func fragment(of record: RecordBatch.Head) throws -> String { try reader.fragment(of: record) }
    func storedOffset(of record: RecordBatch.Head) -> Int64 { reader.storedOffset(of: record) }
}

/// The agent stops; no package is at fault.
struct Stopped: Error {}
