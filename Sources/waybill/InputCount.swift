// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import SpoolStore
import SystemPackage

/// How much lies in an `in/` that no agent looks at: one lstat a name, no
/// file is opened.
struct InputCount {
    /// Files that an agent would look at, those not complete among them.
    private(set) var waiting = 0
    /// Temporary names, by rule.
    private(set) var ignored: [String: Int] = [:]

    /// Names of ours in an `in/`.
    private static let own: Set<String> = [".claimed", VolumeMark.fileName]

    /// An `in/` that is not there holds nothing.
    init(_ input: FilePath, _ files: any FileSystem) throws(FileError) {
        var open = [input]
        while let folder = open.popLast() {
            for name in try Self.names(folder, files) {
                if folder == input, Self.own.contains(name.string) { continue }
                if let rule = IgnoredNames.rule(for: name) {
                    ignored[rule, default: 0] += 1
                    continue
                }
                let path = folder.appending(name)
                switch try files.statusIfPresent(path)?.kind {
                case .folder: open.append(path)
                case .file: waiting += 1
                case .symbolicLink, .other, nil: break
                }
            }
        }
    }

    private static func names(_ folder: FilePath, _ files: any FileSystem) throws(FileError)
        -> [FilePath.Component]
    {
        do { return try files.list(folder) } catch {
            if error.isNotFound { return [] }
            throw error
        }
    }
}
