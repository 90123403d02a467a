// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records
import XMLStreams

/// Reads one XML document by a compiled mapping.
///
/// It may be given the document without the records that are cut out of it:
/// their `SliceDecoder` starts from what this one knows of their container.
/// Memory is bounded by `DialectLimits.record` and the piece that is fed.
package final class MappedXMLDecoder: RecordDecoder {
    private let mapping: CompiledMapping
    private let limits: DialectLimits
    private var parser: XMLPushParser
    private var run: MappingRun

    package init(_ mapping: CompiledMapping, limits: DialectLimits = DialectLimits()) {
        self.mapping = mapping
        self.limits = limits
        parser = XMLPushParser(limits: limits.xml)
        run = MappingRun(mapping, limits: limits)
    }

    package var head: DocumentHead { run.head }

    package func feed(_ bytes: Span<UInt8>, into batch: inout RecordBatch) throws(DialectError) {
        swap(&run.batch, &batch)
        defer { swap(&run.batch, &batch) }
        do { try parser.feed(bytes, to: &run) } catch { throw DialectError(error) }
    }

    package func finish(into batch: inout RecordBatch) throws(DialectError) {
        swap(&run.batch, &batch)
        defer { swap(&run.batch, &batch) }
        do { try parser.finish(to: &run) } catch { throw DialectError(error) }
    }

    // MARK: Cutting

    /// Paths of the records that may be cut out, names from the root.
    package var cutPaths: [[String]] { mapping.mapping.cutPaths }

    /// What is fed next stands there: something was cut out before it.
    ///
    /// - Parameters:
    ///   - offset: bytes of the text, from 0.
    ///   - line: from 1.
    package func move(toOffset offset: Int64, line: Int) { parser.move(toOffset: offset, line: line) }

    /// What reading the records of the container that is open needs; nil
    /// where it is in no section.
    ///
    /// - Parameter openTags: start tags of the open elements, UTF-8.
    package func container(openTags: [UInt8]) -> SliceContainer? {
        guard run.section >= 0 else { return nil }
        return SliceContainer(
            mapping: mapping, limits: limits, openTags: openTags, head: run.head, section: run.section,
            sectionIDs: run.sectionIDs, separator: run.separator)
    }
}

extension DialectLimits {
    var xml: XMLLimits {
        var xml = XMLLimits()
        xml.depth = depth
        xml.text = text
        return xml
    }
}
