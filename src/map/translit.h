/* Transliteration of typography: quotes, dashes, signs that a target's character set lacks.
 * Letters are never changed here: a wrong name is worse than a finding. */
#ifndef MAP_TRANSLIT_H
#define MAP_TRANSLIT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum translit_target { TRANSLIT_LATIN1, TRANSLIT_ASCII, TRANSLIT_X12_BASIC };

bool translit_target(struct str name, enum translit_target *out);
const char *const *translit_names(size_t *n);
/* What cannot be transliterated stays; the writer reports it. The result lives in a. */
struct str translit(struct str s, enum translit_target t, struct arena *a);

#endif
