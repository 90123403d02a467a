/* SPDX-FileCopyrightText: The Waybill developers */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WAYBILL_CXXHASH_SHIM_H
#define WAYBILL_CXXHASH_SHIM_H

/* Before xxHash 1.0 XXH3_generateSecret stands behind this door; the library
 * exports it. */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#endif
