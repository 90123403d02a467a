// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import Records
package import SystemPackage

/// The place of the stage files: `stage-<package>.db` beside the store.
package struct StageFolder: Sendable {
    package let root: FilePath
    private let files: any FileSystem

    package init(_ root: FilePath, files: any FileSystem) {
        self.root = root
        self.files = files
    }

    package func path(of package: PackageID) -> String { root.appending("stage-\(package).db").string }

    /// Stage files that are there, by their package; whatever else has such a
    /// name stands in nobody's way.
    package func list() throws(FileError) -> [PackageID] {
        var found: [PackageID] = []
        for name in try files.list(root).map(\.string) {
            guard name.hasPrefix("stage-"), name.hasSuffix(".db") else { continue }
            if let id = PackageID(String(name.dropFirst(6).dropLast(3))) { found.append(id) }
        }
        return found
    }

    /// Removes a package's stage file; it may be gone already.
    package func remove(_ package: PackageID) throws(FileError) {
        let path = FilePath(path(of: package))
        guard try files.statusIfPresent(path) != nil else { return }
        try files.unlink(path)
    }

    /// Room on the store's volume, bytes.
    package func freeBytes() throws(FileError) -> Int64 { try files.volume(root).freeBytes }
}
