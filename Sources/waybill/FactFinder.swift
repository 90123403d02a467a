// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArchiveStreams
import Databases
import Files
import Foundation
import Records
import Settings
import Sockets
import SpoolStore
import SystemPackage
import XMLStreams

/// Gathers what `doctor` judges. Looks only, but for one file in each `in/`,
/// written and removed to read the volume's clock.
struct FactFinder {
    private let gate: Gate
    private let files = RealFileSystem()

    init(_ gate: Gate) { self.gate = gate }

    func facts() throws -> DoctorFacts {
        var facts = DoctorFacts()
        facts.sqlite = sqliteVersion()
        facts.libxml2 = libxmlVersion()
        facts.libarchive = libarchiveVersion()
        facts.minFree = gate.loaded.settings.minFree
        facts.hasUTF8Locale = unsafe setlocale(LC_CTYPE, "C.UTF-8") != nil
        let status = try agent(&facts)
        facts.user = geteuid()
        facts.owner = ActingUser.owner(of: gate.loaded.spool)?.user ?? facts.user
        let isLikeTheAgent = facts.user == facts.owner && !gate.actsForAnother
        facts.mayLease =
            status != nil || isLikeTheAgent ? mayLease(process: status?.processID) : nil
        facts.foreignFiles = try foreignFiles(owner: facts.owner)
        if let readers = gate.loaded.settings.store.group {
            facts.readers = readers.name
            facts.readersRefusal = readersRefusal(group: readers.id)
        }
        facts.volumes = [
            ("store", gate.loaded.store), ("spool", gate.loaded.spool), ("media", gate.loaded.media),
        ]
        .map { volume($0.0, $0.1, isOwner: facts.user == facts.owner) }
        if let media = facts.volumes.firstIndex(where: { $0.name == "media" }) {
            facts.volumes[media].offlineReason = try gate.mediaRefusal() ?? ""
        }
        facts.partners = try gate.partnersHere().map { partner($0, isOwner: facts.user == facts.owner) }
        facts.maxWatches = number("/proc/sys/fs/inotify/max_user_watches")
        facts.maxInstances = number("/proc/sys/fs/inotify/max_user_instances")
        facts.openFiles = openFiles()
        facts.watcher = Run.watcher?.string
        facts.retention = retention()
        return facts
    }

    private func agent(_ facts: inout DoctorFacts) throws -> AgentStatus? {
        let status = try gate.ask(Command(.status))?.status
        facts.agentRuns = status != nil
        if status == nil, try files.exists(FilePath(gate.socket)) { facts.staleSocket = gate.socket }
        return status
    }

    // MARK: Volumes

    /// What a member of the group may not do says nothing about the agent.
    private func volume(_ name: String, _ path: FilePath, isOwner: Bool) -> DoctorFacts.Volume {
        var result = DoctorFacts.Volume(name: name, path: path.string)
        do {
            let status = try files.volume(path)
            result.type = status.type
            result.isRemote = status.isRemote
            result.isReadOnly = status.isReadOnly
            result.freeBytes = status.freeBytes
            result.totalBytes = status.totalBytes
            result.freeInodes = status.freeInodes
            result.totalInodes = status.totalInodes
            if isOwner { result.refusal = refusal(path) }
        } catch {
            if !error.isNotFound, isOwner { result.refusal = error.reason }
        }
        return result
    }

    /// What the kernel would refuse this user in a folder.
    private func refusal(_ folder: FilePath) -> String {
        if unsafe access(folder.string, R_OK | W_OK | X_OK) == 0 { return "" }
        return unsafe String(cString: strerror(errno))
    }

    /// Files of the store that their owner, who is not the spool's, made.
    private func foreignFiles(owner: UInt32) throws -> [String] {
        let store = gate.loaded.store
        guard try files.exists(store) else { return [] }
        return try files.list(store).filter { try files.status(store.appending($0)).owner != owner }
            .map { store.appending($0).string }
    }

    /// Why a group can't reach what it may read in the store.
    private func readersRefusal(group id: UInt32) -> String {
        do throws(FileError) {
            var path = gate.loaded.store
            let store = try files.statusFollowingLinks(path)
            if store.group != id || store.mode & 0o050 != 0o050 { return "may not enter \(path)" }
            while path.removeLastComponent(), !path.isEmpty {
                let folder = try files.statusFollowingLinks(path)
                let bit: UInt32 = folder.group == id ? 0o010 : 0o001
                if folder.mode & bit == 0 { return "may not pass through \(path)" }
            }
            return ""
        } catch { return error.isNotFound ? "" : error.description }
    }

    // MARK: Partners

    private func partner(_ name: String, isOwner: Bool) -> DoctorFacts.Partner {
        var result = DoctorFacts.Partner(name: name)
        let state = gate.spool.volumeState(of: name)
        guard state.isOnline else {
            result.offlineReason = state.reason
            return result
        }
        let input = gate.spool.input(name)
        do {
            let status = try files.statusFollowingLinks(input)
            result.inputMode = status.mode
            let volume = try files.volume(input)
            result.type = volume.type
            result.isRemote = volume.isRemote
            let claimed = try files.statusFollowingLinks(gate.spool.folder(.claimed))
            result.claimsByRename = claimed.device == status.device
            result.outputMode = try files.statusFollowingLinks(gate.spool.output(name)).mode
            result.folders = try folders(input)
            let refused = refusal(input)
            if isOwner { result.refusal = refused }
            if refused.isEmpty { result.clockSkew = try clockSkew(input) }
        } catch {
            if !error.isNotFound, isOwner { result.refusal = error.description }
        }
        return result
    }

    /// Folders in a tree, itself among them.
    private func folders(_ root: FilePath) throws(FileError) -> Int {
        var count = 0
        var open = [root]
        while let folder = open.popLast() {
            count += 1
            for name in try files.list(folder) {
                let path = folder.appending(name)
                if try files.statusIfPresent(path)?.kind == .folder { open.append(path) }
            }
        }
        return count
    }

    /// The volume's clock against ours, by a file that nobody takes: names
    /// with a dot in front are ignored in `in/`.
    private func clockSkew(_ folder: FilePath) throws(FileError) -> Int64 {
        let path = folder.appending(".waybill-clock.tmp")
        let before = Words.now().milliseconds
        let changed = try files.withFile(path, .replace(mode: 0o600)) { file throws(FileError) in
            try files.write(file, [UInt8(ascii: "\n")].span)
            try files.sync(file)
            return try files.status(of: file).modified / 1_000_000
        }
        let after = Words.now().milliseconds
        try files.unlinkIfPresent(path)
        if changed < before { return changed - before }
        return max(0, changed - after)
    }

    // MARK: The machine

    /// The bit of CAP_LEASE (28) among the process's effective capabilities.
    private func mayLease(process: Int32?) -> Bool? {
        let path = "/proc/\(process.map(String.init) ?? "self")/status"
        guard let line = text(path)?.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let bits = UInt64(line.dropFirst("CapEff:".count).drop(while: \.isWhitespace), radix: 16)
        else { return nil }
        return bits & (1 << 28) != 0
    }

    private func openFiles() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }

    private func number(_ path: String) -> Int? {
        text(path).flatMap { Int($0.split(whereSeparator: \.isWhitespace).first ?? "") }
    }

    /// A file of `/proc`, whose size says nothing; nil where it can't be read.
    private func text(_ path: String) -> String? {
        do { return try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8) } catch { return nil }
    }

    /// What cleans the archive: the configuration, cron, a timer.
    private func retention() -> [String] {
        var found: [String] = []
        let keep = gate.loaded.settings.retention
        if keep.archiveAge != nil || keep.archiveSize != nil || keep.archiveKeepLast != nil {
            found.append("the agent, by the configuration")
        }
        for path in [
            "/etc/cron.d/waybill", "/etc/systemd/system/waybill-prune.timer",
            "/lib/systemd/system/waybill-prune.timer",
        ] where FileManager.default.fileExists(atPath: path) { found.append(path) }
        return found
    }
}
