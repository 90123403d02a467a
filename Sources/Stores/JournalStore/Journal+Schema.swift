// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

extension Journal {
    /// Steps of `journal.db`; small rows only.
    static let migrations = [
        Migration(
            "1-packages",
            """
            CREATE TABLE package (
                id TEXT PRIMARY KEY, exchange TEXT NOT NULL, partner TEXT NOT NULL, name TEXT NOT NULL,
                path TEXT NOT NULL, size INTEGER NOT NULL, received_at INTEGER NOT NULL, outcome TEXT NOT NULL,
                sha256 TEXT, hash TEXT, dialect TEXT NOT NULL, lane TEXT, scope TEXT, as_of INTEGER,
                reason TEXT NOT NULL, cure TEXT NOT NULL, counts TEXT NOT NULL, rejects INTEGER NOT NULL,
                applied_at INTEGER, ended_at INTEGER, attempts INTEGER NOT NULL, next_try INTEGER,
                approved INTEGER NOT NULL, as_of_now INTEGER NOT NULL, by_hand INTEGER NOT NULL,
                archive_path TEXT, expired_at INTEGER, without_deletes INTEGER NOT NULL, held_by TEXT,
                changed_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX package_open ON package (outcome, id)
                WHERE outcome IN ('claimed', 'waiting', 'staged', 'deferred', 'held', 'quarantined');
            CREATE INDEX package_unfinished ON package (id) WHERE archive_path IS NULL;
            CREATE INDEX package_exchange ON package (exchange, id);
            CREATE INDEX package_partner ON package (partner, name, id);
            CREATE TABLE exchange (
                id TEXT PRIMARY KEY, partner TEXT NOT NULL, key TEXT NOT NULL, opened_at INTEGER NOT NULL,
                last_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX exchange_key ON exchange (partner, key, last_at);
            CREATE TABLE alarm (
                seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, partner TEXT NOT NULL,
                kind TEXT NOT NULL, text TEXT NOT NULL, cleared_at INTEGER
            ) STRICT;
            CREATE TABLE audit (
                seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL,
                command TEXT NOT NULL, package TEXT, before TEXT, after TEXT
            ) STRICT;
            CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
            CREATE VIEW v1_package AS
            SELECT partner AS source, id, id AS package,
                strftime('%Y-%m-%dT%H:%M:%S', changed_at / 1000, 'unixepoch') || printf('.%03dZ', changed_at % 1000)
                    AS changed_at,
                strftime('%Y-%m-%dT%H:%M:%S', as_of / 1000, 'unixepoch') || printf('.%03dZ', as_of % 1000) AS as_of,
                json_object('path', path, 'size', size, 'attempts', attempts, 'rejects', rejects, 'cure', cure,
                    'archive', archive_path) AS extra,
                exchange, partner, name, sha256, dialect, lane, scope AS kind, outcome, reason, counts,
                strftime('%Y-%m-%dT%H:%M:%S', received_at / 1000, 'unixepoch') || printf('.%03dZ', received_at % 1000)
                    AS received_at,
                strftime('%Y-%m-%dT%H:%M:%S', applied_at / 1000, 'unixepoch') || printf('.%03dZ', applied_at % 1000)
                    AS applied_at
            FROM package;
            """)
    ]
}
