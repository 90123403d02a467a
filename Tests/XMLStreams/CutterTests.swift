// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Testing
import TestKit
import XMLStreams

/// What a document is cut into, with the bytes themselves.
struct CutDocument {
    enum Part: Equatable {
        case skeleton([UInt8])
        case gap([UInt8])
        case slice(path: Int, container: Int, [UInt8])

        var bytes: [UInt8] {
            switch self {
            case .skeleton(let bytes), .gap(let bytes), .slice(_, _, let bytes): bytes
            }
        }
    }

    /// Skeleton pieces that follow each other are one.
    private(set) var parts: [Part] = []
    private(set) var containers: [Int: XMLCutter.Container] = [:]
    private(set) var obstacle: XMLCutter.Obstacle?
    /// The most bytes that were held without a slice.
    private(set) var mostHeld = 0

    /// - Parameters:
    ///   - chunks: how many bytes come at once, asked before each.
    ///   - longest: slices that are held longer than this are given up.
    init(
        _ document: [UInt8], _ plan: XMLCutter.Plan, longest: Int = .max, chunks: () -> Int = { .max }
    ) {
        var cutter = XMLCutter(plan)
        var pieces: [XMLCutter.Piece] = []
        var (start, end) = (0, 0)
        repeat {
            let added = min(max(1, chunks()), document.count - end)
            end += added
            pieces.removeAll(keepingCapacity: true)
            let isLast = end == document.count
            let consumed = cutter.cut(document.span.extracting(start..<end), isLast: isLast, into: &pieces)
            for container in cutter.containers { containers[container.number] = container }
            var place = 0
            for piece in pieces {
                #expect(piece.bytes.lowerBound == place && !piece.bytes.isEmpty)
                place = piece.bytes.upperBound
                add(piece.kind, Array(document[start + piece.bytes.lowerBound..<start + place]))
            }
            #expect(consumed == place)
            start += consumed
            if !cutter.holdsSlice { mostHeld = max(mostHeld, end - start) }
            if cutter.holdsSlice, end - start > longest { cutter.giveUpSlice() }
        } while end < document.count
        #expect(start == document.count)
        obstacle = cutter.obstacle
    }

    private mutating func add(_ kind: XMLCutter.Piece.Kind, _ bytes: [UInt8]) {
        switch kind {
        case .skeleton:
            if case .skeleton(let before) = parts.last {
                parts.removeLast(); parts.append(.skeleton(before + bytes))
            } else {
                parts.append(.skeleton(bytes))
            }
        case .gap: parts.append(.gap(bytes))
        case .slice(let path, let container): parts.append(.slice(path: path, container: container, bytes))
        }
    }

    /// Gaps depend on where the chunks end; nothing else does.
    var withoutGaps: [Part] { Self.withoutGaps(parts) }

    static func withoutGaps(_ parts: [Part]) -> [Part] {
        parts.reduce(into: []) { joined, part in
            if case .slice = part { return joined.append(part) }
            if case .skeleton(let before) = joined.last {
                joined[joined.count - 1] = .skeleton(before + part.bytes)
            } else {
                joined.append(.skeleton(part.bytes))
            }
        }
    }

    var bytes: [UInt8] { parts.flatMap(\.bytes) }
    var slices: [String] {
        parts.compactMap {
            if case .slice(_, _, let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { nil }
        }
    }
}

@Suite("The cutter") struct CutterTests {
    private let plan = XMLCutter.Plan([["К", "Товары", "Товар"], ["К", "П", "Р"]])

    private func cut(_ document: String, longest: Int = .max, chunk: Int = .max) -> CutDocument {
        CutDocument(Array(document.utf8), plan, longest: longest, chunks: { chunk })
    }

    @Test(
        "slices are what the plan names, with their container and its tags", arguments: [1, 2, 3, 7, 1_000])
    func pieces(chunk: Int) {
        let cut = cut(
            """
            <?xml version="1.0"?><К xmlns="u"><x:Товары a='>'>
            <Товар><Товар/>1</Товар> <x:Товар a=">"/>\u{20}
            </x:Товары><П><Р>2</Р></П></К>
            """, chunk: chunk)
        #expect(
            cut.slices == ["<Товар><Товар/>1</Товар>", "<x:Товар a=\">\"/>", "<Р>2</Р>"])
        #expect(cut.parts.contains(.slice(path: 1, container: 1, Array("<Р>2</Р>".utf8))))
        #expect(cut.containers[0]?.depth == 2)
        #expect(
            cut.containers[0].map { String(decoding: $0.openTags, as: UTF8.self) }
                == "<К xmlns=\"u\"><x:Товары a='>'>")
        #expect(
            cut.containers[1].map { String(decoding: $0.openTags, as: UTF8.self) } == "<К xmlns=\"u\"><П>")
        #expect(cut.obstacle == nil)
    }

    @Test("white space between slices is a gap, other text is skeleton")
    func gaps() {
        let cut = cut("<К><Товары> <Товар/>\n\t<Товар></Товар>а<Товар/><!-- --> <Товар/> </Товары></К>")
        let shapes = cut.parts.map { part in
            switch part {
            case .skeleton(let bytes): "s:" + String(decoding: bytes, as: UTF8.self)
            case .gap(let bytes): "g:" + String(decoding: bytes, as: UTF8.self)
            case .slice: "slice"
            }
        }
        #expect(
            shapes == [
                "s:<К><Товары> ", "slice", "g:\n\t", "slice", "s:а", "slice", "s:<!-- --> ", "slice",
                "s: </Товары></К>",
            ])
    }

    @Test("from a DOCTYPE on, in UTF-16 and UTF-32 nothing is cut", arguments: [1, 1_000])
    func obstacles(chunk: Int) {
        let document = "<К><Товары><Товар/></Товары></К>"
        let doctype = cut("<!-- --><!DOCTYPE К>" + document, chunk: chunk)
        #expect(doctype.obstacle == .doctype && doctype.slices.isEmpty)
        let late = cut("<К><Товары><Товар/><!ELEMENT><Товар/></Товары></К>", chunk: chunk)
        #expect(late.obstacle == .doctype && late.slices == ["<Товар/>"])
        for wide: [UInt8] in [
            [0xFF, 0xFE, 60, 0], [0xFE, 0xFF, 0, 60], [60, 0], [0, 60], [0, 0, 0xFE, 0xFF],
        ] {
            let cut = CutDocument(wide + Array(document.utf8), plan, chunks: { chunk })
            #expect(cut.obstacle == .wideEncoding && cut.slices.isEmpty)
        }
        #expect(cut("\u{FEFF}" + document, chunk: chunk).slices == ["<Товар/>"])
    }

    @Test("little is held outside of slices, whatever comes", arguments: [1_000, 100_000])
    func held(chunk: Int) {
        let long = String(repeating: "а ", count: 200_000)
        for text in [
            "<К>\(long)<Товары/></К>", "<К><!--\(long)--></К>", "<К><р а='\(long)'/></К>", "<\(long)",
            "<К><![CDATA[\(long)", "<К><Товары а='\(long)'><Товар/></Товары></К>",
            "<К><" + long.filter { $0 != " " },
        ] {
            #expect(cut(text, chunk: chunk).mostHeld <= XMLCutter.longestTag)
        }
        let tag = cut("<К><Товары а='\(long)'><Товар/></Товары></К>", chunk: chunk)
        #expect(tag.obstacle == .longTag && tag.slices.isEmpty)
        #expect(cut("<К><Товары><Товар а='\(long)'/></Товары></К>", chunk: chunk).slices.count == 1)
    }

    @Test("newlines are counted, whatever the length")
    func newlines() {
        for count in 0..<200 {
            let text = (0..<count).map { UInt8($0 % 3 == 0 ? 10 : 13) }
            #expect(countNewlines(text.span) == (count + 2) / 3)
        }
    }
}
