// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files

/// Proves that a ZIP is whole: the end record lies at the file's end, and the
/// central directory that it names lies in front of it with all its entries,
/// each of which points into the bytes before.
///
/// Looks in the last 65,557 bytes, where the format allows the end record to
/// be (APPNOTE.TXT 4.3.16); knows ZIP64. A preallocated or cut file has no end
/// record (`spool-traps.md` 3.4, 4.1).
enum ZIPProof {
    private static let endRecord: [UInt8] = [0x50, 0x4B, 5, 6]
    private static let wideRecord: [UInt8] = [0x50, 0x4B, 6, 6]
    private static let wideLocator: [UInt8] = [0x50, 0x4B, 6, 7]
    private static let entry: [UInt8] = [0x50, 0x4B, 1, 2]
    private static let localHeader: [UInt8] = [0x50, 0x4B, 3, 4]
    /// Largest central directory that is walked.
    private static let directoryLimit: Int64 = 256 << 20

    static func check(_ window: ByteWindow) throws(FileError) -> ProofAnswer {
        let tail = try window.tail(65_557)
        let base = window.size - Int64(tail.count)
        var place = tail.count - 22
        while place >= 0 {
            if tail[place..<place + 4].elementsEqual(endRecord),
                place + 22 + number(tail, place + 20, 2) == tail.count
            {
                return try directory(
                    window, end: base + Int64(place), record: Array(tail[place..<place + 22]))
            }
            place -= 1
        }
        return .missing("no end record: the ZIP's directory has not been written yet")
    }

    private static func number(_ bytes: [UInt8], _ at: Int, _ width: Int) -> Int {
        (0..<width).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }

    private static func directory(_ window: ByteWindow, end: Int64, record: [UInt8]) throws(FileError)
        -> ProofAnswer
    {
        guard number(record, 4, 2) == 0 || number(record, 4, 2) == 0xFFFF else {
            return .missing("one of several volumes")
        }
        var entries = number(record, 10, 2)
        var size = Int64(number(record, 12, 4))
        var offset = Int64(number(record, 16, 4))
        var end = end
        if entries == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
            guard end >= 20 else { return .missing("no ZIP64 end record") }
            let locator = try window.bytes(at: end - 20, count: 20)
            guard locator.starts(with: wideLocator) else { return .missing("no ZIP64 end record") }
            let place = Int64(clamping: number(locator, 8, 8))
            let wide = place >= 0 && place < end ? try window.bytes(at: place, count: 56) : []
            guard wide.count == 56, wide.starts(with: wideRecord) else {
                return .missing("no ZIP64 end record")
            }
            entries = number(wide, 32, 8)
            size = Int64(clamping: number(wide, 40, 8))
            offset = Int64(clamping: number(wide, 48, 8))
            end = place
        }
        // Something may stand in front of the archive: all offsets shift.
        guard (0...min(end, directoryLimit)).contains(size), (0...end - size).contains(offset) else {
            return .missing("the directory that the end record names is not there")
        }
        let start = end - size
        return try walk(window, start: start, size: size, entries: entries, shift: start - offset)
    }

    private static func walk(
        _ window: ByteWindow, start: Int64, size: Int64, entries: Int, shift: Int64
    ) throws(FileError) -> ProofAnswer {
        let bytes = try window.bytes(at: start, count: Int(size))
        guard bytes.count == Int(size) else { return .missing("the directory is cut") }
        var place = 0
        var lowest = Int64.max
        var highest: Int64 = -1
        for _ in 0..<max(0, entries) {
            guard place + 46 <= bytes.count, bytes[place..<place + 4].elementsEqual(entry) else {
                return .missing("the directory holds fewer entries than the end record says")
            }
            let packed = Int64(number(bytes, place + 20, 4))
            let local = Int64(number(bytes, place + 42, 4))
            if packed != 0xFFFF_FFFF, local != 0xFFFF_FFFF {
                guard shift + local + 30 + packed <= start else {
                    return .missing("an entry points behind the data")
                }
                lowest = min(lowest, shift + local)
                highest = max(highest, shift + local)
            }
            place +=
                46 + number(bytes, place + 28, 2) + number(bytes, place + 30, 2)
                + number(bytes, place + 32, 2)
        }
        guard place == bytes.count else { return .missing("the directory's size and entries disagree") }
        // Out-of-order copies leave holes: the outermost members must be there.
        for offset in Set([lowest, highest]) where offset >= 0 && offset != Int64.max {
            guard try window.bytes(at: offset, count: 4) == localHeader else {
                return .missing("a member that the directory names has not been written yet")
            }
        }
        return .complete(.zip)
    }
}
