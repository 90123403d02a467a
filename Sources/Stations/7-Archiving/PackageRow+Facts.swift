// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import JournalStore
import Records

extension PackageRow {
    /// What receipts and `<id>.json` both say, in their order.
    var facts: [(String, JSONText)] {
        [
            ("id", .text(id.text)), ("partner", .text(partner)), ("exchange", .text(exchange)),
            ("name", .text(name)), ("path", .text(path)), ("size", .number(size)),
            ("dialect", .text(dialect)), ("lane", .text(lane?.rawValue)), ("kind", .text(scope?.rawValue)),
            ("as_of", .text(asOf?.description)), ("outcome", .text(outcome.rawValue)),
            ("reason", .text(reason)), ("cure", .text(cure)), ("counts", counts.facts),
            ("rejects", .number(Int64(rejects))), ("received_at", .text(receivedAt.description)),
            ("applied_at", .text(appliedAt?.description)),
        ]
    }
}

extension CountsByKind {
    /// One object a kind, kinds sorted, every number of invariant 6.
    var facts: JSONText {
        .object(
            kinds.sorted { $0.key < $1.key }.map { kind, counts in
                (kind, .object(counts.named.map { ($0.name, .number(Int64($0.value))) }))
            })
    }
}
