// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import XMLStreams

/// What a parser says, without places; pieces of one text are one text.
struct Trace: XMLHandler {
    var names: [String] = []
    var lines: [String] = []
    var depth = 0

    private func words(_ span: Span<UInt8>) -> String {
        span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    mutating func name(_ name: XMLName, is span: Span<UInt8>) { names.append(words(span)) }
    mutating func root(namespace: Span<UInt8>) { lines.append("{\(words(namespace))}") }
    mutating func start(
        _ name: XMLName, _ attributes: Span<XMLAttribute>, in span: Span<UInt8>, at place: XMLPlace
    ) {
        var line = "<\(names[Int(name.number)])"
        for index in attributes.indices {
            let attribute = attributes[index]
            line += "\u{1}\(names[Int(attribute.name.number)])=\(words(span.extracting(attribute.value)))"
        }
        lines.append(line)
        depth += 1
    }
    mutating func text(_ span: Span<UInt8>) { add(text: words(span)) }
    mutating func end(_ name: XMLName) {
        lines.append("/\(names[Int(name.number)])")
        depth -= 1
    }

    mutating func add(text: String) {
        if lines.last?.first == "\"" { lines[lines.count - 1] += text } else { lines.append("\"" + text) }
    }

    init() {}

    init(_ document: [UInt8]) throws(XMLError) {
        var parser = XMLPushParser()
        var trace = Trace()
        try parser.feed(document.span, to: &trace)
        try parser.finish(to: &trace)
        self = trace
    }
}

/// A document's events, those of the records apart.
struct CutTrace: Equatable {
    struct Slice: Equatable {
        var path: Int
        /// Namespace of the root and the start tags around the record.
        var around: [String]
        var lines: [String]
    }

    var skeleton: [String] = []
    var slices: [Slice] = []

    /// What libxml2 sees in the whole document: an element is a record where
    /// the names from the root are one of `paths`, outside of other records.
    init(whole document: [UInt8], _ paths: [[String]]) throws(XMLError) {
        var rest = Trace()
        /// Namespace of the root, then the start tags that are open.
        var open: [String] = []
        /// Depth of the record that is open.
        var record: Int?
        for line in try Trace(document).lines {
            switch line.first {
            case "{": open.append(line)
            case "<":
                open.append(line)
                let names = open.dropFirst().map { $0.dropFirst().prefix { $0 != "\u{1}" } }
                let path = paths.firstIndex { $0.elementsEqual(names, by: { $0 == $1 }) }
                if record == nil, let path {
                    record = open.count
                    slices.append(
                        Slice(path: path, around: open.count > 2 ? Array(open.dropLast()) : [], lines: []))
                    if open.count == 2 { slices[slices.count - 1].around = [open[0]] }
                }
            default: break
            }
            if record != nil {
                slices[slices.count - 1].lines.append(line)
            } else if line.first == "\"" {
                rest.add(text: String(line.dropFirst()))
            } else {
                rest.lines.append(line)
            }
            if line.first == "/" {
                if record == open.count { record = nil }
                open.removeLast()
            }
        }
        skeleton = rest.lines
    }

    /// What libxml2 sees in the pieces.
    init(cut: CutDocument) throws(XMLError) {
        let seam = XMLCutter.seam
        var parser = XMLPushParser()
        var rest = Trace()
        for part in cut.parts {
            switch part {
            case .skeleton(let bytes), .gap(let bytes): try parser.feed(bytes.span, to: &rest)
            case .slice(let path, let container, let bytes):
                try parser.feed(seam.span, to: &rest)
                guard let container = cut.containers[container] else { continue }
                slices.append(try Self.parse(bytes, path: path, in: container))
            }
        }
        try parser.finish(to: &rest)
        skeleton = rest.lines
    }

    private static func parse(_ slice: [UInt8], path: Int, in container: XMLCutter.Container)
        throws(XMLError) -> Slice
    {
        let seam = XMLCutter.seam
        var parser = XMLPushParser()
        var trace = Trace()
        try parser.feed(container.openTags.span, to: &trace)
        try parser.feed(slice.span, to: &trace)
        // Shows a mistake that the parser still holds.
        try parser.feed(seam.span, to: &trace)
        guard trace.depth == container.depth else {
            throw .endsEarly(line: 0, offset: 0)
        }
        return Slice(
            path: path, around: Array(trace.lines.prefix(container.depth + 1)),
            lines: Array(trace.lines.dropFirst(container.depth + 1)))
    }
}
