/*
 * The codes of findings: one row a code with severity, meaning and remedy, the same words in
 * `gridspool codes`, in messages and in feedback. A code is never renamed once released.
 */
#ifndef MODEL_CODES_H
#define MODEL_CODES_H

#include <stddef.h>

#include "base/str.h"

enum severity { SEV_NOTE, SEV_WARNING, SEV_ERROR, SEV_FATAL /* the document cannot be read on */ };

struct code {
	const char *name; /* AREA-NAME */
	enum severity severity;
	const char *meaning; /* what is wrong, in plain words, no full stop */
	const char *remedy;  /* what to do about it */
};

/* All codes of the program, sorted by name. */
const struct code *codes_all(size_t *n);
/* NULL when the program has no such code (those of a map's <require> are the map's own). */
const struct code *codes_find(struct str name);
/* "note", "warning", "error" or "fatal". */
const char *codes_severity(enum severity severity);

#endif
