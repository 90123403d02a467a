// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

/// Compares staged rows with one table and writes what differs.
///
/// Statements are prepared once a file. What it overwrites it first hands
/// to `keep`, as a before-image.
final class RowWriter {
    let table: CatalogueTable
    private let columns: [String]
    private let keyCount: Int
    private let valueCount: Int
    private let groups: [(asOf: String, end: Int)]
    private let select: HotStatement
    private let insert: HotStatement
    private let replace: HotStatement
    private let update: HotStatement
    private let touch: HotStatement
    private let delete: HotStatement

    init(_ table: CatalogueTable, _ connection: Connection) throws(StoreError) {
        self.table = table
        columns = table.columns
        keyCount = table.keys.count
        valueCount = table.values.count
        groups = table.groups
        let keys = table.keys.map { "\($0) = ?" }.joined(separator: " AND ")
        let list = columns.joined(separator: ", ")
        let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
        let setters = columns.dropFirst(keyCount).map { "\($0) = ?" }.joined(separator: ", ")
        let asOfs = groups.map { "\($0.asOf) = ?" }.joined(separator: ", ")
        select = try connection.prepare("SELECT \(list) FROM \(table.name) WHERE \(keys)")
        insert = try connection.prepare("INSERT INTO \(table.name) (\(list)) VALUES (\(marks))")
        replace = try connection.prepare("INSERT OR REPLACE INTO \(table.name) (\(list)) VALUES (\(marks))")
        update = try connection.prepare("UPDATE \(table.name) SET \(setters) WHERE \(keys)")
        touch = try connection.prepare("UPDATE \(table.name) SET \(asOfs) WHERE \(keys)")
        delete = try connection.prepare("DELETE FROM \(table.name) WHERE \(keys)")
    }

    /// Writes what `row` states, newer facts over older ones, group by group.
    ///
    /// - Parameters:
    ///   - asOf: of the facts, milliseconds.
    ///   - part: the part that states them.
    ///   - isNew: there is no such row yet.
    ///   - isLazy: what only gets a later time is left as it is.
    ///   - keep: takes the before-image, nil where there was no row.
    func write(
        _ key: RowKey, _ row: StagedRow, asOf: Int64, part: Int64, isNew: Bool, isLazy: Bool,
        keep: ([UInt8]?) throws(StoreError) -> Void
    ) throws(StoreError) -> RowChange {
        if isNew {
            try keep(nil)
            try insertRow(key, row, asOf: asOf, part: part)
            return RowChange(kind: .inserted)
        }
        bindKey(select, key, from: 1)
        guard try select.step() else {
            select.reset()
            try keep(nil)
            try insertRow(key, row, asOf: asOf, part: part)
            return RowChange(kind: .inserted)
        }
        defer { select.reset() }
        var change = RowChange(kind: .unchanged)
        change.wasMine = select.integer(Int32(columns.count - 1)) == part
        let deletedColumn = table.values.firstIndex(of: "deleted")
        if let deletedColumn {
            change.wasDeleted = select.integer(Int32(keyCount + deletedColumn))
        }
        var asOfs: [Int64] = []
        var takes: [Bool] = []
        var confirms = false
        var differs = false
        var start = 0
        var older = false
        var stated = false
        for (index, group) in groups.enumerated() {
            let old = select.integer(Int32(keyCount + valueCount + index))
            let range = start..<group.end
            start = group.end
            let states = row.states(range)
            stated = stated || states
            let take = states && asOf >= old
            if states && !take { older = true; change.hasOlder = true }
            takes.append(take)
            asOfs.append(take ? asOf : old)
            if take && asOf > old { confirms = true }
            if take {
                for column in range where isDifferent(row.cells[column], column, row) {
                    differs = true
                    change.columns.append(column)
                }
            }
        }
        guard differs else {
            if older && !takes.contains(true) {
                change.kind = .stale
            } else if confirms, isLazy {
                change.isUntouched = true
            } else if confirms {
                try keep(image())
                for (index, asOf) in asOfs.enumerated() { touch.bind(Int32(index + 1), asOf) }
                bindKey(touch, key, from: Int32(asOfs.count + 1))
                try touch.run()
            }
            return change
        }
        try keep(image())
        try updateRow(key, row, takes: takes, asOfs: asOfs, part: part)
        change.kind = .updated
        return change
    }

    /// Gives fact groups a later time where the row has an earlier one.
    func confirm(
        _ key: RowKey, _ confirmed: [Int], asOf: Int64, keep: ([UInt8]?) throws(StoreError) -> Void
    ) throws(StoreError) {
        bindKey(select, key, from: 1)
        defer { select.reset() }
        guard try select.step() else { return }
        var asOfs = groups.indices.map { select.integer(Int32(keyCount + valueCount + $0)) }
        guard confirmed.contains(where: { asOfs[$0] < asOf }) else { return }
        try keep(image())
        for group in confirmed { asOfs[group] = max(asOfs[group], asOf) }
        for (index, asOf) in asOfs.enumerated() { touch.bind(Int32(index + 1), asOf) }
        bindKey(touch, key, from: Int32(asOfs.count + 1))
        try touch.run()
    }

    /// The row as values in the order of `CatalogueTable.columns`, nil where
    /// there is none.
    func read(_ key: RowKey) throws(StoreError) -> [SQLValue]? {
        bindKey(select, key, from: 1)
        defer { select.reset() }
        guard try select.step() else { return nil }
        return (0..<Int32(columns.count)).map(select.value)
    }

    func exists(_ key: RowKey) throws(StoreError) -> Bool {
        bindKey(select, key, from: 1)
        defer { select.reset() }
        return try select.step()
    }

    /// Puts a before-image back; nil takes the row away.
    func restore(_ key: RowKey, _ image: [SQLValue]?) throws(StoreError) {
        guard let image else {
            bindKey(delete, key, from: 1)
            try delete.run()
            return
        }
        for (index, value) in image.enumerated() { replace.bind(Int32(index + 1), value) }
        try replace.run()
    }

    /// Makes all statements ready, whatever a failure left them in.
    func reset() { for statement in [select, insert, update, touch, delete] { statement.reset() } }

    // MARK: Pieces

    private func bindKey(_ statement: HotStatement, _ key: RowKey, from position: Int32) {
        statement.bind(position, key.first)
        if keyCount == 2 { statement.bind(position + 1, key.second) }
    }

    private func image() -> [UInt8] { RowImage.encode((0..<Int32(columns.count)).map(select.value)) }

    private func isDifferent(_ cell: StagedRow.Cell, _ column: Int, _ row: StagedRow) -> Bool {
        let index = Int32(keyCount + column)
        switch cell {
        case .absent: return false
        case .null: return !select.isNull(index)
        case .integer(let value): return select.isNull(index) || select.integer(index) != value
        case .text(let start, let count), .blob(let start, let count):
            guard !select.isNull(index) else { return true }
            let stated = row.bytes.span.extracting(start..<start + count)
            return select.withBytes(index) { old in
                guard old.count == stated.count else { return true }
                for position in 0..<old.count where old[position] != stated[position] { return true }
                return false
            }
        }
    }

    private func insertRow(_ key: RowKey, _ row: StagedRow, asOf: Int64, part: Int64) throws(StoreError) {
        bindKey(insert, key, from: 1)
        for column in 0..<valueCount { bind(insert, Int32(keyCount + column + 1), row.cells[column], row) }
        var start = 0
        for (index, group) in groups.enumerated() {
            let states = row.states(start..<group.end)
            start = group.end
            // A group that was never stated is older than anything.
            insert.bind(Int32(keyCount + valueCount + index + 1), states || index == 0 ? asOf : Int64.min)
        }
        insert.bind(Int32(columns.count), part)
        try insert.run()
    }

    private func updateRow(
        _ key: RowKey, _ row: StagedRow, takes: [Bool], asOfs: [Int64], part: Int64
    ) throws(StoreError) {
        var start = 0
        for (index, group) in groups.enumerated() {
            for column in start..<group.end {
                let position = Int32(column + 1)
                if takes[index], row.cells[column] != .absent {
                    bind(update, position, row.cells[column], row)
                } else {
                    update.bind(position, select.value(Int32(keyCount + column)))
                }
            }
            start = group.end
            update.bind(Int32(valueCount + index + 1), asOfs[index])
        }
        update.bind(Int32(valueCount + groups.count + 1), part)
        bindKey(update, key, from: Int32(valueCount + groups.count + 2))
        try update.run()
    }

    private func bind(_ statement: HotStatement, _ position: Int32, _ cell: StagedRow.Cell, _ row: StagedRow)
    {
        switch cell {
        case .absent, .null: statement.bindNull(position)
        case .integer(let value): statement.bind(position, value)
        case .text(let start, let count):
            statement.bind(position, text: row.bytes.span.extracting(start..<start + count))
        case .blob(let start, let count):
            statement.bind(position, blob: row.bytes.span.extracting(start..<start + count))
        }
    }
}

/// The key of a row: one id, or an offer and its price type or warehouse.
package struct RowKey: Hashable, Sendable {
    package var first: Int64
    package var second: Int64
    package init(_ first: Int64, _ second: Int64 = 0) {
        self.first = first
        self.second = second
    }
}

/// What a write did to a row.
package struct RowChange {
    package enum Kind: Sendable { case inserted, updated, unchanged, stale }
    package var kind: Kind
    /// Value columns that changed, with `updated`.
    package var columns: [Int] = []
    /// Some of what was stated is older than what the row holds.
    package var hasOlder = false
    /// The row holds what was stated, and an earlier time.
    package var isUntouched = false
    /// The row had been written by this very part.
    package var wasMine = false
    /// The old `deleted` mark.
    package var wasDeleted: Int64 = 0

    package init(kind: Kind) { self.kind = kind }
}
