// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Databases
import Files
import JournalStore
import Records
import Settings
import SpoolStore
import SystemPackage

/// `waybill status`.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "At a glance: agent, lanes, partners, oldest waiting, last outcomes, alarms, space.",
        discussion: "Works without an agent too. The exit code says only whether it could be asked.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
        try options.reporting { gate in
            let report = try StatusReport(gate)
            try gate.terminal.object(report)
            gate.terminal.show(report.lines(gate.terminal))
            return .result(.done, "")
        }
    }
}

/// Everything `status` says; also its JSON.
struct StatusReport: Encodable {
    struct Agent: Encodable {
        var pid: Int32
        var version, started_at: String
    }
    struct Lane: Encodable {
        var name: String
        var waiting: Int
        var running: String?
        var bytes_read, bytes_total: Int64?
        var records: Int?
        /// `reading`, `staging` or `promoting`.
        var phase: String?
        /// Over the last seconds.
        var bytes_per_second: Int64?
        var records_per_second: Int?
        var seconds_left: Int64?

        fileprivate var speed: Speed? {
            phase.map { phase in
                var speed = Speed(phase: phase)
                speed.bytesPerSecond = bytes_per_second
                speed.recordsPerSecond = records_per_second
                speed.secondsLeft = seconds_left
                return speed
            }
        }
    }
    /// Portions of a full whose absences are not believed yet.
    struct ChunkSet: Encodable { var partner, catalogue, exchange, reason: String }
    struct Partner: Encodable {
        var name: String
        var online: Bool
        var offline_reason: String?
        /// `events`, or `scan` with its reason; nil without an agent.
        var watching: String?
        var waiting_files: Int?
        var ignored: [String: Int]?
        var last_scan: String?
    }
    struct Media: Encodable {
        var path: String
        var online: Bool
        /// With the cure.
        var offline_reason: String?
    }
    struct Alarm: Encodable { var at, partner, kind, text: String }
    struct Space: Encodable {
        var name, path: String
        var free, total: Int64
    }

    var root: String
    var agent: Agent?
    var lanes: [Lane] = []
    var sets: [ChunkSet] = []
    var partners: [Partner] = []
    var media: Media
    /// Packages by outcome.
    var outcomes: [String: Int] = [:]
    var oldest_waiting: PackageLines.Object?
    /// What a brake holds, and what lies in quarantine.
    var stopped: [PackageLines.Object] = []
    var last: [PackageLines.Object] = []
    var alarms: [Alarm] = []
    var space: [Space] = []

    private var open: [PackageRow] = []
    private var recent: [PackageRow] = []
    private var now = Words.now()

    private enum CodingKeys: String, CodingKey {
        case root, agent, lanes, sets, partners, media, outcomes, oldest_waiting, stopped, last, alarms, space
    }

    init(_ gate: Gate) throws {
        root = gate.layout.root.string
        let status = try gate.ask(Command(.status))?.status
        agent = status.map { Agent(pid: $0.processID, version: $0.version, started_at: $0.startedAt) }
        lanes = (status?.lanes ?? []).map {
            Lane(
                name: $0.name, waiting: $0.waiting, running: $0.running, bytes_read: $0.bytesRead,
                bytes_total: $0.bytesTotal, records: $0.records, phase: $0.speed?.phase,
                bytes_per_second: $0.speed?.bytesPerSecond, records_per_second: $0.speed?.recordsPerSecond,
                seconds_left: $0.speed?.secondsLeft)
        }
        sets = (status?.sets ?? []).map {
            ChunkSet(partner: $0.partner, catalogue: $0.catalogue, exchange: $0.exchange, reason: $0.reason)
        }
        partners = try Self.partners(gate, status)
        let reason = try gate.mediaRefusal()
        media = Media(path: gate.loaded.media.string, online: reason == nil, offline_reason: reason)
        if let journal = try gate.journal() {
            try journal.read { connection in
                open = try JournalQueries.open(connection)
                recent = try JournalQueries.recent(5, connection)
                outcomes = Dictionary(
                    try JournalQueries.tally(connection).map { ($0.outcome, $0.count) }, uniquingKeysWith: +)
                alarms = try JournalQueries.alarms(connection).map {
                    Alarm(at: $0.at.description, partner: $0.partner, kind: $0.kind, text: $0.text)
                }
            }
        }
        oldest_waiting = open.first { !$0.outcome.isFinal }.map { PackageLines.Object($0) }
        stopped = open.filter { $0.heldBy == .brake || $0.outcome == .quarantined }.map {
            PackageLines.Object($0)
        }
        last = recent.map { PackageLines.Object($0) }
        for (name, path) in [
            ("spool", gate.loaded.spool), ("store", gate.loaded.store), ("media", gate.loaded.media),
        ]
        where try gate.spool.files.exists(path) {
            let volume = try gate.spool.files.volume(path)
            space.append(
                Space(name: name, path: path.string, free: volume.freeBytes, total: volume.totalBytes))
        }
    }

    /// What the agent last saw; without one, whether the volumes are there and
    /// what lies in them now.
    static func partners(_ gate: Gate, _ status: AgentStatus?) throws -> [Partner] {
        let known = Dictionary((status?.partners ?? []).map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        return try gate.partnersHere().map { name in
            if let seen = known[name] {
                return Partner(
                    name: name, online: seen.online, offline_reason: seen.offlineReason,
                    watching: seen.watching,
                    waiting_files: seen.waitingFiles, ignored: seen.ignored, last_scan: seen.lastScan)
            }
            let state = gate.spool.volumeState(of: name)
            guard state.isOnline else {
                return Partner(name: name, online: false, offline_reason: state.reason)
            }
            do throws(FileError) {
                let drops = try InputCount(gate.spool.input(name), gate.spool.files)
                return Partner(
                    name: name, online: true, waiting_files: drops.waiting, ignored: drops.ignored)
            } catch {
                // Who may not look there can still ask for everything else.
                return Partner(name: name, online: true, watching: "in/: \(error.reason)")
            }
        }
    }

    // MARK: For people

    func lines(_ terminal: Terminal) -> [String] {
        var lines = [agentLine(terminal)]
        for lane in lanes where lane.waiting > 0 || lane.running != nil { lines += Self.lines(lane) }
        lines.append(waitingLine(terminal))
        lines += partners.map { Self.line($0, terminal) }
        for set in sets {
            lines.append("set:       \(set.partner): catalogue \(set.catalogue), exchange \(set.exchange)")
            lines.append("           nothing is deleted yet: \(set.reason)")
        }
        if let reason = media.offline_reason {
            lines.append(terminal.bad("media:     offline: \(reason); pictures wait, nothing else does"))
        } else {
            lines.append("media:     online")
        }
        for row in open where row.heldBy == .brake {
            lines.append(terminal.warn("brake:     \(row.id)  \(row.path): \(row.reason)"))
            lines.append("           \(row.cure.isEmpty ? "waybill why \(row.id)" : row.cure)")
        }
        let quarantined = open.filter { $0.outcome == .quarantined }
        if !quarantined.isEmpty {
            lines.append(terminal.warn("stopped:   \(quarantined.count) in quarantine: waybill queue"))
        }
        for alarm in alarms {
            let whose = alarm.partner.isEmpty ? "" : alarm.partner + ": "
            lines.append(terminal.bad("alarm:     \(whose)\(alarm.kind): \(alarm.text) (since \(alarm.at))"))
        }
        for row in recent {
            let age = Words.relative(row.endedAt ?? row.receivedAt, now: now)
            lines.append("last:      \(row.outcome.rawValue) \(age): \(row.id)  \(row.path)")
        }
        let words = space.map { "\($0.name) \(Words.size($0.free)) of \(Words.size($0.total))" }
        if !words.isEmpty { lines.append("free:      " + words.joined(separator: ", ")) }
        return lines
    }

    private func agentLine(_ terminal: Terminal) -> String {
        guard let agent else {
            return terminal.warn("agent:     does not run; drops wait until `waybill run`")
        }
        return "agent:     runs since \(agent.started_at) (process \(agent.pid), version \(agent.version))"
    }

    private func waitingLine(_ terminal: Terminal) -> String {
        let waiting = open.filter { !$0.outcome.isFinal }
        guard let oldest = waiting.first else { return "waiting:   nothing" }
        var counts: [String: Int] = [:]
        for row in waiting { counts[row.outcome.rawValue, default: 0] += 1 }
        let words = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return "waiting:   \(words); oldest \(oldest.id), \(Words.relative(oldest.receivedAt, now: now))"
    }

    private static func lines(_ lane: Lane) -> [String] {
        var line = "lane:      \(lane.name): \(lane.waiting) waiting"
        guard let running = lane.running else { return [line] }
        line += ", \(running) runs"
        guard let done = lane.bytes_read, let total = lane.bytes_total, total > 0 else { return [line] }
        let progress = ProgressBar.line(bytes: done, total: total, records: lane.records ?? 0, lane.speed)
        return [line, "           " + progress]
    }

    static func line(_ partner: Partner, _ terminal: Terminal) -> String {
        guard partner.online else {
            return terminal.bad("partner:   \(partner.name): offline: \(partner.offline_reason ?? "")")
        }
        var parts = ["online"]
        if let watching = partner.watching { parts.append(watching) }
        if let count = partner.waiting_files, count > 0 {
            parts.append("\(count) \(count == 1 ? "file" : "files") in in/")
        }
        let ignored = (partner.ignored ?? [:]).sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        if !ignored.isEmpty { parts.append("ignored: " + ignored.joined(separator: ", ")) }
        return "partner:   \(partner.name): " + parts.joined(separator: "; ")
    }
}
