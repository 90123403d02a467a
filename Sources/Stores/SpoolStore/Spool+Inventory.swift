// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
package import Records
import SystemPackage

extension Spool {
    /// Looks at everything that recovery decides on.
    /// - Parameter known: ids with a row, with their partner; those without a
    ///   folder are looked for in the archive.
    package func inventory(known: [PackageID: String] = [:]) throws(SpoolError) -> Inventory {
        var result = Inventory()
        for name in try partnerNames() where !volumeState(of: name).isOnline { result.offline.insert(name) }
        for state in SpoolState.allCases {
            for package in try packages(state) {
                result.folders.append(
                    Inventory.Folder(id: package.id, state: state, hasPayload: package.payload != nil))
            }
        }
        for name in try partnerNames() where !result.offline.contains(name) {
            for claim in try shareClaimFiles(of: name) { result.shareClaims.insert(claim.id) }
        }
        let present = Set(result.folders.filter(\.hasPayload).map(\.id))
        result.archived = try archived(known.filter { !present.contains($0.key) })
        return result
    }

    /// Files that were claimed inside a partner's share and wait for their
    /// copy.
    package func shareClaimFiles(of partner: String) throws(SpoolError) -> [ShareClaim] {
        let names: [FilePath.Component]
        do { names = try files.list(shareClaims(partner)) } catch {
            if error.isNotFound { return [] }
            throw .file(error)
        }
        return names.compactMap { name in
            let text = name.string
            // An id of ours has four groups: date, time, microseconds, chance.
            let groups = text.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false)
            guard groups.count == 5, let id = PackageID(groups[0..<4].joined(separator: "-")),
                PackageIDSource.microseconds(of: id) != nil
            else { return nil }
            return ShareClaim(
                id: id, partner: partner, file: shareClaims(partner).appending(name),
                payload: String(groups[4]))
        }
    }

    /// Finishes the copy of a claim on a share; a lost `package.json` is made
    /// again from the file's name.
    package func resume(_ claim: ShareClaim, now: Timestamp) throws(SpoolError) -> ClaimedFile {
        let attachment = attachmentsRoot.appending(claim.id.text)
        let isAttachment = try spooling { () throws(FileError) in try files.exists(attachment) }
        let target = isAttachment ? attachment : folder(claim.id, .claimed)
        var note: PackageNote
        if let found = try readNote(target) {
            note = found
        } else {
            let status = try spooling { () throws(FileError) in try files.status(claim.file) }
            note = PackageNote(
                id: claim.id, kind: isAttachment ? .attachment : .package, partner: claim.partner,
                original: FilePath(claim.payload), size: status.size, modified: status.modified,
                claimedAt: now)
            note.payload = claim.payload
            let fresh = note.encoded
            try spooling { () throws(FileError) in
                try files.makeDirectories(target, mode: 0o770)
                try files.atomicWriteUnsynced(target.appending("package.json"), fresh, mode: 0o660)
            }
        }
        try finishCopy(note, from: claim.file)
        let file = target.appending(note.payload)
        return try spooling { () throws(FileError) in
            ClaimedFile(note: note, file: file, status: try files.status(file))
        }
    }

    /// Of these packages, those whose payload lies in the archive: one walk a
    /// partner, from the day of its oldest id on.
    private func archived(_ wanted: [PackageID: String]) throws(SpoolError) -> Set<PackageID> {
        var found: Set<PackageID> = []
        for (partner, ids) in Dictionary(grouping: wanted.keys, by: { wanted[$0] ?? "" }) {
            let start = ids.min().flatMap(PackageIDSource.microseconds)
            let earliest =
                start.map { archive(partner, day: Timestamp(milliseconds: $0 / 1_000)).bytes } ?? []
            let asked = Set(ids)
            for day in try days(of: partner) where !day.bytes.lexicographicallyPrecedes(earliest) {
                for name in try spooling({ () throws(FileError) in try files.list(day) }) {
                    if let id = Self.archivedID(name.string), asked.contains(id) { found.insert(id) }
                }
            }
        }
        return found
    }

    /// The id of an archived payload, `<id>-<safe name>`; nil for facts and
    /// checksums.
    private static func archivedID(_ name: String) -> PackageID? {
        // An id of ours has four groups: date, time, microseconds, chance.
        let groups = name.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false)
        guard groups.count == 5 else { return nil }
        return PackageID(groups[0..<4].joined(separator: "-"))
    }

    private func days(of partner: String) throws(SpoolError) -> [FilePath] {
        try spooling { () throws(FileError) in
            var found: [FilePath] = []
            for year in try folders(archive.appending(partner)) {
                for month in try folders(year) { found += try folders(month) }
            }
            return found
        }
    }

    private func folders(_ path: FilePath) throws(FileError) -> [FilePath] {
        do {
            return try files.list(path).filter { $0.string.utf8.allSatisfy { (48...57).contains($0) } }
                .map { path.appending($0) }
        } catch {
            if error.isNotFound { return [] }
            throw error
        }
    }
}
