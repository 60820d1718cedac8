/*
 * What becomes of characters that the partner's repertoire lacks, where the agreement says so: other
 * characters, each change told. The map's own transliterate() comes before, and is the finer tool.
 */
#ifndef STAGE_SPELL_H
#define STAGE_SPELL_H

#include "stage/target.h"

/* False: texts stay as they are, to be refused where they do not fit. */
bool spell_needed(const struct target *t);
/* A text in the characters of the target, as far as there is a spelling. True: that is to be told, f says
 * what became of it. Results live in a. */
bool spell_text(const struct target *t, struct str *text, struct finding *f, struct arena *a);

#endif
