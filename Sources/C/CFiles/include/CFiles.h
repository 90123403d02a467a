// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0
//
// What the Swift overlay of glibc leaves out: renameat2, statfs and
// leases. Plain structs, no pointers kept.
#ifndef WAYBILL_CFILES_H
#define WAYBILL_CFILES_H
#include <stdint.h>

struct waybill_volume {
    int64_t type;
    uint64_t free_bytes;
    uint64_t total_bytes;
    uint64_t free_inodes;
    uint64_t total_inodes;
    int read_only;
};

// All return 0, or -1 with errno set.
int waybill_rename_no_replace(const char *from, const char *to);
int waybill_volume_status(const char *path, struct waybill_volume *out);
int waybill_take_read_lease(int fd);
int waybill_release_lease(int fd);
#endif
