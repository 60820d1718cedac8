/* gridspool convert: files through a map to X12 or EDIFACT on standard output, without an environment. */
#include "cli/cmd_convert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "cli/args.h"
#include "cli/conversion.h"

enum { FINDINGS_SHOWN = 100, FILES_MAX = 10000 };

static const char usage[] =
	"usage: gridspool convert --map MAP.xml [OPTION...] FILE...\n"
	"\n"
	"Converts files through a map and prints X12 or EDIFACT. No environment is needed, nothing is recorded, and\n"
	"no real control number is taken: interchanges count from 000000001 and are marked as tests.\n"
	"FILE is JSON (one item, or one a line), CSV, an export folder, the same packed as ZIP, or - for\n"
	"standard input. Findings go to standard error, one a line, then the counts.\n"
	"\n"
	"  --map MAP.xml            the map\n"
	"  --join NAME=FILE[,OPTION=VALUE...]\n"
	"                           what the map joins as $NAME; options: separator=; decimal=, numbers=a b\n"
	"                           columns=a b header=no quote=' format=csv items=FOLDER/\n"
	"  --workflow FILE          hub settings export, for workflow-label()\n"
	"  --set NAME=VALUE         a variable of the map: agreement/catalog=AW26, environment/gln=...\n"
	"  --date DATE              of the run, 2026-11-23 or 2026-11-23T02:00:00Z; now unless given\n"
	"  --items FOLDER/          only items below this folder of an export tree\n"
	"  --separator C            of a CSV file; tab is understood; found out unless given\n"
	"  --decimal C              decimal mark of its numbers, . or ,\n"
	"  --numbers \"A B\"          columns whose decimal mark is turned into .\n"
	"  --elements '*>~'         separators of elements, components and segments; a fourth one repeats;\n"
	"                           those of the standard unless given: *>~ or +:'\n"
	"  --newline yes|no         a line end behind each segment (yes)\n"
	"  --repertoire NAME        X12: basic, extended, latin1 or utf8 (extended); EDIFACT: UNOC:3 and so on\n"
	"  --sender Q:ID            ISA05 and ISA06, or S002 (ZZ:SENDER)\n"
	"  --receiver Q:ID          ISA07 and ISA08, or S003 (ZZ:RECEIVER)\n"
	"  --una                    EDIFACT: UNA, though the separators are those of the standard\n"
	"  --groups                 EDIFACT: messages stand in a group (UNG)\n"
	"  --release C              EDIFACT: the release character (?); a blank for none\n"
	"  --decimal-mark C         EDIFACT: of numbers that are written, . or , (.)\n"
	"  --association CODE       EDIFACT: UNH 0057, EAN009 for example\n"
	"  --findings FILE          all findings as JSON, one a line\n"
	"  --aside FILE             items set aside as JSON, one a line, with findings and bytes\n"
	"  --output FILE            instead of standard output; replaced whole or not at all\n"
	"  --max-findings N         so many are told at most (100)\n"
	"  --quiet                  no counts, no progress\n"
	"\n"
	"Exit codes: 0 all items converted or not selected; 64 the command line is wrong or lacks what the\n"
	"map asks for; 65 items were set aside, or a file cannot be read as what it should be; 74 disk;\n"
	"78 the map or a definition is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool convert --map maps/examples/02-joins/map.xml --date 2026-11-23 \\\n"
	"      --join master=maps/examples/02-joins/master.csv \\\n"
	"      --join price=maps/examples/02-joins/price.csv maps/examples/02-joins/items.json\n";

/* Options of the source that have the same name in --join. */
static const char *const source_args[] = {"separator", "decimal", "numbers", "items"};

enum { SOURCE_ARGS = sizeof(source_args) / sizeof(source_args[0]) };

/* What the command line says. */
struct request {
	struct conversion_options o;
	struct arena arena;
	const char *date, *elements, *newline, *repertoire, *sender, *receiver;
	const char *release, *decimal_mark, *association;
	const char *findings, *aside, *output, *max_findings;
	int64_t max;
};

/* --- options --- */

static int take_join(void *ctx, const char *value, struct err *e)
{
	struct request *r = ctx;
	struct str rest = str_c(value);
	struct conversion_join *j = NULL;
	struct str name;

	if (r->o.njoins == CONVERSION_JOINS)
		return err_set(e, ERR_USAGE, "--join: more than %d", CONVERSION_JOINS);
	if (!str_split(&rest, '=', &name) || name.n == 0 || rest.n == 0)
		return err_set(e, ERR_USAGE, "--join %s: expected NAME=FILE", value);
	j = &r->o.joins[r->o.njoins++];
	j->name = name;
	j->path = source_parse(rest, &j->spec, &r->arena, e);
	return j->path ? 0 : err_wrap(e, "--join " STR_FMT, STR_ARG(name));
}

static int take_set(void *ctx, const char *value, struct err *e)
{
	struct request *r = ctx;
	struct str rest = str_c(value);
	struct str name;

	if (r->o.nvars >= CONVERSION_VARS - 10)
		return err_set(e, ERR_USAGE, "--set: too many");
	if (!strchr(value, '=') || !str_split(&rest, '=', &name) ||
		str_chr(name, '/') == SIZE_MAX ||
		!(str_starts(name, STR("agreement/")) || str_starts(name, STR("partner/")) ||
			str_starts(name, STR("environment/"))))
		return err_set(e, ERR_USAGE,
			"--set %s: expected agreement/NAME=VALUE, partner/... or environment/...",
			value);
	r->o.vars[r->o.nvars++] = (struct map_var){name, rest};
	return 0;
}

static int parse_elements(struct request *r, struct err *e)
{
	struct target_envelope *v = &r->o.envelope;
	const size_t n = r->elements ? strlen(r->elements) : 0;

	if (!r->elements)
		return 0;
	if (n != 3 && n != 4)
		return err_set(e, ERR_USAGE, "--elements %s: expected three characters, or four",
			r->elements);
	v->element = r->elements[0];
	v->component = r->elements[1];
	v->terminator = r->elements[2];
	v->repetition = r->elements[3];
	return 0;
}

static int parse_party(const char *option, const char *text, struct target_party *p, struct err *e)
{
	struct str rest = str_c(text);

	if (!text)
		return 0;
	if (!strchr(text, ':') || !str_split(&rest, ':', &p->qualifier) || p->qualifier.n == 0 ||
		rest.n == 0)
		return err_set(
			e, ERR_USAGE, "%s %s: expected QUALIFIER:ID, as ZZ:ACME", option, text);
	p->id = rest;
	return 0;
}

static int parse_date(struct request *r, const struct cli *cli, struct err *e)
{
	if (!r->date)
		r->o.date = date_from_unix(clock_now(&cli->clock));
	else if (!date_parse(str_c(r->date), &r->o.date))
		return err_set(e, ERR_USAGE,
			"--date %s: expected a date such as 2026-11-23 or 2026-11-23T02:00:00Z",
			r->date);
	r->o.date.has_time = true;
	return 0;
}

/* The target says what cannot be one. */
static int parse_char(const char *option, const char *text, char *out, struct err *e)
{
	if (text && strlen(text) != 1)
		return err_set(e, ERR_USAGE, "--%s %s: expected one ASCII character", option, text);
	*out = text ? text[0] : '\0';
	return 0;
}

static int parse_envelope(struct request *r, struct err *e)
{
	struct target_envelope *v = &r->o.envelope;

	v->test = true;
	v->association = r->association ? str_c(r->association) : STR("");
	v->sender = (struct target_party){.qualifier = STR("ZZ"), .id = STR("SENDER")};
	v->receiver = (struct target_party){.qualifier = STR("ZZ"), .id = STR("RECEIVER")};
	v->repertoire = r->repertoire ? str_c(r->repertoire) : STR("");
	if (parse_elements(r, e) == -1 || parse_char("release", r->release, &v->release, e) == -1 ||
		parse_char("decimal-mark", r->decimal_mark, &v->decimal, e) == -1 ||
		parse_party("--sender", r->sender, &v->sender, e) == -1 ||
		parse_party("--receiver", r->receiver, &v->receiver, e) == -1)
		return -1;
	if (r->newline && strcmp(r->newline, "no") != 0 && strcmp(r->newline, "yes") != 0)
		return err_set(e, ERR_USAGE, "--newline %s: expected yes or no", r->newline);
	if (r->newline && strcmp(r->newline, "yes") == 0 && v->terminator == '\n')
		return err_set(e, ERR_USAGE,
			"--newline yes: each segment would end twice, its terminator is a line end");
	v->newline = v->terminator != '\n' && (!r->newline || strcmp(r->newline, "yes") == 0);
	return 0;
}

static int parse(struct request *r, int argc, char **argv, const struct cli *cli,
	struct args *files, struct err *e)
{
	const char *said[SOURCE_ARGS] = {NULL};
	const struct args_option options[] = {
		{.name = "map", .value = &r->o.map},
		{.name = "workflow", .value = &r->o.workflow},
		{.name = "date", .value = &r->date},
		{.name = source_args[0], .value = &said[0]},
		{.name = source_args[1], .value = &said[1]},
		{.name = source_args[2], .value = &said[2]},
		{.name = source_args[3], .value = &said[3]},
		{.name = "elements", .value = &r->elements},
		{.name = "newline", .value = &r->newline},
		{.name = "repertoire", .value = &r->repertoire},
		{.name = "una", .flag = &r->o.envelope.una},
		{.name = "groups", .flag = &r->o.envelope.groups},
		{.name = "release", .value = &r->release},
		{.name = "decimal-mark", .value = &r->decimal_mark},
		{.name = "association", .value = &r->association},
		{.name = "sender", .value = &r->sender},
		{.name = "receiver", .value = &r->receiver},
		{.name = "findings", .value = &r->findings},
		{.name = "aside", .value = &r->aside},
		{.name = "output", .value = &r->output},
		{.name = "max-findings", .value = &r->max_findings},
	};

	if (args_each(&argc, argv, "join", take_join, r, e) == -1 ||
		args_each(&argc, argv, "set", take_set, r, e) == -1)
		return -1;
	if (args_parse(argc, argv, options, sizeof(options) / sizeof(options[0]), 1, FILES_MAX,
		    "FILE", files, e) == -1)
		return -1;
	if (!r->o.map)
		return err_set(e, ERR_USAGE, "--map is missing: which map?");
	r->max = FINDINGS_SHOWN;
	if (r->max_findings && (!str_to_i64(str_c(r->max_findings), &r->max) || r->max < 0))
		return err_set(
			e, ERR_USAGE, "--max-findings %s: expected a number", r->max_findings);
	for (size_t i = 0; i < SOURCE_ARGS; i++)
		if (said[i] &&
			source_option(&r->o.source, str_c(source_args[i]), str_c(said[i]),
				&r->arena, e) == -1)
			return err_wrap(e, "--%s", source_args[i]);
	if (parse_date(r, cli, e) == -1)
		return -1;
	return parse_envelope(r, e);
}

/* --- the work --- */

static void add(struct produce_counts *sum, const struct produce_counts *c)
{
	sum->items += c->items;
	sum->out += c->out;
	sum->unselected += c->unselected;
	sum->aside += c->aside;
	sum->orphans += c->orphans;
}

static void say_counts(const char *what, const struct produce_counts *c)
{
	char orphans[80] = "";

	if (c->orphans > 0)
		(void)snprintf(orphans, sizeof(orphans),
			"; %" PRIu64 " rows of joins without an item", c->orphans);
	output_say("%s%s%" PRIu64 " items: %" PRIu64 " out, %" PRIu64 " not selected, %" PRIu64
		   " set aside%s",
		what, *what ? ": " : "", c->items, c->out, c->unselected, c->aside, orphans);
}

/* Each file becomes an interchange of its own; nothing is printed before all are good. */
static int convert_files(struct conversion *c, const struct args *files, int all, bool quiet,
	struct produce_counts *sum, struct err *e)
{
	for (size_t i = 0; i < files->n; i++) {
		struct produce_counts counts;
		const int out = fsx_scratch(e);
		int rc = -1;
		if (out == -1)
			return -1;
		rc = conversion_file(c, files->rest[i], out, &counts, e);
		if (rc == 0)
			rc = output_copy(out, all, e);
		fsx_close(out);
		if (rc == -1)
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
	int rc = conversion_open(&c, &r->o, f, e);

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
	arena_init(&r.arena);
	faults_init(&f, &r.arena);
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
		status = sum.aside > 0 ? 65 : 0;
	}
	arena_done(&r.arena);
	return status;
}

const struct command_ops cmd_convert_ops = {
	.name = "convert",
	.summary = "convert files through a map to X12 or EDIFACT, without an environment",
	.usage = usage,
	.run = run,
};
