// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Records

extension PartWork {
    /// Keeps a loose portion for the judgement of its set, where the partner
    /// asks for one.
    func keepChunk(at now: Int64) throws {
        guard context.sweep == .set, !context.isArchive, let chunk = context.chunk else { return }
        for (id, work) in streams.sorted(by: { $0.key < $1.key }) {
            guard work.section == .catalogue || work.section == .offers else { continue }
            // A time that we made says nothing about the order of writing.
            let isDated =
                !source.asOfIsArrival && !context.asOfNow && work.asOf == source.asOf
                && work.asOf < context.arrival + 300_000
            try session.keepChunk(
                stream: id, family: chunk.family, portion: chunk.portion, asOf: work.asOf, isDated: isDated,
                opens: work.isFull, records: work.records, at: now, seen: work.seen)
        }
    }
}
