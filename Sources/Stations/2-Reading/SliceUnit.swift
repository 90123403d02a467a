// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import TextStreams
import Threads
import XMLStreams

/// What goes through a sliced document's threads, in document order: slices
/// of one container that become a batch, records of the skeleton, or a
/// question.
///
/// Unchecked: one thread has it at a time, the queues hand it over.
final class SliceUnit: @unchecked Sendable {
    enum Content {
        /// Records of the skeleton.
        case skeleton
        /// Slices of one container.
        case slices(OpenContainer)
        case question(SliceQuestion)
    }

    /// A stretch of the document that stands in `bytes`.
    struct Stretch {
        /// In `bytes`.
        var start: Int
        var count: Int
        var place: TextPlace
        /// Of a slice.
        var hash = SliceHash.none
    }

    /// Facts of the document up to here.
    var head = DocumentHead()
    /// Bytes of the document up to here, as stored.
    var storedEnd: Int64 = 0
    var batch = RecordBatch()
    /// Comes behind the batch.
    var error: ReadError?
    var content = Content.skeleton

    /// As stored.
    private(set) var bytes: [UInt8] = []
    private(set) var stretches: [Stretch] = []

    /// Slices that somebody has to parse.
    var needsParsing: Bool {
        if case .slices = content { !stretches.isEmpty } else { false }
    }
    var isEmpty: Bool { batch.isEmpty && stretches.isEmpty }

    /// Forgets all, and keeps the memory.
    func clear() {
        head = DocumentHead()
        storedEnd = 0
        batch.removeAll()
        error = nil
        content = .skeleton
        forgetText()
    }

    func forgetText() {
        bytes.removeAll(keepingCapacity: true)
        stretches.removeAll(keepingCapacity: true)
    }

    func add(_ span: Span<UInt8>, at place: TextPlace, hash: SliceHash = .none) {
        stretches.append(Stretch(start: bytes.count, count: span.count, place: place, hash: hash))
        bytes.append(copying: span)
    }

    // MARK: Places

    /// Where a byte of the text stands as stored; nil in front of the unit.
    func storedOffset(of offset: Int64, _ encoding: TextEncoding) -> Int64? {
        guard let stretch = stretches.last(where: { $0.place.text <= offset }) else { return nil }
        var left = offset - stretch.place.text
        if encoding == .utf8 { return stretch.place.stored + left }
        let lengths = encoding.lengths
        var index = 0
        while left > 0, index < stretch.count {
            left -= Int64(lengths[Int(bytes[stretch.start + index])])
            index += 1
        }
        return stretch.place.stored + Int64(index)
    }

    /// Up to `count` bytes of the text from there; nil where it is not here.
    func text(at offset: Int64, count: Int, _ encoding: TextEncoding) -> [UInt8]? {
        guard let index = stretches.lastIndex(where: { $0.place.text <= offset }),
            let from = storedOffset(of: offset, encoding)
        else { return nil }
        let stretch = stretches[index]
        let start = stretch.start + Int(from - stretch.place.stored)
        // In the skeleton a record may go on in the next stretch.
        let end = needsParsing ? stretch.start + stretch.count : bytes.count
        guard start < end else { return nil }
        let stored = Array(bytes[start..<min(end, start + count)])
        return encoding == .utf8 ? stored : Array(encoding.text(stored).utf8.prefix(count))
    }
}

/// A place in a document: in the bytes as stored, in the text, in lines.
struct TextPlace {
    var stored: Int64
    var text: Int64 = 0
    var line = 1
}

/// A container whose slices are on their way.
final class OpenContainer: Sendable {
    /// The cutter's.
    let number: Int
    let own: SliceContainer
    /// Nil where nothing is hashed.
    let hasher: SliceHasher?
    let known: SliceIndex?

    init(number: Int, _ own: SliceContainer, _ hasher: SliceHasher?, _ known: SliceIndex?) {
        self.number = number
        self.own = own
        self.hasher = hasher
        self.known = known
    }
}

/// Waits for what the reader's own thread says to a section.
final class SliceQuestion: Sendable {
    let section: Int32
    private let answer = BoundedQueue<SliceIndex?>(limit: 1)

    init(section: Int32) { self.section = section }

    func answer(_ index: SliceIndex?) { answer.put(index) }

    /// Nobody answers any more.
    func cancel() { answer.cancel() }

    /// - Returns: false in front where nobody answers.
    func wait() -> (isAnswered: Bool, index: SliceIndex?) {
        guard let index = answer.take() else { return (false, nil) }
        return (true, index)
    }
}
