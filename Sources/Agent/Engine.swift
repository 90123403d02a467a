// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import JournalStore
package import Logging
import MediaStore
import Records
import Settings
import SpoolStore
import Synchronization
import Threads

/// When and in which order: takes drops, hands packages to the lanes, moves
/// them on, tidies up, and does what commands ask.
///
/// Everything blocks and runs on threads of its own: one for each partner's
/// `in/` (a share that hangs stops nobody else), one that applies what is
/// urgent, one for full catalogues, one that archives, one that keeps house. A package's state is
/// changed under `desk` only; its row is written first, its folder follows
/// (architecture, invariant 1).
package final class Engine: Sendable {
    let house: House
    let logger: Logger
    let board: LaneBoard
    let finishing: PackageQueue
    /// Staged, and not live yet.
    let shelf = StageShelf()
    /// Between claim and the board, or in somebody's hands: whoever changes
    /// a package that is on no board inserts it first.
    let inFlight = PackageSet()
    /// Claimed in this run when nobody had it open for writing any more.
    let finished = PackageSet()
    let mint: IDMint
    let startedAt: Timestamp

    /// Held while a package's row and folder change.
    let desk = Mutex(())
    let partners = Mutex<[String: PartnerWork]>([:])
    private let watch = Mutex<WatchProcess?>(nil)
    private let configured: Mutex<Settings>
    /// Alarms that this run has cleared or found cleared, so that good news
    /// costs no write.
    private let quiet = Mutex<Set<String>>([])
    /// Drops that a look found ready and that are not claimed yet.
    let rush = Atomic(0)
    /// The exchange that a partner's last package went to.
    let lastExchange = Mutex<[String: String]>([:])
    /// Sets of portions whose absences are not believed yet, as last judged.
    let sets = Mutex<[WaitingSet]>([])

    let workBell = Doorbell()
    let bulkBell = Doorbell()
    let finishBell = Doorbell()
    let houseBell = Doorbell()
    /// Rings when a package has moved on.
    let news = NewsBell()
    private let threads = Mutex<[WorkerThread]>([])
    private let running = Mutex(0)
    private let taking = Atomic(false)

    package init(_ house: House, logger: Logger) throws {
        self.house = house
        self.logger = logger
        configured = Mutex(house.settings)
        board = LaneBoard(front: workBell, bulk: bulkBell)
        finishing = PackageQueue(bell: finishBell)
        mint = IDMint(after: try house.journal.newestID(), house.moments)
        startedAt = house.moments.now
    }

    // MARK: Life

    /// Recovers what an earlier run left, then starts the threads.
    ///
    /// - Parameter intake: look into the partners' `in/`; false for a command
    ///   without an agent.
    package func start(intake: Bool) throws {
        try house.spool.prepare()
        try takeUpStages()
        try recover()
        try house.spool.removeEmptyAttachments()
        try keepWaitingAttachments()
        run("waybill.apply") { [self] in workLoop(.front, workBell) }
        run("waybill.bulk", nice: 5) { [self] in workLoop(.bulk, bulkBell) }
        run("waybill.archive", nice: 5) { [self] in finishLoop() }
        run("waybill.house", nice: 5) { [self] in houseLoop() }
        guard intake else { return }
        taking.store(true, ordering: .relaxed)
        for name in try house.spool.partnerNames() { startIntake(name) }
    }

    /// Ends after the batch at hand, whose package is read again, as is what
    /// waits, by the next start.
    package func stop() throws {
        for bell in [workBell, bulkBell, finishBell, houseBell] { bell.stop() }
        news.stop()
        partners.withLock { partners in for work in partners.values { work.bell.stop() } }
        let ended = Doorbell()
        while running.withLock({ $0 }) > 0 { _ = ended.wait(seconds: 0.02) }
        threads.withLock { $0.removeAll() }
        try checkpoint()
        try house.catalogue.close()
        try house.media.close()
        try house.journal.close()
    }

    /// Whether partners' folders are looked at: false for a command alone.
    var takesDrops: Bool { taking.load(ordering: .relaxed) }
    var isStopping: Bool { workBell.isStopped }

    /// Runs a loop on a thread of its own until it returns.
    func run(_ label: String, nice: CInt = 0, _ body: @escaping @Sendable () -> Void) {
        let thread = WorkerThread(label: label, nice: nice)
        threads.withLock { $0.append(thread) }
        running.withLock { $0 += 1 }
        thread.run { [self] in
            body()
            running.withLock { $0 -= 1 }
        }
    }

    /// Does something on the caller's thread that `stop` waits for; nil once
    /// the engine stops.
    func whileRunning<Result>(_ work: () throws -> Result) rethrows -> Result? {
        let goesOn = running.withLock { count in
            guard !isStopping else { return false }
            count += 1
            return true
        }
        guard goesOn else { return nil }
        defer { running.withLock { $0 -= 1 } }
        return try work()
    }

    func startIntake(_ name: String) {
        let common = settings
        let work = partners.withLock { partners -> PartnerWork? in
            guard partners[name] == nil else { return nil }
            let work = PartnerWork(name: name, spool: house.spool, settings: common.partner(name), common)
            partners[name] = work
            return work
        }
        guard let work else { return }
        run("waybill.in.\(name)") { [self] in intakeLoop(work) }
    }

    /// Something may have changed in a partner's folder: look now.
    package func hint(partner: String) {
        partners.withLock { $0[partner] }?.bell.ring()
    }

    /// What is configured; read anew when a partner is added.
    var settings: Settings { configured.withLock { $0 } }

    func readSettingsAnew() throws {
        let fresh = try house.reload()
        configured.withLock { $0 = fresh }
    }

    func setWatcher(_ process: WatchProcess) { watch.withLock { $0 = process } }

    /// How a partner's folder is watched, for `status`.
    func watching(_ partner: String) -> String {
        let process = watch.withLock { $0 }
        return process?.state(of: house.spool.input(partner)) ?? "scan: the watcher does not run"
    }

    func watchAlso(_ partner: String) {
        watch.withLock { $0 }?.add(house.spool.input(partner))
    }

    // MARK: Trouble

    /// Alarms about something that happened, and is over: they stay for an
    /// admin to see, and age.
    static let events: Set<String> = [
        "overwritten", "removed", "moved-by-hand", "removed-by-hand", "picture", "sweep",
    ]

    /// Notes something an admin should see; a journal that can't be written
    /// is said in the log, since nothing else is left.
    func alarm(_ partner: String, _ kind: String, _ text: String) {
        logger.warning("alarm", metadata: ["partner": "\(partner)", "kind": "\(kind)", "text": "\(text)"])
        quiet.withLock { _ = $0.remove("\(partner) \(kind)") }
        do {
            try house.journal.raise(
                Alarm(at: house.moments.now, partner: partner, kind: kind, text: text))
        } catch {
            logger.error("alarm not written", metadata: ["error": "\(error)"])
        }
    }

    func clearAlarm(_ partner: String, _ kind: String) {
        guard quiet.withLock({ $0.insert("\(partner) \(kind)").inserted }) else { return }
        do { try house.journal.clear(partner: partner, kind: kind, at: house.moments.now) } catch {
            logger.error("alarm not cleared", metadata: ["error": "\(error)"])
        }
    }
}
