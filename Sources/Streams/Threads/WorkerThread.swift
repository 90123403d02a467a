// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One pthread with a name and a nice value, and a queue of jobs.
///
/// Jobs run in the order they came, one at a time. The thread ends after the
/// jobs that wait when the object goes away.
package final class WorkerThread: Sendable {
    private let mailbox: Mailbox

    /// - Parameters:
    ///   - label: shown by `top -H`; Linux keeps 15 bytes of it.
    ///   - nice: 0 to 19; a higher one yields to others.
    package init(label: String, nice: CInt = 0) {
        let mailbox = Mailbox()
        self.mailbox = mailbox
        let thread = Thread {
            // Foundation names a thread only once it runs; until then it has
            // its maker's name.
            Thread.current.name = String(decoding: label.utf8.prefix(15), as: UTF8.self)
            // On Linux a nice value belongs to the calling thread. A refusal
            // leaves the thread at the process's own value, which is right.
            if nice > 0 { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, nice) }
            while let job = mailbox.take() { job() }
        }
        // Parsing a deep document must not meet the small default stack.
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { mailbox.close() }

    /// Queues a job.
    package func run(_ job: @escaping @Sendable () -> Void) { mailbox.put(job) }
}

/// A queue of jobs between threads.
///
/// Unchecked: `jobs` and `closed` are only touched between `lock` and
/// `unlock` of `condition`.
private final class Mailbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [@Sendable () -> Void] = []
    private var closed = false

    func put(_ job: @escaping @Sendable () -> Void) {
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    func close() {
        condition.lock()
        closed = true
        condition.signal()
        condition.unlock()
    }

    /// The next job; nil after `close` when none waits.
    func take() -> (@Sendable () -> Void)? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty {
            if closed { return nil }
            condition.wait()
        }
        return jobs.removeFirst()
    }
}
