// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import CatalogueStore
package import Records

/// Reads a package to its end into a stage file.
///
/// The store is not touched meanwhile: whatever else comes is applied to it.
package struct Staging {
    /// What is known of the package before it is read.
    package var package: PackageID
    package var isArchive: Bool
    /// The name says that the document is one portion of several.
    package var isChunk: Bool
    /// Place in the order of its exchange.
    package var rank: Int
    package var now: Timestamp

    package init(package: PackageID, isArchive: Bool, isChunk: Bool, rank: Int, now: Timestamp) {
        self.package = package
        self.isArchive = isArchive
        self.isChunk = isChunk
        self.rank = rank
        self.now = now
    }

    /// As many refused records as are shown with their source.
    private static let fragmentLimit = 1_000

    /// Blocks; use it on a thread of its own.
    ///
    /// - Parameters:
    ///   - unread: asked at the end: lanes of the package that no station
    ///     reads.
    ///   - progress: called after each batch.
    /// - Returns: the sealed file.
    /// - Throws: what the source throws, `StoreError`; the file means nothing
    ///   then, and its maker removes it.
    package func stage(
        _ source: any BatchSource, at path: String, unread: () -> Set<Lane>,
        progress: (_ read: Int64, _ total: Int64, _ records: Int) -> Void
    ) throws -> StageFile {
        let file = try StageFile.make(path: path)
        var staged = StagedBatch()
        var streams: [StreamKey: StageSeal.Stream] = [:]
        var records = 0
        var fragments = 0
        while try source.next(into: &staged.records) {
            staged.documentNumber = source.documentNumber
            staged.document = source.document
            staged.member = source.member
            staged.asOf = source.asOf
            staged.asOfIsArrival = source.asOfIsArrival
            staged.bytesRead = source.progress.read
            staged.storedOffsets.removeAll(keepingCapacity: true)
            staged.fragments.removeAll(keepingCapacity: true)
            for (index, head) in staged.records.records.enumerated() {
                staged.storedOffsets.append(source.storedOffset(of: head))
                if fragments < Self.fragmentLimit, isRefused(head, staged.records) {
                    staged.fragments[index] = try source.fragment(of: head)
                    fragments += 1
                }
            }
            note(staged, in: &streams)
            try file.add(staged)
            records += staged.records.records.count + staged.records.known.count
            let (read, total) = source.progress
            progress(read, total, records)
        }
        var seal = StageSeal(package: package, contentHash: try source.contentHash())
        seal.records = records
        seal.bytes = source.progress.total
        seal.isArchive = isArchive
        seal.rank = rank
        seal.unreadLanes = unread()
        seal.stagedAt = now
        seal.streams = streams.sorted { $0.key < $1.key }.map(\.value)
        try file.seal(seal)
        return file
    }

    /// Applying will ask for the record's source.
    private func isRefused(_ head: RecordBatch.Head, _ batch: RecordBatch) -> Bool {
        if let defect = head.defect { return defect != .empty }
        guard let id = batch.entry(.id, in: head) else { return true }
        return id.state == .clear || id.length == 0
    }

    // MARK: Streams

    private struct StreamKey: Hashable, Comparable {
        var catalogue: String
        var section: SectionKind
        static func < (left: StreamKey, right: StreamKey) -> Bool {
            (left.section.rawValue, left.catalogue) < (right.section.rawValue, right.catalogue)
        }
    }

    private func note(_ batch: StagedBatch, in streams: inout [StreamKey: StageSeal.Stream]) {
        var seen: Set<Int32> = []
        var last: Int32?
        for head in batch.records.records where head.section != last {
            last = head.section
            seen.insert(head.section)
        }
        for slice in batch.records.known where slice.section != last {
            last = slice.section
            seen.insert(slice.section)
        }
        for index in seen {
            guard batch.document.sections.indices.contains(Int(index)) else { continue }
            let head = batch.document.sections[Int(index)]
            let catalogue =
                head.kind == .classifier && head.catalogue.isEmpty ? head.classifier : head.catalogue
            let isWhole =
                head.onlyChanges == false && head.kind != .offerChanges && (isArchive || !isChunk)
            let key = StreamKey(catalogue: catalogue, section: head.kind)
            var stream =
                streams[key]
                ?? StageSeal.Stream(
                    catalogue: catalogue, section: head.kind, isWhole: false, asOf: batch.asOf)
            stream.isWhole = stream.isWhole || isWhole
            stream.asOf = max(stream.asOf, batch.asOf)
            streams[key] = stream
        }
    }
}

extension StageSeal {
    /// Whether this package, once staged, leaves nothing for an older one of
    /// the same partner to say: it is the whole truth of every stream that the
    /// older one speaks of, and not older itself.
    ///
    /// A classifier has no "whole": a newer one of its stream is enough.
    package func supersedes(_ older: StageSeal) -> Bool {
        package != older.package && !older.streams.isEmpty
            && older.streams.allSatisfy { old in
                streams.contains { stream in
                    stream.catalogue == old.catalogue && stream.section == old.section
                        && (stream.isWhole || old.section == .classifier) && stream.asOf >= old.asOf
                }
            }
    }
}
