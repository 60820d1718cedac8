/*
 * Exact decimals: up to 38 digits, scale 0 to 18. Never floating point. value = v / 10^scale.
 */
#ifndef BASE_DEC_H
#define BASE_DEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/str.h"

enum { DEC_DIGITS = 38, DEC_SCALE = 18, DEC_TEXT = 44 };

struct dec {
	i128 v;
	uint8_t scale;
};

enum dec_round { DEC_HALF_UP, DEC_HALF_EVEN, DEC_DOWN, DEC_FLOOR, DEC_CEILING };

struct dec dec_int(int64_t v);
/* Whole of s: optional sign, digits, optionally mark and digits. No exponent, no separators.
 * False when s is no number, has over 38 digits or more than 18 decimals. */
bool dec_parse(struct str s, char mark, struct dec *out) ATTR_CHECK;
/* Shortest text with '.', no trailing zeros after the mark, "-0" never. Lives in a. */
struct str dec_text(struct dec d, struct arena *a);
/* Text with exactly scale decimals (rounds half up where it must). */
struct str dec_fixed(struct dec d, unsigned scale, struct arena *a);

int dec_cmp(struct dec a, struct dec b);
bool dec_is_int(struct dec d, int64_t *out); /* is it whole and does it fit? */
/* The four operations say false on overflow, dec_div also on division by zero.
 * dec_div keeps 18 decimals, half even; the others are exact. */
bool dec_add(struct dec a, struct dec b, struct dec *out) ATTR_CHECK;
bool dec_sub(struct dec a, struct dec b, struct dec *out) ATTR_CHECK;
bool dec_mul(struct dec a, struct dec b, struct dec *out) ATTR_CHECK;
bool dec_div(struct dec a, struct dec b, struct dec *out) ATTR_CHECK;
/* Truncating remainder with the sign of a, as XPath's mod. */
bool dec_mod(struct dec a, struct dec b, struct dec *out) ATTR_CHECK;
struct dec dec_round(struct dec d, unsigned scale, enum dec_round how);
struct dec dec_neg(struct dec d);

#endif
