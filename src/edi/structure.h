/*
 * Structure matching: where in its message a segment belongs. One segment at a time by a cursor
 * in the definition's tree; no recursion over data and no look-ahead. After a fault the cursor is
 * put where reading can go on, so that one fault is one finding.
 */
#ifndef EDI_STRUCTURE_H
#define EDI_STRUCTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "defs/defs.h"
#include "format/segment.h"
#include "model/diag.h"

struct structure_plan; /* a message, laid out for matching */

/* The caller's to free; the message is borrowed until then. */
struct structure_plan *structure_plan(const struct def_message *m);
void structure_plan_free(struct structure_plan *p);

/* The plans of the messages met so far. */
struct structure_plans {
	struct structure_plan **list;
	size_t n;
	size_t cap;
};

/* The plan of a message, laid out when it is first asked for; it is p's. */
const struct structure_plan *structure_plan_of(
	struct structure_plans *p, const struct def_message *m);
void structure_plans_done(struct structure_plans *p);

struct structure_hop;

struct structure_cursor {
	const struct structure_plan *plan;
	uint32_t at;		    /* index of the node matched last */
	uint32_t loop;		    /* of the loop it is in; 0 the message */
	uint32_t *count;	    /* per node, in the occurrence of its loop that we are in */
	bool *told;		    /* a finding about this node has been given there */
	struct structure_hop *hops; /* per node, how it went on from there */
	uint64_t counted; /* segments so far that a trailer of the message counts (CTT01: LIN) */
	uint32_t cap;
};

void structure_start(struct structure_cursor *c, const struct structure_plan *p);
void structure_done(struct structure_cursor *c);

/* The node that a segment is an occurrence of, or NULL when its tag is nowhere in the message.
 * The cursor moves there. about is the place of the segment; findings are made from it. */
const struct def_node *structure_step(
	struct structure_cursor *c, struct str tag, struct diag *d, const struct finding *about);
/* Is what matched this node the first segment of an occurrence of the loop of that name? node may be NULL. */
bool structure_opens(const struct def_node *node, struct str loop);
/* Findings about mandatory segments and loops that are missing in the loops of these segments, which are
 * part of a message being made. */
void structure_needed(const struct segment *first, struct str format, struct diag *d,
	const struct finding *about);
/* Names of the loops that the cursor is in, outermost first; returns their number. */
uint32_t structure_loops(const struct structure_cursor *c, struct str *names, uint32_t max);

#endif
