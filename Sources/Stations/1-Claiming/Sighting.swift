// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Records
import SystemPackage

/// What the agent remembers of one file in `in/` between two looks.
struct Sighting {
    var window: SettleWindow
    /// On the wall clock, for people.
    let firstSeen: Timestamp
    /// Nil until its first bytes were read, where its name does not tell.
    var kind: DropKind?
    var covers: [InputTree.Cover]
    var facts: DropFacts
    /// When `facts.answer` and `facts.cover` were found out.
    var answeredAt: ContinuousClock.Instant?
    /// Its ends, when it was last seen complete and not taken yet.
    var complete: Fingerprint?
    /// Seen complete earlier, changed since: whether something was lost is
    /// not known before its ends are read.
    var suspect: Fingerprint?
    /// Why it can't be opened.
    var problem: FileError?
    /// The look that saw it last.
    var round: UInt64

    init(_ file: InputTree.File, now: ContinuousClock.Instant, wall: Timestamp, round: UInt64) {
        window = SettleWindow(file.mark, now: now)
        firstSeen = wall
        covers = file.covers
        facts = DropFacts(isEmpty: file.mark.size == 0, cover: Self.cover(file.covers, file.mark))
        self.round = round
        let named = DropKind.of(file.elements, head: [])
        // Content can overrule these two names.
        kind = named == .xml || named == .plain ? nil : named
    }

    /// Takes in what the walk found.
    mutating func observe(_ file: InputTree.File, now: ContinuousClock.Instant) {
        if window.observe(file.mark, at: now) { restart(file) }
        if covers != file.covers {
            covers = file.covers
            window.restart(at: now)
            facts.cover = Self.cover(covers, window.mark)
        }
    }

    /// Another content: what was known of the old one is forgotten.
    mutating func restart(_ file: InputTree.File) {
        suspect = complete ?? suspect
        complete = nil
        answeredAt = nil
        problem = nil
        facts = DropFacts(isEmpty: window.mark.size == 0, cover: Self.cover(file.covers, window.mark))
        let named = DropKind.of(file.elements, head: [])
        kind = named == .xml || named == .plain ? nil : named
    }

    /// A time stamp is too coarse to show the very last write: what was
    /// missing is looked for again when the quiet time ends, and once more
    /// before quarantine.
    mutating func refresh(_ rule: SettleRule, at now: ContinuousClock.Instant) {
        guard let answeredAt else { return }
        let passed = [rule.quietDue(window), rule.unprovenDue(window)].contains {
            answeredAt < $0 && $0 <= now
        }
        guard passed else { return }
        if case .missing = facts.answer { facts.answer = nil }
        if case .disagrees = facts.cover { facts.cover = .unread }
    }

    /// A manifest says more than a marker.
    private static func cover(_ covers: [InputTree.Cover], _ mark: DropMark) -> CoverAnswer {
        if covers.contains(where: { $0.kind != .marker }) { return .unread }
        guard let newest = covers.map(\.mark.changed).max() else { return .none }
        return newest >= mark.changed ? .marker : .staleMarker
    }

    /// Whether this look has to open the file.
    func needsOpening(_ rule: SettleRule, at now: ContinuousClock.Instant) -> Bool {
        if facts.isEmpty { return false }
        if suspect != nil || problem != nil || kind == nil { return true }
        let isDue = now >= rule.quietDue(window)
        if facts.cover == .unread { return isDue || !rule.isRemote }
        switch facts.cover {
        case .disagrees: return false
        case .manifest, .marker: return !rule.isRemote && !isDue || complete == nil
        case .none, .staleMarker, .unread: break
        }
        guard kind != .attachment, kind != .plain else { return isDue && !rule.isRemote }
        switch facts.answer {
        case nil: return true
        case .missing: return false
        case .complete(let proof):
            if !proof.isStrong { return isDue && !rule.isRemote }
            return complete == nil || !rule.isRemote && !isDue
        case .notApplicable: return isDue && !rule.isRemote
        }
    }
}

/// The size and the ends of a file: tells another content from the same one
/// with new times.
struct Fingerprint: Hashable {
    var size: Int64
    var head: [UInt8]
    var tail: [UInt8]

    /// Bytes kept of each end.
    private static let width = 512

    init(_ window: ByteWindow) throws(FileError) {
        size = window.size
        head = try window.head(Self.width)
        tail = try window.tail(Self.width)
    }
}
