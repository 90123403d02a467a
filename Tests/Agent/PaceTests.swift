// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records
import Testing
import Threads

@testable import Agent

@Suite("Pace") struct PaceTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test("a rate is of the last seconds, not of the whole way")
    func rate() throws {
        var pace = Pace(at: start)
        #expect(pace.rate(at: at(999)) == nil)
        // Slow for ten seconds, then ten times as fast.
        for step in 1...100 { pace.add(bytes: Int64(step * 10), records: step, at: at(step * 100)) }
        #expect(try #require(pace.rate(at: at(10_000))) == (100, 10))
        for step in 1...100 {
            pace.add(bytes: Int64(1_000 + step * 100), records: 100 + step * 10, at: at(10_000 + step * 100))
        }
        #expect(try #require(pace.rate(at: at(20_000))) == (1_000, 100))
    }

    @Test("what stands still gets slower, to nothing")
    func stall() throws {
        var pace = Pace(at: start)
        for step in 1...40 { pace.add(bytes: Int64(step * 1_000), records: step, at: at(step * 100)) }
        #expect(try #require(pace.rate(at: at(8_000))).bytes < 9_000)
        #expect(try #require(pace.rate(at: at(10_000))) == (0, 0))
    }

    @Test("time left goes by the rate; another phase begins anew")
    func phases() throws {
        let board = LaneBoard(front: Doorbell(), bulk: Doorbell())
        let id = try #require(PackageID("p-1"))
        board.add(LaneJob(id: id, lane: .catalogueFull, rank: 0))
        #expect(board.take(.bulk) != nil)
        let now = ContinuousClock.now
        board.report(.bulk, bytesRead: 0, bytesTotal: 4_000, records: 0, phase: .staging, at: now)
        board.report(
            .bulk, bytesRead: 1_000, bytesTotal: 4_000, records: 20, phase: .staging, at: now + .seconds(2))
        let staging = try #require(board.running(.bulk)).speed(at: now + .seconds(2))
        #expect(staging.phase == "staging" && staging.bytesPerSecond == 500 && staging.secondsLeft == 6)
        board.report(
            .bulk, bytesRead: 0, bytesTotal: 4_000, records: 0, phase: .promoting, at: now + .seconds(3))
        let promoting = try #require(board.running(.bulk)).speed(at: now + .seconds(3))
        #expect(promoting == Speed(phase: "promoting"))
    }
}
