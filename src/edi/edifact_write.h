/*
 * Writes EDIFACT (ISO 9735, versions 1 to 4): checks each segment against its definition and the
 * character set, then serialises it; keeps every count and reference of the envelopes. Knows nothing
 * of maps.
 */
#ifndef EDI_EDIFACT_WRITE_H
#define EDI_EDIFACT_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "defs/defs.h"
#include "format/segment.h"
#include "model/diag.h"

struct edifact_charset; /* edifact_charset.h */

/* What the agreement and the environment say about the envelope. Texts borrowed; of those that are
 * optional "" is nothing. edifact_write_defaults fills in what is 0. */
struct edifact_profile {
	char component;	   /* ':' */
	char element;	   /* '+' */
	char decimal;	   /* '.', or ',' */
	char release;	   /* '?'; ' ': none, then no value may hold a separator */
	char repetition;   /* '*', in version 4 only */
	char terminator;   /* '\'' */
	bool una;	   /* UNA is written, though the separators are those of the standard */
	bool newline;	   /* LF behind each terminator */
	struct str syntax; /* UNB 0001: "UNOC" */
	char version;	   /* UNB 0002: '1' to '4' */
	struct str sender, sender_qual, sender_internal; /* S002: 0004, 0007, 0008 */
	struct str receiver, receiver_qual, receiver_internal;
	struct str application;			    /* 0026, optional */
	char ack;				    /* 0031: '1' wanted, '2' receipt only, 0 none */
	struct str agreement;			    /* 0032, optional */
	bool test;				    /* 0035 */
	bool groups;				    /* messages stand in groups: UNG */
	struct str group_sender, group_sender_qual; /* S006 */
	struct str group_receiver, group_receiver_qual;
	/* S009 and S008: "D", "01B", "UN" and, optional, "EAN009". */
	struct str message_version, message_release, agency, association;
	struct date when;		   /* fixed for the run */
	const struct edifact_charset *set; /* of syntax; edifact_write_defaults finds it */
};

/* Fills in the separators that are 0, and the character set. MUST come before all else. */
void edifact_write_defaults(struct edifact_profile *p);

/* Checks a profile once: separators, character set, lengths. Faults name the element. */
int edifact_write_check_profile(const struct edifact_profile *p, struct err *e) ATTR_CHECK;

struct element_rules; /* edifact_rules.h */
/* One segment: types, lengths, code lists, notes, mandatory elements, characters. Adds findings (as
 * x12_write_check). Numbers have a point as decimal mark. True when nothing of error severity. */
bool edifact_write_check(struct element_rules *r, const struct segment *s, struct diag *d,
	const struct finding *about);

/* Serialises without checking. Values must have passed edifact_write_check. */
void edifact_write_segment(
	const struct edifact_profile *p, const struct segment *s, struct buf *out);

/* The state of an interchange being written. */
struct edifact_writer {
	const struct edifact_profile *profile;
	struct buf *out;      /* the caller flushes and clears it whenever it likes */
	uint64_t interchange; /* references in force: 0020, 0048 */
	uint64_t group;
	uint64_t set; /* 0062 counts from 1 in the interchange */
	uint32_t groups;
	uint32_t sets;	   /* of the group, or of the interchange without groups */
	uint64_t segments; /* of the message: UNH = 1 */
};

void edifact_writer_init(
	struct edifact_writer *w, const struct edifact_profile *p, struct buf *out);
void edifact_writer_open_interchange(struct edifact_writer *w, uint64_t reference);
/* Both write nothing when the profile has no groups. */
void edifact_writer_open_group(struct edifact_writer *w, struct str type, uint64_t reference);
void edifact_writer_close_group(struct edifact_writer *w);
void edifact_writer_open_set(struct edifact_writer *w, struct str type);
void edifact_writer_put(
	struct edifact_writer *w, const struct segment *s); /* counts; skips UNH and UNT of maps */
void edifact_writer_close_set(struct edifact_writer *w);
void edifact_writer_close_interchange(struct edifact_writer *w);

#endif
