// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
package import Records
package import SystemPackage

extension Retention {
    /// Removes receipts and reject tables older than `olderThan` from a
    /// partner's `receipts/`, by their time of writing.
    ///
    /// Only plain files with names of ours go; the partner may remove them at
    /// the same time. What a stop left half-written goes after a day.
    package func pruneReceipts(
        _ folder: FilePath, olderThan: Duration, now: Timestamp, dryRun: Bool, report: (PruneItem) -> Void
    ) throws(ArchiveError) -> PruneSummary {
        var summary = PruneSummary()
        try filing { () throws(FileError) in
            for name in try names(folder) {
                guard let (id, isLeftover) = Self.receipt(name.string) else { continue }
                let path = folder.appending(name)
                guard let status = try files.statusIfPresent(path), status.kind == .file else { continue }
                let age = Duration.milliseconds(now.milliseconds - status.modified / 1_000_000)
                let limit = isLeftover ? min(olderThan, .seconds(86_400)) : olderThan
                let rule: RetentionRule = age < .zero ? .future : age > limit ? .old : .young
                report(PruneItem(path: name.string, id: id, size: status.size, rule: rule))
                guard rule.removes else {
                    summary.kept += 1
                    continue
                }
                summary.removed += 1
                summary.freed += status.size
                if !dryRun { try files.unlinkIfPresent(path) }
            }
        }
        return summary
    }

    private func names(_ folder: FilePath) throws(FileError) -> [FilePath.Component] {
        do { return try files.list(folder) } catch {
            if error.isNotFound { return [] }
            throw error
        }
    }

    private static func receipt(_ name: String) -> (id: PackageID, isLeftover: Bool)? {
        let isLeftover = name.hasPrefix(".") && name.hasSuffix(".new")
        let whole = isLeftover ? String(name.dropFirst().dropLast(4)) : name
        guard whole.hasSuffix(".receipt.json") || whole.hasSuffix(".rejects.csv"),
            let id = ArchiveName.id(of: whole)
        else { return nil }
        return (id, isLeftover)
    }
}
