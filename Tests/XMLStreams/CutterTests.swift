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
}
