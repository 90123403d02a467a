// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Promoting
import Records
import Synchronization

/// The staged packages that wait to go live.
final class StageShelf: Sendable {
    struct Item: Sendable {
        var staged: StagedPackage
        /// A command wants it live now.
        var isAsked = false
        /// Before this there is no use in trying.
        var notBefore: Timestamp?
        /// What the row says of why it waits.
        var reason = ""
    }

    private let items = Mutex<[PackageID: Item]>([:])

    func put(_ item: Item) { items.withLock { $0[item.staged.id] = item } }
    func remove(_ id: PackageID) { items.withLock { _ = $0.removeValue(forKey: id) } }
    func change(_ id: PackageID, _ body: (inout Item) -> Void) {
        items.withLock { items in
            guard var item = items[id] else { return }
            body(&item)
            items[id] = item
        }
    }

    subscript(_ id: PackageID) -> Item? { items.withLock { $0[id] } }

    /// In the order in which they go live.
    var all: [Item] {
        items.withLock { $0.values.sorted { StagedPackage.isBefore($0.staged, $1.staged) } }
    }
}
