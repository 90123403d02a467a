// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Reading
import Records

/// All that reading a package tells, so that two ways of reading can be
/// compared.
struct Story: Equatable {
    struct Line: Equatable, CustomStringConvertible {
        var text: String
        var offset: Int64
        var stored: Int64
        var line: Int32
        var fragment: String
        var description: String { "\(text) @\(offset)/\(stored) line \(line)" }
    }

    var lines: [Line] = []
    var hashes: [SliceHash] = []
    /// Items of known slices, in order.
    var known: [KnownSlice] = []
    /// Batches that held both, or either.
    var batches = 0
    var document = DocumentHead()
    var documents = 0
    var sections: [SectionHead] = []
    var encoding = ""
    var progress: [Int64] = []
    var hash: [UInt8] = []
    var error: ReadError?
    /// Sections that were asked for.
    var asked: [String] = []

    /// - Parameter slices: what `slices` answers; nil leaves it unset.
    init(
        _ bench: Bench, _ context: ReadContext, slices: (@Sendable (SectionHead) -> SliceIndex?)? = nil
    ) throws {
        let reader: PackageReader
        do { reader = try bench.desk().reader(context) } catch {
            self.error = error
            return
        }
        var asked: [String] = []
        if let slices {
            reader.slices = { [unowned reader] section in
                let head = reader.document.sections[Int(section)]
                asked.append(
                    "\(reader.documentNumber) \(section) \(head.kind) \(head.catalogue) \(reader.asOf)")
                return slices(head)
            }
        }
        var batch = RecordBatch()
        do throws(ReadError) {
            while try reader.next(into: &batch) { note(batch, reader) }
            progress = [reader.progress.read, reader.progress.total]
            hash = try reader.contentHash()
        } catch { self.error = error }
        documents = reader.documentNumber
        document = reader.document
        sections = reader.sections
        encoding = reader.encodingWords
        self.asked = asked
    }

    private mutating func note(_ batch: RecordBatch, _ reader: PackageReader) {
        batches += 1
        for record in batch.records {
            var words = "\(reader.documentNumber) \(reader.member) \(record.kind) s\(record.section) "
            if let defect = record.defect { words += "\(defect) " }
            for index in record.fields {
                let entry = batch.entries[index]
                words += "\(entry.field)\(entry.state == .clear ? "!" : "")=\(batch.text(entry));"
            }
            lines.append(
                Line(
                    text: words, offset: record.offset, stored: reader.storedOffset(of: record),
                    line: record.line, fragment: reader.fragment(of: record)))
            hashes.append(record.slice)
        }
        known += batch.known
    }

    /// What must be the same in either way.
    var whole: Story {
        var story = self
        story.batches = 0
        story.hashes = []
        story.asked = []
        // What is said of a document behind its last whole record does not
        // matter where it is refused.
        if error != nil { (story.document, story.sections) = (DocumentHead(), []) }
        return story
    }

    /// The first difference, in words.
    static func difference(_ one: Story, _ other: Story) -> String? {
        let (one, other) = (one.whole, other.whole)
        if one == other { return nil }
        for (left, right) in zip(one.lines, other.lines) where left != right {
            if left.fragment != right.fragment { return "fragment\n\(left.fragment)\n\(right.fragment)" }
            return "\(left)\n\(right)"
        }
        if one.lines.count != other.lines.count { return "\(one.lines.count), \(other.lines.count) records" }
        if one.error != other.error {
            return "\(String(describing: one.error))\n\(String(describing: other.error))"
        }
        if one.document != other.document { return "\(one.document)\n\(other.document)" }
        if one.progress != other.progress { return "\(one.progress)\n\(other.progress)" }
        if one.known != other.known { return "known" }
        return "sections, encoding, hash or number of documents: \(one.documents) \(other.documents)"
    }
}

extension ReadContext {
    var plainly: ReadContext {
        var context = self
        context.limits.slices.threshold = .max
        return context
    }

    /// In slices, whatever its size.
    func sliced(block: Int = 1_000, longest: Int = 4_000, unit: Int = 700, count: Int = 3, workers: Int = 2)
        -> ReadContext
    {
        var context = self
        context.limits.slices.threshold = 0
        context.limits.slices.block = block
        context.limits.slices.longest = longest
        context.limits.slices.unit = unit
        context.limits.slices.count = count
        context.limits.slices.workers = workers
        return context
    }
}
