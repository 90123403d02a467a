// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import Records
import SystemPackage

extension Spool {
    /// Names with a folder under `partners/`, sorted.
    package func partnerNames() throws(SpoolError) -> [String] {
        try spooling { () throws(FileError) in
            var names: [String] = []
            for name in try files.list(partners) where Self.isPartnerName(name.string) {
                if try files.statusFollowingLinks(partners.appending(name)).kind == .folder {
                    names.append(name.string)
                }
            }
            return names
        }
    }

    package static func isPartnerName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (1...64).contains(name.utf8.count) else { return false }
        let alphanumeric = { (byte: UInt8) in
            (48...57).contains(byte) || (97...122).contains(byte) || (65...90).contains(byte)
        }
        return alphanumeric(first)
            && name.utf8.allSatisfy { alphanumeric($0) || $0 == 45 || $0 == 46 || $0 == 95 }
    }

    /// Makes a partner's folders, README and volume marks; what exists stays.
    ///
    /// `in/` and `out/` get setgid and group write, so that the partner and
    /// Waybill can both take and delete there.
    /// - Parameter group: the partner's group id, nil for Waybill's own.
    package func addPartner(_ name: String, group: UInt32? = nil) throws(SpoolError) {
        guard Self.isPartnerName(name) else { throw .badPartnerName(name) }
        try spooling { () throws(FileError) in
            for made in try files.makeDirectories(partner(name), mode: 0o755) {
                // The partner passes through, whatever the umask was.
                try files.setMode(made, 0o755)
            }
            for folder in [input(name), output(name)] {
                try files.makeDirectories(folder, mode: 0o775)
                if let group { try files.setOwner(folder, user: nil, group: group) }
                // After chown, which clears setgid; and whatever the umask was.
                try files.setMode(folder, 0o2775)
            }
            try files.makeDirectories(receipts(name), mode: 0o755)
            if let group { try files.setOwner(receipts(name), user: nil, group: group) }
            let readme = partner(name).appending("README.md")
            if try !files.exists(readme) {
                try files.atomicWriteUnsynced(readme, Array(Self.partnerReadme(name).utf8))
            }
        }
        if try knownMarks(of: name) == nil { try adoptPartner(name) }
    }

    /// Marks the partner's volumes and accepts what is mounted there now.
    package func adoptPartner(_ name: String) throws(SpoolError) {
        guard Self.isPartnerName(name) else { throw .badPartnerName(name) }
        try spooling { () throws(FileError) in
            var marks: [String: JSONValue] = [:]
            marks["partner"] = .string(try VolumeMark.make(partner(name), files))
            if try inputIsMount(name) { marks["in"] = .string(try VolumeMark.make(input(name), files)) }
            try files.makeDirectories(knownMarks, mode: 0o755)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            let bytes: [UInt8]
            do { bytes = [UInt8](try encoder.encode(marks)) + [10] } catch {
                // Strings always have a JSON form; a failure is a defect.
                fatalError("volume marks could not be written as JSON: \(error)")
            }
            try files.atomicWrite(knownMarks.appending("\(name).json"), bytes)
        }
    }

    /// Looks whether the partner's folders are the ones that were marked.
    /// Nothing below `in/` may be touched or believed unless this is
    /// `.online`.
    package func volumeState(of name: String) -> VolumeState {
        do {
            guard let marks = try knownMarks(of: name) else {
                return .gone("partner \(name) was never added: waybill partner add \(name)")
            }
            if let state = try compare(partner(name), with: marks["partner"]?.string, name) { return state }
            if let mark = marks["in"]?.string {
                if let state = try compare(input(name), with: mark, name) { return state }
            } else if try spooling({ () throws(FileError) in try inputIsMount(name) }) {
                return .changed(
                    "a volume was mounted over \(input(name)): waybill partner adopt \(name), if it belongs there"
                )
            }
            return .online
        } catch {
            if case .file(let error) = error, error.isNotFound { return .gone("\(error.path) is gone") }
            return .unreachable(error.description)
        }
    }

    /// Nil where the mark is the expected one.
    private func compare(_ folder: FilePath, with mark: String?, _ name: String) throws(SpoolError)
        -> VolumeState?
    {
        guard let found = try spooling({ () throws(FileError) in try VolumeMark.read(folder, files) }) else {
            return .gone(
                "\(folder) has no \(VolumeMark.fileName): its volume is not mounted; "
                    + "if the folder was made anew: waybill partner adopt \(name)")
        }
        return found == mark
            ? nil
            : .changed(
                "\(folder) is another volume than before: waybill partner adopt \(name), if that is right")
    }

    /// Whether `in/` lies on another volume than the partner's folder.
    private func inputIsMount(_ name: String) throws(FileError) -> Bool {
        let outer = try files.statusFollowingLinks(partner(name))
        return try files.statusFollowingLinks(input(name)).device != outer.device
    }

    /// What the partner's volumes were marked with; nil for a partner that was
    /// never added.
    func knownMarks(of name: String) throws(SpoolError) -> [String: JSONValue]? {
        let path = knownMarks.appending("\(name).json")
        let bytes: [UInt8]
        do { bytes = try files.readAll(path, limit: 65_536) } catch {
            if error.isNotFound { return nil }
            throw .file(error)
        }
        do { return try JSONDecoder().decode([String: JSONValue].self, from: Data(bytes)) } catch {
            throw .damaged(path, detail: "no JSON; waybill partner adopt \(name) writes it anew")
        }
    }

    private static func partnerReadme(_ name: String) -> String {
        """
        # Partner \(name)

        - `in/`: the partner writes here: files, ZIPs or whole folder trees. Waybill takes each one as soon as it
          is complete; nothing else belongs in it.
        - `out/`: files for the partner. It deletes what it took, or acknowledges.
        - `receipts/`: what became of each package, and the records that were refused.

        `.waybill-volume` tells this folder from an empty mount point: leave it. After a move to another disk:
        `waybill partner adopt \(name)`.

        """
    }
}
