// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import Reading
import Records
import SystemPackage
import TestKit

/// A package on disk, and what reading makes of it.
struct Bench {
    let folder: TemporaryFolder
    /// 2026-03-02T12:00:00Z.
    static let arrival: Int64 = 1_772_452_800_000
    static let secret = [UInt8](repeating: 7, count: 32)

    init() throws { folder = try TemporaryFolder() }

    func context(_ name: String, _ bytes: [UInt8]) throws -> ReadContext {
        ReadContext(
            path: FilePath(try folder.write(name, bytes)), name: name, arrival: Self.arrival)
    }

    func context(_ name: String, _ text: String) throws -> ReadContext { try context(name, Array(text.utf8)) }

    func desk(_ files: any FileSystem = RealFileSystem()) -> ReadingDesk {
        ReadingDesk(files: files, secret: Self.secret)
    }

    /// All records, as `member: kind id @stored offset`.
    func records(_ context: ReadContext, _ files: any FileSystem = RealFileSystem()) throws(ReadError)
        -> [String]
    {
        let reader = try desk(files).reader(context)
        return try Self.drain(reader)
    }

    static func drain(_ reader: PackageReader) throws(ReadError) -> [String] {
        var found: [String] = []
        var batch = RecordBatch()
        while try reader.next(into: &batch) {
            for record in batch.records {
                let id = batch.entry(.id, in: record).map { batch.text($0) } ?? "-"
                let place = reader.member.isEmpty ? "" : "\(reader.member): "
                found.append("\(place)\(record.kind.word) \(id) @\(reader.storedOffset(of: record))")
            }
        }
        return found
    }

    func error(_ context: ReadContext, _ files: any FileSystem = RealFileSystem()) -> ReadError? {
        do {
            _ = try records(context, files)
            return nil
        } catch { return error }
    }
}

/// Text as bytes of single-byte Cyrillic.
func windows1251(_ text: String) -> [UInt8] {
    [UInt8](text.data(using: .windowsCP1251) ?? Data())
}

func utf16(_ text: String) -> [UInt8] {
    [0xFF, 0xFE] + text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
}
