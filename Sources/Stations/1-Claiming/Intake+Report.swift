// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import SpoolStore
package import SystemPackage

extension Intake {
    /// Everything that is known about one name in `in/`, for `why PATH`.
    /// - Parameter path: relative to `in/`.
    package func report(_ path: FilePath, now: ContinuousClock.Instant) -> DropReport {
        let volume = spool.volumeState(of: partner)
        guard volume.isOnline else {
            return DropReport(lines: ["the partner is offline: \(volume.reason)"])
        }
        for component in path.components {
            if let rule = IgnoredNames.rule(for: component) {
                return DropReport(lines: ["\(component) is ignored by the rule \(rule): it is never taken"])
            }
        }
        do {
            guard let status = try spool.files.statusIfPresent(input.pushing(path)) else {
                return DropReport(lines: ["nothing of that name lies in in/ now"])
            }
            switch status.kind {
            case .symbolicLink: return DropReport(lines: ["a symbolic link: never taken"])
            case .other: return DropReport(lines: ["neither a file nor a folder: never taken"])
            case .folder: return DropReport(lines: folderLines(path))
            case .file: return DropReport(lines: try fileLines(path, status, now: now))
            }
        } catch {
            return DropReport(lines: [error.description])
        }
    }

    private func folderLines(_ path: FilePath) -> [String] {
        let inside = sightings.keys.count { $0.starts(with: path) }
        return ["a folder with \(inside) files that are not taken yet: waybill why FILE tells about each"]
    }

    private func fileLines(_ path: FilePath, _ status: FileStatus, now: ContinuousClock.Instant)
        throws(FileError) -> [String]
    {
        var lines: [String] = []
        if let (kind, covered) = CoverKind.of(path.lastComponent?.string ?? "", size: status.size) {
            lines.append("a \(kind == .marker ? "marker" : "manifest") of \(covered): taken together with it")
            if lonely[path] != nil { lines.append("\(covered) is not there") }
            return lines + writerLines(path, status)
        }
        guard let sighting = sightings[path] else {
            return ["not looked at yet: the next scan does"] + writerLines(path, status)
        }
        let kind = (sighting.kind ?? .plain).words
        lines.append("\(kind), \(status.size) bytes, first seen \(sighting.firstSeen)")
        lines.append(proofLine(sighting))
        for cover in sighting.covers { lines.append("covered by \(cover.path)") }
        let quiet = SettleRule.words(.seconds((now - sighting.window.quietSince).components.seconds))
        lines.append("unchanged for \(quiet); quiet time \(SettleRule.words(rule.quiet))")
        if let problem = sighting.problem { lines.append(problem.description) }
        lines += writerLines(path, status)
        switch rule.step(sighting.facts, sighting.window, at: now) {
        case .claim(let proof): lines.append("ready: \(proof.words); the next scan takes it")
        case .quarantine(let why): lines.append("goes into quarantine: \(why)")
        case .wait(let missing, let until, _):
            lines.append("waits: \(missing)")
            if let until {
                let wait = max(Duration.zero, until - now)
                lines.append("next try in \(SettleRule.words(wait)), or when it changes")
            }
        }
        return lines
    }

    private func proofLine(_ sighting: Sighting) -> String {
        switch sighting.facts.cover {
        case .manifest: return "proof: \(Proof.manifest.words), size and checksum agree"
        case .marker: return "proof: \(Proof.marker.words)"
        case .disagrees(let why): return "no proof: \(why)"
        case .unread: return "no proof yet: its manifest has not been checked"
        case .staleMarker: return "its marker is older than the file and proves nothing"
        case .none: break
        }
        switch sighting.facts.answer {
        case .complete(let proof): return "proof: \(proof.words)"
        case .missing(let why): return "no proof: \(why)"
        case .notApplicable: return "nothing in such a file proves that it is whole: the quiet time decides"
        case nil: return sighting.facts.isEmpty ? "no proof: the file is empty" : "no proof yet"
        }
    }

    /// The lease, and who has the file open.
    private func writerLines(_ path: FilePath, _ status: FileStatus) -> [String] {
        var lines: [String] = []
        if rule.isRemote {
            lines.append("the volume is remote: who writes there can't be seen from here")
        } else {
            do {
                let prover = Prover(seam: spool.files, input: input, rule: rule)
                let lease = try spool.files.withFile(input.pushing(path), .read) { open throws(FileError) in
                    try prover.askLease(open)
                }
                switch lease {
                case .granted: lines.append("no program of this machine has it open for writing")
                case .writerHasIt: lines.append("a program has it open for writing")
                case .notAvailable: lines.append("the kernel gives no lease on it: the quiet time decides")
                }
            } catch {
                lines.append(error.description)
            }
        }
        for holder in OpenHandles(seam: spool.files).holders(device: status.device, inode: status.inode) {
            let how = holder.writes ? "for writing" : "for reading"
            lines.append("open \(how) in process \(holder.pid) (\(holder.command))")
        }
        return lines
    }
}

extension DropKind {
    /// For people.
    var words: String {
        switch self {
        case .xml: "an XML document"
        case .zip: "a ZIP"
        case .json: "a JSON document"
        case .ndjson: "JSON by lines"
        case .plain: "a file without a proof in itself"
        case .attachment: "a picture or attachment"
        }
    }
}
