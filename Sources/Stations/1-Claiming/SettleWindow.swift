// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files

/// What shows that a file was changed between two looks.
///
/// A hint only, never an identity: times are set back by copy programs and
/// inodes come again (`spool-traps.md` 9, traps 2 and 16).
package struct DropMark: Hashable, Sendable {
    package var size: Int64
    /// Nanoseconds since 1970, the volume's clock.
    package var modified: Int64
    /// Nanoseconds since 1970, the volume's clock; nobody can set it back.
    package var changed: Int64
    package var inode: UInt64

    package init(size: Int64, modified: Int64, changed: Int64, inode: UInt64) {
        self.size = size
        self.modified = modified
        self.changed = changed
        self.inode = inode
    }

    init(_ status: FileStatus) {
        self.init(
            size: status.size, modified: status.modified, changed: status.changed, inode: status.inode)
    }
}

/// Since when a drop has not changed, on the agent's own clock: times of the
/// volume are compared with each other, never with ours.
package struct SettleWindow: Hashable, Sendable {
    package private(set) var mark: DropMark
    /// When the agent last saw a change.
    package private(set) var quietSince: ContinuousClock.Instant

    package init(_ mark: DropMark, now: ContinuousClock.Instant) {
        self.mark = mark
        quietSince = now
    }

    /// Takes in one look.
    /// - Returns: whether the drop changed since the last one.
    package mutating func observe(_ mark: DropMark, at now: ContinuousClock.Instant) -> Bool {
        guard mark != self.mark else { return false }
        self.mark = mark
        quietSince = now
        return true
    }

    /// The quiet time starts again: what covers the drop changed.
    package mutating func restart(at now: ContinuousClock.Instant) { quietSince = now }
}
