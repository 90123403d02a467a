// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Claiming
import Files
import Foundation
import JournalStore
import Records
import Settings
import SpoolStore
import SystemPackage

/// `waybill why`.
struct Why: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Why a package or a file in in/ is not applied yet, and what frees it.",
        discussion: "A path may be absolute, relative to the current folder, or relative to a partner's in/.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp("A package's id or its start, or a file.", valueName: "id|path"))
    var what: String

    private struct Object: Encodable {
        var id, path, partner: String?
        var lines: [String]
    }

    func run() throws {
        try options.reporting { gate in
            if let (partner, path) = try gate.drop(what) { return try explain(partner, path, gate) }
            let row = try gate.package(what)
            let lines = try asked(row.id.text, gate) ?? Self.lines(row)
            try gate.terminal.object(
                Object(id: row.id.text, path: row.path, partner: row.partner, lines: lines))
            gate.terminal.show(lines)
            return .result(.done, "")
        }
    }

    private func explain(_ partner: String, _ path: FilePath, _ gate: Gate) throws -> Answer {
        let full = gate.spool.input(partner).pushing(path)
        guard try gate.spool.files.exists(full) else {
            throw Failure(
                .notFound, "\(full): nothing of that name lies there now",
                cure: "taken already? `waybill find \(path.lastComponent?.string ?? path.string)`")
        }
        let lines = try asked(full.string, gate) ?? gate.look(partner, path)
        try gate.terminal.object(Object(path: path.string, partner: partner, lines: lines))
        gate.terminal.show(["\(partner): \(path)"] + lines)
        return .result(.done, "")
    }

    /// What the agent knows; nil where none runs.
    private func asked(_ text: String, _ gate: Gate) throws -> [String]? {
        var command = Command(.why)
        command.id = text
        guard let answer = try gate.ask(command), answer.exit == 0 else { return nil }
        return answer.lines
    }

    /// What the journal says, where no agent runs.
    static func lines(_ row: PackageRow) -> [String] {
        var lines = ["\(row.id) is \(row.outcome.rawValue)"]
        if !row.reason.isEmpty { lines.append(row.reason) }
        if let next = row.nextTry { lines.append("next try: \(next)") }
        if !row.cure.isEmpty { lines.append(row.cure) }
        let movesByItself: [Outcome] = [.claimed, .waiting, .staged, .deferred]
        if movesByItself.contains(row.outcome) {
            lines.append("no agent runs: nothing moves until `waybill run`")
        }
        return lines
    }
}

extension Gate {
    /// The partner and the path below its `in/` that a text names; nil for
    /// anything else.
    func drop(_ text: String) throws -> (partner: String, path: FilePath)? {
        let absolute = FilePath(URL(fileURLWithPath: text).path)
        for partner in try partnersHere() {
            let input = spool.input(partner)
            if let path = Spool.relative(absolute.string, below: input) { return (partner, path) }
            let inside = Spool.plainName(text)
            if !text.hasPrefix("/"), try spool.files.exists(input.pushing(inside)) {
                return (partner, inside)
            }
        }
        return nil
    }

    /// Partners with a folder; none where there is no spool yet.
    func partnersHere() throws -> [String] {
        do { return try spool.partnerNames() } catch {
            if error.fileError?.isNotFound == true { return [] }
            throw error
        }
    }

    /// Looks into `in/` itself, once: nothing is known of what came before.
    func look(_ partner: String, _ path: FilePath) -> [String] {
        let settings = loaded.settings
        let intake = Intake(
            partner: partner, spool: spool,
            settings: IntakeSettings(
                settle: settings.partner(partner).settle, unprovenAfter: settings.unprovenAfter))
        let now = ContinuousClock.now
        _ = intake.look(now: now, wall: Words.now())
        return intake.report(path, now: now).lines + ["no agent runs: nothing moves until `waybill run`"]
    }
}
