// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package enum FileKind: UInt8, Sendable, Hashable {
    case file, folder, symbolicLink, other
}

/// What `lstat` says of one name.
package struct FileStatus: Hashable, Sendable {
    package var kind: FileKind
    /// Bytes.
    package var size: Int64
    /// Nanoseconds since 1970, of the volume's clock.
    package var modified: Int64
    /// Nanoseconds since 1970, of the volume's clock; no program can set it
    /// back.
    package var changed: Int64
    package var inode: UInt64
    package var device: UInt64
    /// Permission bits, with setuid, setgid and sticky.
    package var mode: UInt32
    package var owner: UInt32
    package var group: UInt32
    package var links: UInt64

    package init(
        kind: FileKind, size: Int64, modified: Int64, changed: Int64, inode: UInt64, device: UInt64,
        mode: UInt32 = 0o644, owner: UInt32 = 0, group: UInt32 = 0, links: UInt64 = 1
    ) {
        self.kind = kind
        self.size = size
        self.modified = modified
        self.changed = changed
        self.inode = inode
        self.device = device
        self.mode = mode
        self.owner = owner
        self.group = group
        self.links = links
    }
}

/// What `statfs` says of the volume below a name.
package struct VolumeStatus: Hashable, Sendable {
    /// `ext4`, `xfs`, `btrfs`, `tmpfs`, `overlay`, `nfs`, `cifs`, `fuse`,
    /// `9p`, …; an unknown one is its magic number in hexadecimal.
    package var type: String
    package var freeBytes: Int64
    package var totalBytes: Int64
    package var freeInodes: Int64
    /// 0 where the volume does not count inodes.
    package var totalInodes: Int64
    package var isReadOnly: Bool

    package init(
        type: String, freeBytes: Int64, totalBytes: Int64, freeInodes: Int64, totalInodes: Int64,
        isReadOnly: Bool
    ) {
        self.type = type
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
        self.freeInodes = freeInodes
        self.totalInodes = totalInodes
        self.isReadOnly = isReadOnly
    }

    /// Others can write there without this kernel knowing: no events, leases
    /// mean nothing (`spool-traps.md` 3.1).
    package var isRemote: Bool { Self.remote.contains(type) }

    private static let remote: Set<String> = [
        "nfs", "cifs", "fuse", "9p", "afs", "ceph", "gfs2", "lustre", "vboxsf",
    ]

    /// Names of statfs(2) magic numbers.
    package static func typeName(_ magic: Int64) -> String {
        switch UInt32(truncatingIfNeeded: magic) {
        case 0xEF53: "ext4"
        case 0x5846_5342: "xfs"
        case 0x9123_683E: "btrfs"
        case 0x0102_1994: "tmpfs"
        case 0x794C_7630: "overlay"
        case 0x6969: "nfs"
        case 0xFF53_4D42, 0xFE53_4D42, 0x517B: "cifs"
        case 0x6573_5546: "fuse"
        case 0x0102_1997: "9p"
        case 0x5346_414F: "afs"
        case 0x00C3_6400: "ceph"
        case 0x0116_1970: "gfs2"
        case 0x0BD0_0BD0: "lustre"
        case 0x786F_4256: "vboxsf"
        case 0x2FC1_2FC1: "zfs"
        case 0xF2F5_2010: "f2fs"
        case 0x4D44: "vfat"
        case 0x5346_544E, 0x7366_746E: "ntfs"
        default: "0x" + String(UInt32(truncatingIfNeeded: magic), radix: 16)
        }
    }
}
