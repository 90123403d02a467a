// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
package import SystemPackage

/// What lies below a folder, as sorted text for comparison.
package enum Listing {
    /// One line a name: folders with `/`, files with their size or, where
    /// `contents` says so, with their text; links with what they are.
    ///
    /// - Parameter contents: asked with the path relative to `root`.
    package static func tree(
        _ root: FilePath, contents: (String) -> Bool = { _ in false }
    ) throws -> String {
        var lines: [String] = []
        try walk(root, "", contents, &lines)
        return lines.map { $0 + "\n" }.joined()
    }

    /// Paths of all files below a folder, sorted, relative to it.
    package static func files(_ root: FilePath) throws -> [String] {
        try tree(root).split(separator: "\n").filter { !$0.hasSuffix("/") }
            .map { line in String(line.prefix { $0 != "\t" }) }
    }

    private static func walk(
        _ folder: FilePath, _ prefix: String, _ contents: (String) -> Bool, _ lines: inout [String]
    ) throws {
        let files = RealFileSystem()
        for name in try files.list(folder) {
            let path = folder.appending(name)
            let shown = prefix + name.string
            let status = try files.status(path)
            switch status.kind {
            case .folder:
                lines.append(shown + "/")
                try walk(path, shown + "/", contents, &lines)
            case .file where contents(shown):
                let text = String(decoding: try files.readAll(path), as: UTF8.self)
                lines.append("\(shown)\t\(text)")
            case .file: lines.append("\(shown)\t\(status.size)")
            case .symbolicLink: lines.append("\(shown)\tlink")
            case .other: lines.append("\(shown)\tother")
            }
        }
    }
}
