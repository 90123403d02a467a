// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
package import Records

/// Before-images of the store's own notes, beside those of `CatalogueTable`.
enum NoteImage: Int {
    /// A stream: last part and hash, as-of and count of its last full, the
    /// as-of that its slices are confirmed at.
    case stream = 101
    /// A file name of a stream: name, as-of, time, first and last item; NULL
    /// where it was new.
    case streamName
    /// Another part's marker: counts and outcome, and the counts that
    /// replaced them.
    case marker
    /// A slice of an entity: key item and stream, the slot as it was.
    case slice
    /// Rows of consecutive ids that were inserted: key first and last; with
    /// offers go their prices and stock.
    case products, offers
}

extension CatalogueStore {
    /// What came of an undo.
    package enum UndoAnswer: Sendable, Hashable {
        case done
        /// The package was never applied here, or is undone already.
        case notApplied
        /// Retention removed what is needed: nothing was changed.
        case imagesGone
    }

    /// Puts back what a part changed, newest change first, and announces it in
    /// the change feed under the part's package.
    ///
    /// Only right while nothing else changed these rows since; the caller
    /// checks that.
    package func undo(_ package: PackageID) throws -> UndoAnswer {
        try write { connection in
            guard
                let marker = try connection.row(
                    "SELECT id, images_gone FROM part WHERE package = ? AND undone = 0",
                    [.text(package.text)]),
                let part = marker.integer(0)
            else { return .notApplied }
            guard marker.integer(1) == 0 else { return .imagesGone }
            let writers = try CatalogueTable.allCases.map { try RowWriter($0, connection) }
            let slices = try UndoneSlices(connection)
            try connection.each(
                "SELECT tbl, id, id2, image FROM undo WHERE part = ? ORDER BY n DESC", [.integer(part)]
            ) { row in
                let number = Int(row.integer(0) ?? 0)
                let image = row.blob(3).flatMap(RowImage.decode)
                let key = RowKey(row.integer(1) ?? 0, row.integer(2) ?? 0)
                if let table = CatalogueTable(rawValue: number) {
                    try writers[table.rawValue - 1].restore(key, image)
                } else if number == NoteImage.slice.rawValue {
                    try slices.restore(key, row.blob(3))
                } else if number == NoteImage.products.rawValue || number == NoteImage.offers.rawValue {
                    let table: CatalogueTable = number == NoteImage.products.rawValue ? .product : .offer
                    for item in key.first...key.second { try slices.end(table, item) }
                    try Self.remove(table, key, connection)
                } else if let note = NoteImage(rawValue: number), let image {
                    try Self.restore(note, key.first, image, part: part, connection)
                }
            }
            try slices.pages.flush()
            try connection.execute(
                """
                INSERT INTO change (part, kind, entity, ident)
                SELECT part, CASE kind WHEN 'insert' THEN 'delete' WHEN 'reload' THEN 'reload' ELSE 'update' END,
                    entity, ident
                FROM change WHERE part = ? ORDER BY seq
                """, [.integer(part)])
            try connection.execute("DELETE FROM undo WHERE part = ?", [.integer(part)])
            try connection.execute("DELETE FROM pending_sweep WHERE part = ?", [.integer(part)])
            try connection.execute("DELETE FROM chunk WHERE part = ?", [.integer(part)])
            try connection.execute("UPDATE part SET undone = 1 WHERE id = ?", [.integer(part)])
            return .done
        }
    }

    /// Takes away inserted rows of consecutive ids.
    private static func remove(_ table: CatalogueTable, _ run: RowKey, _ connection: Connection)
        throws(StoreError)
    {
        let keys: [SQLValue] = [.integer(run.first), .integer(run.second)]
        try connection.execute("DELETE FROM \(table.name) WHERE id BETWEEN ? AND ?", keys)
        guard table == .offer else { return }
        try connection.execute("DELETE FROM price WHERE offer BETWEEN ? AND ?", keys)
        try connection.execute("DELETE FROM stock WHERE offer BETWEEN ? AND ?", keys)
    }

    /// Puts back a note of the store's own, unless a later part wrote it.
    private static func restore(
        _ note: NoteImage, _ id: Int64, _ image: [SQLValue], part: Int64, _ connection: Connection
    ) throws(StoreError) {
        switch note {
        case .stream:
            try connection.execute(
                """
                UPDATE stream SET last_part = ?, last_hash = ?, full_as_of = ?, full_count = ?, confirmed = ?
                WHERE id = ? AND last_part = ?
                """, image + (image.count == 4 ? [.null] : []) + [.integer(id), .integer(part)])
        case .streamName where image[1] == .null:
            try connection.execute(
                "DELETE FROM stream_name WHERE stream = ? AND name = ?", [.integer(id), image[0]])
        case .streamName:
            try connection.execute(
                """
                UPDATE stream_name SET as_of = ?, at = ?, first_item = ?, last_item = ?
                WHERE stream = ? AND name = ?
                """,
                image[1...2] + (image.count == 3 ? [.null, .null] : image[3...4]) + [.integer(id), image[0]])
        case .marker:
            try connection.execute(
                "UPDATE part SET counts = ?, outcome = ? WHERE id = ? AND counts = ?",
                [image[0], image[1], .integer(id), image[2]])
        case .slice, .products, .offers: break
        }
    }
}

/// Slices while a part is undone: its own notes bring back what stood before
/// it; those of the rows that it inserted go with them.
private struct UndoneSlices {
    let pages: SlicePages
    private var streams: [(id: Int64, isGoods: Bool)] = []

    init(_ connection: Connection) throws(StoreError) {
        pages = try SlicePages(connection)
        for row in try connection.rows("SELECT id, section FROM stream") {
            streams.append((row.integer(0) ?? 0, row.text(1) == SectionKind.catalogue.word))
        }
    }

    func end(_ table: CatalogueTable, _ item: Int64) throws(StoreError) {
        for stream in streams where stream.isGoods == (table == .product) {
            if try pages.slot(stream.id, item) != nil { try pages.put(nil, stream.id, item) }
        }
    }

    func restore(_ key: RowKey, _ image: [UInt8]?) throws(StoreError) {
        try pages.put(image.flatMap { SliceSlot($0, at: 0) }, key.second, key.first)
    }
}
