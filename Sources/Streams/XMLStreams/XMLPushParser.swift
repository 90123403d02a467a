// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CXML2

/// libxml2's SAX2 push parser behind a safe face.
///
/// It is always fed UTF-8 (whatever the declaration says: `IGNORE_ENC`), never
/// loads anything, refuses a DOCTYPE, and knows the five predefined entities
/// and character references only (`reference/spool-traps.md` 4.2). One thread
/// at a time.
@safe package struct XMLPushParser: ~Copyable {
    private let context: xmlParserCtxtPtr
    private let sink: XMLSink
    private var prologue: Prologue? = Prologue()

    /// Bytes handed to libxml2 at once: what the tape then holds stays in the
    /// processor's cache.
    private static let piece = 32 << 10

    package init(limits: XMLLimits = XMLLimits()) {
        _ = LibXML.ready
        let sink = XMLSink(limits: limits)
        var callbacks = LibXML.callbacks
        let owner = Unmanaged.passUnretained(sink).toOpaque()
        guard let context = xmlCreatePushParserCtxt(&callbacks, owner, nil, 0, nil) else {
            // Only without memory for a parser; nothing can go on then.
            fatalError("xmlCreatePushParserCtxt: out of memory")
        }
        self.context = context
        self.sink = sink
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_IGNORE_ENC.rawValue)
        xmlCtxtUseOptions(context, options)
        xmlSwitchEncoding(context, XML_CHAR_ENCODING_UTF8)
        sink.context = context
    }

    deinit {
        if let document = context.pointee.myDoc { xmlFreeDoc(document) }
        xmlFreeParserCtxt(context)
    }

    /// Parses the next bytes and hands what is complete to the handler.
    ///
    /// What stood before a mistake is handed over before the mistake is
    /// thrown. After a throw the parser is spent.
    package mutating func feed<Handler: XMLHandler>(_ bytes: Span<UInt8>, to handler: inout Handler)
        throws(XMLError)
    {
        var from = 0
        if prologue != nil {
            from = skipPrologue(bytes)
            if from == bytes.count { return }
        }
        while from < bytes.count {
            let count = min(Self.piece, bytes.count - from)
            sink.tape.rewind()
            bytes.extracting(from..<from + count).withUnsafeBufferPointer { piece in
                piece.withMemoryRebound(to: CChar.self) { text in
                    _ = xmlParseChunk(context, text.baseAddress, Int32(text.count), 0)
                }
            }
            play(to: &handler)
            try check()
            from += count
        }
    }

    /// The next bytes that are fed stand there in the document, of which
    /// something is left out. What was fed and is not parsed yet keeps its
    /// distance from them.
    ///
    /// - Parameters:
    ///   - offset: bytes from 0.
    ///   - line: from 1.
    package mutating func move(toOffset offset: Int64, line: Int) {
        guard let input = context.pointee.input, let base = input.pointee.base, let cur = input.pointee.cur,
            let end = input.pointee.end
        else { return }
        var waiting: Int32 = 0
        var place = cur
        while place < end {
            if place.pointee == 10 { waiting += 1 }
            place += 1
        }
        sink.skippedBytes = offset - Int64(input.pointee.consumed) - Int64(end - base)
        sink.skippedLines = 0
        input.pointee.line = Int32(clamping: line) - waiting
    }

    /// Elements that are open.
    package var depth: Int { sink.depth }

    /// Ends the document.
    ///
    /// - Throws: `endsEarly` where the root element is still open.
    package mutating func finish<Handler: XMLHandler>(to handler: inout Handler) throws(XMLError) {
        if prologue == nil {
            sink.tape.rewind()
            xmlParseChunk(context, nil, 0, 1)
            play(to: &handler)
        }
        if case .doctype = sink.failure { try check() }
        if case .overLimit = sink.failure { try check() }
        // Whatever libxml2 says about a cut tail (often "Extra content at the
        // end of the document"), this is what happened.
        if sink.depth > 0 || !sink.rootSeen {
            throw .endsEarly(line: sink.line, offset: sink.position)
        }
        try check()
    }

    private func check() throws(XMLError) {
        if let failure = sink.failure { throw failure }
        if context.pointee.wellFormed == 0 {
            throw .notWellFormed(line: sink.line, offset: sink.position, detail: "not well-formed")
        }
    }

    private func play<Handler: XMLHandler>(to handler: inout Handler) {
        let tape = sink.tape
        let all = Span(_unsafeStart: tape.bytes.base, count: tape.bytes.count)
        let attributes = Span(_unsafeStart: tape.attributes.base, count: tape.attributes.count)
        for index in 0..<tape.events.count {
            let event = tape.events.base[index]
            let bytes = Int(event.start)..<Int(event.start) + Int(event.count)
            let name = XMLName(number: event.name)
            switch event.kind {
            case .text: handler.text(all.extracting(bytes))
            case .start:
                let own = Int(event.first)..<Int(event.first) + Int(event.attributes)
                handler.start(
                    name, attributes.extracting(own), in: all,
                    at: XMLPlace(offset: event.offset, line: event.line))
            case .end: handler.end(name)
            case .name: handler.name(name, is: all.extracting(bytes))
            case .namespace: handler.root(namespace: all.extracting(bytes))
            }
        }
    }

    // MARK: In front of the document

    /// A byte order mark, then white space (`reference/commerceml.md` 2.1: a
    /// tab before the declaration is a daily fact).
    private struct Prologue {
        var mark = 0
    }

    /// - Returns: where the document goes on; ends the prologue at its first
    ///   byte.
    private mutating func skipPrologue(_ bytes: Span<UInt8>) -> Int {
        guard var state = prologue else { return 0 }
        let mark: InlineArray<3, UInt8> = [0xEF, 0xBB, 0xBF]
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if state.mark < 3, byte == mark[state.mark] {
                state.mark += 1
            } else if byte == 32 || (9...13).contains(byte) {
                if byte == 10 { sink.skippedLines += 1 }
            } else {
                prologue = nil
                return index
            }
            sink.skippedBytes += 1
        }
        prologue = state
        return bytes.count
    }
}
