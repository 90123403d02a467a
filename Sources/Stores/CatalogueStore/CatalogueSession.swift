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
    let statements: SessionStatements
    private var undoCount: Int64 = 0
    private var changed: [String: IdentSet] = [:]
    private var values = ItemMap()
    private var valueKey: [UInt8] = []
    private var namedProperties = IdentSet()
    private var nextValue: Int64
    private var waitCount: Int64 = 0
    private var keptStreams: Set<Int64> = []
    var slices: SliceWork
    /// Rows inserted one after another, whose undo is one note.
    private var inserted: [InsertedRun?] = [nil, nil]
    /// Items named first by this session that have a product, an offer.
    private var newRows = [IdentSet(), IdentSet()]
    /// A large package brings the first offers: one `reload` row stands for
    /// them, too, and no offer is there that it did not bring.
    private var isFirstOffers = false
    /// Indexes that are made anew at the end.
    private var dropped: [String] = []

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
        statements = try connection.kept { connection throws(StoreError) in
            try SessionStatements(connection)
        }
        // What a session before this one left behind when it failed.
        statements.reset()
        if statements.hasBulkCache {
            try connection.setCache(kibibytes: nil)
            statements.hasBulkCache = false
        }
        idents = try Idents(source: source, statements.idents, connection)
        slices = try SliceWork(connection, source: source)
        nextValue = 1 + (try connection.row("SELECT max(id) FROM property_value")?.integer(0) ?? 0)
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
        valueKey.removeAll(keepingCapacity: true)
        for shift in stride(from: Int64(0), to: 64, by: 8) {
            valueKey.append(UInt8(truncatingIfNeeded: property >> shift))
        }
        valueKey.append(copying: ext)
        let key = valueKey
        if let id = values.find(key.span) { return (id, false) }
        if let found = try knownValue(property, ext) {
            if values.count < Self.valueCacheLimit { values.insert(key.span, found) }
            return (found, false)
        }
        guard make || Idents.isGUID(ext) else { return (nil, false) }
        let id = nextValue
        nextValue += 1
        if values.count < Self.valueCacheLimit { values.insert(key.span, id) }
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
        let valueSelect = statements.valueSelect
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

    private func writer(_ table: CatalogueTable) -> RowWriter { statements.writers[table.rawValue - 1] }

    /// Compares and writes a row; its before-image is kept.
    ///
    /// - Parameters:
    ///   - part: the part that stated the facts: this one, or the one
    ///     whose record waited.
    ///   - isNew: the caller knows that there is no such row.
    ///   - touches: the time is written even where the record's slice will
    ///     confirm it.
    package func write(
        _ table: CatalogueTable, _ key: RowKey, _ row: StagedRow, asOf: Int64, part: Int64? = nil,
        isNew: Bool = false, touches: Bool = false
    ) throws(StoreError) -> RowChange {
        if !slices.streams.isEmpty, let groups = table.factGroups(row) {
            try endSlices(of: key.first, groups)
        }
        let change = try writer(table).write(
            key, row, asOf: asOf, part: part ?? self.part, isNew: isNew || lacksRow(table, key),
            isLazy: slices.isCut && table.isSliced && key.first == slices.item && !touches
        ) { image throws(StoreError) in try self.keep(table, key, image) }
        if change.kind == .inserted, let place = Self.place(table), knowsRows(table, key) {
            newRows[place].insert(key.first)
        }
        if change.isUntouched { slices.hasUntouched = true }
        return change
    }

    /// Whether `newRows` holds the whole truth about a row: its item was named
    /// first by this session, or the table was empty.
    private func knowsRows(_ table: CatalogueTable, _ key: RowKey) -> Bool {
        key.first >= idents.firstNew || (table == .offer && isFirstOffers)
    }

    /// Whether a row is known not to be there.
    private func lacksRow(_ table: CatalogueTable, _ key: RowKey) -> Bool {
        guard let place = Self.place(table), knowsRows(table, key) else { return false }
        return !newRows[place].contains(key.first)
    }

    private static func place(_ table: CatalogueTable) -> Int? {
        switch table {
        case .product: 0
        case .offer: 1
        default: nil
        }
    }

    /// Gives fact groups of a row a later time, nothing else.
    func confirm(_ table: CatalogueTable, _ key: RowKey, _ groups: [Int], asOf: Int64) throws(StoreError) {
        try writer(table).confirm(key, groups, asOf: asOf) { image throws(StoreError) in
            try self.keep(table, key, image)
        }
    }

    package func read(_ table: CatalogueTable, _ key: RowKey) throws(StoreError) -> [SQLValue]? {
        try writer(table).read(key)
    }

    package func exists(_ table: CatalogueTable, _ key: RowKey) throws(StoreError) -> Bool {
        if Self.place(table) != nil, knowsRows(table, key) { return !lacksRow(table, key) }
        return try writer(table).exists(key)
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
        if image == nil, try joinsRun(table, key) { return }
        try keep(table.rawValue, key, image, number: reserveNumber())
    }

    /// An inserted row whose undo needs no note of its own: one of a run of
    /// products or offers, or a row of an offer in such a run.
    private func joinsRun(_ table: CatalogueTable, _ key: RowKey) throws(StoreError) -> Bool {
        switch table {
        case .product, .offer:
            let place = table == .product ? 0 : 1
            if inserted[place]?.last == key.first - 1 {
                inserted[place]?.last = key.first
            } else {
                try endRun(place)
                inserted[place] = InsertedRun(
                    table: table, first: key.first, last: key.first, number: reserveNumber())
            }
            return true
        case .price, .stock: return inserted[1]?.last == key.first
        default: return false
        }
    }

    private func endRun(_ place: Int) throws(StoreError) {
        guard let run = inserted[place] else { return }
        inserted[place] = nil
        let note: NoteImage = run.table == .product ? .products : .offers
        try keep(note, RowKey(run.first, run.last), nil, number: run.number)
    }

    /// A new slice of an entity whose row is in a run ends with that row.
    func keepNewSlice(_ stream: Int64, _ item: Int64, isGoods: Bool) throws(StoreError) {
        if inserted[isGoods ? 0 : 1]?.last == item { return }
        try keep(.slice, RowKey(item, stream), nil, number: reserveNumber())
    }

    /// Keeps what the store's own notes were (`NoteImage`).
    func keep(_ note: NoteImage, _ id: Int64, _ values: [SQLValue]) throws(StoreError) {
        try keep(note.rawValue, RowKey(id), RowImage.encode(values), number: reserveNumber())
    }

    func keep(_ note: NoteImage, _ key: RowKey, _ image: [UInt8]?, number: Int64) throws(StoreError) {
        try keep(note.rawValue, key, image, number: number)
    }

    /// The place of a before-image that is written later: undo puts back the
    /// highest number first.
    func reserveNumber() -> Int64 {
        undoCount += 1
        return undoCount
    }

    private func keep(_ table: Int, _ key: RowKey, _ image: [UInt8]?, number: Int64) throws(StoreError) {
        let undoInsert = statements.undoInsert
        undoInsert.bind(1, part)
        undoInsert.bind(2, number)
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

    /// Whether this is the first time the part changes a stream.
    func isFirstChange(of stream: Int64) -> Bool { keptStreams.insert(stream).inserted }

    /// Adds to the change feed: one row per entity and package.
    package func note(_ kind: String, _ entity: String, _ ident: Int64) throws(StoreError) {
        if isFirstOffers, entity == "offer" || entity == "price" || entity == "stock" { return }
        guard !isFirstLoad, changed[entity, default: IdentSet()].insert(ident) else { return }
        try feed(kind, entity, ident)
    }

    private func feed(_ kind: String, _ entity: String, _ ident: Int64?) throws(StoreError) {
        let changeInsert = statements.changeInsert
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

    /// Writes what the session still holds in memory, ahead of a commit or of
    /// another session's turn; what it has read of slices is forgotten.
    package func settle() throws(StoreError) {
        try endRun(0)
        try endRun(1)
        try slices.pages.flush()
        idents.letItemsGo()
        for index in dropped { try connection.script(index) }
        if !dropped.isEmpty {
            try connection.setCache(kibibytes: nil)
            statements.hasBulkCache = false
        }
        dropped = []
    }

    /// Prepares for a large package: tables that are empty get their indexes
    /// once all rows are there, and the page cache grows until `settle`.
    package func beginBulk() throws(StoreError) {
        let isEmpty = { (table: String) throws(StoreError) -> Bool in
            try self.connection.row("SELECT 1 FROM \(table) LIMIT 1") == nil
        }
        var names: [String] = []
        if try isEmpty("product") {
            names += ["product_sku", "product_barcode"]
            if try isEmpty("offer"), idents.firstNew < Self.fewIdents {
                names.append("ident_ext")
                try idents.holdItems(connection)
            }
        }
        if try isEmpty("offer") {
            names += ["offer_sku", "offer_barcode"]
            isFirstOffers = true
        }
        guard !names.isEmpty else { return }
        for name in names {
            guard
                let sql = try connection.row(
                    "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?", [.text(name)])?.text(0)
            else { continue }
            dropped.append(sql)
            try connection.script("DROP INDEX \(name)")
        }
        statements.hasBulkCache = true
        try connection.setCache(kibibytes: Self.bulkCache)
    }

    private static let fewIdents: Int64 = 10_000
    private static let bulkCache = 48 << 10

    /// Starts writing what the transaction has put into the write-ahead log so
    /// far, so that its commit does not wait for all of it.
    package func startWriteback() { connection.startWriteback() }

    // MARK: The marker

    /// Completes the marker, as the last act before the commit.
    package func finish(
        outcome: Outcome, asOf: Int64, at now: Int64, counts: String, rejects: Int, hash: [UInt8]
    ) throws(StoreError) {
        try settle()
        if isFirstLoad || isFirstOffers, undoCount > 0 { try feed("reload", "catalogue", nil) }
        try connection.execute(
            "UPDATE part SET outcome = ?, as_of = ?, applied_at = ?, counts = ?, rejects = ?, hash = ? WHERE id = ?",
            [
                .text(outcome.rawValue), .integer(asOf), .integer(now), .text(counts), .integer(rejects),
                .blob(hash), .integer(part),
            ])
    }
}

/// Rows of consecutive ids that one part inserted.
private struct InsertedRun {
    var table: CatalogueTable
    var first: Int64
    var last: Int64
    /// Of the note: the place of the first row.
    var number: Int64
}

extension CatalogueTable {
    /// Its rows are stated by goods and offers, which come in slices.
    var isSliced: Bool {
        switch self {
        case .product, .offer, .price, .stock: true
        default: false
        }
    }

    /// Groups that a row states, as slices depend on them; nil for tables
    /// that they don't depend on.
    func factGroups(_ row: StagedRow) -> FactGroups? {
        switch self {
        case .product: .product
        case .offer:
            switch (row.states(0..<10), row.states(10..<11)) {
            case (true, true): [.offer, .stock]
            case (true, false): .offer
            default: .stock
            }
        case .price: .prices
        case .stock: .stock
        default: nil
        }
    }
}
