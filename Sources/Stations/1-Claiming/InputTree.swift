// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import SpoolStore
import SystemPackage

/// One walk over a partner's `in/`: what lies there, what is ignored, and
/// which file covers which. One lstat a name, no file is opened.
///
/// Symbolic links are not followed, other volumes not entered, folders deeper
/// than `depthLimit` not looked into.
struct InputTree {
    static let depthLimit = 32

    struct Cover: Hashable {
        var kind: CoverKind
        var path: FilePath
        var mark: DropMark
    }

    struct File {
        /// Relative to `in/`.
        var path: FilePath
        var elements: [String]
        var mark: DropMark
        var covers: [Cover] = []
        fileprivate var facts: NameBook.Facts
        var name: String { elements.last ?? "" }
    }

    struct Lonely {
        var path: FilePath
        var mark: DropMark
        var covered: String
    }

    private(set) var files: [File] = []
    /// Markers and manifests without their file.
    private(set) var lonely: [Lonely] = []
    private(set) var ignored: [String: Int] = [:]
    private(set) var ignoredFolders: [String] = []
    /// Two names in one folder that differ by letter case only: a Windows
    /// client sees one of them.
    private(set) var collisions: [(FilePath, FilePath)] = []
    /// Folders and names that could not be looked at.
    private(set) var failures: [(path: FilePath, error: FileError)] = []

    private let seam: any FileSystem
    private let root: FilePath
    private let device: UInt64

    /// - Throws: where `in/` itself can't be listed, or its volume went away.
    init(_ root: FilePath, _ seam: any FileSystem, _ book: inout NameBook) throws(FileError) {
        self.seam = seam
        self.root = root
        device = try seam.statusFollowingLinks(root).device
        var folders: [(path: FilePath, elements: [String])] = [(FilePath(root: nil, []), [])]
        while let folder = folders.popLast() {
            folders += try walk(folder.path, folder.elements, &book)
        }
    }

    /// Looks at one folder.
    /// - Returns: the folders in it that are to be walked.
    private mutating func walk(_ folder: FilePath, _ elements: [String], _ book: inout NameBook)
        throws(FileError) -> [(path: FilePath, elements: [String])]
    {
        let names: [FilePath.Component]
        do { names = try seam.list(root.pushing(folder)) } catch {
            if folder.isEmpty || error.isOffline { throw error }
            if !error.isNotFound { failures.append((folder, error)) }
            return []
        }
        var found: [File] = []
        var folders: [(path: FilePath, elements: [String])] = []
        var folded: [String: FilePath] = [:]
        for component in names {
            let name = component.string
            let facts = book.facts(of: name)
            if let rule = facts.rule {
                if !(folder.isEmpty && Self.own.contains(name)) { ignored[rule, default: 0] += 1 }
                continue
            }
            let path = folder.appending(component)
            let status: FileStatus
            do { status = try seam.status(root.pushing(path)) } catch {
                if error.isOffline { throw error }
                if !error.isNotFound { failures.append((path, error)) }
                continue
            }
            switch status.kind {
            case .symbolicLink: ignored["symbolic link", default: 0] += 1
            case .other: ignored["neither file nor folder", default: 0] += 1
            case .folder:
                if status.device != device {
                    ignore(folder: path, "folder on another volume")
                } else if elements.count + 1 > Self.depthLimit {
                    ignore(folder: path, "folder deeper than \(Self.depthLimit)")
                } else {
                    folders.append((path, elements + [name]))
                }
            case .file:
                found.append(
                    File(path: path, elements: elements + [name], mark: DropMark(status), facts: facts))
            }
            if status.kind == .file || status.kind == .folder {
                if let other = folded.updateValue(path, forKey: facts.folded) {
                    collisions.append((other, path))
                }
            }
        }
        pair(found)
        return folders.reversed()
    }

    /// Names of ours in `in/`.
    private static let own: Set<String> = [".claimed", VolumeMark.fileName]

    private mutating func ignore(folder: FilePath, _ rule: String) {
        ignored[rule, default: 0] += 1
        if ignoredFolders.count < IntakeLook.foldersShown { ignoredFolders.append(folder.string) }
    }

    /// Gives each marker and manifest of one folder to the file it covers.
    private mutating func pair(_ found: [File]) {
        var drops: [File] = []
        var covers: [(cover: Cover, covered: String)] = []
        for file in found {
            // A marker is empty; one with content is a drop.
            if let (kind, covered) = file.facts.cover, kind != .marker || file.mark.size == 0 {
                covers.append((Cover(kind: kind, path: file.path, mark: file.mark), covered))
            } else {
                drops.append(file)
            }
        }
        if !covers.isEmpty {
            var exact: [String: Int] = [:]
            var folded: [String: Int] = [:]
            for (index, file) in drops.enumerated() {
                exact[file.name] = index
                folded[file.facts.folded] = index
            }
            for (cover, covered) in covers {
                if let index = exact[covered] ?? folded[covered.lowercased()] {
                    drops[index].covers.append(cover)
                } else {
                    lonely.append(Lonely(path: cover.path, mark: cover.mark, covered: covered))
                }
            }
        }
        files += drops
    }
}
