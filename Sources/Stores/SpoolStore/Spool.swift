// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import Records
package import SystemPackage

/// The spool: the only code that builds its paths and moves packages.
///
/// Layout: contract, "Spool". All operations are blocking file calls; a claim
/// or move by two processes at once is decided by the kernel's rename.
package struct Spool: Sendable {
    package let root: FilePath
    package let files: any FileSystem

    package init(root: FilePath, files: any FileSystem) {
        self.root = root
        self.files = files
    }

    // MARK: Paths

    package var partners: FilePath { root.appending("partners") }
    package var archive: FilePath { root.appending("archive") }
    package var tmp: FilePath { root.appending("tmp") }
    /// Loose pictures on their way into the media volume.
    var attachmentsRoot: FilePath { tmp.appending("attachments") }
    /// What each partner's volumes were marked with, kept beside the partners'
    /// folders because a mount can cover everything inside them.
    var knownMarks: FilePath { partners.appending(".volumes") }

    package func partner(_ name: String) -> FilePath { partners.appending(name) }
    package func input(_ partner: String) -> FilePath { self.partner(partner).appending("in") }
    package func output(_ partner: String) -> FilePath { self.partner(partner).appending("out") }
    package func receipts(_ partner: String) -> FilePath { self.partner(partner).appending("receipts") }
    /// Where a claim on a share waits for its copy.
    package func shareClaims(_ partner: String) -> FilePath { input(partner).appending(".claimed") }
    package func folder(_ state: SpoolState) -> FilePath { root.appending(state.rawValue) }
    package func folder(_ id: PackageID, _ state: SpoolState) -> FilePath {
        folder(state).appending(id.text)
    }
    /// Folder of the archive for one partner and day (UTC).
    package func archive(_ partner: String, day: Timestamp) -> FilePath {
        let civil = day.civil
        let two = { (value: Int) in (value < 10 ? "0" : "") + String(value) }
        return archive.appending(partner).appending(String(civil.year)).appending(two(civil.month))
            .appending(two(civil.day))
    }

    /// Bytes that the spool's volume still takes.
    package func freeBytes() throws(SpoolError) -> Int64 {
        try spooling { () throws(FileError) in try files.volume(root).freeBytes }
    }

    // MARK: Making

    /// Makes the folders of the spool that are missing.
    package func prepare() throws(SpoolError) {
        try spooling { () throws(FileError) in
            for folder in [partners, archive, tmp, attachmentsRoot, knownMarks]
                + SpoolState.allCases.map(folder)
            {
                try files.makeDirectories(folder, mode: 0o775)
            }
        }
    }
}
