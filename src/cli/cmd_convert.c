/* gridspool convert: files through a map to what it makes, on standard output, without an environment. */
#include "cli/cmd_convert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "cli/args.h"
#include "cli/conversion.h"
#include "cli/conversion_args.h"

enum { FINDINGS_SHOWN = 100, FILES_MAX = 10000 };

static const char usage[] =
	"usage: gridspool convert --map MAP.xml [OPTION...] FILE...\n"
	"\n"
	"Converts files through a map and prints what it makes: X12, EDIFACT, CSV, fixed-width, JSON or\n"
	"XML. No environment is needed, nothing is recorded, and no real control number is taken:\n"
	"interchanges count from 000000001 and are marked as tests. FILE is JSON (one item, one a line, or\n"
	"an array), CSV, XML, X12, EDIFACT, an export folder, the same packed as ZIP, or - for standard\n"
	"input. Findings go to standard error, one a line, then the counts.\n"
	"\n"
	"  --map MAP.xml            the map\n" CONVERSION_ARGS_USAGE
	"  --findings FILE          all findings as JSON, one a line\n"
	"  --aside FILE             items set aside as JSON, one a line, with findings and bytes\n"
	"  --output FILE            instead of standard output; replaced whole or not at all\n"
	"  --max-findings N         so many are told at most (100)\n"
	"  --quiet                  no counts, no progress\n"
	"\n"
	"Exit codes: 0 all items converted or not selected; 64 the command line is wrong or lacks what the\n"
	"map asks for; 65 items were set aside, a joined file has errors, or a file cannot be read as what it\n"
	"should be; 74 disk; 78 the map or a definition is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool convert --map maps/examples/02-joins/map.xml --date 2026-11-23 \\\n"
	"      --join master=maps/examples/02-joins/master.csv \\\n"
	"      --join price=maps/examples/02-joins/price.csv maps/examples/02-joins/items.json\n";

/* What the command line says. */
struct request {
	struct conversion_args args;
	const char *findings, *aside, *output, *max_findings;
	int64_t max;
};

static int parse(struct request *r, int argc, char **argv, const struct cli *cli,
	struct args *files, struct err *e)
{
	struct args_option options[CONVERSION_ARGS + 5] = {
		{.name = "map", .value = &r->args.o.map},
		{.name = "findings", .value = &r->findings},
		{.name = "aside", .value = &r->aside},
		{.name = "output", .value = &r->output},
		{.name = "max-findings", .value = &r->max_findings},
	};

	conversion_args_options(&r->args, options + 5);
	if (conversion_args_repeated(&r->args, &argc, argv, e) == -1 ||
		args_parse(argc, argv, options, CONVERSION_ARGS + 5, 1, FILES_MAX, "FILE", files,
			e) == -1)
		return -1;
	if (!r->args.o.map)
		return err_set(e, ERR_USAGE, "--map is missing: which map?");
	r->max = FINDINGS_SHOWN;
	if (r->max_findings && (!str_to_i64(str_c(r->max_findings), &r->max) || r->max < 0))
		return err_set(
			e, ERR_USAGE, "--max-findings %s: expected a number", r->max_findings);
	return conversion_args_finish(&r->args, &cli->clock, e);
}

/* --- the work --- */

static void add(struct produce_counts *sum, const struct produce_counts *c)
{
	sum->items += c->items;
	sum->out += c->out;
	sum->unselected += c->unselected;
	sum->aside += c->aside;
	sum->orphans += c->orphans;
	sum->broken += c->broken;
}

static void say_counts(const char *what, const struct produce_counts *c)
{
	char orphans[80] = "";
	char broken[80] = "";

	if (c->orphans > 0)
		(void)snprintf(orphans, sizeof(orphans),
			"; %" PRIu64 " rows of joins without an item", c->orphans);
	if (c->broken > 0)
		(void)snprintf(
			broken, sizeof(broken), "; %" PRIu64 " errors in joined files", c->broken);
	output_say("%s%s%" PRIu64 " items: %" PRIu64 " out, %" PRIu64 " not selected, %" PRIu64
		   " set aside%s%s",
		what, *what ? ": " : "", c->items, c->out, c->unselected, c->aside, orphans,
		broken);
}

/* One file, whose interchange goes behind those that are in all. The first is written there at once. */
static int convert_file(struct conversion *c, const char *path, bool first, int all,
	struct produce_counts *counts, struct err *e)
{
	const int out = first ? all : fsx_scratch(e);
	int rc = -1;

	if (out == -1)
		return -1;
	rc = conversion_file(c, path, out, counts, e);
	if (first)
		return rc;
	if (rc == 0)
		rc = output_copy(out, all, e);
	fsx_close(out);
	return rc;
}

/* Each file becomes an interchange of its own; nothing is printed before all are good. */
static int convert_files(struct conversion *c, const struct args *files, int all, bool quiet,
	struct produce_counts *sum, struct err *e)
{
	for (size_t i = 0; i < files->n; i++) {
		struct produce_counts counts;
		if (convert_file(c, files->rest[i], i == 0, all, &counts, e) == -1)
			return -1;
		add(sum, &counts);
		if (files->n > 1 && !quiet)
			say_counts(files->rest[i], &counts);
	}
	return 0;
}

static int scratch_if(const char *wanted, int *fd, struct err *e)
{
	*fd = wanted ? fsx_scratch(e) : -1;
	return wanted && *fd == -1 ? -1 : 0;
}

static int publish_if(int fd, const char *path, struct err *e)
{
	return path ? output_publish(fd, path, e) : 0;
}

static int work(struct request *r, const struct args *files, const struct cli *cli,
	struct faults *f, struct produce_counts *sum, struct err *e)
{
	struct output_findings told;
	struct conversion c;
	struct err late;
	int all = -1;
	int findings = -1;
	int rc = conversion_open(&c, &r->args.o, f, e);

	if (rc == 0)
		rc = scratch_if(r->output ? r->output : "-", &all, e);
	if (rc == 0)
		rc = scratch_if(r->findings, &findings, e);
	if (rc == 0)
		rc = scratch_if(r->aside, &c.aside, e);
	output_findings_init(&told, (uint64_t)r->max, findings);
	told.progress = cli->tty && !cli->quiet;
	c.findings = &told;
	if (rc == 0)
		rc = convert_files(&c, files, all, cli->quiet, sum, e);
	if (output_findings_end(&told, &late) == -1 && rc == 0) {
		*e = late;
		rc = -1;
	}
	if (rc == 0)
		rc = publish_if(findings, r->findings, e);
	if (rc == 0)
		rc = publish_if(c.aside, r->aside, e);
	if (rc == 0)
		rc = output_publish(all, r->output ? r->output : "-", e);
	fsx_close(all);
	fsx_close(findings);
	fsx_close(c.aside);
	conversion_close(&c);
	return rc;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct request r;
	struct produce_counts sum;
	struct faults f;
	struct args files;
	struct err e;
	int status = 0;

	err_clear(&e);
	memset(&r, 0, sizeof(r));
	memset(&sum, 0, sizeof(sum));
	conversion_args_init(&r.args);
	faults_init(&f, &r.args.arena);
	if (parse(&r, argc, argv, cli, &files, &e) == -1) {
		status = command_fail(cli, &e);
	} else if (work(&r, &files, cli, &f, &sum, &e) == -1) {
		command_faults(&f);
		/* The faults say it all. */
		status = f.n > 0 ? err_exit(&e) : command_fail(cli, &e);
	} else {
		command_faults(&f);
		if (!cli->quiet)
			say_counts("", &sum);
		status = sum.aside + sum.broken > 0 ? 65 : 0;
	}
	conversion_args_done(&r.args);
	return status;
}

const struct command_ops cmd_convert_ops = {
	.name = "convert",
	.summary = "convert files through a map, without an environment",
	.usage = usage,
	.run = run,
};
