// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Runs an actor's jobs on a thread of its own, so that it may block.
package final class LaneExecutor: SerialExecutor {
    private let thread: WorkerThread

    package init(label: String, nice: CInt = 0) { thread = WorkerThread(label: label, nice: nice) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        thread.run { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

/// Runs one blocking call on `thread` and awaits its result.
package func onThread<T: Sendable>(_ thread: WorkerThread, _ body: @escaping @Sendable () throws -> T)
    async throws -> T
{
    try await withCheckedThrowingContinuation { continuation in
        thread.run { continuation.resume(with: Result { try body() }) }
    }
}
