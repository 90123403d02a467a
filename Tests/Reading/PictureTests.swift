// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Files
import MediaStore
import Reading
import Records
import SystemPackage
import TestKit
import Testing

@Suite("Pictures of packages") struct PictureTests {
    private let bench: Bench
    private let media: MediaStore
    private let id = PackageID("20260302-120000-000000-0001")

    init() throws {
        bench = try Bench()
        let volume = FilePath(bench.folder.path("media"))
        try MediaStore.prepareVolume(volume, files: RealFileSystem())
        media = try MediaStore(
            volume: volume, database: bench.folder.path("media.db"), options: StoreOptions(),
            files: RealFileSystem())
    }

    private func keep(_ context: ReadContext) throws -> KeptPictures {
        try bench.desk().keepPictures(
            of: context, package: try #require(id), exchange: "e1", partner: "erp", into: media)
    }

    private func path(_ name: String) throws -> String? {
        try media.delivered(partner: "erp", path: name)?.sha256
    }

    @Test("pictures and papers are kept under their names, documents and junk are not")
    func kept() throws {
        let zip = ZIPBuilder([
            .init("webdata/import.xml", "<a/>"), .init("webdata/import_files/1.jpg", "one"),
            .init("webdata\\import_files\\2.PNG", "two"), .init("Thumbs.db", "junk"), .init("notes.txt", "n"),
        ])
        let context = try bench.context("a.zip", zip.build())
        #expect(try keep(context) == KeptPictures(kept: 2))
        #expect(try path("webdata/import_files/1.jpg") != nil)
        #expect(try path("webdata/import_files/2.PNG") != nil)
        #expect(try media.counts().rows == 2)
        #expect(try keep(context) == KeptPictures(known: 2))
        #expect(try media.counts().rows == 2)
    }

    @Test("one damaged picture does not hold the others")
    func damaged() throws {
        var bad = ZIPBuilder.Member("2.jpg", "two")
        bad.crc = 1
        var odd = ZIPBuilder.Member("3.jpg", "not deflated at all")
        odd.method = 8
        let zip = ZIPBuilder([.init("1.jpg", "one"), bad, odd, .init("4.jpg", "four")])
        let found = try keep(try bench.context("a.zip", zip.build()))
        #expect(found.kept == 2)
        #expect(found.unreadable.map(\.location.member) == ["2.jpg", "3.jpg"])
        #expect(try path("4.jpg") != nil)
        #expect(try path("2.jpg") == nil)
    }

    @Test("a picture over the limit does not hold the others; too many that can't be unpacked do")
    func limits() throws {
        var context = try bench.context(
            "a.zip", ZIPBuilder([.init("1.jpg", "much too large"), .init("2.jpg", "two")]).build())
        context.limits.documentBytes = 5
        let found = try keep(context)
        #expect(found.kept == 1)
        #expect(found.unreadable.map(\.location.member) == ["1.jpg"])
        let many = ZIPBuilder(
            (0...100).map { number in
                var member = ZIPBuilder.Member("x\(number).jpg", "x")
                member.crc = 1
                return member
            })
        let bad = try bench.context("b.zip", many.build())
        #expect(throws: ReadError.self) { try keep(bad) }
    }

    @Test("a loose file, once")
    func loose() throws {
        let file = FilePath(try bench.folder.write("1.jpg", "one"))
        for _ in 0..<2 {
            try bench.desk().keepFile(
                file, name: "import_files/1.jpg", partner: "erp", package: try #require(id), exchange: "e1",
                at: Timestamp(milliseconds: Bench.arrival), into: media)
        }
        #expect(
            try path("import_files/1.jpg")
                == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed")
        #expect(try media.counts().rows == 1)
    }

    @Test("what is no ZIP has none")
    func noZIP() throws {
        #expect(try keep(try bench.context("a.xml", "<a/>")) == KeptPictures())
    }
}
