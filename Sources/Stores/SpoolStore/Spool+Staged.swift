// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Records
package import SystemPackage

/// Files given by hand: copied into `tmp/` first, made packages by a rename.
extension Spool {
    /// Copies a file from anywhere into `tmp/`, for `importStaged`.
    /// - Parameter name: unique among those at work.
    package func stage(_ source: FilePath, name: String) throws(SpoolError) -> FilePath {
        let target = tmp.appending(name)
        try spooling { () throws(FileError) in _ = try files.copy(source, target, mode: 0o660) }
        return target
    }

    /// Makes a package or an attachment of a file in `tmp/`, by a rename.
    ///
    /// A crash in between leaves the file in `tmp/` or the package whole.
    package func importStaged(_ staged: FilePath, note: PackageNote) throws(SpoolError) -> ClaimedFile {
        var note = note
        note.payload = SafeName.make(note.original)
        let target = claimFolder(note)
        do { try files.makeDirectory(target, mode: 0o770) } catch {
            throw error.errno == 17 ? .idTaken(note.id.text) : .file(error)
        }
        let file = target.appending(note.payload)
        do {
            return try spooling { () throws(FileError) in
                let status = try files.status(staged)
                note.size = status.size
                note.modified = status.modified
                try files.atomicWriteUnsynced(target.appending("package.json"), note.encoded, mode: 0o660)
                try files.rename(staged, file)
                try files.syncDirectory(target)
                try files.syncDirectory(target.removingLastComponent())
                return ClaimedFile(note: note, file: file, status: try files.status(file))
            }
        } catch {
            // Best effort: recovery removes what is left.
            do { try removeEmptyFolder(target) } catch {}
            throw error
        }
    }

    /// A name in `tmp/` as a command gives it; nothing outside `tmp/`.
    /// - Throws: `vanished` where it lies elsewhere or is gone.
    package func stagedFile(_ text: String) throws(SpoolError) -> FilePath {
        let path = FilePath(text)
        guard path.removingLastComponent() == tmp, path.lastComponent?.kind == .regular,
            try spooling({ () throws(FileError) in try files.statusIfPresent(path) })?.kind == .file
        else { throw .vanished(path) }
        return path
    }

    /// Removes a file that no command took; one that was taken is not there.
    package func removeStaged(_ text: String) throws(SpoolError) {
        let file: FilePath
        do { file = try stagedFile(text) } catch {
            if case .vanished = error { return }
            throw error
        }
        try spooling { () throws(FileError) in try files.unlinkIfPresent(file) }
    }

    /// The first 512 bytes of a file, to tell its kind.
    package func head(_ file: FilePath) throws(SpoolError) -> [UInt8] {
        try spooling { () throws(FileError) in
            try files.withFile(file, .read) { open throws(FileError) in
                var bytes = [UInt8](repeating: 0, count: 512)
                let count = try files.read(open, at: 0, into: &bytes)
                return Array(bytes.prefix(count))
            }
        }
    }

    /// A path as somebody typed it, below a folder; nil where it lies
    /// elsewhere.
    package static func relative(_ text: String, below folder: FilePath) -> FilePath? {
        var path = FilePath(text).lexicallyNormalized()
        guard path.starts(with: folder), path != folder else { return nil }
        guard path.removePrefix(folder) else { return nil }
        return path
    }

    /// A name as somebody gave it, without a root and without `..`.
    package static func plainName(_ text: String) -> FilePath {
        var path = FilePath(root: nil, [])
        for component in FilePath(text).components where component.kind == .regular { path.append(component) }
        return path.isEmpty ? FilePath("file") : path
    }
}
