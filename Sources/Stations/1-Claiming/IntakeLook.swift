// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records
package import SpoolStore

/// What one look into `in/` found.
package struct IntakeLook: Hashable, Sendable {
    package var volume: VolumeState
    /// In the order to claim.
    package var ready: [Drop] = []
    package var waiting: [WaitingDrop] = []
    /// Names that are never taken: how many, by the rule that ignores them.
    package var ignored: [String: Int] = [:]
    /// Folders that were not looked into, relative to `in/`; at most
    /// `foldersShown`.
    package var ignoredFolders: [String] = []
    /// The earliest moment when time alone can make something ready.
    package var nextLook: ContinuousClock.Instant?
    /// Each is told once.
    package var alarms: [IntakeAlarm] = []
    /// Kinds that are told when they begin, and last.
    package static let lastingKinds: Set<String> = ["name-collision", "unreadable"]
    /// The texts of all those that last, told now or earlier.
    package var lasting: Set<String> = []

    package static let foldersShown = 100

    package init(volume: VolumeState) { self.volume = volume }

    /// Something can be claimed, now or after its quiet time.
    package var hasWork: Bool { !ready.isEmpty || waiting.contains(where: \.isSettling) }
}

/// A file in `in/` that is not claimed yet.
package struct WaitingDrop: Hashable, Sendable {
    /// Relative to `in/`.
    package var path: String
    /// Bytes.
    package var size: Int64
    /// What is missing, in words.
    package var missing: String
    /// When the agent first saw it.
    package var since: Timestamp
    /// When time alone can change the answer.
    package var nextLook: ContinuousClock.Instant?
    /// May be claimed once the quiet time is over.
    package var isSettling: Bool
}

/// Something about a partner's folder that an admin should see.
package struct IntakeAlarm: Hashable, Sendable {
    /// `overwritten`, `removed`, `name-collision`, `unreadable`.
    package var kind: String
    /// Relative to `in/`.
    package var path: String
    package var text: String
}

/// What is known about one file, for `why`.
package struct DropReport: Hashable, Sendable {
    package var lines: [String]
}
