// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// What a node of the automaton does, flat: the hot loop loads it without
/// counting a reference.
struct Op: Sendable {
    enum Kind: UInt8, Sendable {
        case container, section, fact, record, passage
        case id, variant, field, fallback, after, unit, deletion
        case row, rowOf, namedRow, rowName, rowValue, marker, list, ignore
    }

    var kind: Kind
    /// The field, the row, or the marker it stands for.
    var field = Field.rowEnd
    /// The field inside a `rowOf`.
    var inner = Field.rowEnd
    /// `field` stands for something.
    var isKept = true
    var reading = Mapping.Reading.text
    var clears = false
    /// The rule of a record, the feeds of a named row.
    var number = 0

    /// Whether the element's own text is read.
    var takesText: Bool {
        switch kind {
        case .container, .section, .record, .row, .namedRow, .marker, .list, .ignore: false
        // Where elements are expected and text stands, it is an extra.
        case .passage, .fact, .id, .variant, .field, .fallback, .after, .unit, .deletion, .rowOf, .rowName,
            .rowValue:
            true
        }
    }

    /// - Parameter feeds: the tables of named rows, added to.
    init(_ node: CompiledMapping.Node, feeds: inout [[String: Mapping.Feed]]) {
        switch node {
        case .container: kind = .container
        case .section: kind = .section
        case .fact: kind = .fact
        case .record(let rule): (kind, number) = (.record, rule)
        case .passage: kind = .passage
        case .field(let action): self = Op(action, feeds: &feeds)
        }
    }

    private init(_ action: Mapping.Action, feeds: inout [[String: Mapping.Feed]]) {
        switch action {
        case .id: kind = .id
        case .variant: kind = .variant
        case .field(let field, let reading, let clears):
            (kind, self.field, self.reading, self.clears) = (.field, field, reading, clears)
        case .fallback(let field, let reading): (kind, self.field, self.reading) = (.fallback, field, reading)
        case .after(let field): (kind, self.field) = (.after, field)
        case .unit: kind = .unit
        case .deletion: kind = .deletion
        case .row(let row): (kind, field) = (.row, row)
        case .rowOf(let row, let inner, let reading):
            (kind, field, self.inner, self.reading) = (.rowOf, row, inner, reading)
        case .namedRow(let row, let table):
            (kind, field, isKept, number) = (.namedRow, row ?? .rowEnd, row != nil, feeds.count)
            feeds.append(table)
        case .rowName(let field): (kind, self.field, isKept) = (.rowName, field ?? .rowEnd, field != nil)
        case .rowValue(let field): (kind, self.field, isKept) = (.rowValue, field ?? .rowEnd, field != nil)
        case .marker(let field): (kind, self.field) = (.marker, field)
        case .list(let field): (kind, self.field) = (.list, field)
        case .ignore: kind = .ignore
        }
    }
}
