// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records
import Synchronization
import Threads

/// Packages that somebody works on right now, so that nobody else moves them.
final class PackageSet: Sendable {
    private let ids = Mutex<Set<PackageID>>([])

    /// - Returns: false where it is in already: somebody else has it.
    @discardableResult
    func insert(_ id: PackageID) -> Bool { ids.withLock { $0.insert(id).inserted } }
    func remove(_ id: PackageID) { ids.withLock { _ = $0.remove(id) } }
    func contains(_ id: PackageID) -> Bool { ids.withLock { $0.contains(id) } }
    var isEmpty: Bool { ids.withLock { $0.isEmpty } }
}

/// Packages that wait for a thread of their own, first in, first out.
final class PackageQueue: Sendable {
    private struct State {
        var ids: [PackageID] = []
        var known: Set<PackageID> = []
        /// Taken and not done yet.
        var taken: Set<PackageID> = []
    }

    private let state = Mutex(State())
    private let bell: Doorbell

    init(bell: Doorbell) { self.bell = bell }

    func add(_ id: PackageID) { add([id]) }

    func add(_ ids: [PackageID]) {
        state.withLock { state in
            for id in ids where state.known.insert(id).inserted { state.ids.append(id) }
        }
        bell.ring()
    }

    /// At most `limit` of them, oldest first; held until `done`.
    func take(_ limit: Int) -> [PackageID] {
        state.withLock { state in
            let ids = Array(state.ids.prefix(limit))
            state.ids.removeFirst(ids.count)
            state.known.subtract(ids)
            state.taken = Set(ids)
            return ids
        }
    }

    func done() { state.withLock { $0.taken = [] } }

    /// Whether it waits or is being worked on.
    func holds(_ id: PackageID) -> Bool {
        state.withLock { $0.known.contains(id) || $0.taken.contains(id) }
    }

    var isEmpty: Bool { state.withLock { $0.ids.isEmpty && $0.taken.isEmpty } }
    /// Packages that wait.
    var count: Int { state.withLock { $0.ids.count } }
}
