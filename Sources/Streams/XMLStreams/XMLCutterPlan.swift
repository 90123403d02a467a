// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

extension XMLCutter {
    /// Which elements are cut out, as paths of local names from the root.
    package struct Plan: Sendable {
        /// One name of a path; paths with the same beginning share it.
        struct Node: Sendable {
            let name: [UInt8]
            var children: [Int] = []
            /// The path that ends here.
            var path: Int?
        }

        /// The first one is the document around the root.
        private(set) var nodes = [Node(name: [])]

        /// - Parameter paths: names in the document's encoding, not empty;
        ///   their numbers are those of the slices. Where one path is the
        ///   beginning of another, or given twice, the shorter or first one is
        ///   cut. An empty path cuts nothing.
        package init(_ paths: [[[UInt8]]]) {
            for (path, names) in paths.enumerated() where !names.isEmpty && names.allSatisfy({ !$0.isEmpty })
            {
                let end = names.reduce(0) { child(named: $1, of: $0) }
                if nodes[end].path == nil { nodes[end].path = path }
            }
        }

        /// - Parameter paths: names of a document in UTF-8.
        package init(_ paths: [[String]]) { self.init(paths.map { $0.map { Array($0.utf8) } }) }

        private mutating func child(named name: [UInt8], of node: Int) -> Int {
            if let known = nodes[node].children.first(where: { nodes[$0].name == name }) { return known }
            nodes.append(Node(name: name))
            nodes[node].children.append(nodes.count - 1)
            return nodes.count - 1
        }

        /// The child of `node` that an element's whole name, e.g. `x:Товар`,
        /// leads to: its local name counts.
        func child(of node: Int, named whole: UnsafeBufferPointer<UInt8>) -> Int? {
            var local = whole
            if let colon = whole.firstIndex(of: UInt8(ascii: ":")), colon > 0 {
                local = UnsafeBufferPointer(rebasing: whole[(colon + 1)...])
            }
            return nodes[node].children.first { nodes[$0].name.elementsEqual(local) }
        }
    }

    /// A stretch of the document.
    package struct Piece: Hashable, Sendable, BitwiseCopyable {
        package enum Kind: Hashable, Sendable, BitwiseCopyable {
            /// Goes to the parser of the skeleton.
            case skeleton
            /// White space between two slices of one container, and nothing
            /// else; no parser needs it.
            case gap
            /// One record element, from the `<` of its start tag to the `>` of
            /// its end tag: `path` of the plan, in the `container` of that
            /// number.
            case slice(path: Int, container: Int)
        }

        package let kind: Kind
        let start: Int
        let end: Int

        /// Where it stands in the bytes that were given.
        package var bytes: Range<Int> { start..<end }

        init(_ kind: Kind, _ bytes: Range<Int>) {
            self.kind = kind
            start = bytes.lowerBound
            end = bytes.upperBound
        }
    }

    /// An element around slices. One that occurs twice in a document is two.
    package struct Container: Hashable, Sendable {
        /// Counted from 0, in document order, of those that hold a slice.
        package let number: Int
        /// Start tags of the elements that are open around its slices, as they
        /// stand in the document, outermost first and without anything
        /// between: what a parser is fed in front of a slice, for its
        /// namespaces. Empty where the slice is the root.
        package let openTags: [UInt8]
        /// How many tags these are.
        package let depth: Int
    }

    /// Why the rest of a document can't be cut.
    package enum Obstacle: Hashable, Sendable {
        /// `<!` that begins neither a comment nor a CDATA section.
        case doctype
        /// The text begins as UTF-16 or UTF-32 does.
        case wideEncoding
        /// A start tag on the way to the slices is longer than
        /// `XMLCutter.longestTag`.
        case longTag
    }
}
