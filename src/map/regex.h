/* Regular expressions: PCRE2 in UTF mode with a match limit. The only file that knows PCRE2. */
#ifndef MAP_REGEX_H
#define MAP_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/str.h"

/* Steps of one match: a pattern that needs more on one value is wrong or under attack. */
enum { REGEX_STEPS = 1000000 };

struct regex;

/* NULL with the reason in why when the pattern is none. */
struct regex *regex_new(struct str pattern, char *why, size_t size);
void regex_free(struct regex *r);
/* 1 found, 0 not found, -1 the match limit was reached or the text is not UTF-8. */
int regex_match(struct regex *r, struct str s) ATTR_CHECK;
/* Can a replacement stand behind this pattern? False with the reason in why. */
bool regex_replacement_ok(struct regex *r, struct str with, char *why, size_t size);
/* Every match replaced; $1 and ${name} stand for groups. 0, or -1 as above or when the replacement
 * is wrong or the result passes LIMIT_VALUE. */
int regex_replace(struct regex *r, struct str s, struct str with, struct arena *a, struct str *out)
	ATTR_CHECK;

#endif
