// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Records
import Testing
import Threads

@Suite("The lanes' board") struct LaneBoardTests {
    private let front = Doorbell()
    private let bulk = Doorbell()

    private func job(_ number: Int, _ lane: Lane, rank: Int = 0) throws -> LaneJob {
        LaneJob(id: try #require(PackageID("p-\(number)")), lane: lane, rank: rank)
    }

    @Test("each worker takes its own lanes, the urgent first, then by rank, then by arrival")
    func order() throws {
        let board = LaneBoard(front: front, bulk: bulk)
        for job in [
            try job(1, .catalogueFull, rank: 2), try job(2, .catalogueFull, rank: 1),
            try job(3, .catalogue, rank: 1), try job(4, .catalogue), try job(5, .orders, rank: 3),
            try job(6, .catalogue),
        ] {
            board.add(job)
        }
        #expect(board.waiting(in: .catalogue) == 3)
        #expect(board.waiting(in: .catalogueFull) == 2)
        #expect((0..<5).map { _ in board.take(.front)?.id.text } == ["p-5", "p-4", "p-6", "p-3", nil])
        #expect((0..<3).map { _ in board.take(.bulk)?.id.text } == ["p-2", "p-1", nil])
    }

    @Test("small changes share the running one's commit, as long as nothing else comes first")
    func companions() throws {
        let board = LaneBoard(front: front, bulk: bulk)
        var big = try job(3, .catalogue)
        big.size = 10 << 20
        for job in [try job(1, .catalogue), try job(2, .catalogue), big, try job(4, .catalogue)] {
            board.add(job)
        }
        #expect(board.take(.front)?.id.text == "p-1")
        #expect(board.takeCompanion(.front)?.id.text == "p-2")
        #expect(board.holds(try job(2, .catalogue).id))
        board.add(try job(2, .catalogue))
        #expect(board.waiting(in: .catalogue) == 2, "it runs and is not queued again")
        #expect(board.takeCompanion(.front) == nil, "a big one comes first")
        board.finish(.front)
        #expect(!board.holds(try job(2, .catalogue).id))
        #expect(board.take(.front)?.id.text == "p-3")
        board.finish(.front)
        #expect(board.take(.front)?.id.text == "p-4")
        board.add(try job(6, .catalogue))
        board.add(try job(5, .orders))
        #expect(board.takeCompanion(.front) == nil, "an order comes first")
        #expect(board.take(.front)?.id.text == "p-5")
    }

    @Test("what one worker runs keeps the other from nothing")
    func apart() throws {
        let board = LaneBoard(front: front, bulk: bulk)
        board.add(try job(1, .catalogueFull))
        let full = try #require(board.take(.bulk))
        board.add(try job(2, .catalogue))
        #expect(board.take(.front)?.id.text == "p-2")
        board.report(.bulk, bytesRead: 5, bytesTotal: 9, records: 3)
        #expect(board.progress(of: full.id)?.bytesRead == 5)
        #expect(board.running(.front)?.bytesRead == 0)
        board.finish(.front)
        #expect(board.running(.front) == nil)
        #expect(board.running(.bulk)?.job == full)
        #expect(!board.isIdle)
        board.finish(.bulk)
        #expect(board.isIdle)
    }

    @Test("a job is queued once, wherever it is, and comes back only while it waits")
    func once() throws {
        let board = LaneBoard(front: front, bulk: bulk)
        let first = try job(1, .catalogueFull)
        board.add(first)
        board.add(first)
        #expect(board.waiting(in: .catalogueFull) == 1)
        #expect(board.take(.bulk) == first)
        board.add(first)
        #expect(board.waiting(in: .catalogueFull) == 0)
        #expect(board.holds(first.id))
        #expect(!board.withdraw(first.id))
        board.finish(.bulk)
        board.add(first)
        #expect(board.withdraw(first.id))
        #expect(board.take(.bulk) == nil)
    }
}
