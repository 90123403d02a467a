// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing
import Threads

@Suite("Threads") struct ThreadTests {
    /// The kernel's name of the calling thread.
    fileprivate static func threadName() -> String {
        let file = URL(fileURLWithPath: "/proc/thread-self/comm")
        do { return try String(contentsOf: file, encoding: .utf8).filter { $0 != "\n" } } catch {
            return "\(error)"
        }
    }

    @Test("jobs run one after another, in order, on a thread of their own name")
    func order() async throws {
        let thread = WorkerThread(label: "waybill.test", nice: 5)
        let seen = Mutex<[Int]>([])
        for number in 0..<100 { thread.run { seen.withLock { $0.append(number) } } }
        let (name, nice) = try await onThread(thread) {
            (Self.threadName(), getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
        }
        #expect(seen.withLock { $0 } == Array(0..<100))
        #expect(name == "waybill.test")
        // Root may have started us with another value of its own.
        #expect(nice >= 5)
    }

    @Test("what a job throws comes out")
    func throwing() async throws {
        struct Stop: Error {}
        let thread = WorkerThread(label: "waybill.test")
        await #expect(throws: Stop.self) { try await onThread(thread) { throw Stop() } }
    }

    @Test("an actor on a lane executor runs there, and two of them run at once")
    func executors() async {
        actor Worker {
            private let executor = LaneExecutor(label: "waybill.lane")
            nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
            func name() -> String { ThreadTests.threadName() }
            /// Rings, then waits for the other's ring: needs two threads.
            func meet(_ mine: Doorbell, _ other: Doorbell) -> Bool {
                mine.ring()
                return other.wait(seconds: 10)
            }
        }
        let (a, b) = (Worker(), Worker())
        #expect(await a.name() == "waybill.lane")
        let (first, second) = (Doorbell(), Doorbell())
        async let one = a.meet(first, second)
        async let two = b.meet(second, first)
        let met = await (one, two)
        #expect(met == (true, true))
    }

    @Test("one ring of news wakes everybody who waits", .timeLimit(.minutes(15)))
    func news() async throws {
        let bell = NewsBell()
        let seen = bell.rings
        let waiters = (0..<4).map { WorkerThread(label: "waybill.\($0)") }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for thread in waiters {
                group.addTask { try await onThread(thread) { bell.wait(after: seen, seconds: 3_600) } }
            }
            bell.ring()
            for try await goesOn in group { #expect(goesOn) }
        }
        #expect(bell.wait(after: seen, seconds: 60), "a ring before the wait is not lost")
        bell.stop()
        #expect(!bell.wait(after: bell.rings, seconds: 60))
    }

    @Test("a ring before the wait is not lost, and stop ends every wait")
    func doorbell() {
        let bell = Doorbell()
        bell.ring()
        #expect(bell.wait(seconds: 60))
        #expect(!bell.isStopped)
        #expect(bell.wait(seconds: 0))
        bell.stop()
        #expect(!bell.wait(seconds: 60))
        #expect(bell.isStopped)
    }
}
