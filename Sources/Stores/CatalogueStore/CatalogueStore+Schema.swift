// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

extension CatalogueStore {
    /// Steps of `catalogue.db`.
    static let migrations = [
        Migration("1-tables", tables),
        Migration("2-views", views(confirmed: false)),
        Migration("3-sets", sets),
        Migration("4-slices", slices),
    ]

    private static let tables = """
        CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

        -- A partner's own ids stand once. A shop asks by `ext`, so it leads the index.
        CREATE TABLE ident (
            id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, source INTEGER NOT NULL, ext TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX ident_ext ON ident (ext, kind, source);
        -- GUIDs compare without case: the folded form of those that were not sent in lower case.
        CREATE TABLE ident_fold (
            folded TEXT NOT NULL, kind INTEGER NOT NULL, source INTEGER NOT NULL, id INTEGER NOT NULL,
            PRIMARY KEY (folded, kind, source)
        ) STRICT, WITHOUT ROWID;

        -- The marker of a package's share of this file, committed with its effect.
        CREATE TABLE part (
            id INTEGER PRIMARY KEY, package TEXT NOT NULL UNIQUE, exchange TEXT NOT NULL, source INTEGER NOT NULL,
            outcome TEXT NOT NULL, as_of INTEGER NOT NULL, applied_at INTEGER NOT NULL, counts TEXT NOT NULL,
            rejects INTEGER NOT NULL, hash BLOB, undone INTEGER NOT NULL,
            images_gone INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE stream (
            id INTEGER PRIMARY KEY, source INTEGER NOT NULL, catalogue TEXT NOT NULL, section TEXT NOT NULL,
            last_part INTEGER, last_hash BLOB, full_as_of INTEGER, full_count INTEGER,
            UNIQUE (source, catalogue, section)
        ) STRICT;
        -- As-of of the last package of each file name, for clocks that step back.
        CREATE TABLE stream_name (
            stream INTEGER NOT NULL, name TEXT NOT NULL, as_of INTEGER NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (stream, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE grp (
            id INTEGER PRIMARY KEY, parent INTEGER, name TEXT, deleted INTEGER, extra TEXT,
            as_of INTEGER NOT NULL, part INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE property (
            id INTEGER PRIMARY KEY, name TEXT, value_type TEXT, deleted INTEGER, extra TEXT,
            as_of INTEGER NOT NULL, part INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE property_value (
            id INTEGER PRIMARY KEY, property INTEGER, ext TEXT, value TEXT,
            as_of INTEGER NOT NULL, part INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX property_value_ext ON property_value (property, ext);
        CREATE TABLE price_type (
            id INTEGER PRIMARY KEY, name TEXT, currency TEXT, deleted INTEGER, extra TEXT,
            as_of INTEGER NOT NULL, part INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE warehouse (
            id INTEGER PRIMARY KEY, name TEXT, deleted INTEGER, extra TEXT,
            as_of INTEGER NOT NULL, part INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE unit (
            id INTEGER PRIMARY KEY, name TEXT, code TEXT, full_name TEXT, international TEXT, deleted INTEGER,
            extra TEXT, as_of INTEGER NOT NULL, part INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE product (
            id INTEGER PRIMARY KEY, sku TEXT, barcode TEXT, name TEXT, full_name TEXT, description TEXT, brand TEXT,
            unit TEXT, vat_rate TEXT, weight TEXT, groups TEXT, properties TEXT, extra TEXT, deleted INTEGER,
            stream INTEGER, pictures TEXT, as_of INTEGER NOT NULL, pictures_as_of INTEGER NOT NULL,
            part INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX product_sku ON product (sku) WHERE sku IS NOT NULL;
        CREATE INDEX product_barcode ON product (barcode) WHERE barcode IS NOT NULL;
        -- deleted: 1 by its own mark or a sweep, 2 together with its product.
        CREATE TABLE offer (
            id INTEGER PRIMARY KEY, product INTEGER, sku TEXT, barcode TEXT, name TEXT, unit TEXT,
            characteristics TEXT, properties TEXT, extra TEXT, deleted INTEGER, stream INTEGER, quantity TEXT,
            as_of INTEGER NOT NULL, quantity_as_of INTEGER NOT NULL, part INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX offer_product ON offer (product);
        CREATE INDEX offer_sku ON offer (sku) WHERE sku IS NOT NULL;
        CREATE INDEX offer_barcode ON offer (barcode) WHERE barcode IS NOT NULL;
        -- A price that was taken away stays as a row without a value, so that an older file can't bring it back.
        CREATE TABLE price (
            offer INTEGER NOT NULL, type INTEGER NOT NULL, currency TEXT, value TEXT, min_quantity TEXT, extra TEXT,
            as_of INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (offer, type)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE stock (
            offer INTEGER NOT NULL, warehouse INTEGER NOT NULL, quantity TEXT,
            as_of INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (offer, warehouse)
        ) STRICT, WITHOUT ROWID;

        -- Records whose product or offer is not there yet, as they were read.
        CREATE TABLE waiting (
            id INTEGER PRIMARY KEY, source INTEGER, kind INTEGER, ref INTEGER, ref2 INTEGER, section INTEGER,
            context TEXT, record BLOB, since INTEGER, rows TEXT, reported INTEGER, as_of INTEGER NOT NULL,
            part INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX waiting_ref ON waiting (ref);
        CREATE INDEX waiting_ref2 ON waiting (ref2) WHERE ref2 IS NOT NULL;
        CREATE INDEX waiting_part ON waiting (part);

        CREATE TABLE change (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, part INTEGER NOT NULL, kind TEXT NOT NULL, entity TEXT NOT NULL,
            ident INTEGER
        ) STRICT;
        CREATE TABLE undo (
            part INTEGER NOT NULL, n INTEGER NOT NULL, tbl INTEGER NOT NULL, id INTEGER NOT NULL, id2 INTEGER NOT NULL,
            image BLOB, PRIMARY KEY (part, n)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE reject (
            part INTEGER NOT NULL, n INTEGER NOT NULL, member TEXT NOT NULL, offset INTEGER NOT NULL,
            line INTEGER NOT NULL, kind TEXT NOT NULL, ext TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
            fragment TEXT NOT NULL, PRIMARY KEY (part, n)
        ) STRICT, WITHOUT ROWID;
        -- A sweep that waits for proof that its document was the whole truth; max_delete in parts of a million,
        -- NULL where an admin approved it.
        CREATE TABLE pending_sweep (
            stream INTEGER PRIMARY KEY, part INTEGER NOT NULL, as_of INTEGER NOT NULL, due_at INTEGER NOT NULL,
            max_delete INTEGER, seen BLOB NOT NULL
        ) STRICT;
        """

    private static let slices = """
        -- Slices that were wholly applied: id is stream << 40 | item / 64, slots as `SliceSlot` writes them.
        CREATE TABLE slice (id INTEGER PRIMARY KEY, slots BLOB NOT NULL) STRICT;
        -- What a slice stated, once for all that stated the same.
        CREATE TABLE shape (
            id INTEGER PRIMARY KEY, own INTEGER NOT NULL, pictures INTEGER NOT NULL, quantity INTEGER NOT NULL,
            all_prices INTEGER NOT NULL, all_stock INTEGER NOT NULL,
            prices INTEGER NOT NULL, no_prices INTEGER NOT NULL, stocks INTEGER NOT NULL, no_stocks INTEGER NOT NULL,
            price_keys TEXT NOT NULL, stock_keys TEXT NOT NULL,
            UNIQUE (own, pictures, quantity, all_prices, all_stock, prices, no_prices, stocks, no_stocks, price_keys, stock_keys)
        ) STRICT;
        CREATE TABLE shape_row (
            shape INTEGER NOT NULL, tbl INTEGER NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (shape, tbl, key)
        ) STRICT, WITHOUT ROWID;
        -- As-of of the last whole full: it confirms every slice of the stream that stands.
        ALTER TABLE stream ADD COLUMN confirmed INTEGER;
        -- Entities that the last file of this name held, first and last.
        ALTER TABLE stream_name ADD COLUMN first_item INTEGER;
        ALTER TABLE stream_name ADD COLUMN last_item INTEGER;
        -- The rows of a stream that are not marked deleted by themselves, for sweeps.
        CREATE INDEX product_live ON product (stream) WHERE coalesce(deleted, 0) <> 1;
        CREATE INDEX offer_live ON offer (stream) WHERE coalesce(deleted, 0) <> 1;
        DROP VIEW v1_product;
        DROP VIEW v1_offer;
        DROP VIEW v1_price;
        DROP VIEW v1_stock;
        \(entityViews(confirmed: true))
        """
}
