// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records
package import SystemPackage

/// What lies in the spool, for recovery: facts only.
package struct Inventory: Hashable, Sendable {
    package struct Folder: Hashable, Sendable {
        package var id: PackageID
        package var state: SpoolState
        package var hasPayload: Bool

        package init(id: PackageID, state: SpoolState, hasPayload: Bool) {
            self.id = id
            self.state = state
            self.hasPayload = hasPayload
        }
    }

    package var folders: [Folder]
    /// Ids with a file in some `in/.claimed/`.
    package var shareClaims: Set<PackageID>
    /// Of the ids asked for: those whose payload lies in the archive.
    package var archived: Set<PackageID>
    /// Partners that are offline: their share claims can't be seen, and
    /// nothing of theirs is reported lost.
    package var offline: Set<String>

    package init(
        folders: [Folder] = [], shareClaims: Set<PackageID> = [], archived: Set<PackageID> = [],
        offline: Set<String> = []
    ) {
        self.folders = folders
        self.shareClaims = shareClaims
        self.archived = archived
        self.offline = offline
    }
}

/// A file in `in/.claimed/` of a share.
package struct ShareClaim: Hashable, Sendable {
    package var id: PackageID
    package var partner: String
    package var file: FilePath
    /// The safe name after the id.
    package var payload: String
}
