/*
 * Exact decimals on a 128-bit integer; see dec.h. A value is in range when it has at most 38 digits,
 * that is abs(v) < 10^38; 2 * 10^38 still fits an i128, so that one addition cannot wrap.
 *
 * "Half up" is the commercial rule: a tie goes away from zero, -2.5 becomes -3.
 */
#include "base/dec.h"

#include <string.h>

#include "base/mem.h"

#define E19 10000000000000000000u
#define TOP ((u128)E19 * E19) /* 10^38: the first value out of range */

static const uint64_t pow10[DEC_SCALE + 1] = {
	1u,
	10u,
	100u,
	1000u,
	10000u,
	100000u,
	1000000u,
	10000000u,
	100000000u,
	1000000000u,
	10000000000u,
	100000000000u,
	1000000000000u,
	10000000000000u,
	100000000000000u,
	1000000000000000u,
	10000000000000000u,
	100000000000000000u,
	1000000000000000000u,
};

static u128 magnitude(i128 v)
{
	return v < 0 ? (u128)-v : (u128)v;
}

static i128 with_sign(u128 v, bool minus)
{
	return minus ? -(i128)v : (i128)v;
}

/* *out = a * b while that stays below TOP. */
static bool times(u128 a, u128 b, u128 *out)
{
	if (a != 0 && b > (TOP - 1) / a)
		return false;
	*out = a * b;
	return true;
}

struct dec dec_int(int64_t v)
{
	return (struct dec){v, 0};
}

/* Reads digits from *at on; false when the value leaves the range. */
static bool digits(struct str s, size_t *at, u128 *v)
{
	for (; *at < s.n && str_is_digit(s.p[*at]); (*at)++) {
		const unsigned d = (unsigned)(s.p[*at] - '0');
		if (*v > (TOP - 1 - d) / 10)
			return false;
		*v = *v * 10 + d;
	}
	return true;
}

bool dec_parse(struct str s, char mark, struct dec *out)
{
	const bool minus = s.n > 0 && s.p[0] == '-';
	size_t at = minus || (s.n > 0 && s.p[0] == '+') ? 1 : 0;
	const size_t start = at;
	size_t scale = 0;
	u128 v = 0;

	if (!digits(s, &at, &v) || at == start)
		return false;
	if (at < s.n && s.p[at] == mark && mark != '\0') {
		const size_t behind = ++at;
		if (!digits(s, &at, &v) || at == behind)
			return false;
		scale = at - behind;
	}
	if (at < s.n || scale > DEC_SCALE)
		return false;
	*out = (struct dec){with_sign(v, minus), (uint8_t)scale};
	return true;
}

/* The same value without trailing zeros behind the mark. */
static struct dec shortest(struct dec d)
{
	while (d.scale > 0 && d.v % 10 == 0) {
		d.v /= 10;
		d.scale--;
	}
	return d;
}

/* Writes the digits of v so that they end before end, at least `least` of them. */
static char *put_digits(char *end, u128 v, unsigned least)
{
	while (v > UINT64_MAX) {
		*--end = (char)('0' + (int)(v % 10));
		v /= 10;
		least -= least > 0;
	}
	for (uint64_t low = (uint64_t)v; low > 0 || least > 0; low /= 10) {
		*--end = (char)('0' + (int)(low % 10));
		least -= least > 0;
	}
	return end;
}

/* Text of d and pad zeros more; d.scale + pad decimals. */
static struct str text(struct dec d, unsigned pad, struct arena *a)
{
	char tmp[DEC_TEXT];
	char *const end = tmp + sizeof(tmp);
	const char *const first = put_digits(end, magnitude(d.v), d.scale + 1u);
	const size_t n = (size_t)(end - first);
	const size_t whole = n - d.scale;
	const bool mark = d.scale > 0 || pad > 0;
	char *const p = arena_raw(a, mem_add(n + 3, pad));
	size_t at = 0;

	if (d.v < 0)
		p[at++] = '-';
	memcpy(p + at, first, whole);
	at += whole;
	if (mark)
		p[at++] = '.';
	memcpy(p + at, first + whole, d.scale);
	at += d.scale;
	memset(p + at, '0', pad);
	at += pad;
	p[at] = '\0';
	return (struct str){p, at};
}

struct str dec_text(struct dec d, struct arena *a)
{
	return text(shortest(d), 0, a);
}

struct str dec_fixed(struct dec d, unsigned scale, struct arena *a)
{
	const struct dec r = dec_round(d, scale, DEC_HALF_UP);

	return text(r, scale - r.scale, a);
}

int dec_cmp(struct dec a, struct dec b)
{
	const i128 one_a = pow10[a.scale];
	const i128 one_b = pow10[b.scale];
	i128 x = a.v / one_a;
	i128 y = b.v / one_b;

	if (x == y) {
		x = a.v % one_a * (i128)pow10[DEC_SCALE - a.scale];
		y = b.v % one_b * (i128)pow10[DEC_SCALE - b.scale];
	}
	return x < y ? -1 : x > y;
}

bool dec_is_int(struct dec d, int64_t *out)
{
	const i128 whole = d.v / (i128)pow10[d.scale];

	if (d.v % (i128)pow10[d.scale] != 0 || whole < INT64_MIN || whole > INT64_MAX)
		return false;
	*out = (int64_t)whole;
	return true;
}

/* Brings d to a higher scale. */
static bool widen(struct dec *d, uint8_t scale)
{
	u128 v = 0;

	if (!times(magnitude(d->v), pow10[scale - d->scale], &v))
		return false;
	d->v = with_sign(v, d->v < 0);
	d->scale = scale;
	return true;
}

static bool align(struct dec *a, struct dec *b)
{
	return a->scale < b->scale ? widen(a, b->scale) : widen(b, a->scale);
}

/* A sum that leaves the range with trailing zeros may be in range without them. */
static bool sum(struct dec a, struct dec b, struct dec *out)
{
	struct dec s = {0, 0};

	if (!align(&a, &b))
		return false;
	s = (struct dec){a.v + b.v, a.scale};
	if (magnitude(s.v) >= TOP)
		s = shortest(s);
	if (magnitude(s.v) >= TOP)
		return false;
	*out = s;
	return true;
}

bool dec_add(struct dec a, struct dec b, struct dec *out)
{
	return sum(a, b, out) || sum(shortest(a), shortest(b), out);
}

bool dec_sub(struct dec a, struct dec b, struct dec *out)
{
	return dec_add(a, dec_neg(b), out);
}

/* Takes factors of ten that stand across a and b out of both while there are decimals. */
static unsigned cancel(u128 *a, u128 *b, unsigned scale)
{
	for (; scale > 0; scale--) {
		if (*a % 10 == 0) {
			*a /= 10;
		} else if (*b % 10 == 0) {
			*b /= 10;
		} else if (*a % 5 == 0 && *b % 2 == 0) {
			*a /= 5;
			*b /= 2;
		} else if (*a % 2 == 0 && *b % 5 == 0) {
			*a /= 2;
			*b /= 5;
		} else {
			break;
		}
	}
	return scale;
}

bool dec_mul(struct dec a, struct dec b, struct dec *out)
{
	const bool minus = (a.v < 0) != (b.v < 0);
	u128 x = magnitude(a.v);
	u128 y = magnitude(b.v);
	unsigned scale = (unsigned)a.scale + b.scale;
	u128 v = 0;

	if (scale > DEC_SCALE || !times(x, y, &v)) {
		scale = cancel(&x, &y, scale);
		if (scale > DEC_SCALE || !times(x, y, &v))
			return false;
	}
	*out = (struct dec){with_sign(v, minus), (uint8_t)scale};
	return true;
}

/* One step of long division: *r = *r * 10 % by, the digit is the result. Both are below TOP, and
 * so is every sum but one addition; *r * 10 itself might not fit. */
static unsigned step(u128 *r, u128 by)
{
	u128 acc = 0;
	unsigned digit = 0;

	if (*r < TOP / 10) {
		digit = (unsigned)(*r * 10 / by);
		*r = *r * 10 % by;
		return digit;
	}
	for (int i = 0; i < 10; i++) {
		acc += *r;
		if (acc >= by) {
			acc -= by;
			digit++;
		}
	}
	*r = acc;
	return digit;
}

bool dec_div(struct dec a, struct dec b, struct dec *out)
{
	const bool minus = (a.v < 0) != (b.v < 0);
	const u128 by = magnitude(b.v);
	int scale = (int)a.scale - (int)b.scale;
	u128 q = 0;
	u128 r = 0;

	if (by == 0)
		return false;
	q = magnitude(a.v) / by;
	r = magnitude(a.v) % by;
	for (; scale < 0 || (scale < DEC_SCALE && r != 0); scale++) {
		const unsigned d = step(&r, by);
		if (!times(q, 10, &q) || q + d >= TOP)
			return false;
		q += d;
	}
	if (r > by - r || (r == by - r && q % 2 == 1))
		q++;
	if (q >= TOP)
		return false;
	*out = (struct dec){with_sign(q, minus), (uint8_t)scale};
	return true;
}

bool dec_mod(struct dec a, struct dec b, struct dec *out)
{
	u128 by = magnitude(b.v);
	u128 r = magnitude(a.v);
	uint8_t scale = a.scale;

	if (by == 0)
		return false;
	if (a.scale >= b.scale) {
		/* A divisor that leaves the range when aligned is larger than any dividend. */
		if (times(by, pow10[a.scale - b.scale], &by))
			r %= by;
	} else {
		for (r %= by; scale < b.scale; scale++)
			(void)step(&r, by);
	}
	*out = (struct dec){with_sign(r, a.v < 0), scale};
	return true;
}

struct dec dec_round(struct dec d, unsigned scale, enum dec_round how)
{
	if (scale >= d.scale)
		return d;
	const u128 unit = pow10[d.scale - scale];
	const u128 cut = magnitude(d.v) % unit;
	const bool minus = d.v < 0;
	u128 v = magnitude(d.v) / unit;
	bool away = false;

	switch (how) {
	case DEC_HALF_UP:
		away = cut >= unit - cut;
		break;
	case DEC_HALF_EVEN:
		away = cut > unit - cut || (cut == unit - cut && v % 2 == 1);
		break;
	case DEC_DOWN:
		break;
	case DEC_FLOOR:
		away = minus && cut > 0;
		break;
	case DEC_CEILING:
		away = !minus && cut > 0;
		break;
	}
	if (away)
		v++;
	return (struct dec){with_sign(v, minus), (uint8_t)scale};
}

struct dec dec_neg(struct dec d)
{
	return (struct dec){-d.v, d.scale};
}
