/*
 * Character sets that UNB 0001 names (ISO 9735): from bytes to UTF-8 when reading, from UTF-8 when
 * writing, and what each can carry.
 */
#ifndef EDI_EDIFACT_CHARSET_H
#define EDI_EDIFACT_CHARSET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "edi/element.h"

enum edifact_charset_kind {
	EDIFACT_ASCII,	/* UNOA, UNOB */
	EDIFACT_LATIN1, /* ISO 8859-1 */
	EDIFACT_PART,	/* of ISO 8859: repertoire.others are the bytes from 0xa0 on, 0 for none */
	EDIFACT_UTF8,
	EDIFACT_CODES /* ISO 2022: not read beyond ASCII, never written */
};

struct edifact_charset {
	const char *id; /* "UNOC" */
	enum edifact_charset_kind kind;
	struct element_repertoire repertoire;
};

/* By the id in UNB 0001, or NULL: one of another agency (IATA, KECA). */
const struct edifact_charset *edifact_charset_find(struct str id);

/* Bytes as UTF-8, in a where they differ. NULL, or what is wrong with them; *text is a guess then.
 * set NULL is one that is not known. */
const char *edifact_charset_decode(
	const struct edifact_charset *set, struct str bytes, struct arena *a, struct str *text);
/* Text of characters that the set has, as its bytes. */
void edifact_charset_encode(const struct edifact_charset *set, struct str text, struct buf *out);
/* The first character of printable ASCII that the set has not, or 0. */
char edifact_charset_lacks(const struct edifact_charset *set, struct str text);

#endif
