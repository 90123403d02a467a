// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// One key: its place, its values, its words, and how it gets into the
/// settings and out again.
///
/// The one table feeds the parser, `config show --origin`, the sample files
/// and the reference in docs/configuration.md.
struct Key<Target>: Sendable {
    /// Path below the target, `.` between levels.
    let path: String
    let kind: KeyKind
    /// One or two sentences for the sample and the reference.
    let words: String
    let set: @Sendable (inout Target, KeyValue) -> Void
    let show: @Sendable (Target) -> String
}

/// A key of the contract that this version does not have.
struct LaterKey: Sendable {
    let path: String
    let words: String
}

enum SettingsKeys {
    private static let day: Int64 = 86_400_000

    // MARK: Common

    static let common: [Key<Settings>] = [
        path("paths.spool", \.paths.spool, "The spool: partners' folders and all packages in motion."),
        path("paths.media", \.paths.media, "The media volume."),
        path("paths.store", \.paths.store, "The stores. They must lie on a local disk."),
        path("paths.run", \.paths.run, "The agent's socket and lock."),
        duration(
            "scan", \.scan, 1_000...600_000,
            "How often each `in/` is looked at, whatever the watcher says. On a share, where no events come, "
                + "this is how fast a drop is seen."),
        duration(
            "unproven_after", \.unprovenAfter, 60_000...day,
            "Quiet time after which a drop that never proved to be complete goes into quarantine."),
        size(
            "min_free", \.minFree, 0...(1 << 50),
            "Nothing is taken while the spool's volume has less room than this; what is taken goes on."),
        Key(
            path: "store.group", kind: .group,
            words:
                "System group that may read the stores: the shop's. Without it only Waybill's own group may.",
            set: { if case .group(let group) = $1 { $0.store.group = group } },
            show: { $0.store.group?.name ?? "none" }),
        optionalDuration(
            "retention.archive_age", \.retention.archiveAge, day...(10_000 * day),
            "Archived packages older than this go, but never the last applied full of a partner. `none`: your cron "
                + "decides."),
        Key(
            path: "retention.archive_size", kind: .size((1 << 20)...(1 << 50), orNone: true),
            words: "The oldest archived packages go while the archive is larger than this.",
            set: { if case .integer(let value) = $1 { $0.retention.archiveSize = value } },
            show: { $0.retention.archiveSize.map(Spelling.size) ?? "none" }),
        Key(
            path: "retention.archive_keep_last", kind: .count(1...1_000_000, orNone: true),
            words: "So many packages of each name always stay; alone, what is beyond them goes.",
            set: { if case .integer(let value) = $1 { $0.retention.archiveKeepLast = Int(value) } },
            show: { $0.retention.archiveKeepLast.map { String($0) } ?? "none" }),
        duration("retention.receipts", \.retention.receipts, day...(10_000 * day), "Age of receipts."),
        duration(
            "retention.journal", \.retention.journal, day...(10_000 * day),
            "Age of ended packages in the journal, once their file is no longer in the archive; also of alarms and "
                + "audit."),
        duration(
            "retention.changes", \.retention.changes, day...(10_000 * day),
            "Age of rows in `v1_change`. A shop that looks less often reads everything anew."),
        duration(
            "retention.before_images", \.retention.beforeImages, day...(10_000 * day),
            "Age of what a package overwrote, kept so that it can be put back."),
        size(
            "retention.before_images_size", \.retention.beforeImagesSize, (1 << 20)...(1 << 50),
            "Room that these may take; the oldest packages go first."),
        duration("retention.rejects", \.retention.rejects, day...(10_000 * day), "Age of refused records."),
        duration(
            "retention.waiting", \.retention.waiting, 3_600_000...(10_000 * day),
            "A record that waits longer than this for something unknown is reported as refused; it goes on waiting."
        ),
        size(
            "limits.document", \.limits.document, (1 << 20)...(1 << 45),
            "Largest document, unpacked; a larger one goes into quarantine."),
        count("limits.members", \.limits.members, 1...10_000_000, "Most files in one ZIP."),
        count("limits.depth", \.limits.depth, 8...1_000, "Deepest nesting of elements or brackets."),
        size(
            "limits.field", \.limits.field, 1_024...(1 << 26),
            "Largest field; a larger one refuses its record."),
        size(
            "limits.record", \.limits.record, 65_536...(1 << 30), "Largest record; a larger one is refused."),
        choice(
            "log.level", Settings.LogLevel.self, \.logLevel, [],
            "What the agent writes to standard error, which systemd keeps."),
    ]

    // MARK: Partners

    static let partner: [Key<PartnerSettings>] = [
        Key(
            path: "dialect",
            kind: .choice(
                ["auto", "commerceml", "waybill-json"],
                later: ["enterprisedata", "idoc", "dynamics", "oracle", "onebox", "parus"]),
            words: "What the partner writes. `auto` tells by the content; a name refuses everything else.",
            set: { if case .word(let word) = $1 { $0.dialect = word } }, show: { $0.dialect }),
        Key(
            path: "time_zone", kind: .timeZone,
            words: "Of the dates in its files, which name none themselves, and of its window.",
            set: { if case .word(let word) = $1 { $0.timeZone = word } }, show: { $0.timeZone }),
        duration(
            "settle", \.settle, 100...600_000,
            "Quiet time before a drop without a strong proof of completeness is taken; on a share at least 10s."
        ),
        choice(
            "sweep", PartnerSettings.Sweep.self, \.sweep, [],
            "When a full exchange may mark as deleted what it does not hold: when one file is proven to be the "
                + "whole truth; also when a set of portions (`import0_1.xml`, `import0_2.xml`, …) is complete; or "
                + "never."),
        choice(
            "promote", PartnerSettings.Promote.self, \.promote, [],
            "When a full exchange goes live: when it is loaded, in the next window, or by `waybill promote`."),
        Key(
            path: "window", kind: .hours,
            words:
                "Clock hours in the partner's time zone, every day, for what waits for quiet: `promote: window`. "
                + "`22:00-02:00` reaches over midnight.",
            set: { if case .hours(let hours) = $1 { $0.window = hours } },
            show: { $0.window.map(Spelling.clockHours).joined(separator: ", ") }),
        Key(
            path: "zip_charset", kind: .charset, words: "Of names in ZIPs that are not flagged as UTF-8.",
            set: { if case .word(let word) = $1 { $0.zipCharset = word } }, show: { $0.zipCharset }),
        percent(
            "brakes.max_delete", \.brakes.maxDelete,
            "A full that would mark more than this share as deleted is held: `waybill approve`."),
        percent(
            "brakes.min_size_of_last", \.brakes.minSizeOfLast,
            "A full with fewer records than this share of the last one is held."),
        choice(
            "language", PartnerSettings.Language.self, \.language, [],
            "Of its receipts and of the lists of refused records."),
        Key(
            path: "group", kind: .group,
            words:
                "System group that owns its `in/` and `out/`: the partner's user is in it. Used when the folders are made.",
            set: { if case .group(let group) = $1 { $0.group = group } },
            show: { $0.group?.name ?? "none" }),
    ]

    static let laterPartner: [LaterKey] = [
        LaterKey(path: "orders", words: "with orders"),
        LaterKey(path: "brakes.max_price_change", words: "with further brakes"),
        LaterKey(path: "brakes.max_price_changed_offers", words: "with further brakes"),
        LaterKey(path: "brakes.max_zero_stock", words: "with further brakes"),
        LaterKey(path: "brakes.max_rejects", words: "with further brakes"),
    ]

    // MARK: Makers

    private static func duration<T>(
        _ path: String, _ field: any WritableKeyPath<T, Duration> & Sendable, _ range: ClosedRange<Int64>,
        _ words: String
    ) -> Key<T> {
        Key(
            path: path, kind: .duration(range), words: words,
            set: { if case .duration(let value) = $1 { $0[keyPath: field] = value } },
            show: { Spelling.duration($0[keyPath: field]) })
    }

    private static func optionalDuration<T>(
        _ path: String, _ field: any WritableKeyPath<T, Duration?> & Sendable, _ range: ClosedRange<Int64>,
        _ words: String
    ) -> Key<T> {
        Key(
            path: path, kind: .duration(range, orNone: true), words: words,
            set: { target, value in
                if case .duration(let value) = value {
                    target[keyPath: field] = value
                } else {
                    target[keyPath: field] = nil
                }
            },
            show: { $0[keyPath: field].map { Spelling.duration($0) } ?? "none" })
    }

    private static func size<T>(
        _ path: String, _ field: any WritableKeyPath<T, Int64> & Sendable, _ range: ClosedRange<Int64>,
        _ words: String
    ) -> Key<T> {
        Key(
            path: path, kind: .size(range), words: words,
            set: { if case .integer(let value) = $1 { $0[keyPath: field] = value } },
            show: { Spelling.size($0[keyPath: field]) })
    }

    private static func count<T>(
        _ path: String, _ field: any WritableKeyPath<T, Int> & Sendable, _ range: ClosedRange<Int64>,
        _ words: String
    ) -> Key<T> {
        Key(
            path: path, kind: .count(range), words: words,
            set: { if case .integer(let value) = $1 { $0[keyPath: field] = Int(value) } },
            show: { String($0[keyPath: field]) })
    }

    private static func percent<T>(
        _ path: String, _ field: any WritableKeyPath<T, Double> & Sendable, _ words: String
    ) -> Key<T> {
        Key(
            path: path, kind: .percent, words: words,
            set: { if case .share(let value) = $1 { $0[keyPath: field] = value } },
            show: { Spelling.percent($0[keyPath: field]) })
    }

    private static func path(
        _ path: String, _ field: any WritableKeyPath<Settings, String?> & Sendable, _ words: String
    ) -> Key<Settings> {
        Key(
            path: path, kind: .path, words: words,
            set: { if case .word(let word) = $1 { $0[keyPath: field] = word } },
            show: { $0[keyPath: field] ?? "" })
    }

    private static func choice<T, Word: RawRepresentable & CaseIterable & Sendable>(
        _ path: String, _ type: Word.Type, _ field: any WritableKeyPath<T, Word> & Sendable,
        _ later: [String],
        _ words: String
    ) -> Key<T> where Word.RawValue == String {
        Key(
            path: path, kind: .choice(Word.allCases.map(\.rawValue), later: later), words: words,
            set: {
                if case .word(let text) = $1, let word = Word(rawValue: text) { $0[keyPath: field] = word }
            },
            show: { $0[keyPath: field].rawValue })
    }
}
