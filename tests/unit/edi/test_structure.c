/* Structure matching on a small message: A, B*2, loop X(X, Y*2, loop Z(Z, W)), loop X again, T. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edi/structure.h"
#include "model/xml.h"
#include "unit/support/edi_support.h"

#define SEG(t)                              \
	{                                   \
		.tag = { t, sizeof(t) - 1 } \
	}
static const struct def_segment A = SEG("A1"), B = SEG("B1"), X = SEG("X1"), Y = SEG("Y1"),
				Z = SEG("Z1"), W = SEG("W1"), T = SEG("T1");

enum { ROOT, NA, NB, LX, NX, NY, LZ, NZ, NW, LX2, NX2, NY2, NT, NODES };

static struct def_node nodes[NODES];

static void node(int i, bool loop, const char *name, const struct def_segment *s, bool mandatory,
	uint32_t max, int parent, int child, int next)
{
	nodes[i] = (struct def_node){.loop = loop,
		.name = str_c(name),
		.segment = s,
		.mandatory = mandatory,
		.used = true,
		.max = max,
		.index = (uint16_t)i,
		.parent = parent < 0 ? NULL : &nodes[parent],
		.child = child < 0 ? NULL : &nodes[child],
		.next = next < 0 ? NULL : &nodes[next]};
}

static struct def_message message(void)
{
	node(ROOT, true, "", NULL, true, 1, -1, NA, -1);
	node(NA, false, "A1", &A, true, 1, ROOT, -1, NB);
	node(NB, false, "B1", &B, false, 2, ROOT, -1, LX);
	node(LX, true, "X1-loop", &X, false, 2, ROOT, NX, LX2);
	node(NX, false, "X1", &X, true, 1, LX, -1, NY);
	node(NY, false, "Y1", &Y, false, 2, LX, -1, LZ);
	node(LZ, true, "Z1-loop", &Z, false, 0, LX, NZ, -1);
	node(NZ, false, "Z1", &Z, true, 1, LZ, -1, NW);
	node(NW, false, "W1", &W, true, 1, LZ, -1, -1);
	node(LX2, true, "X1-second", &X, false, 1, ROOT, NX2, NT);
	node(NX2, false, "X1", &X, true, 1, LX2, -1, NY2);
	node(NY2, false, "Y1", &Y, true, 1, LX2, -1, -1);
	node(NT, false, "T1", &T, true, 1, ROOT, -1, -1);
	return (struct def_message){
		.format = STR("x12"), .id = STR("TST"), .root = &nodes[ROOT], .nodes = NODES};
}

/* Feeds "A1 X1 T1"; gives the indexes matched and the findings: "1 4 12 | CODE@TAG:3". */
static void feed(struct structure_cursor *c, const struct structure_plan *p, const char *tags,
	char *out, size_t size)
{
	struct arena a;
	struct diag d;
	struct str rest = str_c(tags);
	struct str tag;
	size_t n = 0;
	uint32_t at = 0;

	arena_init(&a);
	diag_init(&d, &a);
	structure_start(c, p);
	out[0] = 0;
	while (str_split(&rest, ' ', &tag)) {
		const struct finding about = {.segment = tag, .segment_at = ++at};
		const struct def_node *got = structure_step(c, tag, &d, &about);
		n += (size_t)snprintf(
			out + n, size - n, "%s%d", n ? " " : "", got ? got->index : -1);
	}
	for (const struct finding *f = d.first; f; f = f->next)
		n += (size_t)snprintf(out + n, size - n, " | " STR_FMT "@" STR_FMT ":%u",
			STR_ARG(f->code), STR_ARG(f->segment), f->segment_at);
	arena_done(&a);
}

static const char *run(const char *tags)
{
	static char out[600];
	const struct def_message m = message();
	struct structure_plan *p = structure_plan(&m);
	struct structure_cursor c = {.plan = NULL};

	feed(&c, p, tags, out, sizeof(out));
	structure_done(&c);
	structure_plan_free(p);
	return out;
}

static void by_rows(void **state)
{
	static const struct {
		const char *in;
		const char *want;
	} rows[] = {
		{"A1 T1", "1 12"},
		{"A1 B1 B1 X1 Y1 Z1 W1 Z1 W1 X1 T1", "1 2 2 4 5 7 8 7 8 4 12"},
		{"A1 X1 X1 X1 Y1 T1",
			"1 4 4 10 11 12"}, /* full loops give way to the next alike (r42) */
		{"A1 B1 B1 B1 T1", "1 2 2 2 12 | X12-SEGMENT-REPEAT@B1:4"},
		{"A1 B1 B1 B1 B1 T1", "1 2 2 2 2 12 | X12-SEGMENT-REPEAT@B1:4"},
		{"A1 X1 X1 X1 Y1 X1 Y1 T1",
			"1 4 4 10 11 10 11 12 | X12-LOOP-REPEAT@X1:6"}, /* r43 */
		{"B1 T1", "2 12 | X12-SEGMENT-MISSING@A1:1"},
		{"A1", "1"},
		{"A1 X1 Z1 X1 T1", "1 4 7 4 12 | X12-SEGMENT-MISSING@W1:4"},
		{"A1 X1 Z1 T1", "1 4 7 12 | X12-SEGMENT-MISSING@W1:4"},
		{"A1 X1 Z1 W1 Y1 Z1 W1 T1", "1 4 7 8 5 7 8 12 | X12-SEGMENT-ORDER@Y1:5"},
		{"A1 W1 T1", "1 8 12 | X12-SEGMENT-UNEXPECTED@W1:2"},
		{"A1 Q1 X1 T1", "1 -1 4 12"},
		{"A1 X1 B1 T1", "1 4 2 12 | X12-SEGMENT-ORDER@B1:3"},
	};
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = run(rows[i].in);
		if (strcmp(got, rows[i].want) == 0)
			continue;
		print_error("%s:\n  got  '%s'\n  want '%s'\n", rows[i].in, got, rows[i].want);
		failed++;
	}
	assert_int_equal(failed, 0);
}

/* What a cursor remembers of other messages changes nothing: any tags in any order. */
static void remembered(void **state)
{
	static const char *const tags[] = {
		"A1", "B1", "X1", "X1", "Y1", "Z1", "Z1", "W1", "T1", "Q1"};
	const struct def_message m = message();
	struct structure_plan *p = structure_plan(&m);
	struct structure_cursor old = {.plan = NULL};
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct structure_cursor fresh = {.plan = NULL};
		char in[64] = "A1";
		char want[1200];
		char got[1200];
		for (size_t n = round % 3 ? 2 : 0, i = 0; i < 12; i++) {
			seed = seed * 1103515245u + 12345u;
			n += (size_t)snprintf(in + n, sizeof(in) - n, "%s%s", n ? " " : "",
				tags[seed / 65536 % (sizeof(tags) / sizeof(tags[0]))]);
		}
		feed(&old, p, in, got, sizeof(got));
		feed(&fresh, p, in, want, sizeof(want));
		structure_done(&fresh);
		if (strcmp(got, want) != 0)
			fail_msg("%s:\n  got  '%s'\n  want '%s'", in, got, want);
	}
	structure_done(&old);
	structure_plan_free(p);
}

static void names_of_loops(void **state)
{
	const struct def_message m = message();
	struct structure_plan *p = structure_plan(&m);
	struct structure_cursor c = {.plan = NULL};
	struct arena a;
	struct diag d;
	struct str names[4];
	const struct finding about = {.severity = 0};

	(void)state;
	arena_init(&a);
	diag_init(&d, &a);
	structure_start(&c, p);
	(void)structure_step(&c, STR("A1"), &d, &about);
	assert_int_equal(structure_loops(&c, names, 4), 0);
	(void)structure_step(&c, STR("X1"), &d, &about);
	(void)structure_step(&c, STR("Z1"), &d, &about);
	assert_int_equal(structure_loops(&c, names, 4), 2);
	assert_true(str_is(names[0], "X1-loop"));
	assert_true(str_is(names[1], "Z1-loop"));
	structure_done(&c);
	structure_plan_free(p);
	arena_done(&a);
}

/* What is asked for is the first segment that is not there, of the loop around if need be; and a loop
 * that stands for another one never stands beside it. */
static void expected_and_exclusive(void **state)
{
	static const char *const tags[] = {"A1", "Z1", "W1", "X1", "X1"};
	const struct def_message m = message();
	struct structure_plan *p = NULL;
	struct structure_cursor c = {.plan = NULL};
	struct arena a;
	struct diag d;

	(void)state;
	nodes[LX2].instead = &nodes[LX];
	arena_init(&a);
	diag_init(&d, &a);
	p = structure_plan(&m);
	structure_start(&c, p);
	for (uint32_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const struct finding about = {.segment = str_c(tags[i]), .segment_at = i + 1};
		(void)structure_step(&c, str_c(tags[i]), &d, &about);
	}
	assert_int_equal(d.n, 2);
	assert_true(str_is(d.first->code, "X12-SEGMENT-UNEXPECTED"));
	assert_true(str_is(d.first->expected, "X1 before it"));
	assert_true(str_is(d.last->code, "X12-LOOP-EXCLUSIVE"));
	assert_int_equal(d.last->segment_at, 5);
	structure_done(&c);
	structure_plan_free(p);
	arena_done(&a);
}

/* What is made has in each of its loops what the definition, or a guide, wants there. */
static void needed(void **state)
{
	static const struct {
		const char *tags; /* of nodes in a CTP loop of LIN */
		const char *want;
	} made[] = {
		{"LIN PID CTP CUR", ""},
		{"LIN CTP CUR", "PID"},
		{"LIN PID CTP CTP CUR", "CUR"},
		{"LIN PID CTP LIN PID", "CUR"},
		{"LIN PID", ""},
	};
	struct segment s[8];
	struct faults f;
	struct arena a;
	struct diag d;
	const struct def_node *lin = NULL;
	const struct def_node *ctp = NULL;

	(void)state;
	arena_init(&a);
	faults_init(&f, &a);
	lin = defs_message(edi_support_defs(), STR("x12"), STR("004010"), STR("832"),
		STR("guides/acme-832.xml"), &f, "", 0, 0)
		      ->root->child;
	while (!str_is(lin->name, "LIN-loop"))
		lin = lin->next;
	for (ctp = lin->child; !str_is(ctp->name, "CTP-loop");)
		ctp = ctp->next;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		struct str rest = str_c(made[i].tags);
		struct str tag;
		size_t n = 0;
		memset(s, 0, sizeof(s));
		while (str_word(&rest, &tag)) {
			const bool inner = str_is(tag, "CTP") || str_is(tag, "CUR");
			const struct def_node *at = inner ? ctp->child : lin->child;
			while (!str_eq(at->name, tag))
				at = at->next;
			s[n].tag = tag;
			s[n].node = at;
			if (n > 0)
				s[n - 1].next = &s[n];
			n++;
		}
		diag_init(&d, &a);
		structure_needed(s, STR("x12"), &d, &(struct finding){.item = STR("sku")});
		assert_int_equal(d.n, made[i].want[0] != 0);
		if (!d.first)
			continue;
		assert_true(str_is(d.first->code, "X12-SEGMENT-MISSING"));
		assert_true(str_is(d.first->segment, made[i].want));
		assert_true(str_is(d.first->item, "sku"));
		assert_true(str_find(d.first->rule, STR("acme-832.xml:"), 0) != SIZE_MAX);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(needed), cmocka_unit_test(by_rows),
		cmocka_unit_test(remembered), cmocka_unit_test(names_of_loops),
		cmocka_unit_test(expected_and_exclusive)};

	const int rc = cmocka_run_group_tests(tests, NULL, NULL);

	edi_support_done();
	xml_stop();
	return rc;
}
