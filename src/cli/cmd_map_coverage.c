/* gridspool map coverage: what of a map ran over given inputs, and which fields it never read. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fsx.h"
#include "base/json.h"
#include "cli/args.h"
#include "cli/cmd_map.h"
#include "cli/columns.h"
#include "cli/conversion_args.h"
#include "map/watch.h"

enum { FILES_MAX = 10000, OUT_MAX = 64 << 20, SHOWN = 48 };

static const char usage[] =
	"usage: gridspool map coverage [OPTION...] MAP INPUT...\n"
	"\n"
	"Converts inputs through a map and tells what of it was in use: for each expression how often it was\n"
	"computed (RUNS) and how often it gave something (GAVE); parts that were never computed (the right\n"
	"side of and, or; conditions in []); fields with values that the map never read, with the number of\n"
	"values; columns of joined files that it does not read. Nothing is written.\n"
	"\n" CONVERSION_ARGS_USAGE
	"  --quiet                  only what never ran and was never read\n"
	"\n"
	"Exit codes: 0 every expression ran; 1 some never did; 64 the command line is wrong or lacks what the\n"
	"map asks for; 65 a file cannot be read as what it should be; 74 disk; 78 the map is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool map coverage --set agreement/catalog=AW26 \\\n"
	"      maps/examples/01-first/map.xml maps/examples/01-first/items.json\n";

struct coverage {
	const struct cli *cli;
	struct conversion_args args;
	struct conversion c;
	struct produce_counts counts;
	struct buf out;
	struct json json;
	struct columns columns;
	uint64_t expressions, never;
	uint64_t unread;
};

/* ---- expressions ---------------------------------------------------------------------------- */

/* A part is told of when it never ran though the whole did. */
static bool is_told(const struct watch *w, const struct watch *whole)
{
	return !w->part || (w->runs == 0 && whole && whole->runs > 0);
}

static void watch_json(struct json *j, const struct watch *w)
{
	json_object(j);
	json_member_int(j, "line", w->line);
	json_member(j, "element", w->element);
	json_member(j, "attribute", w->attr);
	json_member(j, "expression", w->text);
	if (w->part)
		json_member_int(j, "at", w->at);
	json_name(j, "part");
	json_bool(j, w->part);
	json_member_int(j, "runs", (int64_t)w->runs);
	json_member_int(j, "gave", (int64_t)w->gave);
	json_end(j, '}');
}

/* "LIN03", "loop each", "let value" */
static struct str place_of(struct coverage *c, const struct watch *w)
{
	return str_starts(w->attr, w->element) && w->attr.n > w->element.n
		? w->attr
		: arena_printf(&c->args.arena, STR_FMT " " STR_FMT, STR_ARG(w->element),
			  STR_ARG(w->attr));
}

static void watch_row(struct coverage *c, const struct watch *w)
{
	const struct str text = str_from(w->text, w->part ? w->at : 0);
	struct arena *a = &c->args.arena;

	if (c->cli->quiet && w->runs > 0)
		return;
	columns_add(&c->columns,
		(const struct str[]){arena_printf(a, "%" PRIu64, w->runs),
			arena_printf(a, "%" PRIu64, w->gave), arena_printf(a, "%u", w->line),
			place_of(c, w),
			text.n > SHOWN ? arena_printf(a, "%.*s...", SHOWN, text.p) : text});
}

static void tell_expressions(struct coverage *c)
{
	const struct watch *whole = NULL;

	for (const struct watch *w = watch_first(c->c.file.map); w; w = w->next) {
		if (!w->part)
			whole = w;
		if (!is_told(w, whole))
			continue;
		c->expressions++;
		c->never += w->runs == 0;
		if (c->cli->json)
			watch_json(&c->json, w);
		else
			watch_row(c, w);
	}
}

/* ---- fields --------------------------------------------------------------------------------- */

static void tell_field(void *ctx, struct str path, uint64_t seen, uint64_t read)
{
	struct coverage *c = ctx;

	if (read > 0)
		return;
	c->unread++;
	if (c->cli->json) {
		json_object(&c->json);
		json_member(&c->json, "field", path);
		json_member_int(&c->json, "values", (int64_t)seen);
		json_end(&c->json, '}');
		return;
	}
	if (c->unread == 1)
		buf_c(&c->out, "\nnever read:\n");
	buf_c(&c->out, "  ");
	buf_str(&c->out, path);
	buf_printf(&c->out, " (%" PRIu64 " value%s)\n", seen, seen == 1 ? "" : "s");
}

static void tell_column(struct coverage *c, struct str join, struct str column)
{
	c->unread++;
	if (!c->cli->json) {
		buf_printf(&c->out, "%s  $" STR_FMT "/" STR_FMT "\n",
			c->unread == 1 ? "\nnever read:\n" : "", STR_ARG(join), STR_ARG(column));
		return;
	}
	json_object(&c->json);
	json_member(&c->json, "field",
		arena_printf(
			&c->args.arena, "$" STR_FMT "/" STR_FMT, STR_ARG(join), STR_ARG(column)));
	json_end(&c->json, '}');
}

/* Columns of the joined files that are not in the map at all. */
static int tell_joins(struct coverage *c, struct err *e)
{
	size_t n = 0;
	const struct map_join *joins = map_joins(c->c.file.map, &n);

	for (size_t i = 0; i < n; i++) {
		struct reader *r = reader_open(
			c->c.joins[i].fd, &c->c.join_specs[i], &c->c.names, e);
		uint32_t name = 0;
		if (!r)
			return -1;
		for (size_t k = 0; (name = reader_column(r, k)) != 0; k++)
			if (!watch_reads(c->c.file.map, (int)i, name))
				tell_column(c, joins[i].name, names_text(&c->c.names, name));
		reader_close(r);
	}
	return 0;
}

/* ---- the command ---------------------------------------------------------------------------- */

static int convert(struct coverage *c, const struct args *files, struct err *e)
{
	for (size_t i = 1; i < files->n; i++) {
		struct produce_counts counts;
		const int out = fsx_scratch(e);
		int rc = -1;
		if (out == -1)
			return -1;
		rc = conversion_file(&c->c, files->rest[i], out, &counts, e);
		fsx_close(out);
		if (rc == -1)
			return -1;
		c->counts.items += counts.items;
		c->counts.out += counts.out;
		c->counts.aside += counts.aside;
	}
	return 0;
}

static int tell_json(struct coverage *c, struct err *e)
{
	json_init(&c->json, &c->out, true);
	json_object(&c->json);
	json_member_int(&c->json, "items", (int64_t)c->counts.items);
	json_member_int(&c->json, "out", (int64_t)c->counts.out);
	json_member_int(&c->json, "aside", (int64_t)c->counts.aside);
	json_name(&c->json, "expressions");
	json_array(&c->json);
	tell_expressions(c);
	json_end(&c->json, ']');
	json_name(&c->json, "unread");
	json_array(&c->json);
	watch_each_field(c->c.file.map, tell_field, c);
	if (tell_joins(c, e) == -1)
		return -1;
	json_end(&c->json, ']');
	json_member_int(&c->json, "never", (int64_t)c->never);
	json_end(&c->json, '}');
	buf_ch(&c->out, '\n');
	return 0;
}

static int tell_text(struct coverage *c, struct err *e)
{
	columns_init(&c->columns, &c->args.arena, 5);
	c->columns.right[0] = c->columns.right[1] = c->columns.right[2] = true;
	columns_add(&c->columns,
		(const struct str[]){
			STR("RUNS"), STR("GAVE"), STR("LINE"), STR("WHERE"), STR("EXPRESSION")});
	tell_expressions(c);
	if (!c->cli->quiet || c->never > 0)
		columns_print(&c->columns, &c->out);
	watch_each_field(c->c.file.map, tell_field, c);
	if (tell_joins(c, e) == -1)
		return -1;
	if (!c->cli->quiet)
		buf_printf(&c->out,
			"\n%" PRIu64 " items, %" PRIu64 " out, %" PRIu64 " set aside; %" PRIu64
			" of %" PRIu64 " expressions never ran, %" PRIu64
			" fields were never read\n",
			c->counts.items, c->counts.out, c->counts.aside, c->never, c->expressions,
			c->unread);
	return 0;
}

static int work(struct coverage *c, const struct args *files, struct faults *f, struct err *e)
{
	int rc = conversion_open(&c->c, &c->args.o, f, e);

	if (rc == 0) {
		watch_start(c->c.file.map);
		rc = convert(c, files, e);
	}
	if (rc == 0)
		rc = c->cli->json ? tell_json(c, e) : tell_text(c, e);
	if (rc == 0)
		rc = command_write(&c->out, "the coverage", e);
	conversion_close(&c->c);
	return rc;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct args_option options[CONVERSION_ARGS];
	struct coverage c = {.cli = cli};
	struct faults f;
	struct args files;
	struct err e;
	int status = 0;

	conversion_args_init(&c.args);
	faults_init(&f, &c.args.arena);
	buf_init(&c.out, OUT_MAX);
	conversion_args_options(&c.args, options);
	if (conversion_args_repeated(&c.args, &argc, argv, &e) == -1 ||
		args_parse(argc, argv, options, CONVERSION_ARGS, 2, FILES_MAX, "MAP and INPUT",
			&files, &e) == -1 ||
		conversion_args_finish(&c.args, &cli->clock, &e) == -1) {
		status = command_fail(cli, &e);
	} else {
		c.args.o.map = files.rest[0];
		if (work(&c, &files, &f, &e) == 0)
			status = c.never > 0 ? 1 : 0;
		else if (f.n > 0)
			status = err_exit(&e);
		else
			status = command_fail(cli, &e);
		if (f.n > 0)
			command_faults(&f);
	}
	buf_done(&c.out);
	conversion_args_done(&c.args);
	return status;
}

const struct command_ops cmd_map_coverage_ops = {
	.name = "coverage",
	.summary = "what of a map runs over inputs, and which fields it never reads",
	.usage = usage,
	.json = true,
	.run = run,
};
