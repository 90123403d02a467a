// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
package import Records
package import SpoolStore
import SystemPackage

/// One partner's `in/`: looks, remembers what it saw, claims.
///
/// Driven by one thread at a time. Time comes in as an argument: `now` counts
/// quiet times, `wall` is for people. Every look is a full walk, so hints and
/// a lost watcher change only when it happens. Folders that a partner made
/// stay when they are empty: its next export writes into them again
/// (`commerceml.md` 5.1, 5.2).
package final class Intake {
    package let partner: String
    let spool: Spool
    let settings: IntakeSettings
    let input: FilePath
    var sightings: [FilePath: Sighting] = [:]
    /// Markers and manifests without their file.
    var lonely: [FilePath: Timestamp] = [:]
    var rule: SettleRule
    private var book = NameBook()
    private var round: UInt64 = 0
    /// Alarms of states that last: told when they begin.
    private var told: Set<IntakeAlarm> = []

    package init(partner: String, spool: Spool, settings: IntakeSettings) {
        self.partner = partner
        self.spool = spool
        self.settings = settings
        input = spool.input(partner)
        rule = SettleRule(settings, isRemote: false)
    }

    /// Looks at everything in `in/`; takes nothing.
    ///
    /// While the volume is not online nothing is believed, and what was seen
    /// is forgotten: its quiet times start again.
    package func look(now: ContinuousClock.Instant, wall: Timestamp) -> IntakeLook {
        let volume = spool.volumeState(of: partner)
        guard volume.isOnline else { return forget(volume) }
        do {
            rule = SettleRule(settings, isRemote: try spool.files.volume(input).isRemote)
            let tree = try InputTree(input, spool.files, &book)
            return try judge(tree, now: now, wall: wall)
        } catch {
            return forget(error.isNotFound ? .gone(error.description) : .unreachable(error.description))
        }
    }

    private func forget(_ volume: VolumeState) -> IntakeLook {
        sightings.removeAll()
        lonely.removeAll()
        return IntakeLook(volume: volume)
    }

    private func judge(_ tree: InputTree, now: ContinuousClock.Instant, wall: Timestamp) throws(FileError)
        -> IntakeLook
    {
        round += 1
        var look = IntakeLook(volume: .online)
        look.ignored = tree.ignored
        look.ignoredFolders = tree.ignoredFolders
        var lasting: Set<IntakeAlarm> = []
        for file in tree.files { try judge(file, now: now, wall: wall, &look, &lasting) }
        forgetUnseen(tree, &look)
        look.ready.sort { DropOrder.before($0.orderKey, $1.orderKey) }

        lonely = [:].merging(
            tree.lonely.map { ($0.path, lonely[$0.path] ?? wall) }, uniquingKeysWith: { first, _ in first })
        for cover in tree.lonely {
            look.waiting.append(
                WaitingDrop(
                    path: cover.path.string, size: cover.mark.size,
                    missing: "the file it covers, \(cover.covered), is not there",
                    since: lonely[cover.path] ?? wall, nextLook: nil, isSettling: false))
        }
        for (path, error) in tree.failures {
            lasting.insert(IntakeAlarm(kind: "unreadable", path: path.string, text: error.description))
        }
        for (first, second) in tree.collisions {
            lasting.insert(
                IntakeAlarm(
                    kind: "name-collision", path: second.string,
                    text: "\(first) and \(second) differ by letter case only: Windows shows one of them"))
        }
        look.alarms += lasting.subtracting(told).sorted { $0.path < $1.path }
        told = lasting
        look.lasting = Set(lasting.map(\.text))
        look.nextLook = look.waiting.compactMap(\.nextLook).min()
        return look
    }

    /// Judges one file.
    private func judge(
        _ file: InputTree.File, now: ContinuousClock.Instant, wall: Timestamp, _ look: inout IntakeLook,
        _ lasting: inout Set<IntakeAlarm>
    ) throws(FileError) {
        var sighting: Sighting
        if let known = sightings.removeValue(forKey: file.path) {
            sighting = known
            sighting.observe(file, now: now)
            sighting.round = round
        } else {
            sighting = Sighting(file, now: now, wall: wall, round: round)
        }
        defer { sightings[file.path] = sighting }
        if let before = sighting.suspect, before.size != file.mark.size {
            look.alarms.append(Self.overwritten(file, before))
            sighting.suspect = nil
        }
        sighting.refresh(rule, at: now)
        if sighting.needsOpening(rule, at: now) {
            let prover = Prover(seam: spool.files, input: input, rule: rule)
            do {
                sighting.problem = nil
                guard try prover.examine(file, &sighting, at: now) else {
                    return wait(
                        file, sighting, "it changes while it is looked at", rule.quietDue(sighting.window),
                        true, &look)
                }
                if let before = sighting.suspect { look.alarms.append(Self.overwritten(file, before)) }
                sighting.suspect = nil
            } catch {
                if error.isOffline { throw error }
                if error.isNotFound {
                    return wait(file, sighting, "it has just been taken away", nil, false, &look)
                }
                sighting.problem = error
            }
        }
        if let problem = sighting.problem {
            lasting.insert(
                IntakeAlarm(kind: "unreadable", path: file.path.string, text: problem.description))
            return wait(file, sighting, problem.description, nil, false, &look)
        }
        switch rule.step(sighting.facts, sighting.window, at: now) {
        case .claim(let proof): look.ready.append(drop(file, sighting, proof, nil))
        case .quarantine(let why): look.ready.append(drop(file, sighting, .none, why))
        case .wait(let missing, let until, let isSettling):
            wait(file, sighting, missing, until, isSettling, &look)
        }
    }

    private func wait(
        _ file: InputTree.File, _ sighting: Sighting, _ missing: String, _ until: ContinuousClock.Instant?,
        _ isSettling: Bool, _ look: inout IntakeLook
    ) {
        look.waiting.append(
            WaitingDrop(
                path: file.path.string, size: file.mark.size, missing: missing, since: sighting.firstSeen,
                nextLook: until, isSettling: isSettling))
    }

    private func drop(_ file: InputTree.File, _ sighting: Sighting, _ proof: Proof, _ quarantine: String?)
        -> Drop
    {
        let kind = sighting.kind ?? DropKind.of(file.elements, head: [])
        let display = file.path.string
        var facts: ManifestFacts?
        if case .manifest(let found) = sighting.facts.cover { facts = found }
        return Drop(
            path: file.path, display: display, kind: kind, proof: proof, size: file.mark.size,
            companions: file.covers.map(\.path), manifest: facts,
            exchangeKey: ExchangeKey.of(file.elements, isArchive: kind == .zip),
            orderKey: DropOrder.Key(path: display, isAttachment: kind.isAttachment),
            toQuarantine: quarantine, mark: sighting.window.mark)
    }

    /// Forgets what is no longer there. A complete file that went away
    /// without us is a loss, unless it only changed its name.
    private func forgetUnseen(_ tree: InputTree, _ look: inout IntakeLook) {
        let gone = sightings.filter { path, sighting in
            sighting.round != round && !tree.failures.contains { path.starts(with: $0.path) }
        }
        guard !gone.isEmpty else { return }
        let inodes = Set(tree.files.map(\.mark.inode))
        for (path, sighting) in gone.sorted(by: { $0.key.string < $1.key.string }) {
            sightings[path] = nil
            if sighting.complete != nil, !inodes.contains(sighting.window.mark.inode) {
                look.alarms.append(
                    IntakeAlarm(
                        kind: "removed", path: path.string,
                        text: "\(path) was complete and was removed before it was taken: what changed in it "
                            + "is lost unless its writer sends it again"))
            }
        }
    }

    private static func overwritten(_ file: InputTree.File, _ before: Fingerprint) -> IntakeAlarm {
        IntakeAlarm(
            kind: "overwritten", path: file.path.string,
            text:
                "\(file.path) was complete with \(before.size) bytes and was overwritten before it was taken: "
                + "the changes in it are lost; have everything exported again")
    }
}
