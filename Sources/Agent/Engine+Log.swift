// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import JournalStore
import Logging
import Records

extension Engine {
    /// One line a package: what it was and how fast it went.
    func logPackage(_ row: PackageRow) {
        let running = board.progress(of: row.id)
        var metadata: Logger.Metadata = [
            "package.id": "\(row.id)", "partner": "\(row.partner)", "name": "\(row.path)",
            "lane": "\(row.lane?.rawValue ?? "")", "records": "\(row.counts.total.read)",
            "rejects": "\(row.rejects)", "bytes": "\(row.size)",
        ]
        if let running {
            let seconds = (ContinuousClock.now - running.started) / .seconds(1)
            metadata["seconds"] = "\(Double(Int(seconds * 1_000)) / 1_000)"
            if seconds > 0 {
                // Of what was read: unpacked, where it came as a ZIP.
                metadata["bytes_per_s"] = "\(Int64(Double(running.bytesRead) / seconds))"
                metadata["records_per_s"] = "\(Int(Double(row.counts.total.read) / seconds))"
            }
        }
        logger.notice("package \(row.outcome.rawValue)", metadata: metadata)
    }
}
