// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Databases
import Files
import JournalStore
import Records
import Settings
import SpoolStore

extension Gate {
    /// The root's spool.
    var spool: Spool { Spool(root: loaded.spool, files: RealFileSystem()) }

    /// The package that an id or the start of one names.
    ///
    /// - Throws: `Failure`: not found, or the start of several.
    func package(_ text: String) throws -> PackageRow {
        let wanted = text.lowercased()
        guard PackageID(wanted) != nil, let journal = try journal() else { throw missing(text) }
        let rows = try journal.read { try JournalQueries.rows(prefix: wanted, limit: 6, $0) }
        if let exact = rows.first(where: { $0.id.text == wanted }) { return exact }
        guard let first = rows.first else { throw missing(text) }
        guard rows.count == 1 else {
            throw Failure(
                .usage, "\(text) is the start of several packages: \(Self.some(rows))",
                cure: "give more of the id")
        }
        return first
    }

    private func missing(_ text: String) -> Failure {
        Failure(
            .notFound, "\(text): no such package", cure: "`waybill queue` and `waybill find TEXT` list ids")
    }

    private static func some(_ rows: [PackageRow]) -> String {
        rows.prefix(5).map(\.id.text).joined(separator: ", ") + (rows.count > 5 ? ", …" : "")
    }

    /// Rows of the journal; none where there is no journal yet.
    func rows(_ query: (Connection) throws(StoreError) -> [PackageRow]) throws -> [PackageRow] {
        guard let journal = try journal() else { return [] }
        return try journal.read { try query($0) }
    }
}
