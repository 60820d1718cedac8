/* Layouts of files without segments: what is read of them, and every fault with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "defs/layout.h"

struct world {
	struct defs *defs;
	struct arena arena;
	struct faults faults;
	int dir;
};

static void start(struct world *w, const char *format, const char *text)
{
	static const char *const names[] = {"maps"};
	struct err e;
	char path[100];

	memset(w, 0, sizeof(*w));
	(void)mkdir(format, 0700);
	(void)snprintf(path, sizeof(path), "%s/t.xml", format);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	w->dir = fsx_dir(".", &e);
	w->defs = defs_new(&w->dir, names, 1);
	arena_init(&w->arena);
	faults_init(&w->faults, &w->arena);
}

static void done(struct world *w)
{
	defs_free(w->defs);
	fsx_close(w->dir);
	arena_done(&w->arena);
}

#define LAYOUT(format, inner) \
	"<layout xmlns='urn:gridspool:definition:1' name='t' format='" format "' " inner "</layout>"

static void columns(void **state)
{
	struct world w;

	(void)state;
	start(&w, "csv",
		LAYOUT("csv",
			"delimiter='tab' decimal=',' line-end='crlf'>"
			"<column name='a' use='M' max='3'/>"
			"<column name='n' type='number' decimals='2'/>"
			"<column name='u'><values>B A</values></column>"));
	const struct def_message *m = layout_load(
		w.defs, STR("csv"), STR("t"), &w.faults, "map.xml", 4, 2);
	assert_non_null(m);
	assert_null(m->root);
	assert_int_equal(m->layout->delimiter, '\t');
	assert_true(m->layout->header && m->layout->crlf);
	const struct def_field *n = layout_field(m->layout->fields, STR("n"));
	assert_int_equal(n->kind, FIELD_NUMBER);
	assert_true(n->fixed_decimals && !n->mandatory);
	assert_true(defs_code_ok(n->next->element.codes, STR("A")));
	assert_ptr_equal(layout_load(w.defs, STR("csv"), STR("t"), &w.faults, "map.xml", 5, 2), m);
	done(&w);
}

static void members(void **state)
{
	struct world w;

	(void)state;
	start(&w, "json",
		LAYOUT("json",
			">"
			"<member name='o' type='object' open='yes'><member name='i'/></member>"
			"<member name='l' repeat='yes'/>"
			"<member name='p' type='number' minimum='0' maximum='999.99' multiple-of='0.01'/>"));
	const struct def_message *m = layout_load(
		w.defs, STR("json"), STR("t"), &w.faults, "map.xml", 4, 2);
	assert_non_null(m);
	assert_true(m->layout->fields->open && !m->layout->open);
	assert_true(str_is(m->layout->fields->child->name, "i"));
	assert_true(m->layout->fields->next->repeats && !m->layout->fields->next->range);
	const struct def_range *r = m->layout->fields->next->next->range;
	assert_true(r->has_least && r->has_most && r->has_step && !r->above && !r->below);
	assert_int_equal(dec_cmp(r->most, (struct dec){99999, 2}), 0);
	done(&w);
}

static const struct {
	const char *format, *text, *fault;
} faulty[] = {
	{"csv", LAYOUT("csv", "quotting='all'><column name='a'/>"),
		"1:1: <layout> has no attribute 'quotting'; did you mean 'quoting'?"},
	{"csv", LAYOUT("csv", "quoting='al'><column name='a'/>"),
		"1:1: quoting=\"al\" is none of the words it may be; did you mean 'all'?"},
	{"csv", LAYOUT("csv", "quote=';' delimiter=';'><column name='a'/>"),
		"1:1: delimiter and decimal mark must not be the quote"},
	{"csv", LAYOUT("csv", "decimal=';'><column name='a'/>"), "1:1: decimal must be . or ,"},
	{"csv", LAYOUT("csv", "delimiter=';;'><column name='a'/>"),
		"1:1: delimiter=\";;\" must be one character of ASCII, or tab"},
	{"csv", LAYOUT("csv", "><column name='a'/><column name='a'/>"),
		"1:85: the column 'a' is there twice"},
	{"csv", LAYOUT("csv", ">"), "1:1: the layout has no <column>"},
	{"csv", LAYOUT("csv", "><column name='a' type='object'/>"),
		"1:67: type=\"object\" is none of the words it may be"},
	{"csv", LAYOUT("csv", "><column name='a' minimum='1'/>"),
		"1:67: minimum, maximum and multiple-of are of numbers: 'a' needs type=\"number\""},
	{"csv", LAYOUT("csv", "><column name='a' type='number' minimum='2' maximum='1,5'/>"),
		"1:67: maximum=\"1,5\" must be a number such as 0.01"},
	{"csv", LAYOUT("csv", "><column name='a' type='number' minimum='2' maximum='1'/>"),
		"1:67: minimum of 'a' is more than its maximum"},
	{"csv", LAYOUT("csv", "><column name='a' type='number' multiple-of='0'/>"),
		"1:67: multiple-of of 'a' must be more than 0"},
	{"csv", LAYOUT("json", "><column name='a'/>"),
		"1:1: format is not 'csv', as the folder says"},
	{"fixed", LAYOUT("fixed", "><column name='a'/>"),
		"1:69: <column> must have the attribute 'width'"},
	/* what the file writes by itself has to fit into it, since no item can be told of it */
	{"csv", LAYOUT("csv", "charset='iso-8859-1'><column name='Preis €'/>"),
		"1:87: name=\"Preis €\" has U+20AC, which iso-8859-1 does not have"},
	{"csv", LAYOUT("csv", "charset='iso-8859-1'><column name='a' type='bool' yes='✓'/>"),
		"1:87: yes=\"✓\" has U+2713, which iso-8859-1 does not have"},
	{"fixed", LAYOUT("fixed", "><column name='a' type='bool' width='3' no='a&#10;b'/>"),
		"1:69: 'true' needs 4 characters, the column 'a' has width=\"3\"; give it shorter words "
		"with yes= and no="},
	{"fixed", LAYOUT("fixed", "><column name='a' type='bool' width='4' no='a&#10;b'/>"),
		"1:69: no=\"a\nb\" has U+000A, which a row does not have"},
	{"csv", "<message xmlns='urn:gridspool:definition:1'/>",
		"1:1: found <message>, expected <layout xmlns=\"urn:gridspool:definition:1\">"},
};

static void faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
		struct world w;
		char found[600] = "";

		start(&w, faulty[i].format, faulty[i].text);
		assert_null(layout_load(
			w.defs, str_c(faulty[i].format), STR("t"), &w.faults, "map.xml", 4, 2));
		const struct fault *f = w.faults.first;
		(void)snprintf(found, sizeof(found), "%u:%u: %s", f->line, f->column, f->text);
		assert_string_equal(found, faulty[i].fault);
		done(&w);
	}
}

static void names_that_are_not_written(void **state)
{
	struct world w;

	(void)state;
	start(&w, "csv",
		LAYOUT("csv", "charset='iso-8859-1' header='no'><column name='Preis €'/>"));
	assert_non_null(layout_load(w.defs, STR("csv"), STR("t"), &w.faults, "map.xml", 4, 2));
	done(&w);
}

static void not_there(void **state)
{
	struct world w;

	(void)state;
	start(&w, "csv", "");
	assert_null(layout_load(w.defs, STR("csv"), STR("../x"), &w.faults, "map.xml", 4, 2));
	assert_int_equal(w.faults.first->line, 4);
	assert_null(layout_load(w.defs, STR("xml"), STR("t"), &w.faults, "map.xml", 4, 2));
	assert_int_equal(w.faults.n, 2);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns),
		cmocka_unit_test(members),
		cmocka_unit_test(faults),
		cmocka_unit_test(names_that_are_not_written),
		cmocka_unit_test(not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
