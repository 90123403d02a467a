// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

/// The statements of a session, prepared once for all sessions of the file.
///
/// A session works alone in its transaction, so each statement has one user
/// at a time.
final class SessionStatements {
    let writers: [RowWriter]
    let idents: IdentStatements
    let undoInsert: HotStatement
    let changeInsert: HotStatement
    let valueSelect: HotStatement
    let priceRows: HotStatement
    let stockRows: HotStatement
    let productMark: HotStatement
    /// The page cache has the size for large packages; a session that was
    /// undone leaves it so.
    var hasBulkCache = false

    init(_ connection: Connection) throws(StoreError) {
        var writers: [RowWriter] = []
        for table in CatalogueTable.allCases { writers.append(try RowWriter(table, connection)) }
        self.writers = writers
        idents = try IdentStatements(connection)
        undoInsert = try connection.prepare(
            "INSERT INTO undo (part, n, tbl, id, id2, image) VALUES (?, ?, ?, ?, ?, ?)")
        changeInsert = try connection.prepare(
            "INSERT INTO change (part, kind, entity, ident) VALUES (?, ?, ?, ?)")
        priceRows = try connection.prepare("SELECT type, value, part, as_of FROM price WHERE offer = ?")
        stockRows = try connection.prepare(
            "SELECT warehouse, quantity, part, as_of FROM stock WHERE offer = ?")
        productMark = try connection.prepare("SELECT coalesce(deleted, 0) FROM product WHERE id = ?")
        valueSelect = try connection.prepare("SELECT id FROM property_value WHERE property = ? AND ext = ?")
    }

    /// Ends whatever a failed session left in the middle: a statement between
    /// two rows would hold its read transaction open.
    func reset() {
        for writer in writers { writer.reset() }
        idents.reset()
        for statement in [undoInsert, changeInsert, valueSelect, priceRows, stockRows, productMark] {
            statement.reset()
        }
    }
}

/// The statements on the table of partners' own ids.
final class IdentStatements {
    let select: HotStatement
    let selectFold: HotStatement
    let insert: HotStatement
    let insertFold: HotStatement
    let selectExt: HotStatement

    init(_ connection: Connection) throws(StoreError) {
        select = try connection.prepare("SELECT id FROM ident WHERE ext = ? AND kind = ? AND source = ?")
        selectFold = try connection.prepare(
            "SELECT id FROM ident_fold WHERE folded = ? AND kind = ? AND source = ?")
        insert = try connection.prepare("INSERT INTO ident (id, kind, source, ext) VALUES (?, ?, ?, ?)")
        insertFold = try connection.prepare(
            "INSERT INTO ident_fold (folded, kind, source, id) VALUES (?, ?, ?, ?)")
        selectExt = try connection.prepare("SELECT kind, source, ext FROM ident WHERE id = ?")
    }

    func reset() {
        for statement in [select, selectFold, insert, insertFold, selectExt] { statement.reset() }
    }
}
