/* Findings: copied, completed from the table of codes, counted, and written for both readers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "model/diag.h"

static void completes_and_copies(void **state)
{
	struct arena a;
	struct diag d;
	char found[] = "abc";
	struct finding f = {.code = STR("VALUE-NOT-NUMBER"), .found = str_c(found), .line = 3};

	(void)state;
	arena_init(&a);
	diag_init(&d, &a);
	diag_add(&d, &f);
	found[0] = 'X';
	assert_int_equal(d.n, 1);
	assert_int_equal(d.errors, 1);
	assert_int_equal(d.first->severity, SEV_ERROR);
	assert_true(str_is(d.first->found, "abc"));
	assert_true(str_is(d.first->rule, codes_find(f.code)->meaning));
	assert_true(str_is(d.first->remedy, codes_find(f.code)->remedy));
	assert_int_equal(d.first->line, 3);

	f.rule = STR("own rule");
	f.severity = SEV_WARNING;
	diag_add(&d, &f);
	assert_true(str_is(d.last->rule, "own rule"));
	assert_int_equal(d.last->severity, SEV_WARNING);
	assert_ptr_equal(d.first->next, d.last);
	assert_int_equal(d.errors, 1);

	f = (struct finding){.code = STR("PRICE-POSITIVE"), .severity = SEV_FATAL};
	diag_add(&d, &f);
	assert_int_equal(d.last->rule.n, 0);
	assert_int_equal(d.n, 3);
	assert_int_equal(d.errors, 2);
	diag_clear(&d);
	assert_int_equal(d.n, 0);
	assert_int_equal(d.errors, 0);
	assert_null(d.first);
	assert_null(d.last);
	assert_ptr_equal(d.arena, &a);
	arena_done(&a);
}

static void counts_what_it_does_not_keep(void **state)
{
	const struct finding f = {.code = STR("KEY-MISSING")};
	struct arena a;
	struct diag d;
	size_t kept = 0;

	(void)state;
	arena_init(&a);
	diag_init(&d, &a);
	for (int i = 0; i < LIMIT_FINDINGS + 50; i++)
		diag_add(&d, &f);
	for (const struct finding *x = d.first; x; x = x->next)
		kept++;
	assert_int_equal(kept, LIMIT_FINDINGS);
	assert_int_equal(d.n, LIMIT_FINDINGS + 50);
	assert_int_equal(d.errors, LIMIT_FINDINGS + 50);
	arena_done(&a);
}

static void many_others_hide_no_error(void **state)
{
	const struct finding warning = {.code = STR("JOIN-KEY-EMPTY")};
	const struct finding error = {.code = STR("CSV-QUOTE")};
	struct arena a;
	struct diag d;

	(void)state;
	arena_init(&a);
	diag_init(&d, &a);
	for (int i = 0; i < LIMIT_FINDINGS + 50; i++)
		diag_add(&d, &warning);
	diag_add(&d, &error);
	assert_true(str_eq(diag_first_error(&d)->code, error.code));
	arena_done(&a);
}

static void is_written(const struct finding *f, const char *line, const char *json)
{
	struct buf b;
	struct json j;

	buf_init(&b, 10000);
	diag_line(&b, f);
	assert_string_equal(buf_cstr(&b), line);
	buf_clear(&b);
	json_init(&j, &b, false);
	diag_json(&j, f);
	assert_string_equal(buf_cstr(&b), json);
	buf_done(&b);
}

static void written(void **state)
{
	const struct {
		struct finding f;
		const char *line;
		const char *json;
	} rows[] = {
		{
			{.code = STR("C-X"),
				.severity = SEV_ERROR,
				.file = STR("p.csv"),
				.line = 12,
				.column = 4,
				.item = STR("4711"),
				.field = STR("price"),
				.found = STR("a\"b"),
				.expected = STR("a number"),
				.rule = STR("no number"),
				.remedy = STR("correct it"),
				.offset = 99},
			"p.csv:12:4: C-X: no number (item 4711, field price); found \"a\"b\", "
			"expected a number; correct it",
			"{\"code\":\"C-X\",\"severity\":\"error\",\"file\":\"p.csv\",\"item\":\"4711\","
			"\"field\":\"price\",\"offset\":99,\"line\":12,\"column\":4,\"found\":\"a\\\"b\","
			"\"expected\":\"a number\",\"rule\":\"no number\",\"remedy\":\"correct it\"}",
		},
		{
			{.code = STR("X12-ELEMENT-LONG"),
				.severity = SEV_WARNING,
				.file = STR("a.x12"),
				.segment = STR("PID"),
				.segment_at = 45,
				.element = 5,
				.component = 2,
				.repetition = 3,
				.offset = 1234,
				.rule = STR("too long"),
				.expected = STR("<= 80")},
			"a.x12: X12-ELEMENT-LONG: too long (segment PID, at 45, element 5, component 2, "
			"repetition 3, byte 1234); expected <= 80",
			"{\"code\":\"X12-ELEMENT-LONG\",\"severity\":\"warning\",\"file\":\"a.x12\","
			"\"segment\":\"PID\",\"segment_at\":45,\"element\":5,\"component\":2,"
			"\"repetition\":3,\"offset\":1234,\"expected\":\"<= 80\",\"rule\":\"too long\"}",
		},
		{
			{.code = STR("M-1"), .severity = SEV_NOTE},
			"M-1",
			"{\"code\":\"M-1\",\"severity\":\"note\"}",
		},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_written(&rows[i].f, rows[i].line, rows[i].json);
}

/* What a partner wrote cannot move the cursor or add a line of its own. */
static void foreign_text_is_tamed(void **state)
{
	const struct finding f = {
		.code = STR("A-B"), .file = STR("x\ny"), .found = STR("\x1b[2J\n\xff")};
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	diag_line(&b, &f);
	for (size_t i = 0; i < b.n; i++)
		assert_true((unsigned char)b.p[i] >= 0x20 && (unsigned char)b.p[i] < 0x7f);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(completes_and_copies),
		cmocka_unit_test(counts_what_it_does_not_keep),
		cmocka_unit_test(many_others_hide_no_error),
		cmocka_unit_test(written),
		cmocka_unit_test(foreign_text_is_tamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
