// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// A mapping made into an automaton: nodes, and one dense table of steps from
/// (node, label) to node.
///
/// Made once per dialect; a run needs one load per element.
package struct CompiledMapping: Sendable {
    enum Node: Sendable {
        /// Elements on the way to something.
        case container
        case section(SectionKind, merged: Bool)
        case fact(Mapping.HeadFact)
        case record(Int)
        /// Elements on the way to fields of a record.
        case passage
        case field(Mapping.Action)
    }

    /// Node 0 is "no such step".
    static let none: UInt16 = 0
    static let root: UInt16 = 1

    let mapping: Mapping
    private(set) var nodes: [Node] = [.container, .container]
    /// Labels by text; attributes begin with `@`. Label 0 is "unknown".
    private(set) var labels: [String: UInt16] = [:]
    private var edges: [[UInt16: UInt16]] = [[:], [:]]
    private(set) var steps: [UInt16] = []
    private(set) var width = 1
    /// `nodes` as the run reads them.
    private(set) var ops: [Op] = []
    /// Feeds of named rows, by `Op.number`.
    private(set) var feeds: [[String: Mapping.Feed]] = []

    package init(_ mapping: Mapping) {
        self.mapping = mapping
        for (index, rule) in mapping.records.enumerated() {
            let node = add(.record(index))
            for path in rule.paths { connect(Self.root, path, to: node, through: .container) }
            for field in rule.fields { attach(.field(field.action), node, field.path, through: .passage) }
            if let nested = rule.nested { connect(node, nested, to: node, through: .passage) }
        }
        for rule in mapping.containers {
            let node: Node =
                switch rule.action {
                case .section(let kind, let merged): .section(kind, merged: merged)
                case .fact(let fact): .fact(fact)
                }
            attach(node, Self.root, rule.path, through: .container)
        }
        width = labels.count + 1
        steps = Array(repeating: Self.none, count: nodes.count * width)
        for (from, ways) in edges.enumerated() {
            for (label, to) in ways { steps[from * width + Int(label)] = to }
        }
        for node in nodes { ops.append(Op(node, feeds: &feeds)) }
    }

    func step(_ node: UInt16, _ label: UInt16) -> UInt16 { steps[Int(node) * width + Int(label)] }

    // MARK: Making

    private mutating func add(_ node: Node) -> UInt16 {
        nodes.append(node)
        edges.append([:])
        return UInt16(nodes.count - 1)
    }

    private mutating func label(_ text: Substring) -> UInt16 {
        if let known = labels[String(text)] { return known }
        let label = UInt16(labels.count + 1)
        labels[String(text)] = label
        return label
    }

    private mutating func walk(_ start: UInt16, _ names: ArraySlice<Substring>, through kind: Node) -> UInt16
    {
        var node = start
        for name in names {
            let label = label(name)
            if let next = edges[Int(node)][label] {
                node = next
            } else {
                let next = add(kind)
                edges[Int(node)][label] = next
                node = next
            }
        }
        return node
    }

    private mutating func connect(_ start: UInt16, _ path: String, to end: UInt16, through kind: Node) {
        let names = path.split(separator: "/")
        guard let last = names.last else { return }
        let before = walk(start, names.dropLast(), through: kind)
        edges[Int(before)][label(last)] = end
    }

    private mutating func attach(_ node: Node, _ start: UInt16, _ path: String, through kind: Node) {
        let end = walk(start, path.split(separator: "/")[...], through: kind)
        nodes[Int(end)] = node
    }
}
