// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Testing
import TestKit
import XMLStreams

/// Writes down what the parser says.
private struct Scribe: XMLHandler {
    var names: [String] = []
    var lines: [String] = []

    private func words(_ span: Span<UInt8>) -> String {
        var bytes: [UInt8] = []
        for index in span.indices { bytes.append(span[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func name(_ name: XMLName, is span: Span<UInt8>) {
        #expect(Int(name.number) == names.count)
        names.append(words(span))
    }
    mutating func root(namespace: Span<UInt8>) { lines.append("{\(words(namespace))}") }
    mutating func start(
        _ name: XMLName, _ attributes: Span<XMLAttribute>, in span: Span<UInt8>, at place: XMLPlace
    ) {
        var line = "<\(names[Int(name.number)])"
        for index in attributes.indices {
            let attribute = attributes[index]
            line += " \(names[Int(attribute.name.number)])=\(words(span.extracting(attribute.value)))"
        }
        lines.append("\(line) @\(place.offset):\(place.line)")
    }
    mutating func text(_ span: Span<UInt8>) {
        let added = words(span)
        // Pieces of one text are one text.
        if let last = lines.last, last.hasPrefix("\"") {
            lines[lines.count - 1] = last + added
        } else {
            lines.append("\"" + added)
        }
    }
    mutating func end(_ name: XMLName) { lines.append("/\(names[Int(name.number)])") }
}

@Suite("The XML parser") struct XMLPushParserTests {
    private func parse(
        _ document: [UInt8], pieces: Int = .max, limits: XMLLimits = XMLLimits()
    ) throws(XMLError) -> [String] {
        var parser = XMLPushParser(limits: limits)
        var scribe = Scribe()
        var from = 0
        while from < document.count {
            let to = min(document.count, from + min(pieces, document.count))
            try parser.feed(document.span.extracting(from..<to), to: &scribe)
            from = to
        }
        try parser.finish(to: &scribe)
        return scribe.lines
    }

    private func failure(_ document: String, limits: XMLLimits = XMLLimits()) -> XMLError? {
        do { _ = try parse(Array(document.utf8), limits: limits) } catch { return error }
        return nil
    }

    private let sample = """
        <?xml version="1.0" encoding="windows-1251"?>
        <!-- ж -->
        <К xmlns="urn:1C" a='1 &amp; 2 &#38;#38; &lt;'>
          <Т>один &amp; <![CDATA[<два>]]></Т><П/>
        </К>

        """

    @Test("tags, attributes, texts with their places, whatever the pieces", arguments: [1, 2, 3, 7, 1_000])
    func events(pieces: Int) throws {
        let lines = try parse(Array(sample.utf8), pieces: pieces)
        #expect(
            lines == [
                "{urn:1C}", "<К a=1 & 2 &#38; < @58:3", "\"\n  ", "<Т @109:4", "\"один & <два>", "/Т",
                "<П @153:4", "/П", "\"\n", "/К",
            ])
    }

    @Test(
        "a byte order mark and white space before the declaration are skipped, and counted",
        arguments: [1, 100])
    func prologue(pieces: Int) throws {
        let lines = try parse(
            [0xEF, 0xBB, 0xBF] + Array("\t\n<?xml version=\"1.0\"?>\n<a>\n<b/></a>".utf8), pieces: pieces)
        #expect(lines == ["{}", "<a @27:3", "\"\n", "<b @31:4", "/b", "/a"])
    }

    @Test("a DOCTYPE is refused, whatever it declares")
    func doctype() {
        for document in [
            "<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            "<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z SYSTEM \"file:///etc/passwd\">]><a>&x;&z;</a>",
        ] {
            guard case .doctype(_, _, "a") = failure(document) else {
                Issue.record("\(document): \(String(describing: failure(document)))")
                continue
            }
        }
    }

    @Test(
        "a cut tail ends early, wherever the cut is",
        arguments: [
            "", "   ", "<", "<a", "<a>", "<a><b>text", "<a><b>te</b>", "<a>&am", "<a><![CDATA[x", "<a></",
        ])
    func cut(document: String) {
        guard case .endsEarly = failure(document) else {
            Issue.record("\(document): \(String(describing: failure(document)))")
            return
        }
    }

    @Test(
        "what is not well-formed is told with its line",
        arguments: [
            ("<a>\n</b>", 2), ("<a/>\n<b/>", 2), ("<a>\n\n&nope;</a>", 3), ("<a x='1' x='2'/>", 1),
            ("<a>\u{1}</a>", 1),
        ])
    func broken(document: String, line: Int) {
        guard case .notWellFormed(line, _, let detail) = failure(document) else {
            Issue.record("\(document): \(String(describing: failure(document)))")
            return
        }
        #expect(!detail.isEmpty && !detail.contains("\n"))
    }

    @Test("each limit holds, and what is just below it passes")
    func limits() {
        var limits = XMLLimits()
        limits.depth = 3
        limits.attributes = 2
        limits.text = 10
        limits.name = 5
        limits.names = 6
        func limit(_ document: String) -> XMLError.Limit? {
            if case .overLimit(_, _, let what, _) = failure(document, limits: limits) { what } else { nil }
        }
        #expect(failure("<a><b><c/></b></a>", limits: limits) == nil)
        #expect(limit("<a><b><c><d/></c></b></a>") == .depth)
        #expect(failure("<a x='1' y='2'/>", limits: limits) == nil)
        #expect(limit("<a x='1' y='2' z='3'/>") == .attributes)
        #expect(failure("<a>1234567890</a>", limits: limits) == nil)
        #expect(limit("<a>12345678901</a>") == .text)
        #expect(limit("<abcdef/>") == .name)
        #expect(limit("<a><b/><c/><d/><e/><f/><g/></a>") == .names)
        #expect(failure("<a><b/><c/><d/><e/><f/></a>", limits: limits) == nil)
    }

    @Test("damaged documents end in an error or in all their events, never worse")
    func damage() {
        var random = SeededRandom(seed: 11)
        let whole = Array(sample.utf8)
        var failed = 0
        for _ in 0..<2_000 {
            var bytes = whole
            for _ in 0..<2 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            do throws(XMLError) { _ = try parse(bytes, pieces: 50) } catch { failed += 1 }
        }
        #expect(failed > 500)
    }
}
