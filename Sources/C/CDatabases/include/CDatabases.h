// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0
//
// What Swift can't call: a variadic function of SQLite, and a call of Linux
// that the Swift overlay of glibc leaves out.
#ifndef WAYBILL_CDATABASES_H
#define WAYBILL_CDATABASES_H
#include <stdint.h>

// SQLite keeps no statistics of its memory, which cost a lock for every
// allocation. Before the library is first used; 0, or a code of SQLite.
int waybill_sqlite_without_statistics(void);

// The kernel begins to write a stretch of a file. 0, or -1 with errno set.
int waybill_start_writeback(int fd, int64_t offset, int64_t count);
#endif
