/*
 * Reads and validates interchanges: any number in a file, each with its own separators, segment by
 * segment, in constant memory. Positions as acknowledgments count them: the segment that begins a
 * message is 1.
 *
 * The family: one struct edi_read_ops a format, one row in edi_read.c's table.
 */
#ifndef EDI_EDI_READ_H
#define EDI_EDI_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "defs/defs.h"
#include "format/segment.h"
#include "model/diag.h"

/* How deep to look, each with those before: EDI_ENVELOPE also at the elements of envelopes, EDI_GUIDE also by
 * the partner's guide. */
enum edi_level { EDI_ENVELOPE = 1, EDI_STRUCTURE, EDI_ELEMENT, EDI_CODES, EDI_NOTES, EDI_GUIDE };
/* "envelope" to "guide"; -1 with ERR_USAGE and "did you mean". */
int edi_read_level(struct str name, enum edi_level *level, struct err *e) ATTR_CHECK;

/* What happened while reading, in order. */
enum edi_event {
	EDI_INTERCHANGE, /* segment is ISA, UNB */
	EDI_GROUP,	 /* GS, UNG; EDIFACT has messages without groups too */
	EDI_SET,	 /* ST, UNH */
	EDI_SEGMENT,	 /* any other inside a set */
	EDI_SET_END,	 /* SE, UNT */
	EDI_GROUP_END,
	EDI_INTERCHANGE_END,
	EDI_TA1 /* TA1 between ISA and GS or IEA */
};

/* Where we are. Texts live until the envelope they belong to is left. */
struct edi_context {
	struct str sender_qual, sender, receiver_qual, receiver; /* without padding */
	struct str version;					 /* ISA12: "00401"; UNB 0002: "3" */
	struct str reference;					 /* ISA13, UNB 0020 */
	uint64_t control;	    /* the same where it is a number, else 0 */
	char usage;		    /* ISA15; 'T' when UNB 0035 says that it is a test, else 'P' */
	struct str group_code;	    /* GS01, UNG 0038 */
	struct str group_version;   /* GS08; S008 of UNG: "D96A" */
	struct str group_reference; /* GS06, UNG 0048 */
	uint64_t group_control;
	struct str set_id, set_control;	     /* ST01 and ST02, UNH 0065 and 0062 */
	struct str set_version;		     /* by which it is checked: "004010", "D96A" */
	struct str association;		     /* UNH 0057: "EAN009" */
	const struct def_message *message;   /* NULL: the set is not defined */
	uint64_t interchanges, groups, sets; /* seen so far, in all */
	uint64_t segments;		     /* of this set so far, ST and UNH = 1 */
	uint64_t passed;		     /* segments without an event, in all: see skim */
	struct str loops[16];		     /* names of the loops we are in, outermost first */
	uint32_t nloops;
};

struct edi_read_options {
	struct str format; /* "x12", "edifact"; "" found out from the first bytes */
	struct defs *defs;
	enum edi_level level; /* 0: EDI_GUIDE */
	/* Nobody wants the values of segments inside sets: below EDI_ELEMENT they are not cut, and at EDI_ENVELOPE
	 * those with nothing to tell have no event. */
	bool skim;
	struct str file;  /* for findings */
	char usage;	  /* 'P' or 'T' expected, 0 any */
	struct str guide; /* narrows the messages guide_set; "" none */
	struct str guide_set;
	/* What is forgiven, and how often it was: kept by the caller; NULL: the usual. */
	struct tolerances *tolerances;
};

struct lexer;

/* One format. */
struct edi_read_ops {
	const char *format;
	/* MUST. Does a file that begins so look like it? Blanks, line ends and a byte order mark in front
	 * are gone. */
	bool (*is)(struct str head);
	/* MUST. The state of a reader, or NULL. */
	void *(*open)(int fd, struct str bytes, const struct edi_read_options *o, struct err *e);
	/* MUST. As edi_read_next. */
	int (*next)(
		void *self, enum edi_event *ev, struct segment *s, struct diag *d, struct err *e);
	/* MUST. */
	const struct edi_context *(*context)(const void *self);
	/* MUST. The bytes that are read: how many there were, and what stood between segments. */
	const struct lexer *(*lexer)(const void *self);
	/* MUST. */
	void (*close)(void *self);
};

struct edi_read;

/* Reads from an open descriptor by position, or from bytes (fd -1). What looks like no format is read
 * by the first, which says what it is. NULL with *e when the file cannot be read. fd or bytes, and what *o
 * points to, are borrowed until the reader is closed; *o itself is copied. */
struct edi_read *edi_read_open(
	int fd, struct str bytes, const struct edi_read_options *o, struct err *e) ATTR_CHECK;
void edi_read_close(struct edi_read *r);
/* 1 an event: *ev and *s (borrowed until the next call); 0 end; -1 cannot be read on: what it is
 * (ZIP, XML, UTF-16 ...) or where it breaks off is in e and in a finding. Faults go to d with
 * segment position, element, component, offset, found, expected. */
int edi_read_next(struct edi_read *r, enum edi_event *ev, struct segment *s, struct diag *d,
	struct err *e) ATTR_CHECK;
const struct edi_context *edi_read_context(const struct edi_read *r);
/* "x12": found out or told. */
const char *edi_read_format(const struct edi_read *r);

/* Reads all of it and counts: what a sender checks before anything may leave. */
struct edi_totals {
	uint64_t interchanges, groups, sets, segments, bytes;
	uint64_t loops; /* occurrences of the loop named in the call: records */
};
int edi_read_totals(int fd, const struct edi_read_options *o, struct str loop, struct edi_totals *t,
	struct diag *d, struct err *e) ATTR_CHECK;

#endif
