/*
 * Values and evaluation. A value is absent, or nodes, text, number, truth, date. Everything made
 * lives in ev->a, the arena of the item. Faults in data become findings; nothing is ever NaN.
 */
#ifndef MAP_EVAL_H
#define MAP_EVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/dec.h"
#include "base/str.h"
#include "model/node.h"

struct expr;
struct map_run;

enum val_kind { VAL_ABSENT, VAL_NODES, VAL_TEXT, VAL_NUMBER, VAL_BOOL, VAL_DATE };

struct val {
	uint8_t kind;		 /* enum val_kind */
	const struct node *from; /* the source value that made it, or NULL */
	size_t n;		 /* VAL_NODES: never 0 */
	union {
		const struct node *one;	  /* VAL_NODES with n == 1 */
		const struct node **many; /* VAL_NODES with n > 1 */
		struct str text;
		struct dec num;
		struct date date;
		bool truth;
	} u;
};

/* Where an expression is evaluated. */
struct ctx {
	const struct node *node;    /* '.'; NULL in headers and trailers */
	const struct node *current; /* of the innermost each */
	uint32_t pos;		    /* position(), last() */
	uint32_t size;
};

/* What lasts for one item, header or trailer. */
struct ev {
	struct map_run *run;
	struct arena *a;
	uint32_t line;	 /* of the map, for findings */
	struct str what; /* what is being filled: "CTP03" */
	/* The element that is being filled, else empty and 0. */
	struct str segment;
	uint16_t element, component, repetition;
	bool told; /* a finding stops the item since this was last set to false */
};

void eval_value(struct ev *ev, const struct expr *x, const struct ctx *c, struct val *out);
bool eval_truth(struct ev *ev, const struct expr *x, const struct ctx *c);
struct str eval_text(struct ev *ev, const struct expr *x, const struct ctx *c);

const struct node *val_node(const struct val *v, size_t i); /* VAL_NODES */
void val_add(struct ev *ev, struct val *v, size_t *cap, const struct node *n);
struct val val_of_text(struct str s); /* absent when empty */
struct val val_of_number(struct dec d);
struct val val_of_bool(bool b);
struct val val_of_date(struct date d);
/* A text as a node, so that lists of texts can be repeated over; knows the node it came from. */
const struct node *val_text_node(struct ev *ev, struct str text, const struct node *from);
/* The node of the source behind n: itself, or what a text node was made of. */
const struct node *val_origin(const struct node *n);

/* Text of the value; of the first node, of a set. Empty when absent. */
struct str val_text(struct ev *ev, const struct val *v);
/* Something is there: not absent, not null, not an empty text, not JSON's false. */
bool val_truth(const struct val *v);
/* There is nothing to write: absent, null or empty. */
bool val_empty(struct ev *ev, const struct val *v);
/* False when absent, or when it is none: then a finding was added. */
bool val_number(struct ev *ev, const struct val *v, struct dec *out);
bool val_date(struct ev *ev, const struct val *v, struct date *out);
/* A whole number for positions and lengths, held within 0 and max. False as val_number. */
bool val_size(struct ev *ev, const struct val *v, size_t max, size_t *out);
/* Is it a number, a date? Without findings. */
bool val_reads_number(const struct val *v, struct dec *out);
bool val_reads_date(const struct val *v, struct date *out);

/* A finding on the source value at node (may be NULL). */
void run_report(struct ev *ev, const char *code, const struct node *at, struct str found,
	const char *expected);

#endif
