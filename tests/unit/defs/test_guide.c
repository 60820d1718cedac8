/* A guide narrows: what the shipped one says arrives in the message, and widening is a fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "defs/dict.h"
#include "defs/guide.h"
#include "model/xml.h"

struct world {
	struct arena arena;
	struct faults faults;
	struct defs *defs;
	int dir;
};

static int start(void **state)
{
	static struct world w;
	static const char *const names[] = {"maps"};
	struct err e = {0};

	arena_init(&w.arena);
	faults_init(&w.faults, &w.arena);
	w.dir = fsx_dir(TEST_TOP "/maps", &e);
	if (w.dir == -1)
		return -1;
	w.defs = defs_new(&w.dir, names, 1);
	*state = &w;
	return 0;
}

static int stop(void **state)
{
	struct world *w = *state;

	defs_free(w->defs);
	fsx_close(w->dir);
	arena_done(&w->arena);
	return 0;
}

static const struct def_message *message(struct world *w, const char *guide)
{
	const struct def_message *m = defs_message(w->defs, STR("x12"), STR("004010"), STR("832"),
		str_c(guide), &w->faults, "test", 1, 0);

	for (const struct fault *x = w->faults.first; x; x = x->next)
		print_error(
			"%s:%u:%u: %s\n", x->file, (unsigned)x->line, (unsigned)x->column, x->text);
	assert_non_null(m);
	return m;
}

static const struct def_node *node(const struct def_message *m, const char *path)
{
	const struct def_node *at = m->root;
	struct str rest = str_c(path), name;

	while (at && str_split(&rest, '/', &name))
		for (at = at->child; at && !str_eq(at->name, name);)
			at = at->next;
	if (!at)
		fail_msg("no node %s", path);
	return at;
}

static const struct def_part *part(const struct def_message *m, const char *path, uint16_t at)
{
	return defs_part(node(m, path)->segment, at);
}

#define IS(s, text) assert_true(str_is((s), (text)))

static void shipped(void **state)
{
	const struct def_message *m = message(*state, "guides/acme-832.xml");

	IS(m->id, "832");
	IS(m->guide, "ACME price catalog");
	assert_int_equal(m->nodes, 123);
	assert_ptr_equal(m, message(*state, "guides/acme-832.xml"));
	assert_false(node(m, "CTP")->used);
	assert_false(node(m, "LM-loop")->used);
	assert_true(node(m, "LIN-loop")->mandatory);
	assert_int_equal(node(m, "LIN-loop/PID")->max, 50);
	assert_int_equal(node(m, "LIN-loop/CTP-loop")->max, 20);
	assert_ptr_equal(node(m, "LIN-loop")->segment, node(m, "LIN-loop/LIN")->segment);

	const struct def_part *p = part(m, "LIN-loop/LIN", 2);
	assert_int_equal(p->element->codes->n, 3);
	assert_false(p->element->codes->open);
	assert_true(defs_code_ok(p->element->codes, STR("EN")));
	assert_false(defs_code_ok(p->element->codes, STR("VN")));
	p = part(m, "LIN-loop/LIN", 4);
	assert_true(p->mandatory);
	assert_int_equal(p->element->codes->n, 1);
	IS(p->element->codes->codes[0].value, "VN");
	assert_true(p->element->codes->codes[0].name.n > 0);
	p = part(m, "LIN-loop/LIN", 5);
	assert_true(p->mandatory);
	assert_int_equal(p->element->max, 20);
	IS(p->element->id, "234");
	p = &part(m, "LIN-loop/MEA", 4)->parts[0];
	assert_int_equal(p->element->codes->n, 4);
}

/* The message without the guide, and the same segment elsewhere in the guided one, stay as they were. */
static void base_unchanged(void **state)
{
	const struct def_message *guided = message(*state, "guides/acme-832.xml");
	const struct def_message *m = message(*state, "");

	IS(m->guide, "");
	assert_true(node(m, "CTP")->used);
	assert_false(node(m, "LIN-loop")->mandatory);
	assert_int_equal(part(m, "LIN-loop/LIN", 5)->element->max, 48);
	assert_false(part(m, "LIN-loop/LIN", 5)->mandatory);
	assert_true(defs_code_ok(part(m, "LIN-loop/LIN", 2)->element->codes, STR("VN")));
	assert_int_equal(part(guided, "LIN-loop/SLN-loop/PID", 5)->element->max, 80);
	assert_false(part(guided, "LIN-loop/SLN-loop/PID", 5)->mandatory);
	assert_true(part(guided, "LIN-loop/PID", 5)->mandatory);
	assert_true(&part(guided, "LIN-loop/MEA", 4)->parts[0] !=
		&part(m, "LIN-loop/MEA", 4)->parts[0]);
	assert_true(part(m, "LIN-loop/MEA", 4)->parts[0].element->codes->n > 100);
}

#define GUIDE(x)                                                                                           \
	"<guide xmlns='urn:gridspool:definition:1' name='G' format='x12' version='004010' base='832'>\n" x \
	"</guide>"
#define LIN(x) GUIDE("<segment path='LIN-loop/LIN'>\n" x "</segment>")

static const struct {
	const char *name;
	const char *text;
	const char *faults; /* "LINE: text\n" each */
} cases[] = {
	{"nothing said", GUIDE(""), ""},
	{"the same again",
		GUIDE("<segment path='DTM' max='10'><element ref='DTM01' min='3' max='3'/></segment>"),
		""},
	{"any becomes a number", GUIDE("<segment path='REF' max='3'/>"), ""},
	{"a number becomes any", GUIDE("<segment path='DTM' max='any'/>"),
		"2: DTM comes at most 10 times in the message; a guide can only narrow\n"},
	{"more often", GUIDE("<segment path='DTM' max='11'/>"),
		"2: DTM comes at most 10 times in the message; a guide can only narrow\n"},
	{"optional", GUIDE("\n<segment path='BCT' use='optional'/>"),
		"3: BCT is mandatory in the message; a guide can only narrow\n"},
	{"forbidden", GUIDE("<segment path='BCT' use='forbidden'/>"),
		"2: BCT is mandatory in the message, so a guide cannot forbid it\n"},
	{"use", GUIDE("<segment path='CUR' use='M'/>"),
		"2: use=\"M\" must be required, optional or forbidden\n"},
	{"longer", LIN("<element ref='LIN03' max='49'/>"),
		"3: LIN03 takes 1 to 48 characters in the message; a guide can only narrow, found 1 to 49\n"},
	{"shorter than the least", LIN("<element ref='LIN02' min='1'/>"),
		"3: LIN02 takes 2 to 2 characters in the message; a guide can only narrow, found 1 to 2\n"},
	{"min over max", LIN("<element ref='LIN03' min='9' max='8'/>"),
		"3: LIN03: min 9 is more than max 8\n"},
	{"code of no list", LIN("<element ref='LIN02' codes='UP 99'/>"),
		"3: LIN02: '99' is not in the code list of element 235; a guide can only narrow\n"},
	{"value too long", LIN("<element ref='LIN03' max='3' value='ABCD'/>"),
		"3: LIN03: 'ABCD' has 4 characters, 1 to 3 fit\n"},
	{"value and codes", LIN("<element ref='LIN02' value='UP' codes='UP'/>"),
		"3: LIN02 has both value= and codes=; keep one\n"},
	{"no values", LIN("<element ref='LIN02' codes=' '/>"),
		"3: LIN02 has no values; use=\"forbidden\" says that it must be empty\n"},
	{"mandatory element",
		LIN("<element ref='LIN02' use='optional'/>\n<element ref='LIN03' use='forbidden'/>"),
		"3: LIN02 is mandatory in the message; a guide can only narrow\n"
		"4: LIN03 is mandatory in the message, so a guide cannot forbid it\n"},
	{"values of what is forbidden", LIN("<element ref='LIN05' use='forbidden' max='3'/>"),
		"3: LIN05 is forbidden, so it has no values\n"},
	{"composite", GUIDE("<segment path='CTP'><element ref='CTP05' max='3'/></segment>"),
		"2: CTP05 is a composite; speak of its components, as in CTP05-1\n"},
	{"no such position", LIN("<element ref='LIN32' max='3'/>"),
		"3: segment LIN has no position 'LIN32'; its positions are LIN01 to LIN31\n"},
	{"no such path", GUIDE("<segment path='LIN-loop/PIB'/>"),
		"2: path 'LIN-loop/PIB': LIN-loop has no 'PIB'; did you mean 'PID'?\n"},
	{"loop as a segment", GUIDE("<segment path='LIN-loop'/><loop path='BCT'/>"),
		"2: 'LIN-loop' is a loop, not a segment\n2: 'BCT' is a segment, not a loop\n"},
	{"twice", GUIDE("<segment path='CUR'/>\n<segment path='CUR'/>"),
		"3: 'CUR' was narrowed in line 2 already\n"},
	{"element in a loop", GUIDE("<loop path='LIN-loop'><element ref='LIN01'/></loop>"),
		"2: <element> is not known inside <loop>\n"},
	{"misspelt", LIN("<element ref='LIN01' mac='3'/>"),
		"3: <element> has no attribute 'mac'; did you mean 'max'?\n"},
	{"of another message",
		"<guide xmlns='urn:gridspool:definition:1' name='G' format='x12' version='004010'"
		" base='850'/>",
		"1: this guide has base=\"850\", but it is used for '832'\n"},
	{"not a guide", "<map xmlns='urn:x'/>",
		"1: found <map>, expected <guide xmlns=\"urn:gridspool:definition:1\">\n"},
};

static void widening(void **state)
{
	struct world *w = *state;
	const struct def_message *m = message(w, "");
	const struct dict_message *base = w->defs->messages;
	int bad = 0;

	while (&base->message != m)
		base = base->next;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct faults f;
		struct xml *root;
		struct err e = {0};
		struct buf b;
		faults_init(&f, &w->arena);
		buf_init(&b, 1 << 16);
		if (xml_parse(str_c(cases[i].text), "g.xml", &w->arena, &root, &e) == -1)
			fail_msg("%s: %s", cases[i].name, e.text);
		const struct dict_message *g = guide_apply(w->defs, base, root, "g.xml", &f);
		assert_int_equal(g == NULL, f.n > 0);
		for (const struct fault *x = f.first; x; x = x->next)
			buf_printf(&b, "%lu: %s\n", (unsigned long)x->line, x->text);
		if (strcmp(buf_cstr(&b), cases[i].faults) != 0) {
			print_error("%s: found\n%sexpected\n%s", cases[i].name, buf_cstr(&b),
				cases[i].faults);
			bad++;
		}
		buf_done(&b);
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped),
		cmocka_unit_test(base_unchanged),
		cmocka_unit_test(widening),
	};

	xml_start();
	int rc = cmocka_run_group_tests(tests, start, stop);
	xml_stop();
	return rc;
}
