/* gridspool format show: a message, a segment or an element in readable form. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/table.h"
#include "cli/args.h"
#include "cli/cmd_format.h"
#include "cli/columns.h"
#include "cli/formats.h"
#include "cli/formats_json.h"

enum { OUT_MAX = 64 << 20, DEPTH_MAX = 32, LINE_MAX_CHARS = 96 };

static const char usage[] =
	"usage: gridspool format show [OPTION...] NAME\n"
	"\n"
	"Shows a definition. Of a message: its segments in order, which must be there (M), how often,\n"
	"and the loops. Of a segment: its elements with type, lengths and codes, and what must hold\n"
	"between them. Of an element: its codes. NAME is a message (832, x12/004010/832), a segment of it\n"
	"(x12/004010/832/LIN), or any segment or element of a version (D01B/PIA, 004010/235).\n"
	"\n"
	"  --all         everything: with a message its segments, with these the codes\n"
	"  --guide FILE  as this guide narrows the message: guides/acme-832.xml\n"
	"  --env DIR     with the definitions and guides of this environment's bundle\n"
	"\n"
	"Exit codes: 0 printed; 64 usage, or there is nothing of that name; 65 there is no such folder;\n"
	"78 a definition is wrong.\n"
	"\n"
	"Example:\n"
	"  gridspool format show x12/004010/832/LIN\n";

struct show {
	struct formats f;
	struct buf out;
	bool all;
	struct table told; /* elements whose codes are printed */
};

/* ---- elements ------------------------------------------------------------------------------- */

static const char *requirement(bool used, bool mandatory)
{
	return !used ? "-" : mandatory ? "M" : "O";
}

static struct str lengths(struct show *s, const struct def_element *d)
{
	return d->min == d->max ? arena_printf(&s->f.arena, "%u", d->max)
				: arena_printf(&s->f.arena, "%u-%u", d->min, d->max);
}

static void part_row(struct show *s, struct columns *c, const struct def_part *p, bool component)
{
	const struct def_element *d = p->element;
	struct str codes = STR("");

	if (d && d->codes)
		codes = arena_printf(&s->f.arena, "%zu%s", d->codes->n, d->codes->open ? "+" : "");
	columns_add(c,
		(const struct str[]){arena_printf(&s->f.arena, "%s" STR_FMT, component ? "  " : "",
					     STR_ARG(p->ref)),
			d ? d->id : p->composite, str_c(requirement(p->used, p->mandatory)),
			p->repeat > 1 ? arena_printf(&s->f.arena, "%u", p->repeat) : STR(""),
			d ? formats_json_type(d, &s->f.arena) : STR(""),
			d ? lengths(s, d) : STR(""), codes, p->name.n || !d ? p->name : d->name});
}

/* Values without a name, as many on a line as fit. */
static void bare_codes(struct show *s, const struct def_codes *list)
{
	size_t at = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct str value = list->codes[i].value;
		if (list->codes[i].name.n > 0)
			continue;
		if (at == 0 || at + value.n + 1 > LINE_MAX_CHARS) {
			buf_c(&s->out, at == 0 ? " " : "\n ");
			at = 1;
		}
		buf_printf(&s->out, " " STR_FMT, STR_ARG(value));
		at += value.n + 1;
	}
	if (at > 0)
		buf_ch(&s->out, '\n');
}

static void codes_text(struct show *s, const struct def_element *d)
{
	struct columns c;

	buf_printf(&s->out, "\ncodes of element " STR_FMT ", " STR_FMT "%s\n", STR_ARG(d->id),
		STR_ARG(d->name), d->codes->open ? " (others are warnings)" : "");
	bare_codes(s, d->codes);
	columns_init(&c, &s->f.arena, 2);
	for (size_t i = 0; i < d->codes->n; i++)
		if (d->codes->codes[i].name.n > 0)
			columns_add(&c,
				(const struct str[]){arena_printf(&s->f.arena, "  " STR_FMT,
							     STR_ARG(d->codes->codes[i].value)),
					d->codes->codes[i].name});
	columns_print(&c, &s->out);
}

/* The codes of each element once, though it stands in many places. */
static void segment_codes(struct show *s, const struct def_part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct def_element *d = parts[i].element;
		if (!d)
			segment_codes(s, parts[i].parts, parts[i].nparts);
		else if (d->codes && table_add(&s->told, d->id, s))
			codes_text(s, d);
	}
}

static void segment_text(struct show *s, const struct def_segment *d)
{
	struct columns c;

	buf_printf(&s->out, STR_FMT "  " STR_FMT "\n\n", STR_ARG(d->tag), STR_ARG(d->name));
	columns_init(&c, &s->f.arena, 8);
	columns_add(&c,
		(const struct str[]){STR("REF"), STR("ELEMENT"), STR("REQ"), STR("REPEAT"),
			STR("TYPE"), STR("LENGTH"), STR("CODES"), STR("NAME")});
	for (size_t i = 0; i < d->nparts; i++) {
		part_row(s, &c, &d->parts[i], false);
		for (size_t k = 0; k < d->parts[i].nparts; k++)
			part_row(s, &c, &d->parts[i].parts[k], true);
	}
	columns_print(&c, &s->out);
	if (d->nnotes > 0)
		buf_ch(&s->out, '\n');
	for (size_t i = 0; i < d->nnotes; i++) {
		buf_str(&s->out, formats_json_note(&d->notes[i], &s->f.arena));
		buf_ch(&s->out, '\n');
	}
	if (s->all)
		segment_codes(s, d->parts, d->nparts);
}

static void element_text(struct show *s, const struct def_element *d)
{
	buf_printf(&s->out, STR_FMT "  " STR_FMT ", type " STR_FMT ", length " STR_FMT "\n",
		STR_ARG(d->id), STR_ARG(d->name), STR_ARG(formats_json_type(d, &s->f.arena)),
		STR_ARG(lengths(s, d)));
	if (d->codes)
		codes_text(s, d);
}

/* ---- messages ------------------------------------------------------------------------------- */

static void node_rows(struct show *s, struct columns *c, const struct def_node *n, unsigned *at)
{
	for (; n; n = n->next) {
		const unsigned depth = n->depth < DEPTH_MAX ? n->depth : DEPTH_MAX;
		const unsigned indent = depth > 0 ? 2 * (depth - 1) : 0;
		const struct str name = arena_printf(
			&s->f.arena, "%*s" STR_FMT, (int)indent, "", STR_ARG(n->name));
		columns_add(c,
			(const struct str[]){
				n->loop ? STR("") : arena_printf(&s->f.arena, "%u", ++*at), name,
				str_c(requirement(n->used, n->mandatory)),
				n->max ? arena_printf(&s->f.arena, "%u", n->max) : STR("any"),
				n->loop ? STR("") : n->segment->name});
		node_rows(s, c, n->child, at);
	}
}

static void message_text(struct show *s, const struct def_message *m)
{
	size_t n = 0;
	const struct def_segment **list = formats_segments(m, &s->f.arena, &n);
	struct columns c;
	unsigned at = 0;

	buf_printf(&s->out, STR_FMT "/" STR_FMT "/" STR_FMT "  " STR_FMT, STR_ARG(m->format),
		STR_ARG(m->version), STR_ARG(m->id), STR_ARG(m->name));
	if (m->group.n)
		buf_printf(&s->out, ", group " STR_FMT, STR_ARG(m->group));
	if (m->guide.n)
		buf_printf(&s->out, ", guide " STR_FMT, STR_ARG(m->guide));
	buf_c(&s->out, "\n\n");
	columns_init(&c, &s->f.arena, 5);
	c.right[0] = c.right[3] = true;
	columns_add(&c,
		(const struct str[]){
			STR("POS"), STR("SEGMENT"), STR("REQ"), STR("MAX"), STR("NAME")});
	node_rows(s, &c, m->root->child, &at);
	columns_print(&c, &s->out);
	for (size_t i = 0; s->all && i < n; i++) {
		buf_ch(&s->out, '\n');
		segment_text(s, list[i]);
	}
}

/* ---- the command ---------------------------------------------------------------------------- */

static void show_json(struct show *s, const struct formats_found *found)
{
	struct json j;

	json_init(&j, &s->out, true);
	json_object(&j);
	json_member(&j, "format", found->format);
	json_member(&j, "version", found->version);
	if (found->segment)
		formats_json_segment(&j, found->segment, &s->f.arena);
	else if (found->element)
		formats_json_element(&j, found->element, &s->f.arena);
	else
		formats_json_message(&j, found->message, &s->f.arena);
	json_end(&j, '}');
	buf_ch(&s->out, '\n');
}

static int show(struct show *s, const char *env, const char *guide, const char *name, bool json,
	struct err *e)
{
	struct formats_found found;

	if (formats_open(&s->f, env, e) == -1 ||
		formats_find(&s->f, name, str_c(guide ? guide : ""), &found, e) == -1)
		return -1;
	if (json)
		show_json(s, &found);
	else if (found.segment)
		segment_text(s, found.segment);
	else if (found.element)
		element_text(s, found.element);
	else
		message_text(s, found.message);
	return command_write(&s->out, "the definition", e);
}

static int run(int argc, char **argv, const struct cli *cli)
{
	const char *env = NULL;
	const char *guide = NULL;
	struct show s;
	const struct args_option options[] = {
		{.name = "all", .flag = &s.all},
		{.name = "guide", .value = &guide},
		{.name = "env", .value = &env},
	};
	struct args a;
	struct err e;
	int rc = -1;

	memset(&s, 0, sizeof(s));
	if (args_parse(argc, argv, options, sizeof(options) / sizeof(options[0]), 1, 1, "NAME", &a,
		    &e) == -1)
		return command_fail(cli, &e);
	buf_init(&s.out, OUT_MAX);
	table_init(&s.told);
	rc = show(&s, env, guide, a.rest[0], cli->json, &e);
	buf_done(&s.out);
	table_done(&s.told);
	formats_close(&s.f);
	return rc == -1 ? command_fail(cli, &e) : 0;
}

const struct command_ops cmd_format_show_ops = {
	.name = "show",
	.summary = "a message, a segment or an element in readable form",
	.usage = usage,
	.json = true,
	.run = run,
};
