/*
 * Reads and validates X12: any number of interchanges, each with its own separators, segment by
 * segment, in constant memory. Positions as X12.6 and the 997 count them: ST is 1.
 */
#ifndef EDI_X12_READ_H
#define EDI_X12_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "defs/defs.h"
#include "format/segment.h"
#include "model/diag.h"

enum x12_level { X12_ENVELOPE = 1, X12_STRUCTURE, X12_ELEMENT, X12_CODES, X12_NOTES };

/* What happened while reading, in order. */
enum x12_event {
	X12_INTERCHANGE, /* segment is ISA */
	X12_GROUP,	 /* GS */
	X12_SET,	 /* ST */
	X12_SEGMENT,	 /* any other inside a set */
	X12_SET_END,	 /* SE */
	X12_GROUP_END,
	X12_INTERCHANGE_END,
	X12_TA1 /* TA1 between ISA and GS or IEA */
};

/* Where we are. Texts live until the envelope they belong to is left. */
struct x12_context {
	struct str isa_sender_qual, isa_sender, isa_receiver_qual,
		isa_receiver; /* without padding */
	struct str isa_date, isa_time, isa_version;
	uint64_t isa_control;
	char usage;
	bool ack_requested;
	struct str group_code, group_sender, group_receiver, group_version;
	uint64_t group_control;
	struct str set_id, set_control;
	const struct def_message *message;   /* NULL: the set is not defined */
	uint64_t interchanges, groups, sets; /* seen so far, in all */
	uint64_t segments;		     /* of this set so far, ST = 1 */
	struct str loops[16];		     /* names of the loops we are in, outermost first */
	uint32_t nloops;
};

struct x12_read;

struct x12_read_options {
	struct defs *defs;
	enum x12_level level;
	bool skim; /* nobody wants the values of segments inside sets: below X12_ELEMENT not cut */
	struct str file;  /* for findings */
	char usage;	  /* 'P' or 'T' expected, 0 any */
	struct str guide; /* narrows the messages guide_set; "" none */
	struct str guide_set;
};

/* Reads from an open descriptor by position, or from bytes (fd -1). */
struct x12_read *x12_read_open(
	int fd, struct str bytes, const struct x12_read_options *o, struct err *e);
void x12_read_close(struct x12_read *r);
/* 1 an event: *ev and *s (borrowed until the next call); 0 end; -1 cannot be read on: what it is
 * (ZIP, XML, UTF-16 ...) or where it breaks off is in e and in a finding. Faults go to d with
 * segment position, element, component, offset, found, expected. */
int x12_read_next(struct x12_read *r, enum x12_event *ev, struct segment *s, struct diag *d,
	struct err *e) ATTR_CHECK;
const struct x12_context *x12_read_context(const struct x12_read *r);

/* Reads all of it and counts: what a sender checks before anything may leave. */
struct x12_totals {
	uint64_t interchanges, groups, sets, segments, bytes;
	uint64_t loops; /* occurrences of the loop named in the call: records */
};
int x12_read_totals(int fd, const struct x12_read_options *o, struct str loop, struct x12_totals *t,
	struct diag *d, struct err *e) ATTR_CHECK;

#endif
