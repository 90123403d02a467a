// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Databases
package import Files
import Glibc
package import SystemPackage

extension MediaStore {
    /// Makes the folders and the mark that are missing; what is there stays.
    ///
    /// The mark comes last: a volume that has one has its folders too.
    /// - Throws: EBADMSG where the mark is there and damaged.
    package static func prepareVolume(_ volume: FilePath, files: any FileSystem) throws(FileError) {
        let layout = MediaLayout(volume)
        for folder in layout.folders { try files.makeDirectories(folder, mode: 0o775) }
        if try VolumeFile.read(layout, files) == nil {
            try files.syncDirectory(volume)
            try VolumeFile.make(layout, files)
        }
    }

    /// Whether the volume can be used now: asked anew each time.
    ///
    /// The first volume that keeps a file is the known one from then on;
    /// another one is offline until `adopt`.
    package var state: MediaVolumeState {
        do {
            _ = try onlineVolume()
            return .online
        } catch {
            return .offline(error.description)
        }
    }

    /// Takes the volume that is mounted now as the known one: by an admin who
    /// has restored or replaced it.
    ///
    /// Rows of the volume before it stay; their blobs are expected on this
    /// one.
    package func adopt() throws(MediaError) { try remember(try presentVolume()) }

    /// The volume that is mounted now, known or never used before.
    func onlineVolume() throws(MediaError) -> VolumeFile {
        let found = try presentVolume()
        if let known = try knownVolume(), known != found.uuid {
            throw .offline(
                "another media volume is mounted at \(layout.volume): \(found.uuid) instead of \(known); "
                    + "mount the right one, or tell Waybill to adopt this one")
        }
        return found
    }

    /// UUID of the volume in use, nil before the first use.
    func knownVolume() throws(MediaError) -> String? {
        try read { try $0.row("SELECT value FROM meta WHERE key = 'volume'")?.text(0) }
    }

    func remember(_ volume: VolumeFile) throws(MediaError) {
        try write { connection in
            try connection.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES ('volume', ?)", [.text(volume.uuid)])
        }
    }

    private func presentVolume() throws(MediaError) -> VolumeFile {
        let found: VolumeFile?
        do { found = try VolumeFile.read(layout, files) } catch {
            if error.errno == EBADMSG {
                throw .offline(
                    "\(layout.mark) is damaged; restore it from a backup, or remove it, run `waybill init` "
                        + "and adopt the volume")
            }
            throw .offline(error.description)
        }
        guard let found else {
            throw .offline(
                "the media volume is not there: no \(layout.mark); mount it, or run `waybill init` for a new one"
            )
        }
        return found
    }
}
