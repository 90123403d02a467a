// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import JournalStore
package import Records
import SpoolStore
package import SystemPackage

/// Which archived packages are meant; nil means any.
package struct ArchiveFilter: Sendable, Hashable {
    package var partner: String?
    package var outcome: Outcome?
    /// Text that the path in `in/` holds.
    package var text: String?
    package var since: Timestamp?
    package var until: Timestamp?

    package init(
        partner: String? = nil, outcome: Outcome? = nil, text: String? = nil, since: Timestamp? = nil,
        until: Timestamp? = nil
    ) {
        self.partner = partner
        self.outcome = outcome
        self.text = text
        self.since = since
        self.until = until
    }

    func matches(_ row: PackageRow) -> Bool {
        if let partner, row.partner != partner { return false }
        if let outcome, row.outcome != outcome { return false }
        if let text, !row.path.contains(text), !row.id.text.hasPrefix(text) { return false }
        if let since, row.receivedAt < since { return false }
        if let until, until < row.receivedAt { return false }
        return true
    }
}

/// One archived package and whether its file is there.
package struct ArchiveEntry: Sendable, Hashable {
    package var row: PackageRow
    package var isPresent: Bool
}

package struct VerifyItem: Sendable, Hashable {
    package enum Finding: Sendable, Hashable {
        case intact
        /// Removed by somebody else's clean-up: no error.
        case expired
        /// Intact by the journal, but `SHA256SUMS` does not list it.
        case unlisted
        case mismatch(expected: String, found: String)
        /// Neither the journal nor `SHA256SUMS` states a checksum.
        case unknown
        case unreadable(ArchiveError)
    }
    package var row: PackageRow
    package var finding: Finding
}

package struct VerifySummary: Sendable, Hashable {
    package var intact = 0
    package var expired = 0
    package var unlisted = 0
    /// Mismatches, files without a checksum and unreadable ones.
    package var errors = 0
}

/// Looks into the archive and copies out of it; changes nothing there.
package struct ArchiveReader: Sendable {
    let files: any FileSystem
    let archive: FilePath

    package init(files: any FileSystem, archive: FilePath) {
        self.files = files
        self.archive = archive
    }

    /// Lists archived packages, oldest first.
    package func list(
        _ filter: ArchiveFilter = ArchiveFilter(), journal: some ArchiveLedger, each: (ArchiveEntry) -> Void
    ) throws(ArchiveError) {
        var tree = try filing { () throws(FileError) in try SafeTree(files: files, archive: archive) }
        try journal.each(upTo: nil) { rows throws(ArchiveError) in
            for row in rows where filter.matches(row) {
                if case .present = try tree.find(row) {
                    each(ArchiveEntry(row: row, isPresent: true))
                } else {
                    each(ArchiveEntry(row: row, isPresent: false))
                }
            }
        }
    }

    /// Reads archived files again and compares their checksums with the
    /// journal's and those of `SHA256SUMS`.
    package func verify(
        _ filter: ArchiveFilter = ArchiveFilter(), journal: some ArchiveLedger, each: (VerifyItem) -> Void
    ) throws(ArchiveError) -> VerifySummary {
        var tree = try filing { () throws(FileError) in try SafeTree(files: files, archive: archive) }
        var summary = VerifySummary()
        var sums: (day: String, known: [String: String]) = ("", [:])
        try journal.each(upTo: nil) { rows throws(ArchiveError) in
            for row in rows where filter.matches(row) {
                let finding = finding(row, &tree, &sums)
                switch finding {
                case .intact: summary.intact += 1
                case .expired: summary.expired += 1
                case .unlisted: summary.unlisted += 1
                case .mismatch, .unknown, .unreadable: summary.errors += 1
                }
                each(VerifyItem(row: row, finding: finding))
            }
        }
        return summary
    }

    private func finding(
        _ row: PackageRow, _ tree: inout SafeTree, _ sums: inout (day: String, known: [String: String])
    ) -> VerifyItem.Finding {
        do throws(ArchiveError) {
            let path: FilePath
            switch try tree.find(row) {
            case .gone: return .expired
            case .unsafe: return .unreadable(.notAFile(archive.pushing(FilePath(row.archivePath ?? ""))))
            case .present(let found, _): path = found
            }
            let (day, name) = try ArchiveName.split(row.archivePath ?? "")
            if sums.day != day {
                let folder = archive.pushing(FilePath(day))
                sums = (
                    day, try filing { () throws(FileError) in try Sums(files: files, folder: folder).read() }
                )
            }
            let listed = sums.known[name.string]
            let found = try Checksum(files: files).file(path).sha256
            for expected in [row.sha256, listed].compactMap({ $0 }) where expected != found {
                return .mismatch(expected: expected, found: found)
            }
            if listed == nil { return row.sha256 == nil ? .unknown : .unlisted }
            return .intact
        } catch {
            // Gone between the look and the reading: somebody's clean-up.
            if case .file(let failed) = error, failed.isNotFound { return .expired }
            return .unreadable(error)
        }
    }

    /// Copies a package's file into `folder` under its original name; it
    /// appears there whole, with its original time.
    ///
    /// - Returns: the copy.
    /// - Throws: `.exists` where the name is taken; `.payloadGone` where a
    ///   clean-up removed the file; `.damaged` where its bytes have changed.
    package func restore(_ row: PackageRow, into folder: FilePath) throws(ArchiveError) -> FilePath {
        let path = try find(row)
        let name = SafeName.make(row.name)
        guard ArchiveName.component(name) != nil else { throw .badPath(name) }
        let target = folder.appending(name)
        guard try filing({ () throws(FileError) in try !files.exists(target) }) else { throw .exists(target) }
        // A name that no claim looks at until the file is whole.
        let aside = folder.appending(".\(row.id).part")
        do throws(ArchiveError) {
            try filing { () throws(FileError) in
                try files.unlinkIfPresent(aside)
                try files.copy(path, aside, mode: 0o664)
            }
            let found = try Checksum(files: files).file(aside).sha256
            if let expected = row.sha256, expected != found {
                throw .damaged(path, expected: expected, found: found)
            }
            try filing { () throws(FileError) in
                try files.renameNoReplace(aside, target)
                try files.syncDirectory(folder)
            }
            return target
        } catch {
            do throws(FileError) { try files.unlinkIfPresent(aside) } catch { throw .file(error) }
            if case .file(let failed) = error, failed.exists { throw .exists(target) }
            throw error
        }
    }

    /// Hands over the bytes of a package's file, for standard output.
    package func read(
        _ row: PackageRow, each: (Span<UInt8>) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        let path = try find(row)
        let file = try filing { () throws(FileError) in try files.open(path, .read) }
        defer { files.closeAfterFailure(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try filing { () throws(FileError) in try files.read(file, into: &buffer) }
            guard count > 0 else { return }
            try each(buffer.span.extracting(0..<count))
        }
    }

    private func find(_ row: PackageRow) throws(ArchiveError) -> FilePath {
        var tree = try filing { () throws(FileError) in try SafeTree(files: files, archive: archive) }
        switch try tree.find(row) {
        case .gone: throw .payloadGone(row.id)
        case .unsafe: throw .notAFile(archive.pushing(FilePath(row.archivePath ?? "")))
        case .present(let path, _): return path
        }
    }
}
