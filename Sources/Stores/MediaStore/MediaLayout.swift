// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// The names on a media volume: the only code that builds them.
///
/// Layout: contract, "Media volume".
package struct MediaLayout: Hashable, Sendable {
    package let volume: FilePath

    package init(_ volume: FilePath) { self.volume = volume }

    /// What belongs to Waybill alone.
    package var own: FilePath { volume.appending(".waybill") }
    /// Tells the volume from an empty mount point and from another volume.
    package var mark: FilePath { own.appending("volume.json") }
    package var blobs: FilePath { own.appending("blobs") }
    /// Files that are being written; what a crash leaves here is swept.
    package var tmp: FilePath { own.appending("tmp") }
    package var trash: FilePath { own.appending("trash") }
    /// Blobs found damaged.
    package var quarantine: FilePath { own.appending("quarantine") }
    /// Where a partner may put pictures itself.
    package var originals: FilePath { volume.appending("originals") }
    package var links: FilePath { volume.appending("links") }
    package var renditions: FilePath { volume.appending("renditions") }
    package var views: FilePath { volume.appending("views") }

    /// Every folder, those above first.
    var folders: [FilePath] {
        [own, blobs, tmp, trash, quarantine, originals, links, renditions, views]
    }

    /// The folders above a blob, the outer one first: `blobs/ab`,
    /// `blobs/ab/cd`.
    func folders(of sha256: String) -> (outer: FilePath, inner: FilePath) {
        let outer = blobs.appending(String(sha256.prefix(2)))
        return (outer, outer.appending(String(sha256.dropFirst(2).prefix(2))))
    }

    /// Where the bytes with this SHA-256 (64 hexadecimal digits) lie.
    package func blob(_ sha256: String) -> FilePath { folders(of: sha256).inner.appending(sha256) }
}
