/*
 * Layouts: what a file without segments is like. A CSV or fixed-width file has columns, a JSON item
 * members, each with type, length and whether it has to be there; the file around them has its
 * quotes, marks and line ends. One XML file each, maps/FORMAT/NAME.xml.
 */
#ifndef DEFS_LAYOUT_H
#define DEFS_LAYOUT_H

#include "base/dec.h"
#include "defs/defs.h"

enum def_field_kind {
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_DATE,
	FIELD_BOOL,
	FIELD_OBJECT,
	FIELD_ANY /* of schemas: they do not say */
};

/* What a number may be; each bound counts where it is there. */
struct def_range {
	bool has_least, has_most, has_step;
	bool above, below;	/* the least, the most is itself too little, too much */
	struct dec least, most; /* "0.01", "999.99" */
	struct dec step;	/* it is a multiple of it */
};

/* A column, or a member of an object. */
struct def_field {
	struct str name;
	uint8_t kind; /* enum def_field_kind */
	bool mandatory;
	bool repeats; /* a member that is an array of these */
	bool open;    /* an object that may have other members too */
	/* Length, code list and type, as an element has them; max 0 is any length. */
	struct def_element element;
	const struct def_range *range; /* of a number, or NULL */
	bool fixed_decimals;	       /* a number is written with all of its decimals */
	struct str picture;	       /* of a date: "CCYY-MM-DD" */
	struct str yes, no;	       /* of a truth */
	uint32_t width;		       /* of a fixed-width column, in characters */
	bool right;		       /* fixed-width: the value stands at the right end */
	char pad;		       /* fixed-width: what fills the rest */
	const struct def_field *child; /* of an object */
	struct def_field *next;
};

enum def_quoting { QUOTE_NEEDED, QUOTE_TEXT, QUOTE_ALL };

struct def_layout {
	struct str name;
	struct str title;
	char delimiter; /* CSV */
	char quote;
	uint8_t quoting; /* enum def_quoting */
	char decimal;
	bool header;
	bool crlf;
	bool bom;
	bool latin1;   /* ISO 8859-1, else UTF-8 */
	bool formulas; /* a text that a spreadsheet would take for a formula gets an ' in front */
	bool open;     /* JSON: an item may have members that are not here */
	const struct def_field *fields; /* columns, or the members of an item */
};

/* A format of files that has layouts. */
struct layout_format {
	const char *name;
	const char *child; /* the element that a field is */
	bool rows;	   /* fields are columns of rows; no file is made without a layout */
};
const struct layout_format *layout_formats(size_t *n);
/* NULL: files of this format have none. */
const struct layout_format *layout_format(struct str name);
bool layout_is_rows(struct str format);

/* The layout of that name, loaded once, as what is made: a message with layout and without root. NULL
 * when faults were added; at_* say where it was asked for. */
const struct def_message *layout_load(struct defs *d, struct str format, struct str name,
	struct faults *f, const char *at_file, uint32_t at_line, uint32_t at_column);
/* May a text hold the character? */
bool layout_carries(const struct def_layout *y, bool fixed, uint32_t cp);
/* A field of a list by its name, or NULL. */
const struct def_field *layout_field(const struct def_field *list, struct str name);
/* "; did you mean 'X'?" of the names of a list, or "". */
const char *layout_near(const struct def_field *list, struct str name, struct faults *f);

#endif
