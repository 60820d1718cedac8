/* Collected faults: order, counts, warnings apart, and the one error made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/table.h"
#include "model/faults.h"

static void collects_in_order(void **state)
{
	struct arena a;
	struct faults f;
	char file[] = "maps/x.xml";

	(void)state;
	arena_init(&a);
	faults_init(&f, &a);
	assert_int_equal(faults_add(&f, file, 3, 7, "unknown attribute %s", "colour"), -1);
	faults_warn(&f, file, 4, 1, "deprecated");
	assert_int_equal(faults_add(&f, "y.xml", 9, 0, "100%% wrong"), -1);
	file[0] = 'X'; /* the name was copied */
	assert_int_equal(f.n, 2);
	assert_int_equal(f.warnings, 1);
	assert_string_equal(f.first->file, "maps/x.xml");
	assert_string_equal(f.first->text, "unknown attribute colour");
	assert_int_equal(f.first->line, 3);
	assert_int_equal(f.first->column, 7);
	assert_true(f.first->next->warning);
	assert_ptr_equal(f.first->next->next, f.last);
	assert_string_equal(f.last->text, "100% wrong");
	arena_done(&a);
}

/* It counts, so that what had it is known to have failed, and stands in the list once. */
static void the_same_is_told_once(void **state)
{
	struct arena a;
	struct faults f;
	struct err e;

	(void)state;
	arena_init(&a);
	faults_init(&f, &a);
	for (int i = 0; i < 2; i++) {
		(void)faults_add(&f, "m.xml", 3, 7, "wrong");
		faults_warn(&f, "m.xml", 3, 7, "wrong");
	}
	(void)faults_add(&f, "m.xml", 3, 8, "wrong");
	assert_int_equal(f.n, 3);
	assert_int_equal(f.again, 1);
	assert_int_equal(f.warnings, 1);
	assert_int_equal(faults_err(&f, &e), -1);
	assert_string_equal(e.text, "m.xml:3:7: wrong\nm.xml:3:8: wrong");
	arena_done(&a);
}

static void one_error_of_all(void **state)
{
	struct arena a;
	struct faults f;
	struct err e;

	(void)state;
	arena_init(&a);
	faults_init(&f, &a);
	faults_warn(&f, "w.xml", 1, 1, "only a warning");
	(void)faults_add(&f, "a.xml", 3, 7, "first");
	(void)faults_add(&f, "b.xml", 4, 0, "second");
	(void)faults_add(&f, "c.xml", 0, 0, "third");
	assert_int_equal(faults_err(&f, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.text, "a.xml:3:7: first\nb.xml:4: second\nc.xml: third");
	for (int i = 0; i < 20; i++)
		(void)faults_add(&f, "d.xml", 1, 1, "more: %d", i);
	assert_int_equal(faults_err(&f, &e), -1);
	assert_non_null(strstr(e.text, "and 18 more faults"));
	arena_done(&a);
}

static void very_long_texts_fit(void **state)
{
	struct arena a;
	struct faults f;
	struct err e;
	char text[1500];

	(void)state;
	arena_init(&a);
	faults_init(&f, &a);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 3; i++)
		(void)faults_add(&f, "long.xml", 1, (uint32_t)i, "%s", text);
	assert_int_equal(strlen(f.first->text), sizeof(text) - 1);
	assert_int_equal(faults_err(&f, &e), -1);
	assert_true(strlen(e.text) < ERR_TEXT_MAX);
	assert_non_null(strstr(e.text, "and 2 more faults"));
	arena_done(&a);
}

/* What xml_parse says, told at its place; other texts, and other files, as they are. */
static void takes_places_from_texts(void **state)
{
	static const struct {
		const char *text;
		uint32_t line, column;
		const char *told;
	} rows[] = {
		{"a.xml:3:7: not closed: <b>", 3, 7, "not closed: <b>"},
		{"a.xml: is empty", 0, 0, "is empty"},
		{"a.xml:x:7: what", 0, 0, "x:7: what"},
		{"a.xml:3: no column", 0, 0, "3: no column"},
		{"b.xml:3:7: another file", 0, 0, "b.xml:3:7: another file"},
		{"", 0, 0, ""},
	};
	struct arena a;
	struct faults f;

	(void)state;
	arena_init(&a);
	faults_init(&f, &a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(faults_add_placed(&f, "a.xml", rows[i].text), -1);
		assert_string_equal(f.last->file, "a.xml");
		assert_int_equal(f.last->line, rows[i].line);
		assert_int_equal(f.last->column, rows[i].column);
		assert_string_equal(f.last->text, rows[i].told);
	}
	arena_done(&a);
}

static void names_the_nearest(void **state)
{
	const char *const names[] = {"colour", "size"};
	struct arena a;
	struct faults f;
	struct table keys;

	(void)state;
	arena_init(&a);
	faults_init(&f, &a);
	assert_string_equal(faults_near(&f, STR("color"), names, 2), "; did you mean 'colour'?");
	assert_string_equal(faults_near(&f, STR("weight"), names, 2), "");
	table_init(&keys);
	assert_string_equal(faults_near_key(&f, STR("color"), &keys), "");
	assert_true(table_add(&keys, STR("colour"), &f));
	assert_string_equal(faults_near_key(&f, STR("color"), &keys), "; did you mean 'colour'?");
	table_done(&keys);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collects_in_order),
		cmocka_unit_test(the_same_is_told_once),
		cmocka_unit_test(one_error_of_all),
		cmocka_unit_test(very_long_texts_fit),
		cmocka_unit_test(takes_places_from_texts),
		cmocka_unit_test(names_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
