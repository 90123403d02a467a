// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
package import Records

/// A slice that was skipped as known does not stand any more: another package,
/// or an earlier record of this one, has written to its entity meanwhile.
///
/// Whoever reads the package once more gets it right; without skipping, in any
/// case.
package struct SlicesMoved: Error, Hashable, Sendable {
    package init() {}
}

/// Where a section belongs and what it claims, from its document alone.
struct SectionPlace {
    let facts: SectionHead
    let name: String
    let catalogue: String
    /// The document states the whole truth of what it names …
    let isFull: Bool
    /// … and it is no portion. A portion of an older run is not stale as a
    /// whole: its records are judged one by one.
    let isWhole: Bool

    init(_ source: any BatchSource, _ number: Int32, _ context: ApplyContext) {
        let document = source.document
        let index = Int(number)
        facts =
            index >= 0 && index < document.sections.count
            ? document.sections[index] : SectionHead(kind: .classifier)
        name = source.member.isEmpty ? context.fileName : source.member
        catalogue =
            facts.kind == .classifier && facts.catalogue.isEmpty ? facts.classifier : facts.catalogue
        isFull = facts.onlyChanges == false && facts.kind != .offerChanges
        isWhole = isFull && (context.isArchive || !context.isChunk)
    }

    /// The time of its facts, after the rule for clocks that step back.
    ///
    /// - Returns: also by how much the clock stepped back, milliseconds.
    func asOf(_ source: any BatchSource, _ context: ApplyContext, _ state: StreamState?) -> (Int64, Int64?) {
        let asOf = context.asOfNow ? context.arrival : source.asOf
        guard !source.asOfIsArrival, !context.asOfNow, let last = state?.sameName, asOf < last,
            last - asOf <= 7_200_000, state?.sameNameArrival ?? .min <= context.arrival
        else { return (asOf, nil) }
        return (max(last, context.arrival), last - asOf)
    }

    /// Goods, offers and their changes are kept by slices; only a document
    /// that is large enough to be cut has any.
    var isSliced: Bool { [.catalogue, .offers, .offerChanges].contains(facts.kind) }

    /// The slices that may be skipped in a section of this time.
    func index(
        _ context: ApplyContext, _ state: StreamState?, asOf: Int64,
        _ find: (_ stream: Int64, ClosedRange<Int64>?) throws -> (index: SliceIndex, asOf: Int64)
    ) throws -> SliceIndex {
        let none = SliceIndex([])
        guard context.skipsKnown, let state else { return none }
        if !isWhole, state.sameNameItems == nil { return none }
        let found = try find(state.id, isWhole ? nil : state.sameNameItems)
        return asOf >= found.asOf ? found.index : none
    }
}

extension PartWork {
    // MARK: One record

    func begin(_ item: Int64, _ head: RecordBatch.Head, _ frame: RecordFrame) throws {
        shape.removeAll()
        isWholly = true
        try session.beginRecord(frame.stream, item, asOf: frame.asOf, isCut: head.slice != .none)
    }

    func end(_ item: Int64, _ head: RecordBatch.Head, _ frame: RecordFrame, isGoods: Bool) throws {
        let heldAsOf = streams[frame.stream]?.heldAsOf
        let isKept = isWholly && !frame.isLeftover && frame.asOf >= heldAsOf ?? frame.asOf
        let hash = isKept ? head.slice : .none
        try session.endRecord(hash, shape, isGoods: isGoods, asOf: frame.asOf)
        if hash != .none, heldAsOf != nil { streams[frame.stream]?.held.insert(item) }
    }

    // MARK: Records that were not parsed

    /// Answers which slices of a section need not be parsed.
    func sliceIndex(_ number: Int32) throws -> SliceIndex? {
        let open = try section(number)
        let place = SectionPlace(source, number, context)
        guard place.isSliced, !open.isLeftover else { return nil }
        if open.isWhole, let held = streams[open.stream.id]?.heldAsOf, open.asOf < held {
            return SliceIndex([])
        }
        return try place.index(context, open.stream, asOf: open.asOf) { stream, range in
            try session.sliceIndex(stream, range)
        }
    }

    /// Counts what a batch holds beside its records as read and unchanged.
    func applyKnown(_ batch: RecordBatch) throws {
        var number: Int32 = -1
        var open: OpenSection?
        var kind = RecordKind.product
        var own = Counts()
        var prices = Counts()
        var stocks = Counts()
        var work: StreamWork?
        func settle() {
            guard let open, let work else { return }
            streams[open.stream.id] = work
            counts[kind.word] += own
            if kind == .offer {
                counts["price"] += prices
                counts["stock"] += stocks
            }
            own = Counts()
            prices = Counts()
            stocks = Counts()
        }
        for slice in batch.known {
            if slice.section != number {
                settle()
                number = slice.section
                let next = try section(number)
                open = next
                kind = next.head.kind == .catalogue ? .product : .offer
                work = streams[next.stream.id]
                streams[next.stream.id] = nil
            }
            guard let open, let shape = try session.standing(slice, in: open.stream.id) else {
                throw SlicesMoved()
            }
            // Staging knows documents one by one: what only counts by its facts
            // is read.
            if open.isLeftover || (open.isWhole && open.asOf < work?.heldAsOf ?? .min) {
                throw SlicesMoved()
            }
            if open.asOf > work?.heldAsOf ?? .min {
                try session.confirm(slice, in: open.stream.id, asOf: open.asOf)
            }
            let rows = (shape.priceRows - shape.emptyPriceRows, shape.stockRows - shape.emptyStockRows)
            own.read += 1
            prices.read += shape.priceRows
            prices.empty += shape.emptyPriceRows
            stocks.read += shape.stockRows
            stocks.empty += shape.emptyStockRows
            if isRepeated(kind, slice.item) {
                own.repeated += 1
                prices.repeated += rows.0
                stocks.repeated += rows.1
            } else {
                own.unchanged += 1
                prices.unchanged += rows.0
                stocks.unchanged += rows.1
            }
            work?.records += 1
            work?.seen.insert(slice.item)
            if open.isWhole { work?.held.insert(slice.item) } else { work?.names[open.name]?.add(slice.item) }
        }
        settle()
    }

    /// Whole fulls confirm what they held and end the slices of the rest.
    func confirmSlices() throws {
        for (id, work) in streams.sorted(by: { $0.key < $1.key }) where work.records > 0 {
            guard let asOf = work.heldAsOf else { continue }
            try session.confirmAll(id, held: work.held, asOf: asOf)
        }
    }
}

extension Applier {
    /// Answers for a package that is staged: as the store stands now, with no
    /// transaction that writes. `apply` checks the answers once more.
    package func stagingSlices(_ context: ApplyContext, _ source: any BatchSource)
        -> (_ section: Int32) throws -> SliceIndex?
    {
        { number in
            let place = SectionPlace(source, number, context)
            guard place.isSliced else { return nil }
            return try store.read { connection in
                let state = try CatalogueStore.stream(
                    partner: context.partner, catalogue: place.catalogue, section: place.facts.kind,
                    name: place.name, connection)
                let asOf = place.asOf(source, context, state).0
                return try place.index(context, state, asOf: asOf) { stream, range in
                    try CatalogueStore.slices(of: stream, range, connection)
                }
            }
        }
    }
}
