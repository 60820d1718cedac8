/* gridspool show: the story of one thing. */
#include "cli/cmd_show.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "cli/columns.h"
#include "cli/verb.h"
#include "stage/story.h"

static const char usage[] =
	"usage: gridspool show [--env DIR] ID\n"
	"\n"
	"Tells what a thing is, where it lies and why, what happened to it, what is next and which\n"
	"verbs are allowed now. ID is an interchange (123 or its file name), an input (in-000012), a\n"
	"received file (r-000012), a unit of work (u-5), a partner, an agreement or an item's key;\n"
	"partner:NAME, agreement:NAME and item:KEY say which, where a name is two things.\n"
	"\n"
	"  --env DIR   the environment; else the current folder\n"
	"\n"
	"exit status: 0 shown; 64 usage; 65 there is no such thing; 78 configuration\n"
	"\n"
	"examples: gridspool show 123\n"
	"          gridspool show SKU-10042 --json\n";

enum { OUTPUT_MAX = 64 << 20 };

static void print_text(const struct story *t, struct arena *a, struct buf *out)
{
	struct columns facts;

	columns_init(&facts, a, 2);
	for (const struct story_fact *f = t->facts; f; f = f->next) {
		const struct str cells[2] = {str_c(f->name), f->value};
		columns_add(&facts, cells);
	}
	columns_print(&facts, out);
	for (const struct story_list *l = t->lists; l; l = l->next) {
		struct columns c;
		struct str head[STORY_CELLS];
		if (!l->first)
			continue;
		if (l->total > l->rows)
			buf_printf(
				out, "\n%s, the first %zu of %zu:\n", l->name, l->rows, l->total);
		else
			buf_printf(out, "\n%s:\n", l->name);
		columns_init(&c, a, l->n);
		for (size_t i = 0; i < l->n; i++)
			head[i] = str_c(l->column[i]);
		columns_add(&c, head);
		for (const struct story_row *r = l->first; r; r = r->next)
			columns_add(&c, r->cell);
		columns_print(&c, out);
	}
	buf_c(out, "\nnext:  ");
	utf8_quote(out, t->next, 1000);
	buf_c(out, "\nverbs: ");
	buf_str(out, t->verbs.n > 0 ? t->verbs : STR("none"));
	buf_ch(out, '\n');
}

static void json_lists(const struct story *t, struct json *j)
{
	for (const struct story_list *l = t->lists; l; l = l->next) {
		json_name(j, l->name);
		json_array(j);
		for (const struct story_row *r = l->first; r; r = r->next) {
			json_object(j);
			for (size_t i = 0; i < l->n; i++)
				json_member(j, l->column[i], r->cell[i]);
			json_end(j, '}');
		}
		json_end(j, ']');
	}
}

/* How long the lists are of which only a part is told. */
static void json_totals(const struct story *t, struct json *j)
{
	bool any = false;

	for (const struct story_list *l = t->lists; l; l = l->next) {
		if (l->total <= l->rows)
			continue;
		if (!any) {
			json_name(j, "totals");
			json_object(j);
		}
		any = true;
		json_member_int(j, l->name, (int64_t)l->total);
	}
	if (any)
		json_end(j, '}');
}

static void print_json(const struct story *t, struct buf *out)
{
	struct json j;
	struct str rest = t->verbs;
	struct str verb;

	json_init(&j, out, true);
	json_object(&j);
	for (const struct story_fact *f = t->facts; f; f = f->next) {
		if (f->number) {
			json_name(&j, f->name);
			json_raw(&j, f->value);
		} else {
			json_member(&j, f->name, f->value);
		}
	}
	json_lists(t, &j);
	json_totals(t, &j);
	json_member(&j, "next", t->next);
	json_name(&j, "verbs");
	json_array(&j);
	while (rest.n > 0 && str_split(&rest, ',', &verb))
		json_str(&j, str_trim(verb));
	json_end(&j, ']');
	json_end(&j, '}');
	buf_ch(out, '\n');
}

static int show(struct env *v, const struct cli *cli, const char *id)
{
	struct arena a;
	struct subject s;
	struct story t;
	struct buf out;
	struct err e;
	int status = 0;

	arena_init(&a);
	buf_init(&out, OUTPUT_MAX);
	if (subject_find(v, str_c(id), &a, &s, &e) == -1 || story_tell(v, &s, &a, &t, &e) == -1) {
		status = command_fail(cli, &e);
	} else {
		if (cli->json)
			print_json(&t, &out);
		else
			print_text(&t, &a, &out);
		if (command_write(&out, "the story", &e) == -1)
			status = command_fail(cli, &e);
	}
	buf_done(&out);
	arena_done(&a);
	return status;
}

static int run(int argc, char **argv, const struct cli *cli)
{
	const char *env = NULL;
	const struct args_option options[] = {{.name = "env", .value = &env}};
	struct args args;
	struct err e;
	struct env v;
	int status = 0;

	if (args_parse(argc, argv, options, 1, 1, 1, "ID", &args, &e) == -1 ||
		args_env(env, &env, &e) == -1)
		return command_fail(cli, &e);
	if (verb_look(&v, env, cli, &status) == -1)
		return status;
	status = show(&v, cli, args.rest[0]);
	env_close(&v);
	return status;
}

const struct command_ops cmd_show_ops = {
	.name = "show",
	.summary = "tell the story of an interchange, a file or an item",
	.usage = usage,
	.json = true,
	.run = run,
};
