// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Files
package import Records
import Synchronization
package import SystemPackage

/// The media volume and its register `media.db`: every delivered file once by
/// its SHA-256, and under which path which partner sent it.
///
/// A row stands only for a blob that is durable on the volume; a blob without
/// a row is what a crash leaves, and the next delivery of the same bytes takes
/// it up. One process writes; its calls may come from several threads.
package final class MediaStore: Sendable {
    package let layout: MediaLayout
    let files: any FileSystem
    let file: StoreFile
    let work = Mutex(Work())

    /// What this process knows about the volume.
    struct Work {
        /// UUID of the volume whose `tmp/` was swept since this process
        /// started.
        var swept: String?
        /// Folders below `blobs/` that are durable in the folder above them.
        var durable: Set<FilePath> = []
        /// Names in `tmp/` made so far.
        var names = 0
    }

    /// Opens or makes `media.db`; the volume is not touched and may be away.
    package init(volume: FilePath, database: String, options: StoreOptions, files: any FileSystem)
        throws(StoreError)
    {
        layout = MediaLayout(volume)
        self.files = files
        file = try StoreFile(path: database, options: options, migrations: Self.migrations)
    }

    package func checkpoint() throws(StoreError) { try file.checkpoint() }
    package func close() throws(StoreError) { try file.close() }
    package var walBytes: Int64 { file.walBytes }

    // MARK: Asking

    /// Whether this delivery has a row, and so its bytes are kept. Does not
    /// need the volume.
    package func has(partner: String, path: String, package: PackageID) throws(MediaError) -> Bool {
        try read { connection in
            try connection.row(
                "SELECT 1 FROM delivered WHERE partner = ? AND path = ? AND package = ? LIMIT 1",
                [.text(partner), .text(path), .text(package.text)]) != nil
        }
    }

    /// What the partner sent last under this path. Does not need the volume.
    package func delivered(partner: String, path: String) throws(MediaError) -> DeliveredFile? {
        try read { connection in
            let row = try connection.row(
                """
                SELECT sha256, package, exchange, size, at FROM delivered WHERE partner = ? AND path = ?
                ORDER BY at DESC, seq DESC LIMIT 1
                """, [.text(partner), .text(path)])
            guard let row, let sha256 = row.text(0), let id = row.text(1).flatMap(PackageID.init),
                let exchange = row.text(2), let size = row.integer(3), let at = row.integer(4)
            else { return nil }
            return DeliveredFile(
                partner: partner, path: path, sha256: sha256, package: id, exchange: exchange, size: size,
                at: Timestamp(milliseconds: at))
        }
    }

    /// Totals for `status`. Reads the whole table of blobs.
    package func counts() throws(MediaError) -> MediaCounts {
        try read { connection in
            let row = try connection.row(
                "SELECT count(*), coalesce(sum(size), 0), (SELECT count(*) FROM delivered) FROM blob")
            return MediaCounts(
                blobs: row?.integer(0) ?? 0, bytes: row?.integer(1) ?? 0, rows: row?.integer(2) ?? 0)
        }
    }

    // MARK: Plumbing

    func write<T>(_ body: (Connection) throws -> T) throws(MediaError) -> T {
        do { return try file.write(body) } catch { throw storeError(error) }
    }

    func read<T>(_ body: (Connection) throws -> T) throws(MediaError) -> T {
        do { return try file.read(body) } catch { throw storeError(error) }
    }

    private func storeError(_ error: any Error) -> MediaError {
        if let error = error as? StoreError { return .store(error) }
        return .store(StoreError(code: 1, message: String(describing: error), path: file.path))
    }
}
