/* Arguments of a command; see args.h. */
#include "cli/args.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

enum { OPTIONS_MAX = 64 };

static const char *nearest(struct str name, const struct args_option *options, size_t n)
{
	/* What main takes out itself may be meant too. */
	const char *names[OPTIONS_MAX + 3] = {"help", "json", "quiet"};
	size_t k = 3;

	for (size_t i = 0; i < n && i < OPTIONS_MAX; i++)
		names[k++] = options[i].name;
	return str_suggest(name, names, k);
}

static size_t find(struct str name, const struct args_option *options, size_t n)
{
	size_t i = 0;

	while (i < n && !str_is(name, options[i].name))
		i++;
	return i;
}

/* One option at argv[*at]; moves on behind its value. */
static int take_option(int argc, char **argv, int *at, const struct args_option *options, size_t n,
	bool *given, struct err *e)
{
	const char *text = argv[*at] + 2;
	const char *equals = strchr(text, '=');
	const struct str name = {text, equals ? (size_t)(equals - text) : strlen(text)};
	const size_t i = find(name, options, n);
	const char *near = NULL;

	if (i == n && equals &&
		(str_is(name, "json") || str_is(name, "quiet") || str_is(name, "help")))
		return err_set(e, ERR_USAGE, "option --" STR_FMT " takes no value", STR_ARG(name));
	if (i == n) {
		near = nearest(name, options, n);
		return err_set(e, ERR_USAGE, "unknown option --" STR_FMT "%s%s%s", STR_ARG(name),
			near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
	}
	if (given[i])
		return err_set(e, ERR_USAGE, "option --%s is given twice", options[i].name);
	given[i] = true;
	++*at;
	if (options[i].flag && equals)
		return err_set(e, ERR_USAGE, "option --%s takes no value", options[i].name);
	if (options[i].flag) {
		*options[i].flag = true;
		return 0;
	}
	if (equals) {
		*options[i].value = equals + 1;
		return 0;
	}
	if (*at >= argc || strncmp(argv[*at], "--", 2) == 0)
		return err_set(e, ERR_USAGE, "option --%s needs a value", options[i].name);
	*options[i].value = argv[(*at)++];
	return 0;
}

static int check_count(
	const struct args *a, size_t min, size_t max, const char *what, struct err *e)
{
	if (a->n < min)
		return err_set(e, ERR_USAGE, "%s is missing", what);
	if (a->n > max && max == 0)
		return err_set(
			e, ERR_USAGE, "'%s' is not expected: no argument is taken", a->rest[0]);
	if (a->n > max)
		return err_set(e, ERR_USAGE, "'%s' is not expected behind %s", a->rest[max], what);
	return 0;
}

int args_parse(int argc, char **argv, const struct args_option *options, size_t noptions,
	size_t min, size_t max, const char *what, struct args *out, struct err *e)
{
	bool given[OPTIONS_MAX] = {false};
	struct args a = {.rest = argv + 1, .n = 0};
	bool plain = false;
	int at = 1;

	BUG_IF(noptions > OPTIONS_MAX);
	while (at < argc) {
		char *s = argv[at];
		if (!plain && strcmp(s, "--") == 0) {
			plain = true;
			at++;
		} else if (!plain && strncmp(s, "--", 2) == 0) {
			if (take_option(argc, argv, &at, options, noptions, given, e) == -1)
				return -1;
		} else if (!plain && s[0] == '-' && s[1] != '\0') {
			return err_set(e, ERR_USAGE,
				"unknown option %s; options are written out, as --env", s);
		} else {
			a.rest[a.n++] = s;
			at++;
		}
	}
	if (check_count(&a, min, max, what, e) == -1)
		return -1;
	if (argc > 0)
		a.rest[a.n] = NULL;
	*out = a;
	return 0;
}

bool args_take(int *argc, char **argv, const char *flag)
{
	bool found = false;
	bool plain = false;
	int kept = 0;

	for (int i = 0; i < *argc; i++) {
		plain = plain || (i > 0 && strcmp(argv[i], "--") == 0);
		if (i > 0 && !plain && strcmp(argv[i], flag) == 0)
			found = true;
		else
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	*argc = kept;
	return found;
}

/* The value of option name at argv[*at], behind which *at moves; NULL when it is something else. */
static int value_of(
	int argc, char **argv, int *at, const char *name, const char **value, struct err *e)
{
	const size_t n = strlen(name);
	const char *s = argv[*at];

	*value = NULL;
	if (strncmp(s, "--", 2) != 0 || strncmp(s + 2, name, n) != 0 ||
		(s[n + 2] != '\0' && s[n + 2] != '='))
		return 0;
	if (s[n + 2] == '=')
		*value = s + n + 3;
	else if (*at + 1 < argc)
		*value = argv[++*at];
	return *value ? 0 : err_set(e, ERR_USAGE, "option --%s needs a value", name);
}

int args_each(int *argc, char **argv, const char *name,
	int (*each)(void *ctx, const char *value, struct err *e), void *ctx, struct err *e)
{
	bool plain = false;
	int kept = 0;

	for (int i = 0; i < *argc; i++) {
		const char *value = NULL;
		plain = plain || (i > 0 && strcmp(argv[i], "--") == 0);
		if (i > 0 && !plain && value_of(*argc, argv, &i, name, &value, e) == -1)
			return -1;
		if (!value)
			argv[kept++] = argv[i];
		else if (each(ctx, value, e) == -1)
			return -1;
	}
	argv[kept] = NULL;
	*argc = kept;
	return 0;
}

int args_env(const char *given, const char **path, struct err *e)
{
	if (given) {
		if (given[0] == '\0')
			return err_set(e, ERR_USAGE, "--env needs a folder");
		*path = given;
		return 0;
	}
	if (access("environment.xml", F_OK) == -1)
		return err_set(e, ERR_USAGE,
			"which environment? give --env DIR, or change into its folder "
			"(the current one has no environment.xml)");
	*path = ".";
	return 0;
}
