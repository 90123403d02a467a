// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Hands things from thread to thread, a few at most on the way: who makes
/// them faster than they are taken waits.
///
/// Unchecked: what changes is only touched under `condition`'s lock.
package final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let limit: Int
    private var waiting: [Element] = []
    private var isClosed = false
    private var isCancelled = false

    /// - Parameter limit: how many may wait.
    package init(limit: Int) { self.limit = limit }

    /// Waits for room.
    ///
    /// - Returns: false once cancelled; the element is dropped then.
    @discardableResult
    package func put(_ element: Element) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while waiting.count >= limit && !isCancelled { condition.wait() }
        guard !isCancelled else { return false }
        waiting.append(element)
        condition.broadcast()
        return true
    }

    /// Keeps the element where there is room, else drops it.
    package func offer(_ element: Element) {
        condition.lock()
        defer { condition.unlock() }
        guard waiting.count < limit, !isCancelled else { return }
        waiting.append(element)
        condition.broadcast()
    }

    /// The next element, waited for; nil once cancelled, and at the end.
    package func take() -> Element? {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty && !isClosed && !isCancelled { condition.wait() }
        guard !isCancelled, !waiting.isEmpty else { return nil }
        condition.broadcast()
        return waiting.removeFirst()
    }

    /// The next element where one waits.
    package func takeIfThere() -> Element? {
        condition.lock()
        defer { condition.unlock() }
        guard !isCancelled, !waiting.isEmpty else { return nil }
        condition.broadcast()
        return waiting.removeFirst()
    }

    /// Nothing more comes.
    package func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    /// Ends every wait from now on, and drops what waits.
    package func cancel() {
        condition.lock()
        isCancelled = true
        waiting.removeAll()
        condition.broadcast()
        condition.unlock()
    }
}
