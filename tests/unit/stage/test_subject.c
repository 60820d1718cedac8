/* What people type is found, whatever form it has; what is two things is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/support/stage_world.h"

static void finds_every_form(void **state)
{
	static const struct {
		const char *typed;
		enum subject_kind kind;
		int64_t id;
		const char *name;
		const char *event;
	} rows[] = {
		{"1", SUBJECT_INTERCHANGE, 1, "000001", "interchange 000001"},
		{"000001", SUBJECT_INTERCHANGE, 1, "000001", "interchange 000001"},
		{"interchange 000001", SUBJECT_INTERCHANGE, 1, "000001", "interchange 000001"},
		{"20261123T0200Z-000001.acme.832.x12", SUBJECT_INTERCHANGE, 1, "000001",
			"interchange 000001"},
		{"20261123T0200Z-000001.acme.832.x12.lineage", SUBJECT_INTERCHANGE, 1, "000001",
			"interchange 000001"},
		{"20261123T0200Z-000001.acme.832.items", SUBJECT_INTERCHANGE, 1, "000001",
			"interchange 000001"},
		{"hold/20261123T0200Z-000001.acme.832.x12.reason", SUBJECT_INTERCHANGE, 1, "000001",
			"interchange 000001"},
		{"in-000012", SUBJECT_INPUT, 12, "in-000012", "input 12"},
		{"in-12", SUBJECT_INPUT, 12, "in-000012", "input 12"},
		{"quarantine/in-000012.products.csv.reason", SUBJECT_INPUT, 12, "in-000012",
			"input 12"},
		{"p.csv", SUBJECT_INPUT, 12, "in-000012", "input 12"},
		{"r-000003", SUBJECT_RECEIVED, 3, "r-000003", "received 3"},
		{"r-000003.acme", SUBJECT_RECEIVED, 3, "r-000003", "received 3"},
		{"u-1", SUBJECT_UNIT, 1, "u-1", "unit 1"},
		{"unit 1", SUBJECT_UNIT, 1, "u-1", "unit 1"},
		{"acme", SUBJECT_PARTNER, 0, "acme", "partner acme"},
		{"acme-832", SUBJECT_AGREEMENT, 0, "acme-832", "acme-832"},
		{"SKU-1", SUBJECT_ITEM, 0, "SKU-1", "item SKU-1"},
		{"4711", SUBJECT_ITEM, 0, "4711", "item 4711"},
		{"item:beta", SUBJECT_ITEM, 0, "beta", "item beta"},
		{"partner:beta", SUBJECT_PARTNER, 0, "beta", "partner beta"},
	};
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	assert_int_equal(stage_world_queued(&w, "SKU-1 4711 beta"), 1);
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) "
		"VALUES(12, 'products', 'p.csv', 'current', 'current/products/in-000012.csv', 0, 0, 1, 0, 0, 0, '')");
	stage_world_sql(&w,
		"INSERT INTO received(id, partner, remote, rsize, rmtime, name, place, state, at) "
		"VALUES(3, 'acme', 'x', 1, 0, 'r-000003', 'received/acme/r-000003', 'stored', 0)");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct subject s = stage_world_find(&w, rows[i].typed);
		if (s.kind != rows[i].kind || s.id != rows[i].id || !str_is(s.name, rows[i].name) ||
			strcmp(s.event, rows[i].event) != 0)
			fail_msg("%s: found %s %lld '%.*s' '%s'", rows[i].typed,
				subject_word(s.kind), (long long)s.id, STR_ARG(s.name), s.event);
	}
	stage_world_close(&w);
}

static void refuses_the_rest(void **state)
{
	static const struct {
		const char *typed;
		enum err_code code;
		const char *says;
	} rows[] = {
		{"999", ERR_ABSENT, "'999' is no interchange"},
		{"in-000099", ERR_ABSENT, "'in-000099' is no"},
		{"", ERR_ABSENT, "'' is no interchange"},
		{"99999999999999999999", ERR_ABSENT, "is no interchange"},
		{"a\x1b[31m", ERR_ABSENT, "'a\\x1B[31m' is no"},
		{"beta", ERR_USAGE,
			"'beta' is the name of a partner and of an item; say partner:beta or item:beta"},
		{"partner:nobody", ERR_ABSENT, "'partner:nobody' is no"},
		{"acm", ERR_ABSENT, "; did you mean 'acme'?"},
		{"acme-823", ERR_ABSENT, "; did you mean 'acme-832'?"},
	};
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_queued(&w, "beta");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct subject s;
		struct err e;
		assert_int_equal(subject_find(&w.v, str_c(rows[i].typed), &w.a, &s, &e), -1);
		if (e.code != rows[i].code || !strstr(e.text, rows[i].says))
			fail_msg("'%s': %s", rows[i].typed, e.text);
	}
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_form),
		cmocka_unit_test(refuses_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
