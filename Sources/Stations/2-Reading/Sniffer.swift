// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArchiveStreams
import Dialects
package import Files
package import Records

/// What Waybill sees in a package without reading all of it.
package struct Sniffed: Sendable, Hashable {
    /// `XML`, `ZIP`, `JSON`, `NDJSON`.
    package var format = ""
    package var dialect = ""
    /// The documents' own version words.
    package var version = ""
    /// Found, and declared where that is another.
    package var encoding = ""
    package var lanes: Set<Lane> = []
    /// Lanes that are recognised and have no station yet.
    package var unread: Set<Lane> = []
    /// Seen before the first record of a catalogue or of offers.
    package var sections: [SectionHead] = []
    /// Nil where nothing is stated.
    package var scope: Scope?
    /// The latest of its documents; nil where there are none.
    package var asOf: Timestamp?
    package var asOfIsArrival = true
    /// Members that are read, in this order; of a plain file, its name.
    package var documents: [String] = []
    /// How each of them is read, in the same order.
    package var ways: [ReadingWay] = []
    /// Members that go into the media volume.
    package var attachments: [String] = []
    /// Members that nobody looks at.
    package var ignored: [String] = []
    /// Dictionaries before goods before offers before prices before stock.
    package var rank = 0
    /// Why it is not read, and what would help; nil where it is.
    package var refusal: String?

    package init() {}
}

package enum Sniffer {
    /// Looks into a package: blocking, a few megabytes at most of each
    /// document.
    ///
    /// - Throws: what would stop reading it; `changed` where it changed
    ///   meanwhile.
    package static func sniff(_ context: ReadContext, files: any FileSystem) throws(ReadError) -> Sniffed {
        let payload = try Payload(context.path, files)
        do throws(ReadError) {
            let found = try look(payload, context)
            try payload.checkUnchanged()
            return found
        } catch { throw payload.judged(error) }
    }

    private static func look(_ payload: Payload, _ context: ReadContext) throws(ReadError) -> Sniffed {
        let rule = try AsOfRule(context)
        var found = Sniffed()
        let probes: [DocumentProbe]
        if try payload.isZIP(context.name) {
            let contents = try ZIPContents(payload, context)
            found.attachments = contents.attachments.map(\.name)
            found.ignored = contents.ignored
            probes = contents.documents.map(\.probe)
        } else {
            let bytes = PlainBytes(payload, limit: context.limits.documentBytes)
            probes = [
                try DocumentProbe(bytes, member: "", name: context.name, size: payload.size, context)
            ]
        }
        for probe in probes { found.add(probe, rule) }
        found.format = try payload.isZIP(context.name) ? "ZIP" : probes.first?.format ?? ""
        found.documents = probes.map { $0.member.isEmpty ? context.name : $0.member }
        found.ways = probes.map(\.way)
        found.dialect = words(probes.map(\.recognition.dialect))
        found.version = words(probes.map(\.recognition.version))
        found.encoding = words(probes.map(\.encoding))
        found.rank = probes.map(\.rank.rawValue).min() ?? 0
        return found
    }

    /// Each word once, in order.
    static func words(_ all: [String]) -> String {
        var seen: Set<String> = []
        return all.filter { !$0.isEmpty && seen.insert($0).inserted }.joined(separator: ", ")
    }
}

extension Sniffed {
    fileprivate mutating func add(_ probe: DocumentProbe, _ rule: AsOfRule) {
        lanes.formUnion(probe.lanes)
        unread.formUnion(probe.recognition.unread)
        sections += probe.head.sections
        if scope != .full, let stated = probe.scope { scope = stated }
        let (moment, isArrival) = rule.asOf(probe.head.writtenAt)
        asOf = max(asOf ?? Timestamp(milliseconds: moment), Timestamp(milliseconds: moment))
        if !isArrival { asOfIsArrival = false }
        if refusal == nil, let reason = probe.recognition.refusal {
            refusal = probe.member.isEmpty ? reason : "\(probe.member): \(reason)"
        }
    }
}
