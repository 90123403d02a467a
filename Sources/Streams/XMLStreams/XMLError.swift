// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Why a document was refused, with its place in the text that was fed.
///
/// Lines count from 1, offsets in bytes from 0.
package enum XMLError: Error, Hashable, Sendable {
    /// `detail` is libxml2's own sentence.
    case notWellFormed(line: Int, offset: Int64, detail: String)
    /// The text ended before the root element was closed.
    case endsEarly(line: Int, offset: Int64)
    /// The document has a DOCTYPE; none is ever needed
    /// (`reference/spool-traps.md` 4.2).
    case doctype(line: Int, offset: Int64, name: String)
    /// A limit of `XMLLimits`, or libxml2's 10 MB for one token (a CDATA
    /// section, a comment, a tag).
    case overLimit(line: Int, offset: Int64, what: Limit, limit: Int)

    package enum Limit: String, Hashable, Sendable {
        case depth, attributes, text, name, names, token
    }
}

/// Limits of one document; libxml2's push parser has none for depth and text
/// (`reference/spool-traps.md` 4.2, measured).
package struct XMLLimits: Hashable, Sendable {
    /// Nested elements.
    package var depth = 64
    package var attributes = 256
    /// Bytes of one uninterrupted text.
    package var text = 64 << 20
    /// Bytes of one element's or attribute's name.
    package var name = 1_000
    /// Different names in one document.
    package var names = 20_000

    package init() {}
}
