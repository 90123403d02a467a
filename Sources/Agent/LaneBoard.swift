// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records
import Synchronization
package import Threads

/// A claimed package on its way to a worker.
package struct LaneJob: Sendable, Hashable {
    package var id: PackageID
    package var lane: Lane
    /// Dictionaries before goods before offers before prices before stock.
    package var rank: Int

    package init(id: PackageID, lane: Lane, rank: Int) {
        self.id = id
        self.lane = lane
        self.rank = rank
    }

    /// The more urgent lane first, then dependencies, then arrival.
    static func isBefore(_ left: LaneJob, _ right: LaneJob) -> Bool {
        if left.lane != right.lane { return left.lane < right.lane }
        if left.rank != right.rank { return left.rank < right.rank }
        return left.id < right.id
    }
}

/// The packages that wait for a worker, and what runs now.
package final class LaneBoard: Sendable {
    /// How far the running package is.
    package struct Progress: Sendable {
        package var job: LaneJob
        package var bytesRead: Int64 = 0
        package var bytesTotal: Int64 = 0
        package var records = 0
    }

    private struct State {
        /// A binary heap would save little: the list is sorted once per take.
        var waiting: [LaneJob] = []
        var isSorted = true
        var known: Set<PackageID> = []
        var running: Progress?
    }

    private let state = Mutex(State())
    private let bell: Doorbell

    /// - Parameter bell: rings when there is work.
    package init(bell: Doorbell) { self.bell = bell }

    /// Queues a job; one that waits or runs already is not queued twice.
    package func add(_ job: LaneJob) {
        let added = state.withLock { state in
            guard state.running?.job.id != job.id, state.known.insert(job.id).inserted else { return false }
            state.waiting.append(job)
            state.isSorted = false
            return true
        }
        if added { bell.ring() }
    }

    /// The most urgent job, marked as running; nil when none waits.
    package func take() -> LaneJob? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            if !state.isSorted {
                // Most urgent last, so that taking it moves nothing.
                state.waiting.sort { LaneJob.isBefore($1, $0) }
                state.isSorted = true
            }
            let job = state.waiting.removeLast()
            state.known.remove(job.id)
            state.running = Progress(job: job)
            return job
        }
    }

    package func finish() { state.withLock { $0.running = nil } }

    /// Takes a waiting job back; false when it runs or is not there.
    package func withdraw(_ id: PackageID) -> Bool {
        state.withLock { state in
            guard state.known.remove(id) != nil else { return false }
            state.waiting.removeAll { $0.id == id }
            return true
        }
    }

    package func report(bytesRead: Int64, bytesTotal: Int64, records: Int) {
        state.withLock { state in
            state.running?.bytesRead = bytesRead
            state.running?.bytesTotal = bytesTotal
            state.running?.records = records
        }
    }

    /// Whether it waits or runs.
    package func holds(_ id: PackageID) -> Bool {
        state.withLock { $0.known.contains(id) || $0.running?.job.id == id }
    }

    package var running: Progress? { state.withLock { $0.running } }
    package var isIdle: Bool { state.withLock { $0.running == nil && $0.waiting.isEmpty } }

    /// Jobs that wait, by lane.
    package func waiting(in lane: Lane) -> Int {
        state.withLock { state in state.waiting.count { $0.lane == lane } }
    }
}
