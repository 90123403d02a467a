// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Records
import Synchronization

/// Clocks and chance, as arguments, so that tests decide them.
package struct Moments: Sendable {
    /// Microseconds since 1970, UTC.
    package var wall: @Sendable () -> Int64
    /// For quiet times: never goes back.
    package var steady: @Sendable () -> ContinuousClock.Instant
    package var chance: @Sendable () -> UInt16

    package init(
        wall: @escaping @Sendable () -> Int64, steady: @escaping @Sendable () -> ContinuousClock.Instant,
        chance: @escaping @Sendable () -> UInt16
    ) {
        self.wall = wall
        self.steady = steady
        self.chance = chance
    }

    package static let system = Moments(
        wall: { Int64(Date().timeIntervalSince1970 * 1_000_000) }, steady: { .now },
        chance: { UInt16.random(in: 0...UInt16.max) })

    package var now: Timestamp { Timestamp(milliseconds: wall() / 1_000) }
}

/// Makes ids that no other package of this root ever had.
final class IDMint: Sendable {
    private let source: Mutex<PackageIDSource>
    private let moments: Moments

    /// - Parameter newest: the newest id the journal knows.
    init(after newest: PackageID?, _ moments: Moments) {
        let last = newest.flatMap(PackageIDSource.microseconds) ?? 0
        source = Mutex(PackageIDSource(after: last))
        self.moments = moments
    }

    func next() -> PackageID {
        source.withLock { $0.next(now: moments.wall(), chance: moments.chance()) }
    }
}
