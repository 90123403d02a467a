// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import SystemPackage

/// The lock of a root: who holds it may change the spool and the stores.
///
/// The agent holds it while it runs, a command without an agent for its own
/// time. The kernel lets it go when the process ends, however it ends.
package final class RootLock: Sendable {
    private let files: any FileSystem
    private let file: OpenFile

    private init(_ files: any FileSystem, _ file: OpenFile) {
        self.files = files
        self.file = file
    }

    deinit { files.closeAfterFailure(file) }

    /// - Parameter folder: the run folder; made where it is missing.
    /// - Returns: nil where another process holds it.
    package static func take(in folder: FilePath, files: any FileSystem) throws(FileError) -> RootLock? {
        try files.makeDirectories(folder, mode: 0o2770)
        let file = try files.open(folder.appending("waybill.lock"), .lockFile(mode: 0o660))
        do {
            if try files.lock(file, exclusive: true, wait: false) { return RootLock(files, file) }
        } catch {
            files.closeAfterFailure(file)
            throw error
        }
        files.closeAfterFailure(file)
        return nil
    }
}
