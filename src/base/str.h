/* Views of bytes: not terminated, not owned. Text is UTF-8 inside the program. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
/* The same for initialisers of static tables, where a compound literal is no constant. */
#define STR_INIT(lit)                   \
	{                               \
		"" lit, sizeof(lit) - 1 \
	}
/* For printf: STR_FMT in the format, STR_ARG(s) among the arguments. */
#define STR_FMT "%.*s"
#define STR_ARG(s) ((int)((s).n > 2000 ? 2000 : (s).n)), ((s).p ? (s).p : "")

/* Of a terminated string; NULL gives an empty view. */
static inline struct str str_c(const char *s)
{
	return s ? (struct str){s, strlen(s)} : (struct str){"", 0};
}
static inline bool str_eq(struct str a, struct str b)
{
	/* Most differ in their first byte. */
	return a.n == b.n && (a.n == 0 || (*a.p == *b.p && memcmp(a.p, b.p, a.n) == 0));
}
static inline bool str_is(struct str a, const char *s)
{
	return str_eq(a, str_c(s));
}
int str_cmp(struct str a, struct str b); /* by bytes, as memcmp, shorter first */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Offset of the first needle at or after from, or SIZE_MAX. */
size_t str_find(struct str s, struct str needle, size_t from);
size_t str_chr(struct str s, char c);			 /* offset or SIZE_MAX */
struct str str_sub(struct str s, size_t from, size_t n); /* clipped to s */
struct str str_from(struct str s, size_t from);
struct str str_trim(struct str s); /* without blanks, tabs, CR, LF at both ends */
/* Cuts the part before the next sep off *rest; false when *rest is used up. */
bool str_split(struct str *rest, char sep, struct str *part);
/* Cuts the next word, between blanks, off *rest; false when there is none. */
bool str_word(struct str *rest, struct str *word);
uint64_t str_hash(struct str s); /* for tables inside one process only */

/* Whole string as a decimal integer with optional '-'. Returns false when it is none or too big. */
bool str_to_i64(struct str s, int64_t *out) ATTR_CHECK;
bool str_is_digits(struct str s); /* not empty and only 0-9 */
static inline bool str_is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool str_is_alpha(char c) /* ASCII only */
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
static inline bool str_is_blank(char c) /* blank, tab, CR, LF */
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
char str_lower(char c); /* ASCII only */
char str_upper(char c);

/* The name nearest to s by edit distance among n names, or NULL when none is near: "did you mean". */
const char *str_suggest(struct str s, const char *const *names, size_t n);

#endif
