// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Records

/// What the store knows of one slice that it has wholly applied.
struct SliceSlot: Hashable {
    var hash: SliceHash
    /// What the slice stated: a row of `shape`.
    var shape: Int64
    /// Of the last file that held the slice, milliseconds; the stream's
    /// confirmed as-of counts where it is later.
    var asOf: Int64

    /// Bytes of a slot: the hash, then the shape and the as-of as decimal
    /// digits, so that SQL can read them.
    static let size = 16 + shapeDigits + asOfDigits
    static let shapeDigits = 6
    static let asOfDigits = 13
    static let maxShape: Int64 = 999_999

    init(hash: SliceHash, shape: Int64, asOf: Int64) {
        self.hash = hash
        self.shape = shape
        self.asOf = asOf
    }

    /// Nil for a slot that is free.
    init?(_ bytes: [UInt8], at start: Int) {
        hash = SliceHash(high: Self.word(bytes, start), low: Self.word(bytes, start + 8))
        guard hash != .none else { return nil }
        shape = Self.number(bytes, start + 16, Self.shapeDigits)
        asOf = Self.number(bytes, start + 16 + Self.shapeDigits, Self.asOfDigits)
    }

    func write(to bytes: inout [UInt8], at start: Int) {
        for index in 0..<8 {
            let shift = UInt64(56 - index * 8)
            bytes[start + index] = UInt8(truncatingIfNeeded: hash.high >> shift)
            bytes[start + 8 + index] = UInt8(truncatingIfNeeded: hash.low >> shift)
        }
        Self.write(shape, to: &bytes, start + 16, Self.shapeDigits)
        Self.write(max(0, asOf), to: &bytes, start + 16 + Self.shapeDigits, Self.asOfDigits)
    }

    static func word(_ bytes: [UInt8], _ start: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word = word << 8 | UInt64(bytes[start + index]) }
        return word
    }

    private static func number(_ bytes: [UInt8], _ start: Int, _ digits: Int) -> Int64 {
        var number: Int64 = 0
        for index in start..<start + digits { number = number * 10 + Int64(bytes[index] &- 48) }
        return number
    }

    private static func write(_ number: Int64, to bytes: inout [UInt8], _ start: Int, _ digits: Int) {
        var rest = number
        for index in (start..<start + digits).reversed() {
            bytes[index] = 48 + UInt8(rest % 10)
            rest /= 10
        }
    }
}

/// The slots of all streams, 64 entities a page: `slice`.
///
/// Pages are kept in memory until `flush`; the current one is found without a
/// look-up, since files keep their order.
final class SlicePages {
    static let perPage: Int64 = 64
    /// Bits of a page's number below the stream's.
    static let pageBits: Int64 = 40
    private static let limit = 2_048

    private final class Page {
        var bytes: [UInt8]
        var isStored: Bool
        var isDirty = false

        init(bytes: [UInt8], isStored: Bool) {
            self.bytes = bytes
            self.isStored = isStored
        }
    }

    private let select: HotStatement
    private let insert: HotStatement
    private let update: HotStatement
    private var pages: [Int64: Page] = [:]
    private var current: Page?
    private var currentID: Int64 = -1

    init(_ connection: Connection) throws(StoreError) {
        select = try connection.prepare("SELECT slots FROM slice WHERE id = ?")
        insert = try connection.prepare("INSERT INTO slice (id, slots) VALUES (?, ?)")
        update = try connection.prepare("UPDATE slice SET slots = ?2 WHERE id = ?1")
    }

    static func pageID(_ stream: Int64, _ item: Int64) -> Int64 { stream << pageBits | item / perPage }
    private static func start(_ item: Int64) -> Int { Int(item % perPage) * SliceSlot.size }

    func slot(_ stream: Int64, _ item: Int64) throws(StoreError) -> SliceSlot? {
        SliceSlot(try page(stream, item).bytes, at: Self.start(item))
    }

    /// The slot of an entity where its hash is this one.
    func slot(_ stream: Int64, _ item: Int64, with hash: SliceHash) throws(StoreError) -> SliceSlot? {
        let page = try page(stream, item)
        let start = Self.start(item)
        guard SliceSlot.word(page.bytes, start + 8) == hash.low,
            SliceSlot.word(page.bytes, start) == hash.high
        else { return nil }
        return SliceSlot(page.bytes, at: start)
    }

    /// Nil frees the slot.
    func put(_ slot: SliceSlot?, _ stream: Int64, _ item: Int64) throws(StoreError) {
        let page = try page(stream, item)
        let start = Self.start(item)
        if let slot {
            slot.write(to: &page.bytes, at: start)
        } else {
            for index in start..<start + SliceSlot.size { page.bytes[index] = 0 }
        }
        page.isDirty = true
    }

    private func page(_ stream: Int64, _ item: Int64) throws(StoreError) -> Page {
        let id = Self.pageID(stream, item)
        if id == currentID, let current { return current }
        let page: Page
        if let known = pages[id] {
            page = known
        } else {
            if pages.count >= Self.limit { try flush() }
            select.bind(1, id)
            let isStored = try select.step()
            let bytes = isStored ? select.withBytes(0) { Array($0) } : []
            select.reset()
            let size = Int(Self.perPage) * SliceSlot.size
            page = Page(
                bytes: bytes.count == size ? bytes : Array(repeating: 0, count: size), isStored: isStored)
            pages[id] = page
        }
        current = page
        currentID = id
        return page
    }

    /// Writes what has changed, in the order of the table.
    func flush() throws(StoreError) {
        for (id, page) in pages.filter({ $0.value.isDirty }).sorted(by: { $0.key < $1.key }) {
            let statement = page.isStored ? update : insert
            statement.bind(1, id)
            let bytes = page.bytes
            statement.bind(2, blob: bytes.span)
            try statement.run()
        }
        pages.removeAll(keepingCapacity: true)
        current = nil
        currentID = -1
    }

    /// Hands over the live slots of a page as it is stored.
    ///
    /// - Parameter except: entities that are not of interest.
    static func each(
        _ id: Int64, _ bytes: [UInt8], except: IdentSet,
        _ body: (_ item: Int64, SliceSlot) throws(StoreError) -> Void
    ) throws(StoreError) {
        let first = (id & (1 << pageBits - 1)) * perPage
        for index in 0..<Int64(bytes.count / SliceSlot.size) where !except.contains(first + index) {
            if let slot = SliceSlot(bytes, at: Int(index) * SliceSlot.size) { try body(first + index, slot) }
        }
    }
}
