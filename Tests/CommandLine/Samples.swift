// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import JournalStore
import Records

/// Rows that tests show.
enum Samples {
    static func row(_ id: String, _ path: String, _ outcome: Outcome) throws -> PackageRow {
        guard let id = PackageID(id) else { throw SampleError() }
        return PackageRow(
            id: id, exchange: id.text, partner: "erp-1c",
            name: path.split(separator: "/").last.map(String.init) ?? path, path: path, size: 2_048,
            receivedAt: Timestamp(milliseconds: 1_795_493_652_000), outcome: outcome)
    }

    /// A full exchange that a brake holds.
    static func held() throws -> PackageRow {
        var row = try row("20261124-041412-123456-9f3c", "webdata/import.xml", .held)
        row.dialect = "commerceml"
        row.lane = .catalogueFull
        row.scope = .full
        row.heldBy = .brake
        row.reason = "it would delete 40% of the products"
        row.cure = "waybill approve \(row.id)"
        row.counts["product"].read = 5
        row.counts["product"].inserted = 2
        row.counts["product"].rejected = 3
        row.rejects = 3
        return row
    }
}

/// A sample's id is no id.
struct SampleError: Error {}
