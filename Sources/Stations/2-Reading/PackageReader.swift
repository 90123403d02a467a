// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArchiveStreams
import Dialects
package import Files
package import Hashing
package import Records
import TextStreams

/// Reads one package from its first record to its last, in batches.
///
/// Memory is flat: one batch, four megabytes of text for fragments, whatever
/// the package's size. Blocking; one thread at a time. After an error the
/// reader is spent.
package final class PackageReader {
    /// The package is a ZIP.
    package let isArchive: Bool
    /// Grows by one with each document.
    package private(set) var documentNumber = 0
    /// Name of the document inside the package; empty where the package is
    /// one document.
    package private(set) var member = ""
    /// Facts of the document that the last batch came from.
    package private(set) var document = DocumentHead()
    /// Time of the document's facts, milliseconds; not later than five
    /// minutes after arrival.
    package private(set) var asOf: Int64
    /// The document states no usable time.
    package private(set) var asOfIsArrival = true

    /// Asked before the first slice of each section's container; see
    /// `BatchSource`.
    package var slices: ((_ section: Int32) throws -> SliceIndex?)?

    private let context: ReadContext
    private let payload: Payload
    private let key: HashKey
    private let rule: AsOfRule
    private let contents: ZIPContents?
    private let plain: PlainBytes?
    private var cursor: ZIPCursor?
    private var stream: (any OpenDocument)?
    /// Documents that were opened.
    private var opened = 0
    private var finishedBytes: Int64 = 0
    private var finishedSections: [SectionHead] = []
    private var encodings: [String] = []
    private var unread: Set<Lane> = []
    private var hash: [UInt8]?

    /// What `slices` threw, where `next` threw for that.
    package private(set) var askingFailure: (any Error)?

    /// Opens the package; of a ZIP, looks at all its members.
    package init(_ context: ReadContext, files: any FileSystem, key: HashKey) throws(ReadError) {
        self.context = context
        self.key = key
        rule = try AsOfRule(context)
        asOf = context.arrival
        let payload = try Payload(context.path, files)
        self.payload = payload
        do throws(ReadError) {
            isArchive = try payload.isZIP(context.name)
            contents = isArchive ? try ZIPContents(payload, context) : nil
        } catch { throw payload.judged(error) }
        plain = isArchive ? nil : PlainBytes(payload, limit: context.limits.documentBytes, key: key)
    }

    /// Fills the batch with records of one document.
    ///
    /// - Returns: false at the end of the package, where it was found
    ///   unchanged since the reader opened it.
    package func next(into batch: inout RecordBatch) throws(ReadError) -> Bool {
        batch.removeAll()
        do throws(ReadError) {
            while true {
                guard let stream = try current() else {
                    try payload.checkUnchanged()
                    return false
                }
                let isOpen = try stream.next(into: &batch) { section, document throws(ReadError) in
                    try known(section, document)
                }
                show(stream.document)
                if !batch.isEmpty { return true }
                if !isOpen { close(stream) }
            }
        } catch { throw payload.judged(error) }
    }

    /// Makes the facts of a document those of the batch.
    private func show(_ found: DocumentHead) {
        document = found
        (asOf, asOfIsArrival) = rule.asOf(found.writtenAt)
    }

    private func known(_ section: Int32, _ found: DocumentHead) throws(ReadError) -> SliceIndex? {
        guard let slices else { return nil }
        show(found)
        do { return try slices(section) } catch {
            askingFailure = error
            throw .refused("what is known of its records could not be found out: \(error)")
        }
    }

    /// The document at hand, else the next one.
    private func current() throws(ReadError) -> (any OpenDocument)? {
        if let stream { return stream }
        return try open()
    }

    private func open() throws(ReadError) -> (any OpenDocument)? {
        let next: any OpenDocument
        if let plain {
            guard opened == 0 else { return nil }
            next = try open(plain, member: "", name: context.name, size: payload.size)
        } else {
            guard let documents = contents?.documents, opened < documents.count else { return nil }
            let wanted = documents[opened]
            next = try open(
                try cursor(at: wanted.index), member: wanted.probe.member, name: wanted.probe.member,
                size: wanted.probe.size)
        }
        opened += 1
        documentNumber += 1
        stream = next
        return next
    }

    private func open(_ bytes: any DocumentBytes, member: String, name: String, size: Int64)
        throws(ReadError) -> any OpenDocument
    {
        let start = try DocumentStart(bytes, member: member, name: name, context)
        self.member = member
        encodings.append(start.finding.words)
        unread.formUnion(start.recognition.unread)
        guard ReadingWay(start, size: size, context) == .slices, start.mistake == nil,
            let decoder = DialectRegistry.cuttingDecoder(
                for: start.recognition, limits: context.limits.dialect)
        else { return DocumentStream(start, bytes, context) }
        return SlicedDocument(start, bytes, decoder, context, key)
    }

    private func close(_ stream: any OpenDocument) {
        finishedBytes += stream.bytesRead
        finishedSections += stream.document.sections
        self.stream = nil
    }

    /// Goes on in the ZIP where the member lies ahead, else begins anew.
    private func cursor(at index: Int) throws(ReadError) -> ZIPCursor {
        let found: ZIPCursor
        if let cursor, let here = cursor.member, here.index < index {
            found = cursor
        } else {
            found = try ZIPCursor(payload, context)
            cursor = found
        }
        while let member = try found.next() {
            if member.index == index { return found }
        }
        throw .changed
    }

    // MARK: What it says of the package

    /// Bytes read and to read; of a ZIP, unpacked bytes of its documents.
    package var progress: (read: Int64, total: Int64) {
        (
            finishedBytes + (stream?.bytesRead ?? 0),
            contents.map { $0.documents.reduce(0) { $0 + $1.probe.size } } ?? payload.size
        )
    }

    /// Keyed XXH3-128 of the package's bytes; in a pass of its own for a ZIP.
    ///
    /// - Throws: `changed` where they are not those that were read.
    package func contentHash() throws(ReadError) -> [UInt8] {
        if let hash { return hash }
        let found: [UInt8]
        // Another thread may still be reading.
        if stream == nil, let plain, plain.isAtEnd, let whole = plain.contentHash {
            found = whole
        } else {
            found = try payload.hash(key)
        }
        hash = found
        return found
    }

    /// Where a record of the last batch begins in its member as stored.
    package func storedOffset(of record: RecordBatch.Head) -> Int64 {
        stream?.storedOffset(of: record.offset) ?? record.offset
    }

    /// At most 4 KiB of the source of a record of the last batch; empty for
    /// one that began more than four megabytes before the batch's end.
    package func fragment(of record: RecordBatch.Head) -> String {
        stream?.fragment(at: record.offset) ?? ""
    }

    /// Seen over all documents so far.
    package var sections: [SectionHead] { finishedSections + (stream?.document.sections ?? []) }

    /// Lanes of what was seen so far that no dialect reads yet.
    package var unreadLanes: Set<Lane> {
        unread.union(sections.map(\.lane)).intersection([.orders, .clients])
    }

    /// Encodings of the documents so far, found and declared.
    package var encodingWords: String { Sniffer.words(encodings) }
}
