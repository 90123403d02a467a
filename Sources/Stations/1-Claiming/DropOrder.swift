// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Which of several drops is looked at first.
///
/// By name only: the lane is decided from the content. Orders come first
/// whatever else lies in `in/` (contract, "Decisions"); then what others refer
/// to before what refers.
package enum DropOrder: Int, Sendable, Hashable, Comparable {
    case orders, clients, dictionaries, goods, offers, prices, rests, attachments

    package static func < (left: DropOrder, right: DropOrder) -> Bool { left.rawValue < right.rawValue }

    private static let beginnings: [(String, DropOrder)] = [
        ("order", .orders), ("document", .orders), ("документ", .orders), ("заказ", .orders),
        ("замовлення", .orders), ("status", .orders), ("payment", .orders), ("contragent", .clients),
        ("customer", .clients), ("client", .clients), ("клиент", .clients), ("контрагент", .clients),
        ("group", .dictionaries), ("propert", .dictionaries), ("pricelist", .dictionaries),
        ("unit", .dictionaries), ("storage", .dictionaries), ("warehouse", .dictionaries),
        ("services_offers", .offers), ("offer", .offers), ("price", .prices), ("rest", .rests),
        ("stock", .rests), ("остатки", .rests),
    ]

    /// - Parameter name: the last element of a path.
    package static func rank(of name: String) -> DropOrder {
        let folded = name.lowercased()
        for (beginning, rank) in beginnings where folded.hasPrefix(beginning) { return rank }
        return .goods
    }

    /// Whether the first drop comes before the second: rank, catalogue,
    /// portion, path.
    package static func before(_ left: Key, _ right: Key) -> Bool {
        if left.rank != right.rank { return left.rank < right.rank }
        if left.catalogue != right.catalogue { return left.catalogue < right.catalogue }
        if left.portion != right.portion { return left.portion < right.portion }
        return left.path < right.path
    }

    /// What a drop is sorted by.
    package struct Key: Hashable, Sendable {
        package var rank: DropOrder
        package var catalogue: Int
        package var portion: Int
        package var path: String

        package init(path: String, isAttachment: Bool) {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let chunk = ChunkName(name)
            rank = isAttachment ? .attachments : DropOrder.rank(of: name)
            catalogue = chunk.catalogue ?? 0
            portion = chunk.portion ?? 0
            self.path = path
        }
    }
}
