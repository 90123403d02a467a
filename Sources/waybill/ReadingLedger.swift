// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Archiving
import Databases
import JournalStore
import Records

/// The journal as a ledger for verbs that only read, beside a running agent.
struct ReadingLedger: ArchiveLedger {
    /// Nil where there is no journal yet: nothing was archived.
    let journal: StoreReader?

    func page(after: String, limit: Int) throws(ArchiveError) -> [PackageRow] {
        guard let journal else { return [] }
        do {
            return try journal.read {
                try JournalQueries.archived(partner: nil, after: after, limit: limit, $0)
            }
        } catch { throw .journal("\(error)") }
    }

    func row(_ id: PackageID) throws(ArchiveError) -> PackageRow? {
        guard let journal else { return nil }
        do { return try journal.read { try JournalQueries.row(id, $0) } } catch { throw .journal("\(error)") }
    }

    /// A reader writes nothing: only a dry run comes here, and it asks for
    /// nothing to be written.
    func expire(_ rows: [PackageRow]) throws(ArchiveError) {
        throw .journal("a reading verb was asked to write")
    }
}
