// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// The format of a document's bytes, found before its dialect.
package enum TextFormat: Sendable, Hashable { case xml, json }

/// What a sniffer found at the start of a document.
package struct Recognition: Sendable, Hashable {
    /// `commerceml`, `waybill-json`; empty where it is refused unnamed.
    package var dialect = ""
    /// The document's own version word; empty where it has none.
    package var version = ""
    /// Local name of the root element; empty for JSON.
    package var root = ""
    /// Lanes seen in the first 64 KiB: a document may hold several, and more
    /// may come later (`DocumentHead.sections` is the whole truth).
    package var lanes: Set<Lane> = []
    /// Why the document is not read, and what would help; nil where it is.
    package var refusal: String?

    package init() {}

    /// Lanes whose records this version does not read yet, though it knows
    /// them: orders and clients.
    package var unread: Set<Lane> { lanes.intersection([.orders, .clients]) }
}

/// Chooses the dialect of a document.
package enum DialectRegistry {
    /// Names that `partners.<name>.dialect` may have.
    package static let names = ["auto", "commerceml", "waybill-json"]

    /// - Parameters:
    ///   - start: the first 64 KiB or less, UTF-8.
    ///   - configured: `auto`, or the only dialect the partner writes.
    package static func recognise(_ start: Span<UInt8>, format: TextFormat, configured: String = "auto")
        -> Recognition
    {
        var found: Recognition
        switch format {
        case .xml: found = XMLRecognition.recognise(start)
        case .json: found = WaybillJSON.recognise(start)
        }
        if found.refusal == nil, configured != "auto", configured != found.dialect {
            found.refusal =
                names.contains(configured)
                ? "the partner's dialect is \(configured), this document is \(found.dialect): "
                    + "correct `dialect` in the partner's configuration or set it to auto"
                : "the dialect \(configured) is not supported by this version"
        }
        return found
    }

    /// A decoder for one document. A refused recognition gets a decoder that
    /// refuses the document with the same reason.
    package static func decoder(for found: Recognition, limits: DialectLimits = DialectLimits())
        -> any RecordDecoder
    {
        if let refusal = found.refusal { return RefusingDecoder(refusal) }
        switch found.dialect {
        case CommerceML.name: return MappedXMLDecoder(CommerceML.compiled, limits: limits)
        case WaybillJSON.name: return WaybillJSONDecoder(limits: limits)
        default: return RefusingDecoder("the dialect \(found.dialect) is not supported by this version")
        }
    }
}

extension DialectRegistry {
    /// A decoder for a document whose records may be cut out; nil where the
    /// dialect cuts none.
    package static func cuttingDecoder(for found: Recognition, limits: DialectLimits = DialectLimits())
        -> MappedXMLDecoder?
    {
        guard let mapped = decoder(for: found, limits: limits) as? MappedXMLDecoder,
            !mapped.cutPaths.isEmpty
        else { return nil }
        return mapped
    }
}

/// Refuses every document with one reason.
private final class RefusingDecoder: RecordDecoder {
    private let reason: String
    init(_ reason: String) { self.reason = reason }
    var head: DocumentHead { DocumentHead() }

    func feed(_ bytes: Span<UInt8>, into batch: inout RecordBatch) throws(DialectError) {
        throw .wrongDialect(line: 1, offset: 0, detail: reason)
    }

    func finish(into batch: inout RecordBatch) throws(DialectError) {
        throw .wrongDialect(line: 1, offset: 0, detail: reason)
    }
}
