/* Start of the program: libraries, then the command. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/command.h"
#include "model/xml.h"
#include "secure/lib.h"
#include "secure/sandbox.h"
#include "store/db.h"

static void print_help(void)
{
	(void)printf(
		"gridspool " COMMAND_VERSION ": the nightly file transfer and EDI converter\n\n"
		"usage: gridspool COMMAND [OPTION...] [ARGUMENT...]\n\n");
	for (const struct command_ops *const *c = command_all(); *c; c++)
		(void)printf("  %-10s  %s\n", (*c)->name, (*c)->summary);
	(void)printf(
		"\nEvery command takes --help (-h). An environment is named with --env DIR; without it the\n"
		"current folder is meant.\n");
}

static void print_command_help(const struct command_ops *c)
{
	(void)fputs(c->usage, stdout);
	if (c->json)
		(void)fputs("\nWith --json the answer is JSON.\n", stdout);
}

/* group: the command below which name was looked for, or NULL */
static int unknown(const struct command_ops *group, const char *name)
{
	const char *near = command_near(group ? group->below : command_all(), name);
	const char *of = group ? group->name : "";
	const char *blank = group ? " " : "";

	(void)fprintf(stderr, "gridspool%s%s: unknown command '%s'%s%s%s", blank, of, name,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?\n" : "");
	if (!near)
		(void)fprintf(stderr, " (see gridspool %s%shelp)\n", of, group ? " --" : "");
	return 64;
}

static int help(int argc, char **argv)
{
	const struct command_ops *c = NULL;

	if (argc < 2) {
		print_help();
		return 0;
	}
	c = command_find(command_all(), argv[1]);
	if (!c)
		return unknown(NULL, argv[1]);
	if (c->below && argc > 2) {
		const struct command_ops *group = c;
		c = command_find(group->below, argv[2]);
		if (!c)
			return unknown(group, argv[2]);
	}
	print_command_help(c);
	return 0;
}

/* name: as people call it, "map test" */
static int run_command(const struct command_ops *c, const char *name, int argc, char **argv)
{
	struct cli cli = {
		.clock = clock_system(), .command = name, .tty = isatty(STDERR_FILENO) == 1};
	struct err e;

	if (args_take(&argc, argv, "--help") || args_take(&argc, argv, "-h")) {
		print_command_help(c);
		return 0;
	}
	cli.quiet = args_take(&argc, argv, "--quiet");
	cli.json = args_take(&argc, argv, "--json");
	if (cli.json && !c->json) {
		(void)err_set(&e, ERR_USAGE, "--json is not taken: this command prints no data");
		return command_fail(&cli, &e);
	}
	return c->run(argc, argv, &cli);
}

/* A command below another: the word behind it says which. */
static int run_below(const struct command_ops *group, int argc, char **argv)
{
	const struct command_ops *c = NULL;
	char name[64];

	if (argc < 2) {
		(void)fprintf(stderr, "gridspool %s: which command? (see gridspool %s --help)\n",
			group->name, group->name);
		return 64;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_command_help(group);
		return 0;
	}
	c = command_find(group->below, argv[1]);
	if (!c)
		return unknown(group, argv[1]);
	(void)snprintf(name, sizeof(name), "%s %s", group->name, c->name);
	return run_command(c, name, argc - 1, argv + 1);
}

static int dispatch(int argc, char **argv)
{
	const struct command_ops *c = NULL;

	if (argc < 2) {
		(void)fputs("gridspool: which command? (see gridspool help)\n", stderr);
		return 64;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("gridspool " COMMAND_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0)
		return help(argc - 1, argv + 1);
	if (argv[1][0] == '-') {
		(void)fprintf(stderr,
			"gridspool: the command comes first, then its options; found '%s'\n",
			argv[1]);
		return 64;
	}
	c = command_find(command_all(), argv[1]);
	if (!c)
		return unknown(NULL, argv[1]);
	return c->below ? run_below(c, argc - 1, argv + 1)
			: run_command(c, c->name, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int status = 0;

	sandbox_basics();
	lib_start();
	xml_start();
	db_start();
	status = dispatch(argc, argv);
	/* A reader that left early (head, less) is no fault of ours. */
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
		(void)fprintf(stderr, "gridspool: standard output: %s\n", strerror(errno));
		if (status == 0)
			status = 74;
	}
	db_stop();
	xml_stop();
	lib_stop();
	return status;
}
