// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Files
import Reading
import Records
import SystemPackage
import TestKit
import Testing

@Suite("Package reader") struct PackageReaderTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private let products = [
        CommerceML.product("p1", name: "Ёлка"), CommerceML.product("p2", name: "Чайник №5"),
    ]
    private var document: String { CommerceML.catalogue(products: products) }

    /// Offset of a text in bytes of an encoding.
    private func offset(of text: String, in document: String, _ encode: (String) -> [UInt8]) throws -> Int {
        let place = try #require(document.firstRange(of: text))
        return encode(String(document[..<place.lowerBound])).count
    }

    @Test("records, with their places as stored, in every encoding")
    func encodings() throws {
        let lying = document.replacing("encoding=\"UTF-8\"", with: "encoding=\"windows-1251\"")
        let variants: [(String, [UInt8], String, (String) -> [UInt8])] = [
            (document, Array(document.utf8), "UTF-8", { Array($0.utf8) }),
            (document, [0xEF, 0xBB, 0xBF] + document.utf8, "UTF-8 with BOM", { [0, 0, 0] + $0.utf8 }),
            (lying, Array(lying.utf8), "UTF-8 (declared windows-1251)", { Array($0.utf8) }),
            (document, windows1251(document), "windows-1251 (declared UTF-8)", { windows1251($0) }),
            (document, utf16(document), "UTF-16LE with BOM (declared UTF-8)", { utf16($0) }),
        ]
        for (text, bytes, words, encode) in variants {
            let context = try bench.context("import.xml", bytes)
            let reader = try bench.desk().reader(context)
            let found = try Bench.drain(reader)
            let first = try offset(of: "<Товар>", in: text, encode)
            let second = try offset(of: "<Товар><Ид>p2", in: text, encode)
            #expect(found == ["product p1 @\(first)", "product p2 @\(second)"], "\(words)")
            #expect(reader.encodingWords == words)
        }
    }

    @Test("fragments are the record's own source, as UTF-8")
    func fragments() throws {
        for bytes in [Array(document.utf8), windows1251(document), utf16(document)] {
            let reader = try bench.desk().reader(try bench.context("import.xml", bytes))
            var batch = RecordBatch()
            var found: [String] = []
            while try reader.next(into: &batch) { found += batch.records.map { reader.fragment(of: $0) } }
            #expect(found == products)
        }
    }

    @Test("the head, the time, the sections, the progress")
    func facts() throws {
        let context = try bench.context("import.xml", document)
        let reader = try bench.desk().reader(context)
        var batch = RecordBatch()
        #expect(try reader.next(into: &batch))
        #expect(reader.documentNumber == 1)
        #expect(reader.member.isEmpty)
        #expect(reader.document.dialect == "commerceml")
        #expect(reader.asOf == Bench.arrival - 2 * 3_600_000)
        #expect(!reader.asOfIsArrival)
        #expect(reader.sections.map(\.kind) == [.catalogue])
        #expect(reader.sections.first?.onlyChanges == false)
        #expect(try !reader.next(into: &batch))
        #expect(reader.progress == (Int64(document.utf8.count), Int64(document.utf8.count)))
        #expect(reader.unreadLanes.isEmpty)
    }

    @Test("batches are bounded, and together hold every record once")
    func batches() throws {
        let count = 9_000
        let text = CommerceML.catalogue(
            products: (0..<count).map { CommerceML.product("p\($0)", name: "Товар номер \($0)") })
        let reader = try bench.desk().reader(try bench.context("import.xml", text))
        var batch = RecordBatch()
        var ids: [String] = []
        while try reader.next(into: &batch) {
            #expect(batch.records.count < 2 * RecordBatch.limit)
            for record in batch.records {
                ids.append(batch.entry(.id, in: record).map { batch.text($0) } ?? "")
            }
        }
        #expect(ids == (0..<count).map { "p\($0)" })
    }

    @Test("the hash is of the bytes, and the same by either pass")
    func hash() throws {
        let context = try bench.context("import.xml", document)
        let whole = try bench.desk().reader(context)
        _ = try Bench.drain(whole)
        let early = try bench.desk().reader(context)
        let found = try whole.contentHash()
        #expect(found.count == 16)
        #expect(try early.contentHash() == found)
        let other = try bench.desk().reader(try bench.context("other.xml", document + "\n"))
        #expect(try other.contentHash() != found)
    }

    // MARK: What can't be read

    @Test("a document that is cut ends early, wherever it is cut behind its root")
    func cut() throws {
        let bytes = Array(document.utf8)
        let start = try offset(of: "<Каталог", in: document) { Array($0.utf8) }
        for length in stride(from: start + 30, to: bytes.count - 2, by: 17) {
            let error = bench.error(try bench.context("cut.xml", Array(bytes[..<length])))
            guard case .endsEarly = error else {
                Issue.record("cut at \(length): \(String(describing: error))")
                continue
            }
            #expect(error?.mayBeUnfinished == true)
            #expect(error?.disposition == .quarantine)
        }
    }

    @Test("a mistake has its member, line and place as stored")
    func mistake() throws {
        let text = document.replacing("<Ид>p2</Ид>", with: "<Ид>p2</Иди>")
        let bytes = windows1251(text)
        let error = try #require(bench.error(try bench.context("import.xml", bytes)))
        guard case .notWellFormed(let place, _) = error else {
            Issue.record("\(error)")
            return
        }
        let line = text[..<(try #require(text.firstRange(of: "</Иди>")).lowerBound)].count { $0 == "\n" } + 1
        #expect(place.line == line)
        let at = try offset(of: "</Иди>", in: text) { windows1251($0) }
        #expect(abs(Int(place.offset) - at) <= 8, "\(place.offset), expected about \(at)")
        #expect(error.place.contains("line \(line)"))
    }

    @Test("bytes that are no text, with their place")
    func badText() throws {
        var bytes = Array(document.utf8)
        let at = try offset(of: "p2", in: document) { Array($0.utf8) }
        bytes[at] = 0xFF
        #expect(bench.error(try bench.context("import.xml", bytes))?.location.offset == Int64(at))
    }

    @Test("empty, unknown, foreign and missing files")
    func foreign() throws {
        #expect(bench.error(try bench.context("a.xml", [])) == .empty(ReadPlace()))
        let zeros = bench.error(try bench.context("a.xml", [UInt8](repeating: 0, count: 9_000)))
        #expect(zeros == .empty(ReadPlace()))
        #expect(zeros?.mayBeUnfinished == true)
        guard case .wrongDialect = bench.error(try bench.context("a.csv", "id;name\n1;x\n")) else {
            Issue.record("a CSV was not refused")
            return
        }
        guard case .wrongDialect = bench.error(try bench.context("a.xml", "<html><body/></html>")) else {
            Issue.record("an HTML page was not refused")
            return
        }
        let missing = ReadContext(path: FilePath(bench.folder.path("none.xml")), name: "none.xml", arrival: 0)
        guard case .file(let error) = bench.error(missing) else {
            Issue.record("a missing file was found")
            return
        }
        #expect(error.isNotFound)
        #expect(bench.error(missing)?.disposition == .retry)
    }

    @Test("limits of a document")
    func limits() throws {
        var context = try bench.context("import.xml", document)
        context.limits.documentBytes = 100
        guard case .tooLarge = bench.error(context) else {
            Issue.record("the limit of bytes did not hold")
            return
        }
        context.limits = ReadLimits()
        context.limits.dialect.depth = 3
        guard case .tooLarge = bench.error(context) else {
            Issue.record("the limit of depth did not hold")
            return
        }
    }

    // MARK: Changes underneath

    private func changing(_ context: ReadContext, _ change: () throws -> Void) throws -> ReadError? {
        let reader = try bench.desk().reader(context)
        var batch = RecordBatch()
        guard try reader.next(into: &batch) else { return nil }
        try change()
        do {
            while try reader.next(into: &batch) {}
            return nil
        } catch { return error }
    }

    @Test("a file that grows, is rewritten, replaced or taken away while it is read is tried again")
    func changed() throws {
        let long = CommerceML.catalogue(products: (0..<9_000).map { CommerceML.product("p\($0)") })
        let files = RealFileSystem()
        func fresh() throws -> ReadContext { try bench.context("import.xml", long) }
        #expect(try changing(try fresh()) {} == nil)
        #expect(try changing(try fresh()) { try bench.folder.write("import.xml", long + "\n") } == .changed)
        #expect(
            try changing(try fresh()) {
                try bench.folder.write("import.xml", String(long.dropLast(200_000)))
            } == .changed)
        #expect(
            try changing(try fresh()) {
                try bench.folder.write("new", long)
                try files.rename(
                    FilePath(bench.folder.path("new")), FilePath(bench.folder.path("import.xml")))
            } == .changed)
        #expect(
            try changing(try fresh()) { try files.unlink(FilePath(bench.folder.path("import.xml"))) }
                == .changed)
        #expect(ReadError.changed.disposition == .retry)
    }
}
