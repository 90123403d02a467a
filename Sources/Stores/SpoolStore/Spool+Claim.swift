// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import Records
package import SystemPackage

/// A claimed file in its package's folder.
package struct ClaimedFile: Hashable, Sendable {
    package var note: PackageNote
    /// The payload inside the spool.
    package var file: FilePath
    /// The payload as it lies there now.
    package var status: FileStatus
}

extension Spool {
    /// Where a claimed package or attachment gets its folder.
    func claimFolder(_ note: PackageNote) -> FilePath {
        switch note.kind {
        case .package: folder(note.id, .claimed)
        case .attachment: attachmentsRoot.appending(note.id.text)
        }
    }

    /// Takes a drop out of `in/`, with the marker or manifest files that cover
    /// it.
    ///
    /// The folder and `package.json` come first (unsynced, they can be made
    /// again), then the payload by one rename; across volumes by one rename
    /// inside the share, a synced copy and an unlink. A crash in between is
    /// finished by recovery (docs/crash-states.md). Several claims share one
    /// `syncClaims`.
    /// - Parameters:
    ///   - note: `original` and `partner` say which file; its `payload`,
    ///     `companions` and `size` are set here.
    ///   - companions: relative to `in/`; one that is gone is left out.
    /// - Throws: `SpoolError.vanished` where the file is gone (normal).
    package func claim(_ note: PackageNote, companions: [FilePath] = []) throws(SpoolError) -> ClaimedFile {
        var note = note
        note.payload = SafeName.make(note.original)
        let source = input(note.partner).pushing(note.original)
        let target = claimFolder(note)
        let before = try present(source)
        note.size = before.size
        note.modified = before.modified
        note.companions = companionNames(companions, besides: note.payload)
        do { try files.makeDirectory(target, mode: 0o770) } catch {
            throw error.errno == 17 ? .idTaken(note.id.text) : .file(error)
        }
        do {
            try spooling { () throws(FileError) in
                try files.atomicWriteUnsynced(target.appending("package.json"), note.encoded, mode: 0o660)
            }
            try take(source, note: note, into: target)
        } catch {
            try giveUp(target, note: note, source: source)
            throw error
        }
        for (path, name) in zip(companions, note.companions) {
            try takeCompanion(input(note.partner).pushing(path), target.appending(name))
        }
        let file = target.appending(note.payload)
        return try spooling { () throws(FileError) in
            ClaimedFile(note: note, file: file, status: try files.status(file))
        }
    }

    /// Syncs claims, ahead of their rows: one alone by its own folder, several
    /// by the folder above, which takes the moves into those below along where
    /// a volume keeps its changes in order. Whatever a power cut leaves, each
    /// payload lies in `in/` or in its folder.
    package func syncClaims(_ claimed: [ClaimedFile]) throws(SpoolError) {
        let folders = Set(claimed.map { claimFolder($0.note) })
        let synced = folders.count == 1 ? folders : Set(folders.map { $0.removingLastComponent() })
        try spooling { () throws(FileError) in
            for folder in synced { try files.syncDirectory(folder) }
        }
    }

    private func present(_ source: FilePath) throws(SpoolError) -> FileStatus {
        guard let found = try spooling({ () throws(FileError) in try files.statusIfPresent(source) }),
            found.kind == .file
        else { throw .vanished(source) }
        return found
    }

    private func companionNames(_ paths: [FilePath], besides payload: String) -> [String] {
        var taken: Set<String> = [payload]
        return paths.map { path in
            var name = SafeName.make(path)
            while !taken.insert(name).inserted { name = "_" + name }
            return name
        }
    }

    /// Moves the payload: by rename, or over the share's own claim folder.
    private func take(_ source: FilePath, note: PackageNote, into target: FilePath) throws(SpoolError) {
        do {
            try files.renameNoReplace(source, target.appending(note.payload))
        } catch {
            if error.isNotFound { throw .vanished(source) }
            guard error.isAcrossVolumes else { throw .file(error) }
            let aside = shareClaims(note.partner).appending("\(note.id)-\(note.payload)")
            do {
                try files.makeDirectories(shareClaims(note.partner), mode: 0o2775)
                try files.renameNoReplace(source, aside)
            } catch {
                throw error.isNotFound ? .vanished(source) : .file(error)
            }
            try finishCopy(note, from: aside)
        }
    }

    /// Ends a claim across volumes from whatever state it was left in: copy to
    /// a hidden name, compare sizes, rename, sync, and only then unlink.
    package func finishCopy(_ note: PackageNote, from aside: FilePath) throws(SpoolError) {
        let target = claimFolder(note)
        let file = target.appending(note.payload)
        let part = target.appending(".\(note.payload).part")
        let source = try spooling { () throws(FileError) in try files.status(aside) }
        if try spooling({ () throws(FileError) in try files.statusIfPresent(file) }) == nil {
            let copied = try spooling { () throws(FileError) in
                try files.makeDirectories(target, mode: 0o770)
                try files.unlinkIfPresent(part)
                return try files.copy(aside, part, mode: 0o660)
            }
            let after = try spooling { () throws(FileError) in try files.status(aside) }
            guard copied == after.size, after.size == source.size, after.modified == source.modified else {
                throw .copyDiffers(aside, expected: after.size, found: copied)
            }
            try spooling { () throws(FileError) in
                try files.rename(part, file)
                try files.syncDirectory(target)
                try files.syncDirectory(target.removingLastComponent())
            }
        }
        try spooling { () throws(FileError) in
            try files.unlinkIfPresent(aside)
            try files.syncDirectory(aside.removingLastComponent())
        }
    }

    /// Removes the folder of a claim that did not happen. Where the file may
    /// have left `in/` all the same, everything stays for recovery.
    private func giveUp(_ target: FilePath, note: PackageNote, source: FilePath) throws(SpoolError) {
        do {
            let aside = shareClaims(note.partner).appending("\(note.id)-\(note.payload)")
            if try files.exists(target.appending(note.payload)) { return }
            if try files.statusIfPresent(source)?.kind != .file, try files.exists(aside) { return }
            try removeEmptyFolder(target)
        } catch {
            // The reason of the failed claim counts; recovery tidies up.
            return
        }
    }

    private func takeCompanion(_ source: FilePath, _ target: FilePath) throws(SpoolError) {
        do { try files.renameNoReplace(source, target) } catch {
            if error.isNotFound { return }
            guard error.isAcrossVolumes else { throw .file(error) }
            try spooling { () throws(FileError) in
                try files.unlinkIfPresent(target)
                try files.copy(source, target, mode: 0o660)
                try files.unlinkIfPresent(source)
            }
        }
    }

    /// Removes a package folder that holds nothing but our own notes.
    func removeEmptyFolder(_ target: FilePath) throws(FileError) {
        for name in try files.list(target) {
            let text = name.string
            if SafeName.reserved.contains(text) || text.hasPrefix(".") {
                try files.unlinkIfPresent(target.appending(name))
            }
        }
        try files.removeDirectory(target)
    }

    // MARK: Attachments

    /// Attachments that were taken and not yet handed to the media volume.
    package func attachments() throws(SpoolError) -> [ClaimedFile] {
        var found: [ClaimedFile] = []
        let names = try spooling { () throws(FileError) in try files.list(attachmentsRoot) }
        for name in names {
            let folder = attachmentsRoot.appending(name)
            guard let note = try readNote(folder) else { continue }
            let file = folder.appending(note.payload)
            if let status = try spooling({ () throws(FileError) in try files.statusIfPresent(file) }) {
                found.append(ClaimedFile(note: note, file: file, status: status))
            }
        }
        return found
    }

    /// Removes the folders of attachments that a stop left without their
    /// file, or with nothing but their note. Only while nobody claims.
    package func removeEmptyAttachments() throws(SpoolError) {
        try spooling { () throws(FileError) in
            for name in try files.list(attachmentsRoot) {
                let folder = attachmentsRoot.appending(name)
                let isEmpty = try files.list(folder).allSatisfy { inner in
                    SafeName.reserved.contains(inner.string) || inner.string.hasPrefix(".")
                }
                if isEmpty { try removeEmptyFolder(folder) }
            }
        }
    }

    /// Forgets an attachment that the media volume has: its blob is its
    /// archive.
    package func removeAttachment(_ id: PackageID) throws(SpoolError) {
        let folder = attachmentsRoot.appending(id.text)
        try spooling { () throws(FileError) in
            for name in try files.list(folder) { try files.unlinkIfPresent(folder.appending(name)) }
            try files.removeDirectory(folder)
        }
    }
}
