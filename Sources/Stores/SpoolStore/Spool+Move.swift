// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
package import Records
package import SystemPackage

/// A package's folder as it lies in the spool.
package struct PackageFolder: Hashable, Sendable {
    package var id: PackageID
    package var state: SpoolState
    package var folder: FilePath
    /// Nil where `package.json` is missing or unreadable.
    package var note: PackageNote?
    /// The payload's name, nil where the folder holds none.
    package var payload: String?
    /// Bytes of the payload, 0 where there is none.
    package var size: Int64

    package var file: FilePath? { payload.map { folder.appending($0) } }
}

extension Spool {
    /// Moves a package's folder to another state by one rename and syncs both
    /// folders above it. Already there: nothing happens.
    /// - Parameter reason: plain words for `reason.txt`, written before the
    ///   move; nil removes an old one.
    /// - Throws: `noSuchPackage` where it lies neither here nor there.
    package func move(_ id: PackageID, from: SpoolState, to: SpoolState, reason: String? = nil)
        throws(SpoolError)
    {
        let source = folder(id, from)
        let target = folder(id, to)
        let here = try spooling { () throws(FileError) in try files.exists(source) }
        if !here {
            guard try spooling({ () throws(FileError) in try files.exists(target) }) else {
                throw .noSuchPackage(id.text)
            }
            try writeReason(reason, in: target)
            return
        }
        try writeReason(reason, in: source)
        guard from != to else { return }
        try spooling { () throws(FileError) in
            try files.renameNoReplace(source, target)
            try files.syncDirectory(folder(to))
            try files.syncDirectory(folder(from))
        }
    }

    private func writeReason(_ reason: String?, in folder: FilePath) throws(SpoolError) {
        let path = folder.appending("reason.txt")
        try spooling { () throws(FileError) in
            if let reason {
                let text = reason.hasSuffix("\n") ? reason : reason + "\n"
                try files.atomicWriteUnsynced(path, Array(text.utf8), mode: 0o664)
            } else {
                try files.unlinkIfPresent(path)
            }
        }
    }

    /// Writes `package.json` anew.
    package func write(_ note: PackageNote, state: SpoolState) throws(SpoolError) {
        try spooling { () throws(FileError) in
            try files.atomicWriteUnsynced(
                folder(note.id, state).appending("package.json"), note.encoded, mode: 0o660)
        }
    }

    /// The state whose folder holds this package, nil where none does.
    package func locate(_ id: PackageID) throws(SpoolError) -> SpoolState? {
        try spooling { () throws(FileError) in
            for state in SpoolState.allCases where try files.exists(folder(id, state)) { return state }
            return nil
        }
    }

    /// A package's payload under the name that its claim gave it, found
    /// without its note; nil where it has another one, or lies elsewhere.
    package func payload(_ id: PackageID, _ state: SpoolState, original: FilePath) throws(SpoolError)
        -> FilePath?
    {
        let file = folder(id, state).appending(SafeName.make(original))
        let status = try spooling { () throws(FileError) in try files.statusIfPresent(file) }
        return status?.kind == .file ? file : nil
    }

    /// One package's folder, nil where it is not in this state.
    package func package(_ id: PackageID, _ state: SpoolState) throws(SpoolError) -> PackageFolder? {
        let path = folder(id, state)
        guard try spooling({ () throws(FileError) in try files.exists(path) }) else { return nil }
        return try read(id, state)
    }

    /// All package folders of one state, oldest id first.
    package func packages(_ state: SpoolState) throws(SpoolError) -> [PackageFolder] {
        var found: [PackageFolder] = []
        let names = try spooling { () throws(FileError) in try files.list(folder(state)) }
        for name in names {
            guard let id = PackageID(name.string) else { continue }
            found.append(try read(id, state))
        }
        return found
    }

    private func read(_ id: PackageID, _ state: SpoolState) throws(SpoolError) -> PackageFolder {
        let path = folder(id, state)
        let note = try readNote(path)
        let payload = try payload(in: path, note: note)
        return PackageFolder(
            id: id, state: state, folder: path, note: note, payload: payload?.name, size: payload?.size ?? 0)
    }

    /// The file the note names; where there is none of that name, or no note,
    /// the largest that is not ours and no marker.
    private func payload(in folder: FilePath, note: PackageNote?) throws(SpoolError) -> (
        name: String, size: Int64
    )? {
        try spooling { () throws(FileError) -> (name: String, size: Int64)? in
            if let note, let status = try files.statusIfPresent(folder.appending(note.payload)) {
                return (note.payload, status.size)
            }
            var best: (name: String, size: Int64)?
            let names: [FilePath.Component]
            do throws(FileError) { names = try files.list(folder) } catch {
                if error.isNotFound { return nil }
                throw error
            }
            for name in names where !SafeName.reserved.contains(name.string) {
                guard !name.string.hasPrefix("."), note?.companions.contains(name.string) != true,
                    let status = try files.statusIfPresent(folder.appending(name)), status.kind == .file
                else { continue }
                if best.map({ status.size > $0.size }) ?? true { best = (name.string, status.size) }
            }
            return best
        }
    }

    /// `package.json` of a folder; nil where it is missing or no note of ours.
    func readNote(_ folder: FilePath) throws(SpoolError) -> PackageNote? {
        do {
            return PackageNote(
                decoding: try files.readAll(folder.appending("package.json"), limit: 1 << 20))
        } catch {
            if error.isNotFound { return nil }
            throw .file(error)
        }
    }

    /// Removes a package's folder that holds no payload: notes, markers and
    /// leftovers of copies.
    ///
    /// - Throws: ENOTEMPTY where it holds anything else; that stays.
    package func removeFolder(_ id: PackageID, _ state: SpoolState) throws(SpoolError) {
        let path = folder(id, state)
        let note = try readNote(path)
        try spooling { () throws(FileError) in
            for name in note?.companions ?? [] { try files.unlinkIfPresent(path.appending(name)) }
            try removeEmptyFolder(path)
        }
    }
}
