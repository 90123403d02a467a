// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Hashing
import Records

/// A full exchange while it loads: its batches, in order, in a file of their
/// own beside the store.
///
/// Written once, sealed, and read as often as need be. Without a seal it means
/// nothing. Blocking; one thread at a time.
package final class StageFile {
    package let path: String
    /// Nil until it is sealed.
    package private(set) var seal: StageSeal?
    private let file: ScratchFile
    private var writer = StageWriter()
    private var batches = 0

    private static let schema = """
        CREATE TABLE batch (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL, sum BLOB NOT NULL) STRICT;
        CREATE TABLE seal (bytes BLOB NOT NULL, sum BLOB NOT NULL, kept INTEGER NOT NULL) STRICT;
        """
    /// Of the sums that find damage; nobody has to be kept from making one.
    private static let key = HashKey(secret: Array("waybill stage file, revision one".utf8))

    /// Makes the file anew; what was there before goes.
    package static func make(path: String) throws -> StageFile {
        StageFile(try ScratchFile.make(path: path, schema: schema), seal: nil)
    }

    /// Opens a file that an earlier run left.
    ///
    /// - Throws: `StageDamaged` for one that was not sealed and kept, or is not
    ///   what it was.
    package static func open(path: String) throws -> StageFile {
        do {
            let file = try ScratchFile.open(path: path)
            let row = try file.read { try $0.row("SELECT bytes, sum FROM seal WHERE kept = 1") }
            guard let bytes = row?.blob(0), row?.blob(1) == sum(bytes) else {
                throw StageDamaged(path: path)
            }
            var reader = StageReader(bytes)
            return StageFile(file, seal: try StageSeal(from: &reader))
        } catch let error as StoreError where !error.isDisk {
            throw StageDamaged(path: path)
        } catch is StageReader.Damaged {
            throw StageDamaged(path: path)
        }
    }

    private init(_ file: ScratchFile, seal: StageSeal?) {
        self.file = file
        self.seal = seal
        path = file.path
    }

    private static func sum(_ bytes: [UInt8]) -> [UInt8] { KeyedHasher.hash(bytes.span, key: key) }

    // MARK: Writing

    /// Appends a batch.
    package func add(_ batch: StagedBatch) throws {
        writer.removeAll()
        batch.encode(into: &writer)
        let bytes = writer.bytes
        try file.write { connection in
            let insert = try connection.prepare("INSERT INTO batch (n, bytes, sum) VALUES (?, ?, ?)")
            insert.bind(1, batches)
            insert.bind(2, blob: bytes.span)
            insert.bind(3, blob: Self.sum(bytes).span)
            try insert.run()
        }
        batches += 1
    }

    /// Says that the file is whole.
    package func seal(_ seal: StageSeal) throws {
        var seal = seal
        seal.batches = batches
        writer.removeAll()
        seal.encode(into: &writer)
        let values: [SQLValue] = [.blob(writer.bytes), .blob(Self.sum(writer.bytes))]
        try file.write { try $0.execute("INSERT INTO seal (bytes, sum, kept) VALUES (?, ?, 0)", values) }
        self.seal = seal
    }

    /// Makes the sealed file outlast a restart.
    ///
    /// What it says of itself is written only once everything else is on the
    /// disk.
    package func keep() throws {
        try file.sync()
        try file.write { try $0.execute("UPDATE seal SET kept = 1") }
        try file.sync()
    }

    package func close() throws { try file.close() }

    // MARK: Reading

    /// The batch of this number, from 0; nil behind the last one.
    package func batch(_ number: Int) throws -> StagedBatch? {
        guard let seal, number < seal.batches else { return nil }
        return try file.read { connection in
            guard
                let row = try connection.row("SELECT bytes, sum FROM batch WHERE n = ?", [.integer(number)]),
                let bytes = row.blob(0), row.blob(1) == Self.sum(bytes)
            else { throw StageDamaged(path: path) }
            var reader = StageReader(bytes)
            do throws(StageReader.Damaged) {
                let batch = try StagedBatch(from: &reader)
                guard reader.isAtEnd else { throw StageReader.Damaged() }
                return batch
            } catch { throw StageDamaged(path: path) }
        }
    }
}
