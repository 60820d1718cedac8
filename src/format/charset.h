/* Character sets that sources may come in, as UTF-8. */
#ifndef FORMAT_CHARSET_H
#define FORMAT_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum charset { CHARSET_UTF8, CHARSET_LATIN1, CHARSET_CP1252, CHARSET_UTF16LE, CHARSET_UTF16BE };

enum { CHARSET_GROWS = 3 }; /* a byte becomes at most so many */

/* By a name as XML declarations and configurations write it, in any case: utf-8, us-ascii, iso-8859-1,
 * latin1, windows-1252, cp1252, utf-16le, utf-16be. */
bool charset_find(struct str name, enum charset *out) ATTR_CHECK;
/* As many characters as there are whole in from, as UTF-8; out has CHARSET_GROWS times the room. *used are
 * bytes taken. False: at *used stands what is no character. */
bool charset_decode(enum charset set, struct str from, char *out, size_t *made, size_t *used)
	ATTR_CHECK;
/* Where in s stands what is no character of a set of bytes, or of UTF-8; SIZE_MAX when all are. */
size_t charset_bad(enum charset set, struct str s);
/* Bytes that the character with this first byte of UTF-8 has in the set; 0 for a byte that is none. */
size_t charset_width(enum charset set, char first);

#endif
