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
    /// Bytes of the package; as many as can be for one that is unpacked.
    package var size: Int64

    package init(id: PackageID, lane: Lane, rank: Int, size: Int64 = 0) {
        self.id = id
        self.lane = lane
        self.rank = rank
        self.size = size
    }

    /// Bytes up to which changes of the catalogue share a commit.
    private static let smallLimit: Int64 = 256 << 10

    /// May share its commit with others of its lane.
    package var isSmall: Bool { lane == .catalogue && size <= Self.smallLimit }

    /// The more urgent lane first, then dependencies, then arrival.
    static func isBefore(_ left: LaneJob, _ right: LaneJob) -> Bool {
        if left.lane != right.lane { return left.lane < right.lane }
        if left.rank != right.rank { return left.rank < right.rank }
        return left.id < right.id
    }
}

/// A thread that works lanes off: a full exchange has one of its own, so that
/// everything else goes past it.
package enum LaneWorker: String, Sendable, Hashable, CaseIterable {
    /// Orders, clients, changes of the catalogue.
    case front
    /// Full catalogues.
    case bulk

    package init(_ lane: Lane) { self = lane == .catalogueFull ? .bulk : .front }
}

/// The packages that wait for a worker, and what each runs now.
package final class LaneBoard: Sendable {
    /// How far a running package is.
    package struct Progress: Sendable {
        package var job: LaneJob
        package var bytesRead: Int64 = 0
        package var bytesTotal: Int64 = 0
        package var records = 0
        package var phase = Phase.reading
        /// Of the phase.
        package var pace: Pace
        /// When a worker took the package.
        package let started: ContinuousClock.Instant

        init(job: LaneJob, at now: ContinuousClock.Instant) {
            self.job = job
            pace = Pace(at: now)
            started = now
        }
    }

    package enum Phase: String, Sendable, Hashable {
        /// Read and applied in one go.
        case reading
        /// A full is read into its stage.
        case staging
        /// A stage is made live.
        case promoting
    }

    private struct Queue {
        /// A binary heap would save little: the list is sorted once per take.
        var waiting: [LaneJob] = []
        var isSorted = true
        var running: Progress?
        /// Taken after the running one, to share its commit.
        var companions: Set<PackageID> = []
    }

    private struct State {
        var queues: [LaneWorker: Queue] = [.front: Queue(), .bulk: Queue()]
        var known: Set<PackageID> = []

        func progress(of id: PackageID) -> Progress? {
            for queue in queues.values {
                if let running = queue.running, running.job.id == id { return running }
            }
            return nil
        }

        func isRunning(_ id: PackageID) -> Bool {
            queues.values.contains { $0.running?.job.id == id || $0.companions.contains(id) }
        }

        mutating func take(_ worker: LaneWorker, where fits: (LaneJob) -> Bool) -> LaneJob? {
            if queues[worker]?.isSorted == false {
                // Most urgent last, so that taking it moves nothing.
                queues[worker]?.waiting.sort { LaneJob.isBefore($1, $0) }
                queues[worker]?.isSorted = true
            }
            guard let job = queues[worker]?.waiting.last, fits(job) else { return nil }
            queues[worker]?.waiting.removeLast()
            known.remove(job.id)
            return job
        }
    }

    private let state = Mutex(State())
    private let bells: [LaneWorker: Doorbell]

    /// - Parameters:
    ///   - front: rings when there is work for the front worker.
    ///   - bulk: … and for the bulk worker.
    package init(front: Doorbell, bulk: Doorbell) { bells = [.front: front, .bulk: bulk] }

    /// Queues a job; one that waits or runs already is not queued twice.
    package func add(_ job: LaneJob) {
        let worker = LaneWorker(job.lane)
        let added = state.withLock { state in
            guard !state.isRunning(job.id), state.known.insert(job.id).inserted else { return false }
            state.queues[worker]?.waiting.append(job)
            state.queues[worker]?.isSorted = false
            return true
        }
        if added { bells[worker]?.ring() }
    }

    /// The most urgent job of a worker's lanes, marked as running; nil when
    /// none waits.
    package func take(_ worker: LaneWorker) -> LaneJob? {
        state.withLock { state in
            guard let job = state.take(worker, where: { _ in true }) else { return nil }
            state.queues[worker]?.running = Progress(job: job, at: .now)
            return job
        }
    }

    /// The most urgent job of a worker's lanes, if it is small, to share the
    /// running one's commit; nil where none waits or something else comes
    /// first.
    package func takeCompanion(_ worker: LaneWorker) -> LaneJob? {
        state.withLock { state in
            guard let job = state.take(worker, where: \.isSmall) else { return nil }
            state.queues[worker]?.companions.insert(job.id)
            return job
        }
    }

    /// The worker has done its job, with its companions.
    package func finish(_ worker: LaneWorker) {
        state.withLock { state in
            state.queues[worker]?.running = nil
            state.queues[worker]?.companions = []
        }
    }

    /// Takes a waiting job back; false when it runs or is not there.
    package func withdraw(_ id: PackageID) -> Bool {
        state.withLock { state in
            guard state.known.remove(id) != nil else { return false }
            for worker in LaneWorker.allCases { state.queues[worker]?.waiting.removeAll { $0.id == id } }
            return true
        }
    }

    /// How far a worker is; another phase begins a new pace.
    package func report(
        _ worker: LaneWorker, bytesRead: Int64, bytesTotal: Int64, records: Int, phase: Phase = .reading,
        at now: ContinuousClock.Instant = .now
    ) {
        state.withLock { state in
            guard var running = state.queues[worker]?.running else { return }
            running.bytesRead = bytesRead
            running.bytesTotal = bytesTotal
            running.records = records
            if running.phase != phase {
                running.phase = phase
                running.pace = Pace(at: now)
            }
            running.pace.add(bytes: bytesRead, records: records, at: now)
            state.queues[worker]?.running = running
        }
    }

    /// Whether it waits or runs.
    package func holds(_ id: PackageID) -> Bool {
        state.withLock { $0.known.contains(id) || $0.isRunning(id) }
    }

    /// How far a package is; nil where no worker has it.
    package func progress(of id: PackageID) -> Progress? { state.withLock { $0.progress(of: id) } }
    /// What a worker runs.
    package func running(_ worker: LaneWorker) -> Progress? {
        state.withLock { $0.queues[worker]?.running }
    }
    package var isIdle: Bool {
        state.withLock { state in
            state.queues.values.allSatisfy { $0.running == nil && $0.waiting.isEmpty }
        }
    }

    /// Jobs that wait, by lane.
    package func waiting(in lane: Lane) -> Int {
        state.withLock { state in
            state.queues[LaneWorker(lane)]?.waiting.count { $0.lane == lane } ?? 0
        }
    }
}
