// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import TextStreams

/// What the first stretch of a document says about all of it.
struct DocumentProbe {
    let member: String
    let format: String
    let encoding: String
    let recognition: Recognition
    let head: DocumentHead
    let rank: ReadingRank
    /// Unpacked bytes, by the directory or the file's status.
    let size: Int64
    /// How it is read.
    let way: ReadingWay

    /// Bytes after which the look ends although no record of a catalogue or
    /// its offers has come: a classifier can be long.
    private static let budget: Int64 = 8 << 20

    /// Looks into the document of `bytes`.
    init(
        _ bytes: any DocumentBytes, member: String, name: String, size: Int64, _ context: ReadContext
    ) throws(ReadError) {
        let start = try DocumentStart(bytes, member: member, name: name, context)
        let stream = DocumentStream(start, bytes, context)
        var batch = RecordBatch()
        var rank: ReadingRank?
        if start.recognition.refusal == nil {
            while rank == nil, stream.textRead < Self.budget, try stream.advance(into: &batch) {
                rank = Self.rank(batch, stream.document)
                batch.removeAll()
            }
            if rank == nil { rank = Self.rank(batch, stream.document) }
        }
        self.member = member
        format = start.format
        encoding = start.finding.words
        recognition = start.recognition
        way = ReadingWay(start, size: size, context)
        head = stream.document
        // A catalogue's header stands in every part of the module's exchange.
        self.rank = rank ?? .dictionaries
        self.size = size
    }

    private static func rank(of kind: SectionKind) -> ReadingRank {
        switch kind {
        case .classifier: .dictionaries
        case .catalogue: .goods
        case .offers: .offers
        case .offerChanges: .prices
        case .customers, .documents: .business
        }
    }

    /// Nil while only dictionaries have come.
    private static func rank(_ batch: RecordBatch, _ document: DocumentHead) -> ReadingRank? {
        for record in batch.records {
            let index = Int(record.section)
            guard document.sections.indices.contains(index) else { continue }
            let kind = document.sections[index].kind
            guard kind != .classifier else { continue }
            guard kind == .offers || kind == .offerChanges else { return rank(of: kind) }
            // `prices` and `rests` say nothing of an offer but these.
            let describes = [Field.name, .sku, .characteristicRow, .unit].contains { field in
                record.fields.contains { batch.entries[$0].field == field }
            }
            if describes { return .offers }
            if batch.entry(.pricesStated, in: record) != nil { return .prices }
            return batch.entry(.stockStated, in: record) != nil ? .stock : .offers
        }
        return nil
    }

    /// Lanes of its content, as far as was looked.
    var lanes: Set<Lane> {
        var lanes = recognition.lanes.subtracting([.catalogueFull])
        for section in head.sections { lanes.insert(section.lane) }
        return lanes
    }

    /// Nil where the document does not say.
    var scope: Scope? {
        let stated = head.sections.filter { $0.kind != .classifier }.map { section in
            section.kind == .offerChanges ? true : section.onlyChanges
        }
        if stated.contains(false) { return .full }
        return stated.contains(true) ? .partial : nil
    }
}

extension SectionHead {
    /// The lane of its records.
    var lane: Lane {
        switch kind {
        case .classifier, .catalogue, .offers, .offerChanges: .catalogue
        case .customers: .clients
        case .documents: .orders
        }
    }
}
