// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Hashing

/// Ids by the keyed hash of their spelling: 128 bits of a key that
/// nobody knows, so that two spellings never meet.
///
/// 24 bytes an item and as many again while it grows.
struct ItemMap {
    private struct Slot: BitwiseCopyable {
        var high: UInt64
        var low: UInt64
        /// 0 is free.
        var id: Int64
    }

    private static let key = HashKey(
        secret: {
            var random = SystemRandomNumberGenerator()
            return (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        }())

    private var slots = [Slot](repeating: Slot(high: 0, low: 0, id: 0), count: 64)
    private(set) var count = 0

    func find(_ ext: Span<UInt8>) -> Int64? {
        let hash = Self.key.hash(ext)
        let slot = slots[place(hash)]
        return slot.id == 0 ? nil : slot.id
    }

    mutating func insert(_ ext: Span<UInt8>, _ id: Int64) {
        if count * 4 >= slots.count * 3 { grow() }
        let hash = Self.key.hash(ext)
        let place = place(hash)
        if slots[place].id == 0 { count += 1 }
        slots[place] = Slot(high: hash.high, low: hash.low, id: id)
    }

    private func place(_ hash: Hash128) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash.low) & mask
        while slots[place].id != 0, slots[place].low != hash.low || slots[place].high != hash.high {
            place = (place + 1) & mask
        }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(high: 0, low: 0, id: 0), count: old.count * 2)
        for slot in old where slot.id != 0 { slots[place(Hash128(high: slot.high, low: slot.low))] = slot }
    }
}
