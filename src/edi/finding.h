/* A finding about one element, told at its place and by its name; codes of findings by format. */
#ifndef EDI_FINDING_H
#define EDI_FINDING_H

#include "edi/element.h"

struct finding_place {
	const struct element_check *c;
	const struct segment *s;
	const struct value *v; /* NULL: an element that is not there */
	uint16_t element;
	uint16_t component;
	uint16_t repetition;
	const struct def_part *part;
	struct str text; /* of v; when writing without blanks at the end */
};

/* "EDIFACT-ELEMENT-LONG" from "edifact" and "ELEMENT-LONG", in out. */
enum { FINDING_CODE = 48 };
struct str finding_code(struct str format, const char *name, char out[FINDING_CODE]);
/* A finding about the segment in hand: here is its place. */
void finding_at(const struct finding *here, struct diag *d, const char *code, enum severity sev,
	uint16_t element, struct str found, const char *expected, const char *rule);
/* Components are counted in composites; a simple element has the number 0. part may be NULL. */
uint16_t finding_component(const struct def_part *part, uint16_t component);
/* A finding about a value of the segment in hand, which starts at bytes behind its first. def may be NULL. */
void finding_value(const struct finding *here, struct diag *d, const char *code, enum severity sev,
	const struct def_segment *def, const struct value *v, uint32_t at, const char *expected,
	const char *rule);
/* A fault behind which nothing can be read: finding and *e. Returns -1. */
int finding_fatal(const struct finding *here, struct diag *d, struct err *e, const char *code,
	const char *text);
/* The same about the file as a whole, which breaks off, or about a segment without an end, both at offset: no
 * tag is known there. missing: "SE, GE and IEA are"; why: "the file is damaged". */
int finding_truncated(const struct finding *here, uint64_t offset, uint32_t segment_at,
	struct diag *d, struct err *e, const char *code, const char *missing);
int finding_endless(const struct finding *here, uint64_t offset, uint32_t segment_at,
	struct diag *d, struct err *e, const char *code, const char *why);
/* Other text stands before the interchange that starts in head: a finding where that is tolerated, else
 * fatal. */
int finding_leading_text(const struct finding *here, struct str head, size_t start,
	const struct tolerances *t, struct diag *d, struct err *e) ATTR_CHECK;
/* The rule, and, where a guide narrows what it is about, the guide's line; in text or as it is. */
struct str finding_rule(const char *rule, struct str narrowed, char *text, size_t size);
/* Adds a finding of the format's area (name ELEMENT-LONG: X12-ELEMENT-LONG), or one that all formats
 * share (VALUE-...); fmt is what was expected there. */
void finding_add(const struct finding_place *a, const char *name, enum severity sev,
	const char *rule, const char *fmt, ...) ATTR_PRINTF(5, 6);

#endif
