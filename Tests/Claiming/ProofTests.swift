// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import SystemPackage
import TestKit
import Testing

@testable import Claiming

@Suite("Proofs") struct ProofTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func answer(
        _ bytes: [UInt8], _ check: (ByteWindow) throws(FileError) -> ProofAnswer
    ) throws -> ProofAnswer {
        let path = FilePath(try folder.write("drop", bytes))
        let files = RealFileSystem()
        return try files.withFile(path, .read) { open throws(FileError) in
            try check(ByteWindow(files: files, file: open, size: Int64(bytes.count)))
        }
    }

    private func isComplete(_ answer: ProofAnswer) -> Bool {
        if case .complete = answer { true } else { false }
    }

    private static let document =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- < -->\n<КоммерческаяИнформация a=\"1\"><Каталог>"
        + "<Ид>1</Ид></Каталог></КоммерческаяИнформация>\r\n<!-- end -->\n"

    @Test("XML is complete at its end only, wherever it is cut")
    func cutXML() throws {
        let bytes = Array(Self.document.utf8)
        #expect(try answer(bytes, XMLProof.check) == .complete(.xml))
        let rootEnd = try #require(Self.document.ranges(of: "</КоммерческаяИнформация>").last).upperBound
        let end = Self.document.utf8.distance(from: Self.document.startIndex, to: rootEnd)
        for count in 1..<end {
            #expect(try !isComplete(answer(Array(bytes[..<count]), XMLProof.check)), "cut at \(count)")
        }
        // A tail of a comment cut short is no tail.
        #expect(try !isComplete(answer(bytes.dropLast(3), XMLProof.check)))
    }

    @Test("XML padded with zeros, or with a second root behind it, is not complete")
    func paddedXML() throws {
        let bytes = Array(Self.document.utf8)
        #expect(try !isComplete(answer(bytes + [UInt8](repeating: 0, count: 4_096), XMLProof.check)))
        #expect(try !isComplete(answer(Array("<a></a><b>".utf8), XMLProof.check)))
    }

    @Test("UTF-16 of either order, prefixes and empty roots are understood")
    func otherXML() throws {
        let text = "\u{FEFF}<?xml version=\"1.0\"?><n:Message a='>'><x/></n:Message >\n"
        let little = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        #expect(try answer(little, XMLProof.check) == .complete(.xml))
        #expect(try answer(big, XMLProof.check) == .complete(.xml))
        #expect(try !isComplete(answer(little.dropLast(6), XMLProof.check)))
        #expect(try !isComplete(answer(little.dropLast(1), XMLProof.check)))
        #expect(try answer(Array("<Message a=\"/>\" />".utf8), XMLProof.check) == .complete(.xml))
    }

    @Test("a ZIP is complete with its directory only, wherever it is cut")
    func cutZIP() throws {
        let bytes = SmallZIP.bytes(["webdata/import0_1.xml": "<a></a>", "b.txt": "text"])
        #expect(try answer(bytes, ZIPProof.check) == .complete(.zip))
        for count in 1..<bytes.count {
            #expect(try !isComplete(answer(Array(bytes[..<count]), ZIPProof.check)), "cut at \(count)")
        }
    }

    @Test("a ZIP with a hole, zeros behind it, or bytes in front is judged right")
    func oddZIP() throws {
        let bytes = SmallZIP.bytes(["a.xml": String(repeating: "<a></a>", count: 50), "b": "b"])
        #expect(try !isComplete(answer(bytes + [UInt8](repeating: 0, count: 999), ZIPProof.check)))
        // Copied out of order: the directory is there, the data is not.
        var hole = bytes
        for index in 0..<200 { hole[index] = 0 }
        #expect(try !isComplete(answer(hole, ZIPProof.check)))
        // A self-extracting archive.
        #expect(try answer(Array("#!stub\n".utf8) + bytes, ZIPProof.check) == .complete(.zip))
    }

    @Test("JSON is complete at its last bracket only, wherever it is cut")
    func cutJSON() throws {
        let text = #"{"товары": [{"id": "1}", "n": "\"["}, {"id": "2"}]}"#
        let bytes = Array(text.utf8)
        #expect(try answer(bytes, JSONProof.check) == .complete(.json))
        for count in 1..<bytes.count {
            #expect(try !isComplete(answer(Array(bytes[..<count]), JSONProof.check)), "cut at \(count)")
        }
        #expect(try !isComplete(answer(bytes + [0, 0, 0], JSONProof.check)))
        #expect(try !isComplete(answer(bytes + Array("]".utf8), JSONProof.check)))
    }

    @Test("no damage brings a proof down", arguments: 0..<40)
    func damage(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let zip = SmallZIP.bytes(["webdata/import0_1.xml": Self.document, "b.txt": "text"])
        for var bytes in [Array(Self.document.utf8), zip, Array(#"{"a":["b",{"c":"\"}]}"#.utf8)] {
            for _ in 0..<max(1, bytes.count / 50) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            // The end record of a ZIP is where sizes and offsets stand.
            bytes[bytes.count - Int.random(in: 1...22, using: &random)] = 0xFF
            _ = try answer(bytes, XMLProof.check)
            _ = try answer(bytes, ZIPProof.check)
            _ = try answer(bytes, JSONProof.check)
        }
        // ZIP64 with numbers of any size.
        var wide = [UInt8](repeating: 0, count: 76) + zip.suffix(22)
        wide.replaceSubrange(0..<4, with: [0x50, 0x4B, 6, 6])
        wide.replaceSubrange(56..<60, with: [0x50, 0x4B, 6, 7])
        for index in 84..<96 { wide[index] = 0xFF }
        for index in 32..<56 { wide[index] = UInt8.random(in: 0...255, using: &random) }
        #expect(try !isComplete(answer(wide, ZIPProof.check)))
    }

    @Test("lines of JSON are complete as far as lines can tell")
    func lines() throws {
        #expect(try answer(Array("{\"a\":1}\n{\"a\":2}\n".utf8), JSONProof.check) == .complete(.lines))
        #expect(try answer(Array("{\"a\":1}\n{\"a\":2}".utf8), JSONProof.check) == .complete(.lines))
        #expect(try !isComplete(answer(Array("{\"a\":1}\n{\"a\":".utf8), JSONProof.check)))
    }
}

/// Stored members only, for proofs.
enum SmallZIP {
    static func bytes(_ members: KeyValuePairs<String, String>) -> [UInt8] {
        var data: [UInt8] = []
        var directory: [UInt8] = []
        for (name, text) in members {
            let (name, content) = (Array(name.utf8), Array(text.utf8))
            let sizes = number(content.count, 4) + number(content.count, 4)
            let shared =
                number(20, 2) + number(0x800, 2) + number(0, 2) + number(0, 4) + number(0, 4) + sizes
                + number(name.count, 2) + number(0, 2)
            directory +=
                [0x50, 0x4B, 1, 2] + number(20, 2) + shared + number(0, 2) + number(0, 2)
                + number(0, 2) + number(0, 4) + number(data.count, 4) + name
            data += [0x50, 0x4B, 3, 4] + shared + name + content
        }
        let end =
            [0x50, 0x4B, 5, 6] + number(0, 4) + number(members.count, 2) + number(members.count, 2)
            + number(directory.count, 4) + number(data.count, 4) + number(0, 2)
        return data + directory + end
    }

    private static func number(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
