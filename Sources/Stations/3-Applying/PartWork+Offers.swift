// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Records

extension PartWork {
    func applyOffer(
        _ batch: RecordBatch, _ head: RecordBatch.Head, _ id: Range<Int>, _ frame: RecordFrame
    ) throws {
        let ident = try session.ident(.item, batch.arena.span.extracting(id))
        let repeated = isRepeated(.offer, ident)
        counts["price"].read += form.prices.count
        counts["stock"].read += form.stocks.count
        try begin(ident, head, frame)
        let result = try place(batch, head, id, ident, frame, repeated: repeated, into: &counts)
        // Also where it waits: what it waits for may come in this very part.
        see(ident, frame)
        if repeated {
            counts["offer"].repeated += 1
        } else if let result {
            count("offer", result.kind, deleted: result.deleted, into: &counts)
        } else {
            counts["offer"].waiting += 1
        }
        if repeated || result == nil { isWholly = false }
        try end(ident, head, frame, isGoods: false)
        if result?.kind == .inserted { try resolve(ident) }
    }

    struct OfferResult {
        var kind: RowChange.Kind
        var deleted: Bool
    }

    /// Applies an offer record, or lets it wait.
    ///
    /// - Returns: nil where it waits.
    func place(
        _ batch: RecordBatch, _ head: RecordBatch.Head, _ id: Range<Int>, _ ident: Int64,
        _ frame: RecordFrame,
        repeated: Bool, into counts: inout CountsByKind
    ) throws -> OfferResult? {
        // `item#variant` belongs to `item`, unless the variant is a product
        // of its own.
        let bytes = batch.arena[id]
        let base =
            try bytes.firstIndex(of: 35).map { hash in
                try session.ident(.item, batch.arena.span.extracting(bytes.startIndex..<hash))
            } ?? ident
        let exists = try session.exists(.offer, RowKey(ident))
        var product: (id: Int64, isDeleted: Bool)?
        if let isDeleted = try session.isDeleted(product: ident) {
            product = (ident, isDeleted)
        } else if base != ident, let isDeleted = try session.isDeleted(product: base) {
            product = (base, isDeleted)
        }
        // Only prices or only stock never make an offer; a change never does.
        let isFactsOnly = !form.statesOwn && form[.quantity] == nil
        if !exists, frame.section == .offerChanges || isFactsOnly {
            try wait(batch, head, ref: ident, ref2: nil, frame, counted: !repeated, into: &counts)
            return nil
        }
        if !exists, product == nil {
            try wait(
                batch, head, ref: base, ref2: base == ident ? nil : ident, frame, counted: !repeated,
                into: &counts)
            return nil
        }
        return try write(batch, ident, product, frame, exists: exists, repeated: repeated, into: &counts)
    }

    private func write(
        _ batch: RecordBatch, _ ident: Int64, _ product: (id: Int64, isDeleted: Bool)?, _ frame: RecordFrame,
        exists: Bool,
        repeated: Bool,
        into counts: inout CountsByKind
    ) throws -> OfferResult {
        row.reset(CatalogueTable.offer.values.count)
        let statesOwn = (form.statesOwn && frame.section != .offerChanges) || !exists
        var isDeleted = false
        if statesOwn {
            if let product { row.set(0, .integer(product.id)) }
            stage(1, .sku, batch)
            stage(2, .barcode, batch)
            stage(3, .name, batch)
            stage(4, form[.unit] == nil ? .unitCode : .unit, batch)
            stageCharacteristics(5, batch)
            try stageProperties(6, batch)
            stageExtra(7, batch, ofOffer: true)
            stageMark(8, batch)
            isDeleted = row.cells[8] == .integer(1)
            if !isDeleted, let product, product.isDeleted { row.set(8, .integer(2)) }
            row.set(9, .integer(frame.stream))
        }
        if let quantity = form[.quantity] { stage(10, quantity, batch) }
        var change = RowChange(kind: .unchanged)
        let statesRow = row.states(0..<11)
        if statesRow {
            change = try session.write(.offer, RowKey(ident), row, asOf: frame.asOf, part: frame.part)
            if change.kind == .stale || change.hasOlder { isWholly = false }
        }
        // What only came because the offer was new does not come again.
        shape.own = form.statesOwn && frame.section != .offerChanges
        shape.quantity = form[.quantity] != nil
        shape.pricesStated = form.pricesStated
        shape.stockStated = form.stockStated
        var kinds = statesRow ? [change.kind] : []
        if form.pricesStated || !form.prices.isEmpty {
            kinds += try applyPrices(
                batch, ident, frame, isNew: !exists, repeated: repeated, into: &counts)
        }
        if form.stockStated || !form.stocks.isEmpty {
            kinds += try applyStock(
                batch, ident, frame, isNew: !exists, repeated: repeated, into: &counts)
        }
        switch change.kind {
        case .inserted: try session.note("insert", "offer", ident)
        case .updated where change.columns != [9]:
            try session.note(isDeleted && change.wasDeleted == 0 ? "delete" : "update", "offer", ident)
        case .updated, .unchanged, .stale: break
        }
        let outcome = change.kind == .inserted && statesRow ? RowChange.Kind.inserted : fold(kinds)
        return OfferResult(kind: outcome, deleted: isDeleted && change.wasDeleted == 0)
    }

    /// One outcome for a record of several facts of an offer that was there.
    private func fold(_ kinds: [RowChange.Kind]) -> RowChange.Kind {
        if kinds.contains(.updated) || kinds.contains(.inserted) { return .updated }
        return !kinds.isEmpty && kinds.allSatisfy { $0 == .stale } ? .stale : .unchanged
    }

    // MARK: Prices

    private func applyPrices(
        _ batch: RecordBatch, _ offer: Int64, _ frame: RecordFrame, isNew: Bool, repeated: Bool,
        into counts: inout CountsByKind
    ) throws -> [RowChange.Kind] {
        var kinds: [RowChange.Kind] = []
        var given: [Int64] = []
        shape.priceRows = form.prices.count
        for price in form.prices {
            guard let ident = try priceType(of: price, batch, frame) else {
                counts["price"].empty += 1
                shape.emptyPriceRows += 1
                continue
            }
            guard let value = price.value else {
                counts["price"].empty += 1
                shape.emptyPriceRows += 1
                given.append(ident)
                continue
            }
            row.reset(CatalogueTable.price.values.count)
            if let currency = price.currency, !currency.isEmpty {
                row.set(0, text: batch.arena.span.extracting(currency))
            } else if let declared = frame.priceTypes.first(where: { $0.id == ident })?.currency,
                !declared.isEmpty
            {
                row.set(0, text: declared.span)
            }
            // Else it is its type's, which the view knows.
            stage(1, value, batch)
            if let least = price.minQuantity, !least.isEmpty {
                row.set(2, text: batch.arena.span.extracting(least))
            } else {
                row.set(2, .null)
            }
            stagePriceExtra(price, batch)
            let change = try session.write(
                .price, RowKey(offer, ident), row, asOf: frame.asOf, part: frame.part,
                isNew: isNew && !given.contains(ident))
            let again = given.contains(ident) || (repeated && change.kind != .inserted)
            if again || change.kind == .stale { isWholly = false }
            given.append(ident)
            shape.prices.append(ident)
            if again {
                counts["price"].repeated += 1
            } else {
                count("price", change.kind, isCleared: value.isEmpty, into: &counts)
            }
            kinds.append(change.kind)
        }
        if form.pricesStated, !isNew { kinds += try removePrices(offer, given, frame, into: &counts) }
        if kinds.contains(.inserted) || kinds.contains(.updated) {
            try session.note("update", "price", offer)
        }
        return kinds
    }

    /// The type of a price. One that names none is of the only type that its
    /// document declares, else of the type without a name.
    ///
    /// - Returns: nil where the price says nothing at all.
    private func priceType(
        of price: RecordForm.PriceForm, _ batch: RecordBatch, _ frame: RecordFrame
    ) throws -> Int64? {
        if let type = price.type, !type.isEmpty {
            return try session.ident(.priceType, batch.arena.span.extracting(type))
        }
        if price.isEmpty { return nil }
        if frame.priceTypes.count == 1 { return frame.priceTypes[0].id }
        return try session.ident(.priceType, batch.arena.span.extracting(0..<0))
    }

    /// Stages a stated value; an empty one clears.
    private func stage(_ column: Int, _ value: Range<Int>, _ batch: RecordBatch) {
        if value.isEmpty {
            row.set(column, .null)
        } else {
            row.set(column, text: batch.arena.span.extracting(value))
        }
    }

    /// Counts a row of an offer. Clearing what was never there changes
    /// nothing, though the store keeps it against older files.
    private func count(
        _ kind: String, _ change: RowChange.Kind, isCleared: Bool, into counts: inout CountsByKind
    ) {
        count(kind, isCleared && change == .inserted ? .unchanged : change, deleted: isCleared, into: &counts)
    }

    private func stagePriceExtra(_ price: RecordForm.PriceForm, _ batch: RecordBatch) {
        json.removeAll()
        json.raw(123)
        for (name, text) in [("unit", price.unit), ("factor", price.factor)] {
            guard let text, !text.isEmpty, name == "unit" || !batch.arena[text].elementsEqual("1".utf8) else {
                continue
            }
            json.comma()
            json.string(ArraySlice(name.utf8))
            json.raw(58)
            json.string(batch.arena[text])
        }
        json.raw(125)
        if json.bytes.count > 2 { row.set(3, text: json.bytes) } else { row.set(3, .null) }
    }

    /// `Цены` replaces the price types that its document declares; a stated
    /// but empty one without declarations clears all (contract, Decisions).
    private func removePrices(
        _ offer: Int64, _ given: [Int64], _ frame: RecordFrame, into counts: inout CountsByKind
    ) throws -> [RowChange.Kind] {
        let declared = frame.priceTypes.map(\.id)
        if declared.isEmpty, !form.prices.isEmpty { return [] }
        if !declared.isEmpty, declared.allSatisfy(given.contains) { return [] }
        var kinds: [RowChange.Kind] = []
        for old in try session.prices(of: offer) {
            guard !given.contains(old.key), declared.isEmpty || declared.contains(old.key) else { continue }
            row.reset(CatalogueTable.price.values.count)
            row.set(1, .null)
            let change = try session.write(
                .price, RowKey(offer, old.key), row, asOf: frame.asOf, part: frame.part)
            if change.kind == .updated, old.part == session.part, old.value != nil {
                // Set by an earlier record of this part, which this one
                // replaces: it is no longer to be seen.
                counts["price"].takeBack()
            }
            if change.kind == .stale { isWholly = false }
            shape.prices.append(old.key)
            kinds.append(change.kind)
        }
        return kinds
    }

    // MARK: Stock

    private func applyStock(
        _ batch: RecordBatch, _ offer: Int64, _ frame: RecordFrame, isNew: Bool, repeated: Bool,
        into counts: inout CountsByKind
    ) throws -> [RowChange.Kind] {
        var kinds: [RowChange.Kind] = []
        var given: [Int64] = []
        shape.stockRows = form.stocks.count
        for stock in form.stocks {
            guard let quantity = stock.quantity else {
                counts["stock"].empty += 1
                shape.emptyStockRows += 1
                continue
            }
            let warehouse = stock.warehouse ?? 0..<0
            let ident = try session.ident(.warehouse, batch.arena.span.extracting(warehouse))
            row.reset(CatalogueTable.stock.values.count)
            stage(0, quantity, batch)
            let change = try session.write(
                .stock, RowKey(offer, ident), row, asOf: frame.asOf, part: frame.part,
                isNew: isNew && !given.contains(ident))
            let again = given.contains(ident) || (repeated && change.kind != .inserted)
            if again || change.kind == .stale { isWholly = false }
            given.append(ident)
            shape.stocks.append(ident)
            if again {
                counts["stock"].repeated += 1
            } else {
                count("stock", change.kind, isCleared: quantity.isEmpty, into: &counts)
            }
            kinds.append(change.kind)
        }
        if frame.isFull, form.stockStated, !isNew { kinds += try zeroStock(offer, given, frame) }
        if form[.quantity] == nil, !given.isEmpty { kinds += try sumStock(offer, frame) }
        if kinds.contains(.inserted) || kinds.contains(.updated) {
            try session.note("update", "stock", offer)
        }
        return kinds
    }

    /// A warehouse that a full does not name where it states the stock holds
    /// nothing.
    private func zeroStock(_ offer: Int64, _ given: [Int64], _ frame: RecordFrame) throws -> [RowChange.Kind]
    {
        var kinds: [RowChange.Kind] = []
        for old in try session.stock(of: offer) where !given.contains(old.key) {
            row.reset(CatalogueTable.stock.values.count)
            row.set(0, text: [48].span)
            let change = try session.write(
                .stock, RowKey(offer, old.key), row, asOf: frame.asOf, part: frame.part)
            if change.kind == .stale { isWholly = false }
            shape.stocks.append(old.key)
            kinds.append(change.kind)
        }
        return kinds
    }

    /// The offer's total, where the document does not state it.
    private func sumStock(_ offer: Int64, _ frame: RecordFrame) throws -> [RowChange.Kind] {
        var total: [UInt8] = [48]
        // As old as its newest row: an older file that adds a warehouse
        // changes the sum of them all.
        var asOf = frame.asOf
        for old in try session.stock(of: offer) {
            if let value = old.value { total = ExactDecimal.sum(total, Array(value.utf8)) }
            asOf = max(asOf, old.asOf)
        }
        row.reset(CatalogueTable.offer.values.count)
        row.set(10, text: total.span)
        shape.quantity = true
        let change = try session.write(
            .offer, RowKey(offer), row, asOf: asOf, part: frame.part, touches: true)
        if change.kind == .stale { isWholly = false }
        return [change.kind]
    }
}

extension Counts {
    /// Counts a row as repeated that counted as written before.
    fileprivate mutating func takeBack() {
        if inserted > 0 {
            inserted -= 1
        } else if updated > 0 {
            updated -= 1
        } else {
            return
        }
        repeated += 1
    }
}
