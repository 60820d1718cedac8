/*
 * Arguments of a command: long options --name VALUE or --name=VALUE, flags --name, "--" before
 * what only looks like an option, everything else in its order. Unknown options are refused with
 * the nearest known one.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* One option: either value or flag is set. An option given twice is refused. */
struct args_option {
	const char *name;   /* without "--" */
	const char **value; /* gets what stands behind it; left alone when not given */
	bool *flag;	    /* becomes true */
};

struct args {
	char **rest; /* positional arguments, borrowed; ended by NULL */
	size_t n;
};

/* argv[0] is the command's name. Reorders argv. At least min and at most max positional arguments,
 * which what names in messages ("ID", "FILE..."). */
int args_parse(int argc, char **argv, const struct args_option *options, size_t noptions,
	size_t min, size_t max, const char *what, struct args *out, struct err *e) ATTR_CHECK;

/* Takes every --NAME VALUE and --NAME=VALUE out of argv, for options that may come more than once;
 * each is called with the values in their order and may refuse one. */
int args_each(int *argc, char **argv, const char *name,
	int (*each)(void *ctx, const char *value, struct err *e), void *ctx, struct err *e)
	ATTR_CHECK;

/* Takes the flag out of argv wherever it stands before "--"; true when it was there. */
bool args_take(int *argc, char **argv, const char *flag);

/* The environment's folder: given, or the current one when it has an environment.xml, or -1 with
 * ERR_USAGE. */
int args_env(const char *given, const char **path, struct err *e) ATTR_CHECK;

#endif
