// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Records

/// The portions of one full dump of one catalogue, as far as they have come,
/// and what is to be thought of them (architecture, invariant 9).
struct ChunkSet {
    enum Verdict: Hashable {
        case complete
        /// Why not, in words.
        case incomplete(String)
    }

    /// All portions that are known of the catalogue, of older runs too.
    let all: [ChunkRow]
    /// Portions of goods, and of offers: those that are no leftovers.
    let products: [ChunkRow]
    let offers: [ChunkRow]
    /// The first portion, which says that it is no mere change.
    let opener: ChunkRow?

    /// - Parameter rows: of one catalogue of one partner.
    init(_ rows: [ChunkRow]) {
        all = rows
        let opener = rows.filter { $0.section == .catalogue && $0.portion == 1 && $0.opens }
            .max { ($0.asOf, $0.part) < ($1.asOf, $1.part) }
        self.opener = opener
        guard let opener else {
            products = []
            offers = []
            return
        }
        // What was written before the first portion is left over from an
        // earlier, longer run.
        let members = rows.filter {
            $0.exchange == opener.exchange && ($0.asOf >= opener.asOf || !$0.isDated)
        }
        products = members.filter { $0.section == .catalogue }
        offers = members.filter { $0.section == .offers }
    }

    /// When its last portion was applied.
    var lastMoment: Int64 { all.map(\.at).max() ?? 0 }

    var verdict: Verdict {
        guard let opener else {
            return .incomplete("no first portion that says it is no mere change")
        }
        guard opener.isDated else {
            return .incomplete(
                "portion 1 of \(opener.family) states no usable time: leftovers of an older run can't be told"
            )
        }
        // Prices and stock in files of their own are no part of the proof.
        let ownOffers = offers.filter {
            $0.family.hasPrefix("offers") || $0.family.hasPrefix("services_offers")
        }
        for members in [products, ownOffers] {
            for (family, portions) in Dictionary(grouping: members, by: \.family).sorted(by: {
                $0.key < $1.key
            }) {
                if let reason = Self.gap(family, portions) { return .incomplete(reason) }
            }
        }
        guard !ownOffers.isEmpty else { return .incomplete("its offers have not come") }
        guard ownOffers.contains(where: { $0.portion == 1 && $0.opens }) else {
            return .incomplete("its offers say that they are changes only")
        }
        return .complete
    }

    /// Why the portions of one family are no whole, in words.
    private static func gap(_ family: String, _ portions: [ChunkRow]) -> String? {
        if portions.contains(where: { $0.portion == nil }) {
            return "the names of \(family) have no numbers: nobody can tell whether all came"
        }
        let numbers = Set(portions.compactMap(\.portion))
        if let missing = (1...max(1, numbers.max() ?? 1)).first(where: { !numbers.contains($0) }) {
            return "portion \(missing) of \(family) is missing"
        }
        if let empty = portions.first(where: { $0.records == 0 }) {
            return "portion \(empty.portion ?? 0) of \(family) holds no record that could be used"
        }
        return nil
    }
}
