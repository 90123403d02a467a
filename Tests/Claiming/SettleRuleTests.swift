// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import Files
import Testing

@Suite("Settling") struct SettleRuleTests {
    private let start = ContinuousClock.now
    private let local = SettleRule(
        IntakeSettings(settle: .seconds(2), unprovenAfter: .seconds(600)), isRemote: false)
    private let remote = SettleRule(
        IntakeSettings(settle: .seconds(2), unprovenAfter: .seconds(600)), isRemote: true)

    private func mark(_ size: Int64, modified: Int64 = 1, inode: UInt64 = 7) -> DropMark {
        DropMark(size: size, modified: modified, changed: modified, inode: inode)
    }

    private func step(_ rule: SettleRule, _ facts: DropFacts, after seconds: Double) -> DropStep {
        rule.step(facts, SettleWindow(mark(10), now: start), at: start.advanced(by: .seconds(seconds)))
    }

    private func isWaiting(_ step: DropStep, settling: Bool) -> Bool {
        if case .wait(_, _, let isSettling) = step { return isSettling == settling }
        return false
    }

    @Test("a growing drop never gets its quiet time", arguments: [1, 2, 50])
    func growing(steps: Int) {
        var window = SettleWindow(mark(0), now: start)
        for number in 1...steps {
            let now = start.advanced(by: .seconds(number))
            let changed = window.observe(mark(Int64(number)), at: now)
            #expect(changed)
            #expect(local.step(DropFacts(answer: .notApplicable), window, at: now) != .claim(.quiet))
        }
        let later = start.advanced(by: .seconds(steps + 2))
        let changedLater = window.observe(mark(Int64(steps)), at: later)
        #expect(!changedLater)
        #expect(local.step(DropFacts(answer: .notApplicable), window, at: later) == .claim(.quiet))
    }

    @Test("each hint alone is a change", arguments: [0, 1, 2, 3])
    func hints(field: Int) {
        var window = SettleWindow(mark(10), now: start)
        var other = mark(10)
        switch field {
        case 0: other.size = 11
        case 1: other.modified = 0
        case 2: other.changed = 2
        default: other.inode = 8
        }
        let changed = window.observe(other, at: start.advanced(by: .seconds(5)))
        #expect(changed)
        #expect(window.quietSince == start.advanced(by: .seconds(5)))
    }

    @Test(
        "a strong proof and a lease: now; without lease: after the quiet time",
        arguments: [Proof.xml, .zip, .json])
    func strong(proof: Proof) {
        let answer = ProofAnswer.complete(proof)
        #expect(step(local, DropFacts(answer: answer, lease: .granted), after: 0) == .claim(proof))
        for lease in [LeaseAnswer.notAvailable, .writerHasIt] {
            let facts = DropFacts(answer: answer, lease: lease)
            #expect(isWaiting(step(local, facts, after: 1.9), settling: true))
            #expect(step(local, facts, after: 2) == .claim(proof))
        }
    }

    @Test("on a remote volume leases mean nothing and ten seconds are the least")
    func remoteVolume() {
        let facts = DropFacts(answer: .complete(.xml), lease: .granted)
        #expect(isWaiting(step(remote, facts, after: 9.9), settling: true))
        #expect(step(remote, facts, after: 10) == .claim(.xml))
        let patient = SettleRule(IntakeSettings(settle: .seconds(30)), isRemote: true)
        #expect(isWaiting(step(patient, facts, after: 29), settling: true))
    }

    @Test("a writer that holds a file without proof is waited for, not for ever")
    func pausingWriter() {
        let facts = DropFacts(answer: .notApplicable, lease: .writerHasIt)
        #expect(isWaiting(step(local, facts, after: 60), settling: false))
        #expect(step(local, facts, after: 600) == .claim(.quiet))
    }

    @Test("what should be provable and is not goes into quarantine after its time")
    func unproven() {
        let facts = DropFacts(answer: .missing("cut"), lease: .granted)
        #expect(isWaiting(step(local, facts, after: 1), settling: true))
        #expect(isWaiting(step(local, facts, after: 599), settling: false))
        #expect(step(local, facts, after: 600) == .quarantine("cut, and it has not changed for 10 min"))
    }

    @Test("an empty file is never claimed as good, whatever covers it")
    func empty() {
        let facts = DropFacts(isEmpty: true, cover: .marker, answer: nil, lease: .granted)
        #expect(isWaiting(step(local, facts, after: 599), settling: false))
        #expect(
            step(local, facts, after: 600)
                == .quarantine("the file is empty, and it has not changed for 10 min"))
    }

    @Test("a manifest decides over the bytes; a marker does not overrule them at once")
    func covers() {
        let wrong = DropFacts(cover: .disagrees("other size"), answer: .complete(.xml), lease: .granted)
        #expect(isWaiting(step(local, wrong, after: 0), settling: true))
        #expect(isWaiting(step(local, wrong, after: 3), settling: false))
        #expect(
            step(local, wrong, after: 600) == .quarantine("other size, and it has not changed for 10 min"))
        let right = DropFacts(
            cover: .manifest(ManifestFacts(size: 10)), answer: .notApplicable, lease: .granted)
        #expect(step(local, right, after: 0) == .claim(.manifest))
        let marked = DropFacts(cover: .marker, answer: .missing("cut"), lease: .granted)
        #expect(isWaiting(step(local, marked, after: 1), settling: true))
        #expect(step(local, marked, after: 2) == .claim(.marker))
        let stale = DropFacts(cover: .staleMarker, answer: .missing("cut"), lease: .granted)
        #expect(isWaiting(step(local, stale, after: 3), settling: false))
    }

    @Test("the next look is when time alone can change the answer")
    func nextLook() {
        guard
            case .wait(_, let first, _) = step(local, DropFacts(answer: .missing("cut")), after: 1),
            case .wait(_, let second, _) = step(local, DropFacts(answer: .missing("cut")), after: 3)
        else {
            Issue.record("it does not wait")
            return
        }
        #expect(first == start.advanced(by: .seconds(2)))
        #expect(second == start.advanced(by: .seconds(600)))
    }
}
