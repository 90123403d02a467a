// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// What a write touches, as far as slices depend on it: a slice stands while
/// nothing else wrote to the groups that it stated.
package struct FactGroups: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let product = FactGroups(rawValue: 1)
    package static let offer = FactGroups(rawValue: 2)
    package static let prices = FactGroups(rawValue: 4)
    package static let stock = FactGroups(rawValue: 8)
}

/// A stream of the session's source that has slices.
struct SliceStream {
    var id: Int64
    /// Goods; else offers.
    var isGoods: Bool
    var confirmed: Int64
}

/// The state of slices in one session.
struct SliceWork {
    let pages: SlicePages
    let shapes: ShapeBook
    var streams: [SliceStream] = []
    /// The entity whose record is being applied, with its stream: its own
    /// slice is not ended by its own writes.
    var stream: Int64 = 0
    var item: Int64 = 0
    /// Its record was cut: rows that it only confirms are left to its slice.
    var isCut = false
    /// There were such rows.
    var hasUntouched = false
    /// What that slice was, and the number its before-image gets.
    var old: (slot: SliceSlot, number: Int64)?

    init(_ connection: Connection, source: Int64) throws(StoreError) {
        pages = try SlicePages(connection)
        shapes = ShapeBook(connection)
        for row in try connection.rows(
            """
            SELECT id, section, coalesce(confirmed, 0) FROM stream WHERE source = ?1
                AND EXISTS (SELECT 1 FROM slice WHERE slice.id >= stream.id << \(SlicePages.pageBits)
                    AND slice.id < (stream.id + 1) << \(SlicePages.pageBits))
            """, [.integer(source)])
        {
            streams.append(
                SliceStream(
                    id: row.integer(0) ?? 0, isGoods: row.text(1) == SectionKind.catalogue.word,
                    confirmed: row.integer(2) ?? 0))
        }
    }

    func confirmed(_ stream: Int64) -> Int64 { streams.first { $0.id == stream }?.confirmed ?? 0 }
}

extension CatalogueSession {
    // MARK: One record

    /// Begins a record of an entity: until `endRecord`, its own slice in this
    /// stream is not ended by what is written to the entity.
    ///
    /// - Parameter isCut: it comes with the hash of its slice.
    package func beginRecord(_ stream: Int64, _ item: Int64, asOf: Int64, isCut: Bool) throws(StoreError) {
        slices.stream = stream
        slices.item = item
        slices.isCut = isCut
        slices.hasUntouched = false
        slices.old = nil
        guard slices.streams.contains(where: { $0.id == stream }),
            let slot = try slices.pages.slot(stream, item)
        else { return }
        if max(slot.asOf, slices.confirmed(stream)) > asOf {
            // Older than what the slice has confirmed: it must find that in
            // the rows.
            try end(slot, stream, item)
        } else {
            slices.old = (slot, reserveNumber())
        }
    }

    /// Ends the record.
    ///
    /// - Parameters:
    ///   - hash: of its slice, `none` where it was not cut or not wholly
    ///     applied: its next copy is read again.
    ///   - shape: what it stated.
    package func endRecord(_ hash: SliceHash, _ shape: SliceShape, isGoods: Bool, asOf: Int64)
        throws(StoreError)
    {
        let (stream, item, old) = (slices.stream, slices.item, slices.old)
        slices.stream = 0
        slices.item = 0
        slices.isCut = false
        slices.old = nil
        let confirmed = slices.confirmed(stream)
        var number: Int64?
        if hash != .none, asOf >= confirmed { number = try slices.shapes.number(shape) }
        guard let number else {
            if let old {
                try keep(.slice, RowKey(item, stream), image(old.slot), number: old.number)
                try slices.pages.put(nil, stream, item)
                try confirm(old.slot, stream, item, except: nil)
            }
            if slices.hasUntouched { try confirm(shape, item, isGoods: isGoods, asOf: asOf, except: nil) }
            return
        }
        if let old {
            try keep(.slice, RowKey(item, stream), image(old.slot), number: old.number)
            if old.slot.shape != number { try confirm(old.slot, stream, item, except: shape) }
        } else {
            try keepNewSlice(stream, item, isGoods: isGoods)
            if !slices.streams.contains(where: { $0.id == stream }) {
                slices.streams.append(SliceStream(id: stream, isGoods: isGoods, confirmed: confirmed))
            }
        }
        try slices.pages.put(SliceSlot(hash: hash, shape: number, asOf: asOf), stream, item)
    }

    /// Ends the slices that depend on what is about to be written.
    func endSlices(of item: Int64, _ groups: FactGroups) throws(StoreError) {
        for stream in slices.streams {
            guard stream.isGoods == groups.contains(.product),
                stream.id != slices.stream || item != slices.item,
                let slot = try slices.pages.slot(stream.id, item)
            else { continue }
            if !stream.isGoods {
                guard try !slices.shapes.shape(slot.shape).groups.isDisjoint(with: groups) else { continue }
            }
            try end(slot, stream.id, item)
        }
    }

    /// Frees a slot and writes what it had confirmed into the rows.
    private func end(_ slot: SliceSlot, _ stream: Int64, _ item: Int64) throws(StoreError) {
        try keep(.slice, RowKey(item, stream), image(slot), number: reserveNumber())
        try slices.pages.put(nil, stream, item)
        try confirm(slot, stream, item, except: nil)
    }

    /// - Parameter except: rows and groups that were just written anew.
    private func confirm(_ slot: SliceSlot, _ stream: Int64, _ item: Int64, except: SliceShape?)
        throws(StoreError)
    {
        try confirm(
            try slices.shapes.shape(slot.shape), item,
            isGoods: slices.streams.first { $0.id == stream }?.isGoods ?? false,
            asOf: max(slot.asOf, slices.confirmed(stream)), except: except)
    }

    /// Gives what a record stated a later time.
    private func confirm(
        _ shape: SliceShape, _ item: Int64, isGoods: Bool, asOf: Int64, except: SliceShape?
    ) throws(StoreError) {
        let table: CatalogueTable = isGoods ? .product : .offer
        var groups: [Int] = []
        if shape.own, except?.own != true { groups.append(0) }
        if shape.pictures, except?.pictures != true { groups.append(1) }
        if shape.quantity, except?.quantity != true { groups.append(1) }
        if !groups.isEmpty { try confirm(table, RowKey(item), groups, asOf: asOf) }
        for key in shape.prices where except?.prices.contains(key) != true {
            try confirm(.price, RowKey(item, key), [0], asOf: asOf)
        }
        for key in shape.stocks where except?.stocks.contains(key) != true {
            try confirm(.stock, RowKey(item, key), [0], asOf: asOf)
        }
    }

    private func image(_ slot: SliceSlot) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: SliceSlot.size)
        slot.write(to: &bytes, at: 0)
        return bytes
    }

    // MARK: Records that were not parsed

    /// What a known slice stated; nil where it does not stand any more.
    package func standing(_ slice: KnownSlice, in stream: Int64) throws(StoreError) -> SliceShape? {
        guard let slot = try slices.pages.slot(stream, slice.item, with: slice.hash) else { return nil }
        return try slices.shapes.shape(slot.shape)
    }

    /// A file that is no whole full holds a slice once more, at a later time.
    package func confirm(_ slice: KnownSlice, in stream: Int64, asOf: Int64) throws(StoreError) {
        guard var slot = try slices.pages.slot(stream, slice.item, with: slice.hash),
            asOf > max(slot.asOf, slices.confirmed(stream))
        else { return }
        try keep(.slice, RowKey(slice.item, stream), image(slot), number: reserveNumber())
        slot.asOf = asOf
        try slices.pages.put(slot, stream, slice.item)
    }

    /// A whole full has been applied: what it held is confirmed as of its
    /// time, the slices of everything else end.
    ///
    /// - Parameter held: entities whose slice it held, known or new.
    package func confirmAll(_ stream: Int64, held: IdentSet, asOf: Int64) throws(StoreError) {
        guard let index = slices.streams.firstIndex(where: { $0.id == stream }) else { return }
        try slices.pages.flush()
        var ended: [(item: Int64, slot: SliceSlot)] = []
        try Self.eachSlice(stream, connection, except: held) { item, slot in ended.append((item, slot)) }
        for (item, slot) in ended { try end(slot, stream, item) }
        try keepStream(stream)
        slices.streams[index].confirmed = max(slices.streams[index].confirmed, asOf)
        try connection.execute(
            "UPDATE stream SET confirmed = max(coalesce(confirmed, 0), ?) WHERE id = ?",
            [.integer(asOf), .integer(stream)])
    }

    /// The time up to which a standing slice confirms an entity, nil without
    /// one.
    func confirmedAsOf(_ stream: Int64, _ item: Int64) throws(StoreError) -> Int64? {
        guard slices.streams.contains(where: { $0.id == stream }),
            let slot = try slices.pages.slot(stream, item)
        else { return nil }
        return max(slot.asOf, slices.confirmed(stream))
    }

    static func eachSlice(
        _ stream: Int64, _ connection: Connection, _ range: ClosedRange<Int64>? = nil,
        except: IdentSet = IdentSet(),
        _ body: (_ item: Int64, SliceSlot) throws(StoreError) -> Void
    ) throws(StoreError) {
        let first = SlicePages.pageID(stream, range?.lowerBound ?? 0)
        let end =
            range.map { SlicePages.pageID(stream, $0.upperBound) } ?? ((stream + 1) << SlicePages.pageBits)
            - 1
        let select = try connection.prepare(
            "SELECT id, slots FROM slice WHERE id BETWEEN ? AND ? ORDER BY id")
        select.bind(1, first)
        select.bind(2, end)
        defer { select.reset() }
        while try select.step() {
            try SlicePages.each(select.integer(0), select.withBytes(1) { Array($0) }, except: except, body)
        }
    }
}

extension CatalogueSession {
    /// The slices of a stream that stand; see `CatalogueStore.slices`.
    package func sliceIndex(_ stream: Int64, _ range: ClosedRange<Int64>?) throws(StoreError) -> (
        index: SliceIndex, asOf: Int64
    ) {
        try slices.pages.flush()
        return try CatalogueStore.slices(of: stream, range, connection)
    }
}

extension CatalogueStore {
    /// What the store knows of a stream, without a transaction that writes;
    /// nil where nothing of it was applied yet.
    package static func stream(
        partner: String, catalogue: String, section: SectionKind, name: String, _ connection: Connection
    ) throws(StoreError) -> StreamState? {
        guard
            let source = try connection.row("SELECT id FROM source WHERE name = ?", [.text(partner)])?
                .integer(0)
        else { return nil }
        return try StreamState.find(
            source: source, catalogue: catalogue, section: section, name: name, connection)
    }

    /// The slices of a stream that stand, and the latest time that one of them
    /// confirms; a file older than that must be read.
    ///
    /// - Parameter range: entities; nil for all.
    package static func slices(of stream: Int64, _ range: ClosedRange<Int64>?, _ connection: Connection)
        throws(StoreError) -> (index: SliceIndex, asOf: Int64)
    {
        var entries: [SliceIndex.Entry] = []
        var asOf =
            try connection.row("SELECT coalesce(confirmed, 0) FROM stream WHERE id = ?", [.integer(stream)])?
            .integer(0) ?? 0
        try CatalogueSession.eachSlice(stream, connection, range) { item, slot in
            entries.append(SliceIndex.Entry(hash: slot.hash, item: item))
            asOf = max(asOf, slot.asOf)
        }
        return (SliceIndex(entries), asOf)
    }
}

extension SliceShape {
    var groups: FactGroups {
        var groups: FactGroups = []
        if own { groups.insert(.offer) }
        if pricesStated || !prices.isEmpty || priceRows > 0 { groups.insert(.prices) }
        if quantity || stockStated || !stocks.isEmpty || stockRows > 0 { groups.insert(.stock) }
        return groups
    }
}
