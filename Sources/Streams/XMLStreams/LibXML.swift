// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CXML2

/// What libxml2 needs once per process, and the callbacks of every parser.
enum LibXML {
    /// Initialised once: no catalogs (three of the CVEs fixed in Debian 12 sit
    /// there), and a loader that refuses every external entity.
    static let ready: Bool = {
        xmlInitParser()
        xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE)
        xmlSetExternalEntityLoader { _, _, _ in nil }
        return true
    }()

    /// Lends the sink of a parser, which owns it: without a retain and a
    /// release for every callback.
    private static func withSink(_ context: UnsafeMutableRawPointer?, _ body: (XMLSink) -> Void) {
        guard let context else { return }
        Unmanaged<XMLSink>.fromOpaque(context)._withUnsafeGuaranteedRef(body)
    }

    static var callbacks: xmlSAXHandler {
        var sax = xmlSAXHandler()
        sax.initialized = UInt32(XML_SAX2_MAGIC)
        sax.startElementNs = { context, name, _, namespace, _, _, count, _, attributes in
            guard let name else { return }
            LibXML.withSink(context) { sink in
                sink.start(name, namespace: namespace, attributeCount: Int(count), attributes: attributes)
            }
        }
        sax.endElementNs = { context, name, _, _ in
            guard let name else { return }
            LibXML.withSink(context) { $0.end(name) }
        }
        sax.characters = { context, text, count in
            guard let text else { return }
            LibXML.withSink(context) { $0.text(text, Int(count)) }
        }
        sax.ignorableWhitespace = sax.characters
        sax.cdataBlock = sax.characters
        sax.internalSubset = { context, name, _, _ in LibXML.refuse(context, name) }
        sax.externalSubset = { context, name, _, _ in LibXML.refuse(context, name) }
        sax.entityDecl = { context, name, _, _, _, _ in LibXML.refuse(context, name) }
        sax.serror = { context, error in
            guard let error, error.pointee.level == XML_ERR_FATAL else { return }
            LibXML.withSink(context) { $0.note(LibXML.failure(error.pointee, $0)) }
        }
        return sax
    }

    private static func refuse(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<xmlChar>?) {
        let name = name.map { String(cString: $0) } ?? ""
        withSink(context) { $0.fail(.doctype(line: $0.line, offset: $0.position, name: name)) }
    }

    private static func failure(_ error: CXML2.xmlError, _ sink: XMLSink) -> XMLError {
        var words = error.message.map { String(cString: $0) } ?? "error \(error.code)"
        while words.last?.isWhitespace == true { words.removeLast() }
        let line = sink.line
        if words.contains("Huge input lookup") || words.contains("too long") {
            return .overLimit(line: line, offset: sink.position, what: .token, limit: 10_000_000)
        }
        // libxml2 uses this code for whatever follows the root element.
        if error.code == Int32(XML_ERR_DOCUMENT_END.rawValue), sink.rootSeen, sink.depth == 0 {
            words = "content after the root element"
        }
        return .notWellFormed(line: line, offset: sink.position, detail: words)
    }
}
