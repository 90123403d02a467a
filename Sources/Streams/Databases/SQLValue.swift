// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// A value that goes into or comes out of a statement.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    package static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }
    package static func text(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    package static func integer(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
}

/// One row of a result: values by position.
package struct SQLRow: Sendable, Hashable {
    package let values: [SQLValue]

    package init(values: [SQLValue]) { self.values = values }

    package subscript(index: Int) -> SQLValue { values[index] }
    package func text(_ index: Int) -> String? {
        if case .text(let text) = values[index] { return text }
        return nil
    }
    package func integer(_ index: Int) -> Int64? {
        if case .integer(let integer) = values[index] { return integer }
        return nil
    }
    package func blob(_ index: Int) -> [UInt8]? {
        if case .blob(let blob) = values[index] { return blob }
        return nil
    }
}

/// A failure of SQLite, with the file it happened in.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Primary result code of SQLite (`SQLITE_FULL` is 13).
    package let code: Int32
    package let message: String
    package let path: String

    package init(code: Int32, message: String, path: String) {
        self.code = code
        self.message = message
        self.path = path
    }

    package var isBusy: Bool { code == 5 || code == 6 }
    /// The disk is full, read-only or failing: no package is at fault.
    package var isDisk: Bool { code == 8 || code == 10 || code == 13 || code == 14 }
    package var isDamaged: Bool { code == 11 || code == 26 }

    package var description: String {
        let cure =
            switch code {
            case 13: "free space on that volume, then `waybill run` goes on by itself"
            case 8: "make the folder writable for the user that runs the agent"
            case 11, 26: "stop the agent and restore the file from a backup, or run `waybill doctor`"
            case 5, 6: "another process holds the file: only the agent may write to it"
            default: "run `waybill doctor`"
            }
        return "\(path): \(message) (SQLite code \(code)); \(cure)"
    }
}
