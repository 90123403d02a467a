// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Records

extension PartWork {
    func applyProduct(
        _ batch: RecordBatch, _ head: RecordBatch.Head, _ id: Range<Int>, _ frame: RecordFrame
    ) throws {
        let ident = try session.ident(.item, batch.arena.span.extracting(id))
        let repeated = isRepeated(.product, ident)
        see(ident, frame)
        try begin(ident, head, frame)
        row.reset(CatalogueTable.product.values.count)
        stage(0, .sku, batch)
        stage(1, .barcode, batch)
        stage(2, .name, batch)
        stage(3, .fullName, batch)
        stage(4, .description, batch)
        stage(5, .brand, batch)
        stage(6, form[.unit] == nil ? .unitCode : .unit, batch)
        stage(7, .vatRate, batch)
        stage(8, .weight, batch)
        if form.groupsStated {
            json.removeAll()
            json.raw(91)
            for group in form.groups {
                let id = try session.ident(.group, batch.arena.span.extracting(group))
                json.comma()
                json.integer(id)
            }
            json.raw(93)
            row.set(9, text: json.bytes)
        }
        try stageProperties(10, batch)
        stageExtra(11, batch, characteristics: true)
        stageMark(12, batch)
        row.set(13, .integer(frame.stream))
        stagePictures(14, batch)
        let isDeleted = row.cells[12] == .integer(1)
        let change = try session.write(.product, RowKey(ident), row, asOf: frame.asOf)
        switch change.kind {
        case .inserted: try session.note("insert", "product", ident)
        case .updated:
            // Its place in another stream alone is no news for a shop.
            if change.columns != [13] {
                try session.note(isDeleted && change.wasDeleted == 0 ? "delete" : "update", "product", ident)
            }
        case .unchanged, .stale: break
        }
        if change.kind == .updated, isDeleted != (change.wasDeleted != 0) {
            try session.follow(product: ident, deleted: isDeleted)
        }
        if repeated {
            counts["product"].repeated += 1
        } else {
            count("product", change.kind, deleted: isDeleted && change.wasDeleted == 0, into: &counts)
        }
        shape.own = true
        shape.pictures = !form.pictures.isEmpty
        isWholly = !repeated && change.kind != .stale && !change.hasOlder
        try end(ident, head, frame, isGoods: true)
        if change.kind == .inserted {
            if batch.arena[id].contains(35), try session.exists(.offer, RowKey(ident)),
                try session.adoptOffer(ofProduct: ident)
            {
                try session.note("update", "offer", ident)
            }
            try resolve(ident)
        }
    }

    private func stagePictures(_ column: Int, _ batch: RecordBatch) {
        guard !form.pictures.isEmpty else { return }
        json.removeAll()
        pictures(batch)
        row.set(column, text: json.bytes)
    }

    /// Writes the record's pictures as a list.
    func pictures(_ batch: RecordBatch) {
        json.raw(91)
        for picture in form.pictures {
            json.comma()
            json.raw("{\"path\":")
            json.string(batch.arena[picture.path])
            if let description = picture.description, !description.isEmpty {
                json.raw(",\"description\":")
                json.string(batch.arena[description])
            }
            json.raw(125)
        }
        json.raw(93)
    }
}

extension CatalogueSession {
    /// A deleted product takes its offers with it, a live one brings back
    /// those that went only with it.
    func follow(product: Int64, deleted: Bool) throws {
        for offer in try offers(ofProduct: product) {
            if deleted, offer.deleted == 0 {
                try mark(.offer, offer.id, deleted: 2, asOf: nil)
                try note("delete", "offer", offer.id)
            } else if !deleted, offer.deleted == 2 {
                try mark(.offer, offer.id, deleted: 0, asOf: nil)
                try note("update", "offer", offer.id)
            }
        }
    }
}
