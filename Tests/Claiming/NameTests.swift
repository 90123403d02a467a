// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Claiming

@Suite("Names") struct NameTests {
    @Test(
        "the place of a chunk, in every layout",
        arguments: [
            ("import0_1.xml", "import", 0, 1, true), ("OFFERS0_12.XML", "offers", 0, 12, true),
            ("import.xml", "import", nil, nil, false), ("import1.xml", "import", nil, 1, true),
            ("offers2.xml", "offers", nil, 2, true),
            ("services_offers.xml", "services_offers", nil, nil, false),
            ("goods_1_5_0b0c9d50-7f3e-4f57-9b3c-3f3b0f6f6a11.xml", "goods", 1, 5, true),
            ("import___0b0c9d50-7f3e-4f57-9b3c-3f3b0f6f6a11.xml", "import", nil, nil, true),
            ("propertiesGoods_1_5_0b0c9d50-7f3e-4f57-9b3c-3f3b0f6f6a11.xml", "propertiesgoods", 1, 5, true),
            ("orders-0b0c9d50-7f3e-4f57-9b3c-3f3b0f6f6a11_3.xml", "orders", nil, 3, true),
            ("выгрузка.xml", "выгрузка", nil, nil, false),
        ] as [(String, String, Int?, Int?, Bool)])
    func chunks(name: String, family: String, catalogue: Int?, portion: Int?, isChunk: Bool) {
        let chunk = ChunkName(name)
        #expect(chunk.family == family)
        #expect(chunk.catalogue == catalogue)
        #expect(chunk.portion == portion)
        #expect(chunk.isChunk == isChunk)
    }

    @Test(
        "what a file is",
        arguments: [
            ("a.xml", "<", DropKind.xml), ("a.XML", "PK\u{3}\u{4}", .zip), ("b.zip", "", .zip),
            ("c.json", "{", .json), ("c.jsonl", "{", .ndjson), ("d.csv", "a;b", .plain),
            ("picture.JPG", "", .attachment), ("import_files/ab/0001", "", .attachment),
            ("export", "\u{FEFF}<?xml", .xml), ("export.dat", " [1]", .json), ("export.dat", "id|", .plain),
        ])
    func kinds(path: String, head: String, kind: DropKind) {
        #expect(DropKind.of(path.split(separator: "/").map(String.init), head: Array(head.utf8)) == kind)
    }

    @Test("orders first, then what others refer to, attachments last")
    func order() {
        let wanted = [
            "orders-1.xml", "webdata/contragents.xml", "webdata/groups.xml", "webdata/storages.xml",
            "webdata/import0_1.xml", "webdata/import0_2.xml", "webdata/import0_10.xml",
            "webdata/import1_1.xml",
            "webdata/offers0_1.xml", "webdata/prices0_1.xml", "webdata/rests0_1.xml",
            "webdata/import_files/a.jpg",
        ]
        let keys = wanted.map { DropOrder.Key(path: $0, isAttachment: $0.hasSuffix(".jpg")) }
        #expect(keys.reversed().sorted(by: DropOrder.before).map(\.path) == wanted)
    }

    @Test(
        "which packages belong together",
        arguments: [
            ("webdata/import0_1.xml", false, "folder webdata"),
            ("webdata - 1b2c/offers.xml", false, "folder webdata - 1b2c"),
            (
                "000000001/goods/1/import___0b0c9d50-7f3e-4f57-9b3c-3f3b0f6f6a11.xml", false,
                "folder 000000001"
            ),
            ("goods_1_1_0b0c9d50-7f3e-4f57-9b3c-3f3b0f6f6a11.xml", false, "loose module"),
            ("import0_1.xml", false, "loose catalogue-0"), ("offers0_1.xml", false, "loose catalogue-0"),
            ("import1_1.xml", false, "loose catalogue-1"), ("import.xml", false, "loose whole"),
            ("offers.xml", false, "loose whole"), ("orders-1.xml", false, "alone"),
            ("webdata.zip", true, "alone"), ("whatever.xml", false, "alone"),
        ])
    func keys(path: String, isArchive: Bool, key: String) {
        let elements = path.split(separator: "/").map(String.init)
        #expect(ExchangeKey.of(elements, isArchive: isArchive).description == key)
    }

    @Test(
        "what a name covers",
        arguments: [
            ("a.xml.done", 0, CoverKind.marker, "a.xml"), ("A.XML.COMPLETE", 0, .marker, "A.XML"),
            ("a.xml.sha256", 90, .checksum, "a.xml"), ("a.zip.Manifest.json", 90, .manifest, "a.zip"),
        ] as [(String, Int64, CoverKind, String)])
    func covers(name: String, size: Int64, kind: CoverKind, covered: String) {
        let found = CoverKind.of(name, size: size)
        #expect(found?.kind == kind)
        #expect(found?.covered == covered)
    }

    @Test("a marker with content, and an ending alone, cover nothing")
    func noCovers() {
        #expect(CoverKind.of("a.xml.done", size: 3) == nil)
        #expect(CoverKind.of(".done", size: 0) == nil)
        #expect(CoverKind.of("a.xml", size: 0) == nil)
    }
}

@Suite("Manifests") struct ManifestTests {
    private let digest = String(repeating: "ab", count: 32)

    private func checksum(_ text: String) -> ManifestFacts? {
        if case .facts(let facts) = Manifest.checksum(Array(text.utf8), for: "a.xml") { facts } else { nil }
    }

    private func json(_ text: String) -> ManifestFacts? {
        if case .facts(let facts) = Manifest.json(Array(text.utf8), for: "a.xml") { facts } else { nil }
    }

    @Test("sha256sum's lines, text and binary, several, with a path, alone")
    func checksums() {
        let facts = ManifestFacts(sha256: digest)
        #expect(checksum("\(digest)  a.xml\n") == facts)
        #expect(checksum("\(digest.uppercased()) *a.xml\r\n") == facts)
        #expect(checksum("\(digest)  out/A.XML\n") == facts)
        #expect(checksum("\(digest)\n") == facts)
        #expect(
            checksum("# made by x\n\(String(repeating: "0", count: 64))  b.xml\n\(digest)  a.xml\n") == facts)
    }

    @Test("a checksum of another file, or none, is no word about this one")
    func otherChecksums() {
        #expect(checksum("\(digest)  b.xml\n") == nil)
        #expect(checksum("\(digest)\n\(digest)\n") == nil)
        #expect(checksum("\(digest.dropLast())  a.xml\n") == nil)
        #expect(checksum("") == nil)
    }

    @Test("a JSON manifest states size, sha256, records")
    func manifests() {
        #expect(
            json(#"{"name":"in/a.xml","size":5,"sha256":"\#(digest)","records":3,"more":true}"#)
                == ManifestFacts(size: 5, sha256: digest, records: 3))
        #expect(json(#"{"size":5}"#) == ManifestFacts(size: 5))
        #expect(json(#"{"name":"b.xml","size":5}"#) == nil)
        #expect(json(#"{"records":5}"#) == nil)
        #expect(json(#"{"size":5,"sha256":"abc"}"#) == nil)
        #expect(json(#"{"size":5"#) == nil)
    }
}
