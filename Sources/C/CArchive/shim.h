/* SPDX-FileCopyrightText: The Waybill developers */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WAYBILL_CARCHIVE_SHIM_H
#define WAYBILL_CARCHIVE_SHIM_H

#include <archive.h>
#include <archive_entry.h>

#endif
