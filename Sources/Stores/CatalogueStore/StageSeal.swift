// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// What a sealed stage file holds, as a whole.
package struct StageSeal: Sendable, Hashable {
    /// Grows whenever older stage files can't be read any more.
    static let revision: UInt64 = 1

    package var package: PackageID
    /// Keyed XXH3-128 of the package's bytes.
    package var contentHash: [UInt8]
    package var batches = 0
    /// Records, those that were not parsed among them.
    package var records = 0
    /// Bytes of the package; of a ZIP, of its documents unpacked.
    package var bytes: Int64 = 0
    package var isArchive = false
    /// Place in the order of an exchange: dictionaries, goods, offers.
    package var rank = 0
    /// Lanes of what the package holds and no station reads yet.
    package var unreadLanes: Set<Lane> = []
    package var stagedAt = Timestamp(milliseconds: 0)
    package var streams: [Stream] = []

    /// A stream that the package speaks of.
    package struct Stream: Sendable, Hashable {
        package var catalogue: String
        package var section: SectionKind
        /// The package is the whole truth of the stream.
        package var isWhole: Bool
        /// Of its newest document.
        package var asOf: Int64

        package init(catalogue: String, section: SectionKind, isWhole: Bool, asOf: Int64) {
            self.catalogue = catalogue
            self.section = section
            self.isWhole = isWhole
            self.asOf = asOf
        }
    }

    package init(package: PackageID, contentHash: [UInt8]) {
        self.package = package
        self.contentHash = contentHash
    }

    func encode(into writer: inout StageWriter) {
        writer.put(Self.revision)
        writer.put(package.text)
        writer.put(contentHash)
        writer.put(count: batches)
        writer.put(count: records)
        writer.put(signed: bytes)
        writer.put(byte: isArchive ? 1 : 0)
        writer.put(signed: Int64(rank))
        writer.put(count: unreadLanes.count)
        for lane in unreadLanes.sorted() { writer.put(lane.rawValue) }
        writer.put(signed: stagedAt.milliseconds)
        writer.put(count: streams.count)
        for stream in streams {
            writer.put(stream.catalogue)
            writer.put(byte: stream.section.rawValue)
            writer.put(byte: stream.isWhole ? 1 : 0)
            writer.put(signed: stream.asOf)
        }
    }

    init(from reader: inout StageReader) throws(StageReader.Damaged) {
        guard try reader.number() == Self.revision, let id = PackageID(try reader.text()) else {
            throw StageReader.Damaged()
        }
        package = id
        contentHash = try reader.list()
        batches = Int(clamping: try reader.number())
        records = Int(clamping: try reader.number())
        bytes = try reader.signed()
        isArchive = try reader.byte() != 0
        rank = try reader.narrow(Int.self)
        for _ in 0..<(try reader.count()) {
            guard let lane = Lane(rawValue: try reader.text()) else { throw StageReader.Damaged() }
            unreadLanes.insert(lane)
        }
        stagedAt = Timestamp(milliseconds: try reader.signed())
        for _ in 0..<(try reader.count()) {
            let catalogue = try reader.text()
            let section = try reader.word(SectionKind.self)
            let isWhole = try reader.byte() != 0
            streams.append(
                Stream(
                    catalogue: catalogue, section: section, isWhole: isWhole, asOf: try reader.signed()))
        }
    }
}
