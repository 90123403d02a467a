// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records
import Threads

/// What the threads of one document hand each other.
final class SliceLines: Sendable {
    /// Blocks that were read.
    let blocks: BoundedQueue<Block>
    /// Blocks to read into.
    let free: BoundedQueue<Block>
    let work: OrderedWork<SliceUnit>
    private let spares: BoundedQueue<SliceUnit>
    private let questions = BoundedQueue<SliceQuestion>(limit: 1)

    private static let blockCount = 4

    init(workers: Int) {
        blocks = BoundedQueue(limit: Self.blockCount)
        free = BoundedQueue(limit: Self.blockCount)
        work = OrderedWork(limit: 2 * workers + 2)
        spares = BoundedQueue(limit: 2 * workers + 6)
        for _ in 0..<Self.blockCount { free.put(Block()) }
    }

    /// An empty unit, of those that were used before where there is one.
    func unit() -> SliceUnit { spares.takeIfThere() ?? SliceUnit() }

    func spare(_ unit: SliceUnit) {
        unit.clear()
        spares.offer(unit)
    }

    func cancel() {
        blocks.cancel()
        free.cancel()
        work.cancel()
        while let question = questions.takeIfThere() { question.cancel() }
        questions.cancel()
    }

    /// Puts the question where the reader's own thread finds it.
    ///
    /// - Returns: nil where nobody answers any more.
    func ask(_ unit: SliceUnit, _ question: SliceQuestion) -> (isAnswered: Bool, index: SliceIndex?) {
        unit.content = .question(question)
        guard questions.put(question), work.put(unit, isDone: true) else { return (false, nil) }
        defer { _ = questions.takeIfThere() }
        return question.wait()
    }
}

/// One of a document's blocks of bytes.
///
/// Unchecked: one thread has it at a time, the queues hand it over.
final class Block: @unchecked Sendable {
    /// Room for what the block before has left, then what was read.
    var bytes: [UInt8] = []
    /// What was read.
    var filled = 0..<0
    /// Nothing follows, for this reason or because it is the end.
    var isLast = false
    var error: ReadError?
}

/// Takes something to a thread of its own.
///
/// Unchecked: whoever makes one lets go of what is in it.
final class Handover<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

/// Reads a document's blocks, on a thread of its own.
final class BlockFeed {
    private let source: any DocumentBytes
    private let start: [UInt8]
    private let limits: SliceLimits
    private let lines: SliceLines

    init(_ source: any DocumentBytes, _ start: DocumentStart, _ limits: SliceLimits, _ lines: SliceLines) {
        self.source = source
        self.start = start.bytes
        self.limits = limits
        self.lines = lines
    }

    func run() {
        // What was looked at comes first.
        var from = 0
        while from < start.count {
            let count = min(limits.block, start.count - from)
            guard let block = next() else { return }
            let room = block.filled.lowerBound
            block.bytes.replaceSubrange(room..<room + count, with: start[from..<from + count])
            block.filled = room..<room + count
            guard lines.blocks.put(block) else { return }
            from += count
        }
        while let block = next() {
            let room = block.filled.lowerBound
            var bytes: [UInt8] = []
            swap(&bytes, &block.bytes)
            do throws(ReadError) {
                var all = bytes.mutableSpan
                var free = all._mutatingExtracting(room..<room + limits.block)
                block.filled = room..<room + (try source.read(into: &free))
            } catch { block.error = error }
            swap(&bytes, &block.bytes)
            block.isLast = block.filled.isEmpty
            guard lines.blocks.put(block), !block.isLast else { return }
        }
    }

    /// A block to read into.
    private func next() -> Block? {
        guard let block = lines.free.take() else { return nil }
        let room = Cutting.room(limits)
        if block.bytes.isEmpty { block.bytes = Array(repeating: 0, count: room + limits.block) }
        block.filled = room..<room
        block.isLast = false
        block.error = nil
        return block
    }
}
