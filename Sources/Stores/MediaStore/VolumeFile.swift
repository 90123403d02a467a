// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import Glibc
import SystemPackage

/// The content of `.waybill/volume.json`: which volume this is, and what its
/// file system can do.
struct VolumeFile: Codable, Hashable, Sendable {
    /// Lower case.
    let uuid: String
    /// As `VolumeStatus.type`: `ext4`, `nfs`, `cifs`, …
    var type: String
    /// `a` and `A` are two names.
    var caseSensitive: Bool
    /// One file can have several names.
    var hardLinks: Bool
    /// Permission bits are kept as they are set.
    var modes: Bool

    enum CodingKeys: String, CodingKey {
        case uuid, type, modes
        case caseSensitive = "case_sensitive"
        case hardLinks = "hard_links"
    }

    /// Nil where there is none.
    /// - Throws: EBADMSG for a file that is not one of ours.
    static func read(_ layout: MediaLayout, _ files: any FileSystem) throws(FileError) -> VolumeFile? {
        let bytes: [UInt8]
        do { bytes = try files.readAll(layout.mark, limit: 65_536) } catch {
            if error.isNotFound { return nil }
            throw error
        }
        do {
            let found = try JSONDecoder().decode(VolumeFile.self, from: Data(bytes))
            if !found.uuid.isEmpty { return found }
        } catch {
            throw FileError(call: "read", path: layout.mark, errno: EBADMSG)
        }
        throw FileError(call: "read", path: layout.mark, errno: EBADMSG)
    }

    /// Makes the mark; the folders must be there.
    static func make(_ layout: MediaLayout, _ files: any FileSystem) throws(FileError) {
        let found = VolumeFile(
            uuid: UUID().uuidString.lowercased(), type: try files.volume(layout.own).type,
            caseSensitive: try VolumeProbe.isCaseSensitive(layout.tmp, files),
            hardLinks: try VolumeProbe.hasHardLinks(layout.tmp, files),
            modes: try VolumeProbe.keepsModes(layout.tmp, files))
        try files.atomicWrite(layout.mark, found.text, mode: 0o644)
    }

    /// The file's bytes, keys sorted, for people too.
    private var text: [UInt8] {
        Array(
            """
            {
              "case_sensitive": \(caseSensitive),
              "hard_links": \(hardLinks),
              "modes": \(modes),
              "type": "\(type)",
              "uuid": "\(uuid)"
            }

            """.utf8)
    }
}
