// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Hashing
import Records
import TextStreams
import Threads
import XMLStreams

/// Cuts one document, on a thread of its own: parses what is skeleton, hashes
/// slices, and gathers those that are not known into units.
final class Cutting {
    private let member: String
    private let finding: EncodingFinding
    private let decoder: MappedXMLDecoder
    private let limits: SliceLimits
    private let revision: String
    private let key: HashKey
    private let lines: SliceLines
    private let lengths: [UInt8]

    private var cutter: XMLCutter
    private var pieces: [XMLCutter.Piece] = []
    /// Where the next piece begins.
    private var place: TextPlace
    /// What is open: records of the skeleton, and slices, which then come
    /// before them.
    private var skeleton: SliceUnit
    private var slices: SliceUnit
    private var container: OpenContainer?
    /// Where the next slice is expected among the known ones.
    private var nextKnown = 0

    private var text: TextDecoder
    /// Where the bytes that `text` has seen began.
    private var textStart: Int64
    /// A slice was cut out since the last piece of the skeleton.
    private var isBehindSlice = false
    private var utf8: [UInt8] = []
    /// What the last block has left.
    private var rest: [UInt8] = []

    /// Bytes handed to the decoder at once.
    private static let piece = 32 << 10
    /// Bytes of skeleton without a record that fragments can come from.
    private static let windowSize = 4 << 20

    init(
        _ start: DocumentStart, _ decoder: MappedXMLDecoder, _ context: ReadContext, _ key: HashKey,
        _ lines: SliceLines
    ) {
        member = start.member
        finding = start.finding
        self.decoder = decoder
        limits = context.limits.slices
        revision = context.revision
        self.key = key
        self.lines = lines
        let encoding = start.finding.encoding
        lengths = encoding.lengths
        // A name that the encoding can't spell is not in the document.
        cutter = XMLCutter(XMLCutter.Plan(decoder.cutPaths.map { $0.map { encoding.bytes($0) ?? [] } }))
        place = TextPlace(stored: Int64(start.finding.markLength))
        textStart = place.stored
        text = TextDecoder(start.finding.withoutMark)
        skeleton = lines.unit()
        slices = lines.unit()
    }

    /// Room in front of a block for what the one before has left.
    static func room(_ limits: SliceLimits) -> Int { max(limits.longest, XMLCutter.longestTag) }

    func run() {
        do throws(Stop) {
            var mark = finding.markLength
            while let block = lines.blocks.take() {
                try cut(block, &mark)
                if block.isLast { break }
                lines.free.put(block)
            }
        } catch {
            if case .mistake(let mistake) = error { skeleton.error = mistake }
        }
        if !slices.isEmpty { _ = give(&slices) }
        _ = give(&skeleton)
        lines.work.close()
    }

    /// Why nothing more is cut.
    private enum Stop: Error {
        case mistake(ReadError)
        /// Nobody takes any more.
        case cancelled
    }

    // MARK: Blocks

    /// - Parameter mark: bytes of the mark that are still to come.
    private func cut(_ block: Block, _ mark: inout Int) throws(Stop) {
        let skipped = min(mark, block.filled.count)
        mark -= skipped
        var from = block.filled.lowerBound + skipped - rest.count
        let end = block.filled.upperBound
        block.bytes.replaceSubrange(from..<from + rest.count, with: rest)
        let bytes = block.bytes
        while true {
            let window = bytes.span.extracting(from..<end)
            pieces.removeAll(keepingCapacity: true)
            let consumed = cutter.cut(window, isLast: block.isLast, into: &pieces)
            for piece in pieces { try take(piece, window.extracting(piece.bytes)) }
            from += consumed
            guard cutter.holdsSlice, end - from > limits.longest else { break }
            cutter.giveUpSlice()
        }
        rest.removeAll(keepingCapacity: true)
        rest.append(copying: bytes.span.extracting(from..<end))
        guard block.isLast else { return }
        if let error = block.error { throw .mistake(error) }
        do { try text.finish() } catch {
            throw .mistake(ReadError(error.moved(by: textStart, isEnd: true), member: member))
        }
        do { try decoder.finish(into: &skeleton.batch) } catch { throw .mistake(named(error)) }
    }

    private func take(_ piece: XMLCutter.Piece, _ bytes: Span<UInt8>) throws(Stop) {
        switch piece.kind {
        case .gap where isBehindSlice: pass(bytes)
        // The slice before it was none.
        case .gap: try parse(bytes)
        case .skeleton: try parse(bytes)
        case .slice(_, let number):
            guard bytes.count <= limits.longest, try enter(number) else { return try parse(bytes) }
            try gather(bytes)
        }
    }

    private func pass(_ bytes: Span<UInt8>) {
        place.stored += Int64(bytes.count)
        place.line += countNewlines(bytes)
        if lengths.isEmpty {
            place.text += Int64(bytes.count)
        } else {
            var sum = 0
            for index in 0..<bytes.count { sum += Int(lengths[Int(bytes[index])]) }
            place.text += Int64(sum)
        }
    }

    // MARK: Skeleton

    private func parse(_ bytes: Span<UInt8>) throws(Stop) {
        if isBehindSlice {
            isBehindSlice = false
            decoder.move(toOffset: place.text, line: place.line)
            text = TextDecoder(finding.withoutMark)
            textStart = place.stored
        }
        var from = 0
        while from < bytes.count {
            let piece = bytes.extracting(from..<min(bytes.count, from + Self.piece))
            from += piece.count
            skeleton.add(piece, at: place)
            utf8.removeAll(keepingCapacity: true)
            var mistake: TextError?
            do { _ = try text.decode(piece, into: &utf8) } catch { mistake = error }
            do { try decoder.feed(utf8.span, into: &skeleton.batch) } catch {
                throw .mistake(named(error))
            }
            if let mistake {
                throw .mistake(ReadError(mistake.moved(by: textStart, isEnd: false), member: member))
            }
            pass(piece)
            if skeleton.batch.isFull || skeleton.bytes.count >= limits.unit, !skeleton.batch.isEmpty {
                try flushSkeleton()
            } else if skeleton.bytes.count >= Self.windowSize {
                skeleton.forgetText()
            }
        }
    }

    private func named(_ error: DialectError) -> ReadError {
        let stored =
            skeleton.storedOffset(of: error.offset, finding.encoding)
            ?? skeleton.stretches.first?.place.stored ?? error.offset
        return ReadError(error, member: member, offset: stored)
    }

    /// Hands over records of the skeleton, behind the slices before them.
    private func flushSkeleton() throws(Stop) {
        try flushSlices()
        guard !skeleton.isEmpty else { return }
        guard give(&skeleton) else { throw .cancelled }
    }

    /// - Returns: false where nobody takes it any more.
    private func give(_ unit: inout SliceUnit) -> Bool {
        // What the skeleton has said behind the slices is no news of theirs.
        if case .slices(let container) = unit.content {
            unit.head = container.own.head
        } else {
            unit.head = decoder.head
        }
        unit.storedEnd = place.stored
        let given = unit
        unit = lines.unit()
        return lines.work.put(given, isDone: !given.needsParsing)
    }

    // MARK: Slices

    /// What comes next is a slice of that container.
    ///
    /// - Returns: false where it can't be cut out.
    private func enter(_ number: Int) throws(Stop) -> Bool {
        if !isBehindSlice {
            // No text on both sides of the slice may grow together.
            do { try text.finish() } catch {
                throw .mistake(ReadError(error.moved(by: textStart, isEnd: false), member: member))
            }
            let seam = XMLCutter.seam
            do { try decoder.feed(seam.span, into: &skeleton.batch) } catch {
                throw .mistake(named(error))
            }
            isBehindSlice = true
            if skeleton.batch.isEmpty { skeleton.forgetText() } else { try flushSkeleton() }
        }
        if container?.number == number { return true }
        guard let tags = cutter.containers.first(where: { $0.number == number })?.openTags,
            let own = decoder.container(openTags: Array(finding.encoding.text(tags).utf8))
        else { return false }
        try flushSlices()
        let unit = lines.unit()
        unit.head = own.head
        unit.storedEnd = place.stored
        let answer = lines.ask(unit, SliceQuestion(section: own.section))
        guard answer.isAnswered else { throw .cancelled }
        container = OpenContainer(
            number: number, own,
            answer.index == nil ? nil : SliceHasher(key, own, finding.encoding, revision: revision),
            answer.index)
        nextKnown = 0
        return true
    }

    private func gather(_ bytes: Span<UInt8>) throws(Stop) {
        guard let container else { return }
        if case .slices = slices.content {} else { slices.content = .slices(container) }
        let hash = container.hasher?.hash(bytes) ?? .none
        if let item = container.known?.find(hash, next: &nextKnown) {
            slices.batch.append(known: KnownSlice(section: container.own.section, item: item, hash: hash))
        } else {
            slices.add(bytes, at: place, hash: hash)
        }
        pass(bytes)
        if slices.bytes.count >= limits.unit || slices.stretches.count >= limits.count
            || slices.batch.known.count >= limits.known
        {
            try flushSlices()
        }
    }

    private func flushSlices() throws(Stop) {
        guard !slices.isEmpty else { return }
        guard give(&slices) else { throw .cancelled }
    }
}
