/*
 * What the elements of a segment ask, laid out for the common case: a value of one repetition that is plainly
 * right. All else, and what has no plan, is looked at closely by element.c.
 */
#ifndef EDI_ELEMENT_PLAN_H
#define EDI_ELEMENT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "defs/defs.h"
#include "format/segment.h"

/* How a value is seen to be right. */
enum element_look {
	ELEMENT_CLOSELY, /* not here */
	ELEMENT_TEXT,	 /* no blank at its ends */
	ELEMENT_NUMBER,
	ELEMENT_DATE,
	ELEMENT_TIME
};

/* A simple element, or a component. */
struct element_leaf {
	const struct def_element *element;
	const struct def_codes *codes;
	uint64_t code; /* the last one that was in its list, as element.c makes a number of it */
	uint32_t max;
	uint16_t min;
	uint8_t look;
	uint8_t code_n; /* its length; 0 none yet */
};

struct element_slot {
	struct element_leaf *leaves; /* of its components; one of a simple element */
	size_t n;
	uint64_t
		needs; /* components that must be there when one is, as bits; all when it has over 64 */
};

struct element_plan {
	const struct def_segment *def;
	const struct element_slot *slots;
	size_t n;
};

enum { ELEMENT_PLANS = 1024 };

/* Of the segments met lately, in one table: it begins anew when it is half full, which no message does. */
struct element_plans {
	struct arena arena;
	struct element_plan table[ELEMENT_PLANS]; /* by def; NULL where there is none */
	size_t n;
};

void element_plan_init(struct element_plans *p);
void element_plan_done(struct element_plans *p);
/* Laid out when it is first asked for, and good until the next is; NULL for NULL. */
const struct element_plan *element_plan_of(struct element_plans *p, const struct def_segment *def);

/* The slot of an element, or NULL. plan may be NULL. */
static inline const struct element_slot *element_plan_slot(
	const struct element_plan *plan, uint16_t element)
{
	const size_t i = (size_t)element - 1;

	return plan && i < plan->n ? &plan->slots[i] : NULL;
}

/* A component as a bit of needs. */
static inline uint64_t element_plan_bit(uint16_t component)
{
	return component - 1u < 64 ? (uint64_t)1 << (component - 1u) : 0;
}

/* What a value in that slot has to be; NULL: look closely. */
static inline struct element_leaf *element_plan_leaf(
	const struct element_slot *slot, uint16_t component)
{
	const size_t i = (size_t)component - 1;

	return slot && i < slot->n ? &slot->leaves[i] : NULL;
}

#endif
