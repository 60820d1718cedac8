/* Transliteration of typography: quotes, dashes, signs that a target's character set lacks.
 * Letters are never changed here: a wrong name is worse than a finding. */
#ifndef MAP_TRANSLIT_H
#define MAP_TRANSLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum translit_target { TRANSLIT_LATIN1, TRANSLIT_ASCII, TRANSLIT_X12_BASIC };

bool translit_target(struct str name, enum translit_target *out);
const char *translit_characters(enum translit_target t); /* "characters of latin1" */
enum { TRANSLIT_TOLD = 64 };

/* What became of a text. */
struct translit_told {
	char changed
		[TRANSLIT_TOLD]; /* the characters that are others now, each once, as far as they fit */
	size_t n;
	bool replaced; /* by `with` */
};

/* What cannot be transliterated becomes `with`, or stays where that is NULL: the writer reports it.
 * Small letters that become capitals are not told. The result lives in a. */
struct str translit_text(struct str s, enum translit_target t, struct str with,
	struct translit_told *told, struct arena *a);

/* The same into any repertoire: what it carries stays. */
struct str translit_into(struct str s, bool (*carries)(const void *of, uint32_t cp), const void *of,
	struct str with, struct translit_told *told, struct arena *a);

#endif
