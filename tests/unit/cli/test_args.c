/* Arguments: options in every form, what is refused and how, the flags main takes out. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "cli/args.h"

enum { ARGS_MAX = 10 };

/* Copies words into argv as main gets it; the number of them. */
static int copy(const char *const *words, char *argv[ARGS_MAX + 1], char store[ARGS_MAX][64])
{
	int n = 0;

	for (; words[n]; n++) {
		assert_true(n < ARGS_MAX && strlen(words[n]) < 64);
		memcpy(store[n], words[n], strlen(words[n]) + 1);
		argv[n] = store[n];
	}
	argv[n] = NULL;
	return n;
}

static const struct {
	const char *const words[ARGS_MAX];
	const char *env;
	bool all;
	const char *rest; /* joined by blanks */
	const char *error;
} rows[] = {
	{{"show", "12"}, NULL, false, "12", NULL},
	{{"show", "--env", "dev", "12"}, "dev", false, "12", NULL},
	{{"show", "--env=dev", "--all", "12", "13"}, "dev", true, "12 13", NULL},
	{{"show", "12", "--all"}, NULL, true, "12", NULL},
	{{"show", "--env=", "12"}, "", false, "12", NULL},
	{{"show", "--", "--all"}, NULL, false, "--all", NULL},
	{{"show", "-"}, NULL, false, "-", NULL},
	{{"show"}, NULL, false, "", "ID is missing"},
	{{"show", "1", "2", "3"}, NULL, false, "", "'3' is not expected behind ID"},
	{{"show", "--evn", "x", "1"}, NULL, false, "", "unknown option --evn; did you mean --env?"},
	{{"show", "--al=x", "1"}, NULL, false, "", "unknown option --al; did you mean --all?"},
	{{"show", "--xyzzy", "1"}, NULL, false, "", "unknown option --xyzzy"},
	{{"show", "-e", "1"}, NULL, false, "",
		"unknown option -e; options are written out, as --env"},
	{{"show", "--env"}, NULL, false, "", "option --env needs a value"},
	{{"show", "--env", "--all"}, NULL, false, "", "option --env needs a value"},
	{{"show", "--all=yes", "1"}, NULL, false, "", "option --all takes no value"},
	{{"show", "--all", "--all", "1"}, NULL, false, "", "option --all is given twice"},
};

static void parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char store[ARGS_MAX][64];
		char *argv[ARGS_MAX + 1];
		const char *env = NULL;
		bool all = false;
		const struct args_option options[] = {
			{.name = "env", .value = &env}, {.name = "all", .flag = &all}};
		struct args a = {NULL, 0};
		struct err e;
		char joined[200] = "";
		const int argc = copy(rows[i].words, argv, store);
		const int rc = args_parse(argc, argv, options, 2, 1, 2, "ID", &a, &e);

		assert_int_equal(rc, rows[i].error ? -1 : 0);
		if (rows[i].error) {
			assert_string_equal(e.text, rows[i].error);
			assert_int_equal(e.code, ERR_USAGE);
			continue;
		}
		for (size_t k = 0; k < a.n; k++) {
			const size_t used = strlen(joined);
			(void)snprintf(joined + used, sizeof(joined) - used, "%s%s",
				k > 0 ? " " : "", a.rest[k]);
		}
		assert_string_equal(joined, rows[i].rest);
		assert_null(a.rest[a.n]);
		assert_int_equal(all, rows[i].all);
		if (rows[i].env)
			assert_string_equal(env, rows[i].env);
		else
			assert_null(env);
	}
}

static void takes_flags_out(void **state)
{
	static const char *const words[] = {
		"show", "--json", "12", "--env", "x", "--json", "--", "--json", NULL};
	char store[ARGS_MAX][64];
	char *argv[ARGS_MAX + 1];
	int argc = copy(words, argv, store);

	(void)state;
	assert_true(args_take(&argc, argv, "--json"));
	assert_int_equal(argc, 6);
	assert_string_equal(argv[1], "12");
	assert_string_equal(argv[5], "--json");
	assert_null(argv[6]);
	assert_false(args_take(&argc, argv, "--quiet"));
	assert_int_equal(argc, 6);
}

static void finds_the_environment(void **state)
{
	const char *path = NULL;
	struct err e;
	int fd = -1;

	(void)state;
	(void)unlink("environment.xml");
	assert_int_equal(args_env("dev", &path, &e), 0);
	assert_string_equal(path, "dev");
	assert_int_equal(args_env("", &path, &e), -1);
	assert_string_equal(e.text, "--env needs a folder");
	assert_int_equal(args_env(NULL, &path, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	fd = open("environment.xml", O_WRONLY | O_CREAT, 0600);
	assert_true(fd != -1);
	(void)close(fd);
	assert_int_equal(args_env(NULL, &path, &e), 0);
	assert_string_equal(path, ".");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(takes_flags_out),
		cmocka_unit_test(finds_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
