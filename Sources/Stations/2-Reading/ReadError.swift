// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArchiveStreams
import Dialects
package import Files
package import Records
import TextStreams

/// Where in a package something is wrong.
package struct ReadPlace: Hashable, Sendable {
    /// Name inside a ZIP, empty where the package is one document.
    package var member: String
    /// From 1; 0 where lines mean nothing.
    package var line: Int
    /// Bytes, in the document as stored.
    package var offset: Int64

    package init(member: String = "", line: Int = 0, offset: Int64 = 0) {
        self.member = member
        self.line = line
        self.offset = offset
    }

    /// `import.xml, line 12, byte 345`; empty for the whole package.
    package var words: String {
        let place = line > 0 ? ["line \(line)", "byte \(offset)"] : offset > 0 ? ["byte \(offset)"] : []
        return ((member.isEmpty ? [] : [member]) + place).joined(separator: ", ")
    }
}

/// Why a package, or a part of it, can't be read.
package enum ReadError: Error, Hashable, Sendable, CustomStringConvertible {
    case file(FileError)
    /// Size, time or inode changed while it was read.
    case changed
    case empty(ReadPlace)
    case notWellFormed(ReadPlace, detail: String)
    case endsEarly(ReadPlace)
    case doctype(ReadPlace, name: String)
    case tooLarge(ReadPlace, detail: String)
    /// Bytes that are no text in the document's encoding.
    case badText(ReadPlace, detail: String)
    /// Text or bytes that no dialect reads.
    case wrongDialect(ReadPlace, detail: String)
    /// No directory at the end of what should be a ZIP.
    case noZIP(detail: String)
    case damagedZIP(ReadPlace, detail: String)
    case encrypted(ReadPlace)
    /// A ZIP of a kind, or with a content, that is not read.
    case unsupportedZIP(ReadPlace, detail: String)
    /// Refused as a whole, in words that say what would help.
    case refused(String)

    package var disposition: Disposition {
        switch self {
        case .file(let error): error.isFull || error.isReadOnly ? .halt : .retry
        case .changed: .retry
        case .empty, .notWellFormed, .endsEarly, .doctype, .tooLarge, .badText, .wrongDialect, .noZIP,
            .damagedZIP, .encrypted, .unsupportedZIP, .refused:
            .quarantine
        }
    }

    /// A file that is still being written looks like this.
    package var mayBeUnfinished: Bool {
        switch self {
        case .changed, .empty, .notWellFormed, .endsEarly, .badText, .noZIP, .damagedZIP: true
        case .file, .doctype, .tooLarge, .wrongDialect, .encrypted, .unsupportedZIP, .refused: false
        }
    }

    /// Member, line and byte offset, where one place is at fault.
    package var location: ReadPlace {
        switch self {
        case .file, .changed, .noZIP, .refused: ReadPlace()
        case .empty(let place), .notWellFormed(let place, _), .endsEarly(let place), .doctype(let place, _),
            .tooLarge(let place, _), .badText(let place, _), .wrongDialect(let place, _),
            .damagedZIP(let place, _), .encrypted(let place), .unsupportedZIP(let place, _):
            place
        }
    }

    /// Member, line and byte for `reason.txt`.
    package var place: String { location.words }

    /// One sentence without the place.
    package var sentence: String {
        switch self {
        case .file(let error): "\(error)"
        case .changed: "the file changed while it was read"
        case .empty: "the file is empty"
        case .notWellFormed(_, let detail), .tooLarge(_, let detail), .badText(_, let detail),
            .wrongDialect(_, let detail), .noZIP(let detail), .damagedZIP(_, let detail),
            .unsupportedZIP(_, let detail):
            detail
        case .endsEarly: "the document ends before its outermost element or bracket closes"
        case .doctype(_, let name): "the document has a DOCTYPE (\(name)), which is never read"
        case .encrypted: "the ZIP is encrypted"
        case .refused(let reason): reason
        }
    }

    /// What an admin or the partner can do.
    package var cure: String {
        switch self {
        case .file(let error): error.cure ?? "tried again by itself"
        case .changed: "tried again by itself; let its writer make a temporary name and rename at the end"
        case .empty: "let the partner export again; nothing was applied"
        case .notWellFormed, .badText, .damagedZIP, .endsEarly, .noZIP:
            "let the partner export or copy it again; nothing of it was applied"
        case .doctype: "no exchange format needs one: let the partner export without it"
        case .tooLarge: "right all the same: raise the limit in the configuration, then `waybill retry`"
        case .wrongDialect:
            "what is read: CommerceML 2 and 3, and docs/waybill-json.md; not meant for it: `waybill discard`"
        case .encrypted: "let the partner send it without a password"
        case .unsupportedZIP: "let the partner pack it anew, as a plain ZIP"
        case .refused: "see `waybill explain`; put right: `waybill retry`"
        }
    }

    package var description: String { place.isEmpty ? sentence : "\(place): \(sentence)" }

    // MARK: From below

    /// - Parameter offset: the error's own, in the bytes as stored.
    init(_ error: DialectError, member: String, offset: Int64) {
        let place = ReadPlace(member: member, line: error.line, offset: offset)
        switch error {
        case .notWellFormed: self = .notWellFormed(place, detail: error.sentence)
        case .endsEarly: self = .endsEarly(place)
        case .doctype(_, _, let name): self = .doctype(place, name: name)
        case .tooDeep, .tooLarge: self = .tooLarge(place, detail: error.sentence)
        case .wrongDialect: self = .wrongDialect(place, detail: error.sentence)
        }
    }

    init(_ error: TextError, member: String) {
        let place = ReadPlace(member: member, offset: error.offset)
        switch error {
        case .endsEarly: self = .endsEarly(place)
        case .invalid: self = .badText(place, detail: error.sentence)
        case .unsupported: self = .wrongDialect(place, detail: error.sentence)
        }
    }

    /// - Parameter below: why the ZIP's bytes could not be read.
    init(_ error: ZIPError, below: FileError?) {
        let place = ReadPlace(member: error.member)
        switch error {
        case .source: self = below.map { .file($0) } ?? .damagedZIP(place, detail: error.sentence)
        case .noDirectory: self = .noZIP(detail: error.sentence)
        case .damaged: self = .damagedZIP(place, detail: error.sentence)
        case .encrypted: self = .encrypted(place)
        case .method: self = .unsupportedZIP(place, detail: error.sentence)
        case .tooManyMembers, .tooLarge, .ratio: self = .tooLarge(place, detail: error.sentence)
        }
    }
}

/// Runs file operations; their errors become `ReadError.file`.
func filing<Result>(_ work: () throws(FileError) -> Result) throws(ReadError) -> Result {
    do { return try work() } catch { throw .file(error) }
}
