// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Aligned columns for people; the last column is cut at the terminal's
/// width, never a value in the middle.
struct Table {
    private let head: [String]
    private var rows: [[String]] = []
    private let rightAligned: Set<Int>

    init(_ head: [String], right: Set<Int> = []) {
        self.head = head
        rightAligned = right
    }

    mutating func add(_ row: [String]) { rows.append(row.map(Self.oneLine)) }

    /// - Parameter width: columns to fit; 0 for no limit.
    func lines(width: Int = 0) -> [String] {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let last = column == row.count - 1
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                if rightAligned.contains(column) {
                    line += gap + cell
                } else {
                    line += last ? cell : cell + gap
                }
                if !last { line += "  " }
            }
            return width > 0 && line.count > width ? line.prefix(width - 1) + "…" : line
        }
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }
}
