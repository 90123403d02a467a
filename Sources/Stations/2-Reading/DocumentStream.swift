// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import TextStreams

/// One document that is being read, in the one way or the other.
protocol OpenDocument: AnyObject {
    /// Of the batch that `next` gave last.
    var document: DocumentHead { get }
    /// Bytes that were taken up to the end of that batch, unpacked.
    var bytesRead: Int64 { get }
    /// Fills the batch; what stood before a mistake is given before the
    /// mistake is thrown.
    ///
    /// - Parameter ask: which slices of a section are known, by what the
    ///   document says up to there.
    /// - Returns: false at the end, where the document was found complete.
    func next(
        into batch: inout RecordBatch,
        asking ask: (_ section: Int32, _ document: DocumentHead) throws(ReadError) -> SliceIndex?
    ) throws(ReadError) -> Bool
    /// Where a byte of the text stands in the document as stored.
    func storedOffset(of offset: Int64) -> Int64
    /// Source of the record that begins there; empty for what lies too far
    /// back.
    func fragment(at offset: Int64) -> String
}

/// One document on the plain way: bytes, text, records.
final class DocumentStream: OpenDocument {
    let start: DocumentStart
    /// Bytes of it that were taken, unpacked.
    private(set) var bytesRead: Int64 = 0

    private let source: any DocumentBytes
    private let decoder: any RecordDecoder
    private var text: TextDecoder
    private var window: TextWindow
    private var buffer: [UInt8]
    private var isAtEnd = false
    /// Text of the document's start that the decoder was given.
    private var startDone = 0
    /// What is thrown when the batch before it was handed over.
    private var mistake: ReadError?

    /// Bytes handed to the decoder at once.
    private static let piece = 32 << 10
    /// Bytes of text that fragments can come from.
    private static let windowSize = 4 << 20
    /// Bytes of text after which a batch is handed over, full or not.
    private static let batchText: Int64 = 2 << 20

    var document: DocumentHead { decoder.head }
    /// Bytes of text that the decoder was given.
    var textRead: Int64 { window.end }

    init(_ start: DocumentStart, _ source: any DocumentBytes, _ context: ReadContext) {
        self.start = start
        self.source = source
        bytesRead = Int64(start.bytes.count)
        text = start.decoder
        window = TextWindow(start.finding.encoding, size: Self.windowSize)
        buffer = Array(repeating: 0, count: Self.piece)
        decoder = DialectRegistry.decoder(for: start.recognition, limits: context.limits.dialect)
    }

    func next(
        into batch: inout RecordBatch,
        asking ask: (_ section: Int32, _ document: DocumentHead) throws(ReadError) -> SliceIndex?
    ) throws(ReadError) -> Bool {
        if let mistake { throw mistake }
        let limit = textRead + Self.batchText
        do throws(ReadError) {
            while !batch.isFull, textRead < limit {
                guard try advance(into: &batch) else { return !batch.isEmpty }
            }
        } catch {
            guard !batch.isEmpty else { throw error }
            mistake = error
        }
        return true
    }

    /// Hands the next piece to the decoder.
    ///
    /// - Returns: false at the document's end, where the decoder has found it
    ///   complete.
    func advance(into batch: inout RecordBatch) throws(ReadError) -> Bool {
        guard !isAtEnd else { return false }
        if startDone < start.text.count {
            let end = min(start.text.count, startDone + Self.piece)
            let piece = Array(start.text[startDone..<end])
            let stored = startStored(upTo: startDone)
            startDone = end
            try feed(piece, stored: stored, &batch)
            return true
        }
        if let mistake = start.mistake { throw ReadError(mistake, member: start.member) }
        let count = try source.read(into: &buffer)
        guard count > 0 else {
            try finish(&batch)
            return false
        }
        bytesRead += Int64(count)
        var piece: [UInt8] = []
        let stored = text.next
        var mistake: TextError?
        do { _ = try text.decode(buffer.span.extracting(0..<count), into: &piece) } catch { mistake = error }
        try feed(piece, stored: stored, &batch)
        if let mistake { throw ReadError(mistake, member: start.member) }
        return true
    }

    /// Where a byte of the start's text stands as stored.
    private func startStored(upTo count: Int) -> Int64 {
        var whole = TextWindow(start.finding.encoding, size: 1)
        whole.append(start.text, stored: Int64(start.finding.markLength))
        return whole.storedOffset(of: Int64(count))
    }

    private func feed(_ piece: [UInt8], stored: Int64, _ batch: inout RecordBatch) throws(ReadError) {
        window.append(piece, stored: stored)
        window.trim()
        do { try decoder.feed(piece.span, into: &batch) } catch { throw named(error) }
    }

    private func finish(_ batch: inout RecordBatch) throws(ReadError) {
        isAtEnd = true
        do { try text.finish() } catch { throw ReadError(error, member: start.member) }
        do { try decoder.finish(into: &batch) } catch { throw named(error) }
    }

    private func named(_ error: DialectError) -> ReadError {
        ReadError(error, member: start.member, offset: window.storedOffset(of: error.offset))
    }

    // MARK: Places

    func storedOffset(of offset: Int64) -> Int64 { window.storedOffset(of: offset) }

    func fragment(at offset: Int64) -> String {
        Fragment.text(window.text(at: offset, count: Fragment.limit))
    }
}
