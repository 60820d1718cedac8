/*
 * Functions of the map language. The family: one struct func a function, one file a subject
 * (func_text.c, func_number.c ...), all of them in the table of func.c. Every row's example is a
 * test and the manual.
 */
#ifndef MAP_FUNC_H
#define MAP_FUNC_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"
#include "map/eval.h"
#include "map/expr.h"

enum { FUNC_ANY = 255 };

/* What a function's first argument must be, or what it needs of the run: checked by load.c. */
enum func_needs {
	FUNC_PLAIN,
	FUNC_TABLE,	     /* the name of a <table>, in quotes */
	FUNC_TOTAL,	     /* the name of a <total>, in quotes; then as FUNC_SCOPE */
	FUNC_SCOPE,	     /* 'group' or 'message', in quotes; may be left out */
	FUNC_COUNTER,	     /* a name in quotes, made at first use; may be left out */
	FUNC_LINK,	     /* the index of the source's items */
	FUNC_WORKFLOW,	     /* the workflow labels */
	FUNC_DATE_PICTURE,   /* the second argument is a picture of a date */
	FUNC_NUMBER_PICTURE, /* the second argument is a picture of a number, the third a mark */
	FUNC_UNITS,	     /* the second and third arguments are units of measure */
	FUNC_ZONE,	     /* the second argument is the name of a time zone, in quotes */
	FUNC_PATTERN /* the second argument is a regular expression; in quotes it is compiled at load */
};

typedef void func_run(struct ev *ev, const struct expr *x, const struct ctx *c,
	const struct val *args, struct val *out);

/* The head of a handler. */
#define FUNC_RUN(name)                                                                \
	static void name(struct ev *ev ATTR_UNUSED, const struct expr *x ATTR_UNUSED, \
		const struct ctx *c ATTR_UNUSED, const struct val *args ATTR_UNUSED,  \
		struct val *out ATTR_UNUSED)

struct func {
	const char *name;
	uint8_t min;
	uint8_t max;	  /* FUNC_ANY: no limit */
	uint8_t needs;	  /* enum func_needs */
	func_run *run;	  /* MUST. Leaves *out absent when there is nothing to give */
	const char *args; /* for people */
	const char *doc;
	const char *example;
	const char *gives; /* the text of the example's value */
};

struct func_family {
	const struct func *rows;
	size_t n;
};

const struct func *func_find(struct str name);
/* Why there is no such function: with "did you mean". */
void func_unknown(struct str name, char *out, size_t size);
/* The families in turn; NULL behind the last. */
const struct func_family *func_family(size_t i);

extern const struct func_family func_text_family;
extern const struct func_family func_words_family;
extern const struct func_family func_number_family;
extern const struct func_family func_date_family;
extern const struct func_family func_code_family;
extern const struct func_family func_structure_family;
extern const struct func_family func_ampliance_family;

#endif
