// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
package import Records
package import SpoolStore
import SystemPackage

extension Intake {
    /// Claims a drop of the last look, and looks once more whether its writer
    /// is gone: on Linux a rename works while a program goes on writing
    /// (`spool-traps.md` 9, trap 12).
    ///
    /// - Throws: `SpoolError.vanished` where it is gone or has changed since
    ///   the look (normal, the next look sees to it).
    package func claim(_ drop: Drop, id: PackageID, wall: Timestamp) throws(SpoolError) -> ClaimedDrop {
        let path = input.pushing(drop.path)
        let status: FileStatus?
        do { status = try spool.files.statusIfPresent(path) } catch { throw .file(error) }
        guard let status, status.kind == .file, DropMark(status) == drop.mark else { throw .vanished(path) }
        // An attachment has no quarantine of its own.
        let isAttachment = drop.kind.isAttachment && drop.toQuarantine == nil
        let note = PackageNote(
            id: id, kind: isAttachment ? .attachment : .package, partner: partner, original: drop.path,
            size: drop.size, modified: drop.mark.modified, claimedAt: wall, extra: Self.extra(drop))
        var file = try spool.claim(note, companions: drop.companions)
        sightings[drop.path] = nil
        let writer = writer(of: file, drop)
        if writer == .present, file.note.kind == .package {
            file.note.extra["writer"] = .string(writer.rawValue)
            try spool.write(file.note, state: .claimed)
        }
        return ClaimedDrop(file: file, drop: drop, writer: writer)
    }

    /// What `package.json` says besides.
    private static func extra(_ drop: Drop) -> [String: JSONValue] {
        var extra: [String: JSONValue] = [
            "proof": .string(drop.proof.rawValue), "form": .string(drop.kind.rawValue),
            "exchange_key": .string(drop.exchangeKey.description),
        ]
        if let facts = drop.manifest {
            var stated: [String: JSONValue] = [:]
            stated["size"] = facts.size.map { .integer($0) }
            stated["sha256"] = facts.sha256.map { .string($0) }
            stated["records"] = facts.records.map { .integer(Int64($0)) }
            extra["manifest"] = .object(stated)
        }
        if let reason = drop.toQuarantine { extra["unproven"] = .string(reason) }
        return extra
    }

    private func writer(of file: ClaimedFile, _ drop: Drop) -> WriterState {
        do {
            return try spool.files.withFile(file.file, .read) { open throws(FileError) in
                let prover = Prover(seam: spool.files, input: input, rule: rule)
                let lease = try prover.askLease(open)
                let status = try spool.files.status(of: open)
                if status.size != drop.mark.size || status.modified != drop.mark.modified { return .present }
                switch lease {
                case .granted: return .gone
                case .writerHasIt: return .present
                case .notAvailable: return .unknown
                }
            }
        } catch {
            // The claim stands; Reading meets the same error and tells it.
            return .unknown
        }
    }
}
