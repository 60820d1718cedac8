/* gridspool explain; see cmd_explain.h. */
#include "cli/cmd_explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "cli/args.h"
#include "stage/fit.h"
#include "stage/subject.h"
#include "stage/target.h"
#include "stage/trace.h"

static const char usage[] =
	"usage: gridspool explain [--env DIR] [--set NUMBER] ID POSITION\n"
	"\n"
	"Says where a position in something sent came from: the item and its file, the field and\n"
	"its place, the line of the map.\n"
	"\n"
	"  ID            the interchange: its number or file name\n"
	"  POSITION      in X12 and EDIFACT SEGMENT[:ELEMENT[-COMPONENT]], counted as a 997 counts: ST\n"
	"                is segment 1. In CSV and fixed-width ROW[:COLUMN], the header being row 1, the\n"
	"                column by name or number. In JSON and XML LINE[:CHARACTER], as an editor shows\n"
	"                them, or LINE:NAME, the name of a value or the end of its path\n"
	"  --set NUMBER  ST02 of the transaction set, or 0062 of the message; else 0001\n"
	"  --env DIR     the environment; else the current folder\n"
	"\n"
	"exit status: 0 found; 65 there is no such position; 64 usage; 74 disk; 78 configuration\n"
	"\n"
	"example: gridspool explain 000123 45:3\n"
	"         gridspool explain 20261123T0200Z-000124.nord.product-list.csv 17:price\n";

struct asked {
	const char *env, *set, *id, *position;
	const struct target_ops *target; /* what that is a file of */
	struct trace_point point;
};

/* "3", "3-1" of a segment */
static bool read_element(struct str text, struct trace_point *t)
{
	struct str part = {"", 0};

	return str_split(&text, '-', &part) && str_to_i64(part, &t->element) && t->element > 0 &&
		(!text.p || (str_to_i64(text, &t->component) && t->component > 0));
}

/* A number, or a name, of a column or value; a name may have colons. */
static bool read_value(struct str text, struct trace_point *t)
{
	if (str_to_i64(text, &t->element))
		return t->element > 0;
	t->name = text;
	return text.n > 0;
}

/* "45", "45:3", "45:3-1"; "12:price", "7:cbc:ID" */
static int read_position(struct asked *a, struct err *e)
{
	struct trace_point *t = &a->point;
	const bool segments = !a->target->put_tree;
	struct str rest = str_c(a->position);
	struct str part = {"", 0};
	bool good = str_split(&rest, ':', &part) && str_to_i64(part, &t->segment_at) &&
		t->segment_at > 0;

	if (good && rest.p)
		good = segments ? read_element(rest, t) : read_value(rest, t);
	if (good)
		return 0;
	return err_set(e, ERR_USAGE, "'%s' is no position in a file of format %s; write %s",
		a->position, a->target->format,
		segments ? "SEGMENT:ELEMENT-COMPONENT, such as 45:3"
			: a->target->watch
			? "LINE:CHARACTER or LINE:NAME, such as 45:120 or 45:price"
			: "ROW:COLUMN, such as 45:3 or 45:price");
}

static void line(struct buf *b, const char *label, struct str text)
{
	if (text.n == 0)
		return;
	buf_printf(b, "%-9s", label);
	utf8_quote(b, text, 1000);
	buf_ch(b, '\n');
}

static void print_people(
	const struct asked *a, struct str agreement, const char *note, struct buf *b)
{
	const struct trace_point *t = &a->point;
	static const char *const parts[] = {"",
		"the header of the message: no item, but the agreement and its map", "an item",
		"the trailer of the message: counted by the program",
		"the head of a group: made of its first item",
		"behind the items of a group: counted by the program"};
	char place[64];
	struct str noted = t->noted;
	struct str one;

	line(b, "part", str_c(parts[t->part]));
	if (t->part != TRACE_ITEM && t->part != TRACE_GROUP)
		line(b, "agreed", agreement);
	line(b, "item", t->key);
	line(b, "file", t->file);
	line(b, "field", t->field);
	if (t->line > 0) {
		(void)snprintf(place, sizeof(place), "line %" PRId64 ", column %" PRId64, t->line,
			t->column);
		line(b, "place", str_c(place));
	}
	line(b, a->target->put_tree ? "name" : "segment", t->segment);
	line(b, "sent as", t->found);
	line(b, "map", t->map);
	if (t->map_line > 0) {
		(void)snprintf(place, sizeof(place), "%" PRId64, t->map_line);
		line(b, "map line", str_c(place));
	}
	while (noted.n > 0 && str_split(&noted, '\n', &one))
		line(b, "noted", one);
	line(b, "note", str_c(note));
}

static void print_json(const struct asked *a, struct str agreement, const char *note, struct buf *b)
{
	const struct trace_point *t = &a->point;
	static const char *const parts[] = {"", "header", "item", "trailer", "group", "foot"};
	struct str noted = t->noted;
	struct str one;
	struct json j;

	json_init(&j, b, true);
	json_object(&j);
	json_member_c(&j, "part", parts[t->part]);
	json_member_opt(&j, "agreement", agreement);
	json_member_opt(&j, "item", t->key);
	json_member_opt(&j, "file", t->file);
	json_member_opt(&j, "field", t->field);
	if (t->line > 0) {
		json_member_int(&j, "line", t->line);
		json_member_int(&j, "column", t->column);
	}
	json_member_opt(&j, a->target->put_tree ? "name" : "segment", t->segment);
	json_member_opt(&j, "found", t->found);
	json_member_opt(&j, "map", t->map);
	if (t->map_line > 0)
		json_member_int(&j, "map_line", t->map_line);
	if (noted.n > 0) {
		json_name(&j, "noted");
		json_array(&j);
		while (noted.n > 0 && str_split(&noted, '\n', &one))
			json_str(&j, one);
		json_end(&j, ']');
	}
	json_member_opt(&j, "note", str_c(note));
	json_end(&j, '}');
	buf_ch(b, '\n');
}

static int find(struct env *v, struct asked *a, struct arena *arena, struct interchange_row *row,
	struct err *e)
{
	struct subject s;
	int rc = 0;

	if (subject_find(v, str_c(a->id), arena, &s, e) == -1)
		return -1;
	if (s.kind != SUBJECT_INTERCHANGE)
		return err_set(e, ERR_USAGE, "%s is %s %s; explain wants an interchange", a->id,
			strchr("aeiou", subject_word(s.kind)[0]) ? "an" : "a",
			subject_word(s.kind));
	rc = ledger_interchange_find(&v->ledger, s.id, arena, row, e);
	if (rc != 1)
		return rc == 0
			? err_set(e, ERR_ABSENT, "interchange %s is not in the ledger", a->id)
			: -1;
	a->target = target_of_file(row->name);
	return a->target ? read_position(a, e)
			 : err_set(e, ERR_CORRUPT, "%s is a file of no known format", row->name.p);
}

/* Of a file without segments. */
static int no_value(const struct asked *a, const struct interchange_row *row, struct err *e)
{
	const struct trace_point *t = &a->point;
	const char *what = a->target->watch ? "character" : "column";

	if (t->name.n > 0)
		return err_set(e, ERR_INPUT, "%s %" PRId64 " of %s has no '" STR_FMT "'",
			a->target->record, t->segment_at, row->name.p, STR_ARG(t->name));
	return err_set(e, ERR_INPUT, "%s %" PRId64 " of %s has no %s %" PRId64, a->target->record,
		t->segment_at, row->name.p, what, t->element);
}

static int check_found(const struct asked *a, const struct interchange_row *row, struct err *e)
{
	const struct trace_point *t = &a->point;

	if (t->part == TRACE_NOWHERE && a->target->put_tree)
		return err_set(e, ERR_INPUT, "%s has no %s %" PRId64, row->name.p,
			a->target->record, t->segment_at);
	if (t->part == TRACE_NOWHERE)
		return err_set(e, ERR_INPUT, "set %s of %s has no segment %" PRId64, a->set,
			row->name.p, t->segment_at);
	if (!t->absent)
		return 0;
	if (a->target->put_tree)
		return no_value(a, row, e);
	if (t->component > 0)
		return err_set(e, ERR_INPUT,
			"segment %" PRId64 " of set %s is " STR_FMT ", which has no %02" PRId64
			"-%" PRId64,
			t->segment_at, a->set, STR_ARG(t->segment), t->element, t->component);
	return err_set(e, ERR_INPUT,
		"segment %" PRId64 " of set %s is " STR_FMT ", which has no element %" PRId64,
		t->segment_at, a->set, STR_ARG(t->segment), t->element);
}

static int explain(struct env *v, struct asked *a, const struct cli *cli, struct err *e)
{
	struct arena arena;
	struct interchange_row row;
	struct buf out;
	char note[300];
	int rc = -1;

	arena_init(&arena);
	buf_init(&out, 1 << 20);
	v->log.echo = true; /* what a run would log */
	if (find(v, a, &arena, &row, e) == 0 &&
		trace_points(v, &row, &a->point, 1, &arena, note, e) == 0)
		rc = check_found(a, &row, e);
	if (rc == 0) {
		if (cli->json)
			print_json(a, row.agreement, note, &out);
		else
			print_people(a, row.agreement, note, &out);
		rc = command_write(&out, "the explanation", e);
	}
	buf_done(&out);
	arena_done(&arena);
	return rc;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	struct asked a = {.set = "0001"};
	const struct args_option options[] = {
		{.name = "env", .value = &a.env}, {.name = "set", .value = &a.set}};
	struct args args;
	struct arena arena;
	struct faults f;
	struct env v;
	struct err e;
	int rc = -1;

	if (args_parse(argc, argv, options, 2, 2, 2, "ID POSITION", &args, &e) == -1 ||
		args_env(a.env, &a.env, &e) == -1)
		return command_fail(cli, &e);
	a.id = args.rest[0];
	a.position = args.rest[1];
	a.point.st = str_c(a.set);
	arena_init(&arena);
	faults_init(&f, &arena);
	if (env_open(&v, a.env, &cli->clock, true, &f, &e) == 0) {
		rc = fit_owner(v.dir, v.path, &e); /* it unpacks bundles below work/ */
		if (rc == 0)
			rc = env_open_ledger(&v, NULL, &e);
		if (rc == 0)
			rc = explain(&v, &a, cli, &e);
		env_close(&v);
	}
	arena_done(&arena);
	return rc == -1 ? command_fail(cli, &e) : 0;
}

const struct command_ops cmd_explain_ops = {
	.name = "explain",
	.summary = "where a position in something sent came from",
	.usage = usage,
	.json = true,
	.run = run,
};
