// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CFiles.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

int waybill_rename_no_replace(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

int waybill_volume_status(const char *path, struct waybill_volume *out) {
    struct statfs found;
    if (statfs(path, &found) != 0) return -1;
    out->type = (int64_t)found.f_type;
    out->free_bytes = (uint64_t)found.f_bavail * (uint64_t)found.f_bsize;
    out->total_bytes = (uint64_t)found.f_blocks * (uint64_t)found.f_bsize;
    out->free_inodes = found.f_ffree;
    out->total_inodes = found.f_files;
    out->read_only = (found.f_flags & ST_RDONLY) != 0;
    return 0;
}

int waybill_take_read_lease(int fd) {
    // A writer that opens the file while we hold the lease makes the kernel
    // send SIGIO, which ends a process; SIGURG is ignored by default.
    if (fcntl(fd, F_SETSIG, SIGURG) != 0) return -1;
    return fcntl(fd, F_SETLEASE, F_RDLCK);
}

int waybill_release_lease(int fd) { return fcntl(fd, F_SETLEASE, F_UNLCK); }
