// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
package import MediaStore
package import Records
package import SystemPackage

extension ReadingDesk {
    /// Hands what is no document in a ZIP, its pictures and papers, to the
    /// media volume. What the volume has of this package already is passed
    /// over, so that the same call again ends where the first one would have.
    ///
    /// - Returns: files handed over.
    /// - Throws: `ReadError` where the ZIP can't be read, `MediaError` where
    ///   the volume can't take them.
    package func keepPictures(
        of context: ReadContext, package: PackageID, exchange: String, partner: String, into media: MediaStore
    ) throws -> Int {
        let payload = try Payload(context.path, files)
        guard try payload.isZIP(context.name) else { return 0 }
        let cursor = try ZIPCursor(payload, context)
        var kept = 0
        while let member = try cursor.next() {
            guard MemberKind.of(member.name) == .attachment,
                try !media.has(partner: partner, path: member.name, package: package)
            else { continue }
            _ = try media.keep(
                partner: partner, path: member.name, package: package, exchange: exchange,
                at: Timestamp(milliseconds: context.arrival)
            ) { buffer in try cursor.read(into: &buffer) }
            kept += 1
        }
        return kept
    }

    /// Hands a loose file to the media volume.
    package func keepFile(
        _ file: FilePath, name: String, partner: String, package: PackageID, exchange: String,
        at moment: Timestamp, into media: MediaStore
    ) throws {
        guard try !media.has(partner: partner, path: name, package: package) else { return }
        let open = try files.open(file, .read)
        defer { files.closeAfterFailure(open) }
        _ = try media.keep(
            partner: partner, path: name, package: package, exchange: exchange, at: moment
        ) { buffer in try files.read(open, into: &buffer) }
    }
}
