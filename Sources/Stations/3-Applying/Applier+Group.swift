// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import CatalogueStore
package import Records

/// Applies small parts that share one commit, each as if it came alone.
package struct ApplyGroup {
    private let group: CatalogueGroup

    fileprivate init(_ group: CatalogueGroup) { self.group = group }

    /// Applies one part of the group, whole or not at all; durable when the
    /// group is.
    ///
    /// - Throws: as `Applier.apply`; the parts before it stand, unless it is
    ///   `GroupLost`.
    package func apply(
        _ source: any BatchSource, _ context: ApplyContext, now: () -> Int64
    ) throws -> ApplyResult {
        try Applier.judged {
            try group.session(
                partner: context.partner, package: context.package, exchange: context.exchange
            ) { session in
                let work = try PartWork(session, context, source)
                return try Applier.run(work, now: now) { _, _, _ in }
            }
        }
    }

    /// The marker of a package, nil where it was never applied.
    package func marker(_ package: PackageID) throws -> CatalogueStore.Marker? { try group.marker(package) }
}

extension Applier {
    /// Applies parts in one transaction, which commits durably when `body`
    /// returns; when it throws, nothing was changed.
    package func group<T>(_ body: (ApplyGroup) throws -> T) throws -> T {
        try store.group { group in try body(ApplyGroup(group)) }
    }
}
