/* The structure of messages: what the 832 and the 997 of X12 say, those of EDIFACT, and that all load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/xml.h"
#include "unit/support/defs_world.h"

#define IS(s, text) assert_true(str_is((s), (text)))

struct use {
	const char *path;
	bool loop;
	bool mandatory;
	uint32_t max;
};

static void uses(const struct def_message *m, const struct use *u, size_t n)
{
	for (; n; n--, u++) {
		const struct def_node *x = defs_world_node(m, u->path);
		if (x->loop != u->loop || x->mandatory != u->mandatory || x->max != u->max ||
			!x->used)
			fail_msg("%s: loop %d mandatory %d max %u used %d", u->path, x->loop,
				x->mandatory, (unsigned)x->max, x->used);
	}
}

/* Indices count up in the order of the file; a loop has the segment that begins it. */
static size_t walk(const struct def_node *x, size_t *next)
{
	size_t n = 1;

	assert_int_equal(x->index, (*next)++);
	assert_non_null(x->segment);
	if (x->loop) {
		assert_non_null(x->child);
		assert_ptr_equal(x->segment, x->child->segment);
	} else {
		assert_true(str_eq(x->name, x->segment->tag));
	}
	for (const struct def_node *c = x->child; c; c = c->next) {
		assert_ptr_equal(c->parent, x);
		assert_int_equal(c->depth, x->depth + 1);
		n += walk(c, next);
	}
	return n;
}

static void structure_of_832(void **state)
{
	static const struct use table[] = {
		{"ST", false, true, 1},
		{"BCT", false, true, 1},
		{"CTP", false, false, 100},
		{"REF", false, false, 0},
		{"DTM", false, false, 10},
		{"CUR", false, false, 5},
		{"N1-loop", true, false, 0},
		{"N1-loop/N1", false, true, 1},
		{"N1-loop/N4", false, false, 0},
		{"N1-loop/REF", false, false, 12},
		{"LM-loop/LQ", false, true, 0},
		{"LIN-loop", true, false, 0},
		{"LIN-loop/LIN", false, true, 1},
		{"LIN-loop/PID", false, false, 200},
		{"LIN-loop/MEA", false, false, 40},
		{"LIN-loop/PO4", false, false, 1},
		{"LIN-loop/CTP-loop", true, false, 100},
		{"LIN-loop/CTP-loop/CTP", false, true, 1},
		{"LIN-loop/CTP-loop/G43", false, false, 9999},
		{"LIN-loop/CTP-loop/G26", false, false, 99},
		{"LIN-loop/N1-loop", true, false, 0},
		{"LIN-loop/N1-loop/N4", false, false, 1},
		{"LIN-loop/PKL-loop", true, false, 20},
		{"LIN-loop/LFG-loop", true, false, 1},
		{"LIN-loop/LFG-loop/CRC-loop", true, false, 0},
		{"LIN-loop/LFG-loop/CRC-loop/QTY", false, false, 1},
		{"LIN-loop/SLN-loop/LM-loop/LQ", false, true, 0},
		{"LIN-loop/N9-loop/DTM", false, false, 0},
		{"CTT", false, false, 1},
		{"SE", false, true, 1},
	};
	const struct def_message *m = defs_world_message(*state, "832");
	size_t next = 0;

	IS(m->format, "x12");
	IS(m->version, "004010");
	IS(m->id, "832");
	IS(m->group, "SC");
	IS(m->guide, "");
	IS(m->root->name, "832");
	assert_null(m->root->parent);
	assert_int_equal(m->nodes, 123);
	assert_int_equal(walk(m->root, &next), m->nodes);
	uses(m, table, sizeof(table) / sizeof(table[0]));
	assert_ptr_equal(m, defs_world_message(*state, "832"));
}

static void structure_of_997(void **state)
{
	static const struct use table[] = {
		{"ST", false, true, 1},
		{"AK1", false, true, 1},
		{"AK2-loop", true, false, 0},
		{"AK2-loop/AK2", false, true, 1},
		{"AK2-loop/AK3-loop", true, false, 0},
		{"AK2-loop/AK3-loop/AK3", false, true, 1},
		{"AK2-loop/AK3-loop/AK4", false, false, 99},
		{"AK2-loop/AK5", false, true, 1},
		{"AK9", false, true, 1},
		{"SE", false, true, 1},
	};
	const struct def_message *m = defs_world_message(*state, "997");
	size_t next = 0;

	IS(m->group, "FA");
	assert_int_equal(m->nodes, 11);
	assert_int_equal(walk(m->root, &next), m->nodes);
	uses(m, table, sizeof(table) / sizeof(table[0]));
}

/* Groups by their names; limits that sources cut short; what comes instead of another. */
static void structure_of_edifact(void **state)
{
	static const struct use pricat[] = {
		{"BGM", false, true, 1},
		{"DTM", false, true, 35},
		{"SG1", true, false, 99},
		{"SG2/SG3", true, false, 10},
		{"SG10/SG13/MOA", false, true, 1},
		{"SG17", true, false, 1000},
		{"SG17/SG36", true, false, 999999},
		{"SG17/SG36/IMD", false, false, 999},
		{"SG17/SG36/SG40", true, false, 100},
		{"SG17/SG36/SG40/PRI", false, true, 1},
		{"SG17/SG36/SG56/SG59/SG60/MEA", false, false, 9},
		{"UNT", false, true, 1},
	};
	static const struct use partin[] = {
		{"UNS", false, true, 1},
		{"SG4", true, false, 200000},
		{"SG4/SG13/SG14/NAD", false, true, 1},
		{"SG4/SG13/SG14/SG15", true, true, 99},
	};
	const struct def_message *m = defs_world_edifact(*state, "D01B", "PRICAT", "");

	uses(m, pricat, sizeof(pricat) / sizeof(pricat[0]));
	m = defs_world_edifact(*state, "D01B", "PARTIN", "");
	uses(m, partin, sizeof(partin) / sizeof(partin[0]));
	m = defs_world_edifact(*state, "D01B", "INVRPT", "");
	assert_int_equal(defs_world_node(m, "SG9")->max, 9999999);
	IS(defs_world_node(m, "SG9/SG11")->segment->tag, "INV");
	m = defs_world_edifact(*state, "D96A", "INVRPT", "");
	IS(defs_world_node(m, "SG9/SG11")->segment->tag, "QTY");
	m = defs_world_edifact(*state, "syntax-3", "CONTRL", "");
	assert_ptr_equal(defs_world_node(m, "SG3")->instead, defs_world_node(m, "SG1"));
	assert_null(defs_world_node(m, "SG1")->instead);
}

/* Each message of EDIFACT that is shipped: how many nodes and segments it has. */
static void edifact_messages(void **state)
{
	static const struct {
		const char *directory, *id;
		size_t loops, segments;
	} table[] = {
		{"D96A", "PRICAT", 47, 132},
		{"D96A", "INVRPT", 17, 50},
		{"D96A", "PARTIN", 10, 28},
		{"D96A", "APERAK", 4, 15},
		{"D01B", "PRICAT", 60, 179},
		{"D01B", "PRODAT", 28, 94},
		{"D01B", "INVRPT", 18, 55},
		{"D01B", "PARTIN", 15, 50},
		{"D01B", "APERAK", 5, 17},
		{"syntax-3", "CONTRL", 5, 10},
		{"syntax-4", "CONTRL", 5, 10},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct def_message *m = defs_world_edifact(
			*state, table[i].directory, table[i].id, "");
		size_t loops = 0;
		size_t next = 0;
		assert_int_equal(walk(m->root, &next), m->nodes);
		for (size_t k = 1; k < m->nodes; k++)
			loops += m->root[k].loop;
		if (loops != table[i].loops || m->nodes - 1 - loops != table[i].segments)
			fail_msg("%s %s: %zu loops, %zu segments", table[i].directory, table[i].id,
				loops, m->nodes - 1 - loops);
		IS(m->group, "");
		IS(m->root->child->name, "UNH");
	}
}

static void look(const struct def_message *m, void *arg)
{
	size_t next = 0;

	(void)arg;
	assert_int_equal(walk(m->root, &next), m->nodes);
}

static void every_message(void **state)
{
	assert_in_range(defs_world_each(*state, look, NULL), 19, 1000);
}

/* GS01 of the messages, X12.22. */
static void groups(void **state)
{
	static const struct {
		const char *id, *group;
	} table[] = {{"816", "OR"}, {"824", "AG"}, {"832", "SC"}, {"846", "IB"}, {"864", "TX"},
		{"879", "QG"}, {"888", "QG"}, {"889", "QG"}, {"997", "FA"}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct str id = str_c(table[i].id);
		assert_true(str_is(
			defs_world_version(*state, STR("004010"), id)->group, table[i].group));
		assert_true(str_is(
			defs_world_version(*state, STR("005010"), id)->group, table[i].group));
	}
	assert_true(str_is(defs_world_version(*state, STR("005010"), STR("999"))->group, "FA"));
}

/* r46: the item of an 888 is in another loop in 005010, so versions cannot share a structure. */
static void item_of_888(void **state)
{
	const struct def_message *old = defs_world_version(*state, STR("004010"), STR("888"));
	const struct def_message *new = defs_world_version(*state, STR("005010"), STR("888"));

	assert_true(defs_world_node(old, "G53-loop/G39-loop/G39")->mandatory);
	assert_false(defs_world_node(new, "G53-loop/LX-loop/G39")->mandatory);
	assert_true(defs_world_node(new, "G53-loop/LX-loop/LX")->mandatory);
}

static const struct def_part *part_of(
	struct defs_world *w, const char *version, const char *tag, uint16_t element)
{
	const struct def_segment *s = defs_segment(
		w->defs, STR("x12"), str_c(version), str_c(tag), &w->faults);

	assert_non_null(s);
	return defs_part(s, element);
}

/* What became longer, or came, with 005010. */
static void lengths_of_005010(void **state)
{
	static const struct {
		const char *tag;
		uint16_t element;
		uint32_t old, new; /* 0: not there */
	} table[] = {{"REF", 2, 30, 50}, {"BGN", 2, 30, 50}, {"PER", 4, 80, 256}, {"LS", 1, 6, 4},
		{"AK3", 2, 6, 10}, {"MEA", 3, 18, 20}, {"NM1", 3, 35, 60}, {"ST", 3, 0, 35},
		{"AK1", 3, 0, 12}, {"AK2", 3, 0, 35}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct def_part *old = part_of(
			*state, "004010", table[i].tag, table[i].element);
		const struct def_part *new = part_of(
			*state, "005010", table[i].tag, table[i].element);
		assert_int_equal(old ? old->element->max : 0, table[i].old);
		assert_int_equal(new->element->max, table[i].new);
	}
	assert_int_equal(part_of(*state, "005010", "CTX", 1)->repeat, 10);
	assert_int_equal(part_of(*state, "005010", "IK4", 1)->nparts, 3);
	assert_int_equal(part_of(*state, "005010", "TED", 5)->nparts, 3);
	assert_true(str_is(part_of(*state, "005010", "ISA", 11)->element->id, "I65"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure_of_832),
		cmocka_unit_test(structure_of_997),
		cmocka_unit_test(structure_of_edifact),
		cmocka_unit_test(edifact_messages),
		cmocka_unit_test(every_message),
		cmocka_unit_test(groups),
		cmocka_unit_test(item_of_888),
		cmocka_unit_test(lengths_of_005010),
	};

	xml_start();
	int rc = cmocka_run_group_tests(tests, defs_world_start, defs_world_stop);
	xml_stop();
	return rc;
}
