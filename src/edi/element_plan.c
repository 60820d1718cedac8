/* Segments laid out for checking; see element_plan.h. */
#include "edi/element_plan.h"

#include <string.h>

static const uint8_t looks[] = {
	[DEF_A] = ELEMENT_CLOSELY,
	[DEF_AN] = ELEMENT_TEXT,
	[DEF_ID] = ELEMENT_TEXT,
	[DEF_N] = ELEMENT_NUMBER,
	[DEF_R] = ELEMENT_NUMBER,
	[DEF_DT] = ELEMENT_DATE,
	[DEF_TM] = ELEMENT_TIME,
	[DEF_B] = ELEMENT_CLOSELY,
};

void element_plan_init(struct element_plans *p)
{
	memset(p, 0, sizeof(*p));
	arena_init(&p->arena);
}

void element_plan_done(struct element_plans *p)
{
	arena_done(&p->arena);
}

static struct element_leaf leaf_of(const struct def_part *part, bool used)
{
	const struct def_element *e = part->element;

	if (!e || !used)
		return (struct element_leaf){.look = ELEMENT_CLOSELY};
	return (struct element_leaf){.element = e,
		.codes = e->codes,
		.min = e->min,
		.max = e->max,
		.look = looks[e->type]};
}

static struct element_slot slot_of(struct arena *a, const struct def_part *part)
{
	const bool composite = part->nparts > 0;
	const struct def_part *parts = composite ? part->parts : part;
	const size_t n = composite ? part->nparts : 1;
	struct element_leaf *leaves = arena_array(a, n, sizeof(*leaves));
	struct element_slot slot = {.leaves = leaves, .n = n};

	for (size_t i = 0; i < n; i++) {
		leaves[i] = leaf_of(&parts[i], part->used);
		if (composite && part->used && parts[i].mandatory)
			slot.needs |= n > 64 ? UINT64_MAX : element_plan_bit(parts[i].position);
	}
	return slot;
}

static struct element_plan lay_out(struct arena *a, const struct def_segment *def)
{
	struct element_slot *slots = arena_array(a, def->nparts, sizeof(*slots));

	for (size_t i = 0; i < def->nparts; i++)
		slots[i] = slot_of(a, &def->parts[i]);
	return (struct element_plan){.def = def, .slots = slots, .n = def->nparts};
}

const struct element_plan *element_plan_of(struct element_plans *p, const struct def_segment *def)
{
	size_t i = (size_t)((uint64_t)(uintptr_t)def * 0x9e3779b97f4a7c15u >> 54);

	if (!def)
		return NULL;
	for (; p->table[i].def; i = (i + 1) % ELEMENT_PLANS)
		if (p->table[i].def == def)
			return &p->table[i];
	if (p->n == ELEMENT_PLANS / 2) {
		arena_reset(&p->arena);
		memset(p->table, 0, sizeof(p->table));
		p->n = 0;
	}
	p->n++;
	p->table[i] = lay_out(&p->arena, def);
	return &p->table[i];
}
