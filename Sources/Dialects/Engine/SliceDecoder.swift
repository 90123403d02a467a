// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records
import XMLStreams

/// An element around records that are cut out, with all that the document has
/// said before the first of them.
package struct SliceContainer: Sendable {
    let mapping: CompiledMapping
    let limits: DialectLimits
    /// Start tags of the open elements, UTF-8.
    let openTags: [UInt8]
    package let head: DocumentHead
    /// Of its records; index into the head's sections.
    package let section: Int32
    let sectionIDs: [MappingRun.SectionIDs]
    /// The character before decimals, where the document says one.
    package let separator: UInt8?
}

/// Reads records that were cut out of one container, each by itself and in any
/// order, as the document's own decoder would have read them. One thread at a
/// time.
package final class SliceDecoder {
    private var parser: XMLPushParser
    private var run: MappingRun
    private let depth: Int

    /// - Throws: where the container's own tags can't be read, which is no
    ///   news: the document's decoder has read them.
    package init(_ container: SliceContainer) throws(DialectError) {
        parser = XMLPushParser(limits: container.limits.xml)
        run = MappingRun(container.mapping, limits: container.limits)
        do { try parser.feed(container.openTags.span, to: &run) } catch { throw DialectError(error) }
        depth = parser.depth
        run.take(container)
    }

    /// Appends the record of one slice.
    ///
    /// - Parameters:
    ///   - slice: the whole element, UTF-8.
    ///   - offset: where it begins in the document's text.
    ///   - line: where it begins, from 1.
    /// - Throws: with the place in the document's text; the decoder is spent
    ///   then.
    package func decode(
        _ slice: Span<UInt8>, offset: Int64, line: Int, hash: SliceHash, into batch: inout RecordBatch
    ) throws(DialectError) {
        swap(&run.batch, &batch)
        defer { swap(&run.batch, &batch) }
        let first = run.batch.records.count
        parser.move(toOffset: offset, line: line)
        do { try parser.feed(slice, to: &run) } catch { throw DialectError(error) }
        guard parser.depth == depth, run.batch.records.count == first + 1 else {
            throw .notWellFormed(line: line, offset: offset, detail: "a record does not end where it should")
        }
        run.batch.place(first, offset: offset, line: Int32(clamping: line), slice: hash)
    }

    /// Looks for mistakes in the beginning of a slice that ends with bytes
    /// that are no text. The decoder is spent then.
    package func decode(beginning: Span<UInt8>, offset: Int64, line: Int) throws(DialectError) {
        parser.move(toOffset: offset, line: line)
        do { try parser.feed(beginning, to: &run) } catch { throw DialectError(error) }
    }
}
