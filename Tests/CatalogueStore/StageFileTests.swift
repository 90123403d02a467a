// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Databases
import Files
import Foundation
import Records
import SystemPackage
import TestKit
import Testing

@Suite("Stage files") struct StageFileTests {
    private static let package = PackageID("20260302-100000-000000-0001") ?? { fatalError("an id of ours") }()

    private static func seal() -> StageSeal {
        var seal = StageSeal(package: package, contentHash: [1, 2, 3, 0, 255])
        seal.records = 12
        seal.bytes = 5 << 32
        seal.isArchive = true
        seal.rank = 3
        seal.unreadLanes = [.orders, .clients]
        seal.stagedAt = Timestamp(milliseconds: 1_772_445_600_000)
        seal.streams = [
            .init(catalogue: "каталог", section: .offers, isWhole: true, asOf: -5),
            .init(catalogue: "", section: .classifier, isWhole: false, asOf: .max),
        ]
        return seal
    }

    @Test("random batches come back the same, in their order", arguments: 0..<40)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder()
        let file = try StageFile.make(path: folder.path("stage.db"))
        var written: [String] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let batch = Self.batch(&random)
            written.append(Self.words(batch))
            try file.add(batch)
        }
        try file.seal(Self.seal())
        #expect(try Self.words(file) == written)
        try file.keep()
        try file.close()
        let again = try StageFile.open(path: folder.path("stage.db"))
        #expect(try Self.words(again) == written)
        var expected = Self.seal()
        expected.batches = written.count
        #expect(again.seal == expected)
    }

    @Test("what was not sealed, or not kept, is nothing")
    func unsealed() throws {
        let folder = try TemporaryFolder()
        var random = SeededRandom(seed: 1)
        let path = folder.path("stage.db")
        let file = try StageFile.make(path: path)
        try file.add(Self.batch(&random))
        #expect(try file.batch(0) == nil)
        #expect(throws: StageDamaged.self) { try StageFile.open(path: path) }
        try file.seal(Self.seal())
        #expect(throws: StageDamaged.self) { try StageFile.open(path: path) }
        try file.keep()
        #expect(try StageFile.open(path: path).seal?.batches == 1)
    }

    @Test("a byte that changed on the disk is found, wherever it is", arguments: 0..<12)
    func damage(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder()
        let path = folder.path("stage.db")
        let file = try StageFile.make(path: path)
        var written: [String] = []
        for _ in 0..<3 {
            let batch = Self.batch(&random)
            written.append(Self.words(batch))
            try file.add(batch)
        }
        try file.seal(Self.seal())
        try file.keep()
        try file.close()
        var bytes = try folder.read("stage.db")
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] ^= UInt8.random(in: 1...255, using: &random)
        try folder.write("stage.db", bytes)
        do {
            // Free bytes of a page may be anything; what is read is right.
            #expect(try Self.words(StageFile.open(path: path)) == written)
        } catch is StageDamaged {} catch is StoreError {}
    }

    @Test("no bytes at all read as a batch unless they are one")
    func nonsense() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("stage.db")
        var random = SeededRandom(seed: 3)
        for _ in 0..<20 {
            let size = Int.random(in: 0..<5_000, using: &random)
            try folder.write("stage.db", (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) })
            #expect(throws: (any Error).self) { try StageFile.open(path: path) }
        }
    }

    @Test("the folder knows its stage files, and removes them once")
    func list() throws {
        let folder = try TemporaryFolder()
        let stages = StageFolder(FilePath(folder.root), files: RealFileSystem())
        for name in ["catalogue.db", "stage-.db", "stage-UP.db", "stage-a.db-journal"] {
            try folder.write(name, "x")
        }
        _ = try StageFile.make(path: stages.path(of: Self.package))
        #expect(try stages.list() == [Self.package])
        try stages.remove(Self.package)
        try stages.remove(Self.package)
        #expect(try stages.list() == [])
        #expect(try stages.freeBytes() > 0)
        #expect(FileManager.default.fileExists(atPath: folder.path("catalogue.db")))
    }

    // MARK: Random batches

    static func batch(_ random: inout SeededRandom) -> StagedBatch {
        var batch = StagedBatch()
        batch.documentNumber = Int.random(in: 0...3_000, using: &random)
        batch.member = random.once(in: 2) ? "" : "webdata/импорт.xml"
        batch.asOf = number(&random)
        batch.asOfIsArrival = random.once(in: 2)
        batch.bytesRead = number(&random)
        batch.document = document(&random)
        for _ in 0..<Int.random(in: 0...50, using: &random) {
            var builder = RecordBuilder()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let field = Field(rawValue: UInt8.random(in: 0...50, using: &random)) ?? .name
                if random.once(in: 5) { builder.clear(field) } else { builder.add(field, bytes(&random)) }
            }
            let index = batch.records.records.count
            let kind = RecordKind.allCases.randomElement(using: &random) ?? .offer
            let offset = number(&random)
            batch.records.append(
                kind, section: Int32.random(in: -1...9, using: &random), offset: offset,
                line: Int32.random(in: .min ... .max, using: &random), builder)
            let hash = SliceHash(high: random.next(), low: random.next())
            if random.once(in: 2) {
                batch.records.place(index, offset: offset, line: Int32(index), slice: hash)
            }
            batch.storedOffsets.append(random.once(in: 2) ? offset : number(&random))
            if random.once(in: 6) { batch.fragments[index] = "<Товар>\(index)</Товар>" }
        }
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            batch.records.append(
                known: KnownSlice(
                    section: Int32.random(in: 0...3, using: &random), item: number(&random),
                    hash: SliceHash(high: random.next(), low: random.next())))
        }
        return batch
    }

    private static func number(_ random: inout SeededRandom) -> Int64 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: Int64.random(in: .min ... .max, using: &random)
        case 1: [Int64.min, .max, 0, -1].randomElement(using: &random) ?? 0
        default: Int64.random(in: 0...100_000, using: &random)
        }
    }

    private static func bytes(_ random: inout SeededRandom) -> [UInt8] {
        (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private static func document(_ random: inout SeededRandom) -> DocumentHead {
        var document = DocumentHead()
        document.dialect = "commerceml"
        document.version = random.once(in: 2) ? "3.1" : ""
        document.namespace = random.once(in: 2) ? "urn:1C.ru:commerceml_3" : ""
        document.writtenAt = "2026-03-02T10:00:00"
        document.isUNF = random.once(in: 2)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            var section = SectionHead(kind: SectionKind.allCases.randomElement(using: &random) ?? .offers)
            section.catalogue = random.once(in: 2) ? "c" : ""
            section.classifier = random.once(in: 2) ? "k" : ""
            section.onlyChanges = [true, false, nil].randomElement(using: &random) ?? nil
            document.sections.append(section)
        }
        for number in 0..<Int.random(in: 0...3, using: &random) {
            document.priceTypes.append(.init(id: "p\(number)", currency: random.once(in: 2) ? "" : "грн"))
            document.warehouses.append("w\(number)")
        }
        return document
    }

    // MARK: Words to compare by

    private static func words(_ file: StageFile) throws -> [String] {
        var all: [String] = []
        while let batch = try file.batch(all.count) { all.append(words(batch)) }
        return all
    }

    static func words(_ batch: StagedBatch) -> String {
        """
        \(batch.documentNumber) \(batch.member) \(batch.asOf) \(batch.asOfIsArrival) \(batch.bytesRead)
        \(batch.document)
        \(batch.records.arena) \(batch.records.entries) \(batch.records.records) \(batch.records.known)
        \(batch.storedOffsets) \(batch.fragments.sorted { $0.key < $1.key })
        """
    }
}
