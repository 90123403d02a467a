// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArchiveStreams
import Files
package import MediaStore
package import Records
package import SystemPackage

/// What became of a ZIP's pictures and papers.
package struct KeptPictures: Hashable, Sendable {
    /// Files handed over now.
    package var kept: Int
    /// Files that the volume had of this package already.
    package var known: Int
    /// What can't be unpacked; one bad picture does not hold the others.
    package var unreadable: [ReadError]

    package init(kept: Int = 0, known: Int = 0, unreadable: [ReadError] = []) {
        self.kept = kept
        self.known = known
        self.unreadable = unreadable
    }
}

extension ReadingDesk {
    /// Hands what is no document in a ZIP, its pictures and papers, to the
    /// media volume. What the volume has of this package already is passed
    /// over, so that the same call again ends where the first one would have.
    ///
    /// - Throws: `ReadError` where the ZIP can't be read, `MediaError` where
    ///   the volume can't take them.
    @discardableResult
    package func keepPictures(
        of context: ReadContext, package: PackageID, exchange: String, partner: String, into media: MediaStore
    ) throws -> KeptPictures {
        let payload = try Payload(context.path, files)
        var result = KeptPictures()
        guard try payload.isZIP(context.name) else { return result }
        var cursor = try ZIPCursor(payload, context)
        while let member = try cursor.next() {
            guard MemberKind.of(member.name) == .attachment else { continue }
            guard try !media.has(partner: partner, path: member.name, package: package) else {
                result.known += 1
                continue
            }
            let reading = cursor
            var failure: ReadError?
            do {
                _ = try media.keep(
                    partner: partner, path: member.name, package: package, exchange: exchange,
                    at: Timestamp(milliseconds: context.arrival)
                ) { buffer in
                    do throws(ReadError) { return try reading.read(into: &buffer) } catch {
                        failure = error
                        throw error
                    }
                }
                result.kept += 1
            } catch {
                guard let failure, failure.isOfOneMember, result.unreadable.count < Self.unreadableLimit
                else { throw failure ?? error }
                result.unreadable.append(failure)
                // libarchive reads no further behind damage.
                cursor = try ZIPCursor(payload, context)
                while let passed = try cursor.next(), passed.index < member.index {}
            }
        }
        try payload.checkUnchanged()
        return result
    }

    /// Pictures that can't be unpacked, above which the ZIP is at fault: each
    /// one costs a new look at the members before it.
    private static let unreadableLimit = 100

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

extension ReadError {
    /// The fault lies in one member of a ZIP; the others can be read.
    fileprivate var isOfOneMember: Bool {
        switch self {
        case .damagedZIP, .encrypted, .unsupportedZIP, .tooLarge: !location.member.isEmpty
        case .file, .changed, .empty, .notWellFormed, .endsEarly, .doctype: false
        case .badText, .wrongDialect, .noZIP, .refused: false
        }
    }
}
