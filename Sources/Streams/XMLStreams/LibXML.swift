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

    private static func sink(_ context: UnsafeMutableRawPointer?) -> XMLSink? {
        context.map { Unmanaged<XMLSink>.fromOpaque($0).takeUnretainedValue() }
    }

    static var callbacks: xmlSAXHandler {
        var sax = xmlSAXHandler()
        sax.initialized = UInt32(XML_SAX2_MAGIC)
        sax.startElementNs = { context, name, _, namespace, _, _, count, _, attributes in
            guard let sink = LibXML.sink(context), let name else { return }
            sink.start(
                name, namespace: namespace, attributeCount: Int(count), attributes: attributes)
        }
        sax.endElementNs = { context, name, _, _ in
            guard let sink = LibXML.sink(context), let name else { return }
            sink.end(name)
        }
        sax.characters = { context, text, count in
            guard let sink = LibXML.sink(context), let text else { return }
            sink.text(text, Int(count))
        }
        sax.ignorableWhitespace = sax.characters
        sax.cdataBlock = sax.characters
        sax.internalSubset = { context, name, _, _ in LibXML.refuse(context, name) }
        sax.externalSubset = { context, name, _, _ in LibXML.refuse(context, name) }
        sax.entityDecl = { context, name, _, _, _, _ in LibXML.refuse(context, name) }
        sax.serror = { context, error in
            guard let sink = LibXML.sink(context), let error, error.pointee.level == XML_ERR_FATAL else {
                return
            }
            sink.note(LibXML.failure(error.pointee, sink))
        }
        return sax
    }

    private static func refuse(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<xmlChar>?) {
        guard let sink = sink(context) else { return }
        let name = name.map { String(cString: $0) } ?? ""
        sink.fail(.doctype(line: sink.line, offset: sink.position, name: name))
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
