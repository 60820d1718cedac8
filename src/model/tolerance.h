/*
 * What partners may be forgiven, by name: one row a tolerance with the codes of the findings that it
 * covers. A finding that is covered is a note, told once and counted; one that is not says which
 * tolerance would accept it. Partners' profiles and `gridspool validate --tolerate` name them.
 */
#ifndef MODEL_TOLERANCE_H
#define MODEL_TOLERANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct finding;

enum tolerance {
	TOLERANCE_BLANK,
	TOLERANCE_BOM,
	TOLERANCE_EMPTY,
	TOLERANCE_FILLER,
	TOLERANCE_GROUP_CODE,
	TOLERANCE_LAST_TERMINATOR,
	TOLERANCE_LEADING_TEXT,
	TOLERANCE_LINE_ENDS,
	TOLERANCE_LOWER_TAGS,
	TOLERANCE_LOWER_TEXT,
	TOLERANCE_MISSING_UNA,
	TOLERANCE_RELEASE,
	TOLERANCE_REPEATED,
	TOLERANCE_SEPARATOR,
	TOLERANCE_TRAILING,
	TOLERANCE_UNPADDED_ISA,
	TOLERANCE_WRAPPED,
	TOLERANCE_ZEROS,
	TOLERANCES
};

enum { TOLERANCE_CODES = 2 };

struct tolerance_row {
	const char *name;
	bool usual; /* granted to everybody, unless "none" is said */
	const char *meaning;
	const char *codes[TOLERANCE_CODES];
};

/* What is granted while one file is read, and how often it was needed. */
struct tolerances {
	uint32_t granted; /* a bit each */
	uint64_t used[TOLERANCES];
};

const struct tolerance_row *tolerance_rows(void);
/* What is granted when nobody says anything. */
uint32_t tolerance_usual(void);
/* Names between commas or blanks, added to the usual ones; after "none" they alone count. The error has
 * the code of the caller's: what is wrong in the list, with "did you mean". */
int tolerance_parse(struct str list, uint32_t *granted, enum err_code code, struct err *e)
	ATTR_CHECK;
bool tolerance_granted(const struct tolerances *t, enum tolerance which);
/* Is it granted? Then it is counted. */
bool tolerance_use(struct tolerances *t, enum tolerance which, uint64_t times);
/* Makes a note of a finding that is covered by what is granted, or says what would cover it. False: it was
 * noted before, and is counted only. Texts go to a. */
bool tolerance_settle(struct tolerances *t, struct finding *f, struct arena *a);
/* "unpadded-isa 1, line-ends 12": those used that are not usual, or all; "" none. */
struct str tolerance_text(const struct tolerances *t, bool all, struct arena *a);

#endif
