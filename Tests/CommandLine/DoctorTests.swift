// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Agent
@testable import waybill

@Suite("Doctor") struct DoctorTests {
    private var healthy: DoctorFacts {
        var facts = DoctorFacts()
        (facts.sqlite, facts.libxml2, facts.libarchive) = ("3.51.3", "2.12.0", "3.7.2")
        facts.minFree = 256 << 20
        facts.volumes = ["store", "spool", "media"].map { name in
            var volume = DoctorFacts.Volume(name: name, path: "/srv/\(name)")
            volume.type = "ext4"
            (volume.freeBytes, volume.totalBytes) = (50 << 30, 100 << 30)
            (volume.freeInodes, volume.totalInodes) = (900_000, 1_000_000)
            return volume
        }
        var partner = DoctorFacts.Partner(name: "erp-1c")
        partner.type = "ext4"
        (partner.inputMode, partner.outputMode) = (0o2775, 0o2775)
        facts.partners = [partner]
        (facts.user, facts.owner) = (990, 990)
        facts.mayLease = true
        (facts.maxWatches, facts.maxInstances, facts.openFiles) = (65_536, 128, 8_192)
        facts.watcher = "/usr/bin/waybill-watch"
        facts.retention = ["/etc/cron.d/waybill"]
        return facts
    }

    private func verdicts(_ change: (inout DoctorFacts) -> Void) -> [DoctorCheck] {
        var facts = healthy
        change(&facts)
        return DoctorCheck.all(facts).filter { $0.verdict != .ok }
    }

    @Test("a healthy machine has nothing to say") func healthyMachine() {
        #expect(verdicts { _ in } == [])
    }

    @Test("whatever is not in order has a fix") func fixes() {
        let all = verdicts { facts in
            facts.sqlite = "3.30.0"
            facts.libxml2 = "2.9.4"
            facts.staleSocket = "/srv/var/run/waybill.sock"
            facts.owner = 1
            facts.foreignFiles = ["/srv/store/journal.db"]
            facts.mayLease = false
            facts.watcher = nil
            facts.maxWatches = 1
            facts.maxInstances = 1
            facts.openFiles = 256
            facts.hasUTF8Locale = false
            facts.retention = []
            (facts.readers, facts.readersRefusal) = ("shop", "may not enter")
            facts.volumes[0].isRemote = true
            facts.volumes[1].isReadOnly = true
            facts.volumes[2].type = ""
            facts.partners[0].refusal = "Permission denied"
            facts.partners[0].outputMode = nil
        }
        #expect(all.count == 18)
        for check in all { #expect(!check.fix.isEmpty, "\(check.name)") }
    }

    @Test("older SQLite is fine with one writer, and said so", arguments: ["3.40.1", "3.51.2"])
    func walReset(version: String) {
        var facts = healthy
        facts.sqlite = version
        let check = DoctorCheck.all(facts).first { $0.name == "SQLite" }
        #expect(check?.verdict == .ok)
        #expect(check?.words.contains("3.51.3") == true)
    }

    @Test("the store must be local; the spool may be a share") func network() {
        let store = verdicts { $0.volumes[0].isRemote = true }
        #expect(store.map(\.verdict) == [.bad])
        #expect(store.map(\.name) == ["store volume"])
        #expect(verdicts { $0.volumes[1].isRemote = true } == [])
    }

    @Test("space below what intake needs is bad, below a tenth a warning") func space() {
        #expect(verdicts { $0.volumes[1].freeBytes = 100 << 20 }.map(\.verdict) == [.bad])
        #expect(verdicts { $0.volumes[1].freeBytes = 5 << 30 }.map(\.verdict) == [.warning])
        #expect(verdicts { $0.volumes[1].freeInodes = 10 }.map(\.verdict) == [.warning])
    }

    @Test("clocks: a minute is a warning, five are bad")
    func clocks() {
        #expect(verdicts { $0.partners[0].clockSkew = 30_000 } == [])
        #expect(verdicts { $0.partners[0].clockSkew = -90_000 }.map(\.verdict) == [.warning])
        #expect(verdicts { $0.partners[0].clockSkew = 400_000 }.map(\.verdict) == [.bad])
    }

    @Test("an offline partner hides what can't be seen behind it") func offline() {
        let all = verdicts { facts in
            facts.partners[0].offlineReason = "not mounted"
            facts.partners[0].inputMode = nil
        }
        #expect(all.map(\.verdict) == [.bad])
        #expect(all.first?.fix.contains("partner adopt erp-1c") == true)
    }

    @Test(
        "versions compare by number",
        arguments: [
            ("3.9.1", true), ("3.51.2", true), ("3.51", true), ("3.51.3", false), ("3.51.10", false),
            ("4", false),
        ])
    func versions(text: String, older: Bool) {
        #expect(DoctorCheck.isOlder(text, [3, 51, 3]) == older)
    }

    @Test("the line of a check, and its fix below") func lines() {
        let terminal = Terminal(json: false, quiet: false, color: false)
        #expect(
            Doctor.lines(DoctorCheck("clock", .bad, "wrong", fix: "chronyc"), terminal) == [
                "BAD      clock: wrong", "         fix: chronyc",
            ])
    }
}
