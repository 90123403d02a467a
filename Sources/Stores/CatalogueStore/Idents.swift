// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

/// What an id of a partner names; products and offers share `item`.
package enum IdentKind: Int64, Sendable {
    case item = 1
    case group, property, priceType, warehouse, unit
}

/// The table of partners' own ids.
///
/// GUIDs compare without case, everything else exactly; the first spelling is
/// kept. Ids grow by one, so that sets of them are bitmaps.
final class Idents {
    private let source: Int64
    private let statements: IdentStatements
    private var next: Int64
    private var hasFolds: Bool
    /// Ids from here on were made by this session.
    let firstNew: Int64
    /// The item found last: files name items in the order of their ids.
    private var lastItem: Int64 = 0
    private var misses = 0
    /// All items, by the hash of their spelling, while there is no index.
    private var items: ItemMap?
    /// Small kinds only: all of them while there is no index, else not more
    /// than `cacheLimit`.
    private var cache = ItemMap()
    private var key: [UInt8] = []
    private static let cacheLimit = 8_192

    init(source: Int64, _ statements: IdentStatements, _ connection: Connection) throws(StoreError) {
        self.source = source
        self.statements = statements
        next = 1 + (try connection.row("SELECT max(id) FROM ident")?.integer(0) ?? 0)
        firstNew = next
        hasFolds = try connection.row("SELECT 1 FROM ident_fold LIMIT 1") != nil
    }

    /// The id of `ext`, made if it is new.
    func id(_ kind: IdentKind, _ ext: Span<UInt8>) throws(StoreError) -> Int64 {
        if kind == .item {
            if let id = try find(kind, ext) { return id }
            return try make(kind, ext)
        }
        key.removeAll(keepingCapacity: true)
        key.append(UInt8(kind.rawValue))
        key.append(copying: ext)
        let key = key
        if let id = cache.find(key.span) { return id }
        let id: Int64 = if let found = try find(kind, ext) { found } else { try make(kind, ext) }
        if items != nil || cache.count < Self.cacheLimit { cache.insert(key.span, id) }
        return id
    }

    /// Keeps all ids in memory until `letItemsGo`, so that the index can be
    /// made at once when all is there.
    func holdItems(_ connection: Connection) throws(StoreError) {
        var map = ItemMap()
        let all = try connection.prepare("SELECT id, kind, ext FROM ident WHERE source = \(source)")
        while try all.step() {
            let (id, kind) = (all.integer(0), all.integer(1))
            let ext = all.withBytes(2) { Array($0) }
            if kind == IdentKind.item.rawValue {
                map.insert(ext.span, id)
            } else {
                let key = [UInt8(truncatingIfNeeded: kind)] + ext
                cache.insert(key.span, id)
            }
        }
        all.reset()
        items = map
    }

    /// Ends `holdItems`.
    func letItemsGo() { items = nil }

    /// The id of `ext`, nil where nobody named it yet.
    func find(_ kind: IdentKind, _ ext: Span<UInt8>) throws(StoreError) -> Int64? {
        let id = try search(kind, ext)
        if kind == .item, let id { lastItem = id }
        return id
    }

    private func search(_ kind: IdentKind, _ ext: Span<UInt8>) throws(StoreError) -> Int64? {
        if items != nil {
            if let id = held(kind, ext) { return id }
            guard Self.isGUID(ext), Self.hasUpperCase(ext) || hasFolds else { return nil }
            let folded = Self.folded(ext)
            if let id = held(kind, folded.span) { return id }
            return hasFolds ? try look(statements.selectFold, kind, folded.span) : nil
        }
        if kind == .item, let id = try next(is: ext) { return id }
        if let id = try look(statements.select, kind, ext) { return id }
        guard Self.isGUID(ext) else { return nil }
        let folded = Self.folded(ext)
        if Self.hasUpperCase(ext), let id = try look(statements.select, kind, folded.span) { return id }
        return hasFolds ? try look(statements.selectFold, kind, folded.span) : nil
    }

    /// The id of exactly this spelling, while all are in memory.
    private func held(_ kind: IdentKind, _ ext: Span<UInt8>) -> Int64? {
        guard kind != .item else { return items?.find(ext) }
        var key = [UInt8(kind.rawValue)]
        key.append(copying: ext)
        let whole = key
        return cache.find(whole.span)
    }

    /// The item behind the last one, where it is spelled so.
    private func next(is ext: Span<UInt8>) throws(StoreError) -> Int64? {
        // Where the order is another one, the guess is made seldom.
        guard misses < 64 || misses & 63 == 0, lastItem + 1 < next else {
            misses += 1
            return nil
        }
        let selectExt = statements.selectExt
        selectExt.bind(1, lastItem + 1)
        defer { selectExt.reset() }
        let isIt =
            try selectExt.step() && selectExt.integer(0) == IdentKind.item.rawValue
            && selectExt.integer(1) == source
            && selectExt.withBytes(2) { found in
                guard found.count == ext.count else { return false }
                for index in found.indices where found[index] != ext[index] { return false }
                return true
            }
        misses = isIt ? 0 : misses + 1
        return isIt ? lastItem + 1 : nil
    }

    private func look(_ statement: HotStatement, _ kind: IdentKind, _ ext: Span<UInt8>) throws(StoreError)
        -> Int64?
    {
        statement.bind(1, text: ext)
        statement.bind(2, kind.rawValue)
        statement.bind(3, source)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }

    private func make(_ kind: IdentKind, _ ext: Span<UInt8>) throws(StoreError) -> Int64 {
        let id = next
        next += 1
        let insert = statements.insert
        insert.bind(1, id)
        insert.bind(2, kind.rawValue)
        insert.bind(3, source)
        insert.bind(4, text: ext)
        try insert.run()
        if kind == .item {
            items?.insert(ext, id)
            lastItem = id
        }
        if Self.hasUpperCase(ext), Self.isGUID(ext) {
            let insertFold = statements.insertFold
            insertFold.bind(1, text: Self.folded(ext).span)
            insertFold.bind(2, kind.rawValue)
            insertFold.bind(3, source)
            insertFold.bind(4, id)
            try insertFold.run()
            hasFolds = true
        }
        return id
    }

    /// `8-4-4-4-12` hexadecimal digits, or two of them with `#` between.
    static func isGUID(_ ext: Span<UInt8>) -> Bool {
        guard ext.count == 36 || ext.count == 73 else { return false }
        for index in ext.indices {
            let byte = ext[index]
            switch index % 37 {
            case 36: if byte != 35 { return false }
            case 8, 13, 18, 23: if byte != 45 { return false }
            default:
                guard (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte) else {
                    return false
                }
            }
        }
        return true
    }

    private static func hasUpperCase(_ ext: Span<UInt8>) -> Bool {
        for index in ext.indices where (65...70).contains(ext[index]) { return true }
        return false
    }

    /// In upper case.
    static func unfolded(_ ext: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(copying: ext)
        for index in bytes.indices where (97...102).contains(bytes[index]) { bytes[index] -= 32 }
        return bytes
    }

    static func folded(_ ext: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(copying: ext)
        for index in bytes.indices where (65...70).contains(bytes[index]) { bytes[index] += 32 }
        return bytes
    }
}
