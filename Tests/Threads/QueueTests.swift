// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import Threads

@Suite("Queues between threads") struct QueueTests {
    @Test("what is put comes out in order, never more than the limit at once")
    func bounded() {
        let queue = BoundedQueue<Int>(limit: 3)
        let crew = Crew()
        let ahead = Atomic<Int>(0)
        crew.start(label: "test.put") {
            for number in 0..<1_000 {
                queue.put(number)
                ahead.store(number, ordering: .sequentiallyConsistent)
            }
            queue.close()
        }
        var found: [Int] = []
        while let number = queue.take() {
            found.append(number)
            #expect(ahead.load(ordering: .sequentiallyConsistent) <= number + 4)
        }
        crew.wait()
        #expect(found == Array(0..<1_000))
    }

    @Test("cancelling ends who puts and who takes")
    func cancelled() {
        let queue = BoundedQueue<Int>(limit: 1)
        let crew = Crew()
        crew.start(label: "test.put") { while queue.put(1) {} }
        #expect(queue.take() == 1)
        queue.cancel()
        crew.wait()
        #expect(queue.take() == nil)
        #expect(queue.takeIfThere() == nil)
        queue.offer(1)
        #expect(queue.takeIfThere() == nil)
    }

    @Test("work is done by several, and comes back in order", arguments: 1...4)
    func ordered(workers: Int) {
        final class Sum: Sendable {
            let number: Int
            let result = Atomic<Int>(0)
            init(_ number: Int) { self.number = number }
        }
        let work = OrderedWork<Sum>(limit: 5)
        let crew = Crew()
        for _ in 0..<workers {
            crew.start(label: "test.work") {
                while let (number, item) = work.begin() {
                    item.result.store(item.number * 2, ordering: .sequentiallyConsistent)
                    work.done(number)
                }
            }
        }
        crew.start(label: "test.put") {
            for number in 0..<500 { _ = work.put(Sum(number), isDone: number % 7 == 0) }
            work.close()
        }
        var found: [Int] = []
        while let item = work.next() {
            let result = item.result.load(ordering: .sequentiallyConsistent)
            #expect(result == (item.number % 7 == 0 ? 0 : item.number * 2))
            found.append(item.number)
        }
        crew.wait()
        #expect(found == Array(0..<500))
    }

    @Test("cancelled work ends everybody, wherever they stand")
    func cancelledWork() {
        let work = OrderedWork<Int>(limit: 2)
        let crew = Crew()
        crew.start(label: "test.put") { while work.put(1, isDone: false) {} }
        crew.start(label: "test.work") { while let (number, _) = work.begin() { work.done(number) } }
        for _ in 0..<20 { #expect(work.next() == 1) }
        work.cancel()
        crew.wait()
        #expect(work.next() == nil)
        #expect(!work.put(2, isDone: true))
    }
}
