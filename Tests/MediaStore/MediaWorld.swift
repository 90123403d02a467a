// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Files
import Hashing
import MediaStore
import Records
import SystemPackage
import TestKit

/// A prepared media volume and a place for its register.
struct MediaWorld {
    let folder: TemporaryFolder
    var volume: FilePath { FilePath(folder.path("media")) }
    var layout: MediaLayout { MediaLayout(volume) }
    var database: String { folder.path("media.db") }

    init() throws {
        folder = try TemporaryFolder()
        try MediaStore.prepareVolume(volume, files: RealFileSystem())
    }

    func store(_ files: any FileSystem = RealFileSystem()) throws -> MediaStore {
        try MediaStore(volume: volume, database: database, options: StoreOptions(), files: files)
    }

    /// The whole volume; the mark without its content, since its UUID is new
    /// each time.
    func tree() throws -> String { try Listing.tree(volume) { $0.contains("/blobs/") } }

    static func id(_ number: Int) -> PackageID {
        var source = PackageIDSource()
        return source.next(now: Int64(number) * 1_000_000, chance: 0)
    }

    static func sha256(_ bytes: [UInt8]) -> String {
        var hasher = SHA256Hasher()
        hasher.update(bytes.span)
        return hasher.finish()
    }
}

/// A failure of the place the bytes come from.
struct BrokenSource: Error, CustomStringConvertible {
    let description = "member a.jpg: the CRC is wrong"
}

extension MediaStore {
    /// Keeps bytes that lie in memory, in portions of `step`.
    @discardableResult
    func keep(
        _ path: String, _ bytes: [UInt8], partner: String = "erp", package: Int = 1, at: Int64 = 1_000,
        step: Int = 7
    ) throws -> KeptFile {
        var rest = bytes[...]
        return try keep(
            partner: partner, path: path, package: MediaWorld.id(package), exchange: "e\(package)",
            at: Timestamp(milliseconds: at)
        ) { buffer in
            let count = min(step, rest.count, buffer.count)
            for (index, byte) in rest.prefix(count).enumerated() { buffer[index] = byte }
            rest = rest.dropFirst(count)
            return count
        }
    }
}
