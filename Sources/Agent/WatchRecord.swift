// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// One record of `waybill-watch`: `KIND TAB NUMBER TAB TEXT`, ended by NUL
/// (`Sources/waybill-watch/Record.swift`).
struct WatchRecord: Hashable {
    enum Kind: String {
        case ready, event, overflow, gone, error
        case newFolder = "new-folder"
    }

    var kind: Kind
    /// The folder in the order of the arguments; nil for all of them.
    var folder: Int?
    var text: String

    /// Nil for bytes that are no record.
    init?(_ bytes: some Collection<UInt8>) {
        let fields = bytes.split(separator: 9, maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3, let kind = Kind(rawValue: String(decoding: fields[0], as: UTF8.self)) else {
            return nil
        }
        let number = String(decoding: fields[1], as: UTF8.self)
        folder = Int(number)
        guard folder != nil || number == "-" else { return nil }
        self.kind = kind
        text = String(decoding: fields[2], as: UTF8.self)
    }
}

/// Cuts a stream of bytes into records, whatever pieces it comes in.
struct WatchRecords {
    /// Longest record that is kept: no path is longer.
    private static let limit = 64 << 10
    private var rest: [UInt8] = []

    /// - Returns: the records that are complete now; what is no record is
    ///   left out.
    mutating func feed(_ bytes: [UInt8]) -> [WatchRecord] {
        var records: [WatchRecord] = []
        for byte in bytes {
            if byte != 0 {
                if rest.count < Self.limit { rest.append(byte) }
                continue
            }
            if let record = WatchRecord(rest) { records.append(record) }
            rest.removeAll(keepingCapacity: true)
        }
        return records
    }
}
