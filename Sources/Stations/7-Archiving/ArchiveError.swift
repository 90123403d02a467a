// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import Records
package import SystemPackage

/// Why a package could not be archived, checked, restored or removed.
package enum ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    case file(FileError)
    /// The payload lies neither in the package's folder nor in the archive.
    case payloadGone(PackageID)
    /// A folder, link or device stands where a plain file is expected.
    case notAFile(FilePath)
    /// Another file has the archive name already.
    case conflict(FilePath)
    /// The file changed while it was read or copied.
    case changed(FilePath)
    /// The bytes are not those that were archived.
    case damaged(FilePath, expected: String, found: String)
    case exists(FilePath)
    /// Another clean-up is at work.
    case locked(FilePath)
    /// The archive holds nothing although packages lie in it by the journal:
    /// a volume that is not mounted looks like this.
    case emptyArchive(FilePath)
    /// A name or path that must not be used below `archive/`.
    case badPath(String)
    /// The journal could not be read or written, in its own words.
    case journal(String)

    package var disposition: Disposition {
        switch self {
        case .file(let error): error.isFull || error.isReadOnly ? .halt : .retry
        case .changed, .locked, .journal: .retry
        case .payloadGone, .notAFile, .conflict, .damaged, .exists, .badPath: .quarantine
        case .emptyArchive: .halt
        }
    }

    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .payloadGone(let id):
            "the file of package \(id) is neither in its folder nor in the archive; look for it in a backup"
        case .notAFile(let path): "\(path) is no plain file: take it away by hand"
        case .conflict(let path): "\(path) is there already with other content: move one of the two away"
        case .changed(let path): "\(path) changed while it was archived; tried again later"
        case .damaged(let path, let expected, let found):
            "\(path) has SHA-256 \(found), archived was \(expected): the file was changed, or the disk fails"
        case .exists(let path): "\(path) exists: choose another folder or move it away"
        case .locked(let path): "another clean-up holds \(path); try again later"
        case .emptyArchive(let path):
            "\(path) holds no partner's folder although packages were archived: is its volume mounted?"
        case .badPath(let text): "\(text) is no place below archive/"
        case .journal(let text): "the journal could not be used: \(text)"
        }
    }
}

/// Runs file operations; their errors become `ArchiveError.file`.
func filing<Result>(_ work: () throws(FileError) -> Result) throws(ArchiveError) -> Result {
    do { return try work() } catch { throw .file(error) }
}
