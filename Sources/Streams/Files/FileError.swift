// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import SystemPackage

/// A file operation that failed: the call, the name, the kernel's reason.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system call, e.g. `rename`.
    package let call: String
    package let path: FilePath
    /// The second name of a rename, link or copy.
    package let other: FilePath?
    package let errno: CInt

    package init(call: String, path: FilePath, other: FilePath? = nil, errno: CInt) {
        self.call = call
        self.path = path
        self.other = other
        self.errno = errno
    }

    package var isNotFound: Bool { errno == ENOENT || errno == ENOTDIR }
    package var exists: Bool { errno == EEXIST || errno == ENOTEMPTY }
    package var isRefused: Bool { errno == EACCES || errno == EPERM }
    /// No space, or the quota is used up: intake stops, no file is at fault.
    package var isFull: Bool { errno == ENOSPC || errno == EDQUOT }
    package var isReadOnly: Bool { errno == EROFS }
    package var isAcrossVolumes: Bool { errno == EXDEV }
    /// The volume is away, not the file (`spool-traps.md` 3.6).
    package var isOffline: Bool {
        switch errno {
        case ESTALE, ENOTCONN, EHOSTDOWN, EHOSTUNREACH, ETIMEDOUT, ENODEV, ENXIO: true
        default: false
        }
    }

    /// What happened in plain words, and the cure where there is one.
    package var description: String {
        let names = other.map { "\(path) → \($0)" } ?? "\(path)"
        return "\(call) \(names): \(reason)" + (cure.map { "; \($0)" } ?? "")
    }

    /// The kernel's words.
    package var reason: String { String(cString: strerror(errno)) }

    /// What an admin can do about it, nil where the kernel's words say all.
    package var cure: String? {
        switch errno {
        case ENOSPC: "free space or inodes on that volume (df -h, df -i), Waybill goes on by itself"
        case EDQUOT: "raise the quota of the user Waybill runs as"
        case EACCES, EPERM: "let the user Waybill runs as read and write there (ls -ld, group, mode)"
        case EROFS: "the volume is mounted read-only: remount it rw, after a look at dmesg"
        case ESTALE, ENOTCONN, EHOSTDOWN, EHOSTUNREACH, ETIMEDOUT, ENODEV, ENXIO:
            "the share is away: bring its server back or mount it again"
        case EXDEV: "the two names lie on different volumes"
        case EMFILE, ENFILE: "raise the limit of open files (LimitNOFILE)"
        case ENAMETOOLONG: "shorten the name"
        case ELOOP: "a symbolic link stands where a file or folder is expected: replace it"
        case EIO: "the device or the share failed: look at dmesg before anything else"
        default: nil
        }
    }
}
