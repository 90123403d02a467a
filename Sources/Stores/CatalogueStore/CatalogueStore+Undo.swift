// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
package import Records

/// Before-images of the store's own notes, beside those of `CatalogueTable`.
enum NoteImage: Int {
    /// A stream: last part and hash, as-of and count of its last full.
    case stream = 101
    /// A file name of a stream: name, as-of and time, NULL where it was new.
    case streamName
    /// Another part's marker: counts and outcome, and the counts that
    /// replaced them.
    case marker
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
            try connection.each(
                "SELECT tbl, id, id2, image FROM undo WHERE part = ? ORDER BY n DESC", [.integer(part)]
            ) { row in
                let number = Int(row.integer(0) ?? 0)
                let image = row.blob(3).flatMap(RowImage.decode)
                let key = RowKey(row.integer(1) ?? 0, row.integer(2) ?? 0)
                if let table = CatalogueTable(rawValue: number) {
                    try writers[table.rawValue - 1].restore(key, image)
                } else if let note = NoteImage(rawValue: number), let image {
                    try Self.restore(note, key.first, image, part: part, connection)
                }
            }
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

    /// Puts back a note of the store's own, unless a later part wrote it.
    private static func restore(
        _ note: NoteImage, _ id: Int64, _ image: [SQLValue], part: Int64, _ connection: Connection
    ) throws(StoreError) {
        switch note {
        case .stream:
            try connection.execute(
                """
                UPDATE stream SET last_part = ?, last_hash = ?, full_as_of = ?, full_count = ?
                WHERE id = ? AND last_part = ?
                """, image + [.integer(id), .integer(part)])
        case .streamName where image[1] == .null:
            try connection.execute(
                "DELETE FROM stream_name WHERE stream = ? AND name = ?", [.integer(id), image[0]])
        case .streamName:
            try connection.execute(
                "UPDATE stream_name SET as_of = ?, at = ? WHERE stream = ? AND name = ?",
                [image[1], image[2], .integer(id), image[0]])
        case .marker:
            try connection.execute(
                "UPDATE part SET counts = ?, outcome = ? WHERE id = ? AND counts = ?",
                [image[0], image[1], .integer(id), image[2]])
        }
    }
}
