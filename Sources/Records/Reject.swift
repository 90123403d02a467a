// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// A record that was refused, with its place and the reason.
package struct Reject: Hashable, Sendable {
    /// The file inside the package, empty where the package is one file.
    package var member: String
    /// Byte offset of the record in the member as stored.
    package var offset: Int64
    /// Line of the record, from 1; 0 where lines mean nothing.
    package var line: Int
    package var kind: String
    /// The record's id as sent, empty where it has none.
    package var id: String
    package var code: Code
    /// The offending field or value, for the message; may be empty.
    package var detail: String
    /// At most 4 KiB of the record as read.
    package var fragment: String

    /// Why a record is refused; translated by who shows it.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case missingID = "missing-id"
        case badNumber = "bad-number"
        case badValue = "bad-value"
        case tooLarge = "too-large"
        /// Waited for a record that never came (reported after a time to
        /// live, the row goes on waiting).
        case unknownReference = "unknown-reference"
    }

    package init(
        member: String, offset: Int64, line: Int, kind: String, id: String, code: Code, detail: String,
        fragment: String
    ) {
        self.member = member
        self.offset = offset
        self.line = line
        self.kind = kind
        self.id = id
        self.code = code
        self.detail = detail
        self.fragment = fragment
    }
}
