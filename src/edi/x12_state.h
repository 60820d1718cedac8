/* What the files of the X12 reader share: its state, and how they report. Not for others. */
#ifndef EDI_X12_STATE_H
#define EDI_X12_STATE_H

#include "base/limits.h"
#include "edi/x12_bound.h"
#include "edi/element.h"
#include "edi/x12_hl.h"
#include "edi/lexer.h"
#include "edi/edi_message.h"
#include "edi/edi_read.h"
#include "edi/seen.h"
#include "edi/structure.h"

enum x12_where { X12_OUT, X12_IN_ISA, X12_IN_GS, X12_IN_ST };

struct x12_read {
	struct lexer lex;
	struct edi_read_options o;
	struct edi_context ctx;
	enum x12_where where;
	bool passes;		  /* segments inside of sets are only counted */
	struct arena isa, gs, st; /* texts of the envelopes we are in */
	struct arena scratch;	  /* of one segment */
	struct lexer_values values;
	struct lexer_raw raw;
	uint64_t gs_in_isa;
	uint64_t st_in_gs;
	uint64_t ta1_in_isa;
	uint64_t isa_position; /* segments of the interchange so far, ISA = 1 */
	struct seen seen;      /* ST02 of the group */
	struct seen groups;    /* GS06 of the interchange */
	struct seen headers;   /* who sends what to whom, of the file */
	struct edi_message known;
	struct structure_plans plans;
	const struct structure_plan *plan; /* of the set we are in, or NULL */
	struct structure_cursor cursor;
	struct x12_hl hl;	/* of the set */
	struct x12_bound bound; /* the same */
	uint32_t loop;		/* that ctx.loops shows */
	char tag[4];		/* a tag written in lower case, mended */
	struct element_rules *rules;
	struct finding here; /* file, segment, position and offset of the segment in hand */
};

/* x12_isa.c: reads the interchange header at the cursor, with its separators. 1 or -1. */
int x12_isa_open(struct x12_read *r, struct segment *s, struct diag *d, struct err *e) ATTR_CHECK;
/* Does it start with ISA and what can be its separator? */
bool x12_isa_is(struct str s);
/* Is ISA11 a separator in this version of the interchange ("00401")? */
bool x12_isa_repeats(struct str isa_version, char isa11);

/* x12_values.c: the values of the segment in hand, behind the bytes of its tag. */
void x12_values_take(struct x12_read *r, struct segment *s, size_t tag_bytes, struct diag *d);
void x12_values_check(
	struct x12_read *r, const struct segment *s, enum edi_level level, struct diag *d);
/* The envelopes' own elements are looked at on every level; GS has an older form too. */
void x12_values_envelope(struct x12_read *r, const struct segment *s, struct diag *d);
void x12_values_group(struct x12_read *r, const struct segment *s, struct diag *d);

/* x12_envelope.c */
void x12_envelope_add(const struct x12_read *r, struct diag *d, const char *code, enum severity sev,
	uint16_t element, struct str found, const char *expected, const char *rule);
/* A fault behind which nothing can be read: finding and *e. Returns -1. */
int x12_envelope_fatal(const struct x12_read *r, struct diag *d, struct err *e, const char *code,
	const char *text);
void x12_envelope_interchange(struct x12_read *r, struct diag *d);
void x12_envelope_group(struct x12_read *r, const struct segment *s, struct diag *d);
void x12_envelope_set(struct x12_read *r, const struct segment *s, struct diag *d);
void x12_envelope_totals(const struct x12_read *r, const struct segment *s, struct diag *d);
void x12_envelope_set_end(struct x12_read *r, const struct segment *s, struct diag *d);
void x12_envelope_group_end(struct x12_read *r, const struct segment *s, struct diag *d);
void x12_envelope_interchange_end(struct x12_read *r, const struct segment *s, struct diag *d);
/* Segment of the envelope or dictionary by the version in force, or NULL. */
const struct def_segment *x12_envelope_def(struct x12_read *r, struct str tag);
/* Only digits, without a sign. */
bool x12_envelope_number(struct str s, uint64_t *out);

#endif
