// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Why a ZIP, or one member of it, can't be read.
package enum ZIPError: Error, Hashable, Sendable {
    /// The bytes below could not be read; the `ZIPSource` knows why.
    case source
    /// No directory at the file's end: no ZIP, or not whole.
    case noDirectory(detail: String)
    case damaged(member: String, detail: String)
    case encrypted(member: String)
    /// A way of packing that is never read.
    case method(member: String, name: String)
    case tooManyMembers(limit: Int)
    /// `member` is larger than `limit` bytes, or all together where it is
    /// empty.
    case tooLarge(member: String, limit: Int64)
    /// The ZIP unpacks to more than `limit` times its size.
    case ratio(member: String, limit: Int)

    /// The member's name, empty where none is at fault.
    package var member: String {
        switch self {
        case .source, .noDirectory, .tooManyMembers: ""
        case .damaged(let member, _), .encrypted(let member), .method(let member, _),
            .tooLarge(let member, _), .ratio(let member, _):
            member
        }
    }

    /// One English sentence without the place.
    package var sentence: String {
        switch self {
        case .source: "the ZIP's bytes could not be read"
        case .noDirectory(let detail): "no whole ZIP: \(detail)"
        case .damaged(_, let detail): "the ZIP is damaged: \(detail)"
        case .encrypted: "the ZIP is encrypted"
        case .method(_, let name): "packed with the method \(name), which is not read"
        case .tooManyMembers(let limit): "the ZIP holds more than \(limit) members"
        case .tooLarge(let member, let limit):
            "\(member.isEmpty ? "the ZIP" : "the member") unpacks to more than \(limit) bytes"
        case .ratio(_, let limit): "the ZIP unpacks to more than \(limit) times its size"
        }
    }
}

/// What a ZIP may cost (`reference/spool-traps.md` 4.1).
package struct ZIPLimits: Hashable, Sendable {
    package var members = 200_000
    /// Unpacked bytes of one member.
    package var memberBytes: Int64 = 16 << 30
    /// Unpacked bytes that are read of one ZIP, together.
    package var totalBytes: Int64 = 64 << 30
    /// Largest factor between unpacked bytes and the ZIP's own size, looked
    /// at once `ratioAfter` bytes came out.
    package var ratio = 200
    package var ratioAfter: Int64 = 10 << 20

    package init() {}
}
