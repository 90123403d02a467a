// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// Everything one part does to the store, inside one transaction.
///
/// Made by `CatalogueStore.session`; it lives as long as the transaction.
package final class CatalogueSession {
    package let connection: Connection
    package let source: Int64
    /// The part whose package these records are from.
    package let part: Int64
    /// True while the store held neither products nor offers when the part
    /// began: one `reload` row stands for all its changes.
    package let isFirstLoad: Bool

    private let idents: Idents
    private var writers: [RowWriter] = []
    private let undoInsert: HotStatement
    private let changeInsert: HotStatement
    private var undoCount: Int64 = 0
    private var changed: [String: IdentSet] = [:]
    private let valueSelect: HotStatement
    let priceRows: HotStatement
    let stockRows: HotStatement
    let productMark: HotStatement
    private var values: [[UInt8]: Int64] = [:]
    private var namedProperties = IdentSet()
    private var nextValue: Int64
    private var waitCount: Int64 = 0
    private var keptStreams: Set<Int64> = []

    /// Begins a new part.
    convenience init(
        _ connection: Connection, partner: String, package: PackageID, exchange: String
    ) throws(StoreError) {
        let source = try Self.source(partner, connection)
        let isFirstLoad =
            try connection.row("SELECT 1 FROM product UNION ALL SELECT 1 FROM offer LIMIT 1") == nil
        try connection.execute(
            """
            INSERT INTO part (package, exchange, source, outcome, as_of, applied_at, counts, rejects, undone)
            VALUES (?, ?, ?, '', 0, 0, '{}', 0, 0)
            """, [.text(package.text), .text(exchange), .integer(source)])
        try self.init(
            connection, source: source, part: connection.lastInsertedID, isFirstLoad: isFirstLoad)
    }

    /// Goes on with a part that was committed before.
    convenience init(_ connection: Connection, resuming part: Int64) throws(StoreError) {
        let row = try connection.row("SELECT source FROM part WHERE id = ?", [.integer(part)])
        guard let source = row?.integer(0) else {
            throw StoreError(code: 11, message: "part \(part) has no marker", path: connection.file)
        }
        try self.init(connection, source: source, part: part, isFirstLoad: false)
        undoCount =
            try connection.row("SELECT max(n) FROM undo WHERE part = ?", [.integer(part)])?.integer(0) ?? 0
    }

    private init(
        _ connection: Connection, source: Int64, part: Int64, isFirstLoad: Bool
    ) throws(StoreError) {
        self.connection = connection
        self.source = source
        self.part = part
        self.isFirstLoad = isFirstLoad
        idents = try Idents(source: source, connection)
        undoInsert = try connection.prepare(
            "INSERT INTO undo (part, n, tbl, id, id2, image) VALUES (?, ?, ?, ?, ?, ?)")
        changeInsert = try connection.prepare(
            "INSERT INTO change (part, kind, entity, ident) VALUES (?, ?, ?, ?)")
        priceRows = try connection.prepare("SELECT type, value, part, as_of FROM price WHERE offer = ?")
        stockRows = try connection.prepare(
            "SELECT warehouse, quantity, part, as_of FROM stock WHERE offer = ?")
        productMark = try connection.prepare("SELECT coalesce(deleted, 0) FROM product WHERE id = ?")
        valueSelect = try connection.prepare("SELECT id FROM property_value WHERE property = ? AND ext = ?")
        nextValue = 1 + (try connection.row("SELECT max(id) FROM property_value")?.integer(0) ?? 0)
        for table in CatalogueTable.allCases { writers.append(try RowWriter(table, connection)) }
    }

    /// The id of a partner in this file, made if it is new.
    static func source(_ partner: String, _ connection: Connection) throws(StoreError) -> Int64 {
        if let id = try connection.row("SELECT id FROM source WHERE name = ?", [.text(partner)])?.integer(0) {
            return id
        }
        try connection.execute("INSERT INTO source (name) VALUES (?)", [.text(partner)])
        return connection.lastInsertedID
    }

    // MARK: Ids

    package func ident(_ kind: IdentKind, _ ext: Span<UInt8>) throws(StoreError) -> Int64 {
        try idents.id(kind, ext)
    }
    package func knownIdent(_ kind: IdentKind, _ ext: Span<UInt8>) throws(StoreError) -> Int64? {
        try idents.find(kind, ext)
    }

    /// The id of a dictionary value of a property.
    ///
    /// - Parameter make: the dictionary itself names it. Elsewhere only what
    ///   is shaped like a GUID gets an id before its dictionary came.
    package func valueID(
        _ property: Int64, _ ext: Span<UInt8>, make: Bool
    ) throws(StoreError) -> (id: Int64?, isNew: Bool) {
        var key: [UInt8] = []
        for shift in stride(from: Int64(0), to: 64, by: 8) {
            key.append(UInt8(truncatingIfNeeded: property >> shift))
        }
        key.append(contentsOf: ext)
        if let id = values[key] { return (id, false) }
        if let found = try knownValue(property, ext) {
            if values.count < Self.valueCacheLimit { values[key] = found }
            return (found, false)
        }
        guard make || Idents.isGUID(ext) else { return (nil, false) }
        let id = nextValue
        nextValue += 1
        if values.count < Self.valueCacheLimit { values[key] = id }
        if !make {
            var row = StagedRow()
            row.reset(CatalogueTable.propertyValue.values.count)
            row.set(0, .integer(property))
            row.set(1, text: ext)
            _ = try write(.propertyValue, RowKey(id), row, asOf: 0)
        }
        return (id, true)
    }

    /// GUIDs compare without case; one that is in the store in mixed case is
    /// found as it is spelled there only.
    private func knownValue(_ property: Int64, _ ext: Span<UInt8>) throws(StoreError) -> Int64? {
        if let id = try selectValue(property, ext) { return id }
        guard Idents.isGUID(ext) else { return nil }
        if let id = try selectValue(property, Idents.folded(ext).span) { return id }
        return try selectValue(property, Idents.unfolded(ext).span)
    }

    private func selectValue(_ property: Int64, _ ext: Span<UInt8>) throws(StoreError) -> Int64? {
        valueSelect.bind(1, property)
        valueSelect.bind(2, text: ext)
        defer { valueSelect.reset() }
        return try valueSelect.step() ? valueSelect.integer(0) : nil
    }

    private static let valueCacheLimit = 65_536

    /// Names a property as the goods that bear it do, until its own
    /// description comes: that one is newer than any such name.
    package func nameProperty(_ property: Int64, _ name: Span<UInt8>) throws(StoreError) {
        guard namedProperties.insert(property) else { return }
        var row = StagedRow()
        row.reset(CatalogueTable.property.values.count)
        row.set(0, text: name)
        _ = try write(.property, RowKey(property), row, asOf: 0)
    }

    // MARK: Rows

    private func writer(_ table: CatalogueTable) -> RowWriter { writers[table.rawValue - 1] }

    /// Compares and writes a row; its before-image is kept.
    ///
    /// - Parameter part: the part that stated the facts: this one, or the one
    ///   whose record waited.
    package func write(
        _ table: CatalogueTable, _ key: RowKey, _ row: StagedRow, asOf: Int64, part: Int64? = nil
    ) throws(StoreError) -> RowChange {
        try writer(table).write(key, row, asOf: asOf, part: part ?? self.part) { image throws(StoreError) in
            try self.keep(table, key, image)
        }
    }

    package func read(_ table: CatalogueTable, _ key: RowKey) throws(StoreError) -> [SQLValue]? {
        try writer(table).read(key)
    }

    package func exists(_ table: CatalogueTable, _ key: RowKey) throws(StoreError) -> Bool {
        try writer(table).exists(key)
    }

    /// Takes a row away; its before-image is kept.
    package func remove(_ table: CatalogueTable, _ key: RowKey) throws(StoreError) {
        guard let old = try read(table, key) else { return }
        try keep(table, key, RowImage.encode(old))
        try writer(table).restore(key, nil)
    }

    /// Keeps a row's before-image ahead of a direct change.
    func keepImage(_ table: CatalogueTable, _ key: RowKey) throws(StoreError) {
        try keep(table, key, try read(table, key).map(RowImage.encode))
    }

    private func keep(_ table: CatalogueTable, _ key: RowKey, _ image: [UInt8]?) throws(StoreError) {
        try keep(table.rawValue, key, image)
    }

    /// Keeps what the store's own notes were (`NoteImage`).
    func keep(_ note: NoteImage, _ id: Int64, _ values: [SQLValue]) throws(StoreError) {
        try keep(note.rawValue, RowKey(id), RowImage.encode(values))
    }

    private func keep(_ table: Int, _ key: RowKey, _ image: [UInt8]?) throws(StoreError) {
        undoCount += 1
        undoInsert.bind(1, part)
        undoInsert.bind(2, undoCount)
        undoInsert.bind(3, table)
        undoInsert.bind(4, key.first)
        undoInsert.bind(5, key.second)
        if let image { undoInsert.bind(6, blob: image.span) } else { undoInsert.bindNull(6) }
        try undoInsert.run()
    }

    /// A new id for a waiting record; none is ever used again.
    func nextWaitingID() -> Int64 {
        waitCount += 1
        return part << 32 | waitCount
    }

    /// Whether this is the first time the part advances a stream.
    func isFirstAdvance(of stream: Int64) -> Bool { keptStreams.insert(stream).inserted }

    /// Adds to the change feed: one row per entity and package.
    package func note(_ kind: String, _ entity: String, _ ident: Int64) throws(StoreError) {
        guard !isFirstLoad, changed[entity, default: IdentSet()].insert(ident) else { return }
        try feed(kind, entity, ident)
    }

    private func feed(_ kind: String, _ entity: String, _ ident: Int64?) throws(StoreError) {
        changeInsert.bind(1, part)
        changeInsert.bind(2, .text(kind))
        changeInsert.bind(3, .text(entity))
        changeInsert.bind(4, .integer(ident))
        try changeInsert.run()
    }

    package func reject(_ reject: Reject, number: Int) throws(StoreError) {
        try connection.execute(
            """
            INSERT INTO reject (part, n, member, offset, line, kind, ext, code, detail, fragment)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(part), .integer(number), .text(reject.member), .integer(reject.offset),
                .integer(reject.line), .text(reject.kind), .text(reject.id), .text(reject.code.rawValue),
                .text(reject.detail), .text(reject.fragment),
            ])
    }

    // MARK: The marker

    /// Completes the marker, as the last act before the commit.
    package func finish(
        outcome: Outcome, asOf: Int64, at now: Int64, counts: String, rejects: Int, hash: [UInt8]
    ) throws(StoreError) {
        if isFirstLoad, undoCount > 0 { try feed("reload", "catalogue", nil) }
        try connection.execute(
            "UPDATE part SET outcome = ?, as_of = ?, applied_at = ?, counts = ?, rejects = ?, hash = ? WHERE id = ?",
            [
                .text(outcome.rawValue), .integer(asOf), .integer(now), .text(counts), .integer(rejects),
                .blob(hash), .integer(part),
            ])
    }
}
