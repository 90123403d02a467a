// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Which packages of one partner belong together, as far as names tell.
///
/// A key is a hint for grouping in time: two exchanges of one partner can have
/// the same key one after the other.
package enum ExchangeKey: Hashable, Sendable, CustomStringConvertible {
    /// A folder tree, by its top folder (`webdata`, `webdata - <uuid>`,
    /// `000000001`).
    case folder(String)
    /// Loose files of one family in `in/` itself.
    case loose(String)
    /// A ZIP, an order file, or any file of no family.
    case alone

    /// - Parameters:
    ///   - path: elements relative to `in/`.
    ///   - isArchive: the file is a ZIP: an exchange of its own.
    package static func of(_ path: [String], isArchive: Bool) -> ExchangeKey {
        guard let name = path.last, !isArchive else { return .alone }
        if path.count > 1 { return .folder(path[0]) }
        let chunk = ChunkName(name)
        guard ChunkName.families.contains(chunk.family) else { return .alone }
        if DropOrder.rank(of: name) == .orders || DropOrder.rank(of: name) == .clients { return .alone }
        // goods_1_1_<guid>, import___<guid>: the flat layout of the module.
        if chunk.guid != nil { return .loose("module") }
        if let catalogue = chunk.catalogue { return .loose("catalogue-\(catalogue)") }
        return .loose("whole")
    }

    package var description: String {
        switch self {
        case .folder(let name): "folder \(name)"
        case .loose(let name): "loose \(name)"
        case .alone: "alone"
        }
    }
}
