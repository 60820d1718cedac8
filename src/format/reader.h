/*
 * Readers of items: one pull model for all formats. A reader turns bytes (an open descriptor)
 * into items, one at a time. Memory does not grow with the file.
 *
 * The family: one struct reader_ops a format, one row in reader.c's table.
 */
#ifndef FORMAT_READER_H
#define FORMAT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/charset.h"
#include "model/diag.h"
#include "model/names.h"
#include "model/node.h"

struct def_layout;
struct defs;
struct reader_ops;

/* A prefix of names, and what it stands for in XML. */
struct reader_space {
	struct str prefix;
	struct str uri;
};

/* How a source is to be read. Texts are borrowed while the reader is open. */
struct reader_spec {
	struct str format; /* "json", "csv", "fixed", "xml" */
	struct str file;   /* name for messages */
	/* json: a packed export tree (ZIP) has one item a member that ends in .json; else one
	 * object a line, or one object. Only members below this path are items ("" all), e.g.
	 * "content/". */
	struct str items_below;
	/* Path to the items inside a document (json: also elements of an array; xml), or the loop that is an
	 * item (x12, edifact). "": as the file is. */
	struct str item;
	/* xml: a name of a namespace is "prefix:name" by this list, else "{uri}name" */
	const struct reader_space *spaces;
	size_t nspaces;
	bool own_prefixes; /* what the list lacks has the prefix of the file */
	bool doctype;	   /* xml: a DOCTYPE is passed over, since the file is our own */
	/* x12, edifact: a reader of another folder, and what it reads by */
	const struct reader_ops *ops;
	struct defs *defs;
	struct str version, message, guide;
	unsigned
		level; /* how deep a set is checked: enum edi_level, EDI_STRUCTURE or more; 0 all */
	const uint32_t *tolerated; /* what is forgiven: bits of model/tolerance.h; NULL the usual */
	/* csv, fixed: what the bytes of the file are, UTF-8 unless set (fixed: as its layout says) */
	enum charset charset;
	const struct def_layout *layout; /* fixed: its columns */
	/* csv: columns whose names nobody has interned when the file is opened are read by nobody; they are checked,
	 * and have no nodes where there is nothing to tell of them */
	bool only_known;
	char separator;		   /* 0: ',' */
	char quote;		   /* 0: '"' */
	char decimal;		   /* '.', ',' or 0 when no column is a number with decimals */
	bool no_header;		   /* columns are called c1, c2 ... */
	bool keep_empty;	   /* empty="keep": an empty cell is an empty node, else absent */
	const struct str *columns; /* names given by the configuration instead of a header */
	size_t ncolumns;
	const struct str *numbers; /* columns whose decimal mark is turned into '.' */
	size_t nnumbers;
};

/* One item. Borrowed from the reader: what next gave until its next next, what at gave until its
 * next at. */
struct item {
	struct node *root;   /* NULL: could not be parsed; findings say why */
	struct node *header; /* x12, edifact: what stands before the items of its set; else NULL */
	struct str file;     /* file, or member of a packed tree */
	uint64_t locator;    /* gives this item again by reader_at */
	uint64_t offset;     /* of its first byte in the file or member */
	uint32_t line;	     /* of its first byte; 1 for a member, 0 not known (at) */
	uint32_t column;     /* of its first byte; 0: 1, or not known (at) */
	struct str raw;	     /* its bytes, for quarantine and for places */
};

struct reader;

struct reader_ops {
	const char *name;
	bool copied; /* at reads from the start: who wants items in another order keeps copies */
	/* MUST. fd is borrowed and is only read by position (pread), so that it can be shared. */
	int (*open)(struct reader *r, struct err *e);
	/* MUST. 1 item, 0 end, -1 the file as a whole cannot be read (fault in e, place
	 * included). */
	int (*next)(struct reader *r, struct item *it, struct diag *d, struct err *e);
	/* MUST. The item at a locator that next gave before; does not disturb next or its item.
	 * 1 or -1 (ERR_ABSENT: there is none). */
	int (*at)(
		struct reader *r, uint64_t locator, struct item *it, struct diag *d, struct err *e);
	/* MAY be NULL: what at gives has its line, or there are none. Line of the item at a locator that
	 * next has passed; 0 when it is not known. It reads some of the file: for findings only. */
	uint32_t (*line)(const struct reader *r, uint64_t locator);
	/* MAY be NULL: the format has no columns. Name of a column, by number from 0; 0 behind the
	 * last. */
	uint32_t (*column)(const struct reader *r, size_t i);
	/* MUST accept a half-open reader. */
	void (*close)(struct reader *r);
};

/* Common part; a format keeps its own behind self. */
struct reader {
	const struct reader_ops *ops;
	struct reader_spec spec;
	int fd;
	struct names *names; /* borrowed */
	void *self;
	uint64_t items; /* given so far */
	uint64_t bytes; /* of input consumed, for progress */
	uint64_t size;	/* of the input */
};

/* NULL and *e when the format is unknown ("did you mean") or the file is not one. */
struct reader *reader_open(
	int fd, const struct reader_spec *spec, struct names *names, struct err *e);
int reader_next(struct reader *r, struct item *it, struct diag *d, struct err *e) ATTR_CHECK;
int reader_at(struct reader *r, uint64_t locator, struct item *it, struct diag *d, struct err *e)
	ATTR_CHECK;
/* Gives an item that at gave without them its line, 0 when it is not known, and its column. */
void reader_line(const struct reader *r, struct item *it);
/* The same for a single item, whatever was read of the file: its lines are counted from the start. */
void reader_line_counted(const struct reader *r, struct item *it);
/* Name of a column, by number from 0; 0 behind the last, and where there are none. */
uint32_t reader_column(const struct reader *r, size_t i);
void reader_close(struct reader *r);
/* Turns an offset of a value into line and column, from item.raw. */
struct place reader_place(const struct item *it, uint64_t offset);
const struct reader_ops *reader_find(struct str format);
/* The names of all formats; the same as a list for people: "json, csv, fixed and xml". */
const char *const *reader_formats(size_t *n);
struct str reader_formats_text(void);

#endif
