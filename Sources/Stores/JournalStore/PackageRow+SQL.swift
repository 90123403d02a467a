// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
import Records

extension PackageRow {
    static let columns = """
        id, exchange, partner, name, path, size, received_at, outcome, sha256, hash, dialect, lane, scope, as_of, \
        reason, cure, counts, rejects, applied_at, ended_at, attempts, next_try, approved, as_of_now, by_hand, \
        archive_path, expired_at, without_deletes, held_by
        """

    /// Values in the order of `columns`.
    var values: [SQLValue] {
        [
            .text(id.text), .text(exchange), .text(partner), .text(name), .text(path), .integer(size),
            .integer(receivedAt.milliseconds), .text(outcome.rawValue), .text(sha256), .text(hash),
            .text(dialect),
            .text(lane?.rawValue), .text(scope?.rawValue), .integer(asOf?.milliseconds), .text(reason),
            .text(cure),
            .text(counts.json), .integer(rejects), .integer(appliedAt?.milliseconds),
            .integer(endedAt?.milliseconds), .integer(attempts), .integer(nextTry?.milliseconds),
            .integer(approved ? 1 : 0), .integer(asOfNow ? 1 : 0), .integer(byHand ? 1 : 0),
            .text(archivePath),
            .integer(expiredAt?.milliseconds), .integer(withoutDeletes ? 1 : 0), .text(heldBy?.rawValue),
        ]
    }

    /// - Throws: `StoreError` (damaged) for a row that no Waybill wrote.
    init(_ row: SQLRow, path file: String) throws(StoreError) {
        guard let id = row.text(0).flatMap(PackageID.init), let outcome = row.text(7).flatMap(Outcome.init),
            let received = row.integer(6)
        else {
            throw StoreError(code: 11, message: "a package row is not readable", path: file)
        }
        self.init(
            id: id, exchange: row.text(1) ?? "", partner: row.text(2) ?? "", name: row.text(3) ?? "",
            path: row.text(4) ?? "", size: row.integer(5) ?? 0, receivedAt: Timestamp(milliseconds: received),
            outcome: outcome)
        sha256 = row.text(8)
        hash = row.text(9)
        dialect = row.text(10) ?? ""
        lane = row.text(11).flatMap(Lane.init)
        scope = row.text(12).flatMap(Scope.init)
        asOf = row.integer(13).map(Timestamp.init)
        reason = row.text(14) ?? ""
        cure = row.text(15) ?? ""
        counts = try CountsByKind(json: row.text(16) ?? "{}", path: file)
        rejects = Int(row.integer(17) ?? 0)
        appliedAt = row.integer(18).map(Timestamp.init)
        endedAt = row.integer(19).map(Timestamp.init)
        attempts = Int(row.integer(20) ?? 0)
        nextTry = row.integer(21).map(Timestamp.init)
        approved = row.integer(22) == 1
        asOfNow = row.integer(23) == 1
        byHand = row.integer(24) == 1
        archivePath = row.text(25)
        expiredAt = row.integer(26).map(Timestamp.init)
        withoutDeletes = row.integer(27) == 1
        heldBy = row.text(28).flatMap(Holder.init)
    }
}
