// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArchiveStreams
package import Dialects
package import SystemPackage

/// What reading needs to know of one package.
package struct ReadContext: Sendable, Hashable {
    /// The payload.
    package var path: FilePath
    /// File name as delivered; its ending is a hint.
    package var name: String
    /// IANA name of the zone of the partner's dates.
    package var timeZone: String
    /// Of names in ZIPs that are not UTF-8.
    package var zipCharset: String
    /// `auto`, or the only dialect the partner writes.
    package var dialect: String
    /// When it was claimed, milliseconds.
    package var arrival: Int64
    /// Its facts count as of its arrival, whatever it says.
    package var asOfNow: Bool
    package var limits: ReadLimits
    /// Of the program that reads: what another one has read is read anew
    /// (architecture, section 5).
    package var revision: String

    package init(
        path: FilePath, name: String, timeZone: String = "UTC", zipCharset: String = "cp866",
        dialect: String = "auto", arrival: Int64, asOfNow: Bool = false, limits: ReadLimits = ReadLimits(),
        revision: String = ""
    ) {
        self.path = path
        self.name = name
        self.timeZone = timeZone
        self.zipCharset = zipCharset
        self.dialect = dialect
        self.arrival = arrival
        self.asOfNow = asOfNow
        self.limits = limits
        self.revision = revision
    }
}

/// What one package may cost.
package struct ReadLimits: Sendable, Hashable {
    /// Of one document.
    package var dialect = DialectLimits()
    /// Regular files in a ZIP.
    package var members = 200_000
    /// Documents in a ZIP.
    package var documents = 5_000
    /// Bytes of one document, unpacked.
    package var documentBytes: Int64 = 16 << 30
    /// Unpacked bytes that are read of one ZIP.
    package var totalBytes: Int64 = 64 << 30
    /// How many times its own size a ZIP may unpack to, after its first
    /// 10 MiB.
    package var ratio = 200
    /// Of reading in slices.
    package var slices = SliceLimits()

    package init() {}

    /// - Parameters:
    ///   - document: bytes of one document, unpacked.
    ///   - field: bytes of one field.
    ///   - record: bytes of one record.
    package init(document: Int64, members: Int, depth: Int, field: Int64, record: Int64) {
        documentBytes = document
        self.members = members
        dialect.depth = depth
        dialect.field = Int(clamping: field)
        dialect.record = Int(clamping: record)
    }

    var zip: ZIPLimits {
        var limits = ZIPLimits()
        limits.members = members
        limits.memberBytes = documentBytes
        limits.totalBytes = totalBytes
        limits.ratio = ratio
        return limits
    }
}

/// How large documents are read: cut into slices, on several threads.
///
/// Memory is about `(4 + workers) × block` and `(4 + 3 × workers) × 2 × unit`.
package struct SliceLimits: Sendable, Hashable {
    /// Bytes of a document, unpacked, up to which it is read the plain way,
    /// which begins sooner.
    package var threshold: Int64 = 1 << 20
    /// Bytes read at once.
    package var block = 1 << 20
    /// Bytes of the longest slice; a longer record goes the plain way.
    package var longest = 256 << 10
    /// Bytes of slices that are parsed at once.
    package var unit = 1 << 20
    /// Slices that are parsed at once.
    package var count = 500
    /// Slices that are not parsed, handed over at once.
    package var known = 16_384
    /// Threads that parse; 0 for as many as there are cores.
    package var workers = 0
    /// Nice value of all threads of reading; what serves people has 0.
    package var nice: CInt = 5

    package init() {}
}
