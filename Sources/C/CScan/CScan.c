// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0
#include "CScan.h"

#include <string.h>

// One block of bytes in vector registers: the compiler makes two AVX2 or four
// SSE2 or NEON registers of it, or plain code.
enum { BLOCK = 64 };
typedef uint8_t block __attribute__((ext_vector_type(BLOCK)));
typedef _Bool bits __attribute__((ext_vector_type(BLOCK)));

#define INLINE static inline __attribute__((always_inline))

// Macros, not functions: a block passes no call, whatever registers there are.
#define LOAD(bytes) \
    ({ \
        block loaded_; \
        memcpy(&loaded_, (bytes), sizeof loaded_); \
        loaded_; \
    })

// One bit a lane of a comparison, the first lane lowest.
#define BITS(comparison) \
    ({ \
        bits lanes_ = __builtin_convertvector((comparison), bits); \
        uint64_t mask_; \
        memcpy(&mask_, &lanes_, sizeof mask_); \
        mask_; \
    })

static int is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r'; }

// MARK: Tokens

// 1: the bytes begin with `text`; 0: they don't; -1: they end too early.
static int begins(const uint8_t *bytes, size_t count, const char *text, size_t text_count) {
    size_t shared = count < text_count ? count : text_count;
    if (memcmp(bytes, text, shared) != 0) return 0;
    return shared == text_count ? 1 : -1;
}

void waybill_token_begin(const uint8_t *bytes, size_t count, struct waybill_token *token) {
    token->kind = WAYBILL_TEXT;
    token->quote = 0;
    token->slash = 0;
    if (count < 2) return;
    size_t skipped = 1;
    if (bytes[1] == '/') {
        token->kind = WAYBILL_END_TAG;
        skipped = 2;
    } else if (bytes[1] == '?') {
        token->kind = WAYBILL_INSTRUCTION;
        skipped = 2;
    } else if (bytes[1] != '!') {
        token->kind = WAYBILL_START_TAG;
    } else {
        int comment = begins(bytes, count, "<!--", 4);
        int cdata = begins(bytes, count, "<![CDATA[", 9);
        if (comment < 0 || cdata < 0) return;
        token->kind = comment ? WAYBILL_COMMENT : cdata ? WAYBILL_CDATA : WAYBILL_DECLARATION;
        skipped = comment ? 4 : cdata ? 9 : 2;
    }
    token->at += skipped;
}

// Searches `end`, which repeats its first byte but for the last one: `-->`,
// `]]>`, `?>`.
static int find_end(
    const uint8_t *bytes, size_t count, struct waybill_token *token, const char *end, size_t end_count) {
    size_t at = token->at;
    while (count - at >= end_count) {
        // Where '>' would stand if it were the end.
        size_t last = at + end_count - 1;
        const uint8_t *found = memchr(bytes + last, '>', count - last);
        if (!found) {
            at = count - (end_count - 1);
            break;
        }
        size_t start = (size_t)(found - bytes) - (end_count - 1);
        at = start + 1;
        if (memcmp(bytes + start, end, end_count - 1) == 0) {
            token->at = start + end_count;
            return 1;
        }
    }
    token->at = at;
    return 0;
}

static int find_tag_end(const uint8_t *bytes, size_t count, struct waybill_token *token) {
    size_t at = token->at;
    while (at < count) {
        if (token->quote) {
            const uint8_t *found = memchr(bytes + at, token->quote, count - at);
            if (!found) {
                at = count;
                break;
            }
            token->quote = 0;
            at = (size_t)(found - bytes) + 1;
            continue;
        }
        uint8_t byte = bytes[at++];
        if (byte == '>') {
            token->at = at;
            return 1;
        }
        token->slash = byte == '/';
        if (byte == '"' || byte == '\'') token->quote = byte;
    }
    token->at = at;
    return 0;
}

int waybill_token_end(const uint8_t *bytes, size_t count, struct waybill_token *token) {
    switch (token->kind) {
    case WAYBILL_START_TAG: return find_tag_end(bytes, count, token);
    case WAYBILL_COMMENT: return find_end(bytes, count, token, "-->", 3);
    case WAYBILL_CDATA: return find_end(bytes, count, token, "]]>", 3);
    case WAYBILL_INSTRUCTION: return find_end(bytes, count, token, "?>", 2);
    case WAYBILL_END_TAG: return find_end(bytes, count, token, ">", 1);
    default: return 0;
    }
}

// MARK: Slices

struct name {
    const uint8_t *bytes;
    size_t count;
};

// Whether `bytes` begin with the whole name: 1, 0, or -1 where they end too
// early to tell.
static int has_name(const uint8_t *bytes, size_t count, struct name name, int is_end) {
    int begin = begins(bytes, count, (const char *)name.bytes, name.count);
    if (begin <= 0) return begin;
    if (count == name.count) return -1;
    uint8_t next = bytes[name.count];
    return next == '>' || is_space(next) || (next == '/' && !is_end);
}

enum step { GO_ON, ENDED, MORE };

// Looks for the end of the token at hand and does what it means.
static enum step end_token(const uint8_t *bytes, size_t count, struct waybill_slice *slice) {
    struct waybill_token *token = &slice->token;
    if (!waybill_token_end(bytes, count, token)) return MORE;
    if (token->kind == WAYBILL_END_TAG) slice->open--;
    if (token->kind == WAYBILL_START_TAG && !token->slash) slice->open++;
    int counts = token->kind == WAYBILL_END_TAG || token->kind == WAYBILL_START_TAG;
    token->kind = WAYBILL_TEXT;
    return counts && slice->open == 0 ? ENDED : GO_ON;
}

// Takes the '<' at `token.at`: passes over it, or over what it begins where
// that can hold other '<' or is a tag of the record's name.
static enum step take(const uint8_t *bytes, size_t count, struct name name, struct waybill_slice *slice) {
    struct waybill_token *token = &slice->token;
    size_t start = token->at;
    waybill_token_begin(bytes + start, count - start, token);
    int matters = 1;
    switch (token->kind) {
    case WAYBILL_TEXT: return MORE;
    case WAYBILL_DECLARATION: matters = 0; break;
    case WAYBILL_START_TAG:
    case WAYBILL_END_TAG:
        matters = has_name(bytes + token->at, count - token->at, name, token->kind == WAYBILL_END_TAG);
        break;
    default: break;
    }
    if (matters == 1) return end_token(bytes, count, slice);
    token->kind = WAYBILL_TEXT;
    token->at = matters == 0 ? start + 1 : start;
    return matters == 0 ? GO_ON : MORE;
}

// The '<' of a block that can matter, one bit each: in front of '!', '?', and
// the name's first two bytes with or without a '/'. Three bytes behind the
// block are read. `any` is -1 for a name of one byte, else 0.
INLINE uint64_t candidates(const uint8_t *bytes, uint8_t first, uint8_t second, signed char any) {
    uint64_t here = BITS(LOAD(bytes) == '<');
    if (here == 0) return 0;
    block at1 = LOAD(bytes + 1), at2 = LOAD(bytes + 2), at3 = LOAD(bytes + 3);
    return here
        & BITS(
            (at1 == '!') | (at1 == '?') | ((at1 == first) & ((at2 == second) | any))
            | ((at1 == '/') & (at2 == first) & ((at3 == second) | any)));
}

INLINE enum step scan(const uint8_t *bytes, size_t count, struct name name, struct waybill_slice *slice) {
    uint8_t first = name.bytes[0], second = name.count > 1 ? name.bytes[1] : 0;
    signed char any = name.count > 1 ? 0 : -1;
    size_t *at = &slice->token.at;
    while (count - *at >= BLOCK + 3) {
        size_t start = *at;
        uint64_t found = candidates(bytes + start, first, second, any);
        size_t next = start + BLOCK;
        for (; found; found &= found - 1) {
            size_t place = start + (size_t)__builtin_ctzll(found);
            *at = place;
            enum step step = take(bytes, count, name, slice);
            if (step != GO_ON) return step;
            if (*at > place + 1) {
                next = *at;
                break;
            }
        }
        *at = next;
    }
    for (;;) {
        *at += waybill_find_markup(bytes + *at, count - *at);
        if (*at == count) return MORE;
        enum step step = take(bytes, count, name, slice);
        if (step != GO_ON) return step;
    }
}

INLINE size_t newlines(const uint8_t *bytes, size_t count) {
    size_t lines = 0;
    while (count >= BLOCK) {
        lines += (size_t)__builtin_popcountll(BITS(LOAD(bytes) == '\n'));
        bytes += BLOCK;
        count -= BLOCK;
    }
    for (; count; count--) lines += *bytes++ == '\n';
    return lines;
}

// MARK: The paths

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,popcnt"))) static enum step scan_avx2(
    const uint8_t *bytes, size_t count, struct name name, struct waybill_slice *slice) {
    return scan(bytes, count, name, slice);
}

__attribute__((target("avx2,bmi,popcnt"))) static size_t newlines_avx2(const uint8_t *bytes, size_t count) {
    return newlines(bytes, count);
}

static int has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
}
#else
#define scan_avx2 scan
#define newlines_avx2 newlines
static int has_avx2(void) { return 0; }
#endif

int waybill_slice_end(
    const uint8_t *bytes, size_t count, const uint8_t *name, size_t name_count, struct waybill_slice *slice) {
    struct name whole = {name, name_count};
    if (slice->token.kind != WAYBILL_TEXT) {
        enum step step = end_token(bytes, count, slice);
        if (step != GO_ON) return step == ENDED;
    }
    enum step step = has_avx2() ? scan_avx2(bytes, count, whole, slice) : scan(bytes, count, whole, slice);
    return step == ENDED;
}

size_t waybill_find_markup(const uint8_t *bytes, size_t count) {
    const uint8_t *found = count ? memchr(bytes, '<', count) : NULL;
    return found ? (size_t)(found - bytes) : count;
}

size_t waybill_count_newlines(const uint8_t *bytes, size_t count) {
    return has_avx2() ? newlines_avx2(bytes, count) : newlines(bytes, count);
}

const char *waybill_scan_path(void) { return has_avx2() ? "avx2" : "baseline"; }
