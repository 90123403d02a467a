// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Databases
import Records
import TestKit

/// A record of a script: fields in order; a nil value clears the field.
struct Rec {
    var kind: RecordKind
    var fields: [(Field, String?)]
    var section: SectionKind
    var defect: RecordDefect?

    static func product(_ id: String, _ name: String? = "Товар", _ more: [(Field, String?)] = []) -> Rec {
        Rec(
            kind: .product, fields: [(.id, id)] + (name.map { [(.name, $0)] } ?? []) + more,
            section: .catalogue)
    }

    /// - Parameters:
    ///   - prices: nil = not stated.
    ///   - stock: nil = not stated.
    static func offer(
        _ id: String, _ name: String? = "Предложение", prices: [(String, String)]? = nil,
        stock: [(String, String)]? = nil, _ more: [(Field, String?)] = [], section: SectionKind = .offers
    ) -> Rec {
        var fields: [(Field, String?)] = [(.id, id)] + (name.map { [(.name, $0)] } ?? [])
        if let prices {
            fields.append((.pricesStated, ""))
            for (type, value) in prices {
                fields += [(.priceRow, ""), (.priceType, type), (.priceValue, value), (.rowEnd, "")]
            }
        }
        if let stock {
            fields.append((.stockStated, ""))
            for (warehouse, quantity) in stock {
                fields += [
                    (.stockRow, ""), (.warehouse, warehouse), (.stockQuantity, quantity), (.rowEnd, ""),
                ]
            }
        }
        return Rec(kind: .offer, fields: fields + more, section: section)
    }

    static func group(_ id: String, _ name: String, parent: String? = nil) -> Rec {
        Rec(
            kind: .group, fields: [(.id, id), (.name, name)] + (parent.map { [(.parent, $0)] } ?? []),
            section: .classifier)
    }

    static func property(_ id: String, _ name: String, values: [(String, String)] = []) -> Rec {
        Rec(
            kind: .property,
            fields: [(.id, id), (.name, name)]
                + values.flatMap { value -> [(Field, String?)] in
                    [(.valueRow, ""), (.valueID, value.0), (.valueText, value.1), (.rowEnd, "")]
                }, section: .classifier)
    }

    var builder: RecordBuilder {
        var result = RecordBuilder()
        for (field, value) in fields {
            switch field {
            case .priceRow, .stockRow, .propertyRow, .characteristicRow, .requisiteRow, .valueRow:
                result.open(field)
            case .rowEnd: result.close()
            case .pricesStated, .stockStated: result.mark(field)
            default:
                if let value { result.add(field, Array(value.utf8)) } else { result.clear(field) }
            }
        }
        if let defect { result.refuse(defect) }
        return result
    }
}

/// One document of a scripted package.
struct Doc {
    var records: [Rec]
    /// False is a full, nil says nothing.
    var onlyChanges: Bool? = true
    var asOf: Int64?
    var catalogue = "c1"
    var member = ""
    var types: [(String, String)] = []
    var isUNF = false
    /// The next batch of the document before.
    var continues = false
}

/// Hands scripted documents over as a reader would.
final class ScriptedSource: BatchSource {
    var slices: ((Int32) throws -> SliceIndex?)?
    /// Whether goods and offers come as slices.
    var isCut = false
    /// Records that were not handed over, since their slices were known.
    private(set) var skipped = 0
    private var docs: [Doc]
    private let arrival: Int64
    private let hash: [UInt8]
    private(set) var documentNumber = 0
    private(set) var document = DocumentHead()
    private(set) var member = ""
    private(set) var asOf: Int64
    private(set) var asOfIsArrival = true
    private(set) var progress: (read: Int64, total: Int64) = (0, 0)
    /// Thrown at the end instead of ending.
    var failure: (any Error)?

    init(_ docs: [Doc], arrival: Int64, hash: [UInt8]) {
        self.docs = docs
        self.arrival = arrival
        self.hash = hash
        asOf = arrival
        progress.total = Int64(docs.count)
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        batch.removeAll()
        guard !docs.isEmpty else {
            if let failure { throw failure }
            return false
        }
        let doc = docs.removeFirst()
        if !doc.continues { documentNumber += 1 }
        progress.read += 1
        member = doc.member
        asOf = doc.asOf ?? arrival
        asOfIsArrival = doc.asOf == nil
        document = DocumentHead()
        document.isUNF = doc.isUNF
        document.priceTypes = doc.types.map { .init(id: $0.0, currency: $0.1) }
        var numbers: [SectionKind: Int32] = [:]
        var indices: [Int32: SliceIndex] = [:]
        for (line, record) in doc.records.enumerated() {
            let section: Int32
            if let known = numbers[record.section] {
                section = known
            } else {
                section = Int32(document.sections.count)
                numbers[record.section] = section
                var head = SectionHead(kind: record.section)
                head.catalogue = record.section == .classifier ? "" : doc.catalogue
                head.classifier = "k1"
                head.onlyChanges = doc.onlyChanges
                document.sections.append(head)
                if isCut, record.kind == .product || record.kind == .offer {
                    indices[section] = try slices?(section)
                }
            }
            var hash = SliceHash.none
            if let index = indices[section] {
                hash = Self.hash(record, document.sections[Int(section)], doc)
                if let item = index.find(hash) {
                    batch.append(known: KnownSlice(section: section, item: item, hash: hash))
                    skipped += 1
                    continue
                }
            }
            let builder = record.builder
            batch.append(
                record.kind, section: section, offset: Int64(line * 100), line: Int32(line + 1),
                entries: builder.entries, bytes: builder.bytes, defect: builder.defect, slice: hash)
        }
        return true
    }

    /// Stands for the bytes of a record in their context.
    private static func hash(_ record: Rec, _ section: SectionHead, _ doc: Doc) -> SliceHash {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(record) \(section) \(doc.types)".utf8 {
            value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return SliceHash(high: value, low: value &* 31 | 1)
    }

    func contentHash() throws -> [UInt8] { hash }
    func storedOffset(of record: RecordBatch.Head) -> Int64 { record.offset * 2 }
    func fragment(of record: RecordBatch.Head) throws -> String { "<fragment \(record.line)/>" }
}

/// A catalogue that parts are applied to, one package after another.
final class Shop {
    let folder: TemporaryFolder
    let store: CatalogueStore
    let clock = ManualClock()
    private var number = 0
    /// Whether packages come in slices, and how many records were skipped.
    let isCut: Bool
    private(set) var skipped = 0
    /// Packages that had to be read once more.
    private(set) var readAgain = 0

    init(isCut: Bool = false) throws {
        self.isCut = isCut
        folder = try TemporaryFolder()
        store = try CatalogueStore(path: folder.path("catalogue.db"), options: StoreOptions())
    }

    var path: String { folder.path("catalogue.db") }
    var applier: Applier { Applier(store: store) }

    func id(_ number: Int) -> PackageID { PackageID("p-\(number)") ?? { fatalError("no id \(number)") }() }
    /// The id of the last package.
    var last: PackageID { id(number) }

    /// Applies a package; a minute later the next one comes.
    @discardableResult
    func apply(
        _ docs: [Doc], name: String = "import.xml", hash: [UInt8]? = nil, partner: String = "erp-1c",
        failure: (any Error)? = nil, _ configure: (inout ApplyContext) -> Void = { _ in }
    ) throws -> ApplyResult {
        number += 1
        clock.advance(seconds: 60)
        var context = ApplyContext(
            package: id(number), exchange: id(number).text, partner: partner, fileName: name,
            arrival: clock.milliseconds)
        configure(&context)
        func source() -> ScriptedSource {
            let source = ScriptedSource(
                docs, arrival: context.arrival, hash: hash ?? Array("hash \(number)".utf8))
            source.failure = failure
            source.isCut = isCut
            return source
        }
        do {
            let first = source()
            let result = try applier.apply(first, context, now: { self.clock.milliseconds })
            skipped += first.skipped
            return result
        } catch is SlicesMoved {
            readAgain += 1
            context.skipsKnown = false
            return try applier.apply(source(), context, now: { self.clock.milliseconds })
        }
    }

    @discardableResult
    func apply(
        _ records: [Rec], full: Bool = false, asOf: Int64? = nil, name: String = "import.xml",
        types: [(String, String)] = [], hash: [UInt8]? = nil,
        _ configure: (inout ApplyContext) -> Void = { _ in }
    ) throws -> ApplyResult {
        try apply(
            [Doc(records: records, onlyChanges: !full, asOf: asOf, types: types)], name: name, hash: hash,
            configure)
    }

    /// Rows of a query as text, columns joined by `|`.
    func rows(_ sql: String) throws -> [String] {
        try store.read { connection in
            try connection.rows(sql).map { row in row.values.map(Self.text).joined(separator: "|") }
        }
    }

    func row(_ sql: String) throws -> String { try rows(sql).joined(separator: "\n") }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "-"
        case .integer(let integer): String(integer)
        case .text(let text): text
        case .blob(let bytes): bytes.map { String($0, radix: 16) }.joined(separator: ".")
        }
    }

    /// Everything that undo has to put back, as text.
    func dump() throws -> String {
        var lines: [String] = []
        for table in CatalogueTable.allCases.map(\.name) + ["stream_name"] {
            lines += try rows("SELECT * FROM \(table)").map { "\(table): \($0)" }.sorted()
        }
        lines += try rows("SELECT id, slots FROM slice WHERE slots <> zeroblob(length(slots)) ORDER BY id")
            .map {
                "slice: \($0)"
            }
        lines += try rows(
            """
            SELECT id, last_part, last_hash, full_as_of, full_count, confirmed FROM stream
            WHERE last_part IS NOT NULL
            """
        ).map { "stream: \($0)" }
        lines += try rows("SELECT id, outcome, counts, rejects FROM part WHERE undone = 0 ORDER BY id")
            .map { "part: \($0)" }
        return lines.joined(separator: "\n")
    }
}
