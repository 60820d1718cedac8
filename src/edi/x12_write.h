/*
 * Writes X12: checks each segment against its definition, the separators and the repertoire, then
 * serialises it; keeps every count and control number of the envelopes. Knows nothing of maps.
 */
#ifndef EDI_X12_WRITE_H
#define EDI_X12_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "defs/defs.h"
#include "format/segment.h"
#include "model/diag.h"

enum x12_repertoire { X12_BASIC, X12_EXTENDED, X12_LATIN1 /* ISO 8859-1 bytes */, X12_UTF8 };

/* What the agreement and the environment say about the envelope. Texts borrowed. */
struct x12_profile {
	char element; /* separators; all distinct, not alphanumeric, not blank */
	char component;
	char terminator;
	char repetition; /* ISA11 when isa_version is 00402 or later; 0: '^' */
	bool newline;	 /* LF behind each terminator */
	enum x12_repertoire repertoire;
	struct str sender_qual, sender;		 /* ISA05/06, at most 2 and 15 characters */
	struct str receiver_qual, receiver;	 /* ISA07/08 */
	struct str group_sender, group_receiver; /* GS02/03 */
	struct str isa_version;			 /* ISA12: "00401" */
	struct str group_version;		 /* GS08: "004010" */
	char usage;				 /* ISA15: 'P' or 'T', from the environment */
	bool ack_requested;			 /* ISA14 */
	struct date when;			 /* fixed for the run */
};

/* Checks a profile once: separators, lengths, characters. Faults name the attribute. */
int x12_write_check_profile(const struct x12_profile *p, struct err *e) ATTR_CHECK;

/* One segment: types, lengths, code lists, dates that exist, notes, mandatory elements, separators
 * inside values, repertoire. Adds findings (item and field of *about are copied into each; the
 * field is completed from value.from by the caller's names). True when nothing of error severity. */
struct element_rules; /* x12_rules.h */
bool x12_write_check(struct element_rules *r, const struct segment *s, struct diag *d,
	const struct finding *about);

/* Serialises without checking. Values must have passed x12_write_check. */
void x12_write_segment(const struct x12_profile *p, const struct segment *s, struct buf *out);

/* The state of an interchange being written. */
struct x12_writer {
	const struct x12_profile *profile;
	struct buf *out; /* the caller flushes and clears it whenever it likes */
	uint64_t isa;	 /* control numbers in force */
	uint64_t gs;
	uint64_t st; /* ST02 counts from 1 in the group */
	uint32_t groups, sets;
	uint64_t
		segments; /* of the set: ST = 1; the position that the next one gets is segments + 1 */
};

void x12_writer_init(struct x12_writer *w, const struct x12_profile *p, struct buf *out);
void x12_writer_open_interchange(struct x12_writer *w, uint64_t isa);
void x12_writer_open_group(struct x12_writer *w, struct str code, uint64_t gs);
void x12_writer_open_set(struct x12_writer *w, struct str id);
void x12_writer_put(
	struct x12_writer *w, const struct segment *s); /* counts; skips ST and SE of maps */
void x12_writer_close_set(struct x12_writer *w);
void x12_writer_close_group(struct x12_writer *w);
void x12_writer_close_interchange(struct x12_writer *w);

#endif
