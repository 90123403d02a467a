// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

/// The columns that a record states, before they are compared with the store.
///
/// One instance is reused for all records; `bytes` holds the texts.
package struct StagedRow {
    package enum Cell: Equatable {
        /// Not stated: the store keeps what it has.
        case absent
        /// Stated as empty.
        case null
        case integer(Int64)
        /// UTF-8 in `bytes`.
        case text(start: Int, count: Int)
        case blob(start: Int, count: Int)
    }

    package private(set) var cells: [Cell] = []
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Empties it for a table of `count` value columns.
    package mutating func reset(_ count: Int) {
        cells.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        for _ in 0..<count { cells.append(.absent) }
    }

    package mutating func set(_ column: Int, text: Span<UInt8>) {
        let start = bytes.count
        bytes.append(copying: text)
        cells[column] = .text(start: start, count: text.count)
    }

    package mutating func set(_ column: Int, text: [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: text)
        cells[column] = .text(start: start, count: text.count)
    }

    package mutating func set(_ column: Int, blob: [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: blob)
        cells[column] = .blob(start: start, count: blob.count)
    }

    package mutating func set(_ column: Int, _ cell: Cell) { cells[column] = cell }

    /// Whether any of the first columns up to `end`, from `start`, is stated.
    package func states(_ columns: Range<Int>) -> Bool { cells[columns].contains { $0 != .absent } }

    /// The text of a cell; empty for anything else.
    package func text(_ column: Int) -> [UInt8] {
        guard case .text(let start, let count) = cells[column] else { return [] }
        return Array(bytes[start..<start + count])
    }
}
