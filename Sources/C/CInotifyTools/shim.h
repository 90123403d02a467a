// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: GPL-2.0-only
#ifndef WAYBILL_CINOTIFYTOOLS_SHIM_H
#define WAYBILL_CINOTIFYTOOLS_SHIM_H

#include <inotifytools/inotifytools.h>
#include <sys/inotify.h>
#include <sys/vfs.h>

#endif
