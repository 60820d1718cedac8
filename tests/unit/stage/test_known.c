/* The catalog state that a converter is given: states, changed content, broken extracts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "stage/known.h"

static int load(const char *text, size_t n, struct known **k, struct err *e)
{
	const int fd = fsx_scratch(e);

	assert_true(fd != -1);
	assert_int_equal(fsx_write_all(fd, text, n, e), 0);
	const int rc = known_load(fd, k, e);
	fsx_close(fd);
	return rc;
}

static void finds_states(void **state)
{
	static const char text[] =
		"B\tpending\th2\nA\taccepted\th1\nC%09x\trejected\th3\nD\tdue\th4\nE\tstrange\th5\n";
	static const struct {
		const char *key, *hash;
		enum known_state state;
		bool same;
	} rows[] = {{"A", "h1", KNOWN_ACCEPTED, true}, {"A", "h2", KNOWN_ACCEPTED, false},
		{"B", "h2", KNOWN_PENDING, true}, {"C\tx", "h3", KNOWN_REJECTED, true},
		{"C", "h3", KNOWN_NOT, false}, {"D", "", KNOWN_DUE, false},
		{"D", "h4", KNOWN_DUE, true}, {"E", "h5", KNOWN_NOT, true},
		{"", "h1", KNOWN_NOT, false}};
	struct known *k = NULL;
	struct err e;

	(void)state;
	assert_int_equal(load(text, sizeof(text) - 1, &k, &e), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool same = !rows[i].same;
		if (known_find(k, str_c(rows[i].key), str_c(rows[i].hash), &same) !=
				rows[i].state ||
			same != rows[i].same)
			fail_msg("row %zu", i);
	}
	known_free(k);
}

/* What was told last counts once it was not refused. */
static void holds(void **state)
{
	static const struct {
		const char *line;
		bool held;
	} rows[] = {
		{"A\taccepted\th\taccepted\n", true},
		{"A\tpending\tadd:h\tpending\n", true},
		{"A\taccepted\tdelete:\taccepted\n", false},
		{"A\tpending\tdelete:\tpending\n", false},
		{"A\trejected\tadd:h\trejected\n", false},
		{"A\trejected\tchange:h\trejected\n", true},
		{"A\trejected\tdelete:\trejected\n", true},
		{"A\theld\tchange:h\theld\n", true},
		{"A\tdue\tadd:h\tdue\n", false},
		{"A\tdue\tadd:h\taccepted\n", true},
		{"A\tdue\tdelete:\tdue\n", true},
		{"A\tdue\t\t\n", false},
		{"B\taccepted\th\taccepted\n", false},
	};
	static const char two[] = "A\tdue\tchange:h\tdue\nB\theld\tdelete:\theld\n";
	struct known *k = NULL;
	struct err e;
	bool same = false;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(load(rows[i].line, strlen(rows[i].line), &k, &e), 0);
		if (known_holds(k, STR("A")) != rows[i].held)
			fail_msg("row %zu", i);
		known_free(k);
	}
	assert_int_equal(load(two, sizeof(two) - 1, &k, &e), 0);
	assert_int_equal(known_find(k, STR("A"), STR("h"), &same), KNOWN_DUE);
	assert_true(same);
	assert_int_equal(known_find(k, STR("B"), STR(KNOWN_GONE), &same), KNOWN_HELD);
	assert_true(same);
	assert_int_equal(known_count(k), 2);
	assert_true(known_at(k, STR("A")) < 2 && known_at(k, STR("A")) != known_at(k, STR("B")));
	assert_int_equal(known_at(k, STR("C")), SIZE_MAX);
	known_free(k);
	assert_false(known_holds(NULL, STR("A")));
}

static void nothing_is_known(void **state)
{
	struct known *k = NULL;
	struct err e;
	bool same = true;

	(void)state;
	assert_int_equal(known_find(NULL, STR("A"), STR("h"), &same), KNOWN_NOT);
	assert_false(same);
	assert_int_equal(load("", 0, &k, &e), 0);
	assert_int_equal(known_find(k, STR("A"), STR("h"), &same), KNOWN_NOT);
	known_free(k);
	known_free(NULL);
}

static void many(void **state)
{
	struct buf b;
	struct known *k = NULL;
	struct err e;
	char key[24];
	char hash[24];

	(void)state;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "K%d\t%s\th%d\n", i, i % 3 ? "accepted" : "pending", i);
	assert_int_equal(load(b.p, b.n, &k, &e), 0);
	for (int i = 0; i < 20000; i++) {
		bool same = false;
		const struct str ks = {key, (size_t)snprintf(key, sizeof(key), "K%d", i)};
		const struct str hs = {hash, (size_t)snprintf(hash, sizeof(hash), "h%d", i)};
		assert_int_equal(
			known_find(k, ks, hs, &same), i % 3 ? KNOWN_ACCEPTED : KNOWN_PENDING);
		assert_true(same);
	}
	known_free(k);
	buf_done(&b);
}

static void refuses_a_cut_extract(void **state)
{
	struct known *k = NULL;
	struct err e;

	(void)state;
	assert_int_equal(load("A\taccepted\th1\nB\tacc", 20, &k, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.text, "catalog state"));
	assert_null(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_states),
		cmocka_unit_test(holds),
		cmocka_unit_test(nothing_is_known),
		cmocka_unit_test(many),
		cmocka_unit_test(refuses_a_cut_extract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
