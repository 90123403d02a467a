// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

internal import CScan

/// Cuts XML text into its skeleton and slices, without parsing the slices.
///
/// Works on the document's own bytes: UTF-8, or any one-byte encoding that
/// holds ASCII (windows-1251, koi8-r, cp866); the caller makes sure of that.
/// Every byte is given out once, in order. Cutting a well-formed document is
/// exact: slices are the elements that the plan names, and the skeleton parsed
/// with the slices parsed, each behind its container's open tags, say what the
/// whole document says. Of any other document skeleton or slices are not
/// well-formed either, given that a seam stands for each slice: whoever parses
/// them finds the mistake.
///
/// ```swift
/// let consumed = cutter.cut(window, isLast: isLast, into: &pieces)
/// for piece in pieces { switch piece.kind { … window.extracting(piece.bytes) … } }
/// // Keep what was not consumed, read more behind it, cut again.
/// ```
@safe package struct XMLCutter: ~Copyable {
    /// What the skeleton's parser is fed in place of a slice, or of several
    /// with nothing but gaps between them: an empty comment. Without it text
    /// on both sides would grow together (`]]` and `>`, `&a` and `mp;`).
    package static let seam: [UInt8] = Array("<!---->".utf8)
    /// Bytes of a start tag around the slices; it is held until it is whole.
    package static let longestTag = 64 << 10
    /// Bytes of an element's name that is compared with the plan's.
    private static let longestName = 4_096

    private enum State {
        /// In front of the first byte.
        case beginning
        /// Between tokens.
        case text
        /// In a token that goes to the skeleton as it comes.
        case token
        /// In the start tag of a known element, which is held.
        case openTag(node: Int)
        /// In a slice, which is held unless it was given up.
        case slice(path: Int, isGivenUp: Bool)
        /// All that follows is skeleton.
        case uncut
    }

    /// An open element that the plan knows.
    private struct Known {
        let node: Int
        /// Where its tag ends in `openTags`.
        let tagsEnd: Int
        /// Its number, once it holds a slice.
        var container: Int?
    }

    /// The bytes of one call.
    struct Window {
        let base: UnsafePointer<UInt8>
        let count: Int
        /// Bytes that stand in pieces.
        var given = 0
        /// Where the last slice of this call ended.
        var sliceEnd = -1
        /// Pieces that were there before.
        let foreign: Int

        /// Whether the text begins as UTF-16 or UTF-32 does.
        var isWide: Bool {
            guard count > 1 else { return false }
            let (first, second) = (base[0], base[1])
            return first == 0 || second == 0 || (first == 0xFE && second == 0xFF)
                || (first == 0xFF && second == 0xFE)
        }

        static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

        func isBlank(_ range: Range<Int>) -> Bool { range.allSatisfy { Self.isSpace(base[$0]) } }

        /// Where a tag's name ends; nil where that is not among the bytes.
        func nameEnd(from start: Int) -> Int? {
            (start..<count).first {
                Self.isSpace(base[$0]) || base[$0] == UInt8(ascii: ">") || base[$0] == UInt8(ascii: "/")
            }
        }
    }

    private let plan: Plan
    private var state = State.beginning
    /// The token or slice in work; places count from the first byte that was
    /// not given out, between calls.
    private var scan = waybill_slice()
    /// Whole name of the slice's element.
    private var sliceName: [UInt8] = []

    /// Known elements that are open, the document first.
    private var known = [Known(node: 0, tagsEnd: 0)]
    /// Their tags.
    private var openTags: [UInt8] = []
    /// Open elements below these.
    private var strangers = 0
    private var nextContainer = 0

    /// Containers of the slices that the last `cut` found, in document order;
    /// one that was open before it may stand among them without a slice.
    package private(set) var containers: [Container] = []
    /// Why nothing is cut any more; nil where all is well.
    package private(set) var obstacle: Obstacle?

    package init(_ plan: Plan) { self.plan = plan }

    /// Whether what was not consumed is a slice that has begun. If it is none,
    /// it is no longer than `longestTag`.
    package var holdsSlice: Bool {
        if case .slice(_, isGivenUp: false) = state { true } else { false }
    }

    /// The open slice is longer than the caller wants to hold: what is held of
    /// it, and what follows up to its end, is skeleton. Does nothing where no
    /// slice is held.
    package mutating func giveUpSlice() {
        if case .slice(let path, isGivenUp: false) = state { state = .slice(path: path, isGivenUp: true) }
    }

    /// Cuts what can be cut.
    ///
    /// - Parameters:
    ///   - bytes: what the last call did not consume, and more behind it; what
    ///     was looked at is not looked at again.
    ///   - isLast: nothing follows; all bytes are consumed, what is incomplete
    ///     as skeleton.
    ///   - pieces: gets what was found, in document order and without holes;
    ///     no piece is empty.
    /// - Returns: how many bytes the pieces hold.
    package mutating func cut(_ bytes: Span<UInt8>, isLast: Bool, into pieces: inout [Piece]) -> Int {
        containers.removeAll { old in !known.contains { $0.container == old.number } }
        return bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            var window = Window(base: base, count: buffer.count, foreign: pieces.count)
            while step(&window, &pieces, isLast) {}
            if isLast {
                state = .uncut
                giveSkeleton(to: window.count, &window, &pieces)
            }
            scan.token.at = max(scan.token.at, window.given) - window.given
            return window.given
        }
    }

    // MARK: Tokens

    /// - Returns: false where more bytes are needed.
    private mutating func step(_ window: inout Window, _ pieces: inout [Piece], _ isLast: Bool) -> Bool {
        switch state {
        case .slice(let path, let isGivenUp): return endSlice(path, isGivenUp, &window, &pieces)
        case .text: return takeText(&window, &pieces)
        case .token:
            guard waybill_token_end(window.base, window.count, &scan.token) != 0 else {
                giveSkeleton(to: scan.token.at, &window, &pieces)
                return false
            }
            endToken()
            return true
        case .openTag(let node): return endOpenTag(node, &window)
        case .beginning:
            guard window.count > 1 || isLast else { return false }
            state = window.isWide ? .uncut : .text
            if window.isWide { obstacle = .wideEncoding }
            return true
        case .uncut:
            scan.token.at = window.count
            giveSkeleton(to: window.count, &window, &pieces)
            return false
        }
    }

    private mutating func takeText(_ window: inout Window, _ pieces: inout [Piece]) -> Bool {
        let text = scan.token.at
        let start = text + waybill_find_markup(window.base + text, window.count - text)
        scan.token.at = start
        if start < window.count {
            waybill_token_begin(window.base + start, window.count - start, &scan.token)
            switch waybill_markup(UInt32(scan.token.kind)) {
            case WAYBILL_TEXT: break
            case WAYBILL_START_TAG where strangers == 0: return takeStartTag(at: start, &window, &pieces)
            case WAYBILL_DECLARATION:
                obstacle = .doctype
                state = .uncut
                return true
            default:
                state = .token
                return true
            }
        }
        giveSkeleton(to: start, &window, &pieces)
        return false
    }

    /// Takes a start tag below known elements only.
    private mutating func takeStartTag(at start: Int, _ window: inout Window, _ pieces: inout [Piece]) -> Bool
    {
        guard let end = window.nameEnd(from: start + 1) else {
            if window.count - start > Self.longestName {
                state = .token
                return true
            }
            scan.token.at = start
            giveSkeleton(to: start, &window, &pieces)
            return false
        }
        let name = UnsafeBufferPointer(start: window.base + start + 1, count: end - start - 1)
        guard name.count < Self.longestName, let parent = known.last,
            let node = plan.child(of: parent.node, named: name)
        else {
            state = .token
            return true
        }
        if let path = plan.nodes[node].path {
            giveUpToSlice(at: start, &window, &pieces)
            sliceName.removeAll(keepingCapacity: true)
            sliceName.append(contentsOf: name)
            scan = waybill_slice()
            scan.token.at = start
            state = .slice(path: path, isGivenUp: false)
        } else {
            giveSkeleton(to: start, &window, &pieces)
            state = .openTag(node: node)
        }
        return true
    }

    private mutating func endToken() {
        if scan.token.kind == WAYBILL_START_TAG.rawValue {
            if scan.token.slash == 0 { strangers += 1 }
        } else if scan.token.kind == WAYBILL_END_TAG.rawValue {
            if strangers > 0 {
                strangers -= 1
            } else if known.count > 1 {
                known.removeLast()
                openTags.removeLast(openTags.count - (known.last?.tagsEnd ?? 0))
            }
        }
        state = .text
    }

    private mutating func endOpenTag(_ node: Int, _ window: inout Window) -> Bool {
        let isWhole = waybill_token_end(window.base, window.count, &scan.token) != 0
        let tag = window.given..<scan.token.at
        if tag.count > Self.longestTag {
            obstacle = .longTag
            state = .uncut
            scan.token.at = window.given
            return true
        }
        guard isWhole else { return false }
        if scan.token.slash == 0 {
            openTags.append(
                contentsOf: UnsafeBufferPointer(start: window.base + tag.lowerBound, count: tag.count))
            known.append(Known(node: node, tagsEnd: openTags.count))
        }
        state = .text
        return true
    }

    // MARK: Slices

    private mutating func endSlice(
        _ path: Int, _ isGivenUp: Bool, _ window: inout Window, _ pieces: inout [Piece]
    ) -> Bool {
        let isWhole = sliceName.withUnsafeBufferPointer { name in
            waybill_slice_end(window.base, window.count, name.baseAddress, name.count, &scan) != 0
        }
        if isGivenUp {
            giveSkeleton(to: scan.token.at, &window, &pieces)
        } else if isWhole {
            pieces.append(
                Piece(.slice(path: path, container: enterContainer()), window.given..<scan.token.at))
            window.given = scan.token.at
            window.sliceEnd = window.given
        }
        if isWhole { state = .text }
        return isWhole
    }

    private mutating func enterContainer() -> Int {
        let last = known.count - 1
        if let number = known[last].container { return number }
        let number = nextContainer
        nextContainer += 1
        known[last].container = number
        containers.append(Container(number: number, openTags: openTags, depth: last))
        return number
    }

    // MARK: Pieces

    private func giveSkeleton(to end: Int, _ window: inout Window, _ pieces: inout [Piece]) {
        guard end > window.given else { return }
        var start = window.given
        if pieces.count > window.foreign, let last = pieces.last, last.kind == .skeleton {
            start = last.start
            pieces.removeLast()
        }
        pieces.append(Piece(.skeleton, start..<end))
        window.given = end
    }

    private func giveUpToSlice(at start: Int, _ window: inout Window, _ pieces: inout [Piece]) {
        guard start > window.given, window.given == window.sliceEnd, window.isBlank(window.given..<start)
        else { return giveSkeleton(to: start, &window, &pieces) }
        pieces.append(Piece(.gap, window.given..<start))
        window.given = start
    }
}

/// Newlines in a stretch of text, for the line of what stands behind it.
package func countNewlines(_ bytes: Span<UInt8>) -> Int {
    bytes.withUnsafeBufferPointer { waybill_count_newlines($0.baseAddress, $0.count) }
}
