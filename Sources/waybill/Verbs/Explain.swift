// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Dialects
import Files
import Foundation
import Reading
import Records
import Settings
import SystemPackage

/// `waybill explain`.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What Waybill sees in a file; changes nothing, needs no root.",
        discussion: """
            Dialect, version, encoding, lane, full or partial, as-of time, counts by kind, first \
            oddities. With a root, the partner's time zone and character set count; else UTC and \
            cp866.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "An XML, JSON or ZIP file.") var file: String
    @Option(help: "The partner whose settings count; may be left out where there is only one.")
    var partner: String?

    func run() throws {
        try options.reportingAlone { terminal in
            let path = FilePath(URL(fileURLWithPath: file).path)
            let context = try context(path)
            let desk = ReadingDesk(files: RealFileSystem(), secret: [UInt8](repeating: 0, count: 32))
            var explanation = Explanation(file: file)
            do throws(ReadError) {
                explanation.note(try desk.sniff(context))
                if explanation.is_read { try explanation.count(desk, context, terminal) }
            } catch {
                if case .file(let failed) = error, failed.isNotFound {
                    throw Failure(.notFound, "\(file): no such file")
                }
                explanation.error = "\(error)"
                explanation.cure = error.cure
            }
            try terminal.object(explanation)
            terminal.show(explanation.lines)
            guard let error = explanation.error else { return .result(.done, "") }
            throw Failure(.failed, "\(file): \(error)", cure: explanation.cure ?? "")
        }
    }

    /// Settings of the partner, where a root is at hand.
    private func context(_ path: FilePath) throws -> ReadContext {
        var context = ReadContext(
            path: path, name: path.lastComponent?.string ?? file, arrival: Words.now().milliseconds)
        let layout = options.layout
        guard try RealFileSystem().exists(layout.main) else {
            if let partner {
                throw Failure(.notFound, "\(partner): there is no root here", cure: "--root DIR")
            }
            return context
        }
        let settings = try GlobalOptions.load(layout).settings
        context.limits = ReadLimits(
            document: settings.limits.document, members: settings.limits.members,
            depth: settings.limits.depth,
            field: settings.limits.field, record: settings.limits.record)
        let names = settings.partnerNames
        if let partner, !names.contains(partner) {
            throw Failure(
                .notFound, "no partner \(partner) in the configuration", cure: "waybill partner list")
        }
        if let chosen = partner ?? (names.count == 1 ? names[0] : nil) {
            let own = settings.partner(chosen)
            context.timeZone = own.timeZone
            context.zipCharset = own.zipCharset
            context.dialect = own.dialect
        }
        return context
    }
}

/// What `explain` says; also its JSON.
struct Explanation: Encodable {
    struct Oddity: Encodable, Hashable {
        var member: String
        var line: Int
        var offset: Int64
        var kind, id, defect: String
    }
    struct Section: Encodable {
        var kind, catalogue: String
        var only_changes: Bool?
    }

    static let odditiesShown = 10

    var file: String
    var format = "", dialect = "", version = "", encoding = ""
    var lanes: [String] = []
    /// Recognised, without a station in this version.
    var unread_lanes: [String] = []
    var kind: String?
    var as_of: String?
    var as_of_is_arrival = true
    /// How its documents are read, each way once.
    var reading = ""
    var sections: [Section] = []
    var documents: [String] = []
    var attachments = 0
    var ignored: [String] = []
    var counts: [String: Int] = [:]
    var odd_records = 0
    var oddities: [Oddity] = []
    var refusal: String?
    var error: String?
    var cure: String?

    private enum CodingKeys: String, CodingKey {
        case file, format, dialect, version, encoding, lanes, unread_lanes, kind, as_of, as_of_is_arrival,
            reading
        case sections, documents, attachments, ignored, counts, odd_records, oddities, refusal, error, cure
    }

    init(file: String) { self.file = file }

    /// A dialect reads at least some of it.
    var is_read: Bool { refusal == nil && lanes.contains { !unread_lanes.contains($0) } }

    mutating func note(_ found: Sniffed) {
        format = found.format
        dialect = found.dialect
        version = found.version
        encoding = found.encoding
        // A full exchange of the catalogue has a lane of its own.
        lanes = found.lanes.map { $0 == .catalogue && found.scope == .full ? .catalogueFull : $0 }
            .sorted().map(\.rawValue)
        unread_lanes = found.unread.sorted().map(\.rawValue)
        kind = found.scope?.rawValue
        as_of = found.asOf?.description
        as_of_is_arrival = found.asOfIsArrival
        sections = found.sections.map {
            Section(kind: $0.kind.word, catalogue: $0.catalogue, only_changes: $0.onlyChanges)
        }
        var ways: [String] = []
        for way in found.ways where !ways.contains(way.words) { ways.append(way.words) }
        reading = ways.joined(separator: "; ")
        documents = found.documents
        attachments = found.attachments.count
        ignored = found.ignored
        refusal = found.refusal
    }

    /// Reads the whole file and counts its records.
    mutating func count(_ desk: ReadingDesk, _ context: ReadContext, _ terminal: Terminal) throws(ReadError) {
        let reader = try desk.reader(context)
        let bar = ProgressBar(terminal)
        defer { bar.end() }
        var batch = RecordBatch()
        var total = 0
        var pace = Pace(at: .now)
        while try reader.next(into: &batch) {
            for record in batch.records {
                counts[record.kind.word, default: 0] += 1
                if let defect = record.defect { add(defect, record, batch, reader) }
            }
            total += batch.records.count
            let progress = reader.progress
            let now = ContinuousClock.now
            pace.add(bytes: progress.read, records: total, at: now)
            let speed = pace.speed(phase: "reading", bytesLeft: progress.total - progress.read, at: now)
            bar.update(name: file, bytes: progress.read, total: progress.total, records: total, speed)
        }
    }

    private mutating func add(
        _ defect: RecordDefect, _ record: RecordBatch.Head, _ batch: RecordBatch, _ reader: PackageReader
    ) {
        odd_records += 1
        guard oddities.count < Self.odditiesShown else { return }
        oddities.append(
            Oddity(
                member: reader.member, line: Int(record.line), offset: reader.storedOffset(of: record),
                kind: record.kind.word, id: batch.entry(.id, in: record).map { batch.text($0) } ?? "",
                defect: Self.words(defect)))
    }

    private static func words(_ defect: RecordDefect) -> String {
        switch defect {
        case .empty: "holds nothing"
        case .missingID: "has no id"
        case .badNumber: "a number can't be read"
        case .tooLarge: "is larger than the limits"
        case .badValue: "a value has the wrong shape"
        }
    }

    // MARK: For people

    var lines: [String] {
        var lines: [String] = []
        func add(_ name: String, _ value: String) {
            if !value.isEmpty { lines.append((name + ":").padding(12) + value) }
        }
        add("file", file)
        add("format", format)
        add("dialect", [dialect, version].filter { !$0.isEmpty }.joined(separator: " "))
        add("encoding", encoding)
        add("lane", lanes.joined(separator: ", "))
        if !unread_lanes.isEmpty {
            add("no station", unread_lanes.joined(separator: ", ") + ": recognised, held until there is one")
        }
        guard !format.isEmpty else { return lines }
        add("kind", kind ?? "not stated: counts as partial")
        if let as_of { add("as of", as_of_is_arrival ? "its arrival: it states no usable time" : as_of) }
        if is_read { add("read", reading) }
        let heads = sections.map { section in
            let scope = section.only_changes.map { $0 ? ", only changes" : ", everything" } ?? ""
            return section.kind + (section.catalogue.isEmpty ? "" : " \(section.catalogue)") + scope
        }
        add("sections", heads.joined(separator: "; "))
        if documents.count > 1 || format == "ZIP" { add("documents", documents.joined(separator: ", ")) }
        if attachments > 0 { add("attachments", "\(attachments)") }
        add("ignored", ignored.joined(separator: ", "))
        for (kind, count) in counts.sorted(by: { $0.key < $1.key }) { add(kind, String(count)) }
        for oddity in oddities {
            let place =
                oddity.line > 0 ? "line \(oddity.line), byte \(oddity.offset)" : "byte \(oddity.offset)"
            let member = oddity.member.isEmpty ? "" : oddity.member + ", "
            add(
                "odd",
                "\(member)\(place): \(oddity.kind) \(oddity.id.isEmpty ? "without id" : oddity.id): \(oddity.defect)"
            )
        }
        if odd_records > oddities.count { add("odd", "… \(odd_records) in all") }
        if let refusal { add("refused", refusal) }
        return lines
    }
}
