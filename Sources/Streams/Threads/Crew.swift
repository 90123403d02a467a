// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Threads that do one job each, and can be waited for.
///
/// Unchecked: what changes is only touched under `condition`'s lock.
package final class Crew: @unchecked Sendable {
    private let condition = NSCondition()
    private var running = 0

    /// Processors that this process may use.
    package static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    package init() {}

    /// Begins a job on a thread of its own; see `WorkerThread`.
    package func start(label: String, nice: CInt = 0, _ job: @escaping @Sendable () -> Void) {
        condition.lock()
        running += 1
        condition.unlock()
        WorkerThread(label: label, nice: nice).run { [self] in
            job()
            condition.lock()
            running -= 1
            condition.broadcast()
            condition.unlock()
        }
    }

    /// Waits until every job has ended.
    package func wait() {
        condition.lock()
        while running > 0 { condition.wait() }
        condition.unlock()
    }
}
