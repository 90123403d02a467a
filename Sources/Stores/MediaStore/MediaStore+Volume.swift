// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
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
    /// another one is offline until `adopt` (`waybill media adopt`).
    package var state: MediaVolumeState {
        do {
            _ = try onlineVolume()
            return .online
        } catch {
            return .offline(error.description)
        }
    }

    /// As `state`, for who only reads.
    ///
    /// - Parameter register: a connection to `media.db`; nil where there is
    ///   none yet, and any volume is the first one.
    package static func state(
        of volume: FilePath, register: Connection?, files: any FileSystem
    ) -> MediaVolumeState {
        do throws(MediaError) {
            var known: String?
            if let register {
                do { known = try knownVolume(register) } catch { throw .store(error) }
            }
            _ = try onlineVolume(MediaLayout(volume), known: known, files)
            return .online
        } catch { return .offline(error.description) }
    }

    /// Takes the volume that is mounted now as the known one: by an admin who
    /// has restored or replaced it.
    ///
    /// Rows of the volume before it stay; their blobs are expected on this
    /// one.
    package func adopt() throws(MediaError) { try remember(try Self.presentVolume(layout, files)) }

    /// The volume that is mounted now, known or never used before.
    func onlineVolume() throws(MediaError) -> VolumeFile {
        try Self.onlineVolume(layout, known: try knownVolume(), files)
    }

    private static func onlineVolume(
        _ layout: MediaLayout, known: String?, _ files: any FileSystem
    ) throws(MediaError) -> VolumeFile {
        let found = try presentVolume(layout, files)
        if let known, known != found.uuid {
            throw .offline(
                "another media volume is mounted at \(layout.volume): \(found.uuid) instead of \(known); "
                    + "mount the right one, or accept this one: `waybill media adopt`")
        }
        return found
    }

    /// UUID of the volume in use, nil before the first use.
    func knownVolume() throws(MediaError) -> String? { try read { try Self.knownVolume($0) } }

    private static func knownVolume(_ connection: Connection) throws(StoreError) -> String? {
        try connection.row("SELECT value FROM meta WHERE key = 'volume'")?.text(0)
    }

    func remember(_ volume: VolumeFile) throws(MediaError) {
        try write { connection in
            try connection.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES ('volume', ?)", [.text(volume.uuid)])
        }
    }

    private static func presentVolume(
        _ layout: MediaLayout, _ files: any FileSystem
    ) throws(MediaError) -> VolumeFile {
        let found: VolumeFile?
        do { found = try VolumeFile.read(layout, files) } catch {
            if error.errno == EBADMSG {
                throw .offline(
                    "\(layout.mark) is damaged; restore it from a backup, or remove it, run `waybill init` "
                        + "and then `waybill media adopt`")
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
