// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import CatalogueStore
import Files
package import Records

/// Whether the store's volume has room for a full exchange.
///
/// Loading takes about as much as the full holds, going live about twice as
/// much again: rows, the log they are written to first, before-images.
package struct SpaceGate: PromotionGate {
    private let stages: StageFolder

    /// Seconds until it is looked at again.
    package static let pause: Int64 = 60

    package init(_ stages: StageFolder) { self.stages = stages }

    /// Why a full can't be loaded and go live now; nil where there is room.
    ///
    /// - Parameter bytes: of the full; of a ZIP, of its documents unpacked.
    package func lack(forFull bytes: Int64) -> String? { lack(3, bytes) }

    package func answer(_ staged: StagedPackage, at now: Timestamp) -> PromotionAnswer {
        guard let reason = lack(2, staged.seal.bytes) else { return .ready }
        return .notBefore(now.adding(seconds: Self.pause), reason: reason)
    }

    private func lack(_ times: Int64, _ bytes: Int64) -> String? {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: times)
        let needed = overflow ? Int64.max : product
        do throws(FileError) {
            let free = try stages.freeBytes()
            guard free < needed else { return nil }
            return "a full of \(Self.words(bytes)) takes about \(Self.words(needed)) on \(stages.root), "
                + "where \(Self.words(free)) are free"
        } catch { return "nobody knows how much room there is: \(error)" }
    }

    /// Bytes in MiB, rounded up, so that nothing reads as nothing.
    private static func words(_ bytes: Int64) -> String {
        "\((bytes >> 20) + (bytes & 0xFFFFF == 0 ? 0 : 1)) MiB"
    }
}
