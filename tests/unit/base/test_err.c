/* Errors: texts, wrapping, codes, what errno becomes. */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void sets_and_wraps(void **state)
{
	struct err e;
	(void)state;

	assert_int_equal(err_set(&e, ERR_INPUT, "line %d: %s", 7, "odd"), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_string_equal(e.text, "line 7: odd");
	assert_string_equal(e.reason, "");
	assert_int_equal(err_wrap(&e, "file %s", "a.csv"), -1);
	assert_int_equal(err_wrap(&e, "partner %s", "ACME"), -1);
	assert_string_equal(e.text, "partner ACME: file a.csv: line 7: odd");
	assert_int_equal(e.code, ERR_INPUT);
	assert_int_equal(err_reason(&e, "HOST-KEY-CHANGED"), -1);
	assert_int_equal(err_wrap(&e, "x"), -1);
	assert_string_equal(e.reason, "HOST-KEY-CHANGED");
	assert_int_equal(err_set(&e, ERR_NET, "%s again", e.text), -1);
	assert_string_equal(e.text, "x: partner ACME: file a.csv: line 7: odd again");
	assert_string_equal(e.reason, "");
	err_clear(&e);
	assert_int_equal(e.code, ERR_NONE);
	assert_string_equal(e.text, "");
}

static void too_long(void **state)
{
	char big[2 * ERR_TEXT_MAX];
	struct err e;
	(void)state;

	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	(void)err_set(&e, ERR_INPUT, "%s", big);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	(void)err_wrap(&e, "outer");
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	assert_memory_equal(e.text, "outer: xxx", 10);
	(void)err_wrap(&e, "%s", big);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	errno = EACCES;
	(void)err_errno(&e, ERR_IO, "%s", big);
	assert_int_equal(errno, EACCES);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	(void)err_reason(&e, big);
	assert_int_equal(strlen(e.reason), sizeof(e.reason) - 1);
	/* Every length around the end, so that the separator is cut at each place. */
	for (size_t n = ERR_TEXT_MAX - 8; n <= ERR_TEXT_MAX + 2; n++) {
		(void)err_set(&e, ERR_INPUT, "inner");
		(void)err_wrap(&e, "%.*s", (int)n, big);
		assert_true(strlen(e.text) < ERR_TEXT_MAX);
	}
}

static void from_errno(void **state)
{
	static const struct {
		int no;
		enum err_code code;
		enum err_code want;
	} rows[] = {
		{ENOSPC, ERR_IO, ERR_FULL},
		{EDQUOT, ERR_IO, ERR_FULL},
		{EEXIST, ERR_IO, ERR_EXISTS},
		{ENOENT, ERR_IO, ERR_ABSENT},
		{EACCES, ERR_IO, ERR_IO},
		{ENOENT, ERR_CONFIG, ERR_CONFIG},
		{ECONNREFUSED, ERR_NET, ERR_NET},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e;
		errno = rows[i].no;
		assert_int_equal(err_errno(&e, rows[i].code, "open %s", "f"), -1);
		assert_int_equal(e.code, rows[i].want);
		assert_memory_equal(e.text, "open f: ", 8);
		assert_string_equal(e.text + 8, strerror(rows[i].no));
	}
}

static void every_code_has_its_row(void **state)
{
	static const int statuses[] = {0, 1, 64, 65, 69, 71, 74, 75, 78};
	(void)state;

	for (int c = 0; c < ERR_CODES; c++) {
		const struct err e = {.code = (enum err_code)c};
		bool known = false;
		for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
			known = known || err_exit(&e) == statuses[i];
		assert_true(known);
		assert_int_equal(err_exit(&e) == 0, c == ERR_NONE);
	}
}

static void retry(void **state)
{
	static const struct {
		enum err_code code;
		bool retry;
		int status;
	} rows[] = {
		{ERR_NET, true, 69},
		{ERR_BUSY, true, 75},
		{ERR_FULL, true, 74},
		{ERR_INPUT, false, 65},
		{ERR_CONFIG, false, 78},
		{ERR_AUTH, false, 69},
		{ERR_DOUBT, true, 1},
		{ERR_CORRUPT, false, 74},
		{ERR_USAGE, false, 64},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct err e = {.code = rows[i].code};
		assert_int_equal(err_retry(&e), rows[i].retry);
		assert_int_equal(err_exit(&e), rows[i].status);
	}
}

static void bug_aborts(void **state)
{
	int status = 0;
	pid_t pid = 0;
	(void)state;

	BUG_IF(1 > 2);
	pid = fork();
	if (pid == 0) {
		const struct rlimit none = {0, 0};
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		BUG_IF(2 > 1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void no_memory_ends_the_program(void **state)
{
	struct err e;
	int status = 0;
	pid_t pid = -1;

	(void)state;
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		errno = ENOMEM;
		(void)err_errno(&e, ERR_IO, "list a folder");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 71);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_and_wraps),
		cmocka_unit_test(too_long),
		cmocka_unit_test(from_errno),
		cmocka_unit_test(every_code_has_its_row),
		cmocka_unit_test(retry),
		cmocka_unit_test(bug_aborts),
		cmocka_unit_test(no_memory_ends_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
