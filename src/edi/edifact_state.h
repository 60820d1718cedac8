/* What the files of the EDIFACT reader share: its state, and how they report. Not for others. */
#ifndef EDI_EDIFACT_STATE_H
#define EDI_EDIFACT_STATE_H

#include "base/limits.h"
#include "edi/edi_message.h"
#include "edi/edi_read.h"
#include "edi/edifact_charset.h"
#include "edi/element.h"
#include "edi/lexer.h"
#include "edi/seen.h"
#include "edi/structure.h"

enum edifact_where { EDIFACT_OUT, EDIFACT_IN_UNB, EDIFACT_IN_UNG, EDIFACT_IN_UNH };

struct edifact_read {
	struct lexer lex;
	struct edi_read_options o;
	struct edi_context ctx;
	enum edifact_where where;
	bool passes;   /* segments inside of messages are only counted */
	bool in_group; /* the message in hand is in one */
	bool mixed;    /* groups and bare messages: told in this interchange */
	bool lower;    /* characters that UNOA or UNOB has not: told in this interchange */
	char decimal;  /* what UNA names as mark, or 0 */
	uint64_t una_offset;
	char version; /* of the syntax: '1' to '4', or 'X' */
	const struct edifact_charset *charset;
	bool lacks[256];	    /* bytes of ASCII that the set has not */
	bool lacking;		    /* there are some */
	struct arena unb, ung, unh; /* texts of the envelopes we are in */
	struct arena scratch;	    /* of one segment */
	struct lexer_values values;
	struct lexer_raw raw;
	uint64_t groups; /* in the interchange */
	uint64_t bare;	 /* messages in the interchange outside of groups */
	uint64_t sets;	 /* messages in the group */
	uint64_t place;	 /* segments of the interchange so far, UNB = 1 */
	struct seen group_references;
	struct seen set_references;
	struct str collision; /* UGH 0087 until its UGT */
	uint64_t transfer;    /* 0070 of the message before, when more of its kind are to come */
	uint64_t transfer_of; /* hash of its 0068 */
	struct edi_message known;
	struct structure_plans plans;
	const struct structure_plan *plan; /* of the message we are in, or NULL */
	struct structure_cursor cursor;
	uint32_t loop;		     /* that ctx.loops shows */
	char tag[4];		     /* a tag written in lower case, mended */
	struct element_rules *rules; /* of this interchange */
	struct finding here;	     /* file, segment, position and offset of the segment in hand */
};

void edifact_envelope_add(const struct edifact_read *r, struct diag *d, const char *code,
	enum severity sev, uint16_t element, struct str found, const char *expected,
	const char *rule);

/* edifact_una.c: the separators of the interchange at the cursor, which then stands at its UNB. 0, -1. */
int edifact_una_open(struct edifact_read *r, struct diag *d, struct err *e) ATTR_CHECK;

/* edifact_values.c: the values of the segment in hand; split only cuts them. */
void edifact_values_split(struct edifact_read *r, struct segment *s);
void edifact_values_take(struct edifact_read *r, struct segment *s, struct diag *d);
void edifact_values_check(
	struct edifact_read *r, struct segment *s, enum edi_level level, struct diag *d);
/* The envelopes' own elements are looked at on every level. */
void edifact_values_service(struct edifact_read *r, struct segment *s, struct diag *d);

/* edifact_envelope.c */
void edifact_envelope_syntax(struct edifact_read *r, const struct segment *s, struct diag *d);
void edifact_envelope_interchange(struct edifact_read *r, const struct segment *s, struct diag *d);
void edifact_envelope_group(struct edifact_read *r, const struct segment *s, struct diag *d);
void edifact_envelope_set(struct edifact_read *r, const struct segment *s, struct diag *d);
void edifact_envelope_set_end(struct edifact_read *r, const struct segment *s, struct diag *d);
void edifact_envelope_group_end(struct edifact_read *r, const struct segment *s, struct diag *d);
void edifact_envelope_interchange_end(
	struct edifact_read *r, const struct segment *s, struct diag *d);
/* UGH and UGT in a message. */
void edifact_envelope_collision(struct edifact_read *r, const struct segment *s, struct diag *d);
/* A service segment by the version of the syntax in force, or NULL. */
const struct def_segment *edifact_envelope_def(struct edifact_read *r, struct str tag);
/* A segment of the directory of the message in hand, or NULL. */
const struct def_segment *edifact_envelope_known(struct edifact_read *r, struct str tag);

#endif
