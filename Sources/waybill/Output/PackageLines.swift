// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import JournalStore
import Records

/// How packages read: one line in lists, a page alone, an object as JSON.
enum PackageLines {
    static func table(_ rows: [PackageRow], now: Timestamp, withReason: Bool) -> Table {
        var table = Table(
            withReason
                ? ["ID", "PARTNER", "OUTCOME", "AGE", "NAME", "REASON"]
                : ["ID", "PARTNER", "OUTCOME", "AGE", "RECORDS", "NAME"])
        for row in rows {
            let age = Words.span(max(0, now.milliseconds - row.receivedAt.milliseconds) / 1_000)
            let head = [row.id.text, row.partner, row.outcome.rawValue, age]
            let next = row.nextTry.map { "; next try \(Words.relative($0, now: now))" } ?? ""
            table.add(
                head
                    + (withReason
                        ? [row.path, row.reason + next] : [String(row.counts.total.read), row.path]))
        }
        return table
    }

    /// Everything about one package.
    static func page(_ row: PackageRow, folder: String, now: Timestamp) -> [String] {
        var lines: [String] = []
        func add(_ name: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            lines.append((name + ":").padding(15) + value)
        }
        func time(_ value: Timestamp?) -> String? {
            value.map { "\($0) (\(Words.relative($0, now: now)))" }
        }
        add("package", row.id.text)
        add("exchange", row.exchange == row.id.text ? nil : row.exchange)
        add("partner", row.partner)
        add("file", row.path)
        add("size", Words.size(row.size))
        add("outcome", row.outcome.rawValue)
        add("reason", row.reason)
        add("what helps", row.cure)
        add("lies in", folder)
        add("dialect", row.dialect)
        add("lane", row.lane?.rawValue)
        add("kind", row.scope?.rawValue)
        add("as of", row.asOf.map(\.description))
        add("received", time(row.receivedAt))
        add("applied", time(row.appliedAt))
        add("ended", time(row.endedAt))
        add("attempts", row.attempts > 0 ? String(row.attempts) : nil)
        add("next try", time(row.nextTry))
        add("sha256", row.sha256)
        let kinds = row.counts.kinds.filter { $0.value.read > 0 || $0.value.swept > 0 }.sorted {
            $0.key < $1.key
        }
        for (kind, counts) in kinds {
            add(kind, Words.counts(counts))
        }
        if row.rejects > 0 { add("rejects", "\(row.rejects): waybill rejects \(row.id)") }
        return lines
    }

    /// A package for `--json`, with the names of `v1_package`.
    struct Object: Encodable {
        var id, exchange, partner, name, path, dialect, outcome, reason, cure: String
        var sha256, lane, kind, as_of, applied_at, ended_at, next_try, folder: String?
        var received_at: String
        var size: Int64
        var attempts, rejects: Int
        var counts: [String: [String: Int]]

        init(_ row: PackageRow, folder: String? = nil) {
            id = row.id.text
            exchange = row.exchange
            partner = row.partner
            name = row.name
            path = row.path
            dialect = row.dialect
            outcome = row.outcome.rawValue
            reason = row.reason
            cure = row.cure
            sha256 = row.sha256
            lane = row.lane?.rawValue
            kind = row.scope?.rawValue
            as_of = row.asOf?.description
            applied_at = row.appliedAt?.description
            ended_at = row.endedAt?.description
            next_try = row.nextTry?.description
            received_at = row.receivedAt.description
            size = row.size
            attempts = row.attempts
            rejects = row.rejects
            counts = row.counts.kinds.mapValues { counts in
                Dictionary(
                    uniqueKeysWithValues: counts.named.filter { $0.value != 0 || $0.name == "read" }
                        .map { ($0.name, $0.value) })
            }
            self.folder = folder
        }
    }
}

extension String {
    /// This text and spaces, at least `width` characters.
    /// To the right end of a column.
    func leading(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
    func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
