// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The configuration, checked. Defaults stand here; keys, ranges and words in
/// `SettingsKeys`.
package struct Settings: Sendable, Hashable {
    /// Where parts of the root lie; nil: the layout's own place.
    package var paths = Paths()
    /// How often each `in/` is looked at, whatever the watcher says.
    package var scan: Duration = .seconds(5)
    /// Quiet time after which a drop that never proved complete goes into
    /// quarantine.
    package var unprovenAfter: Duration = .seconds(600)
    /// Intake stops while the spool's volume has less room, in bytes.
    package var minFree: Int64 = 256 << 20
    package var store = Store()
    package var retention = Retention()
    package var limits = Limits()
    package var logLevel = LogLevel.notice
    /// Partners with a configuration of their own.
    package var partners: [String: PartnerSettings] = [:]

    package init() {}

    package struct Paths: Sendable, Hashable {
        package var spool: String?
        package var media: String?
        package var store: String?
        package var run: String?

        package init() {}
    }

    package struct Store: Sendable, Hashable {
        /// System group that may read the stores; nil: only Waybill's own.
        package var group: SystemGroup?
    }

    /// Ages and sizes after which our own notes go.
    package struct Retention: Sendable, Hashable {
        /// Nil: the archive is not cleaned by age.
        package var archiveAge: Duration?
        /// Bytes; nil: not by size.
        package var archiveSize: Int64?
        /// Nil: not by count.
        package var archiveKeepLast: Int?
        package var receipts: Duration = .seconds(90 * 86_400)
        package var journal: Duration = .seconds(400 * 86_400)
        package var changes: Duration = .seconds(30 * 86_400)
        package var beforeImages: Duration = .seconds(30 * 86_400)
        /// Bytes.
        package var beforeImagesSize: Int64 = 4 << 30
        package var rejects: Duration = .seconds(90 * 86_400)
        /// Age at which what waits for an unknown id is reported.
        package var waiting: Duration = .seconds(3 * 86_400)
    }

    /// Limits of one package; what goes over is refused with the limit named.
    package struct Limits: Sendable, Hashable {
        /// Bytes of one document, unpacked.
        package var document: Int64 = 16 << 30
        /// Files in one ZIP.
        package var members = 200_000
        /// Nested elements.
        package var depth = 64
        /// Bytes of one field.
        package var field: Int64 = 1 << 20
        /// Bytes of one record.
        package var record: Int64 = 32 << 20
    }

    package enum LogLevel: String, Sendable, Hashable, CaseIterable {
        case trace, debug, info, notice, warning, error
    }

    /// A partner's settings; defaults for one that is not configured.
    package func partner(_ name: String) -> PartnerSettings { partners[name] ?? PartnerSettings() }

    /// Configured partners, sorted.
    package var partnerNames: [String] { partners.keys.sorted() }
}

/// What is configured for one partner.
package struct PartnerSettings: Sendable, Hashable {
    package var dialect = "auto"
    /// IANA name, of the dates in its files.
    package var timeZone = "UTC"
    package var settle: Duration = .seconds(2)
    package var sweep = Sweep.proven
    package var promote = Promote.immediately
    /// Clock hours in `timeZone`, at least one window, for everything that
    /// waits for quiet.
    package var window = [ClockHours(start: 120, end: 300)]
    package var zipCharset = "cp866"
    package var brakes = Brakes()
    /// Language of its receipts.
    package var language = Language.en
    /// System group that owns its `in/` and `out/`; nil: Waybill's own.
    package var group: SystemGroup?

    package init() {}

    /// When a full may mark as deleted what it does not hold.
    package enum Sweep: String, Sendable, Hashable, CaseIterable { case proven, set, never }
    /// When a full exchange goes live.
    package enum Promote: String, Sendable, Hashable, CaseIterable { case immediately, window, manual }
    package enum Language: String, Sendable, Hashable, CaseIterable { case en, ru, uk }

    /// Limits that hold a full exchange for an admin; shares from 0 to 1.
    package struct Brakes: Sendable, Hashable {
        package var maxDelete = 0.05
        package var minSizeOfLast = 0.5
    }

    package var groupID: UInt32? { group?.id }
}

/// A window of clock hours, every day.
package struct ClockHours: Sendable, Hashable {
    /// Minutes after midnight, 0 to 1,439: it opens.
    package var start: Int
    /// Minutes after midnight, 0 to 1,440: it is closed from here on. Less
    /// than `start` where it reaches over midnight.
    package var end: Int

    package init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }
}

/// A group of this system.
package struct SystemGroup: Sendable, Hashable {
    package var name: String
    package var id: UInt32
}
