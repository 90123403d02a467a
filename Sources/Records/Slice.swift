// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The keyed hash of one slice in its context (architecture, section 5).
package struct SliceHash: Hashable, Sendable, BitwiseCopyable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Of a record that was no slice.
    package static let none = SliceHash(high: 0, low: 0)
}

/// A record that was not parsed: the store holds what its bytes say.
package struct KnownSlice: Hashable, Sendable, BitwiseCopyable {
    /// Index into the document's sections.
    package let section: Int32
    /// The entity's id in the store.
    package let item: Int64
    package let hash: SliceHash

    package init(section: Int32, item: Int64, hash: SliceHash) {
        self.section = section
        self.item = item
        self.hash = hash
    }
}

/// The slices of one stream that were wholly applied, by their hash.
///
/// Immutable, so that any thread may ask; 32 bytes a slice.
package final class SliceIndex: Sendable {
    package struct Entry: Sendable, BitwiseCopyable {
        package let hash: SliceHash
        package let item: Int64

        package init(hash: SliceHash, item: Int64) {
            self.hash = hash
            self.item = item
        }
    }

    private let entries: [Entry]
    /// Open addressing: a place in `entries` plus one; 0 is free.
    private let places: [UInt32]
    private let mask: Int

    package init(_ entries: [Entry]) {
        self.entries = entries
        var size = 16
        while size < entries.count * 3 / 2 { size *= 2 }
        let mask = size - 1
        var places = [UInt32](repeating: 0, count: size)
        for (index, entry) in entries.enumerated() {
            var place = Int(truncatingIfNeeded: entry.hash.low) & mask
            while places[place] != 0 { place = (place + 1) & mask }
            places[place] = UInt32(index + 1)
        }
        self.mask = mask
        self.places = places
    }

    package var count: Int { entries.count }

    /// The entity whose slice has this hash, nil where none has.
    package func find(_ hash: SliceHash) -> Int64? {
        var next = entries.count
        return find(hash, next: &next)
    }

    /// Like `find`, for a file whose slices come in the order of the index:
    /// looks first at `next`, and puts it behind what was found.
    package func find(_ hash: SliceHash, next: inout Int) -> Int64? {
        if next < entries.count, entries[next].hash == hash {
            next += 1
            return entries[next - 1].item
        }
        if entries.isEmpty { return nil }
        var place = Int(truncatingIfNeeded: hash.low) & mask
        while places[place] != 0 {
            let index = Int(places[place]) - 1
            if entries[index].hash == hash {
                next = index + 1
                return entries[index].item
            }
            place = (place + 1) & mask
        }
        return nil
    }

    package func forEach(_ body: (Entry) throws -> Void) rethrows { try entries.forEach(body) }
}
