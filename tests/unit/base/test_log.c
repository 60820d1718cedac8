/* Log lines: order of keys, quoting, levels, lines that are lost. */
#include "base/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WHEN "2026-11-23T02:00:00Z "

static struct clock still;
static struct log l;
static int ends[2];
static char text[32 << 10];

static int begin(void **state)
{
	(void)state;
	still = clock_fixed(1795399200);
	log_init(&l, &still);
	if (pipe(ends) != 0)
		return -1;
	l.fd = ends[1];
	return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

static int end(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* What has been written since the last call. */
static const char *written(void)
{
	const ssize_t n = read(ends[0], text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void order_of_keys(void **state)
{
	(void)state;
	log_event(&l, LOG_INFO, "started", NULL);
	assert_string_equal(written(), WHEN "info started\n");
	(void)snprintf(l.run, sizeof(l.run), "R1");
	log_event(&l, LOG_WARN, "sent", "partner", STR("ACME"), "item", STR("I-7"), "n", STR("3"),
		NULL);
	assert_string_equal(written(), WHEN "warn sent run=R1 item=I-7 partner=ACME n=3\n");
	log_event(&l, LOG_ERROR, "failed", "why", STR("x"), NULL);
	assert_string_equal(written(), WHEN "error failed run=R1 why=x\n");
	assert_int_equal(l.lost, 0);
}

static void values(void **state)
{
	static const struct {
		struct str value;
		const char *want;
	} rows[] = {
		{STR_INIT(""), "\"\""},
		{{NULL, 0}, "\"\""},
		{STR_INIT("a.b_c:/d@e+f-9"), "a.b_c:/d@e+f-9"},
		{STR_INIT("two words"), "\"two words\""},
		{STR_INIT("a=b"), "\"a=b\""},
		{STR_INIT("say \"hi\""), "\"say \\\"hi\\\"\""},
		{STR_INIT("back\\slash"), "\"back\\\\slash\""},
		{STR_INIT("x\nrun=fake"), "\"x\\x0Arun=fake\""},
		{STR_INIT("\\x0A"), "\"\\\\x0A\""},
		{STR_INIT("\xc3\xbc"), "\"\xc3\xbc\""},
		{STR_INIT("\xff\xe2\x80\xae"), "\"\\xFF\\u{202E}\""},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char want[200];
		(void)snprintf(want, sizeof(want), WHEN "info e k=%s\n", rows[i].want);
		log_event(&l, LOG_INFO, "e", "k", rows[i].value, NULL);
		assert_string_equal(written(), want);
	}
}

static void long_values(void **state)
{
	static char big[100000];
	const struct str s = {big, sizeof(big)};
	const char *line = NULL;
	(void)state;

	memset(big, 'x', sizeof(big));
	log_event(&l, LOG_INFO, "e", "k", s, "end", STR("1"), NULL);
	line = written();
	assert_int_equal(strlen(line), strlen(WHEN "info e k=\"\" end=1\n") + 1000);
	assert_non_null(strstr(line, "xxx...\" end=1\n"));
	memset(big, '"', sizeof(big));
	log_event(&l, LOG_INFO, "e", "a", s, "b", s, "c", s, "d", s, "e", s, "f", s, "g", s, "h", s,
		"i", s, "j", s, "k", s, "l", s, "m", s, "n", s, "o", s, "p", s, "q", s, "r", s,
		NULL);
	line = written();
	assert_int_equal(strlen(line), 16 << 10);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void levels(void **state)
{
	(void)state;
	log_event(&l, LOG_DEBUG, "e", NULL);
	assert_string_equal(written(), "");
	l.level = LOG_DEBUG;
	log_event(&l, LOG_DEBUG, "e", NULL);
	assert_string_equal(written(), WHEN "debug e\n");
	l.level = LOG_ERROR;
	log_event(&l, LOG_WARN, "e", NULL);
	assert_string_equal(written(), "");
}

static void lost_lines(void **state)
{
	const int closed = dup(ends[0]); /* not open for writing */
	(void)state;

	l.fd = closed;
	log_event(&l, LOG_INFO, "e", NULL);
	log_event(&l, LOG_DEBUG, "e", NULL);
	assert_int_equal(l.lost, 1);
	close(closed);
	log_event(&l, LOG_INFO, "e", NULL);
	assert_int_equal(l.lost, 2);
	l.fd = -1;
	log_event(&l, LOG_INFO, "e", NULL);
	assert_int_equal(l.lost, 2);
	l.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (l.fd != -1) {
		log_event(&l, LOG_INFO, "e", NULL);
		assert_int_equal(l.lost, 3);
		close(l.fd);
	}
}

/* Errors and warnings reach standard error too, also without a file. */
static void echo(void **state)
{
	const int old = dup(STDERR_FILENO);
	(void)state;

	l.fd = -1;
	l.echo = true;
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	log_event(&l, LOG_ERROR, "a", NULL);
	log_event(&l, LOG_WARN, "b", NULL);
	log_event(&l, LOG_INFO, "c", NULL);
	(void)dup2(old, STDERR_FILENO);
	close(old);
	assert_string_equal(written(), WHEN "error a\n" WHEN "warn b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(order_of_keys, begin, end),
		cmocka_unit_test_setup_teardown(values, begin, end),
		cmocka_unit_test_setup_teardown(long_values, begin, end),
		cmocka_unit_test_setup_teardown(levels, begin, end),
		cmocka_unit_test_setup_teardown(lost_lines, begin, end),
		cmocka_unit_test_setup_teardown(echo, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
