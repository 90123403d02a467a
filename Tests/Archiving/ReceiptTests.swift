// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Archiving
import Files
import Foundation
import Glibc
import JournalStore
import Records
import SystemPackage
import TestKit
import Testing

@Suite("Receipts") struct ReceiptTests {
    private let world: ArchiveWorld
    private let folder: FilePath

    init() throws {
        world = try ArchiveWorld()
        folder = FilePath(world.folder.path("receipts"))
        try RealFileSystem().makeDirectory(folder, mode: 0o755)
    }

    private func reject(_ code: Reject.Code, _ number: Int, id: String = "1") -> Reject {
        Reject(
            member: "import.xml", offset: Int64(number * 10), line: number, kind: "product", id: id,
            code: code,
            detail: "", fragment: "<Товар>\n\t=1+1</Товар>")
    }

    @Test("the receipt says what became of the package, in the partner's language")
    func receipt() throws {
        var row = try world.finished("import.xml").row
        row.counts["product"].read = 3
        row.counts["product"].inserted = 1
        row.counts["product"].rejected = 2
        row.rejects = 2
        row.sha256 = String(repeating: "a", count: 64)
        let report = ReceiptWriter(files: RealFileSystem()).write(
            row, archivedAt: world.clock.now, language: .uk, into: folder,
            rejects: [reject(.badNumber, 1), reject(.missingID, 2, id: "")])
        #expect(report.warning == nil)
        #expect(
            try Listing.files(folder) == [
                "\(row.id)-import.xml.receipt.json", "\(row.id)-import.xml.rejects.csv",
            ])
        let data = Data(try world.folder.read("receipts/\(row.id)-import.xml.receipt.json"))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["id"] as? String == row.id.text && object["outcome"] as? String == "applied")
        #expect(object["sha256"] as? String == row.sha256)
        let counts = try #require(object["counts"] as? [String: [String: Int]])
        #expect(counts["product"]?["read"] == 3 && counts["product"]?["stale"] == 0)
        let errors = try #require(object["first_errors"] as? [String])
        #expect(errors.count == 2 && errors.allSatisfy { $0.contains("рядок") })
        #expect(object["rejects_file"] as? String == "\(row.id)-import.xml.rejects.csv")
    }

    @Test("the table opens in Excel and runs no formula")
    func table() throws {
        let row = try world.finished("import.xml").row
        _ = ReceiptWriter(files: RealFileSystem()).write(
            row, archivedAt: nil, language: .ru, into: folder,
            rejects: [reject(.badNumber, 1, id: "=cmd|' /C calc'!A0"), reject(.badNumber, 2, id: "a;\"b\"")])
        let bytes = try world.folder.read("receipts/\(row.id)-import.xml.rejects.csv")
        #expect(Array(bytes.prefix(3)) == [0xEF, 0xBB, 0xBF])
        let text = String(decoding: bytes.dropFirst(3), as: UTF8.self)
        let lines = text.components(separatedBy: "\r\n")
        #expect(lines.count == 4 && lines[3].isEmpty)
        #expect(lines[0].hasPrefix("смещение в байтах;строка;файл;"))
        #expect(lines[1].hasPrefix("10;1;import.xml;product;'=cmd|' /C calc'!A0;bad-number;"))
        #expect(lines[1].hasSuffix("<Товар>  =1+1</Товар>"))
        #expect(lines[2].contains(";\"a;\"\"b\"\"\";bad-number;"))
    }

    @Test("many rejects come in pages, all into the table, few into the receipt")
    func pages() throws {
        let row = try world.finished("import.xml").row
        let all = (1...1_234).map { reject(.badNumber, $0) }
        var asked = 0
        let report = ReceiptWriter(files: RealFileSystem()).write(
            row, archivedAt: nil, language: .en, into: folder
        ) { code, offset, limit in
            asked += 1
            return code == .badNumber ? Array(all.dropFirst(offset).prefix(limit)) : []
        }
        #expect(report.warning == nil && asked < 12)
        let table = String(
            decoding: try world.folder.read("receipts/\(row.id)-import.xml.rejects.csv"), as: UTF8.self)
        #expect(table.components(separatedBy: "\r\n").count == 1_236)
    }

    @Test("what can't be written is a warning and leaves nothing half", arguments: [EIO, ENOSPC])
    func faults(errno: CInt) throws {
        let row = try world.finished("import.xml").row
        let counting = FaultyFileSystem()
        _ = ReceiptWriter(files: counting).write(
            row, archivedAt: nil, language: .en, into: folder, rejects: [reject(.badNumber, 1)])
        for fault in FaultyFileSystem.faults(counting.calls, errno: errno) {
            let files = FaultyFileSystem(RealFileSystem(), fault)
            let report = ReceiptWriter(files: files).write(
                row, archivedAt: nil, language: .en, into: folder, rejects: [reject(.badNumber, 1)])
            for name in try Listing.files(folder) where !name.hasPrefix(".") {
                #expect(try !RealFileSystem().readAll(folder.appending(name)).isEmpty, "\(fault)")
            }
            if report.warning == nil { #expect(report.receipt != nil && report.rejects != nil) }
        }
    }

    @Test("reason.txt keeps a line for each fact")
    func reason() {
        #expect(
            ReasonText.build(file: "a.xml", place: "", reason: "two\nlines", cure: "retry")
                == "File: a.xml\nReason: two lines\nCure: retry\n")
    }
}
