/*
 * Findings: faults in data, many per document, everywhere of one form (MAP-LANGUAGE section 5).
 * Codes are AREA-NAME, listed in model/codes.c with severity, meaning and remedy; codes of a map's
 * <require> are the map's own.
 */
#ifndef MODEL_DIAG_H
#define MODEL_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/codes.h"
#include "model/tolerance.h"

struct finding {
	struct str code;
	uint8_t severity;
	struct str file;     /* source or interchange */
	struct str item;     /* key of the item, if known */
	struct str field;    /* path in the source: body/gtin */
	struct str segment;  /* X12 tag, with its position in segment_at */
	uint32_t segment_at; /* ST = 1 inside a set; envelopes: position in the interchange */
	uint16_t element;    /* from 1; 0 none */
	uint16_t component;
	uint16_t repetition;
	uint64_t offset;
	uint32_t line;
	uint32_t column;
	struct str found;
	struct str expected;
	struct str rule;      /* the sentence for people */
	struct str remedy;    /* what to do */
	struct str tolerance; /* by which it is a note, or could be one; see model/tolerance.h */
	struct finding *next;
};

struct diag {
	struct arena *arena; /* borrowed: texts are copied into it */
	struct finding *first;
	struct finding *last;
	size_t n; /* all, also those that were not kept: over LIMIT_FINDINGS, or errors over as many */
	size_t errors;		       /* of SEV_ERROR and above */
	struct tolerances *tolerances; /* borrowed: what is forgiven while reading; NULL nothing */
};

void diag_init(struct diag *d, struct arena *arena);
/* Empties the list; the arena is the caller's to reset. */
void diag_clear(struct diag *d);
/* Copies *f with all its texts. Where rule, remedy or severity (0) are empty and the code is in
 * codes_all, they are taken from there. */
void diag_add(struct diag *d, const struct finding *f);
/* The first of SEV_ERROR and above, else the first, else NULL. */
const struct finding *diag_first_error(const struct diag *d);
/* The finding as a JSON object: code, severity (by name), file, item, field, segment, segment_at,
 * element, component, repetition, offset, line, column, found, expected, rule, remedy. Empty and
 * zero members are left out, code and severity never; tolerance is the last. */
void diag_json(struct json *j, const struct finding *f);
/* One line for people: "file:line:col: CODE: rule (item 4711, field body/gtin); found "X",
 * expected Y; remedy". Without line the offset is named. No line end. */
void diag_line(struct buf *b, const struct finding *f);

#endif
