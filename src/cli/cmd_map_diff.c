/* gridspool map diff: what would change in the output if one map took the place of another. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fsx.h"
#include "base/json.h"
#include "cli/args.h"
#include "cli/cmd_map.h"
#include "cli/conversion_args.h"
#include "cli/records_diff.h"
#include "map/masked.h"

enum { FILES_MAX = 10000, OUT_MAX = 64 << 20 };

static const char usage[] =
	"usage: gridspool map diff [OPTION...] OLD NEW INPUT...\n"
	"\n"
	"Converts inputs through two maps and tells what would change in the output, item by item: which come\n"
	"and go, which segments are added, removed or changed, and which elements in them (of targets without\n"
	"segments: rows and columns). Items are compared by key. Values that differ from night to night by\n"
	"design (item numbers, counts, envelopes) are left out. Both maps are given the same joins and\n"
	"variables. Nothing is written. Both outputs stand in memory, in some twenty times their bytes:\n"
	"take inputs that give some 100 MB at most.\n"
	"\n" CONVERSION_ARGS_USAGE "  --quiet                  no counts\n"
	"\n"
	"Exit codes: 0 nothing would change; 1 something would; 64 the command line is wrong or lacks what a\n"
	"map asks for; 65 a file cannot be read as what it should be; 74 disk; 78 a map is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool map diff --set agreement/catalog=AW26 old.xml maps/examples/01-first/map.xml \\\n"
	"      maps/examples/01-first/items.json\n";

struct side {
	const char *map;
	struct conversion c;
	struct conversion_options o;
	struct records records;
	struct produce_counts counts;
};

struct diff {
	const struct cli *cli;
	struct conversion_args args;
	struct side old, new;
	struct faults faults;
	struct buf out;
	struct json json;
	uint64_t changes;
};

/* ---- one side ------------------------------------------------------------------------------- */

/* Envelopes and trailers count; the map says what else is different each night. */
static bool masked(const void *ctx, const struct record *r, const struct record_value *v)
{
	const struct side *s = ctx;
	const struct def_format *f = defs_format(map_target(s->c.file.map)->format);

	if (!f)
		return masked_made(s->c.file.map, v->ref);
	return r->set.n == 0 || str_is(r->tag, f->trailer) ||
		masked_element(s->c.file.map, r->tag, v->element, v->component);
}

static int side_open(struct diff *d, struct side *s, struct err *e)
{
	s->o = d->args.o;
	s->o.map = s->map;
	s->o.joins_of_others = true;
	return conversion_open(&s->c, &s->o, &d->faults, e);
}

static int side_read(struct side *s, const char *input, struct err *e)
{
	const int out = fsx_scratch(e);
	int rc = -1;

	records_init(&s->records);
	if (out == -1)
		return -1;
	s->c.lineage = fsx_scratch(e);
	if (s->c.lineage != -1)
		rc = conversion_file(&s->c, input, out, &s->counts, e);
	if (rc == 0)
		rc = records_read(&s->records, out, &s->c.file, e);
	if (rc == 0 && s->records.n > 0)
		rc = records_items(&s->records, s->c.lineage, e);
	if (rc == 0)
		records_mask(&s->records, masked, s);
	fsx_close(s->c.lineage);
	fsx_close(out);
	return rc;
}

/* ---- both ----------------------------------------------------------------------------------- */

static void counts_text(struct diff *d, const struct side *s)
{
	buf_printf(&d->out,
		"%s: %" PRIu64 " items, %" PRIu64 " out, %" PRIu64 " not selected, %" PRIu64
		" set aside\n",
		s->map, s->counts.items, s->counts.out, s->counts.unselected, s->counts.aside);
}

static void counts_json(struct json *j, const char *name, const struct side *s)
{
	json_name(j, name);
	json_object(j);
	json_member_c(j, "map", s->map);
	json_member_int(j, "items", (int64_t)s->counts.items);
	json_member_int(j, "out", (int64_t)s->counts.out);
	json_member_int(j, "unselected", (int64_t)s->counts.unselected);
	json_member_int(j, "aside", (int64_t)s->counts.aside);
	json_end(j, '}');
}

static void tell(struct diff *d, const char *input, const struct records_diff *x)
{
	d->changes += x->n + x->moved;
	if (d->cli->json) {
		json_object(&d->json);
		json_member_c(&d->json, "input", input);
		counts_json(&d->json, "old", &d->old);
		counts_json(&d->json, "new", &d->new);
		records_diff_json(x, &d->json);
		json_end(&d->json, '}');
		return;
	}
	if (x->n > 0 || x->moved || !d->cli->quiet)
		buf_printf(&d->out, "%s: %zu change%s\n", input, x->n, x->n == 1 ? "" : "s");
	records_diff_text(x, "old", "new", &d->out);
	if (d->cli->quiet)
		return;
	counts_text(d, &d->old);
	counts_text(d, &d->new);
}

static int one_input(struct diff *d, const char *input, struct err *e)
{
	struct records_diff x;
	int rc = side_read(&d->old, input, e);

	if (rc == 0) {
		rc = side_read(&d->new, input, e);
		if (rc == 0) {
			records_diff_make(&d->old.records, &d->new.records, RECORDS_BY_ITEM, &x);
			tell(d, input, &x);
			records_diff_done(&x);
		}
		records_done(&d->new.records);
	}
	records_done(&d->old.records);
	return rc;
}

static int work(struct diff *d, const struct args *files, struct err *e)
{
	int rc = side_open(d, &d->old, e);

	/* Both are opened, so that all that is wrong is told at once. */
	if (rc == 0 || d->faults.n > 0) {
		struct err second;
		if (side_open(d, &d->new, rc == 0 ? e : &second) == -1)
			rc = -1;
		json_init(&d->json, &d->out, true);
		if (d->cli->json)
			json_array(&d->json);
		for (size_t i = 2; i < files->n && rc == 0; i++)
			rc = one_input(d, files->rest[i], e);
		if (d->cli->json && rc == 0) {
			json_end(&d->json, ']');
			buf_ch(&d->out, '\n');
		}
		conversion_close(&d->new.c);
	}
	conversion_close(&d->old.c);
	return rc == 0 ? command_write(&d->out, "the differences", e) : -1;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct args_option options[CONVERSION_ARGS];
	struct diff d = {.cli = cli};
	struct args files;
	struct err e;
	int status = 0;

	conversion_args_init(&d.args);
	faults_init(&d.faults, &d.args.arena);
	buf_init(&d.out, OUT_MAX);
	conversion_args_options(&d.args, options);
	if (conversion_args_repeated(&d.args, &argc, argv, &e) == -1 ||
		args_parse(argc, argv, options, CONVERSION_ARGS, 3, FILES_MAX, "OLD, NEW and INPUT",
			&files, &e) == -1 ||
		conversion_args_finish(&d.args, &cli->clock, &e) == -1) {
		status = command_fail(cli, &e);
	} else {
		d.old.map = files.rest[0];
		d.new.map = files.rest[1];
		if (work(&d, &files, &e) == 0)
			status = d.changes > 0 ? 1 : 0;
		else
			status = d.faults.n > 0 ? err_exit(&e) : command_fail(cli, &e);
		if (d.faults.n > 0)
			command_faults(&d.faults);
	}
	buf_done(&d.out);
	conversion_args_done(&d.args);
	return status;
}

const struct command_ops cmd_map_diff_ops = {
	.name = "diff",
	.summary = "what would change in the output with another map, by item",
	.usage = usage,
	.json = true,
	.run = run,
};
