// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import SystemPackage

/// Why a spool operation did not happen.
package enum SpoolError: Error, Hashable, Sendable, CustomStringConvertible {
    case file(FileError)
    /// The drop is no longer in `in/`: its writer took it back, or another
    /// process was faster. Normal, not logged.
    case vanished(FilePath)
    /// A folder of that id exists already.
    case idTaken(String)
    /// No folder of that id in the state it was said to be in.
    case noSuchPackage(String)
    /// A copy across volumes came out with another size: tried again later.
    case copyDiffers(FilePath, expected: Int64, found: Int64)
    /// A partner's name that could not be a folder's name.
    case badPartnerName(String)
    /// A file of ours (`package.json`, a volume mark) that can't be read.
    case damaged(FilePath, detail: String)

    package var description: String {
        switch self {
        case .file(let error): error.description
        case .vanished(let path): "\(path) is no longer there"
        case .idTaken(let id): "a package folder \(id) exists already"
        case .noSuchPackage(let id): "no package folder \(id)"
        case .copyDiffers(let path, let expected, let found):
            "the copy of \(path) has \(found) bytes instead of \(expected)"
        case .badPartnerName(let name):
            "\"\(name)\" can't name a partner: use a-z, 0-9, dot, dash, underscore; start with a letter or digit"
        case .damaged(let path, let detail): "\(path) is damaged: \(detail)"
        }
    }

    /// The failed file operation, where that is the reason.
    package var fileError: FileError? {
        if case .file(let error) = self { error } else { nil }
    }
}

/// Runs file operations and gives their errors this store's type.
func spooling<Result>(_ work: () throws(FileError) -> Result) throws(SpoolError) -> Result {
    do { return try work() } catch { throw .file(error) }
}
