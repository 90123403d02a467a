// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records
import XMLStreams

/// One document on its way through a compiled mapping: elements in, records
/// out.
///
/// Each element takes one step in the automaton; what no rule names is an
/// extra inside a record, and skipped outside.
struct MappingRun: XMLHandler {
    struct SectionIDs: Sendable {
        var own = ""
        var catalogue = ""
        var classifier = ""
    }

    /// An element that is open.
    struct Frame {
        /// Its node; `CompiledMapping.none` inside what no rule names.
        var node: UInt16
        var name: UInt32
        /// Where its own text begins in `text`.
        var text: Int
        /// Entries of the record when it began.
        var entries: Int
        /// The nearest row around it, -1 for none: a frame.
        var row: Int
        /// A row whose marker stands in the record.
        var isOpen = false
        /// Attributes that follow the element's own field.
        var after: (field: Field, bytes: Range<Int>)?
        /// The section around a section.
        var section: Int32 = -1
    }

    let mapping: CompiledMapping
    let ops: [Op]
    let steps: [UInt16]
    let width: Int
    let limits: DialectLimits
    var head = DocumentHead()
    var batch = RecordBatch()

    // Names of this document: what the automaton calls them as elements and
    // as attributes, and their spelling.
    private var elementLabels: [UInt16] = []
    private var attributeLabels: [UInt16] = []
    var names: [[UInt8]] = []

    var frames: [Frame] = []
    /// Elements open inside one that is skipped.
    private var skipped = 0
    /// The innermost element takes text.
    private var takesText = false
    var text: [UInt8] = []
    var separator: UInt8?

    var section: Int32 = -1
    /// Ids that sections state of themselves, of their catalogue, of their
    /// classifier.
    var sectionIDs: [SectionIDs] = []

    var isInRecord = false
    var record = OpenRecord()
    /// Records around `record`, outermost first.
    var outer: [OpenRecord] = []
    /// Records that wait for the id of one around them.
    var orphans = 0
    /// How many may wait: ids come first in every real file.
    static let orphanLimit = 10_000
    var feedCache: [FeedCache]

    init(_ mapping: CompiledMapping, limits: DialectLimits) {
        self.mapping = mapping
        self.limits = limits
        ops = mapping.ops
        steps = mapping.steps
        width = mapping.width
        head.dialect = mapping.mapping.name
        feedCache = mapping.feeds.map { FeedCache($0) }
    }

    /// Takes on what another run of the same document knows by now.
    mutating func take(_ known: SliceContainer) {
        head = known.head
        section = known.section
        sectionIDs = known.sectionIDs
        separator = known.separator
    }

    mutating func name(_ name: XMLName, is text: Span<UInt8>) {
        var bytes: [UInt8] = []
        bytes.append(copying: text)
        let spelling = String(decoding: bytes, as: UTF8.self)
        elementLabels.append(mapping.labels[spelling] ?? 0)
        attributeLabels.append(mapping.labels["@" + spelling] ?? 0)
        names.append(bytes)
    }

    mutating func root(namespace: Span<UInt8>) {
        var bytes: [UInt8] = []
        bytes.append(copying: namespace)
        head.namespace = String(decoding: bytes, as: UTF8.self)
        if mapping.mapping.namespaces[head.namespace] == .unf { head.isUNF = true }
    }

    // MARK: Elements

    mutating func start(
        _ name: XMLName, _ attributes: Span<XMLAttribute>, in values: Span<UInt8>, at place: XMLPlace
    ) {
        guard skipped == 0 else { skipped += 1; return }
        let parent = frames.last
        let from = parent?.node ?? CompiledMapping.root
        let node =
            from == CompiledMapping.none
            ? CompiledMapping.none : steps[Int(from) * width + Int(elementLabels[Int(name.number)])]
        var row = parent?.row ?? -1
        if node == CompiledMapping.none {
            // What stands in a row beside its fields has no place of its own.
            guard isInRecord, row < 0, mapping.mapping.records[record.rule].keepsExtras else {
                skipped = 1
                return
            }
            takesText = true
        } else {
            let op = ops[Int(node)]
            switch op.kind {
            case .ignore:
                skipped = 1
                return
            case .record: begin(op.number, place)
            case .row: row = frames.count
            case .marker: mark(op.field)
            case .namedRow:
                record.rowName = nil
                record.rowValues.removeAll(keepingCapacity: true)
            default: break
            }
            takesText = op.takesText
        }
        frames.append(
            Frame(
                node: node, name: name.number, text: text.count,
                entries: isInRecord ? record.builder.entries.count : 0, row: row))
        if node != CompiledMapping.none, ops[Int(node)].kind == .section { open(node) }
        for index in 0..<attributes.count { take(attributes[index], values, of: node) }
    }

    mutating func text(_ piece: Span<UInt8>) {
        guard takesText, skipped == 0 else { return }
        let length = text.count - (frames.last?.text ?? 0)
        let room = limits.field + 1 - length
        guard room > 0 else { return }
        text.append(copying: piece.count <= room ? piece : piece.extracting(0..<room))
    }

    mutating func end(_ name: XMLName) {
        guard skipped == 0 else { skipped -= 1; return }
        guard let frame = frames.last else { return }
        if frame.node == CompiledMapping.none {
            if text.count > frame.text { extra(frame.text..<text.count, attribute: nil) }
        } else {
            let op = ops[Int(frame.node)]
            let before = record.builder.entries.count
            switch op.kind {
            case .container: break
            case .passage:
                if isInRecord, frame.row < 0, text.count > frame.text {
                    extra(frame.text..<text.count, attribute: nil)
                }
            case .section: section = frame.section
            case .record: finishRecord()
            case .row: if frame.isOpen { record.builder.close() }
            case .namedRow: finishRow(op)
            case .list: if record.builder.entries.count == frame.entries { record.builder.clear(op.field) }
            case .marker, .ignore: break
            default: take(op, frame.node, frame.text..<text.count)
            }
            if let after = frame.after, record.builder.entries.count > before {
                record.builder.add(after.field, record.held[after.bytes])
            }
        }
        text.removeLast(text.count - frame.text)
        frames.removeLast()
        if let parent = frames.last {
            takesText = parent.node == CompiledMapping.none || ops[Int(parent.node)].takesText
        } else {
            takesText = false
        }
    }

    private mutating func take(_ attribute: XMLAttribute, _ values: Span<UInt8>, of node: UInt16) {
        let start = text.count
        let value = values.extracting(attribute.value)
        text.append(
            copying: value.count <= limits.field ? value : value.extracting(0..<limits.field + 1))
        let number = Int(attribute.name.number)
        let next =
            node == CompiledMapping.none
            ? CompiledMapping.none : steps[Int(node) * width + Int(attributeLabels[number])]
        if next != CompiledMapping.none {
            take(ops[Int(next)], next, start..<text.count, attribute: number)
        } else if isInRecord, frames.last?.row ?? -1 < 0 {
            extra(start..<text.count, attribute: number)
        }
        text.removeLast(text.count - start)
    }

    // MARK: Sections and facts

    private mutating func open(_ node: UInt16) {
        guard case .section(let kind, let merged) = mapping.nodes[Int(node)] else { return }
        frames[frames.count - 1].section = section
        enter(kind, merged: merged)
    }

    private mutating func enter(_ kind: SectionKind, merged: Bool) {
        if !merged || head.sections.last?.kind != kind {
            head.sections.append(SectionHead(kind: kind))
            sectionIDs.append(SectionIDs())
        }
        section = Int32(head.sections.count - 1)
    }

    private mutating func begin(_ rule: Int, _ place: XMLPlace) {
        if isInRecord {
            outer.append(record)
            record = OpenRecord()
        }
        let table = mapping.mapping.records[rule]
        if let kind = table.section, section < 0 || head.sections[Int(section)].kind != kind {
            let around = section
            enter(kind, merged: true)
            record.begin(
                rule: rule, section: section, offset: place.offset, line: place.line, frame: frames.count)
            section = around
        } else {
            record.begin(
                rule: rule, section: section, offset: place.offset, line: place.line, frame: frames.count)
        }
        isInRecord = true
        if table.trait == .unf { head.isUNF = true }
        for constant in table.constants {
            if constant.field == .id {
                record.id.append(contentsOf: constant.text.utf8)
            } else {
                record.builder.add(constant.field, Array(constant.text.utf8))
            }
        }
    }

    mutating func take(fact node: UInt16, _ range: Range<Int>) {
        guard case .fact(let fact) = mapping.nodes[Int(node)] else { return }
        let value = String(decoding: text[range], as: UTF8.self)
        switch fact {
        case .version: head.version = value
        case .writtenAt: head.writtenAt = value
        case .decimalSeparator:
            if let key = value.firstRange(of: "ЧРД=") { separator = value[key.upperBound...].utf8.first }
        case .sectionID: if section >= 0 { sectionIDs[Int(section)].own = value }
        case .catalogue: if section >= 0 { sectionIDs[Int(section)].catalogue = value }
        case .classifier: if section >= 0 { sectionIDs[Int(section)].classifier = value }
        case .onlyChanges:
            if section >= 0, let flag = Scalars.boolean(text[range]) {
                head.sections[Int(section)].onlyChanges = flag
            }
        }
        if section >= 0 { nameSection(Int(section)) }
    }

    /// The catalogue of a section: stated, else its own id, else its
    /// classifier's (`reference/commerceml.md` trap 39).
    private mutating func nameSection(_ index: Int) {
        let ids = sectionIDs[index]
        let bare = { (id: String) in String(id.drop { $0 == "#" }.reversed().drop { $0 == "#" }.reversed()) }
        if head.sections[index].kind == .classifier {
            head.sections[index].classifier = bare(ids.own)
            return
        }
        head.sections[index].classifier = bare(ids.classifier)
        head.sections[index].catalogue =
            [ids.catalogue, ids.own, ids.classifier].lazy.map(bare).first { !$0.isEmpty } ?? ""
    }
}
