/* A conversion without an environment; see conversion.h. */
#include "cli/conversion.h"

#include <string.h>

#include "base/fsx.h"
#include "base/scratch.h"
#include "edi/edi_items.h"
#include "format/path.h"
#include "stage/workflow.h"
#include "stage/read_back.h"

/* LOOK: so many elements are looked at for their names, of which BELOW are told. */
enum { WHAT_MAX = 800, LOOK = 1000, BELOW = 20 };

/* --- what the map asks for and the command line gives --- */

struct asking {
	struct conversion *c;
	struct buf missing;
};

static void ask_variable(void *ctx, struct str name, uint32_t line)
{
	struct asking *a = ctx;

	for (size_t i = 0; i < a->c->input.nvars; i++)
		if (str_eq(a->c->input.vars[i].name, name))
			return;
	buf_printf(&a->missing, "%s--set " STR_FMT "=VALUE (line %u)", a->missing.n ? ", " : "",
		STR_ARG(name), line);
}

static void add_default(struct conversion *c, const char *name, struct str value)
{
	struct conversion_options *o = c->o;

	for (size_t i = 0; i < o->nvars; i++)
		if (str_is(o->vars[i].name, name))
			return;
	if (o->nvars < CONVERSION_VARS)
		o->vars[o->nvars++] = (struct map_var){str_c(name), value};
}

/* What an environment would know by itself. */
static void add_defaults(struct conversion *c)
{
	add_default(c, "environment/name", STR("convert"));
	add_default(c, "environment/id", c->o->envelope.sender.id);
	add_default(c, "environment/usage", STR("test"));
	add_default(c, "partner/name", c->o->envelope.receiver.id);
	add_default(c, "partner/id", c->o->envelope.receiver.id);
	add_default(c, "agreement/name", STR("convert"));
	c->input.vars = c->o->vars;
	c->input.nvars = c->o->nvars;
}

static const struct conversion_join *given(const struct conversion_options *o, struct str name)
{
	for (size_t i = 0; i < o->njoins; i++)
		if (str_eq(o->joins[i].name, name))
			return &o->joins[i];
	return NULL;
}

static void ask_joins(struct conversion *c, struct buf *missing)
{
	size_t n = 0;
	const struct map_join *joins = map_joins(c->file.map, &n);

	for (size_t i = 0; i < n; i++)
		if (!given(c->o, joins[i].name))
			buf_printf(missing,
				"%s--join " STR_FMT "=FILE (line %u: " STR_FMT ", " STR_FMT ")",
				missing->n ? ", " : "", STR_ARG(joins[i].name), joins[i].line,
				STR_ARG(joins[i].source), STR_ARG(joins[i].format));
	if (map_uses_workflow(c->file.map) && !c->o->workflow)
		buf_printf(missing, "%s--workflow hub-settings.json", missing->n ? ", " : "");
}

/* A join that the map does not have is a slip of the pen. */
static int check_joins(struct conversion *c, struct err *e)
{
	size_t n = 0;
	const struct map_join *joins = map_joins(c->file.map, &n);
	const char *names[CONVERSION_JOINS];

	if (n > CONVERSION_JOINS)
		return err_set(
			e, ERR_CONFIG, "%s has more than %d joins", c->o->map, CONVERSION_JOINS);
	for (size_t i = 0; i < n; i++)
		names[i] = arena_cstr(&c->arena, joins[i].name);
	for (size_t k = 0; k < c->o->njoins; k++) {
		const struct str name = c->o->joins[k].name;
		const char *near = NULL;
		size_t i = 0;
		while (i < n && !str_eq(joins[i].name, name))
			i++;
		if (i < n || c->o->joins_of_others)
			continue;
		near = str_suggest(name, names, n);
		return err_set(e, ERR_USAGE,
			"--join " STR_FMT ": the map has no join of that name%s%s", STR_ARG(name),
			near ? "; did you mean " : "", near ? near : "");
	}
	return 0;
}

static int check_given(struct conversion *c, struct err *e)
{
	struct asking a = {.c = c};
	int rc = check_joins(c, e);

	if (rc == -1)
		return -1;
	buf_init(&a.missing, WHAT_MAX);
	ask_joins(c, &a.missing);
	map_variables(c->file.map, ask_variable, &a);
	if (a.missing.n > 0)
		rc = err_set(e, ERR_USAGE, "%s needs %s", c->o->map, buf_cstr(&a.missing));
	buf_done(&a.missing);
	return rc;
}

static int open_joins(struct conversion *c, struct err *e)
{
	size_t n = 0;
	const struct map_join *joins = map_joins(c->file.map, &n);
	struct diag d;

	diag_init(&d, &c->arena);
	for (size_t i = 0; i < n; i++) {
		const struct conversion_join *j = given(c->o, joins[i].name);
		struct reader_spec o = j->spec;
		if (o.format.n == 0)
			o.format = joins[i].format;
		c->joins[i].fd = -1;
		c->njoins = i + 1;
		if (source_open(j->path, &c->joins[i], &d, e) == -1)
			return err_wrap(e, "--join " STR_FMT, STR_ARG(j->name));
		(void)source_spec(&c->joins[i], &o, &c->join_specs[i]);
		c->join_specs[i].ops = edi_items_find(o.format);
		map_reader_spec(c->file.map, (int)i, &c->join_specs[i]);
	}
	return 0;
}

static int open_workflow(struct conversion *c, struct err *e)
{
	int fd = -1;
	int rc = -1;

	if (!c->o->workflow)
		return 0;
	fd = fsx_open_path(c->o->workflow, e);
	if (fd != -1)
		rc = workflow_load(fd, str_c(c->o->workflow), &c->names, &c->arena,
			&c->input.workflow, &c->input.nworkflow, e);
	fsx_close(fd);
	return rc;
}

static int prepare(struct conversion *c, struct faults *f, struct err *e)
{
	struct target target;

	if (map_file_open(&c->file, c->o->map, &c->names, f, e) == -1)
		return -1;
	add_defaults(c);
	if (check_given(c, e) == -1)
		return -1;
	c->o->envelope.when = c->o->date;
	c->input.names = &c->names;
	c->input.run_id = STR("convert");
	c->input.run_date = c->o->date;
	c->input.action = c->o->action.n > 0 ? c->o->action : STR("add");
	if (target_open(&target, &c->o->envelope, map_target(c->file.map), e) == -1) {
		e->code = ERR_USAGE;
		return -1;
	}
	target_close(&target);
	if (open_joins(c, e) == -1)
		return -1;
	return open_workflow(c, e);
}

int conversion_open(
	struct conversion *c, struct conversion_options *o, struct faults *f, struct err *e)
{
	memset(c, 0, sizeof(*c));
	c->o = o;
	c->aside = c->lineage = -1;
	arena_init(&c->arena);
	names_init(&c->names);
	return prepare(c, f, e);
}

void conversion_close(struct conversion *c)
{
	for (size_t i = 0; i < c->njoins; i++)
		source_close(&c->joins[i]);
	map_file_close(&c->file);
	names_done(&c->names);
	arena_done(&c->arena);
}

/* --- one file --- */

static int next_number(void *ctx, char kind, uint64_t *number, struct err *e)
{
	struct conversion *c = ctx;

	(void)e;
	*number = kind == 'I' ? ++c->isa : ++c->gs;
	return 0;
}

static void tell_finding(void *ctx, const struct finding *f)
{
	const struct conversion *c = ctx;

	output_finding(c->findings, f);
}

static void take_findings_back(void *ctx)
{
	const struct conversion *c = ctx;

	output_findings_back(c->findings);
}

static void tell_progress(void *ctx, uint64_t items, uint64_t bytes, uint64_t size)
{
	const struct conversion *c = ctx;

	output_progress(c->findings, items, bytes, size);
}

/* Readers of the joins begin anew with each file. */
static int open_readers(
	struct conversion *c, const struct source *s, struct reader **joins, struct err *e)
{
	struct reader_spec spec;
	struct reader_spec wanted = c->o->source;

	if (wanted.format.n == 0)
		wanted.format = map_source_format(c->file.map);
	(void)source_spec(s, &wanted, &spec);
	/* The map says what it is; a file that is plainly something else is said so at once. */
	if (s->kind == SOURCE_IS_OTHER ||
		(s->kind == SOURCE_IS_EDI) != (edi_items_find(spec.format) != NULL) ||
		(s->kind == SOURCE_IS_XML) != str_is(spec.format, "xml") ||
		(s->kind == SOURCE_IS_TEXT && !str_is(spec.format, "csv") &&
			!str_is(spec.format, "fixed")))
		return err_set(e, ERR_INPUT, "%s: this is %s; the map takes " STR_FMT, s->path,
			s->what, STR_ARG(spec.format));
	map_reader_spec(c->file.map, MAP_ITEMS, &spec);
	spec.ops = edi_items_find(spec.format);
	c->source = reader_open(s->fd, &spec, &c->names, e);
	if (c->source && map_uses_links(c->file.map))
		c->input.source = reader_open(s->fd, &spec, &c->names, e);
	if (!c->source || (map_uses_links(c->file.map) && !c->input.source))
		return -1;
	if (map_columns_check(c->file.map, c->source, e) == -1)
		return -1;
	for (size_t i = 0; i < c->njoins; i++) {
		joins[i] = reader_open(c->joins[i].fd, &c->join_specs[i], &c->names, e);
		if (!joins[i])
			return -1;
	}
	c->input.joins = joins;
	c->input.njoins = c->njoins;
	return 0;
}

static int produce(struct conversion *c, int out, struct produce_counts *counts, struct err *e)
{
	const bool scratch = map_uses_scratch(c->file.map);
	struct scratch file = {scratch ? fsx_scratch(e) : -1, 0};
	struct produce p = {
		.map = c->file.map,
		.source = c->source,
		.input = c->input,
		.envelope = &c->o->envelope,
		.defs = c->file.defs,
		.out = out,
		.lineage = c->lineage,
		.aside = c->aside,
		.result = -1,
		.number = next_number,
		.finding = c->findings ? tell_finding : NULL,
		.anew = c->findings ? take_findings_back : NULL,
		.progress = c->findings && c->findings->progress ? tell_progress : NULL,
		.ctx = c,
	};

	int rc = -1;

	if (scratch && file.fd == -1)
		return -1;
	p.input.scratch = &file;
	if (c->findings)
		output_findings_trial(c->findings);
	rc = produce_run(&p, counts, e);
	fsx_close(file.fd);
	if (c->findings)
		output_findings_stand(c->findings);
	return rc == -1 ? -1 : read_back_run(&p, counts, e);
}

/* Names of elements below the root of an XML file, each once, as the map would write them. */
static size_t find_below(struct conversion *c, struct arena *a, const char **names)
{
	struct reader_spec spec = c->source->spec;
	struct reader *r = NULL;
	uint32_t ids[BELOW];
	struct item it;
	struct diag d;
	struct err ignored;
	size_t n = 0;

	spec.item = STR("");
	diag_init(&d, a);
	r = reader_open(c->source->fd, &spec, &c->names, &ignored);
	for (int i = 0; r && i < LOOK && n < BELOW && reader_next(r, &it, &d, &ignored) == 1; i++) {
		size_t k = 0;
		while (it.root && k < n && ids[k] != it.root->name)
			k++;
		if (!it.root || k < n)
			continue;
		ids[n] = it.root->name;
		names[n++] = arena_cstr(a, names_text(&c->names, ids[k]));
	}
	reader_close(r);
	return n;
}

/* No element is at the path of the items: what is there instead is told. */
static void tell_none(struct conversion *c, struct arena *a)
{
	const char *names[BELOW];
	const size_t n = find_below(c, a, names);
	const struct str item = c->source->spec.item;
	struct str list = n > 0 ? STR("") : STR("no element below the root");
	const char *near = NULL;
	struct path path;
	struct err ignored;

	for (size_t i = 0; i < n; i++)
		list = arena_printf(a, STR_FMT "%s%s", STR_ARG(list), i > 0 ? ", " : "", names[i]);
	if (path_parse(&path, item, &ignored) == 0 && path.n > 1)
		near = str_suggest(path.steps[1], names, n);
	output_finding(c->findings,
		&(struct finding){
			.code = STR("XML-ITEM-NONE"),
			.severity = SEV_WARNING,
			.file = c->source->spec.file,
			.found = list,
			.expected = item,
			.rule = STR("the path of the items finds no element in the file"),
			.remedy = near ? arena_printf(a, "did you mean '%s'?", near)
				       : STR("correct item= of the source, or see whether the "
					     "file is the right one"),
		});
}

int conversion_file(struct conversion *c, const char *path, int out, struct produce_counts *counts,
	struct err *e)
{
	struct reader *joins[CONVERSION_JOINS] = {NULL};
	struct source s;
	struct diag d;
	struct arena a;
	int rc = -1;

	arena_init(&a);
	diag_init(&d, &a);
	c->source = c->input.source = NULL;
	rc = source_open(path, &s, &d, e);
	for (const struct finding *f = d.first; f && c->findings; f = f->next)
		output_finding(c->findings, f);
	if (rc == 0)
		rc = open_readers(c, &s, joins, e);
	if (rc == 0)
		rc = produce(c, out, counts, e);
	if (rc == 0 && counts->items == 0 && c->findings && c->source->spec.item.n > 0 &&
		str_is(c->source->spec.format, "xml"))
		tell_none(c, &a);
	reader_close(c->source);
	reader_close(c->input.source);
	for (size_t i = 0; i < c->njoins; i++)
		reader_close(joins[i]);
	source_close(&s);
	arena_done(&a);
	return rc;
}
