/* What a converter worker may tell, and what is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "stage/convert_answer.h"

static struct frame f;

static void counts_reconcile(void **state)
{
	enum { N = 12 };
	static const struct {
		int64_t n
			[N]; /* items out unselected aside unchanged waiting orphans sets isa gs noted left */
		size_t told;
		bool good;
	} rows[] = {
		{{10, 5, 2, 1, 1, 1, 4, 1, 17, 18}, N, true},
		{{10, 5, 2, 1, 1, 1, 4, 1, 17, 18, 5}, N, true},
		{{10, 5, 2, 1, 1, 1, 4, 1, 17, 18, 6}, N, false},
		{{10, 5, 2, 1, 1, 1, 4, 1, 17, 18, 5, 1}, N, true},
		{{10, 5, 2, 1, 1, 1, 4, 1, 17, 18, 5, 2}, N, false}, /* more left than wait */
		{{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}, N, false},    /* left, and nothing is full */
		{{10, 5, 2, 1, 1, 1, 4, 1, 17, 18, -1}, N, false},
		{{0}, N, true},
		{{10, 5, 2, 1, 1, 2, 4, 1, 17, 18}, N, false},
		{{10, 5, 2, 1, 1, 1, 4, 1, 17, 18}, N - 1, false},
		{{10, 5, 2, 1, 1, 1, 4, 1, 17, 18}, N + 1, false},
		{{0, -1, 1}, N, false},
		{{0, INT64_MAX, INT64_MAX, 2}, N, false}, /* sums that would run over */
		{{INT64_MIN, INT64_MIN}, N, false},
		{{0, 0, 0, 0, 0, 0, -1}, N, false},
		{{1, 1, 0, 0, 0, 0, 0, 1, -17, 18}, N, false},
		{{1, 1, 0, 0, 0, 0, 0, 1, 17, 1000000001}, N, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct convert_done d = {.isa = -7};
		struct err e;
		frame_start(&f, FRAME_DONE);
		for (size_t k = 0; k < rows[i].told; k++)
			frame_int(&f, k < N ? rows[i].n[k] : 0);
		if (convert_answer_done(&f, &d, &e) != (rows[i].good ? 0 : -1))
			fail_msg("row %zu", i);
		if (rows[i].good)
			assert_true(d.counts.items == rows[i].n[0] && d.sets == rows[i].n[7] &&
				d.isa == rows[i].n[8] && d.gs == rows[i].n[9] &&
				d.counts.orphans == rows[i].n[6]);
		else
			assert_true(e.code == ERR_INPUT && d.isa == -7);
	}
}

static void progress_is_a_part_of_the_whole(void **state)
{
	static const struct {
		int64_t n[3];
		int percent;
	} rows[] = {{{5, 50, 200}, 25}, {{0, 0, 1}, 0}, {{9, 3, 3}, 100},
		{{1, INT64_MAX, INT64_MAX}, 100}, {{1, INT64_MAX / 2, INT64_MAX}, 50},
		{{1, 4, 3}, -1}, {{1, 0, 0}, -1}, {{-1, 1, 2}, -1}, {{1, -1, 2}, -1},
		{{1, INT64_MIN, -1}, -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t items = 0;
		frame_start(&f, FRAME_PROGRESS);
		for (size_t k = 0; k < 3; k++)
			frame_int(&f, rows[i].n[k]);
		if (convert_answer_percent(&f, &items) != rows[i].percent)
			fail_msg("row %zu", i);
		assert_true(items == (rows[i].percent < 0 ? 0 : rows[i].n[0]));
	}
}

/* What is said of input, map and disk is heard; what a converter cannot know is told apart. */
static void a_fault_is_what_the_worker_says(void **state)
{
	static const struct {
		int64_t told;
		const char *reason;
		enum err_code code;
		const char *kept;
	} rows[] = {{ERR_LIMIT, "REFERENCE-DAMAGED", ERR_LIMIT, "REFERENCE-DAMAGED"},
		{ERR_CONFIG, "NOT-IN-THE-TABLE", ERR_CONFIG, ""}, {ERR_FULL, "", ERR_FULL, ""},
		{ERR_STOP, "", ERR_NET, ""}, {ERR_BUSY, "", ERR_NET, ""}, {0, "", ERR_NET, ""},
		{ERR_CODES, "", ERR_NET, ""}, {-1, "", ERR_NET, ""}};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		frame_start(&f, FRAME_FAIL);
		frame_int(&f, rows[i].told);
		frame_str(&f, str_c(rows[i].reason));
		frame_str(&f, STR("line 3: %s"));
		convert_answer_fail(&f, &e);
		assert_int_equal(e.code, rows[i].code);
		assert_string_equal(e.text, "line 3: %s");
		assert_string_equal(e.reason, rows[i].kept);
	}
	frame_start(&f, FRAME_FAIL); /* it is never told without words */
	frame_int(&f, ERR_LIMIT);
	convert_answer_fail(&f, &e);
	assert_int_equal(e.code, ERR_NET);
	assert_int_not_equal(strlen(e.text), 0);
}

static void lines_of_results(void **state)
{
	static const struct {
		const char *line;
		char kind; /* '\0' refused */
	} rows[] = {
		{"O\t0001\thash\tkey%09x", 'O'},
		{"S\t0001\t12", 'S'},
		{"A\tREQUIRED\tfile\tkey\tsentence", 'A'},
		{"R\tORPHAN\t\t\t", 'R'},
		{"", '\0'},
		{"O", '\0'},
		{"O\t0001", '\0'},
		{"O\t0001\t\tkey", '\0'},
		{"O\t\thash\tkey", '\0'},
		{"O\t0001\thash\tkey\tmore", '\0'},
		{"OO\t0001\thash\tkey", '\0'},
		{"S\t0001\t", '\0'},
		{"S\t0001\t-1", '\0'},
		{"S\t0001\t99999999999", '\0'},
		{"S\t\t1", '\0'},
		{"S\t0001\t1\tx", '\0'},
		{"A\t\tfile\tkey\tsentence", '\0'},
		{"R\tORPHAN\tfile\tkey\tsentence\tmore", '\0'},
		{"X\t1", '\0'},
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct convert_result r = {.kind = '\0'};
		struct err e;
		const int rc = convert_answer_result(str_c(rows[i].line), &a, &r, &e);
		if (rc != (rows[i].kind ? 0 : -1) || r.kind != rows[i].kind)
			fail_msg("'%s': %d", rows[i].line, rc);
		assert_true(rc == 0 || e.code == ERR_INPUT);
		if (r.kind == 'O')
			assert_string_equal(r.key.p, "key\tx");
		if (r.kind == 'S')
			assert_true(r.items == 12);
		if (r.kind == 'A')
			assert_string_equal(r.sentence.p, "sentence");
	}
	arena_done(&a);
}

/* More rows without an item than findings are kept of: the named ones are as many as are kept. */
static void many_rows_without_an_item(void **state)
{
	static const struct {
		int64_t told, lines;
		bool good;
	} rows[] = {{3, 3, true}, {3, 2, false}, {LIMIT_FINDINGS + 5, LIMIT_FINDINGS, true},
		{LIMIT_FINDINGS + 5, LIMIT_FINDINGS + 5, true},
		{LIMIT_FINDINGS + 5, LIMIT_FINDINGS - 1, false},
		{LIMIT_FINDINGS + 5, LIMIT_FINDINGS + 6, false},
		{3 * LIMIT_FINDINGS, 2 * LIMIT_FINDINGS + 1, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct convert_done told = {.counts = {.orphans = rows[i].told}};
		struct err e;
		const int fd = fsx_scratch(&e);
		for (int64_t k = 0; k < rows[i].lines; k++)
			assert_int_equal(fsx_write_all(fd, "R\tORPHAN\tf\tk\ts\n", 15, &e), 0);
		if (convert_answer_check(fd, &told, &e) != (rows[i].good ? 0 : -1))
			fail_msg("row %zu", i);
		fsx_close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_reconcile),
		cmocka_unit_test(progress_is_a_part_of_the_whole),
		cmocka_unit_test(a_fault_is_what_the_worker_says),
		cmocka_unit_test(lines_of_results),
		cmocka_unit_test(many_rows_without_an_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
