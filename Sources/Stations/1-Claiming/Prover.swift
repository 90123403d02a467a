// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Hashing
import SystemPackage

/// Opens a drop and finds out what its bytes, its manifest and the kernel say.
struct Prover {
    let seam: any FileSystem
    let input: FilePath
    let rule: SettleRule

    /// Looks into the file; what it finds goes into `sighting`.
    ///
    /// JSON and manifests need the whole file: they wait until no program has
    /// it open or the quiet time is over, so that a growing file is not read
    /// again and again.
    /// - Returns: false where the file is not the one that was seen: it
    ///   changed meanwhile, the next look finds it.
    func examine(_ file: InputTree.File, _ sighting: inout Sighting, at now: ContinuousClock.Instant)
        throws(FileError) -> Bool
    {
        var result = sighting
        let isDue = now >= rule.quietDue(sighting.window)
        let same = try seam.withFile(input.pushing(file.path), .read) { open throws(FileError) in
            guard try isUnchanged(open, sighting) else { return false }
            let window = ByteWindow(files: seam, file: open, size: sighting.window.mark.size)
            var lease = try askLease(open)
            let kind: DropKind
            if let known = result.kind {
                kind = known
            } else {
                kind = DropKind.of(file.elements, head: try window.head(512))
                result.kind = kind
            }
            let mayReadAll = lease == .granted || isDue
            if result.facts.answer == nil, mayReadAll || !needsAll(kind) {
                result.facts.answer = try prove(kind, window)
                result.answeredAt = now
            }
            if result.facts.cover == .unread, mayReadAll {
                result.facts.cover = try compare(file, window)
                result.answeredAt = now
            }
            try compareEnds(window, &result)
            // The lease proves that nobody was writing while we read, if the
            // file is still the same.
            if lease == .granted { lease = try askLease(open) }
            result.facts.lease = lease
            return try isUnchanged(open, sighting)
        }
        if same { sighting = result }
        return same
    }

    private func isUnchanged(_ open: OpenFile, _ sighting: Sighting) throws(FileError) -> Bool {
        let status = try seam.status(of: open)
        return status.kind == .file && DropMark(status) == sighting.window.mark
    }

    /// Taken and given back at once: a writer that opens the file meanwhile
    /// would wait for us.
    func askLease(_ open: OpenFile) throws(FileError) -> LeaseAnswer {
        guard !rule.isRemote else { return .notAvailable }
        let answer = try seam.takeReadLease(open)
        if answer == .granted { try seam.releaseLease(open) }
        return answer
    }

    private func needsAll(_ kind: DropKind) -> Bool { kind == .json || kind == .ndjson }

    private func prove(_ kind: DropKind, _ window: ByteWindow) throws(FileError) -> ProofAnswer {
        switch kind {
        case .xml: return try XMLProof.check(window)
        case .zip: return try ZIPProof.check(window)
        case .json: return try JSONProof.check(window)
        case .ndjson:
            // One whole line is no whole file.
            let answer = try JSONProof.check(window)
            return answer == .complete(.json) ? .complete(.lines) : answer
        case .plain, .attachment: return .notApplicable
        }
    }

    /// Keeps the ends of a complete file, to tell later whether it was
    /// overwritten.
    private func compareEnds(_ window: ByteWindow, _ sighting: inout Sighting) throws(FileError) {
        guard sighting.suspect != nil || isComplete(sighting.facts) else { return }
        let print = try Fingerprint(window)
        if sighting.suspect == print { sighting.suspect = nil }
        if isComplete(sighting.facts) { sighting.complete = print }
    }

    private func isComplete(_ facts: DropFacts) -> Bool {
        switch facts.cover {
        case .manifest: return true
        case .marker:
            // A marker that came too early is not the end of the file.
            if case .missing = facts.answer { return false }
            return true
        case .disagrees, .unread: return false
        case .none, .staleMarker: break
        }
        if case .complete(let proof) = facts.answer { return proof.isStrong }
        return false
    }

    // MARK: Manifests

    /// Compares a file with every manifest that covers it.
    private func compare(_ file: InputTree.File, _ window: ByteWindow) throws(FileError) -> CoverAnswer {
        var all = ManifestFacts()
        for cover in file.covers where cover.kind != .marker {
            let bytes: [UInt8]
            do { bytes = try seam.readAll(input.pushing(cover.path), limit: Manifest.limit) } catch {
                return .disagrees("its manifest can't be read: \(error)")
            }
            let answer =
                cover.kind == .checksum
                ? Manifest.checksum(bytes, for: file.name) : Manifest.json(bytes, for: file.name)
            switch answer {
            case .unreadable(let why): return .disagrees(why)
            case .facts(let facts):
                if let size = facts.size, size != window.size {
                    return .disagrees("its manifest states \(size) bytes, it has \(window.size)")
                }
                if let known = all.sha256, let other = facts.sha256, known != other {
                    return .disagrees("its two manifests state different sha256")
                }
                all.size = facts.size ?? all.size
                all.sha256 = facts.sha256 ?? all.sha256
                all.records = facts.records ?? all.records
            }
        }
        if let expected = all.sha256 {
            let found = try digest(window)
            guard found == expected else {
                return .disagrees("its manifest states another sha256: \(expected), it has \(found)")
            }
        }
        return .manifest(all)
    }

    private func digest(_ window: ByteWindow) throws(FileError) -> String {
        var hasher = SHA256Hasher()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var offset: Int64 = 0
        while offset < window.size {
            let count = try seam.read(window.file, at: offset, into: &buffer)
            guard count > 0 else { break }
            hasher.update(buffer.span.extracting(0..<count))
            offset += Int64(count)
        }
        return hasher.finish()
    }
}
