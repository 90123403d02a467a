// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records
import XMLStreams

/// Turns the bytes of one document into records; one per document, driven
/// from one thread at a time.
package protocol RecordDecoder: AnyObject {
    /// Facts known so far.
    var head: DocumentHead { get }
    /// Takes the next bytes of the member, already UTF-8, and appends whole
    /// records to the batch.
    ///
    /// A call may append more records than `RecordBatch.limit`; who minds
    /// feeds less at a time. What stood before a mistake is in the batch when
    /// the mistake is thrown; afterwards the decoder is spent.
    func feed(_ bytes: Span<UInt8>, into batch: inout RecordBatch) throws(DialectError)
    /// Ends the input.
    ///
    /// - Throws: `endsEarly` if the document is not complete.
    func finish(into batch: inout RecordBatch) throws(DialectError)
}

/// Why a document can't be read; lines from 1, offsets in bytes of the UTF-8
/// text that was fed.
package enum DialectError: Error, Hashable, Sendable {
    case notWellFormed(line: Int, offset: Int64, detail: String)
    /// The text ends before the document does.
    case endsEarly(line: Int, offset: Int64)
    case doctype(line: Int, offset: Int64, name: String)
    case tooDeep(line: Int, offset: Int64, limit: Int)
    /// `what`: `attributes`, `text`, `name`, `names`, `token`, `string`.
    case tooLarge(line: Int, offset: Int64, what: String, limit: Int)
    /// Well-formed, but not what the dialect reads.
    case wrongDialect(line: Int, offset: Int64, detail: String)

    init(_ error: XMLError) {
        switch error {
        case .notWellFormed(let line, let offset, let detail):
            self = .notWellFormed(line: line, offset: offset, detail: detail)
        case .endsEarly(let line, let offset): self = .endsEarly(line: line, offset: offset)
        case .doctype(let line, let offset, let name): self = .doctype(line: line, offset: offset, name: name)
        case .overLimit(let line, let offset, .depth, let limit):
            self = .tooDeep(line: line, offset: offset, limit: limit)
        case .overLimit(let line, let offset, let what, let limit):
            self = .tooLarge(line: line, offset: offset, what: what.rawValue, limit: limit)
        }
    }

    /// Line, from 1.
    package var line: Int {
        switch self {
        case .notWellFormed(let line, _, _), .endsEarly(let line, _), .doctype(let line, _, _),
            .tooDeep(let line, _, _), .tooLarge(let line, _, _, _), .wrongDialect(let line, _, _):
            line
        }
    }

    package var offset: Int64 {
        switch self {
        case .notWellFormed(_, let offset, _), .endsEarly(_, let offset), .doctype(_, let offset, _),
            .tooDeep(_, let offset, _), .tooLarge(_, let offset, _, _), .wrongDialect(_, let offset, _):
            offset
        }
    }

    /// One English sentence without the place.
    package var sentence: String {
        switch self {
        case .notWellFormed(_, _, let detail): "the document is not well-formed: \(detail)"
        case .endsEarly: "the document ends before the root element closes"
        case .doctype(_, _, let name): "the document has a DOCTYPE (\(name)), which is never read"
        case .tooDeep(_, _, let limit): "the document is nested deeper than \(limit) levels"
        case .tooLarge(_, _, let what, let limit):
            what == XMLError.Limit.token.rawValue
                ? "one CDATA section, comment or tag is longer than \(limit) bytes"
                : "the document goes over the limit of \(limit) for \(what)"
        case .wrongDialect(_, _, let detail): detail
        }
    }
}

/// Limits of one document, with one set for every format.
package struct DialectLimits: Hashable, Sendable {
    /// Nested elements, or objects and arrays.
    package var depth = 64
    /// Bytes of one field; a longer one makes its record a reject.
    package var field = 1 << 20
    /// Bytes of one record's fields together (a property's dictionary can be
    /// megabytes, `reference/commerceml.md` 3.2). It holds at most an eighth
    /// as many values: empty ones cost memory, too.
    package var record = 32 << 20
    /// Values of one record.
    var values: Int { record / 8 }
    /// Bytes of one record's extras together; what goes over is left out.
    package var extras = 16 << 10
    /// Bytes of one extra value; a longer one is cut.
    package var extra = 4 << 10
    /// Bytes of one text or string: what goes over refuses the document.
    package var text = 64 << 20

    package init() {}
}
