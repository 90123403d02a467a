// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Hashing
import Records
import TextStreams
import Threads

/// One document on its way through several threads (architecture, section 5).
///
/// One thread reads blocks, one cuts them, parses the skeleton and hashes the
/// slices, several parse those that are not known; what they make comes out of
/// `next` in document order. Memory is bounded by `SliceLimits`.
final class SlicedDocument: OpenDocument {
    private(set) var document = DocumentHead()
    private(set) var bytesRead: Int64 = 0

    private let start: DocumentStart
    private let lines: SliceLines
    private let crew = Crew()
    /// The unit of the last batch, and the one before it: a record can begin
    /// in the one and end in the other.
    private var current: SliceUnit?
    private var previous: SliceUnit?
    private var mistake: ReadError?

    /// - Parameter source: read on a thread of the document's own until
    ///   `next` gives false or throws, or the document goes away.
    init(
        _ start: DocumentStart, _ source: any DocumentBytes, _ decoder: MappedXMLDecoder,
        _ context: ReadContext, _ key: HashKey
    ) {
        self.start = start
        let limits = context.limits.slices
        let workers = limits.workers > 0 ? limits.workers : Crew.cores
        lines = SliceLines(workers: workers)
        let lines = lines
        let feed = Handover(BlockFeed(source, start, limits, lines))
        crew.start(label: "waybill.read", nice: limits.nice) { feed.value.run() }
        let cutting = Handover(Cutting(start, decoder, context, key, lines))
        crew.start(label: "waybill.cut", nice: limits.nice) { cutting.value.run() }
        let member = start.member
        let finding = start.finding
        for _ in 0..<workers {
            crew.start(label: "waybill.parse", nice: limits.nice) {
                SliceParser(member: member, finding).run(lines.work)
            }
        }
    }

    deinit { stop() }

    /// Ends all threads, and waits for that.
    private func stop() {
        lines.cancel()
        crew.wait()
    }

    func next(
        into batch: inout RecordBatch,
        asking ask: (_ section: Int32, _ document: DocumentHead) throws(ReadError) -> SliceIndex?
    ) throws(ReadError) -> Bool {
        if let mistake {
            stop()
            throw mistake
        }
        while let unit = lines.work.next() {
            document = unit.head
            bytesRead = unit.storedEnd
            if case .question(let question) = unit.content {
                do throws(ReadError) {
                    question.answer(try ask(question.section, unit.head))
                } catch {
                    stop()
                    throw error
                }
                continue
            }
            if let previous { lines.spare(previous) }
            previous = current
            current = unit
            swap(&batch, &unit.batch)
            if !batch.isEmpty {
                mistake = unit.error
                return true
            }
            if let error = unit.error {
                stop()
                throw error
            }
        }
        crew.wait()
        return false
    }

    // MARK: Places

    func storedOffset(of offset: Int64) -> Int64 {
        let encoding = start.finding.encoding
        if encoding == .utf8 { return offset + Int64(start.finding.markLength) }
        return current?.storedOffset(of: offset, encoding) ?? previous?.storedOffset(of: offset, encoding)
            ?? previous?.stretches.first?.place.stored ?? current?.stretches.first?.place.stored ?? offset
    }

    func fragment(at offset: Int64) -> String {
        let encoding = start.finding.encoding
        let count = Fragment.limit
        if let found = current?.text(at: offset, count: count, encoding) { return Fragment.text(found) }
        guard var found = previous?.text(at: offset, count: count, encoding) else { return "" }
        if found.count < count, let rest = current?.stretches.first?.place.text,
            let more = current?.text(at: rest, count: count - found.count, encoding)
        {
            found += more
        }
        return Fragment.text(found)
    }
}
