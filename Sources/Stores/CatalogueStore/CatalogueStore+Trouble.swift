// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
package import Records

extension CatalogueStore {
    /// What a failure of a store means for the package at hand; nil for an
    /// error that is no store's.
    ///
    /// A full, read-only or damaged store stops the lane: no package is at
    /// fault.
    package static func disposition(of error: any Error) -> Disposition? {
        guard let error = error as? StoreError else { return nil }
        return error.isDisk || error.isDamaged ? .halt : .retry
    }

    /// Refused records of one code of a package, in the order of the file.
    package func rejects(
        of package: PackageID, code: Reject.Code, skipping: Int, limit: Int
    ) throws -> [Reject] {
        try read { connection in
            try connection.rows(
                """
                SELECT r.member, r.offset, r.line, r.kind, r.ext, r.detail, r.fragment
                FROM reject r JOIN part p ON p.id = r.part
                WHERE p.package = ? AND r.code = ? ORDER BY r.n LIMIT ? OFFSET ?
                """,
                [.text(package.text), .text(code.rawValue), .integer(limit), .integer(skipping)]
            ).map { row in
                Reject(
                    member: row.text(0) ?? "", offset: row.integer(1) ?? 0, line: Int(row.integer(2) ?? 0),
                    kind: row.text(3) ?? "", id: row.text(4) ?? "", code: code, detail: row.text(5) ?? "",
                    fragment: row.text(6) ?? "")
            }
        }
    }
}
