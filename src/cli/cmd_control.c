/* gridspool control set: where control numbers go on, after an older system. */
#include "cli/cmd_control.h"

#include <string.h>

#include "cli/verb.h"
#include "stage/control.h"

static const char usage[] =
	"usage: gridspool control set PARTNER --next N [--group CODE] [--env DIR] [--dry-run]\n"
	"\n"
	"The next interchange to PARTNER takes control number N (ISA13); with --group the next group\n"
	"of that functional id (GS06; SC for 832). Numbers that were used are not given again.\n"
	"\n"
	"  --env DIR      the environment; else the current folder\n"
	"  --next N       1 to 999999999\n"
	"  --group CODE   functional id of the groups, as in GS01\n"
	"  --dry-run      say what would happen, change nothing\n"
	"\n"
	"exit status: 0 done; 64 usage; 65 there is no such partner, or N was used already\n"
	"\n"
	"example: gridspool control set acme --next 4711\n";

static int set(struct env *v, const char *name, struct str group, int64_t next, bool dry_run,
	const struct cli *cli)
{
	const struct config_partner *p = config_partner_find(v->config, str_c(name));
	struct verbs_done done;
	struct err e;

	if (!p) {
		(void)err_set(&e, ERR_ABSENT, "there is no partner '%.64s' in partners/", name);
		return command_fail(cli, &e);
	}
	if (control_set(v, p, group, next, dry_run, &done, &e) == -1)
		return verb_refused(cli, &e);
	if (!cli->quiet)
		command_print("%s%s\n", dry_run ? "would be: " : "", done.said);
	return 0;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	const char *env = NULL;
	const char *next = NULL;
	const char *group = NULL;
	bool dry_run = false;
	const struct args_option options[] = {{.name = "env", .value = &env},
		{.name = "next", .value = &next}, {.name = "group", .value = &group},
		{.name = "dry-run", .flag = &dry_run}};
	struct args args;
	struct err e;
	struct env v;
	int64_t number = 0;
	int status = 0;

	if (args_parse(argc, argv, options, 4, 2, 2, "set PARTNER", &args, &e) == -1 ||
		args_env(env, &env, &e) == -1)
		return command_fail(cli, &e);
	if (strcmp(args.rest[0], "set") != 0)
		(void)err_set(&e, ERR_USAGE, "control '%.40s' is not known, expected 'set'",
			args.rest[0]);
	else if (!next || !str_to_i64(str_c(next), &number))
		(void)err_set(&e, ERR_USAGE, "--next N is needed, a number from 1 to 999999999");
	else if (verb_open(&v, env, cli, &status) == -1)
		return status;
	else {
		status = set(&v, args.rest[1], str_c(group), number, dry_run, cli);
		verb_close(&v, cli);
		return status;
	}
	return command_fail(cli, &e);
}

const struct command_ops cmd_control_ops = {
	.name = "control",
	.summary = "start control numbers after an older system",
	.usage = usage,
	.run = run,
};
