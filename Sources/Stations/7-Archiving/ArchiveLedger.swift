// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import JournalStore
package import Records

/// What the archive needs to ask of and tell the journal.
package protocol ArchiveLedger {
    /// Rows in the archive and not expired, whose id is greater than `after`,
    /// in the order of their ids.
    func page(after: String, limit: Int) throws(ArchiveError) -> [PackageRow]
    func row(_ id: PackageID) throws(ArchiveError) -> PackageRow?
    /// Saves rows whose files are gone: `expiredAt` is set.
    func expire(_ rows: [PackageRow]) throws(ArchiveError)
}

/// The agent's journal as a ledger.
package struct JournalLedger: ArchiveLedger {
    private let journal: Journal
    private let now: Timestamp

    package init(_ journal: Journal, now: Timestamp) {
        self.journal = journal
        self.now = now
    }

    package func page(after: String, limit: Int) throws(ArchiveError) -> [PackageRow] {
        do {
            return try journal.read {
                try JournalQueries.archived(partner: nil, after: after, limit: limit, $0)
            }
        } catch { throw .journal("\(error)") }
    }

    package func row(_ id: PackageID) throws(ArchiveError) -> PackageRow? {
        do { return try journal.row(id) } catch { throw .journal("\(error)") }
    }

    package func expire(_ rows: [PackageRow]) throws(ArchiveError) {
        do { try journal.save(rows, at: now) } catch { throw .journal("\(error)") }
    }
}

extension ArchiveLedger {
    static var pageSize: Int { 1_000 }

    /// Visits every archived row up to the id `last` in pages.
    func each(upTo last: String?, _ visit: ([PackageRow]) throws(ArchiveError) -> Void) throws(ArchiveError) {
        var after = ""
        while true {
            let rows = try page(after: after, limit: Self.pageSize)
            guard let newest = rows.last else { return }
            after = newest.id.text
            try visit(last.map { last in rows.filter { $0.id.text <= last } } ?? rows)
            if rows.count < Self.pageSize { return }
            if let last, after >= last { return }
        }
    }
}
