// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records
import XMLStreams

/// Reads one XML document by a compiled mapping.
///
/// Memory is bounded by `DialectLimits.record` and the piece that is fed.
package final class MappedXMLDecoder: RecordDecoder {
    private var parser: XMLPushParser
    private var run: MappingRun

    package init(_ mapping: CompiledMapping, limits: DialectLimits = DialectLimits()) {
        var xml = XMLLimits()
        xml.depth = limits.depth
        xml.text = limits.text
        parser = XMLPushParser(limits: xml)
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
}
