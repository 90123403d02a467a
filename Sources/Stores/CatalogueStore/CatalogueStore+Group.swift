// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Records

/// Several small parts that share one commit (architecture, invariant 4).
///
/// Made by `CatalogueStore.group`; it lives as long as the transaction. Each
/// part stands or falls alone.
package final class CatalogueGroup {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Runs one part, which is undone when `body` throws or does not ask for
    /// the commit; the parts before it stand.
    ///
    /// - Throws: what `body` throws; `GroupLost` where the whole group was
    ///   undone with it.
    package func session<T>(
        partner: String, package: PackageID, exchange: String,
        _ body: (CatalogueSession) throws -> (commit: Bool, value: T)
    ) throws -> T {
        var result: T?
        do {
            try connection.savepoint {
                let (commit, value) = try body(
                    CatalogueSession(connection, partner: partner, package: package, exchange: exchange))
                result = value
                return commit
            }
        } catch {
            guard connection.isInTransaction else { throw GroupLost(cause: error) }
            throw error
        }
        // The savepoint runs its body once, or throws: no value is a defect of GRDB's.
        guard let result else { fatalError("a savepoint ended without a value") }
        return result
    }

    /// The marker of a package, nil where it was never applied here.
    package func marker(_ package: PackageID) throws(StoreError) -> CatalogueStore.Marker? {
        try CatalogueStore.marker(package, connection)
    }
}

/// SQLite undid all parts of a group, since the disk is full or fails:
/// nothing was changed.
package struct GroupLost: Error {
    package let cause: any Error
}

extension CatalogueStore {
    /// Runs parts in one transaction, which commits durably when `body`
    /// returns and is undone with all its parts when it throws.
    package func group<T>(_ body: (CatalogueGroup) throws -> T) throws -> T {
        try write { connection in try body(CatalogueGroup(connection)) }
    }
}
