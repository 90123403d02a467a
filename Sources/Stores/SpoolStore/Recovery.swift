// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// What the journal and the lane's file know of one package.
package struct JournalFact: Hashable, Sendable {
    package var id: PackageID
    package var partner: String
    /// The row's outcome.
    package var outcome: Outcome
    /// The outcome in the lane's own file (its marker), nil without one.
    package var marker: Outcome?
    /// The row says that its payload lies in the archive.
    package var isPutAway: Bool
    /// Of a staged package: its stage file is there and whole.
    package var hasStage: Bool

    package init(
        id: PackageID, partner: String, outcome: Outcome, marker: Outcome? = nil, isPutAway: Bool = false,
        hasStage: Bool = true
    ) {
        self.id = id
        self.partner = partner
        self.outcome = outcome
        self.marker = marker
        self.isPutAway = isPutAway
        self.hasStage = hasStage
    }
}

/// One step of recovery. The shell that carries it out decides nothing.
package enum RecoveryAction: Hashable, Sendable {
    /// A payload without a row: insert one for the folder it lies in.
    case insertRow(PackageID, SpoolState)
    /// The row lags behind the marker, or speaks of a stage file that is gone:
    /// set it.
    case setOutcome(PackageID, Outcome)
    /// Put the package into its lane's queue again.
    case queueAgain(PackageID)
    /// The end is recorded: move the payload on to the archive.
    case finishArchiving(PackageID, from: SpoolState)
    /// The folder lies where neither marker nor row say: move it, report it.
    case putBack(PackageID, from: SpoolState, to: SpoolState)
    /// A folder that holds nothing of the partner's.
    case removeEmpty(PackageID, SpoolState)
    /// A claim across volumes stopped in the middle: copy, verify, unlink.
    case finishCopy(PackageID)
    /// The payload is nowhere and not put away: it was lost or removed by
    /// hand.
    case reportLost(PackageID)
    /// The end is recorded and the payload is nowhere: removed by hand before
    /// it was archived. Note that, and report it once.
    case endWithoutFile(PackageID)
    /// The row is open and the payload lies in the archive: moved by hand.
    case reportArchived(PackageID)
    /// A second folder of the same id: a copy made by hand; never touched.
    case reportCopy(PackageID, SpoolState)
}

/// Decides what to do after a crash or a helping hand.
///
/// A pure function of files and rows (architecture, invariant 1): the lane
/// marker rules, then the journal, then the folder. Every state it tells apart
/// stands in docs/crash-states.md.
package enum Recovery {
    /// - Returns: steps in the order to take them, by id; empty where all
    ///   agree.
    package static func decide(files: Inventory, rows: [JournalFact]) -> [RecoveryAction] {
        var byID: [PackageID: Facts] = [:]
        for folder in files.folders { byID[folder.id, default: Facts()].folders.append(folder) }
        for id in files.shareClaims { byID[id, default: Facts()].onShare = true }
        for id in files.archived { byID[id, default: Facts()].archived = true }
        for row in rows { byID[row.id, default: Facts()].row = row }
        return byID.keys.sorted().flatMap { id in
            var facts = byID[id] ?? Facts()
            facts.offline = facts.row.map { files.offline.contains($0.partner) } ?? false
            return steps(id, facts)
        }
    }

    fileprivate struct Facts {
        var folders: [Inventory.Folder] = []
        var onShare = false
        var archived = false
        var offline = false
        var row: JournalFact?
    }

    private static func steps(_ id: PackageID, _ facts: Facts) -> [RecoveryAction] {
        guard let row = facts.row else { return withoutRow(id, facts) }
        var outcome = row.marker ?? row.outcome
        if outcome == .staged, !row.hasStage { outcome = .claimed }
        let behind: [RecoveryAction] = outcome == row.outcome ? [] : [.setOutcome(id, outcome)]
        guard let place = SpoolState.folder(of: outcome) else { return behind + ended(id, facts) }
        return behind + open(id, facts, outcome: outcome, place: place)
    }

    /// Claimed before its row was written, or the journal was lost.
    private static func withoutRow(_ id: PackageID, _ facts: Facts) -> [RecoveryAction] {
        if facts.onShare { return [.finishCopy(id), .insertRow(id, .claimed)] }
        guard let first = facts.full.first else { return facts.removeEmpty(id) }
        return facts.removeEmpty(id) + [.insertRow(id, first.state)] + facts.reportCopies(id, of: first.state)
    }

    /// The outcome is final and the payload belongs into the archive.
    private static func ended(_ id: PackageID, _ facts: Facts) -> [RecoveryAction] {
        let copy: [RecoveryAction] = facts.onShare ? [.finishCopy(id)] : []
        if facts.row?.isPutAway == true {
            return copy + facts.removeEmpty(id) + facts.full.map { .reportCopy(id, $0.state) }
        }
        if let first = facts.full.first {
            return copy + facts.removeEmpty(id) + [.finishArchiving(id, from: first.state)]
                + facts.reportCopies(id, of: first.state)
        }
        // Put away, and the row does not say so yet; or on its way there.
        if facts.onShare || facts.archived {
            return copy + [.finishArchiving(id, from: facts.folders.first?.state ?? .claimed)]
        }
        return facts.offline ? [] : facts.removeEmpty(id) + [.endWithoutFile(id)]
    }

    /// On the way, or stopped for a human.
    private static func open(_ id: PackageID, _ facts: Facts, outcome: Outcome, place: SpoolState)
        -> [RecoveryAction]
    {
        let queue: [RecoveryAction] = outcome == .claimed ? [.queueAgain(id)] : []
        let copy: [RecoveryAction] = facts.onShare ? [.finishCopy(id)] : []
        if facts.full.contains(where: { $0.state == place }) {
            return copy + facts.removeEmpty(id) + queue + facts.reportCopies(id, of: place)
        }
        if let found = facts.full.first {
            // The empty folder may have the name that the full one gets.
            return copy + facts.removeEmpty(id) + [.putBack(id, from: found.state, to: place)] + queue
                + facts.reportCopies(id, of: found.state)
        }
        if facts.onShare { return copy + queue }
        if facts.archived { return [.reportArchived(id)] }
        // An offline share may hold the claim.
        return facts.offline ? [] : [.reportLost(id)]
    }
}

extension Recovery.Facts {
    /// Folders with a payload.
    fileprivate var full: [Inventory.Folder] { folders.filter(\.hasPayload) }

    /// None while a copy from a share may still fill one.
    fileprivate func removeEmpty(_ id: PackageID) -> [RecoveryAction] {
        onShare ? [] : folders.filter { !$0.hasPayload }.map { .removeEmpty(id, $0.state) }
    }

    fileprivate func reportCopies(_ id: PackageID, of state: SpoolState) -> [RecoveryAction] {
        full.filter { $0.state != state }.map { .reportCopy(id, $0.state) }
    }
}
