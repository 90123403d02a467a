// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import CatalogueStore
package import Records

/// A staged package, read from its stage file as it once was from its own.
///
/// What applying makes of it is the same: order, facts, places and fragments
/// come back as they were.
package final class StagedSource: BatchSource {
    private let file: StageFile
    private let seal: StageSeal
    private var next = 0
    private var current = StagedBatch()
    /// Places of the batch's records, made when somebody first asks.
    private var places: [Place: Int] = [:]

    private struct Place: Hashable {
        var first: Int32
        var offset: Int64
        var line: Int32

        init(_ head: RecordBatch.Head) {
            first = head.first
            offset = head.offset
            line = head.line
        }
    }

    /// - Throws: `StageDamaged` for a file without a seal.
    package init(_ file: StageFile) throws {
        guard let seal = file.seal else { throw StageDamaged(path: file.path) }
        self.file = file
        self.seal = seal
    }

    package func next(into batch: inout RecordBatch) throws -> Bool {
        guard let found = try file.batch(next) else { return false }
        next += 1
        places.removeAll(keepingCapacity: true)
        current = found
        batch = found.records
        return true
    }

    package var documentNumber: Int { current.documentNumber }
    package var document: DocumentHead { current.document }
    package var member: String { current.member }
    package var asOf: Int64 { current.asOf }
    package var asOfIsArrival: Bool { current.asOfIsArrival }
    package var progress: (read: Int64, total: Int64) { (current.bytesRead, seal.bytes) }
    /// Asked when the package was staged; nobody asks again.
    package var slices: ((_ section: Int32) throws -> SliceIndex?)?

    package func contentHash() throws -> [UInt8] { seal.contentHash }

    package func storedOffset(of record: RecordBatch.Head) -> Int64 {
        index(of: record).map { current.storedOffsets[$0] } ?? record.offset
    }

    package func fragment(of record: RecordBatch.Head) throws -> String {
        index(of: record).flatMap { current.fragments[$0] } ?? ""
    }

    private func index(of record: RecordBatch.Head) -> Int? {
        if places.isEmpty {
            for (index, head) in current.records.records.enumerated() { places[Place(head)] = index }
        }
        return places[Place(record)]
    }
}
