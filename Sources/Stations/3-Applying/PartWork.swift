// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Records

/// A section of a document while its records are applied.
struct OpenSection {
    var head: SectionHead
    var stream: StreamState
    /// Of this section's facts, after the rule for clocks that step back.
    var asOf: Int64
    var name: String
    /// The document states the whole truth of what it names.
    var isFull: Bool
    /// … and it is no portion: its absences count too.
    var isWhole: Bool
    /// Left over from an earlier, longer run: older than the document that
    /// opened this full. Its facts count, its presence does not.
    var isLeftover: Bool
    /// Types the document declares: ids in the store with their currencies.
    var priceTypes: [(id: Int64, currency: [UInt8])]
    var member: String
}

/// The facts a record is applied under: its own section's, or those it had
/// when it began to wait.
struct RecordFrame {
    var section: SectionKind
    var stream: Int64
    var asOf: Int64
    var part: Int64
    var isFull: Bool
    /// Of a document that is no portion.
    var isWhole = false
    var isLeftover = false
    var priceTypes: [(id: Int64, currency: [UInt8])]
    var catalogue: String
    /// The file it came in.
    var name = ""
    /// Where the record stands, for a report of what waits too long.
    var place: Place

    struct Place: Codable {
        var member: String
        /// In the member as stored.
        var offset: Int64
        var line: Int
        /// When the package came, milliseconds.
        var since: Int64
    }
}

/// One part on its way into the store: records in, counts out.
///
/// Lives inside one transaction.
final class PartWork {
    let session: CatalogueSession
    let context: ApplyContext
    let source: any BatchSource

    var counts = CountsByKind()
    var rejects = 0
    var warnings: [String] = []
    var form = RecordForm()
    var row = StagedRow()
    var json = JSONText()
    var somethingWaits: Bool
    /// Ids seen in this part, by kind.
    var seen: [RecordKind: IdentSet] = [:]
    /// Streams of the part; a full's sections of one stream are one.
    var streams: [Int64: StreamWork] = [:]
    var resolved: [Int64: CountsByKind] = [:]
    var latestAsOf: Int64 = .min
    /// What the record at hand states, and whether all of it was taken as it
    /// stands: only then its slice need not be read again.
    var shape = SliceShape()
    var isWholly = true

    struct StreamWork {
        var section: SectionKind
        var catalogue: String
        var state: StreamState
        /// Each file it came in.
        var names: [String: FileSpan] = [:]
        var asOf: Int64
        var isFull = false
        var isWhole = false
        var isUNF = false
        /// As-of of the document that opened the full, where one did.
        var openedAsOf: Int64?
        var records = 0
        var seen = IdentSet()
        /// Entities whose slice a whole full held, known or new, and the time
        /// it confirms them at.
        var held = IdentSet()
        var heldAsOf: Int64?
    }

    init(_ session: CatalogueSession, _ context: ApplyContext, _ source: any BatchSource) throws {
        self.session = session
        self.context = context
        self.source = source
        somethingWaits = try session.somethingWaits()
    }

    // MARK: Documents and sections

    private var sections: [Int32: OpenSection] = [:]
    private var document = -1

    /// The section of a record, opened with its first record.
    func section(_ number: Int32) throws -> OpenSection {
        if source.documentNumber != document {
            document = source.documentNumber
            sections.removeAll()
        }
        let document = source.document
        if let open = sections[number] {
            guard open.priceTypes.count != document.priceTypes.count else { return open }
            // A batch ended between the declarations.
            var known = open
            known.priceTypes = try priceTypes(document)
            sections[number] = known
            return known
        }
        let place = SectionPlace(source, number, context)
        let (facts, name, catalogue) = (place.facts, place.name, place.catalogue)
        let state = try session.stream(catalogue: catalogue, section: facts.kind, name: name)
        let (asOf, steppedBack) = place.asOf(source, context, state)
        if let steppedBack {
            warnings.append(
                "\(name): written \(steppedBack / 1_000) s before the last file of this name; "
                    + "taken as of its arrival, since clocks step back")
        }
        let (isFull, isWhole) = (place.isFull, place.isWhole)
        if isWhole, let last = state.fullAsOf, asOf < last { throw StaleFull() }
        var work =
            streams[state.id]
            ?? StreamWork(section: facts.kind, catalogue: catalogue, state: state, asOf: asOf)
        if isWhole, work.openedAsOf == nil { work.openedAsOf = asOf }
        let open = OpenSection(
            head: facts, stream: state, asOf: asOf, name: name, isFull: isFull, isWhole: isWhole,
            isLeftover: !isFull && asOf < work.openedAsOf ?? asOf, priceTypes: try priceTypes(document),
            member: source.member)
        sections[number] = open
        work.names[name, default: FileSpan(asOf: asOf)].asOf = max(work.names[name]?.asOf ?? .min, asOf)
        if isWhole, work.heldAsOf == nil { work.heldAsOf = asOf }
        work.asOf = max(work.asOf, asOf)
        work.isFull = work.isFull || isFull
        work.isWhole = work.isWhole || isWhole
        work.isUNF = work.isUNF || document.isUNF
        streams[state.id] = work
        latestAsOf = max(latestAsOf, asOf)
        if facts.onlyChanges == true, !catalogue.isEmpty {
            try session.dropPostponedSweep(catalogue: catalogue)
        }
        return open
    }

    private func priceTypes(_ document: DocumentHead) throws -> [(id: Int64, currency: [UInt8])] {
        var types: [(id: Int64, currency: [UInt8])] = []
        for type in document.priceTypes {
            types.append((try session.ident(.priceType, Array(type.id.utf8).span), Array(type.currency.utf8)))
        }
        return types
    }

    // MARK: Records

    func apply(_ batch: RecordBatch, _ head: RecordBatch.Head) throws {
        let open = try section(head.section)
        let kind = head.kind.word
        counts[kind].read += 1
        switch head.defect {
        case .empty:
            counts[kind].empty += 1
            return
        case let defect?:
            try reject(batch, head, defect, open)
            return
        case nil: break
        }
        form.fill(batch, head)
        guard let id = form[.id], !id.isEmpty else {
            try reject(batch, head, .missingID, open)
            return
        }
        if !open.isLeftover { streams[open.stream.id]?.records += 1 }
        let frame = RecordFrame(
            section: open.head.kind, stream: open.stream.id, asOf: open.asOf, part: session.part,
            isFull: open.isFull, isWhole: open.isWhole, isLeftover: open.isLeftover,
            priceTypes: open.priceTypes, catalogue: open.head.catalogue, name: open.name,
            place: .init(
                member: source.member, offset: head.offset, line: Int(head.line), since: context.arrival))
        switch head.kind {
        case .product: try applyProduct(batch, head, id, frame)
        case .offer: try applyOffer(batch, head, id, frame)
        case .group, .property, .priceType, .warehouse, .unit:
            try applyDictionary(batch, head.kind, id, frame)
        case .customer, .order: counts[kind].unchanged += 1
        }
    }

    /// Marks an item as held by its full.
    func see(_ item: Int64, _ frame: RecordFrame) {
        if !frame.isLeftover { streams[frame.stream]?.seen.insert(item) }
        if !frame.isWhole { streams[frame.stream]?.names[frame.name]?.add(item) }
    }

    /// Marks an id as seen in this part.
    ///
    /// - Returns: true where it had been seen: the record counts as repeated.
    func isRepeated(_ kind: RecordKind, _ id: Int64) -> Bool {
        !seen[kind, default: IdentSet()].insert(id)
    }

    private func reject(
        _ batch: RecordBatch, _ head: RecordBatch.Head, _ defect: RecordDefect, _ open: OpenSection
    ) throws {
        form.fill(batch, head)
        // A full names it all the same: it is not absent.
        if let id = form[.id], !id.isEmpty, !open.isLeftover,
            let ident = try session.knownIdent(.item, batch.arena.span.extracting(id))
        {
            streams[open.stream.id]?.seen.insert(ident)
        }
        rejects += 1
        counts[head.kind.word].rejected += 1
        counts["price"].read += form.prices.count
        counts["price"].rejected += form.prices.count
        counts["stock"].read += form.stocks.count
        counts["stock"].rejected += form.stocks.count
        let code: Reject.Code =
            switch defect {
            case .missingID, .empty: .missingID
            case .badNumber: .badNumber
            case .tooLarge: .tooLarge
            case .badValue: .badValue
            }
        // The source is only read again for as many as somebody will look at.
        let fragment = rejects <= 1_000 ? try source.fragment(of: head) : ""
        try session.reject(
            Reject(
                member: source.member, offset: source.storedOffset(of: head), line: Int(head.line),
                kind: head.kind.word,
                id: form[.id].map { text(batch, $0) } ?? "", code: code, detail: "", fragment: fragment),
            number: rejects)
    }

    func text(_ batch: RecordBatch, _ range: Range<Int>) -> String {
        String(decoding: batch.arena[range], as: UTF8.self)
    }

    /// Adds the outcome of one top-level record to `counts`.
    func count(
        _ kind: String, _ change: RowChange.Kind, deleted: Bool = false, into counts: inout CountsByKind
    ) {
        switch change {
        case .inserted: if deleted { counts[kind].markedDeleted += 1 } else { counts[kind].inserted += 1 }
        case .updated: if deleted { counts[kind].markedDeleted += 1 } else { counts[kind].updated += 1 }
        case .unchanged: counts[kind].unchanged += 1
        case .stale: counts[kind].stale += 1
        }
    }
}

/// The full is older than what its stream has applied.
struct StaleFull: Error {}
