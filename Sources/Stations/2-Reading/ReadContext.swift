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

    package init(
        path: FilePath, name: String, timeZone: String = "UTC", zipCharset: String = "cp866",
        dialect: String = "auto", arrival: Int64, asOfNow: Bool = false, limits: ReadLimits = ReadLimits()
    ) {
        self.path = path
        self.name = name
        self.timeZone = timeZone
        self.zipCharset = zipCharset
        self.dialect = dialect
        self.arrival = arrival
        self.asOfNow = asOfNow
        self.limits = limits
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
