// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

extension DoctorCheck {
    static func volume(_ volume: DoctorFacts.Volume, _ facts: DoctorFacts) -> [DoctorCheck] {
        let name = "\(volume.name) volume"
        guard !volume.type.isEmpty else {
            return [DoctorCheck(name, .bad, "\(volume.path) is not there", fix: "mount it, or waybill init")]
        }
        var checks: [DoctorCheck] = []
        if volume.isReadOnly {
            checks.append(
                DoctorCheck(
                    name, .bad, "\(volume.path) is mounted read-only", fix: "dmesg, then remount it rw"))
        } else if volume.name == "store", volume.isRemote {
            checks.append(
                DoctorCheck(
                    name, .bad,
                    "\(volume.path) lies on \(volume.type): SQLite's WAL does not work on a network",
                    fix: "put the store on a local disk (`paths.store` in the configuration)"))
        } else if !volume.refusal.isEmpty {
            checks.append(
                DoctorCheck(
                    name, .bad, "\(volume.path): \(volume.refusal)",
                    fix: "let user \(facts.user) read and write there (ls -ld, group, mode)"))
        } else if !volume.offlineReason.isEmpty {
            checks.append(
                DoctorCheck(
                    name, .bad, "offline: \(volume.offlineReason)",
                    fix: "mount the right one, or waybill media adopt where it was replaced on purpose"))
        } else {
            checks.append(DoctorCheck(name, .ok, "\(volume.path), \(volume.type)"))
        }
        checks.append(space(volume, facts.minFree))
        return checks
    }

    /// Bad below what the agent needs to take anything in, a warning below a
    /// tenth of the volume or of its inodes.
    private static func space(_ volume: DoctorFacts.Volume, _ minFree: Int64) -> DoctorCheck {
        let name = "\(volume.name) space"
        let mib = volume.freeBytes >> 20
        if volume.freeBytes < minFree {
            let limit = volume.name == "spool" ? "nothing is taken below" : "less than"
            return DoctorCheck(
                name, .bad, "\(mib) MiB free, \(limit) \(minFree >> 20) MiB (`min_free`)",
                fix: "free space there; waybill archive prune")
        }
        if volume.totalInodes > 0, volume.freeInodes < volume.totalInodes / 20 {
            return DoctorCheck(
                name, .warning, "\(volume.freeInodes) of \(volume.totalInodes) inodes free", fix: "df -i")
        }
        if volume.totalBytes > 0, volume.freeBytes < volume.totalBytes / 10 {
            return DoctorCheck(
                name, .warning, "\(mib) MiB free, less than a tenth", fix: "waybill archive prune --dry-run …"
            )
        }
        return DoctorCheck(name, .ok, "\(mib) MiB free")
    }

    static func partner(_ partner: DoctorFacts.Partner, _ facts: DoctorFacts) -> [DoctorCheck] {
        let name = "partner \(partner.name)"
        guard partner.offlineReason.isEmpty else {
            return [
                DoctorCheck(
                    name, .bad, "offline: \(partner.offlineReason)",
                    fix:
                        "mount it, or waybill partner adopt \(partner.name) where the volume was replaced on purpose"
                )
            ]
        }
        var checks: [DoctorCheck] = []
        if !partner.refusal.isEmpty {
            checks.append(
                DoctorCheck(
                    name, .bad, "in/: \(partner.refusal)",
                    fix: "let user \(facts.user) read and write there: a claim is a rename out of it"))
        }
        for (folder, mode) in [("in", partner.inputMode), ("out", partner.outputMode)] {
            guard let mode else {
                checks.append(
                    DoctorCheck(
                        name, .bad, "\(folder)/ is missing", fix: "waybill partner add \(partner.name)"))
                continue
            }
            // A share decides itself.
            if mode & 0o2020 != 0o2020, !partner.isRemote {
                checks.append(
                    DoctorCheck(
                        name, .warning,
                        "\(folder)/ has mode \(String(mode & 0o7777, radix: 8)): files there may not be "
                            + "deletable for both sides",
                        fix: "chmod 2775 …/\(partner.name)/\(folder)"))
            }
        }
        checks += clock(partner, name)
        if checks.isEmpty { checks.append(DoctorCheck(name, .ok, online(partner))) }
        return checks
    }

    private static func online(_ partner: DoctorFacts.Partner) -> String {
        let claim = partner.claimsByRename ? "claims by rename" : "claims by rename on the share, then a copy"
        return "online, \(partner.type)" + (partner.isRemote ? ", a share: seen by the scan" : "")
            + "; \(claim)"
    }

    /// As-of times are clamped to arrival + 5 minutes, so a share's clock
    /// matters only beyond that; a minute is worth a word.
    private static func clock(_ partner: DoctorFacts.Partner, _ name: String) -> [DoctorCheck] {
        guard let skew = partner.clockSkew, abs(skew) > 60_000 else { return [] }
        let words = "the clock of its volume is \(abs(skew) / 1_000) s \(skew > 0 ? "ahead" : "behind")"
        return [
            DoctorCheck(
                name, abs(skew) > 300_000 ? .bad : .warning, words,
                fix: "set both clocks by NTP (chronyc tracking)")
        ]
    }
}
