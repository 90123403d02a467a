// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Archiving
import CatalogueStore
import Databases
import Files
import JournalStore
import MediaStore
import Reading
import Settings
import SpoolStore
import SystemPackage

/// Opens what the engine works with. The caller holds the root's lock.
enum Assembly {
    static func house(_ loaded: LoadedSettings, _ layout: RootLayout) throws -> House {
        let files = RealFileSystem()
        let settings = loaded.settings
        let spool = Spool(root: loaded.spool, files: files)
        try spool.prepare()
        try files.makeDirectories(loaded.store, mode: 0o2750)
        keepTemporaryFiles(in: loaded.store.string)
        var options = StoreOptions()
        if let group = settings.store.group {
            options.group = group.name
            try files.setOwner(loaded.store, user: nil, group: group.id)
            // After chown, which clears setgid.
            try files.setMode(loaded.store, 0o2750)
        }
        func database(_ name: String) -> String { loaded.store.appending(name).string }
        let journal = try Journal(path: database("journal.db"), options: options)
        let media = try MediaStore(
            volume: loaded.media, database: database("media.db"), options: options, files: files)
        let secret = try journal.secret { (0..<32).map { _ in UInt8.random(in: 0...255) } }
        return House(
            settings: settings,
            reload: { try SettingsLoader.load(layout, files: RealFileSystem()).settings }, spool: spool,
            journal: journal,
            catalogue: try CatalogueStore(path: database("catalogue.db"), options: options),
            stages: StageFolder(loaded.store, files: files), media: media,
            desk: ReadingDesk(files: files, secret: secret),
            archiver: Archiver(files: files, archive: spool.archive),
            retention: Retention(files: files, archive: spool.archive), receipts: ReceiptWriter(files: files))
    }
}
