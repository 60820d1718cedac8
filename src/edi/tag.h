/* Tags of segments: capital letters and digits, a letter first. X12 has two or three, EDIFACT three. */
#ifndef EDI_TAG_H
#define EDI_TAG_H

#include <stdbool.h>

#include "base/str.h"

enum { TAG_MOST = 3 };

static inline bool tag_upper(char c)
{
	return (unsigned char)(c - 'A') < 26;
}

static inline bool tag_sign(char c)
{
	return tag_upper(c) | str_is_digit(c);
}

static inline bool tag_is(struct str t, size_t least)
{
	return t.n >= least && t.n <= TAG_MOST && tag_upper(t.p[0]) && tag_sign(t.p[1]) &&
		(t.n < TAG_MOST || tag_sign(t.p[2]));
}

/* One in small letters, in capitals in room. False: it is none even so. */
bool tag_mend(struct str *tag, size_t least, char room[TAG_MOST + 1]);

#endif
