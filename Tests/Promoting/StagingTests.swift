// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Promoting
import Records
import TestKit
import Testing

@Suite("Staged and promoted") struct StagingTests {
    private static let start = ManualClock().milliseconds

    @Test("any sequence through stage files gives the same store, row by row", arguments: 0..<30)
    func same(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let straight = try Shop()
        let staged = try Shop()
        for number in 0..<8 {
            let paper = Paper.random(
                &random, arrival: Self.start + Int64(number) * 60_000, number: number)
            let expected = try straight.apply(paper, straight.context(paper))
            let context = staged.context(paper)
            let found = try staged.promote(try staged.stage(paper, context), context)
            #expect(found.verdict == expected.verdict, "seed \(seed), package \(number)")
            #expect(found.counts == expected.counts, "seed \(seed), package \(number)")
            #expect(found.rejects == expected.rejects && found.asOf == expected.asOf)
            #expect(found.warnings == expected.warnings)
            guard try staged.dump() == straight.dump() else {
                let here = Set(try staged.dump())
                let there = Set(try straight.dump())
                Issue.record(
                    "seed \(seed), package \(number): \(here.subtracting(there)) for \(there.subtracting(here))"
                )
                return
            }
        }
    }

    @Test("what comes while a full stages is there when it goes live", arguments: 0..<20)
    func between(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let papers = (0..<4).map { number in
            Paper.random(
                &random, arrival: Self.start + Int64(number) * 60_000, number: number,
                isWhole: number < 2 ? true : nil)
        }
        let staged = try Shop()
        let ids = papers.map(staged.context)
        try staged.apply(papers[0], ids[0])
        // One after each batch: the store takes them while the stage file grows.
        var between = [2, 3]
        let source = PaperSource(papers[1])
        source.before = {
            guard !between.isEmpty else { return }
            let number = between.removeFirst()
            try staged.apply(papers[number], ids[number])
        }
        let file = try staged.stage(papers[1], ids[1], source)
        for number in between { try staged.apply(papers[number], ids[number]) }
        _ = try staged.promote(file, ids[1])

        let straight = try Shop()
        for number in [0, 2, 3, 1] { try straight.apply(papers[number], ids[number]) }
        #expect(try staged.dump() == straight.dump(), "seed \(seed)")
    }

    @Test("goods are as if every package had come in the order of its facts", arguments: 0..<20)
    func inOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let arrival = Self.start + 3_600_000
        func paper(_ number: Int, _ minutes: Int64, whole: Bool) -> Paper {
            Paper.random(
                &random, arrival: arrival + Int64(number), number: number, asOf: arrival - minutes * 60_000,
                isWhole: whole, speaksFully: true, goodsOnly: true)
        }
        let first = paper(0, 40, whole: true)
        let full = paper(1, 20, whole: true)
        let older = paper(2, 30, whole: false)
        let newer = paper(3, 10, whole: false)
        let staged = try Shop()
        try staged.apply(first, staged.context(first))
        let context = staged.context(full)
        let file = try staged.stage(full, context)
        for paper in random.once(in: 2) ? [older, newer] : [newer, older] {
            try staged.apply(paper, staged.context(paper))
        }
        _ = try staged.promote(file, context)
        let straight = try Shop()
        for paper in [first, older, full, newer] { try straight.apply(paper, straight.context(paper)) }
        #expect(try staged.shown() == straight.shown(), "seed \(seed)")
    }

    @Test("a stage file says what it holds: streams, whole or not, newest facts, records")
    func seal() throws {
        let shop = try Shop()
        var random = SeededRandom(seed: 5)
        var paper = Paper.random(
            &random, arrival: Self.start, number: 1, asOf: 77, isWhole: true, speaksFully: true,
            goodsOnly: true)
        paper.isArchive = false
        var context = shop.context(paper)
        let whole = try #require(try shop.stage(paper, context).seal)
        #expect(whole.package == context.package && whole.contentHash == [1])
        #expect(whole.records == paper.batches.reduce(0) { $0 + $1.records.records.count })
        #expect(whole.batches == paper.batches.count)
        #expect(whole.streams.allSatisfy { $0.isWhole && $0.asOf == 77 })
        #expect(whole.streams.map(\.section) == [.catalogue])
        context.isChunk = true
        let portion = try #require(try shop.stage(paper, context).seal)
        #expect(!portion.streams.isEmpty && portion.streams.allSatisfy { !$0.isWhole })
    }

    @Test("a source that fails leaves nothing that could be taken for a stage")
    func failure() throws {
        let shop = try Shop()
        var random = SeededRandom(seed: 6)
        let paper = Paper.random(&random, arrival: Self.start, number: 1)
        let context = shop.context(paper)
        let source = PaperSource(paper)
        var count = 0
        source.before = {
            count += 1
            if count == 2 { throw SlicesMoved() }
        }
        #expect(throws: SlicesMoved.self) { try shop.stage(paper, context, source) }
        #expect(throws: StageDamaged.self) {
            try StageFile.open(path: shop.folder.path("stage-\(context.package).db"))
        }
    }
}
