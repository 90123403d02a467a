// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import JournalStore
package import Records

/// A changing command, as a value: what the command line asks and the agent
/// does.
package struct Command: Codable, Sendable, Hashable {
    package enum Verb: String, Codable, Sendable, CaseIterable {
        case ingest, approve, retry, hold, release, discard, promote, prune, addPartner, adoptPartner,
            adoptMedia, status, why
    }

    package var verb: Verb
    /// A package; for `why` also a path below some `in/`; for `promote` an
    /// exchange, nil for all that is staged.
    package var id: String?
    package var partner: String?
    /// `approve --without-deletes`.
    package var withoutDeletes = false
    /// Files that the command line has put into `spool/tmp/`, with the names
    /// they were given by.
    package var files: [File] = []
    /// `ingest --as-of now`.
    package var asOfNow = false
    /// `prune`: the policy in words the archive understands.
    package var olderThanSeconds: Int64?
    package var maxBytes: Int64?
    package var keepLast: Int?
    package var dryRun = false
    /// Who asks, for the audit; over the socket believed only of the agent's
    /// own user.
    package var who = ""

    package struct File: Codable, Sendable, Hashable {
        /// Absolute path below `spool/tmp/`; the agent removes it.
        package var staged: String
        /// As the admin named it, relative, `/` between parts.
        package var name: String
        package init(staged: String, name: String) {
            self.staged = staged
            self.name = name
        }
    }

    package init(_ verb: Verb) { self.verb = verb }
}

/// One line of an answer to a command.
package struct Answer: Codable, Sendable, Hashable {
    /// `progress` any number of times, then one `result`.
    package var event: String
    /// Exit code of the contract, with `result`.
    package var exit: Int32?
    package var message: String?
    /// The line that helps, where something failed.
    package var cure: String?
    /// Ids of the packages the command made or changed.
    package var packages: [String]?
    package var id: String?
    package var bytesRead: Int64?
    package var bytesTotal: Int64?
    package var records: Int?
    package var speed: Speed?
    package var lines: [String]?
    package var status: AgentStatus?

    package static func result(
        _ exit: ExitCode, _ message: String, cure: String? = nil, packages: [String]? = nil
    ) -> Answer {
        var answer = Answer(event: "result")
        answer.exit = exit.rawValue
        answer.message = message
        answer.cure = cure
        answer.packages = packages
        return answer
    }

    init(event: String) { self.event = event }

    package static func progress(_ running: LaneBoard.Progress, at now: ContinuousClock.Instant) -> Answer {
        var answer = Answer(event: "progress")
        answer.id = running.job.id.text
        answer.bytesRead = running.bytesRead
        answer.bytesTotal = running.bytesTotal
        answer.records = running.records
        answer.speed = running.speed(at: now)
        return answer
    }
}

/// Exit codes of the contract.
package enum ExitCode: Int32, Sendable {
    case done = 0
    case failed = 1
    case rejects = 3
    case held = 4
    case notFound = 5
    case usage = 64
    case unreachable = 69
    case locked = 75
    case configuration = 78
    case interrupted = 130

    /// What an outcome means for who waits for it.
    package init(_ outcome: Outcome) {
        switch outcome {
        case .applied, .duplicate, .stale, .superseded, .discarded, .undone, .staged, .waiting: self = .done
        case .appliedWithRejects, .quarantined: self = .rejects
        case .held: self = .held
        case .claimed, .deferred: self = .failed
        }
    }

    /// As of its outcome; one that still waits may have refused records
    /// already.
    init(_ row: PackageRow) {
        self = row.outcome == .waiting && row.rejects > 0 ? .rejects : ExitCode(row.outcome)
    }

    /// The worse of two, for a command over several packages.
    package static func worse(_ left: ExitCode, _ right: ExitCode) -> ExitCode {
        let order: [ExitCode] = [.done, .rejects, .held, .failed]
        let rank = { (code: ExitCode) in order.firstIndex(of: code) ?? order.count }
        return rank(left) >= rank(right) ? left : right
    }
}

/// What only the running agent knows.
package struct AgentStatus: Codable, Sendable, Hashable {
    package var processID: Int32
    package var version: String
    /// RFC 3339.
    package var startedAt: String
    package var partners: [Partner] = []
    package var lanes: [Lane] = []
    package var sets: [ChunkSet]?

    package struct Partner: Codable, Sendable, Hashable {
        package var name: String
        /// `events` or `scan`, with the reason where it scans.
        package var watching: String
        package var online: Bool
        package var offlineReason: String?
        /// Files in `in/` that are not yet taken.
        package var waitingFiles: Int
        /// Temporary names left alone, by pattern.
        package var ignored: [String: Int]
        package var lastScan: String?
    }

    package struct Lane: Codable, Sendable, Hashable {
        package var name: String
        package var waiting: Int
        package var running: String?
        package var bytesRead: Int64?
        package var bytesTotal: Int64?
        package var records: Int?
        package var speed: Speed?
    }

    /// A set of portions whose absences are not believed yet.
    package struct ChunkSet: Codable, Sendable, Hashable {
        package var partner, catalogue, exchange: String
        /// Why, in words.
        package var reason: String
    }

    package init(processID: Int32, version: String, startedAt: String) {
        self.processID = processID
        self.version = version
        self.startedAt = startedAt
    }
}
