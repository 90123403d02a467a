// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Databases
import Files
import Foundation
import JournalStore
import Records
import Settings
import SpoolStore
import SystemPackage

/// `waybill ingest`.
struct Ingest: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes these files as a drop of a partner, now; copies them, never moves.",
        discussion: "A folder is taken with everything in it, as if it lay in the partner's in/.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Files or folders.") var files: [String]
    @Option(help: "The partner whose files they are; may be left out where there is only one.")
    var partner: String?
    @Option(name: .customLong("as-of"), help: "\"now\": their facts count as of now, whatever they say.")
    var asOf: String?

    func validate() throws {
        guard asOf == nil || asOf == "now" else { throw ValidationError("--as-of takes only: now") }
    }

    func run() throws {
        try options.reporting { gate in
            var command = Command(.ingest)
            let name = try partner ?? gate.onlyPartner()
            guard try gate.partnersHere().contains(name) else {
                throw Failure(.notFound, "no partner \(name)", cure: "waybill partner add \(name)")
            }
            command.partner = name
            command.asOfNow = asOf != nil
            try gate.checkChanging()
            command.files = try gate.stage(files)
            guard !command.files.isEmpty else {
                throw Failure(.notFound, "\(files.joined(separator: ", ")): no files to take in there")
            }
            let bar = ProgressBar(gate.terminal)
            var answer: Answer
            do {
                answer = try gate.perform(command) { bar.update($0) }
            } catch {
                bar.end()
                try gate.unstage(command.files)
                throw error
            }
            bar.end()
            try gate.unstage(command.files)
            let ids = answer.packages ?? []
            try gate.showPackages(ids)
            // What became of each is said already, on standard output.
            let isSaid = [Agent.ExitCode.done, .interrupted].contains { $0.rawValue == answer.exit }
            if !ids.isEmpty, !isSaid {
                answer.message = Self.rejected(ids)
            }
            return answer
        }
    }
}

extension Ingest {
    /// The words that go with any exit code but 0.
    static func rejected(_ ids: [String]) -> String {
        ids.count == 1
            ? "not all of it was applied: waybill show \(ids[0])"
            : "not all of the \(ids.count) packages were wholly applied: see their outcomes"
    }
}

extension Gate {
    /// Takes back what was staged and nobody wants now.
    func unstage(_ staged: [Command.File]) throws {
        let spool = Spool(root: loaded.spool, files: RealFileSystem())
        for file in staged { try spool.removeStaged(file.staged) }
    }

    /// The one partner of the root.
    func onlyPartner() throws -> String {
        let names = try Spool(root: loaded.spool, files: RealFileSystem()).partnerNames()
        guard names.count == 1, let name = names.first else {
            throw Failure(
                .usage, "whose files are these?", cure: "--partner " + names.joined(separator: " | "))
        }
        return name
    }

    /// Copies files, and what lies in folders, into `tmp/` of the spool.
    func stage(_ paths: [String]) throws -> [Command.File] {
        let spool = Spool(root: loaded.spool, files: RealFileSystem())
        try spool.prepare()
        let found = try paths.flatMap(Self.walk)
        try checkRoom(for: found.map(\.file), spool)
        var staged: [Command.File] = []
        for (file, name) in found {
            let unique = UUID().uuidString.lowercased()
            do {
                staged.append(
                    Command.File(staged: try spool.stage(FilePath(file), name: unique).string, name: name))
            } catch {
                // What was copied of this one, too.
                let half = Command.File(staged: spool.tmp.appending(unique).string, name: name)
                try unstage(staged + [half])
                throw Failure(.failed, "\(error)")
            }
        }
        return staged
    }

    /// Copies leave `min_free` on the spool's volume.
    private func checkRoom(for paths: [String], _ spool: Spool) throws {
        var bytes: Int64 = 0
        for path in paths { bytes += try spool.files.statusFollowingLinks(FilePath(path)).size }
        let free = try spool.files.volume(spool.tmp).freeBytes
        guard bytes + loaded.settings.minFree > free else { return }
        throw Failure(
            .failed, "no room: \(Words.size(bytes)) to copy, \(Words.size(free)) free on the spool's volume",
            cure: "free space there (waybill archive prune), or lower `min_free`")
    }

    /// Files below a path with their names as in an `in/`, sorted; temporary
    /// names inside folders are left out.
    private static func walk(_ path: String) throws -> [(file: String, name: String)] {
        guard let type = try kind(of: path) else { throw Failure(.notFound, "\(path): no such file") }
        let last = URL(fileURLWithPath: path).lastPathComponent
        // A device or a pipe may have no end.
        if type == .typeRegular { return [(path, last)] }
        guard type == .typeDirectory else {
            throw Failure(.usage, "\(path): neither a file nor a folder", cure: "write it to a file first")
        }
        return try FileManager.default.subpathsOfDirectory(atPath: path).sorted().compactMap { sub in
            let full = path + "/" + sub
            guard try kind(of: full) == .typeRegular,
                !sub.split(separator: "/").contains(where: { IgnoredNames.rule(for: String($0)) != nil })
            else { return nil }
            return (full, sub)
        }
    }

    /// What a path leads to; nil for nothing.
    private static func kind(of path: String) throws -> FileAttributeType? {
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard FileManager.default.fileExists(atPath: real) else { return nil }
        return try FileManager.default.attributesOfItem(atPath: real)[.type] as? FileAttributeType
    }

    /// The outcome of packages, a line or an object each.
    func showPackages(_ ids: [String]) throws {
        guard let journal = try journal() else { return }
        for id in ids.compactMap(PackageID.init) {
            guard let row = try journal.read({ try JournalQueries.row(id, $0) }) else { continue }
            try terminal.object(PackageLines.Object(row))
            terminal.say("\(row.outcome.rawValue)  \(row.id)  \(Terminal.plain(row.path))")
            for (kind, counts) in row.counts.kinds.sorted(by: { $0.key < $1.key })
            where counts.read > 0 || counts.swept > 0 {
                terminal.say("  \(kind): \(Words.counts(counts))")
            }
            if !row.reason.isEmpty { terminal.say("  \(row.reason)") }
            if !row.cure.isEmpty { terminal.say("  \(row.cure)") }
        }
    }
}
