/* UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing over U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* Offset of the first byte that is no UTF-8, or SIZE_MAX when all of s is. Fast on ASCII. */
size_t utf8_bad(struct str s);
/* Offset of the first byte at or behind at that is not ASCII, or s.n. */
size_t utf8_ascii(struct str s, size_t at);
size_t utf8_count(struct str s); /* characters of valid UTF-8 */
#define UTF8_REPLACEMENT 0xFFFDu
/* Decodes the character at *at and moves *at behind it. Invalid bytes give U+FFFD, one a time. */
uint32_t utf8_next(struct str s, size_t *at);
void utf8_put(struct buf *b, uint32_t cp);
size_t utf8_encode(uint32_t cp, char out[4]); /* bytes written */
/* The first n characters of s. */
struct str utf8_left(struct str s, size_t n);
/* Text for terminals and messages: control characters, bidi marks and bad bytes as \xNN or
 * \u{NNNN}, shortened to max bytes with "..." */
void utf8_quote(struct buf *b, struct str s, size_t max);
/* Upper and lower case of Latin, Greek and Cyrillic letters; others as they are. */
uint32_t utf8_upper(uint32_t cp);
uint32_t utf8_lower(uint32_t cp);

#endif
