// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Work that one thread gives out, several do, and one takes back in the order
/// in which it was given out.
///
/// Unchecked: what changes is only touched under `condition`'s lock.
package final class OrderedWork<Item: Sendable>: @unchecked Sendable {
    private struct Slot {
        let item: Item
        var isBegun: Bool
        var isDone: Bool
    }

    private let condition = NSCondition()
    private let limit: Int
    /// In order; the first one has the number `first`.
    private var slots: [Slot] = []
    private var first = 0
    private var isClosed = false
    private var isCancelled = false

    /// - Parameter limit: items that may be on the way.
    package init(limit: Int) { self.limit = limit }

    /// Waits for room.
    ///
    /// - Parameter isDone: nobody has to work on it.
    /// - Returns: false once cancelled.
    package func put(_ item: Item, isDone: Bool) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while slots.count >= limit && !isCancelled { condition.wait() }
        guard !isCancelled else { return false }
        slots.append(Slot(item: item, isBegun: isDone, isDone: isDone))
        condition.broadcast()
        return true
    }

    /// The next item that nobody has begun, waited for; nil once cancelled,
    /// and at the end. `done` takes its number.
    package func begin() -> (number: Int, item: Item)? {
        condition.lock()
        defer { condition.unlock() }
        while !isCancelled {
            if let index = slots.firstIndex(where: { !$0.isBegun }) {
                slots[index].isBegun = true
                return (first + index, slots[index].item)
            }
            if isClosed { return nil }
            condition.wait()
        }
        return nil
    }

    package func done(_ number: Int) {
        condition.lock()
        defer { condition.unlock() }
        guard !isCancelled else { return }
        slots[number - first].isDone = true
        if number == first { condition.broadcast() }
    }

    /// The next item in order, waited for until it is done; nil once
    /// cancelled, and at the end.
    package func next() -> Item? {
        condition.lock()
        defer { condition.unlock() }
        while !isCancelled {
            if let slot = slots.first {
                if slot.isDone {
                    slots.removeFirst()
                    first += 1
                    condition.broadcast()
                    return slot.item
                }
            } else if isClosed {
                return nil
            }
            condition.wait()
        }
        return nil
    }

    /// Nothing more is put.
    package func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    /// Ends every wait from now on, and drops what is on the way.
    package func cancel() {
        condition.lock()
        isCancelled = true
        slots.removeAll()
        condition.broadcast()
        condition.unlock()
    }
}
