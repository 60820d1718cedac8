/* The table of reasons: sorted, whole sentences, and complete against the sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "model/codes.h"
#include "stage/reason.h"

/* Capitals in the sources that are no reasons: frames, statements, segments. */
static const char *const others[] = {"ISA", "GS", "ST", "SE", "TA1", "COMMIT", "ROLLBACK", "UTF-8",
	"UTF-16", "HH", "MI", "CCYY"};

static void test_table(void **state)
{
	size_t n = 0;
	const struct reason *all = reason_all(&n);

	(void)state;
	assert_true(n > 40);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			assert_true(strcmp(all[i - 1].code, all[i].code) < 0);
		assert_ptr_equal(reason_find(str_c(all[i].code)), &all[i]);
		assert_true(strlen(all[i].meaning) > 10);
		assert_true(strlen(all[i].owner) > 3);
		assert_true(strlen(all[i].command) > 5);
		assert_true(all[i].meaning[strlen(all[i].meaning) - 1] != '.');
	}
	assert_null(reason_find(STR("NO-SUCH-REASON")));
	assert_null(reason_find(STR("")));
}

static bool is_reason_char(char c, bool first)
{
	return (c >= 'A' && c <= 'Z') || (!first && ((c >= '0' && c <= '9') || c == '-'));
}

/* Words in capitals with a hyphen, and those that are given as a reason to somebody. */
static bool is_meant(struct str text, size_t quote, struct str word)
{
	static const char *const givers[] = {"err_reason(", "settle(", "end_unit(", "put_away(",
		"commit_stopped(", "collect_quarantine(", "ledger_interchange_state(",
		"ledger_interchange_later(", "ledger_received_state(", "wait_for(", "refuse(",
		"reason = ", "? e->reason : ", "->reason : "};
	size_t start = quote;

	if (str_chr(word, '-') != SIZE_MAX)
		return true;
	while (start > 0 && text.p[start - 1] != ';' && text.p[start - 1] != '{' &&
		text.p[start - 1] != '}')
		start--;
	for (size_t i = 0; i < sizeof(givers) / sizeof(givers[0]); i++)
		if (str_find(str_sub(text, start, quote - start), str_c(givers[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

static bool is_known(struct str word)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_is(word, others[i]))
			return true;
	return reason_find(word) || codes_find(word);
}

static size_t scan(const char *file, struct str text)
{
	size_t found = 0;

	for (size_t at = 0; (at = str_find(text, STR("\""), at)) != SIZE_MAX; at++) {
		size_t end = at + 1;
		struct str word;
		while (end < text.n && is_reason_char(text.p[end], end == at + 1))
			end++;
		word = str_sub(text, at + 1, end - at - 1);
		if (end >= text.n || text.p[end] != '"' || word.n < 3 || !is_meant(text, at, word))
			continue;
		found++;
		if (!is_known(word))
			fail_msg("%s: %.*s is in no table: add it to src/stage/reason.c", file,
				(int)word.n, word.p);
	}
	return found;
}

static size_t scan_folder(const char *folder)
{
	struct fsx_list l = {0};
	struct err e = {0};
	const int dir = fsx_dir(folder, &e);
	size_t found = 0;

	assert_true(dir >= 0);
	assert_int_equal(fsx_list(dir, &l, &e), 0);
	for (size_t i = 0; i < l.n; i++) {
		struct buf b;
		int fd = -1;
		if (!str_ends(str_c(l.names[i]), STR(".c")) || strcmp(l.names[i], "reason.c") == 0)
			continue;
		fd = fsx_open(dir, l.names[i], &e);
		assert_true(fd >= 0);
		buf_init(&b, 1 << 20);
		assert_int_equal(fsx_read(fd, &b, &e), 0);
		found += scan(l.names[i], buf_view(&b));
		buf_done(&b);
		fsx_close(fd);
	}
	fsx_list_done(&l);
	fsx_close(dir);
	return found;
}

/* A reason that a stage or a transport gives is explained. */
static void test_complete(void **state)
{
	(void)state;
	assert_true(scan_folder(TEST_TOP "/src/stage") > 20);
	assert_true(scan_folder(TEST_TOP "/src/transport") > 10);
	assert_true(scan_folder(TEST_TOP "/src/format") > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
