// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import CatalogueStore
package import Records

/// A package whose stage file is whole, and which is not live yet.
package struct StagedPackage: Sendable, Hashable {
    package var partner: String
    package var exchange: String
    package var seal: StageSeal

    package init(partner: String, exchange: String, seal: StageSeal) {
        self.partner = partner
        self.exchange = exchange
        self.seal = seal
    }

    package var id: PackageID { seal.package }

    /// By exchange, then dictionaries before goods before offers, then by
    /// arrival.
    package static func isBefore(_ left: StagedPackage, _ right: StagedPackage) -> Bool {
        (left.exchange, left.seal.rank, left.id.text) < (right.exchange, right.seal.rank, right.id.text)
    }
}

/// Whether a staged package may go live.
package enum PromotionAnswer: Sendable, Hashable {
    case ready
    /// Not yet, for a reason in words; before the moment there is no use in
    /// asking again. Nil: only a command changes it.
    case notBefore(Timestamp?, reason: String)
}

/// The promotion hook: whoever has a say in when a staged package goes live.
package protocol PromotionGate: Sendable {
    func answer(_ staged: StagedPackage, at now: Timestamp) -> PromotionAnswer
}

/// Asks the policy and then every gate, in order; the first that is not ready
/// decides.
package struct PromotionDesk: Sendable {
    private let policy: any PromotionGate
    private let gates: [any PromotionGate]

    package init(policy: any PromotionGate, gates: [any PromotionGate]) {
        self.policy = policy
        self.gates = gates
    }

    /// - Parameter isAsked: a command wants it live now, whatever the policy
    ///   says.
    package func answer(_ staged: StagedPackage, at now: Timestamp, isAsked: Bool) -> PromotionAnswer {
        for gate in isAsked ? gates : [policy] + gates {
            let answer = gate.answer(staged, at: now)
            if answer != .ready { return answer }
        }
        return .ready
    }
}

/// The clock of everything that waits for quiet.
package protocol QuietClock: Sendable {
    func isOpen(at moment: Timestamp) -> Bool
    /// The first moment at which it is open, `moment` itself or later.
    func nextOpening(after moment: Timestamp) -> Timestamp
}

/// When a partner's fulls go live.
package enum PromotionPolicy: Sendable {
    case immediately
    case window(any QuietClock)
    case manual
}

/// The first gate: what is configured for the partner.
package struct PolicyGate: PromotionGate {
    private let policy: @Sendable (_ partner: String) -> PromotionPolicy

    package init(_ policy: @escaping @Sendable (_ partner: String) -> PromotionPolicy) {
        self.policy = policy
    }

    package func answer(_ staged: StagedPackage, at now: Timestamp) -> PromotionAnswer {
        switch policy(staged.partner) {
        case .immediately: return .ready
        case .manual: return .notBefore(nil, reason: "\(staged.partner) has promote: manual")
        case .window(let clock):
            guard !clock.isOpen(at: now) else { return .ready }
            let opening = clock.nextOpening(after: now)
            return .notBefore(
                opening, reason: "\(staged.partner) has promote: window, which opens at \(opening)")
        }
    }
}
