// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import SystemPackage

/// Tries out what a file system can do, in a folder of ours.
///
/// The names of file systems do not tell: ext4 can fold cases, and what a
/// share can do is up to its server.
enum VolumeProbe {
    static func isCaseSensitive(_ folder: FilePath, _ files: any FileSystem) throws(FileError) -> Bool {
        try withFile(folder, files) { _ throws(FileError) -> Bool in
            try files.statusIfPresent(folder.appending("PROBE")) == nil
        }
    }

    static func hasHardLinks(_ folder: FilePath, _ files: any FileSystem) throws(FileError) -> Bool {
        try withFile(folder, files) { file throws(FileError) -> Bool in
            let second = folder.appending("probe-link")
            try files.unlinkIfPresent(second)
            do throws(FileError) { try files.link(file, second) } catch {
                if isUnsupported(error) { return false }
                throw error
            }
            // Some shares copy where they can't link.
            let isOneFile = try files.status(second).links > 1
            try files.unlinkIfPresent(second)
            return isOneFile
        }
    }

    static func keepsModes(_ folder: FilePath, _ files: any FileSystem) throws(FileError) -> Bool {
        try withFile(folder, files) { file throws(FileError) -> Bool in
            do throws(FileError) { try files.setMode(file, 0o444) } catch {
                if isUnsupported(error) { return false }
                throw error
            }
            return try files.status(file).mode & 0o777 == 0o444
        }
    }

    private static func isUnsupported(_ error: FileError) -> Bool {
        switch error.errno {
        case EPERM, ENOTSUP, ENOSYS, EINVAL, EMLINK: true
        default: false
        }
    }

    /// Makes `probe` for the time of `work`.
    private static func withFile(
        _ folder: FilePath, _ files: any FileSystem, _ work: (FilePath) throws(FileError) -> Bool
    ) throws(FileError) -> Bool {
        let file = folder.appending("probe")
        try files.unlinkIfPresent(file)
        try files.withFile(file, .create(mode: 0o600)) { _ throws(FileError) in }
        let answer = try work(file)
        try files.unlinkIfPresent(file)
        return answer
    }
}
