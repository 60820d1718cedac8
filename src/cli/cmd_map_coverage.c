/* gridspool map coverage: what of a map ran over given inputs, and which fields it never read. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fsx.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/cmd_map.h"
#include "cli/columns.h"
#include "cli/map_case.h"
#include "map/watch.h"

enum { FILES_MAX = 10000, OUT_MAX = 64 << 20, SHOWN = 48 };

static const char usage[] =
	"usage: gridspool map coverage [OPTION...] MAP INPUT...\n"
	"       gridspool map coverage [--json] MAP\n"
	"\n"
	"Converts inputs through a map and tells what of it was in use: for each expression how often it was\n"
	"computed (RUNS) and how often it gave something (GAVE); parts that were never computed (the right\n"
	"side of and, or; conditions in []); fields with values that the map never read, with the number of\n"
	"values; columns of joined files that it does not read. Without INPUT the golden cases of the map are\n"
	"run (see gridspool map test). Nothing is written.\n"
	"\n" CONVERSION_ARGS_USAGE
	"  --quiet                  only what never ran and was never read\n"
	"\n"
	"Exit codes: 0 every expression ran; 1 some never did; 64 the command line is wrong or lacks what the\n"
	"map asks for; 65 a file cannot be read as what it should be; 74 disk; 78 the map is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool map coverage --set agreement/catalog=AW26 \\\n"
	"      maps/examples/01-first/map.xml maps/examples/01-first/items.json\n";

/* A field of items, or a column of a join as $price/amount. */
struct field {
	struct str path;
	uint64_t values, read;
};

/* What was counted in all conversions; each has a map of its own. */
struct coverage {
	const struct cli *cli;
	struct conversion_args args;
	struct faults faults;
	struct produce_counts counts;
	struct watch *expressions;
	size_t n;
	struct field *fields;
	size_t nfields, fields_cap;
	uint64_t told, never, unread;
	struct buf out;
	struct json json;
};

/* ---- counting ------------------------------------------------------------------------------- */

/* The same map has the same expressions in the same order. */
static void add_expressions(struct coverage *c, const struct map *m)
{
	struct arena *a = &c->args.arena;
	size_t n = 0;

	for (const struct watch *w = watch_first(m); w; w = w->next)
		n++;
	if (!c->expressions)
		c->expressions = arena_array(a, n + 1, sizeof(*c->expressions));
	n = 0;
	for (const struct watch *w = watch_first(m); w; w = w->next, n++) {
		struct watch *x = &c->expressions[n];
		const uint64_t runs = x->runs + w->runs;
		const uint64_t gave = x->gave + w->gave;
		if (n >= c->n) {
			*x = *w;
			x->element = arena_str(a, w->element);
			x->attr = arena_str(a, w->attr);
			x->text = arena_str(a, w->text);
		}
		x->runs = runs;
		x->gave = gave;
	}
	c->n = n;
}

static void add_field(void *ctx, struct str path, uint64_t values, uint64_t read)
{
	struct coverage *c = ctx;
	size_t i = 0;

	while (i < c->nfields && !str_eq(c->fields[i].path, path))
		i++;
	if (i == c->nfields) {
		mem_grow(&c->fields, &c->fields_cap, c->nfields + 1, sizeof(*c->fields));
		c->fields[c->nfields++] = (struct field){.path = arena_str(&c->args.arena, path)};
	}
	c->fields[i].values += values;
	c->fields[i].read += read;
}

static int add_columns_of(struct coverage *c, struct conversion *v, struct err *e)
{
	size_t n = 0;
	const struct map_join *joins = map_joins(v->file.map, &n);

	for (size_t i = 0; i < n; i++) {
		struct reader *r = reader_open(v->joins[i].fd, &v->join_specs[i], &v->names, e);
		uint32_t name = 0;
		if (!r)
			return -1;
		for (size_t k = 0; (name = reader_column(r, k)) != 0; k++)
			add_field(c,
				arena_printf(&c->args.arena, "$" STR_FMT "/" STR_FMT,
					STR_ARG(joins[i].name),
					STR_ARG(names_text(&v->names, name))),
				0, watch_reads(v->file.map, (int)i, name));
		reader_close(r);
	}
	return 0;
}

static int convert(struct coverage *c, struct conversion *v, const char *input, struct err *e)
{
	struct produce_counts counts;
	const int out = fsx_scratch(e);
	int rc = -1;

	if (out == -1)
		return -1;
	rc = conversion_file(v, input, out, &counts, e);
	fsx_close(out);
	if (rc == -1)
		return -1;
	c->counts.items += counts.items;
	c->counts.out += counts.out;
	c->counts.aside += counts.aside;
	return 0;
}

/* Inputs through a map that is loaded anew, with what is said of the conversion. */
static int run_inputs(struct coverage *c, struct conversion_options *o, const char *const *inputs,
	size_t n, struct err *e)
{
	struct conversion v;
	int rc = conversion_open(&v, o, &c->faults, e);

	if (rc == 0)
		watch_start(v.file.map);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = convert(c, &v, inputs[i], e);
	if (rc == 0) {
		add_expressions(c, v.file.map);
		watch_each_field(v.file.map, add_field, c);
		rc = add_columns_of(c, &v, e);
	}
	conversion_close(&v);
	return rc;
}

static int run_case(void *ctx, const char *dir, struct err *e)
{
	struct coverage *c = ctx;
	struct map_case k;
	int rc = map_case_read(&k, dir, c->args.o.map, &c->cli->clock, &c->faults, e);

	if (rc == 0)
		rc = run_inputs(c, &k.args.o, &k.input, 1, e);
	map_case_done(&k);
	return rc == -1 ? err_wrap(e, "%s", dir) : 0;
}

/* ---- telling -------------------------------------------------------------------------------- */

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

static void watch_row(struct coverage *c, const struct watch *w, struct columns *columns)
{
	const struct str text = str_from(w->text, w->part ? w->at : 0);
	struct arena *a = &c->args.arena;

	if (c->cli->quiet && w->runs > 0)
		return;
	columns_add(columns,
		(const struct str[]){arena_printf(a, "%" PRIu64, w->runs),
			arena_printf(a, "%" PRIu64, w->gave), arena_printf(a, "%u", w->line),
			place_of(c, w),
			text.n > SHOWN ? arena_printf(a, "%.*s...", SHOWN, text.p) : text});
}

static void tell_expressions(struct coverage *c, struct columns *columns)
{
	const struct watch *whole = NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct watch *w = &c->expressions[i];
		if (!w->part)
			whole = w;
		if (!is_told(w, whole))
			continue;
		c->told++;
		c->never += w->runs == 0;
		if (columns)
			watch_row(c, w, columns);
		else
			watch_json(&c->json, w);
	}
}

static void field_json(struct json *j, const struct field *f)
{
	json_object(j);
	json_member(j, "field", f->path);
	if (f->values > 0)
		json_member_int(j, "values", (int64_t)f->values);
	json_end(j, '}');
}

static void field_text(struct buf *out, const struct field *f)
{
	buf_c(out, "  ");
	buf_str(out, f->path);
	if (f->values > 0)
		buf_printf(out, " (%" PRIu64 " value%s)", f->values, f->values == 1 ? "" : "s");
	buf_ch(out, '\n');
}

static void tell_fields(struct coverage *c)
{
	for (size_t i = 0; i < c->nfields; i++) {
		const struct field *f = &c->fields[i];
		if (f->read > 0)
			continue;
		if (c->unread++ == 0 && !c->cli->json)
			buf_c(&c->out, "\nnever read:\n");
		if (c->cli->json)
			field_json(&c->json, f);
		else
			field_text(&c->out, f);
	}
}

static void tell_json(struct coverage *c)
{
	json_init(&c->json, &c->out, true);
	json_object(&c->json);
	json_member_int(&c->json, "items", (int64_t)c->counts.items);
	json_member_int(&c->json, "out", (int64_t)c->counts.out);
	json_member_int(&c->json, "aside", (int64_t)c->counts.aside);
	json_name(&c->json, "expressions");
	json_array(&c->json);
	tell_expressions(c, NULL);
	json_end(&c->json, ']');
	json_name(&c->json, "unread");
	json_array(&c->json);
	tell_fields(c);
	json_end(&c->json, ']');
	json_member_int(&c->json, "never", (int64_t)c->never);
	json_end(&c->json, '}');
	buf_ch(&c->out, '\n');
}

static void tell_text(struct coverage *c)
{
	struct columns columns;

	columns_init(&columns, &c->args.arena, 5);
	columns.right[0] = columns.right[1] = columns.right[2] = true;
	columns_add(&columns,
		(const struct str[]){
			STR("RUNS"), STR("GAVE"), STR("LINE"), STR("WHERE"), STR("EXPRESSION")});
	tell_expressions(c, &columns);
	if (!c->cli->quiet || c->never > 0)
		columns_print(&columns, &c->out);
	tell_fields(c);
	if (!c->cli->quiet)
		buf_printf(&c->out,
			"\n%" PRIu64 " items, %" PRIu64 " out, %" PRIu64 " set aside; %" PRIu64
			" of %" PRIu64 " expressions never ran, %" PRIu64
			" fields were never read\n",
			c->counts.items, c->counts.out, c->counts.aside, c->never, c->told,
			c->unread);
}

static int work(struct coverage *c, const struct args *files, struct err *e)
{
	int rc = 0;

	c->args.o.map = files->rest[0];
	if (files->n > 1)
		rc = run_inputs(
			c, &c->args.o, (const char *const *)files->rest + 1, files->n - 1, e);
	else if (map_case_any(files->rest[0], &c->args.arena))
		rc = map_case_each(files->rest[0], NULL, run_case, c, &c->args.arena, e);
	if (rc == -1)
		return -1;
	if (c->n == 0)
		return err_set(e, ERR_USAGE, "INPUT is missing, and %s has no cases beside it",
			files->rest[0]);
	if (c->cli->json)
		tell_json(c);
	else
		tell_text(c);
	return command_write(&c->out, "the coverage", e);
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct args_option options[CONVERSION_ARGS];
	struct coverage c = {.cli = cli};
	struct args files;
	struct err e;
	int status = 0;

	conversion_args_init(&c.args);
	faults_init(&c.faults, &c.args.arena);
	buf_init(&c.out, OUT_MAX);
	conversion_args_options(&c.args, options);
	if (conversion_args_repeated(&c.args, &argc, argv, &e) == -1 ||
		args_parse(argc, argv, options, CONVERSION_ARGS, 1, FILES_MAX, "MAP", &files, &e) ==
			-1 ||
		conversion_args_finish(&c.args, &cli->clock, &e) == -1)
		status = command_fail(cli, &e);
	else if (work(&c, &files, &e) == 0)
		status = c.never > 0 ? 1 : 0;
	else
		status = c.faults.n > 0 ? err_exit(&e) : command_fail(cli, &e);
	if (c.faults.n > 0)
		command_faults(&c.faults);
	mem_free(c.fields);
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
