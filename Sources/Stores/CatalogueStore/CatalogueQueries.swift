// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
import Foundation
package import Records

/// A product or an offer that a search found.
package struct CatalogueHit: Sendable, Hashable {
    /// `product` or `offer`.
    package var entity: String
    /// The partner it came from.
    package var source: String
    package var id: String
    package var sku: String?
    package var name: String?
    package var isDeleted: Bool
}

/// A refused record with its number in the package, for paging.
package struct NumberedReject: Sendable, Hashable {
    package var number: Int
    package var reject: Reject
}

/// How much the catalogue holds.
package struct CatalogueCounts: Sendable, Hashable {
    package var groups: Int
    package var products: Int
    package var deletedProducts: Int
    package var offers: Int
    package var deletedOffers: Int
    package var prices: Int
    package var stock: Int
    /// Records that wait for a product or an offer.
    package var waiting: Int
}

/// Questions to the catalogue, for the agent's connection and for readers.
package enum CatalogueQueries {
    /// Products and offers by id, SKU, barcode or a part of their name; those
    /// found by an exact key first, then by name.
    ///
    /// GUIDs compare without case. Names compare as typed, in lower case, in
    /// upper case and with a capital letter; that part reads the whole table.
    package static func find(
        _ text: String, limit: Int, _ connection: Connection
    ) throws(StoreError) -> [CatalogueHit] {
        guard !text.isEmpty, limit > 0 else { return [] }
        let lower = text.lowercased()
        let spellings = [text, lower, text.uppercased(), lower.prefix(1).uppercased() + lower.dropFirst()]
        var hits: [CatalogueHit] = []
        for table in [CatalogueTable.product, .offer] {
            hits += try list(table, "t.id IN (\(byID))", [.text(text), .text(lower)], limit, connection)
            hits += try list(table, "t.sku = ?1", [.text(text)], limit, connection)
            hits += try list(table, "t.barcode = ?1", [.text(text)], limit, connection)
        }
        if hits.count < limit {
            let names = (1...spellings.count).map { "instr(t.name, ?\($0)) > 0" }.joined(separator: " OR ")
            for table in [CatalogueTable.product, .offer] {
                hits += try list(table, names, spellings.map { .text($0) }, limit, connection)
            }
        }
        var seen: Set<CatalogueHit> = []
        return Array(hits.filter { seen.insert($0).inserted }.prefix(limit))
    }

    private static let byID = """
        SELECT id FROM ident WHERE ext IN (?1, ?2) AND kind = 1
        UNION SELECT id FROM ident_fold WHERE folded = ?2 AND kind = 1
        """

    private static func list(
        _ table: CatalogueTable, _ condition: String, _ arguments: [SQLValue], _ limit: Int,
        _ connection: Connection
    ) throws(StoreError) -> [CatalogueHit] {
        try connection.rows(
            """
            SELECT s.name, i.ext, t.sku, t.name, coalesce(t.deleted, 0) <> 0
            FROM \(table.name) t JOIN ident i ON i.id = t.id JOIN source s ON s.id = i.source
            WHERE \(condition) ORDER BY t.id LIMIT \(limit)
            """, arguments
        ).map { row in
            CatalogueHit(
                entity: table.name, source: row.text(0) ?? "", id: row.text(1) ?? "", sku: row.text(2),
                name: row.text(3), isDeleted: row.integer(4) == 1)
        }
    }

    /// Refused records of a package in the order of its file, a page at a
    /// time.
    ///
    /// - Parameter after: number of the last one seen, 0 for the first page.
    package static func rejects(
        package: PackageID, after: Int, limit: Int, _ connection: Connection
    ) throws(StoreError) -> [NumberedReject] {
        try connection.rows(
            """
            SELECT r.n, r.member, r.offset, r.line, r.kind, r.ext, r.code, r.detail, r.fragment
            FROM reject r JOIN part p ON p.id = r.part
            WHERE p.package = ? AND r.n > ? ORDER BY r.n LIMIT ?
            """, [.text(package.text), .integer(after), .integer(limit)]
        ).map { row throws(StoreError) in
            guard let code = row.text(6).flatMap(Reject.Code.init) else {
                throw StoreError(code: 11, message: "a reject is not readable", path: connection.file)
            }
            return NumberedReject(
                number: Int(row.integer(0) ?? 0),
                reject: Reject(
                    member: row.text(1) ?? "", offset: row.integer(2) ?? 0, line: Int(row.integer(3) ?? 0),
                    kind: row.text(4) ?? "", id: row.text(5) ?? "", code: code, detail: row.text(7) ?? "",
                    fragment: row.text(8) ?? ""))
        }
    }

    package static func counts(_ connection: Connection) throws(StoreError) -> CatalogueCounts {
        let row = try connection.row(
            """
            SELECT (SELECT count(*) FROM grp), (SELECT count(*) FROM product),
                (SELECT count(*) FROM product WHERE deleted <> 0), (SELECT count(*) FROM offer),
                (SELECT count(*) FROM offer WHERE deleted <> 0),
                (SELECT count(*) FROM price WHERE value IS NOT NULL),
                (SELECT count(*) FROM stock WHERE quantity IS NOT NULL), (SELECT count(*) FROM waiting)
            """)
        let number = { (index: Int) in Int(row?.integer(index) ?? 0) }
        return CatalogueCounts(
            groups: number(0), products: number(1), deletedProducts: number(2), offers: number(3),
            deletedOffers: number(4), prices: number(5), stock: number(6), waiting: number(7))
    }
}
