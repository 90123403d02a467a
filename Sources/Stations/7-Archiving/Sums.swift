// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import SystemPackage

/// `SHA256SUMS` of one day folder, in the format of coreutils' sha256sum: over
/// the bytes as stored, names relative to the folder.
///
/// Writers hold `archive/.sums.lock` while they change it, because a clean-up
/// and the agent may meet in one folder.
struct Sums {
    let files: any FileSystem
    /// The day folder.
    let folder: FilePath

    private var path: FilePath { folder.appending(ArchiveName.sums) }

    /// A name with a backslash, newline or carriage return is escaped and its
    /// line starts with a backslash.
    static func line(_ sha256: String, _ name: String) -> String {
        var escaped = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return (escaped == name ? "" : "\\") + "\(sha256)  \(escaped)"
    }

    /// The name and checksum of a line, nil for what no sha256sum wrote.
    static func entry(_ line: Substring) -> (sha256: String, name: String)? {
        let escaped = line.utf8.first == 92
        let body = escaped ? line.dropFirst() : line
        let sha = body.prefix(64)
        let rest = body.dropFirst(64)
        guard sha.utf8.count == 64, rest.hasPrefix("  ") || rest.hasPrefix(" *") else { return nil }
        let name = rest.dropFirst(2)
        return (String(sha), escaped ? unescaped(name) : String(name))
    }

    private static func unescaped(_ name: Substring) -> String {
        var result = ""
        var afterBackslash = false
        for scalar in name.unicodeScalars {
            if afterBackslash {
                result.unicodeScalars.append(scalar == "n" ? "\n" : scalar == "r" ? "\r" : scalar)
                afterBackslash = false
            } else if scalar == "\\" {
                afterBackslash = true
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whole lines; a line that a stop cut short is left out.
    private func lines() throws(FileError) -> (whole: [Substring], torn: Bool) {
        guard try files.exists(path) else { return ([], false) }
        let bytes = try files.readAll(path, limit: 1 << 30)
        let torn = bytes.last.map { $0 != 10 } ?? false
        // By bytes: Swift takes CR LF for one character.
        var parts = bytes.split(separator: 10).map { Substring(decoding: $0, as: UTF8.self) }
        if torn { parts.removeLast() }
        return (parts, torn)
    }

    /// Checksums by name.
    func read() throws(FileError) -> [String: String] {
        var result: [String: String] = [:]
        for line in try lines().whole {
            if let entry = Self.entry(line) { result[entry.name] = entry.sha256 }
        }
        return result
    }

    /// Appends entries and syncs the file, not its folder.
    ///
    /// - Parameter checking: look first which names are there, after a stop.
    func add(_ entries: [(sha256: String, name: String)], checking: Bool) throws(FileError) {
        var text = ""
        let known = checking ? try read() : [:]
        for entry in entries where known[entry.name] != entry.sha256 {
            text += Self.line(entry.sha256, entry.name) + "\n"
        }
        if try isTorn() {
            let kept = try lines().whole.map { $0 + "\n" }.joined()
            try files.atomicWrite(path, Array((kept + text).utf8), mode: 0o664)
            return
        }
        guard !text.isEmpty else { return }
        try files.withFile(path, .append(mode: 0o664)) { file throws(FileError) in
            try files.write(file, Array(text.utf8).span)
            try files.sync(file)
        }
    }

    private func isTorn() throws(FileError) -> Bool {
        guard let size = try files.statusIfPresent(path)?.size, size > 0 else { return false }
        return try files.withFile(path, .read) { file throws(FileError) in
            var last: [UInt8] = [10]
            return try files.read(file, at: size - 1, into: &last) == 1 && last[0] != 10
        }
    }

    /// Takes names out; the file goes with its last line.
    func remove(_ names: Set<String>) throws(FileError) {
        let found = try lines()
        let kept = found.whole.filter { line in
            guard let entry = Self.entry(line) else { return true }
            return !names.contains(entry.name)
        }
        if kept.isEmpty {
            try files.unlinkIfPresent(path)
        } else if kept.count < found.whole.count || found.torn {
            try files.atomicWrite(path, Array(kept.map { $0 + "\n" }.joined().utf8), mode: 0o664)
        }
    }

    /// Works while no other program changes a `SHA256SUMS` of this archive.
    static func locked<Result>(
        _ files: any FileSystem, archive: FilePath, _ work: () throws(FileError) -> Result
    ) throws(FileError) -> Result {
        try files.withFile(archive.appending(ArchiveName.sumsLock), .lockFile(mode: 0o664)) {
            file throws(FileError) in
            _ = try files.lock(file, exclusive: true, wait: true)
            return try work()
        }
    }
}
