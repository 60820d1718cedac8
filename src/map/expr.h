/*
 * Expressions of maps (MAP-LANGUAGE section 2): XPath 1.0 syntax, parsed once into a small tree
 * over interned names. Evaluation is in eval.h.
 */
#ifndef MAP_EXPR_H
#define MAP_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/dec.h"
#include "base/str.h"
#include "model/names.h"

struct func;
struct watch;

enum expr_op {
	EXPR_TEXT,
	EXPR_NUMBER,
	EXPR_VAR,
	EXPR_PATH,
	EXPR_CALL,
	EXPR_OR,
	EXPR_AND,
	EXPR_EQ,
	EXPR_NE,
	EXPR_LT,
	EXPR_LE,
	EXPR_GT,
	EXPR_GE,
	EXPR_ADD,
	EXPR_SUB,
	EXPR_MUL,
	EXPR_DIV,
	EXPR_MOD,
	EXPR_NEG,
	EXPR_UNION,
	EXPR_WATCH /* of a watched map: counts what its one operand gives (watch.h) */
};

enum step_axis {
	STEP_CHILD,	 /* of every node of the set */
	STEP_DESCENDANT, /* any depth below */
	STEP_SELF,
	STEP_PARENT,
	STEP_FOLLOWING, /* following-sibling:: */
	STEP_FILTER	/* no move: predicates over the whole set, as in $price[1] */
};

struct step {
	uint8_t axis;  /* enum step_axis */
	uint32_t name; /* interned; 0 is any */
	struct expr **preds;
	uint32_t npreds;
};

enum var_kind {
	VAR_PROFILE, /* environment/, partner/, agreement/: slot counts map->vars */
	VAR_RUN_DATE,
	VAR_RUN_TIME,
	VAR_RUN_ID,
	VAR_ACTION,
	VAR_MESSAGE, /* the header of the set that the item is in */
	VAR_JOIN,    /* slot counts the joins */
	VAR_LET,     /* slot counts the lets, <keep> values among them */
	VAR_AS	     /* slot counts the as= names */
};

struct expr {
	uint8_t op;	 /* enum expr_op */
	uint8_t var;	 /* EXPR_VAR: enum var_kind */
	bool root;	 /* EXPR_PATH: begins with '/' */
	uint32_t at;	 /* bytes from the start of the text, for faults */
	uint32_t slot;	 /* EXPR_VAR; EXPR_CALL: what a name among the arguments stands for */
	struct str text; /* EXPR_TEXT; EXPR_NUMBER as written; EXPR_CALL the name */
	struct dec num;
	struct expr **args; /* operands; EXPR_PATH: none or the set it starts from */
	uint32_t nargs;
	const struct func *func;
	struct watch *watch; /* EXPR_WATCH */
	struct step *steps;
	uint32_t nsteps;
};

/* What is wrong with an expression, and where in its text. */
struct expr_fault {
	uint32_t at;
	char text[240];
};

/* What the names in an expression mean: given by the map that is loaded. Each says false after
 * filling the fault. */
struct expr_scope {
	struct names *names;
	bool (*var)(void *ctx, struct str name, struct expr *x, struct expr_fault *f);
	/* A call whose first argument names a table, total or counter, or that asks for links. */
	bool (*call)(void *ctx, struct expr *x, struct expr_fault *f);
	/* Does the map declare this prefix of a name? */
	bool (*prefix)(void *ctx, struct str prefix);
	/* A name behind that of a segment, or of nothing known (""): *name becomes what the tree has for it.
	 * False: it has none. */
	bool (*part)(void *ctx, struct str segment, struct str *name);
	void *ctx;
	bool *unnamed; /* set by steps that take what they do not name: ".", "*", "..", "//" */
};

/* One expression, the whole of text. NULL and *f when it is none. It lives in a and borrows text. */
struct expr *expr_parse(
	struct str text, const struct expr_scope *s, struct arena *a, struct expr_fault *f);

/* A list "sku, list" or, with order, "min_quantity, amount descending". */
struct expr_list {
	struct expr **x;
	bool *descending;
	size_t n;
};
bool expr_parse_list(struct str text, const struct expr_scope *s, bool order, struct expr_list *out,
	struct arena *a, struct expr_fault *f);

#endif
