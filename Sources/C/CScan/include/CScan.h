// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0
//
// Where markup ends in XML text of UTF-8 or of any one-byte encoding that
// holds ASCII. Nothing is allocated, no pointer is kept, no byte outside the
// given ones is read; all positions count from the first given byte.
#ifndef WAYBILL_CSCAN_H
#define WAYBILL_CSCAN_H
#include <stddef.h>
#include <stdint.h>

// What a '<' begins. WAYBILL_TEXT: nothing yet, more bytes must show it.
enum waybill_markup {
    WAYBILL_TEXT = 0,
    WAYBILL_START_TAG,
    WAYBILL_END_TAG,
    WAYBILL_COMMENT,
    WAYBILL_CDATA,
    WAYBILL_INSTRUCTION,
    // `<!` and neither comment nor CDATA: a DOCTYPE, or a mistake.
    WAYBILL_DECLARATION,
};

// One piece of markup while its end is searched. Bytes in front of `at` need
// not be looked at again.
struct waybill_token {
    size_t at;
    // A waybill_markup.
    uint8_t kind;
    // The quote of the attribute value at hand, or 0.
    uint8_t quote;
    // Of a start tag: the byte in front of `at` is a '/' outside of quotes.
    // Behind its end: it is self-closing.
    uint8_t slash;
};

// A record element while its end is searched.
struct waybill_slice {
    struct waybill_token token;
    // Open elements of the record's name, itself included.
    size_t open;
};

// What begins at `bytes`, whose first byte is a '<'. A token of that kind
// goes on at `*token`.
void waybill_token_begin(const uint8_t *bytes, size_t count, struct waybill_token *token);

// Goes on searching the end of a token of any kind but text and declaration.
// 1: `token->at` stands behind it; 0: it is not among the bytes.
int waybill_token_end(const uint8_t *bytes, size_t count, struct waybill_token *token);

// Goes on searching the end of a record element. `name` is its whole name as
// it stands in the start tag; the search begins with `*slice` zeroed but for
// `token.at`, the place of the start tag's '<'. Well-formed text is needed for
// an exact answer: no '<' in attribute values, tags that match.
// 1: `slice->token.at` stands behind it; 0: it is not among the bytes.
int waybill_slice_end(
    const uint8_t *bytes, size_t count, const uint8_t *name, size_t name_count, struct waybill_slice *slice);

// The place of the first '<', `count` where there is none.
size_t waybill_find_markup(const uint8_t *bytes, size_t count);

size_t waybill_count_newlines(const uint8_t *bytes, size_t count);

// Which vector path runs here: "avx2", or "baseline" (SSE2, NEON, or plain
// machine code, whatever the compiler makes of it).
const char *waybill_scan_path(void);
#endif
