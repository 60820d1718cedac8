/* Views of bytes; see str.h. */
#include "base/str.h"

#include <string.h>

int str_cmp(struct str a, struct str b)
{
	const size_t n = a.n < b.n ? a.n : b.n;
	const int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

size_t str_find(struct str s, struct str needle, size_t from)
{
	if (from > s.n || needle.n > s.n - from)
		return SIZE_MAX;
	if (needle.n == 0)
		return from;
	for (size_t i = from; i <= s.n - needle.n; i++) {
		const char *at = memchr(s.p + i, needle.p[0], s.n - needle.n - i + 1);
		if (!at)
			return SIZE_MAX;
		i = (size_t)(at - s.p);
		if (memcmp(at, needle.p, needle.n) == 0)
			return i;
	}
	return SIZE_MAX;
}

size_t str_chr(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct str){from > 0 ? s.p + from : s.p, n};
}

struct str str_from(struct str s, size_t from)
{
	return str_sub(s, from, s.n);
}

struct str str_trim(struct str s)
{
	while (s.n > 0 && str_is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && str_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_split(struct str *rest, char sep, struct str *part)
{
	size_t at = 0;

	if (!rest->p)
		return false;
	at = str_chr(*rest, sep);
	if (at == SIZE_MAX) {
		*part = *rest;
		*rest = (struct str){NULL, 0};
	} else {
		*part = (struct str){rest->p, at};
		*rest = str_from(*rest, at + 1);
	}
	return true;
}

bool str_word(struct str *rest, struct str *word)
{
	size_t from = 0;
	size_t to = 0;

	while (from < rest->n && str_is_blank(rest->p[from]))
		from++;
	for (to = from; to < rest->n && !str_is_blank(rest->p[to]);)
		to++;
	*word = str_sub(*rest, from, to - from);
	*rest = str_from(*rest, to);
	return word->n > 0;
}

uint64_t str_hash(struct str s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < s.n; i++) {
		h ^= (unsigned char)s.p[i];
		h *= 0x100000001b3u;
	}
	return h ^ (h >> 32);
}

bool str_to_i64(struct str s, int64_t *out)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	uint64_t v = 0;
	const uint64_t top = (uint64_t)INT64_MAX + (minus ? 1 : 0);

	if (minus)
		s = str_from(s, 1);
	if (!str_is_digits(s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const uint64_t d = (uint64_t)(s.p[i] - '0');
		if (v > (top - d) / 10)
			return false;
		v = v * 10 + d;
	}
	if (minus)
		*out = v == top ? INT64_MIN : -(int64_t)v;
	else
		*out = (int64_t)v;
	return true;
}

bool str_is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

char str_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

char str_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

enum { SUGGEST_MAX = 64 };

static size_t least(size_t a, size_t b, size_t c)
{
	const size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edit distance where case does not count; both at most SUGGEST_MAX long. */
static size_t distance(struct str a, struct str b)
{
	size_t row[SUGGEST_MAX + 1];

	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diag = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			const size_t up = row[j];
			const bool same = str_lower(a.p[i - 1]) == str_lower(b.p[j - 1]);
			row[j] = least(up + 1, row[j - 1] + 1, diag + (same ? 0 : 1));
			diag = up;
		}
	}
	return row[b.n];
}

const char *str_suggest(struct str s, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t limit = s.n / 3 + 1;

	if (s.n == 0 || s.n > SUGGEST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const struct str name = str_c(names[i]);
		size_t d = 0;
		if (name.n == 0 || name.n > SUGGEST_MAX)
			continue;
		d = distance(s, name);
		if (d > limit || d >= name.n)
			continue;
		/* Of two that are as near, one of the same length: a letter was mistaken. */
		if (best && d == limit && (name.n != s.n || str_c(best).n == s.n))
			continue;
		best = names[i];
		limit = d;
		if (d == 0)
			break;
	}
	return best;
}
