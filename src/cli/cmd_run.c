/* gridspool run: one start of the batch. */
#include "cli/cmd_run.h"

#include "cli/args.h"
#include "stage/run.h"

static const char usage[] =
	"usage: gridspool run [--env DIR] [--only STAGE,STAGE...]\n"
	"\n"
	"Receives what partners left, understands it, collects what exporters dropped, converts\n"
	"what is due and sends it; then again until nothing is due; then reports, and purges the\n"
	"archive of what was kept long enough. Safe to start twice: the second leaves with 75 and\n"
	"names the first. Without a terminal a good run prints nothing. Only the owner of DIR may run it.\n"
	"\n"
	"  --env DIR     the environment; else the current folder\n"
	"  --only LIST   some of: receive,ingest,collect,convert,transfer,report,purge\n"
	"\n"
	"exit status: 0 all well; 1 something new needs a person (gridspool status);\n"
	"  64 usage, 69 unavailable, 71 out of memory, 74 disk, 75 another run is active, or a\n"
	"  signal stopped this one,\n"
	"  78 the configuration is wrong: nothing was started\n"
	"\n"
	"example: gridspool run --env /srv/gridspool/prod --only receive,ingest,transfer\n";

/* "receive,ingest" to the stages that run. */
static int choose(const char *list, struct run_options *o, struct err *e)
{
	struct str rest = str_c(list);
	struct str part;
	const char *names[RUN_STAGES];

	for (int i = 0; i < RUN_STAGES; i++)
		names[i] = run_stage_name((enum run_stage)i);
	while (str_split(&rest, ',', &part)) {
		bool known = false;
		for (int i = 0; i < RUN_STAGES; i++) {
			if (str_is(part, names[i]))
				known = o->stages[i] = true;
		}
		if (!known) {
			const char *near = str_suggest(part, names, RUN_STAGES);
			return err_set(e, ERR_USAGE, "there is no stage '" STR_FMT "'%s%s",
				STR_ARG(part), near ? "; did you mean " : "", near ? near : "");
		}
	}
	return 0;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	const char *env = NULL;
	const char *only = NULL;
	const struct args_option options[] = {
		{.name = "env", .value = &env}, {.name = "only", .value = &only}};
	struct run_options o = {.progress = cli->tty && !cli->quiet};
	struct args args;
	struct err e;
	int status = 0;

	if (args_parse(argc, argv, options, 2, 0, 0, "", &args, &e) == -1 ||
		args_env(env, &env, &e) == -1)
		return command_fail(cli, &e);
	for (int i = 0; i < RUN_STAGES && !only; i++)
		o.stages[i] = true;
	if (only && choose(only, &o, &e) == -1)
		return command_fail(cli, &e);
	if (run_all(env, &cli->clock, &o, &status, &e) == -1)
		return command_fail(cli, &e);
	return status;
}

const struct command_ops cmd_run_ops = {
	.name = "run",
	.summary = "do what is due: receive, convert, send, understand answers",
	.usage = usage,
	.run = run,
};
