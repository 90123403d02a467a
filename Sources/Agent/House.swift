// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Archiving
package import CatalogueStore
package import JournalStore
package import MediaStore
package import Reading
package import Settings
package import SpoolStore

/// What the engine works with: stores and stations, opened by the roof under
/// the root's lock.
package struct House: Sendable {
    package var settings: Settings
    /// Reads the configuration anew.
    package var reload: @Sendable () throws -> Settings
    package var spool: Spool
    package var journal: Journal
    package var catalogue: CatalogueStore
    package var media: MediaStore
    package var desk: ReadingDesk
    package var archiver: Archiver
    package var retention: Retention
    package var receipts: ReceiptWriter
    package var moments: Moments
    /// Where fulls lie until they go live.
    package var stages: StageFolder
    /// Bytes from which on a full is staged rather than applied at once.
    package var stageFrom: Int64 = 4 << 20

    package init(
        settings: Settings, reload: @escaping @Sendable () throws -> Settings, spool: Spool, journal: Journal,
        catalogue: CatalogueStore, stages: StageFolder, media: MediaStore,
        desk: ReadingDesk, archiver: Archiver, retention: Retention, receipts: ReceiptWriter,
        moments: Moments = .system
    ) {
        self.settings = settings
        self.reload = reload
        self.spool = spool
        self.journal = journal
        self.catalogue = catalogue
        self.stages = stages
        self.media = media
        self.desk = desk
        self.archiver = archiver
        self.retention = retention
        self.receipts = receipts
        self.moments = moments
    }
}
