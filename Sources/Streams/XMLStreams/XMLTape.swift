// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What the C callbacks note down for one piece of input: events, and the
/// bytes that they refer to.
///
/// Callbacks can't be generic and can't throw, so they write here; the parser
/// then plays the tape to its handler. Memory is reused for every piece.
///
/// Its blocks lie behind a pointer: the exclusivity checks of a class's own
/// properties took a quarter of the time of reading.
final class XMLTape {
    enum Kind: UInt8, BitwiseCopyable { case name, namespace, start, text, end }

    struct Event: BitwiseCopyable {
        var kind: Kind
        var name: UInt32
        /// Attributes of a start: where they stand in `attributes`.
        var first: UInt32
        var attributes: UInt32
        /// Bytes: where they stand in `bytes`.
        var start: UInt32
        var count: UInt32
        var line: Int32
        var offset: Int64
    }

    private struct Blocks {
        var events = Block<Event>(capacity: 4_096)
        var attributes = Block<XMLAttribute>(capacity: 512)
        var bytes = Block<UInt8>(capacity: 256 << 10)
    }

    private let blocks: UnsafeMutablePointer<Blocks>

    init() {
        blocks = .allocate(capacity: 1)
        blocks.initialize(to: Blocks())
    }

    var events: Block<Event> { blocks.pointee.events }
    var attributes: Block<XMLAttribute> { blocks.pointee.attributes }
    var bytes: Block<UInt8> { blocks.pointee.bytes }

    func rewind() {
        blocks.pointee.events.count = 0
        blocks.pointee.attributes.count = 0
        blocks.pointee.bytes.count = 0
    }

    func add(_ kind: Kind, name: UInt32 = 0, line: Int32 = 0, offset: Int64 = 0) {
        blocks.pointee.events.append(
            Event(
                kind: kind, name: name, first: UInt32(attributes.count), attributes: 0,
                start: UInt32(bytes.count), count: 0, line: line, offset: offset))
    }

    /// Appends to the bytes of the newest event.
    func addBytes(_ start: UnsafePointer<UInt8>, _ count: Int) {
        blocks.pointee.bytes.append(start, count)
        events.last.pointee.count += UInt32(count)
    }

    /// Adds text, to the text just before it where there is one.
    func addText(_ start: UnsafePointer<UInt8>, _ count: Int) {
        if events.count == 0 || events.last.pointee.kind != .text { add(.text) }
        addBytes(start, count)
    }

    /// Adds an attribute to the start event at hand. libxml2 hands an
    /// ampersand over as `&#38;` when it does not replace entities.
    func addAttribute(_ name: UInt32, _ start: UnsafePointer<UInt8>, _ count: Int) {
        let from = bytes.count
        blocks.pointee.bytes.append(start, count)
        if count >= 5 { blocks.pointee.bytes.count = from + Self.unescape(bytes.base + from, count) }
        blocks.pointee.attributes.append(
            XMLAttribute(
                name: XMLName(number: name), start: UInt32(from), count: UInt32(bytes.count - from)))
        events.last.pointee.attributes += 1
    }

    private static func unescape(_ text: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var (from, to) = (0, 0)
        while from < count {
            text[to] = text[from]
            let escaped =
                text[from] == 38 && from + 4 < count && text[from + 1] == 35 && text[from + 2] == 51
                && text[from + 3] == 56 && text[from + 4] == 59
            from += escaped ? 5 : 1
            to += 1
        }
        return to
    }

    /// A growing stretch of trivial values.
    struct Block<Element: BitwiseCopyable> {
        private(set) var base: UnsafeMutablePointer<Element>
        private var capacity: Int
        var count = 0

        init(capacity: Int) {
            self.capacity = capacity
            base = .allocate(capacity: capacity)
        }

        func free() { base.deallocate() }
        var last: UnsafeMutablePointer<Element> { base + (count - 1) }

        private mutating func grow(to needed: Int) {
            let larger = max(needed, capacity * 2)
            let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
            moved.update(from: base, count: count)
            base.deallocate()
            base = moved
            capacity = larger
        }

        mutating func append(_ element: Element) {
            if count == capacity { grow(to: count + 1) }
            (base + count).initialize(to: element)
            count += 1
        }

        mutating func append(_ start: UnsafePointer<Element>, _ added: Int) {
            if count + added > capacity { grow(to: count + added) }
            (base + count).update(from: start, count: added)
            count += added
        }
    }

    deinit {
        events.free()
        attributes.free()
        bytes.free()
        blocks.deallocate()
    }
}
