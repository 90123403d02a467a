// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Foundation
import JournalStore
import Records

extension PartWork {
    /// What a waiting record needs to know of its document.
    struct WaitingContext: Codable {
        var full: Bool
        var catalogue: String
        var stream: Int64
        /// Ids in the store, as their declarations made them.
        var types: [Int64]
        var currencies: [String]
        /// False for a repeat within its document, which counts as such.
        var counted: Bool
        var place: RecordFrame.Place
    }

    func wait(
        _ batch: RecordBatch, _ head: RecordBatch.Head, ref: Int64, ref2: Int64?, _ frame: RecordFrame,
        counted: Bool, into counts: inout CountsByKind
    ) throws {
        // In the member as stored; a record that waits again keeps its place.
        var place = frame.place
        if frame.part == session.part { place.offset = source.storedOffset(of: head) }
        let context = WaitingContext(
            full: frame.isFull, catalogue: frame.catalogue, stream: frame.stream,
            types: frame.priceTypes.map(\.id),
            currencies: frame.priceTypes.map { String(decoding: $0.currency, as: UTF8.self) },
            counted: counted, place: place)
        let prices = form.prices.count { !$0.isEmpty }
        let stocks = form.stocks.count { !$0.isEmpty }
        let record = WaitingRecord(
            part: frame.part, kind: .offer, section: frame.section,
            context: String(decoding: try JSONEncoder().encode(context), as: UTF8.self),
            record: WaitingCodec.encode(batch, head), asOf: frame.asOf, since: place.since, prices: prices,
            stocks: stocks)
        try session.wait(record, ref: ref, ref2: ref2)
        somethingWaits = true
        counts["price"].waiting += prices
        counts["price"].empty += form.prices.count - prices
        counts["stock"].waiting += stocks
        counts["stock"].empty += form.stocks.count - stocks
    }

    /// Applies what waited for `ident`, which has just come.
    func resolve(_ ident: Int64) throws {
        guard somethingWaits else { return }
        for waiting in try session.takeWaiting(for: ident) {
            guard let (batch, head) = WaitingCodec.decode(waiting) else {
                throw StoreDamage(what: "a waiting record of part \(waiting.part) is not readable")
            }
            let context = try JSONDecoder().decode(WaitingContext.self, from: Data(waiting.context.utf8))
            var frame = RecordFrame(
                section: waiting.section, stream: context.stream, asOf: waiting.asOf, part: waiting.part,
                isFull: context.full, priceTypes: [], catalogue: context.catalogue, place: context.place)
            for (index, id) in context.types.enumerated() {
                frame.priceTypes.append((id, Array(context.currencies[index].utf8)))
            }
            // The form is in use by the record that brought us here.
            let outer = form
            let outerRow = row
            defer {
                form = outer
                row = outerRow
            }
            form.fill(batch, head)
            guard let id = form[.id] else { continue }
            let offer = try session.ident(.item, batch.arena.span.extracting(id))
            var gained = CountsByKind()
            gained["price"].waiting -= waiting.prices
            gained["stock"].waiting -= waiting.stocks
            let result = try place(batch, head, id, offer, frame, repeated: !context.counted, into: &gained)
            // Empty rows were counted when the record began to wait.
            gained["price"].empty = 0
            gained["stock"].empty = 0
            if let result, context.counted {
                gained["offer"].waiting -= 1
                count("offer", result.kind, deleted: result.deleted, into: &gained)
            }
            resolved[waiting.part, default: CountsByKind()] += gained
            if result?.kind == .inserted { try resolve(offer) }
        }
    }

    /// A record that waited too long, as a reject of its package.
    static func reject(_ waiting: WaitingRecord, reference: String) throws -> Reject {
        guard let (batch, head) = WaitingCodec.decode(waiting) else {
            throw StoreDamage(what: "a waiting record of part \(waiting.part) is not readable")
        }
        let context = try JSONDecoder().decode(WaitingContext.self, from: Data(waiting.context.utf8))
        var fragment: [UInt8] = []
        for index in head.fields where fragment.count < 4_000 {
            let entry = batch.entries[index]
            if entry.length == 0 { continue }
            fragment.append(contentsOf: "\(fragment.isEmpty ? "" : ", ")\(entry.field) ".utf8)
            fragment.append(contentsOf: batch.arena[entry.range].prefix(4_000 - min(4_000, fragment.count)))
        }
        return Reject(
            member: context.place.member, offset: context.place.offset, line: context.place.line,
            kind: waiting.kind.word, id: batch.entry(.id, in: head).map(batch.text) ?? "",
            code: .unknownReference, detail: reference, fragment: String(decoding: fragment, as: UTF8.self))
    }

    /// Adds what was gained to the markers of the parts that waited.
    func settleResolved() throws -> [ApplyResult.Resolved] {
        var list: [ApplyResult.Resolved] = []
        for (part, gained) in resolved where part != session.part {
            guard let marker = try session.marker(of: part) else { continue }
            var total = try CountsByKind(json: marker.counts, path: "catalogue.db")
            total += gained
            let waits = marker.waiting > 0
            let outcome: Outcome =
                waits ? .waiting : marker.rejects > 0 ? .appliedWithRejects : .applied
            try session.setMarker(of: part, marker, counts: total.json, outcome: outcome)
            list.append(.init(package: marker.package, counts: total, stillWaiting: marker.waiting))
        }
        if let own = resolved[session.part] { counts += own }
        return list.sorted { $0.package < $1.package }
    }
}

/// The store holds something no Waybill wrote.
struct StoreDamage: Error, CustomStringConvertible {
    let what: String
    var description: String { "catalogue.db: \(what); run `waybill doctor`" }
}

/// A record's entries as bytes, for the waiting table: field, state, length
/// (four bytes, low first), text.
enum WaitingCodec {
    static func encode(_ batch: RecordBatch, _ head: RecordBatch.Head) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in head.fields {
            let entry = batch.entries[index]
            bytes.append(entry.field.rawValue)
            bytes.append(entry.state.rawValue)
            for shift in [0, 8, 16, 24] as [UInt32] {
                bytes.append(UInt8(truncatingIfNeeded: entry.length >> shift))
            }
            bytes.append(contentsOf: batch.arena[entry.range])
        }
        return bytes
    }

    static func decode(_ waiting: WaitingRecord) -> (RecordBatch, RecordBatch.Head)? {
        var entries: [RecordBatch.Entry] = []
        var text: [UInt8] = []
        var index = 0
        let bytes = waiting.record
        while index < bytes.count {
            guard index + 6 <= bytes.count, let field = Field(rawValue: bytes[index]),
                let state = FieldState(rawValue: bytes[index + 1])
            else { return nil }
            var length: UInt32 = 0
            for byte in 0..<4 { length |= UInt32(bytes[index + 2 + byte]) << UInt32(byte * 8) }
            index += 6
            guard index + Int(length) <= bytes.count else { return nil }
            entries.append(.init(field: field, state: state, start: UInt32(text.count), length: length))
            text.append(contentsOf: bytes[index..<index + Int(length)])
            index += Int(length)
        }
        var batch = RecordBatch()
        batch.append(waiting.kind, section: 0, offset: 0, line: 0, entries: entries, bytes: text)
        return (batch, batch.records[0])
    }
}
