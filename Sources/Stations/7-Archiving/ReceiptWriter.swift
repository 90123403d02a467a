// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import JournalStore
package import Records
package import SystemPackage

/// What became of a package's receipt.
package struct ReceiptReport: Sendable, Hashable {
    package var receipt: FilePath?
    package var rejects: FilePath?
    /// Why something could not be written; never a reason to stop
    /// (docs/spool.md).
    package var warning: String?
}

/// Writes receipts for a partner's people: `<id>-<safe name>.receipt.json`
/// and, where records were refused, `<id>-<safe name>.rejects.csv`.
///
/// Both appear whole. They can be made again from the stores, so they are not
/// synced (architecture, invariant 12).
package struct ReceiptWriter: Sendable {
    let files: any FileSystem
    /// Rejects asked for at a time.
    private static let page = 500
    /// Refused records that the receipt itself shows, in words.
    private static let shown = 10
    private static let shownPerCode = 3

    package init(files: any FileSystem) { self.files = files }

    /// Writes a receipt whose refused records are in memory.
    package func write(
        _ row: PackageRow, archivedAt: Timestamp?, language: ReceiptLanguage, into folder: FilePath,
        rejects: [Reject]
    ) -> ReceiptReport {
        write(row, archivedAt: archivedAt, language: language, into: folder) { code, offset, limit in
            Array(rejects.filter { $0.code == code }.dropFirst(offset).prefix(limit))
        }
    }

    /// Writes a receipt; refused records come in pages, code by code.
    ///
    /// - Parameter rejects: the records of one code in file order: code,
    ///   how many to skip, how many to return at most.
    package func write<Failure: Error>(
        _ row: PackageRow, archivedAt: Timestamp?, language: ReceiptLanguage, into folder: FilePath,
        rejects: (Reject.Code, Int, Int) throws(Failure) -> [Reject]
    ) -> ReceiptReport {
        var report = ReceiptReport()
        let name = ArchiveName.file(row.id, row.name)
        var summary = RejectSummary()
        do {
            let table = folder.appending("\(name).rejects.csv")
            if try writeTable(table, language, rejects, &summary) { report.rejects = table }
            let receipt = folder.appending("\(name).receipt.json")
            let text = Self.text(row, archivedAt, language, summary, table: report.rejects)
            try files.atomicWriteUnsynced(receipt, Array(text.utf8), mode: 0o664)
            report.receipt = receipt
        } catch {
            report.warning = "the receipt of \(row.id) could not be written: \(error)"
        }
        return report
    }

    private struct RejectSummary {
        var codes: [(code: Reject.Code, count: Int)] = []
        var first: [Reject] = []
    }

    /// - Returns: false where there is nothing to write.
    private func writeTable<Failure: Error>(
        _ path: FilePath, _ language: ReceiptLanguage,
        _ rejects: (Reject.Code, Int, Int) throws(Failure) -> [Reject], _ summary: inout RejectSummary
    ) throws -> Bool {
        let table = RejectTable(language)
        let aside = path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "rejects").new")
        var open: OpenFile?
        do {
            for code in Reject.Code.allCases {
                var count = 0
                while true {
                    let page = try rejects(code, count, Self.page)
                    guard !page.isEmpty else { break }
                    let file: OpenFile
                    if let known = open {
                        file = known
                    } else {
                        file = try files.open(aside, .replace(mode: 0o664))
                        open = file
                        try files.write(file, Array(table.heading.utf8).span)
                    }
                    try files.write(file, Array(page.map(table.line).joined().utf8).span)
                    let room = min(Self.shown - summary.first.count, Self.shownPerCode - count)
                    summary.first += page.prefix(max(0, room))
                    count += page.count
                    if page.count < Self.page { break }
                }
                if count > 0 { summary.codes.append((code, count)) }
            }
            guard let file = open else { return false }
            open = nil
            try files.close(file)
            try files.rename(aside, path)
            return true
        } catch {
            if let file = open { files.closeAfterFailure(file) }
            throw error
        }
    }

    private static func text(
        _ row: PackageRow, _ archivedAt: Timestamp?, _ language: ReceiptLanguage, _ summary: RejectSummary,
        table: FilePath?
    ) -> String {
        var members = row.facts
        members += [
            ("sha256", .text(row.sha256)), ("archived_at", .text(archivedAt?.description)),
            (
                "reject_reasons",
                .list(
                    summary.codes.map { code, count in
                        .object([
                            ("code", .text(code.rawValue)),
                            ("message", .text(RejectWords.message(code, "", language))),
                            ("count", .number(Int64(count))),
                        ])
                    })
            ),
            ("first_errors", .list(summary.first.map { .text(sentence($0, language)) })),
            ("rejects_file", .text(table?.lastComponent?.string)),
        ]
        return JSONText.object(members).document
    }

    /// Place, record and message of a refused record in one line.
    private static func sentence(_ reject: Reject, _ language: ReceiptLanguage) -> String {
        var place = reject.member.isEmpty ? "" : "\(reject.member), "
        if reject.line > 0 { place += "\(RejectWords.line[language]) \(reject.line), " }
        place += "\(RejectWords.offset[language]) \(reject.offset)"
        let id = reject.id.isEmpty ? RejectWords.noID[language] : reject.id
        let message = RejectWords.message(reject.code, reject.detail, language)
        return "\(place): \(reject.kind) \(id): \(message)"
    }
}
