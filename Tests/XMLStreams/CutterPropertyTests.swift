// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TestKit
import XMLStreams

@Suite("The cutter, whatever the document") struct CutterPropertyTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    @Test("slices and skeleton say what the whole document says to libxml2", arguments: seeds)
    func wholes(seed: UInt64) throws {
        var documents = CutterDocuments(seed: seed)
        var (slices, containers) = (0, 0)
        for _ in 0..<150 {
            let document = Array(documents.next().utf8)
            let cut = CutDocument(document, CutterDocuments.plan, chunks: documents.chunks())
            #expect((cut.bytes == document) as Bool)
            #expect(cut.obstacle == nil)
            let whole = try CutTrace(whole: document, CutterDocuments.paths)
            let cutUp = try CutTrace(cut: cut)
            guard whole == cutUp else {
                Issue.record("seed \(seed): \(String(decoding: document, as: UTF8.self))\n\(whole)\n\(cutUp)")
                return
            }
            slices += whole.slices.count
            containers += cut.containers.count
        }
        // The documents are worth the name.
        #expect(slices > 300 && containers > 100, "\(slices) \(containers)")
    }

    @Test("a document in windows-1251 is cut as the same one in UTF-8 is", arguments: seeds)
    func oneByteEncoding(seed: UInt64) {
        let plan = XMLCutter.Plan(CutterDocuments.paths.map { $0.map { Self.windows1251(Array($0.utf8)) } })
        var documents = CutterDocuments(seed: seed)
        for _ in 0..<100 {
            let document = Array(documents.next().utf8)
            let cut = CutDocument(document, CutterDocuments.plan)
            let recoded = CutDocument(Self.windows1251(document), plan, chunks: documents.chunks())
            let expected = cut.parts.map { part -> CutDocument.Part in
                switch part {
                case .skeleton(let bytes): .skeleton(Self.windows1251(bytes))
                case .gap(let bytes): .gap(Self.windows1251(bytes))
                case .slice(let path, let container, let bytes):
                    .slice(path: path, container: container, Self.windows1251(bytes))
                }
            }
            #expect(
                (recoded.withoutGaps == CutDocument.withoutGaps(expected)) as Bool,
                "seed \(seed): \(String(decoding: document, as: UTF8.self))")
        }
    }

    private static func windows1251(_ text: [UInt8]) -> [UInt8] {
        String(decoding: text, as: UTF8.self).unicodeScalars.map {
            $0.value < 0x80 ? UInt8($0.value) : UInt8($0.value - 0x410 + 0xC0)
        }
    }

    @Test("slices that grow too long are skeleton, all others are cut as ever", arguments: seeds)
    func givenUp(seed: UInt64) {
        var documents = CutterDocuments(seed: seed)
        var given = 0
        for round in 0..<100 {
            let document = Array(documents.next().utf8)
            let longest = 10 + 3 * round
            let all = CutDocument(document, CutterDocuments.plan)
            let cut = CutDocument(
                document, CutterDocuments.plan, longest: longest, chunks: documents.chunks())
            #expect((cut.bytes == document) as Bool)
            #expect(
                cut.slices.filter { $0.utf8.count <= longest }
                    == all.slices.filter { $0.utf8.count <= longest })
            given += all.slices.count - cut.slices.count
        }
        #expect(given > 20)
    }

    @Test("a damaged document comes out whole, and its mistake is found", arguments: seeds)
    func damage(seed: UInt64) throws {
        var documents = CutterDocuments(seed: seed)
        var (failed, passed) = (0, 0)
        for _ in 0..<250 {
            let document = documents.damage(Array(documents.next().utf8))
            let cut = CutDocument(document, CutterDocuments.plan, chunks: documents.chunks())
            #expect((cut.bytes == document) as Bool)
            let again = CutDocument(document, CutterDocuments.plan, chunks: documents.chunks())
            #expect(
                (cut.withoutGaps == again.withoutGaps) as Bool,
                "seed \(seed): \(String(decoding: document, as: UTF8.self))")
            let (whole, cutUp) = (
                Result { try CutTrace(whole: document, CutterDocuments.paths) },
                Result { try CutTrace(cut: cut) }
            )
            switch (whole, cutUp) {
            case (.success(let whole), .success(let cutUp)):
                passed += 1
                #expect(whole == cutUp, "\(String(decoding: document, as: UTF8.self))")
            case (.failure, .failure): failed += 1
            default:
                Issue.record("seed \(seed): \(String(decoding: document, as: UTF8.self))\n\(whole)\n\(cutUp)")
            }
        }
        #expect(failed > 100 && passed > 10)
    }

    @Test("garbage comes out whole", arguments: seeds)
    func garbage(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let words = [
            "<", ">", "/", "</", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "'", "\"", " ", "К", "Товары",
            "Товар",
            "<К>", "<Товары>", "<Товар>", "</Товар>", "<Товар", "/>", "!", "-", "]", "x:", "\u{0}",
        ]
        var documents = CutterDocuments(seed: seed)
        for _ in 0..<700 {
            var document = Array((random.once(in: 2) ? "<К><Товары>" : "").utf8)
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                if random.once(in: 20) {
                    document.append(UInt8.random(in: 0...255, using: &random))
                } else {
                    document += Array(words[Int.random(in: 0..<words.count, using: &random)].utf8)
                }
            }
            let cut = CutDocument(document, CutterDocuments.plan, longest: 40, chunks: documents.chunks())
            #expect((cut.bytes == document) as Bool)
        }
    }

    @Test("each sample file says cut what it says whole")
    func samples() throws {
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "shared/samples/commerceml").path
        guard FileManager.default.fileExists(atPath: folder) else {
            return print("skipped: no samples in \(folder)")
        }
        let root = "КоммерческаяИнформация"
        let paths = [
            [root, "Каталог", "Товары", "Товар"], [root, "ПакетПредложений", "Предложения", "Предложение"],
            [root, "ИзмененияПакетаПредложений", "Предложения", "Предложение"], [root, "Документ"],
        ]
        var (files, slices) = (0, 0)
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where name.hasSuffix(".xml") {
            let document = [UInt8](try Data(contentsOf: URL(filePath: folder).appending(path: name)))
            // Of a file in another encoding or one that is damaged on purpose
            // both ways say the same: that it is not well-formed.
            for chunk in [4_096, 1 << 20] {
                let cut = CutDocument(document, XMLCutter.Plan(paths), chunks: { chunk })
                #expect((cut.bytes == document) as Bool)
                let (whole, cutUp) = (
                    Result { try CutTrace(whole: document, paths) }, Result { try CutTrace(cut: cut) }
                )
                switch (whole, cutUp) {
                case (.success(let whole), .success(let cutUp)):
                    #expect(whole == cutUp, "\(name)")
                    slices += whole.slices.count
                    files += 1
                case (.failure, .failure): break
                default: Issue.record("\(name): \(whole) \(cutUp)")
                }
            }
        }
        #expect(files > 20 && slices > 100)
    }
}
