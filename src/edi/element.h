/*
 * Checks of the elements of one segment against its definition: presence, type, length, characters,
 * code lists, repetitions, relational notes. Shared by the readers and writers of all formats, which
 * say by a struct element_syntax what is different in theirs.
 */
#ifndef EDI_ELEMENT_H
#define EDI_ELEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "edi/edi_read.h"
#include "format/segment.h"
#include "model/diag.h"

/* The characters that values may have, besides digits, letters and signs of ASCII. */
struct element_repertoire {
	const char *name;	/* "ISO 8859-1" */
	const char *lacks;	/* what it has not of printable ASCII */
	uint32_t top;		/* up to here it has all */
	const uint16_t *others; /* what it has over top, in no order; MAY be NULL */
	size_t nothers;
};

/* What is wrong with a number. */
struct element_fault {
	const char *name; /* of its code: "ELEMENT-TYPE" */
	const char *rule;
	const char *expected;
};

/* What a format, and one interchange of it, makes of elements. */
struct element_syntax {
	struct str format; /* "x12" */
	bool writing;	   /* blanks at the end are not written */
	struct element_repertoire repertoire;
	/* Writing: what no value may hold: the separator of elements, of components, of segments, of
	 * repetitions; 0 none. */
	char reserved[4];
	const char *no_repeat; /* writing: why nothing can be repeated, or NULL */
	const char *marks;     /* decimal marks that count */
	/* MUST. NULL and how many digits the number has, or will have when it is written; else what is
	 * wrong with it. */
	const struct element_fault *(*number)(const struct element_syntax *x, struct str s,
		const struct def_element *e, size_t *digits);
};

/* A syntax made ready once. Remembers the codes that come again and again. */
struct element_rules;
struct element_rules *element_rules_new(const struct element_syntax *x);
void element_rules_free(struct element_rules *r);
/* May a value that is written hold the character, as far as the repertoire goes? */
bool element_rules_carry(const struct element_rules *r, uint32_t cp);
struct str element_rules_format(const struct element_rules *r);

struct element_check {
	struct diag *d;
	const struct finding *about; /* file, item, segment, position, offset: copied */
	enum edi_level level;
	struct element_rules *rules;
	const uint32_t *at; /* of each value in the segment, when reading; else NULL */
	bool plain;	    /* reading: no control character and only ASCII in the segment */
	bool padded;	    /* ISA: blanks are content */
};

/* True when nothing of error severity was added. */
bool element_check_segment(const struct element_check *c, const struct segment *s);

#endif
