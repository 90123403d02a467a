// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CDatabases.h"

#include <fcntl.h>
#include <sqlite3.h>

int waybill_sqlite_without_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

int waybill_start_writeback(int fd, int64_t offset, int64_t count) {
    return sync_file_range(fd, offset, count, SYNC_FILE_RANGE_WRITE);
}
