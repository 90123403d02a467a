/* SPDX-FileCopyrightText: The Waybill developers */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WAYBILL_CXML2_SHIM_H
#define WAYBILL_CXML2_SHIM_H

#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlversion.h>

/* libxml2's `error`, `warning` and `fatalError` callbacks are variadic and
 * stay NULL: with `initialized == XML_SAX2_MAGIC` the structured callback
 * takes all of them, so no variadic function needs a shim. */

#endif
