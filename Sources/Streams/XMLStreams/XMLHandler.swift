// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// A local name as a small number: names are numbered from 0 as they appear,
/// per parser, so that nobody compares strings in the hot loop.
package struct XMLName: Hashable, Sendable, BitwiseCopyable {
    package let number: UInt32
    package init(number: UInt32) { self.number = number }
}

/// An attribute of the start tag at hand; its value stands in the text that
/// is lent with it.
package struct XMLAttribute: Sendable, BitwiseCopyable {
    package let name: XMLName
    let start: UInt32
    let count: UInt32

    /// Where the value stands in the lent text.
    package var value: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// Where a start tag's `<` stands in the text that was fed.
package struct XMLPlace: Hashable, Sendable {
    /// Bytes from 0.
    package let offset: Int64
    /// From 1.
    package let line: Int32
}

/// Takes what a parser finds, in document order.
package protocol XMLHandler {
    /// A name is used for the first time: called once for each, before the
    /// tag that bears it; numbers grow by one from 0.
    mutating func name(_ name: XMLName, is text: Span<UInt8>)
    /// The namespace of the root element, empty for none; called before the
    /// root's `start`.
    mutating func root(namespace: Span<UInt8>)
    /// `text` holds the values of `attributes`.
    mutating func start(
        _ name: XMLName, _ attributes: Span<XMLAttribute>, in text: Span<UInt8>, at place: XMLPlace)
    /// Text or CDATA; one text may come in several pieces.
    mutating func text(_ text: Span<UInt8>)
    mutating func end(_ name: XMLName)
}
