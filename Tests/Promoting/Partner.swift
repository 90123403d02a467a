// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Databases
import Foundation
import Promoting
import Records
import TestKit

/// A package of a few documents, made by chance.
struct Paper {
    var name: String
    var isArchive: Bool
    var hash: [UInt8]
    var arrival: Int64
    var batches: [StagedBatch]
}

/// Hands a paper over as a reader would.
final class PaperSource: BatchSource {
    private var batches: [StagedBatch]
    private let paper: Paper
    private var current = StagedBatch()
    var slices: ((Int32) throws -> SliceIndex?)?
    /// Called before each batch.
    var before: () throws -> Void = {}

    init(_ paper: Paper) {
        self.paper = paper
        batches = paper.batches
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        try before()
        guard !batches.isEmpty else { return false }
        current = batches.removeFirst()
        batch = current.records
        return true
    }

    var documentNumber: Int { current.documentNumber }
    var document: DocumentHead { current.document }
    var member: String { current.member }
    var asOf: Int64 { current.asOf }
    var asOfIsArrival: Bool { current.asOfIsArrival }
    var progress: (read: Int64, total: Int64) { (current.bytesRead, Int64(paper.batches.count)) }
    func contentHash() throws -> [UInt8] { paper.hash }
    func storedOffset(of record: RecordBatch.Head) -> Int64 { record.offset * 2 + 1 }
    func fragment(of record: RecordBatch.Head) throws -> String { "<record at='\(record.offset)'/>" }
}

/// A store that papers come to, straight or by way of a stage file.
final class Shop {
    let folder: TemporaryFolder
    let store: CatalogueStore
    private var number = 0

    init() throws {
        folder = try TemporaryFolder()
        store = try CatalogueStore(path: folder.path("catalogue.db"), options: StoreOptions())
    }

    func context(_ paper: Paper) -> ApplyContext {
        number += 1
        let id = PackageID("p-\(number)") ?? { fatalError("an id of ours") }()
        var context = ApplyContext(
            package: id, exchange: id.text, partner: "erp-1c", fileName: paper.name, arrival: paper.arrival)
        context.isArchive = paper.isArchive
        context.maxDelete = 0.9
        context.minSizeOfLast = 0.1
        return context
    }

    @discardableResult
    func apply(_ paper: Paper, _ context: ApplyContext) throws -> ApplyResult {
        try Applier(store: store).apply(PaperSource(paper), context, now: { paper.arrival })
    }

    func stage(_ paper: Paper, _ context: ApplyContext, _ source: PaperSource? = nil) throws -> StageFile {
        try Staging(
            package: context.package, isArchive: context.isArchive, isChunk: context.isChunk, rank: 0,
            now: Timestamp(milliseconds: paper.arrival)
        ).stage(source ?? PaperSource(paper), at: folder.path("stage-\(context.package).db")) {
            []
        } progress: { _, _, _ in
        }
    }

    func promote(_ file: StageFile, _ context: ApplyContext) throws -> ApplyResult {
        let result = try Applier(store: store).apply(
            try StagedSource(file), context, now: { context.arrival })
        try file.close()
        return result
    }

    /// Every row of every table, as text.
    func dump() throws -> [String] {
        try store.read { connection in
            let tables = try connection.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            ).compactMap { $0.text(0) }
            return try tables.flatMap { table in
                // The order of a part's streams, and so of their images, is chance.
                let columns = table == "undo" ? "part, tbl, id, id2, image" : "*"
                return try connection.rows("SELECT \(columns) FROM \(table)").map { row in
                    "\(table): " + row.values.map(Self.words).joined(separator: " | ")
                }.sorted()
            }
        }
    }

    /// Members of a JSON object stand in any order, also in before-images.
    private static func words(_ value: SQLValue) -> String {
        if case .blob(let bytes) = value { return "\(bytes.sorted())" }
        guard case .text(let text) = value, text.first == "{" else { return "\(value)" }
        do {
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
            let sorted = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
            return String(decoding: sorted, as: UTF8.self)
        } catch { return text }
    }

    /// What shops see.
    func shown() throws -> [String] {
        try store.read { connection in
            try [
                "SELECT 'product', id, name, sku, deleted FROM v1_product",
                "SELECT 'offer', id, product, name, quantity, deleted FROM v1_offer",
                "SELECT 'price', id, value FROM v1_price", "SELECT 'stock', id, quantity FROM v1_stock",
            ].flatMap { try connection.rows($0).map { "\($0.values)" } }.sorted()
        }
    }
}

extension Paper {
    /// - Parameters:
    ///   - asOf: of its facts; chance where it is nil.
    ///   - isWhole: a complete full; chance where it is nil.
    ///   - speaksFully: every record states everything it can.
    ///   - goodsOnly: products, which wait for nothing.
    static func random(
        _ random: inout SeededRandom, arrival: Int64, number: Int, asOf: Int64? = nil, isWhole: Bool? = nil,
        speaksFully: Bool = false, goodsOnly: Bool = false
    ) -> Paper {
        let isWhole = isWhole ?? random.once(in: 2)
        var paper = Paper(
            name: "import\(Int.random(in: 0...2, using: &random)).xml",
            isArchive: random.once(in: 3), hash: [UInt8(number)], arrival: arrival, batches: [])
        let asOf = asOf ?? arrival - Int64.random(in: 0...9, using: &random) * 60_000
        for documentNumber in 1...(paper.isArchive ? 2 : 1) {
            var batch = StagedBatch()
            batch.documentNumber = documentNumber
            batch.asOf = asOf
            batch.asOfIsArrival = false
            batch.member = paper.isArchive ? "import\(documentNumber).xml" : ""
            batch.document.priceTypes = [.init(id: "t1", currency: "UAH")]
            for kind in [SectionKind.classifier, .catalogue, .offers] {
                var section = SectionHead(kind: kind)
                section.catalogue = kind == .classifier ? "" : "c"
                section.classifier = "k"
                section.onlyChanges = !isWhole
                batch.document.sections.append(section)
            }
            for part in 0..<Int.random(in: 1...3, using: &random) {
                batch.records.removeAll()
                batch.bytesRead = Int64(part)
                for line in 0..<Int.random(in: 1...5, using: &random) {
                    batch.add(&random, line: part * 10 + line, speaksFully, goodsOnly)
                }
                paper.batches.append(batch)
            }
        }
        return paper
    }
}

extension StagedBatch {
    fileprivate mutating func add(
        _ random: inout SeededRandom, line: Int, _ speaksFully: Bool, _ goodsOnly: Bool
    ) {
        var builder = RecordBuilder()
        let item = Int.random(in: 1...6, using: &random)
        let word = Array("слово \(Int.random(in: 0...3, using: &random))".utf8)
        let offset = Int64(line * 100)
        func put(_ kind: RecordKind, _ section: Int32) {
            records.append(kind, section: section, offset: offset, line: Int32(line), builder)
        }
        if !speaksFully, random.once(in: 8) {
            // Without an id, or broken in another way.
            if random.once(in: 2) { builder.add(.name, word) }
            if random.once(in: 2) { builder.refuse(random.once(in: 2) ? .badNumber : .empty) }
            return put(.product, 1)
        }
        switch goodsOnly ? 0 : Int.random(in: 0..<3, using: &random) {
        case 0:
            builder.add(.id, Array("\(item)".utf8))
            builder.add(.name, word)
            if speaksFully || random.once(in: 2) { builder.add(.sku, word) }
            put(.product, 1)
        case 1:
            builder.add(.id, Array("\(item)".utf8))
            builder.add(.name, word)
            builder.add(.quantity, Array("\(item)".utf8))
            builder.mark(.pricesStated)
            builder.open(.priceRow)
            builder.add(.priceType, Array("t1".utf8))
            builder.add(.priceValue, Array("\(Int.random(in: 1...9, using: &random))".utf8))
            builder.close()
            builder.mark(.stockStated)
            builder.open(.stockRow)
            builder.add(.warehouse, Array("w1".utf8))
            builder.add(.stockQuantity, Array("\(Int.random(in: 0...9, using: &random))".utf8))
            builder.close()
            put(.offer, 2)
        default:
            builder.add(.id, Array("g\(item)".utf8))
            builder.add(.name, word)
            put(.group, 0)
        }
    }
}
