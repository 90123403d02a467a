// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files

/// What is known about a drop at one look.
package struct DropFacts: Hashable, Sendable {
    package var isEmpty: Bool
    package var cover: CoverAnswer
    /// Nil: the bytes have not been looked at yet.
    package var answer: ProofAnswer?
    /// Nil: not asked.
    package var lease: LeaseAnswer?

    package init(
        isEmpty: Bool = false, cover: CoverAnswer = .none, answer: ProofAnswer? = nil,
        lease: LeaseAnswer? = nil
    ) {
        self.isEmpty = isEmpty
        self.cover = cover
        self.answer = answer
        self.lease = lease
    }
}

/// What a marker or manifest says of the file it covers.
package enum CoverAnswer: Hashable, Sendable {
    case none
    /// A manifest is there and the file has not been compared with it yet.
    case unread
    case marker
    /// The file was written after its marker: left from an earlier run
    /// (`spool-traps.md` 9, trap 14). Proves nothing.
    case staleMarker
    case manifest(ManifestFacts)
    /// The manifest and the file differ, in plain words.
    case disagrees(String)
}

/// What a look decides about one drop.
package enum DropStep: Hashable, Sendable {
    case claim(Proof)
    /// Claimed without proof, for a human: the reason.
    case quarantine(String)
    /// - until: when time alone can change the answer.
    /// - isSettling: it is complete, or may become so, once the quiet time is
    ///   over.
    case wait(missing: String, until: ContinuousClock.Instant?, isSettling: Bool)
}

/// When a drop is claimed (architecture, invariant 2). Decides from facts and
/// a time; does nothing.
package struct SettleRule: Hashable, Sendable {
    /// Least quiet time on a remote volume.
    package static let remoteQuiet: Duration = .seconds(10)

    package let quiet: Duration
    package let unprovenAfter: Duration
    /// Leases mean nothing there.
    package let isRemote: Bool

    package init(_ settings: IntakeSettings, isRemote: Bool) {
        self.isRemote = isRemote
        quiet = isRemote ? max(settings.settle, Self.remoteQuiet) : settings.settle
        unprovenAfter = max(settings.unprovenAfter, quiet)
    }

    package func quietDue(_ window: SettleWindow) -> ContinuousClock.Instant {
        window.quietSince.advanced(by: quiet)
    }

    package func unprovenDue(_ window: SettleWindow) -> ContinuousClock.Instant {
        window.quietSince.advanced(by: unprovenAfter)
    }

    package func step(_ facts: DropFacts, _ window: SettleWindow, at now: ContinuousClock.Instant) -> DropStep
    {
        if facts.isEmpty { return unproven("the file is empty", window, at: now) }
        switch facts.cover {
        case .unread: return wait("its manifest has not been checked yet", window, at: now)
        case .disagrees(let why): return unproven(why, window, at: now)
        case .manifest: return strong(.manifest, facts.lease, window, at: now)
        case .marker:
            // The partner's word against the bytes: time decides, then Reading.
            if case .missing(let why) = facts.answer {
                return now >= quietDue(window)
                    ? .claim(.marker) : wait("a marker covers it, but \(why)", window, at: now)
            }
            return strong(.marker, facts.lease, window, at: now)
        case .none, .staleMarker: break
        }
        switch facts.answer {
        case nil: return wait("not looked into while it may still be written", window, at: now)
        case .complete(let proof):
            return proof.isStrong
                ? strong(proof, facts.lease, window, at: now) : weak(proof, facts.lease, window, at: now)
        case .notApplicable: return weak(.quiet, facts.lease, window, at: now)
        case .missing(let why): return unproven(why, window, at: now)
        }
    }

    private func strong(
        _ proof: Proof, _ lease: LeaseAnswer?, _ window: SettleWindow, at now: ContinuousClock.Instant
    ) -> DropStep {
        if !isRemote, lease == .granted { return .claim(proof) }
        if now >= quietDue(window) { return .claim(proof) }
        let why =
            lease == .writerHasIt && !isRemote
            ? "\(proof.words), but a program has it open for writing" : "\(proof.words); the quiet time runs"
        return wait(why, window, at: now)
    }

    /// A writer that pauses for longer than the quiet time and still has the
    /// file open is waited for, but not for ever.
    private func weak(
        _ proof: Proof, _ lease: LeaseAnswer?, _ window: SettleWindow, at now: ContinuousClock.Instant
    ) -> DropStep {
        guard now >= quietDue(window) else {
            return wait("nothing in it proves that it is whole; the quiet time runs", window, at: now)
        }
        if !isRemote, lease == .writerHasIt, now < unprovenDue(window) {
            return .wait(
                missing: "a program has it open for writing", until: unprovenDue(window), isSettling: false)
        }
        return .claim(proof)
    }

    private func unproven(_ why: String, _ window: SettleWindow, at now: ContinuousClock.Instant) -> DropStep
    {
        now >= unprovenDue(window)
            ? .quarantine("\(why), and it has not changed for \(Self.words(unprovenAfter))")
            : wait(why, window, at: now)
    }

    private func wait(_ why: String, _ window: SettleWindow, at now: ContinuousClock.Instant) -> DropStep {
        let isSettling = now < quietDue(window)
        return .wait(
            missing: why, until: isSettling ? quietDue(window) : unprovenDue(window), isSettling: isSettling)
    }

    /// `10 min`, `90 s`, `1.5 s`.
    package static func words(_ duration: Duration) -> String {
        let (seconds, parts) = duration.components
        if seconds >= 120, seconds % 60 == 0 { return "\(seconds / 60) min" }
        let tenths = parts / 100_000_000_000_000_000
        return tenths == 0 || seconds >= 60 ? "\(seconds) s" : "\(seconds).\(tenths) s"
    }
}
