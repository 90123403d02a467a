// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Files
import Promoting
import Records
import SystemPackage
import TestKit
import Testing

@Suite("When a staged package goes live") struct PromotionGateTests {
    private let now = ManualClock().now

    private struct Closed: PromotionGate {
        func answer(_ staged: StagedPackage, at now: Timestamp) -> PromotionAnswer {
            .notBefore(now.adding(seconds: 7), reason: "its pictures are not ready")
        }
    }

    private struct Clock: QuietClock {
        var opens: Timestamp
        func isOpen(at moment: Timestamp) -> Bool { moment >= opens }
        func nextOpening(after moment: Timestamp) -> Timestamp { max(moment, opens) }
    }

    private static func staged(
        _ number: Int, exchange: String = "e", rank: Int = 0, bytes: Int64 = 1,
        streams: [StageSeal.Stream] = []
    ) throws -> StagedPackage {
        var seal = StageSeal(package: try #require(PackageID("p-\(number)")), contentHash: [1])
        seal.rank = rank
        seal.bytes = bytes
        seal.streams = streams
        return StagedPackage(partner: "erp-1c", exchange: exchange, seal: seal)
    }

    @Test("the policy is asked first, then every gate; a command overrules the policy only")
    func order() throws {
        let staged = try Self.staged(1)
        let opens = now.adding(seconds: 60)
        let window = PolicyGate { [opens] _ in .window(Clock(opens: opens)) }
        let manual = PolicyGate { _ in .manual }
        let atOnce = PolicyGate { _ in .immediately }
        func answer(_ policy: PolicyGate, _ gates: [any PromotionGate], asked: Bool = false, after: Int64 = 0)
            -> PromotionAnswer
        {
            PromotionDesk(policy: policy, gates: gates)
                .answer(staged, at: now.adding(seconds: after), isAsked: asked)
        }
        #expect(answer(atOnce, []) == .ready)
        guard case .notBefore(let moment, let reason) = answer(window, [Closed()]) else {
            Issue.record("a closed window lets through")
            return
        }
        #expect(moment == opens)
        #expect(reason.contains("window") && reason.contains("\(opens)"))
        #expect(answer(window, [], after: 60) == .ready)
        #expect(answer(window, [], asked: true) == .ready)
        guard case .notBefore(nil, _) = answer(manual, []) else {
            Issue.record("manual lets through")
            return
        }
        #expect(answer(manual, [], asked: true) == .ready)
        let pictures = PromotionAnswer.notBefore(
            now.adding(seconds: 7), reason: "its pictures are not ready")
        #expect(answer(atOnce, [Closed()]) == pictures)
        #expect(answer(manual, [Closed()], asked: true) == pictures)
    }

    @Test("an exchange goes live in its own order, the older exchange first")
    func sorted() throws {
        let list = [
            try Self.staged(4, exchange: "e2"), try Self.staged(3, exchange: "e1", rank: 1),
            try Self.staged(2, exchange: "e1", rank: 2), try Self.staged(1, exchange: "e1", rank: 2),
        ]
        #expect(list.sorted(by: StagedPackage.isBefore).map(\.id.text) == ["p-3", "p-1", "p-2", "p-4"])
    }

    @Test("too little room is said in words, with what is needed and where")
    func space() throws {
        let folder = try TemporaryFolder()
        let gate = SpaceGate(StageFolder(FilePath(folder.root), files: RealFileSystem()))
        #expect(gate.lack(forFull: 1) == nil)
        #expect(gate.answer(try Self.staged(1), at: now) == .ready)
        let lack = try #require(gate.lack(forFull: 1 << 60))
        #expect(lack.contains("\(1 << 40) MiB") && lack.contains("\(3 << 40) MiB"), "\(lack)")
        #expect(lack.contains(folder.root))
        #expect(gate.lack(forFull: .max) != nil)
        guard
            case .notBefore(now.adding(seconds: SpaceGate.pause), _) = gate.answer(
                try Self.staged(1, bytes: 1 << 60), at: now)
        else {
            Issue.record("no room, and it goes live")
            return
        }
    }

    @Test("a newer complete full replaces an older one only where it says all of it anew")
    func supersession() throws {
        func seal(_ number: Int, _ streams: [StageSeal.Stream]) throws -> StageSeal {
            try Self.staged(number, streams: streams).seal
        }
        func stream(_ section: SectionKind, _ asOf: Int64, whole: Bool = true, _ catalogue: String = "c")
            -> StageSeal.Stream
        {
            .init(catalogue: catalogue, section: section, isWhole: whole, asOf: asOf)
        }
        let old = try seal(1, [stream(.classifier, 1, whole: false), stream(.catalogue, 1)])
        let new = try seal(
            2, [stream(.classifier, 2, whole: false), stream(.catalogue, 2), stream(.offers, 2)])
        #expect(new.supersedes(old))
        #expect(!old.supersedes(new))
        #expect(!new.supersedes(new))
        #expect(!(try seal(3, [stream(.catalogue, 2)])).supersedes(old), "the classifier is missing")
        let portion = [stream(.classifier, 2, whole: false), stream(.catalogue, 2, whole: false)]
        #expect(!(try seal(3, portion)).supersedes(old), "a portion is not the whole truth")
        let older = [stream(.classifier, 2, whole: false), stream(.catalogue, 0)]
        #expect(!(try seal(3, older)).supersedes(old), "older facts")
        let other = [stream(.classifier, 2, whole: false), stream(.catalogue, 2, "d")]
        #expect(!(try seal(3, other)).supersedes(old), "another catalogue")
        #expect(!new.supersedes(try seal(1, [])), "nobody knows what it says")
    }
}
