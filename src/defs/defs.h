/*
 * Definitions: the grammar of a format, loaded from XML (maps/x12/<version>/...,
 * maps/edifact/<directory>/...), cross-checked, and never changed afterwards. The same definition drives reading, validation, writing and the
 * positions in acknowledgments. A guide narrows a message for one partner.
 */
#ifndef DEFS_DEFS_H
#define DEFS_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/faults.h"

enum def_type {
	DEF_A, /* letters and other characters, no digits */
	DEF_AN,
	DEF_ID,
	DEF_N, /* digits only: implied decimals, see decimals */
	DEF_R, /* a number with a decimal mark */
	DEF_DT,
	DEF_TM,
	DEF_B /* binary */
};

struct def_code {
	struct str value;
	struct str name; /* our own words; may be empty */
};

/* A code list: values sorted by bytes. */
struct def_codes {
	struct str id;
	const struct def_code *codes;
	size_t n;
	bool open; /* a value outside the list is a warning, not an error */
};

struct def_element {
	struct str id; /* data element reference number: "234" */
	struct str name;
	enum def_type type;
	uint8_t decimals; /* of DEF_N */
	uint16_t min;	  /* characters; sign and decimal point of N and R do not count */
	uint32_t max;
	const struct def_codes *codes; /* NULL: any value */
};

/* A position in a segment, or in a composite. */
struct def_part {
	struct str ref;	   /* reference designator: "LIN03", "CTP05-1" */
	uint16_t position; /* from 1 */
	bool mandatory;
	bool used;			   /* false: a guide forbids it */
	uint16_t repeat;		   /* 1, or the number of repetitions */
	const struct def_element *element; /* NULL for a composite */
	const struct def_part *parts;	   /* components, when it is a composite */
	size_t nparts;
	struct str name;
	struct str composite; /* "C001", or empty */
	struct str narrowed;  /* by what line of a guide: "guides/acme-832.xml:12", or "" */
};

enum def_note_kind {
	DEF_PAIRED = 'P',
	DEF_REQUIRED = 'R',
	DEF_EXCLUSIVE = 'E',
	DEF_CONDITIONAL = 'C',
	DEF_LIST = 'L',
	DEF_ONE = 'O',	/* exactly one of them; EDIFACT only */
	DEF_FIRST = 'F' /* if the first is there, none of the others may be; EDIFACT only */
};

/* A relational note: P0405 is {'P', {4, 5}, 2}. */
struct def_note {
	char kind;
	uint8_t n;
	uint16_t at[8];
};

struct def_segment {
	struct str tag;
	struct str name;
	const struct def_part *parts;
	size_t nparts;
	const struct def_note *notes;
	size_t nnotes;
};

struct def_layout;

/* A segment or a loop in the structure of a message. The first child of a loop is its trigger
 * segment. max 0 means any number. */
struct def_node {
	bool loop;
	struct str name;		   /* tag, or "LIN-loop" */
	const struct def_segment *segment; /* for a loop: its trigger */
	bool mandatory;
	bool used;
	uint32_t max;
	struct str narrowed; /* as in struct def_part */
	struct str counts;   /* its first element says how many of these the message has; or "" */
	const struct def_node
		*instead; /* an earlier one that must not be there when this is; or NULL */
	uint16_t index;	  /* of this node in its message, pre-order, from 0 */
	uint16_t depth;
	const struct def_node *parent; /* the loop it is in; the root's is NULL */
	const struct def_node *child;
	const struct def_node *next;
};

/* Which document type an XML file says that it is of. */
struct def_doctype {
	struct str public_id; /* or "" */
	struct str system_id;
};

struct def_message {
	struct str format;  /* "x12" */
	struct str version; /* "004010", "D96A" */
	struct str id;	    /* "832", "PRICAT" */
	struct str name;
	struct str group;	     /* GS01: "SC"; "" for EDIFACT */
	struct str guide;	     /* name of the guide in force, or "" */
	const struct def_node *root; /* children: ST ... SE, UNH ... UNT */
	size_t nodes;
	const struct defs *defs;
	const struct def_layout
		*layout; /* of a file of rows or trees, which has no root: layout.h */
	const struct def_doctype *doctype; /* of an XML file, or NULL */
};

/* What is fixed for a format. */
struct def_format {
	const char *name;    /* of its folder */
	const char *header;  /* the segment that begins a message */
	const char *trailer; /* the one that ends it */
	const char *message; /* what a message is called */
	const char *notes;   /* kinds of notes: letters of def_note_kind */
	bool groups;	     /* each message says which group it belongs to */
	const char *service; /* version that has the segments which all versions share, or NULL */
	const char *const
		*envelopes; /* versions that are loaded with each message: by what its envelopes
					 are checked; ends with NULL */
};

const struct def_format *defs_format(struct str name); /* or NULL */
const struct def_format *defs_formats(size_t *n);      /* all, by name */

struct defs;

/* Definitions are looked for in each folder in turn (the bundle first, ours last): folder
 * descriptors, kept open by the caller while defs is in use. */
struct defs *defs_new(const int *dirs, const char *const *names, size_t n);
void defs_free(struct defs *d);
/* Is that the name of a message's file (*id: "832"), and not of a dictionary? */
bool defs_is_message_file(const char *name, struct str *id);

/* A message that has a file. */
struct def_listed {
	struct str version;
	struct str id;
};

/* All messages of a format in all folders, each once, by version and id; in a. */
int defs_list(const struct defs *d, struct str format, struct arena *a, struct def_listed **all,
	size_t *n, struct err *e) ATTR_CHECK;

/* Loads (once) and checks a message; guide is a path below the folders or "". NULL when faults
 * were added. at_* say where the message was asked for, for those faults. */
const struct def_message *defs_message(struct defs *d, struct str format, struct str version,
	struct str message, struct str guide, struct faults *f, const char *at_file,
	uint32_t at_line, uint32_t at_column);
/* The guide that an association code (UNH 0057: "EAN009") selects, PRICAT.EAN009.xml beside the message, as
 * a path for defs_message; "" when no folder has one. Such guides are loaded with their message. */
struct str defs_association(
	const struct defs *d, const struct def_message *message, struct str code);
/* Segment of the envelope or of a version's dictionary (ISA, GS, TA1 ...), or NULL. The service
 * segments of EDIFACT are in the versions "syntax-3" (for syntax 1 to 3) and "syntax-4". */
const struct def_segment *defs_segment(
	struct defs *d, struct str format, struct str version, struct str tag, struct faults *f);
/* Data element of a version's dictionary, by its number, or NULL. */
const struct def_element *defs_element(
	struct defs *d, struct str format, struct str version, struct str id, struct faults *f);

static inline const struct def_part *defs_part(
	const struct def_segment *s, uint16_t element) /* or NULL */
{
	return element >= 1 && element <= s->nparts ? &s->parts[element - 1] : NULL;
}

/* The component of a composite; a simple element, which has one, itself; or NULL, as for no part. */
static inline const struct def_part *defs_component(const struct def_part *part, uint16_t component)
{
	if (!part || part->nparts == 0)
		return component == 1 ? part : NULL;
	return component >= 1 && component <= part->nparts ? &part->parts[component - 1] : NULL;
}

/* What a value is an occurrence of, in a segment that may be NULL; or NULL. */
static inline const struct def_part *defs_leaf(
	const struct def_segment *s, uint16_t element, uint16_t component)
{
	return defs_component(s ? defs_part(s, element) : NULL, component);
}

/* "LIN03", "CTP05-1", also "LIN03-1" for a simple element; by number "PIA/C212.7140", "PIA/C212",
 * "PIA/4347", the first of several. False when there is no such position. */
bool defs_ref(const struct def_segment *s, struct str ref, uint16_t *element, uint16_t *component);
bool defs_ref_component(struct str ref); /* does it speak of a component: "CTP05-1"? */
bool defs_code_ok(const struct def_codes *c, struct str value);

#endif
