// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CXML2

/// What the C callbacks of one parser work on: the tape, the table of names,
/// our own limits.
final class XMLSink {
    let tape = XMLTape()
    let limits: XMLLimits

    /// What changes, behind a pointer for the reason that the tape's blocks
    /// are.
    private struct State {
        var depth = 0
        var rootSeen = false
        var failure: XMLError?
        var skippedBytes: Int64 = 0
        var skippedLines: Int32 = 0
        var context: xmlParserCtxtPtr?
        var textRun = 0
        var names = XMLNameTable()
    }

    private let state: UnsafeMutablePointer<State>

    var depth: Int { state.pointee.depth }
    var rootSeen: Bool { state.pointee.rootSeen }
    /// The first thing that was wrong; nothing is noted down after it.
    var failure: XMLError? { state.pointee.failure }
    /// Bytes and lines that were taken off in front of the document.
    var skippedBytes: Int64 {
        get { state.pointee.skippedBytes }
        set { state.pointee.skippedBytes = newValue }
    }
    var skippedLines: Int32 {
        get { state.pointee.skippedLines }
        set { state.pointee.skippedLines = newValue }
    }
    /// Set by the parser, which owns both.
    var context: xmlParserCtxtPtr? {
        get { state.pointee.context }
        set { state.pointee.context = newValue }
    }

    init(limits: XMLLimits) {
        self.limits = limits
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Offset of the parser's own position in the text that was fed.
    var position: Int64 {
        guard let input = context?.pointee.input, let cur = input.pointee.cur, let base = input.pointee.base
        else { return skippedBytes }
        return skippedBytes + Int64(input.pointee.consumed) + Int64(cur - base)
    }

    var line: Int { Int(skippedLines) + Int(max(1, context?.pointee.input?.pointee.line ?? 1)) }

    /// Notes down what libxml2 itself found; it then stops calling back.
    func note(_ error: XMLError) {
        if failure == nil { state.pointee.failure = error }
    }

    /// Stops the parser for a reason of ours.
    func fail(_ error: XMLError) {
        note(error)
        if let context { xmlStopParser(context) }
    }

    private func overLimit(_ what: XMLError.Limit, _ limit: Int) {
        fail(.overLimit(line: line, offset: position, what: what, limit: limit))
    }

    private func number(_ name: UnsafePointer<xmlChar>) -> UInt32? {
        if let known = state.pointee.names[name] { return known }
        let length = Int(xmlStrlen(name))
        guard length <= limits.name else { overLimit(.name, limits.name); return nil }
        guard state.pointee.names.count < limits.names else { overLimit(.names, limits.names); return nil }
        let number = state.pointee.names.add(name)
        tape.add(.name, name: number)
        tape.addBytes(name, length)
        return number
    }

    func start(
        _ name: UnsafePointer<xmlChar>, namespace: UnsafePointer<xmlChar>?, attributeCount: Int,
        attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        guard failure == nil, let input = context?.pointee.input else { return }
        if !rootSeen {
            state.pointee.rootSeen = true
            tape.add(.namespace)
            if let namespace { tape.addBytes(namespace, Int(xmlStrlen(namespace))) }
        }
        state.pointee.depth += 1
        state.pointee.textRun = 0
        guard depth <= limits.depth else { return overLimit(.depth, limits.depth) }
        guard attributeCount <= limits.attributes else { return overLimit(.attributes, limits.attributes) }
        guard let number = number(name) else { return }
        // Attribute names first: their name events must not part the start
        // event from its attributes.
        for index in 0..<attributeCount {
            guard let name = attributes?[index * 5], self.number(name) != nil else { return }
        }
        // The callback comes before the tag's end is consumed; `<` cannot
        // stand in an attribute, so the nearest one before is the tag's own.
        guard let cur = input.pointee.cur, let base = input.pointee.base else { return }
        var tag = cur
        var lines: Int32 = 0
        repeat {
            tag -= 1
            if tag.pointee == 10 { lines += 1 }
        } while tag > base && tag.pointee != 60
        let offset = skippedBytes + Int64(input.pointee.consumed) + Int64(tag - base)
        tape.add(.start, name: number, line: skippedLines + input.pointee.line - lines, offset: offset)
        for index in 0..<attributeCount {
            guard let name = attributes?[index * 5], let known = state.pointee.names[name],
                let from = attributes?[index * 5 + 3], let to = attributes?[index * 5 + 4]
            else { continue }
            tape.addAttribute(known, from, to - from)
        }
    }

    func end(_ name: UnsafePointer<xmlChar>) {
        guard failure == nil, let known = state.pointee.names[name] else { return }
        state.pointee.depth -= 1
        state.pointee.textRun = 0
        tape.add(.end, name: known)
    }

    func text(_ start: UnsafePointer<xmlChar>, _ count: Int) {
        guard failure == nil, count > 0 else { return }
        state.pointee.textRun += count
        guard state.pointee.textRun <= limits.text else { return overLimit(.text, limits.text) }
        tape.addText(start, count)
    }
}

/// Numbers for libxml2's dictionary pointers: open addressing, since the
/// pointers of one dictionary are stable and unique per name.
struct XMLNameTable {
    private var keys = [UInt](repeating: 0, count: 512)
    private var numbers = [UInt32](repeating: 0, count: 512)
    private(set) var count = 0

    private func slot(_ key: UInt) -> Int {
        let mask = keys.count - 1
        var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
        while keys[index] != 0, keys[index] != key { index = (index + 1) & mask }
        return index
    }

    subscript(_ name: UnsafePointer<UInt8>) -> UInt32? {
        let key = UInt(bitPattern: name)
        let index = slot(key)
        return keys[index] == key ? numbers[index] : nil
    }

    mutating func add(_ name: UnsafePointer<UInt8>) -> UInt32 {
        if count * 2 >= keys.count { grow() }
        let number = UInt32(count)
        let index = slot(UInt(bitPattern: name))
        keys[index] = UInt(bitPattern: name)
        numbers[index] = number
        count += 1
        return number
    }

    private mutating func grow() {
        let (oldKeys, oldNumbers) = (keys, numbers)
        keys = Array(repeating: 0, count: oldKeys.count * 2)
        numbers = Array(repeating: 0, count: oldKeys.count * 2)
        for (key, number) in zip(oldKeys, oldNumbers) where key != 0 {
            let index = slot(key)
            keys[index] = key
            numbers[index] = number
        }
    }
}
