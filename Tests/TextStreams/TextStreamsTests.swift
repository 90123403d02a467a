// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import TestKit
import Testing
import TextStreams

@Suite("Encodings") struct TextStreamsTests {
    private static let declaration = #"<?xml version="1.0" encoding="NAME"?>"#
    private static let sentence = "Ґрунт, Ёлка – «Їжак» №5 і ще"

    private func bytes(_ text: String, _ encoding: TextEncoding) -> [UInt8] {
        switch encoding {
        case .utf8: return Array(text.utf8)
        case .utf16LittleEndian:
            return text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        case .utf16BigEndian: return text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        default:
            // What a byte means, turned round.
            var codes: [Character: UInt8] = [:]
            for byte in UInt8(0)...255 { codes[Character(encoding.text([byte]))] = byte }
            return text.map { codes[$0] ?? 63 }
        }
    }

    private func found(_ bytes: [UInt8], isWhole: Bool = true) throws(TextError) -> EncodingFinding {
        try EncodingFinding(of: bytes.span, isWhole: isWhole)
    }

    private func decode(_ bytes: [UInt8], chunk: Int) throws -> String {
        var decoder = TextDecoder(try found(bytes))
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            _ = try decoder.decode(
                bytes.span.extracting(start..<min(bytes.count, start + chunk)), into: &text)
        }
        try decoder.finish()
        return String(decoding: text, as: UTF8.self)
    }

    private func document(_ declared: String, _ text: String = "Товар Ёлка") -> String {
        Self.declaration.replacing("NAME", with: declared) + "<Имя>\(text)</Имя>"
    }

    // MARK: Finding

    @Test(
        "the bytes win against the declaration",
        arguments: [
            ("windows-1251", TextEncoding.utf8, TextEncoding.utf8, "UTF-8 (declared windows-1251)"),
            ("UTF-8", .windows1251, .windows1251, "windows-1251 (declared UTF-8)"),
            ("windows-1251", .windows1251, .windows1251, "windows-1251"),
            ("utf-8", .utf8, .utf8, "UTF-8"),
            ("UTF-16", .utf8, .utf8, "UTF-8 (declared UTF-16)"),
            ("UTF-16", .utf16LittleEndian, .utf16LittleEndian, "UTF-16LE"),
            ("UTF-8", .utf16BigEndian, .utf16BigEndian, "UTF-16BE (declared UTF-8)"),
            ("KOI8-R", .koi8r, .koi8r, "KOI8-R"), ("cp866", .cp866, .cp866, "cp866"),
            ("ISO-8859-5", .iso88595, .iso88595, "ISO-8859-5"),
        ])
    func finding(declared: String, stored: TextEncoding, expected: TextEncoding, words: String) throws {
        let finding = try found(bytes(document(declared), stored))
        #expect(finding.encoding == expected)
        #expect(finding.declared == declared)
        #expect(finding.words == words)
    }

    @Test("byte order marks, and what they hide")
    func marks() throws {
        let utf8 = try found([0xEF, 0xBB, 0xBF] + bytes(document("windows-1251"), .utf8))
        #expect(utf8.words == "UTF-8 with BOM (declared windows-1251)")
        let little = try found([0xFF, 0xFE] + bytes(document("UTF-16"), .utf16LittleEndian))
        #expect(little.encoding == .utf16LittleEndian && little.hasMark && !little.declarationLies)
        let big = try found([0xFE, 0xFF] + bytes(document("UTF-16"), .utf16BigEndian))
        #expect(big.encoding == .utf16BigEndian && big.markLength == 2)
        #expect(throws: TextError.unsupported(name: "UTF-32")) { try found([0xFF, 0xFE, 0, 0, 60, 0, 0, 0]) }
    }

    @Test("no declaration: UTF-8 where it can be, else windows-1251; white space may stand in front")
    func undeclared() throws {
        #expect(try found(bytes("{\"имя\": \"Ёлка\"}", .utf8)).encoding == .utf8)
        #expect(try found(bytes("{\"имя\": \"Ёлка\"}", .windows1251)).encoding == .windows1251)
        #expect(try found(bytes("{\"name\": 1}", .utf16LittleEndian)).encoding == .utf16LittleEndian)
        #expect(try found(bytes("{\"name\": 1}", .utf8)).encoding == .utf8)
        #expect(try found(bytes("\t\n" + document("windows-1251"), .windows1251)).declared == "windows-1251")
    }

    @Test("ASCII so far: what follows is as declared")
    func plainStart() throws {
        let finding = try found(
            Array(#"<?xml version="1.0" encoding="windows-1251"?><a>x"#.utf8), isWhole: false)
        #expect(finding.encoding == .windows1251)
    }

    @Test("one bad byte in UTF-8 is a defect, not another encoding")
    func damagedUTF8() throws {
        var damaged = bytes(document("UTF-8"), .utf8)
        damaged[damaged.count - 8] = 0xFF
        #expect(try found(damaged).encoding == .utf8)
        #expect(throws: TextError.invalid(encoding: .utf8, offset: Int64(damaged.count - 8))) {
            try decode(damaged, chunk: 5)
        }
    }

    @Test("a character cut by the end of the look is no defect")
    func cutLook() throws {
        let text = bytes("<a>я", .utf8)
        #expect(try found(Array(text.dropLast()), isWhole: false).encoding == .utf8)
        #expect(try found(Array(text.dropLast()), isWhole: true).encoding == .windows1251)
    }

    @Test("a declared encoding that is not read is an error only where it matters")
    func unknownDeclared() throws {
        #expect(try found(bytes(document("x-mac-cyrillic"), .utf8)).encoding == .utf8)
        #expect(throws: TextError.unsupported(name: "x-mac-cyrillic")) {
            try found(bytes(document("x-mac-cyrillic"), .windows1251))
        }
    }

    // MARK: Decoding

    @Test("every encoding, cut into pieces of every size", arguments: TextEncoding.allCases)
    func pieces(encoding: TextEncoding) throws {
        let utf16 = encoding == .utf16LittleEndian || encoding == .utf16BigEndian
        let inside = utf16 || encoding == .utf8 ? Self.sentence + "😀" : "Abc Привет, мир"
        guard encoding != .windows1252 else { return }
        let text = document(encoding.word, inside)
        let stored = bytes(text, encoding)
        for chunk in 1...9 { #expect(try decode(stored, chunk: chunk) == text, "pieces of \(chunk)") }
        #expect(try decode(stored, chunk: stored.count) == text)
    }

    @Test("tables: letters that tell the sets apart")
    func tables() {
        #expect(TextEncoding.windows1251.text([0xA5, 0xB4, 0xAA, 0xBA, 0xB9, 0xA8]) == "ҐґЄє№Ё")
        #expect(TextEncoding.koi8u.text([0xA4, 0xA6, 0xA7, 0xAD]) == "єіїґ")
        #expect(TextEncoding.koi8r.text([0xF0, 0xD2, 0xC9]) == "При")
        #expect(TextEncoding.cp866.text([0x8F, 0xE0, 0xA8, 0xFC]) == "При№")
        #expect(TextEncoding.iso88595.text([0xBF, 0xE0, 0xD8, 0xF0]) == "При№")
        #expect(TextEncoding.windows1252.text([0xE9, 0x80]) == "é€")
    }

    @Test("bytes that mean nothing, and text that ends early, with their offsets")
    func errors() throws {
        let single = bytes(document("windows-1251", "Ёлка"), .windows1251) + [0x98]
        #expect(throws: TextError.invalid(encoding: .windows1251, offset: Int64(single.count - 1))) {
            try decode(single, chunk: 7)
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        #expect(throws: TextError.endsEarly(encoding: .utf8, offset: 5)) {
            try decode(mark + bytes("<a", .utf8) + [0xD0], chunk: 2)
        }
        #expect(throws: TextError.endsEarly(encoding: .utf16LittleEndian, offset: 4)) {
            try decode([0xFF, 0xFE, 60, 0, 0x3D, 0xD8], chunk: 3)
        }
        #expect(throws: TextError.invalid(encoding: .utf16LittleEndian, offset: 4)) {
            try decode([0xFF, 0xFE, 60, 0, 0x00, 0xDC], chunk: 3)
        }
        for bad: [UInt8] in [
            [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE0, 0x80, 0x80], [0x80],
        ] {
            #expect(throws: TextError.invalid(encoding: .utf8, offset: 14)) {
                try decode(bytes("<яяяяяя>", .utf8) + bad, chunk: 1)
            }
        }
    }

    // MARK: Places

    @Test("UTF-8 is what Swift's own check says it is", arguments: 0..<8)
    func valid(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let words: [[UInt8]] = [
            Array("Товар".utf8), Array("<Ид>".utf8), Array("€𝄞".utf8), Array("plain words".utf8), [0xD0],
            [0xC1, 0x81], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xD0, 0x41], [0xFF],
        ]
        for _ in 0..<2_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1..<8, using: &random) {
                // Mostly what is right, so that mistakes stand at any place.
                bytes +=
                    words[
                        Int.random(
                            in: 0..<(Int.random(in: 0..<8, using: &random) == 0 ? words.count : 4),
                            using: &random)]
            }
            var decoder = TextDecoder(try EncodingFinding(of: Array("<я>".utf8).span, isWhole: true))
            var text: [UInt8] = []
            do throws(TextError) {
                _ = try decoder.decode(bytes.span, into: &text)
                try decoder.finish()
                #expect(String(validating: bytes, as: UTF8.self) != nil, "\(bytes)")
                #expect(text == bytes)
            } catch {
                let good = Array(bytes.prefix(Int(error.offset)))
                #expect(String(validating: bytes, as: UTF8.self) == nil, "\(bytes)")
                #expect(String(validating: good, as: UTF8.self) != nil, "\(bytes)")
                #expect(text == good)
            }
        }
    }

    @Test("places in the text lead back to places as stored", arguments: TextEncoding.allCases)
    func places(encoding: TextEncoding) throws {
        guard encoding != .windows1252 else { return }
        let text = document(encoding.word, encoding.word.hasPrefix("UTF") ? "Привет 😀 5" : "Привет 5")
        let stored = bytes(text, encoding)
        for chunk in [1, 4, 7, stored.count] {
            var decoder = TextDecoder(try found(stored))
            var window = TextWindow(encoding, size: 1 << 20)
            for start in stride(from: 0, to: stored.count, by: chunk) {
                var piece: [UInt8] = []
                let end = min(stored.count, start + chunk)
                let at = try decoder.decode(stored.span.extracting(start..<end), into: &piece)
                window.append(piece, stored: at)
            }
            for index in text.indices {
                let before = String(text[..<index])
                #expect(
                    window.storedOffset(of: Int64(before.utf8.count)) == Int64(bytes(before, encoding).count))
                let rest = window.text(at: Int64(before.utf8.count), count: 10)
                #expect(rest == Array(text[index...].utf8.prefix(10)))
            }
        }
    }

    @Test("the window forgets what lies further back")
    func window() {
        var window = TextWindow(.utf8, size: 10)
        for index in 0..<100 {
            window.append(Array("12345".utf8), stored: Int64(index * 5))
            window.trim()
        }
        #expect(window.end == 500)
        #expect(window.text(at: 480, count: 20).isEmpty)
        #expect(window.text(at: 492, count: 20) == Array("34512345".utf8))
    }
}
