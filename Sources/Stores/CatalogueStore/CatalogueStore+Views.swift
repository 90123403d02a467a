// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

extension CatalogueStore {
    /// RFC 3339 in UTC of a column that holds milliseconds.
    private static func time(_ column: String) -> String {
        "strftime('%Y-%m-%dT%H:%M:%S', \(column) / 1000, 'unixepoch') || printf('.%03dZ', \(column) % 1000)"
    }

    /// The common columns of the contract.
    ///
    /// - Parameters:
    ///   - extra: expression of the column, where it is more than the table's
    ///     own.
    ///   - asOf: expression of the time of its facts, likewise.
    private static func common(
        _ table: String, id: String = "i.ext", extra: String? = nil, asOf: String? = nil
    ) -> String {
        """
        s.name AS source, \(id) AS id, pt.package AS package, \(time("pt.applied_at")) AS changed_at,
            \(time(asOf ?? "\(table).as_of")) AS as_of, \(extra ?? "coalesce(\(table).extra, '{}')") AS extra
        """
    }

    private static let productExtra = """
        CASE WHEN t.pictures IS NULL THEN coalesce(t.extra, '{}')
            ELSE json_set(coalesce(t.extra, '{}'), '$.pictures', json(t.pictures)) END
        """

    private static let offerExtra = """
        CASE WHEN t.unit IS NULL THEN coalesce(t.extra, '{}')
            ELSE json_set(coalesce(t.extra, '{}'), '$.unit', \(unit)) END
        """

    /// The unit's short name; some exports write its code or its id, and the
    /// dictionary may come later (`reference/commerceml.md` trap 19).
    private static let unit = """
        coalesce(
                (SELECT u.name FROM unit u JOIN ident ui ON ui.id = u.id
                    WHERE u.code = t.unit AND ui.source = i.source AND u.name IS NOT NULL LIMIT 1),
                (SELECT u.name FROM ident ui JOIN unit u ON u.id = ui.id
                    WHERE ui.ext = t.unit AND ui.kind = 6 AND ui.source = i.source),
                t.unit)
        """

    /// What tells a variant from its sisters: some exports write it as
    /// properties, others as characteristics.
    private static let characteristics = """
        CASE WHEN t.properties IS NULL THEN coalesce(t.characteristics, '{}')
            ELSE json_patch(\(properties("t.properties")), coalesce(t.characteristics, '{}')) END
        """

    private static let joins = """
        JOIN source s ON s.id = i.source LEFT JOIN part pt ON pt.id =
        """

    /// A property object: name → value, or a list of values.
    ///
    /// Stored as `[[property, [value, …]], …]`, a value being the id of a
    /// dictionary row or a text; a text is looked up once more, since the
    /// dictionary may have come later.
    private static func properties(_ column: String) -> String {
        """
        coalesce((SELECT json_group_object(
                coalesce(pr.name, pi.ext),
                CASE WHEN json_array_length(p.value, '$[1]') = 1
                THEN (SELECT coalesce(pv.value, pv.ext, v.value) FROM json_each(p.value, '$[1]') v
                    LEFT JOIN property_value pv ON (v.type = 'integer' AND pv.id = v.value)
                        OR (v.type = 'text' AND pv.property = json_extract(p.value, '$[0]') AND pv.ext = v.value))
                ELSE (SELECT json_group_array(coalesce(pv.value, pv.ext, v.value)) FROM json_each(p.value, '$[1]') v
                    LEFT JOIN property_value pv ON (v.type = 'integer' AND pv.id = v.value)
                        OR (v.type = 'text' AND pv.property = json_extract(p.value, '$[0]') AND pv.ext = v.value))
                END)
            FROM json_each(\(column)) p
            JOIN ident pi ON pi.id = json_extract(p.value, '$[0]')
            LEFT JOIN property pr ON pr.id = pi.id), '{}')
        """
    }

    /// The later of a row's own time and the one at which a standing slice of
    /// the item confirmed it.
    private static func later(than asOf: String, _ item: String, _ slices: (stream: String, shape: String))
        -> String
    {
        let at = "(\(item) % \(SlicePages.perPage)) * \(SliceSlot.size)"
        let asOfAt = 17 + SliceSlot.shapeDigits
        return """
            max(\(asOf), coalesce((SELECT max(CAST(substr(sl.slots, \(asOfAt) + \(at), \(SliceSlot.asOfDigits)) AS INTEGER),
                    coalesce(st.confirmed, 0))
                FROM stream st JOIN slice sl ON sl.id = (st.id << \(SlicePages.pageBits)) + \(item) / \(SlicePages.perPage)
                    JOIN shape sh ON sh.id = CAST(substr(sl.slots, 17 + \(at), \(SliceSlot.shapeDigits)) AS INTEGER)
                WHERE \(slices.stream) AND \(slices.shape)
                ORDER BY 1 DESC LIMIT 1), \(asOf)))
            """
    }

    /// Slices that stated a product's or an offer's own fields: of the stream
    /// it belongs to.
    private static let own = (stream: "st.id = t.stream", shape: "sh.own")

    /// Slices that stated a row of an offer.
    private static func rows(_ table: Int, _ key: String) -> (stream: String, shape: String) {
        (
            "st.source = i.source AND st.section IN ('offers', 'offer-changes')",
            "EXISTS (SELECT 1 FROM shape_row r WHERE r.shape = sh.id AND r.tbl = \(table) AND r.key = \(key))"
        )
    }

    /// - Parameter confirmed: slices may have confirmed rows at a later time
    ///   than they say themselves.
    static func views(confirmed: Bool) -> String {
        """
            CREATE VIEW v1_group AS
            WITH RECURSIVE tree (id, path, depth) AS (
                SELECT id, coalesce(name, ''), 0 FROM grp
                    WHERE parent IS NULL OR parent NOT IN (SELECT id FROM grp)
                UNION ALL
                SELECT g.id, tree.path || '/' || coalesce(g.name, ''), tree.depth + 1
                    FROM grp g JOIN tree ON g.parent = tree.id WHERE tree.depth < 100
            )
            SELECT \(common("g")), pi.ext AS parent, g.name AS name, tree.path AS path,
                coalesce(g.deleted, 0) AS deleted
            FROM grp g JOIN ident i ON i.id = g.id \(joins) g.part
                LEFT JOIN ident pi ON pi.id = g.parent LEFT JOIN tree ON tree.id = g.id;
            CREATE INDEX grp_parent ON grp (parent);

            CREATE INDEX unit_code ON unit (code);

            \(entityViews(confirmed: confirmed))

            CREATE VIEW v1_change AS
            SELECT c.seq AS seq, c.kind AS kind, c.entity AS entity, i.ext AS id, s.name AS source,
                pt.package AS package, \(time("pt.applied_at")) AS at
            FROM change c JOIN part pt ON pt.id = c.part JOIN source s ON s.id = pt.source
                LEFT JOIN ident i ON i.id = c.ident;
        """
    }

    /// The views whose times slices may move.
    static func entityViews(confirmed: Bool) -> String {
        """
            CREATE VIEW v1_product AS
            SELECT \(common("t", extra: productExtra, asOf: confirmed ? later(than: "t.as_of", "t.id", own) : nil)), t.sku AS sku, t.barcode AS barcode, t.name AS name, t.full_name AS full_name,
                t.description AS description, t.brand AS brand, \(unit) AS unit, t.vat_rate AS vat_rate,
                t.weight AS weight,
                coalesce((SELECT json_group_array(gi.ext) FROM json_each(t.groups) e JOIN ident gi ON gi.id = e.value),
                    '[]') AS groups,
                \(properties("t.properties")) AS properties,
                coalesce(t.deleted, 0) <> 0 AS deleted
            FROM product t JOIN ident i ON i.id = t.id \(joins) t.part;

            CREATE VIEW v1_offer AS
            SELECT \(common("t", extra: offerExtra, asOf: confirmed ? later(than: "t.as_of", "t.id", own) : nil)), pi.ext AS product, t.sku AS sku, t.barcode AS barcode,
                t.name AS name, \(characteristics) AS characteristics, t.quantity AS quantity,
                coalesce(t.deleted, 0) <> 0 AS deleted
            FROM offer t JOIN ident i ON i.id = t.id \(joins) t.part LEFT JOIN ident pi ON pi.id = t.product;

            CREATE VIEW v1_price AS
            SELECT \(common("t", id: "i.ext || '|' || ti.ext", asOf: confirmed ? later(than: "t.as_of", "t.offer", rows(9, "t.type")) : nil)), i.ext AS offer, ti.ext AS price_type,
                y.name AS price_type_name, coalesce(t.currency, y.currency, '') AS currency, t.value AS value,
                t.min_quantity AS min_quantity
            FROM price t JOIN ident i ON i.id = t.offer \(joins) t.part
                JOIN ident ti ON ti.id = t.type LEFT JOIN price_type y ON y.id = t.type
            WHERE t.value IS NOT NULL;

            CREATE VIEW v1_stock AS
            SELECT s.name AS source, i.ext || '|' || wi.ext AS id, pt.package AS package,
                \(time("pt.applied_at")) AS changed_at, \(time(confirmed ? later(than: "t.as_of", "t.offer", rows(10, "t.warehouse")) : "t.as_of")) AS as_of, '{}' AS extra,
                i.ext AS offer, wi.ext AS warehouse, w.name AS warehouse_name, t.quantity AS quantity
            FROM stock t JOIN ident i ON i.id = t.offer \(joins) t.part
                JOIN ident wi ON wi.id = t.warehouse LEFT JOIN warehouse w ON w.id = t.warehouse
            WHERE t.quantity IS NOT NULL;
        """
    }
}
