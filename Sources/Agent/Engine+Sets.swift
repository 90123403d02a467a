// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import Claiming
import JournalStore
import Records
import Settings
import SpoolStore
import Synchronization

extension Engine {
    static func policy(_ sweep: PartnerSettings.Sweep) -> ApplyContext.SweepPolicy {
        switch sweep {
        case .proven: .proven
        case .set: .set
        case .never: .never
        }
    }

    /// Judges sets of loose portions; only an agent does, which sees what
    /// else comes.
    func sweepSets(_ now: Timestamp) throws {
        guard takesDrops else { return }
        let settings = settings
        let rules = SetRules(
            limits: { name in
                let partner = settings.partner(name)
                guard partner.sweep == .set else { return nil }
                return (partner.brakes.maxDelete, partner.brakes.minSizeOfLast)
            }, obstacle: { [self] partner, exchange in try obstacle(partner, exchange) })
        let (done, waiting) = try Applier(store: house.catalogue).sweepSets(now: now.milliseconds, rules)
        sets.withLock { $0 = waiting }
        try note(done, at: now)
    }

    /// What speaks against the proof of a complete set, in words.
    private func obstacle(_ partner: String, _ exchange: String) throws -> String? {
        guard let look = partners.withLock({ $0[partner] })?.last.withLock({ $0?.look }) else {
            return "nobody has looked into in/ yet"
        }
        guard look.volume.isOnline else { return "the partner is offline: \(look.volume.reason)" }
        if let path = look.ready.first?.display ?? look.waiting.first?.path {
            return "\(path) still lies in in/"
        }
        for row in try house.journal.rows(exchange: exchange) {
            switch row.outcome {
            case .claimed, .staged, .deferred, .held: return "\(row.path) is \(row.outcome.rawValue)"
            case .quarantined, .discarded, .undone:
                return "\(row.path) (\(row.id)) was not applied: it is \(row.outcome.rawValue)"
            case .waiting, .applied, .appliedWithRejects, .duplicate, .stale, .superseded: continue
            }
        }
        return nil
    }
}
