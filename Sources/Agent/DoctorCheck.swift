// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// One verdict of `doctor`, with the fix where one is needed.
package struct DoctorCheck: Sendable, Hashable {
    package enum Verdict: String, Sendable, Hashable, CaseIterable {
        case ok, warning, bad
    }

    /// A constant word or two, such as `store volume`.
    package var name: String
    package var verdict: Verdict
    package var words: String
    /// What to do; empty where nothing is.
    package var fix: String

    package init(_ name: String, _ verdict: Verdict, _ words: String, fix: String = "") {
        self.name = name
        self.verdict = verdict
        self.words = words
        self.fix = fix
    }

    /// Every check over these facts, in the order that reads best.
    package static func all(_ facts: DoctorFacts) -> [DoctorCheck] {
        versions(facts) + process(facts) + facts.volumes.flatMap { volume($0, facts) }
            + facts.partners.flatMap { partner($0, facts) } + watching(facts) + upkeep(facts)
    }

    // MARK: Versions

    private static func versions(_ facts: DoctorFacts) -> [DoctorCheck] {
        [
            sqlite(facts.sqlite),
            atLeast(
                "libxml2", facts.libxml2, [2, 9, 10], "older ones have known holes in reading hostile XML"),
            atLeast("libarchive", facts.libarchive, [3, 6, 0], "older ones read damaged ZIPs worse"),
        ]
    }

    /// SQLite before 3.51.3 can corrupt a file whose WAL one connection resets
    /// while another checkpoints (`operations.md` 1.2): the agent's one
    /// connection does both.
    private static func sqlite(_ version: String) -> DoctorCheck {
        if isOlder(version, [3, 37, 0]) {
            return DoctorCheck(
                "SQLite", .bad, "\(version) knows no STRICT tables", fix: "use Debian 12 or newer")
        }
        guard isOlder(version, [3, 51, 3]) else { return DoctorCheck("SQLite", .ok, version) }
        return DoctorCheck(
            "SQLite", .ok,
            "\(version): before 3.51.3 two writing connections can damage a file when the WAL is reset; "
                + "only the agent's one connection writes and checkpoints, so do not write with other tools")
    }

    private static func atLeast(_ name: String, _ version: String, _ wanted: [Int], _ why: String)
        -> DoctorCheck
    {
        guard isOlder(version, wanted) else { return DoctorCheck(name, .ok, version) }
        let words = wanted.map(String.init).joined(separator: ".")
        return DoctorCheck(name, .warning, "\(version): \(why)", fix: "update \(name) to \(words) or newer")
    }

    static func isOlder(_ version: String, _ wanted: [Int]) -> Bool {
        let parts = version.split(separator: ".").map { Int($0) ?? 0 }
        for (index, want) in wanted.enumerated() {
            let have = index < parts.count ? parts[index] : 0
            if have != want { return have < want }
        }
        return false
    }

    // MARK: Process and user

    private static func process(_ facts: DoctorFacts) -> [DoctorCheck] {
        var checks: [DoctorCheck] = []
        if let stale = facts.staleSocket {
            checks.append(
                DoctorCheck(
                    "agent", .warning, "does not run, and left \(stale) behind: it was killed",
                    fix: "waybill run (the next start replaces the socket and recovers)"))
        } else {
            checks.append(DoctorCheck("agent", .ok, facts.agentRuns ? "runs" : "does not run"))
        }
        if facts.user != facts.owner {
            checks.append(
                DoctorCheck(
                    "user", .warning, "you are user \(facts.user), the spool belongs to user \(facts.owner)",
                    fix: "run waybill as the spool's owner or as root, which then acts as the owner"))
        } else {
            checks.append(DoctorCheck("user", .ok, "\(facts.user), who owns the spool"))
        }
        if !facts.foreignFiles.isEmpty {
            checks.append(
                DoctorCheck(
                    "files of the store", .bad,
                    "not writable for the spool's owner: " + facts.foreignFiles.joined(separator: ", "),
                    fix: "chown them to user \(facts.owner)"))
        }
        if let readers = facts.readers {
            checks.append(
                facts.readersRefusal.isEmpty
                    ? DoctorCheck("readers of the store", .ok, "group \(readers)")
                    : DoctorCheck(
                        "readers of the store", .bad, "group \(readers): \(facts.readersRefusal)",
                        fix:
                            "let the agent's user be in that group, then chgrp \(readers) and chmod 2750 on the store's "
                            + "folder, and o+x on those above it"))
        }
        checks.append(lease(facts.mayLease))
        if facts.openFiles > 0, facts.openFiles < 1_024 {
            checks.append(
                DoctorCheck(
                    "open files", .warning, "at most \(facts.openFiles)",
                    fix: "LimitNOFILE=8192 in the service"))
        }
        checks.append(
            facts.hasUTF8Locale
                ? DoctorCheck("locale", .ok, "C.UTF-8 is there")
                : DoctorCheck(
                    "locale", .bad, "C.UTF-8 is missing: names in ZIPs would get lost",
                    fix: "apt install libc-bin, or locales"))
        return checks
    }

    private static func lease(_ mayLease: Bool?) -> DoctorCheck {
        switch mayLease {
        case true?:
            DoctorCheck("CAP_LEASE", .ok, "the kernel tells whether somebody still writes a partner's file")
        case false?:
            DoctorCheck(
                "CAP_LEASE", .warning,
                "missing: of files that other users own the kernel does not say whether somebody still writes "
                    + "them, so the quiet time decides",
                fix: "AmbientCapabilities=CAP_LEASE in the service (etc/systemd/waybill.service has it)")
        case nil: DoctorCheck("CAP_LEASE", .ok, "not known while no agent runs")
        }
    }

    // MARK: Watching

    private static func watching(_ facts: DoctorFacts) -> [DoctorCheck] {
        var checks: [DoctorCheck] = []
        if let watcher = facts.watcher {
            checks.append(DoctorCheck("waybill-watch", .ok, watcher))
        } else {
            checks.append(
                DoctorCheck(
                    "waybill-watch", .warning,
                    "not found beside waybill: drops are seen by the scan only, later",
                    fix: "install waybill-watch in the same folder as waybill"))
        }
        let needed = facts.partners.filter { !$0.isRemote }.reduce(0) { $0 + $1.folders }
        if let limit = facts.maxWatches {
            // Other programs of this user share the limit.
            checks.append(
                needed * 2 <= limit
                    ? DoctorCheck("inotify watches", .ok, "\(needed) needed, \(limit) allowed")
                    : DoctorCheck(
                        "inotify watches", .warning, "\(needed) needed, \(limit) allowed a user",
                        fix: "sysctl fs.inotify.max_user_watches=\(max(524_288, needed * 4))"))
        }
        if let limit = facts.maxInstances, limit < 16 {
            checks.append(
                DoctorCheck(
                    "inotify instances", .warning, "\(limit) allowed a user",
                    fix: "sysctl fs.inotify.max_user_instances=128"))
        }
        return checks
    }

    // MARK: Upkeep

    private static func upkeep(_ facts: DoctorFacts) -> [DoctorCheck] {
        guard !facts.retention.isEmpty else {
            return [
                DoctorCheck(
                    "retention", .warning, "nothing cleans the archive: it grows for ever",
                    fix:
                        "copy etc/cron.d/waybill or the timer of etc/systemd/, or set retention in the configuration"
                )
            ]
        }
        return [
            DoctorCheck(
                "retention", .ok, "the archive is cleaned by " + facts.retention.joined(separator: ", "))
        ]
    }
}
