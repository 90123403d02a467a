// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases

extension MediaStore {
    /// Steps of `media.db`.
    ///
    /// The hash is part of a delivery's key: a ZIP may hold one name twice,
    /// and neither content is lost.
    static let migrations = [
        Migration(
            "1-blobs",
            """
            CREATE TABLE blob (
                sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE delivered (
                seq INTEGER PRIMARY KEY AUTOINCREMENT, partner TEXT NOT NULL, path TEXT NOT NULL,
                sha256 TEXT NOT NULL, package TEXT NOT NULL, exchange TEXT NOT NULL, size INTEGER NOT NULL,
                at INTEGER NOT NULL,
                UNIQUE (partner, path, package, sha256)
            ) STRICT;
            CREATE INDEX delivered_blob ON delivered (sha256);
            CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
            """)
    ]
}
