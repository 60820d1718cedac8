/* What a unit of work reads, opened for a worker; see inputs.h. */
#include "stage/inputs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "edi/edi_items.h"
#include "edi/edi_read.h"
#include "secure/hash.h"
#include "stage/workflow.h"

void inputs_reader_spec(const struct config_source *s, struct str file, struct reader_spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	spec->format = s->format;
	spec->ops = edi_items_find(s->format);
	spec->file = file;
	spec->items_below = s->items_below;
	if (!charset_find(s->encoding, &spec->charset))
		spec->charset = CHARSET_UTF8;
	spec->separator = s->separator;
	spec->quote = s->quote;
	spec->decimal = s->decimal;
	spec->no_header = s->no_header;
	spec->keep_empty = s->keep_empty;
	spec->columns = s->columns;
	spec->ncolumns = s->ncolumns;
	spec->numbers = s->numbers;
	spec->nnumbers = s->nnumbers;
}

/* What was agreed on with the partner about what it sends. */
static void agreed(const struct config_agreement *g, struct reader_spec *spec)
{
	enum edi_level level;
	struct err ignored; /* the configuration has checked it */

	spec->level = edi_read_level(g->level, &level, &ignored) == 0 ? level : EDI_GUIDE;
	spec->tolerated = &g->partner->tolerated;
}

static bool is_same_tolerance(const uint32_t *a, const uint32_t *b)
{
	return a == b || (a && b && *a == *b);
}

/* Namespaces are compared by nobody: that costs one more reading. */
static bool is_same_view(const struct reader_spec *a, const struct reader_spec *b)
{
	return a->nspaces == 0 && b->nspaces == 0 && a->layout == b->layout &&
		str_eq(a->item, b->item) && str_eq(a->version, b->version) &&
		str_eq(a->message, b->message) && str_eq(a->guide, b->guide) &&
		a->level == b->level && is_same_tolerance(a->tolerated, b->tolerated);
}

static void add_view(struct reader_spec *views, size_t *n, const struct reader_spec *plain,
	const struct map *m, int of)
{
	struct reader_spec *next = &views[*n];
	bool known = false;

	*next = *plain;
	map_reader_spec(m, of, next);
	for (size_t i = 0; i < *n; i++)
		known = known || is_same_view(&views[i], next);
	*n += !known;
}

static size_t count_views(const struct env *v)
{
	size_t all = 1;
	size_t joins = 0;

	for (size_t i = 0; i < v->nroutes; i++, all += 1 + joins)
		(void)map_joins(v->routes[i].map, &joins);
	return all;
}

struct reader_spec *inputs_views(const struct env *v, const struct config_source *s,
	struct str file, struct arena *a, size_t *n)
{
	struct reader_spec *views = arena_array(a, count_views(v), sizeof(*views));
	struct reader_spec plain;

	*n = 0;
	inputs_reader_spec(s, file, &plain);
	for (size_t i = 0; i < v->nroutes; i++) {
		const struct env_route *r = &v->routes[i];
		size_t njoins = 0;
		const struct map_join *joins = map_joins(r->map, &njoins);

		agreed(r->agreement, &plain);
		if (r->source == s)
			add_view(views, n, &plain, r->map, MAP_ITEMS);
		plain.tolerated = NULL; /* what is joined is not from the partner */
		for (size_t k = 0; k < njoins; k++)
			if (str_eq(joins[k].source, s->name))
				add_view(views, n, &plain, r->map, (int)k);
	}
	inputs_reader_spec(s, file, &plain);
	if (*n == 0 && !str_is(s->format, "fixed"))
		views[(*n)++] = plain;
	return views;
}

/* "source=12,master=13," : the number behind a role, or 0. */
static int64_t input_of(struct str inputs, struct str role)
{
	struct str part;

	while (str_split(&inputs, ',', &part)) {
		struct str name;
		int64_t id = 0;
		if (str_split(&part, '=', &name) && str_eq(name, role) && part.p &&
			str_to_i64(part, &id))
			return id;
	}
	return 0;
}

static struct str printable(struct str name, struct arena *a)
{
	struct str kept;
	struct buf shown;

	buf_init(&shown, (size_t)LIMIT_NAME * 4 + 100);
	utf8_quote(&shown, name, LIMIT_NAME);
	kept = arena_str(a, buf_view(&shown));
	buf_done(&shown);
	return kept;
}

/* More than was recorded, behind it, soon after it was picked up: by an exporter that still has it open, where we
 * could not ask for that. */
static bool written_on(const struct input_row *r, int fd)
{
	char sha[HASH_HEX];
	struct stat st;
	struct err ignored;

	return !r->tree && fsx_writer(fd) == -1 && fstat(fd, &st) == 0 && st.st_size > r->size &&
		st.st_mtime - r->at <= INPUTS_WRITES_SECONDS &&
		hash_start(fd, (uint64_t)r->size, sha, &ignored) == 0 && str_is(r->sha, sha);
}

/* Somebody may have edited it where it lies. */
static int check_bytes(const struct input_row *r, int fd, struct err *e)
{
	char sha[HASH_HEX];

	if (hash_file(fd, sha, NULL, e) == -1)
		return err_wrap(e, "%s", r->place.p);
	if (str_is(r->sha, sha))
		return 0;
	if (written_on(r, fd)) {
		(void)err_set(e, ERR_INPUT, "%s: " INPUTS_WRITTEN_ON, r->place.p);
		return err_reason(e, "WRITTEN-ON");
	}
	(void)err_set(
		e, ERR_INPUT, "%s is not what was recorded: it was changed by hand", r->place.p);
	return err_reason(e, "CHANGED-BY-HAND");
}

int inputs_open_row(const struct env *v, const struct input_row *r, struct err *e)
{
	int fd = -1;

	if (r->place.n == 0) {
		(void)err_set(e, ERR_ABSENT,
			"the file of in-%06" PRId64
			" is no longer kept: <retention> in environment.xml says how long it is",
			r->id);
		return err_reason(e, "LOST-SOURCE");
	}
	fd = fsx_open(v->dir, r->place.p, e);
	if (fd == -1)
		return e->code == ERR_ABSENT ? err_reason(e, "LOST-SOURCE") : -1;
	if (check_bytes(r, fd, e) == 0)
		return fd;
	fsx_close(fd);
	return -1;
}

/* file: its name for messages, in->arena has it. */
static int open_input(struct env *v, struct str inputs, struct str role, int *fd, struct str *file,
	struct inputs *in, struct err *e)
{
	struct arena a;
	struct input_row row;
	const int64_t id = input_of(inputs, role);
	int rc = -1;

	*fd = -1;
	if (id == 0)
		return err_set(e, ERR_CORRUPT, "no input is recorded for " STR_FMT, STR_ARG(role));
	arena_init(&a);
	rc = ledger_input_find(&v->ledger, id, &a, &row, e);
	if (rc == 0)
		rc = err_set(e, ERR_CORRUPT, "input %" PRId64 " is not in the ledger", id);
	if (rc == 1) {
		*fd = inputs_open_row(v, &row, e);
		in->fault = *fd == -1 && e->reason[0] ? id : 0;
		rc = *fd == -1 ? err_wrap(e, "in-%06" PRId64 " (" STR_FMT ")", id, STR_ARG(role))
			       : 0;
		*file = printable(row.name, &in->arena);
		if (rc == 0 && !row.tree)
			in->files[in->nfiles++] = (struct inputs_file){id, row.size, *fd};
	}
	arena_done(&a);
	return rc;
}

int inputs_open(struct env *v, const struct env_route *r, struct str inputs, struct inputs *in,
	struct err *e)
{
	size_t n = 0;
	const struct map_join *joins = map_joins(r->map, &n);

	memset(in, 0, sizeof(*in));
	in->source = in->workflow = -1;
	in->source_config = r->source;
	arena_init(&in->arena);
	if (n > INPUTS_JOINS)
		return err_set(e, ERR_CONFIG, "map " STR_FMT " has more than %d joins",
			STR_ARG(r->agreement->map), INPUTS_JOINS);
	if (open_input(v, inputs, STR("source"), &in->source, &in->source_file, in, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		in->join_config[i] = config_source_find(v->config, joins[i].source);
		in->njoins = i + 1;
		if (open_input(v, inputs, joins[i].name, &in->joins[i], &in->join_file[i], in, e) ==
			-1)
			return -1;
	}
	if (map_uses_workflow(r->map) && r->source->workflow_from.n > 0)
		return open_input(
			v, inputs, STR("workflow"), &in->workflow, &in->workflow_file, in, e);
	return 0;
}

static int one_there(struct env *v, int64_t id, struct err *e)
{
	struct arena a;
	struct input_row row;
	int fd = -1;
	int rc = 0;

	arena_init(&a);
	rc = ledger_input_find(&v->ledger, id, &a, &row, e);
	if (rc == 1)
		fd = inputs_open_row(v, &row, e);
	else if (rc == 0)
		(void)err_set(e, ERR_CORRUPT, "input %" PRId64 " is not in the ledger", id);
	arena_done(&a);
	fsx_close(fd);
	return fd == -1 ? err_wrap(e, "in-%06" PRId64, id) : 0;
}

int inputs_there(struct env *v, struct str inputs, struct err *e)
{
	struct str part;

	while (inputs.n > 0 && str_split(&inputs, ',', &part)) {
		struct str role;
		int64_t id = 0;
		if (str_split(&part, '=', &role) && part.p && str_to_i64(part, &id) &&
			one_there(v, id, e) == -1)
			return -1;
	}
	return 0;
}

int64_t inputs_grown(const struct inputs *in)
{
	for (size_t i = 0; i < in->nfiles; i++) {
		struct stat st;
		if (fstat(in->files[i].fd, &st) == 0 && st.st_size != in->files[i].size)
			return in->files[i].id;
	}
	return 0;
}

void inputs_close(struct inputs *in)
{
	fsx_close(in->source);
	for (size_t i = 0; i < in->njoins; i++)
		fsx_close(in->joins[i]);
	fsx_close(in->workflow);
	in->source = in->workflow = -1;
	in->njoins = 0;
	arena_done(&in->arena);
}

/* So that the source is not blamed for it. */
static int reference_at_fault(struct str source, struct err *e)
{
	(void)err_wrap(e, "source " STR_FMT, STR_ARG(source));
	return e->code == ERR_INPUT || e->code == ERR_LIMIT ? err_reason(e, "REFERENCE-DAMAGED")
							    : -1;
}

int inputs_open_readers(struct env *v, const struct env_route *r, const struct inputs *in,
	int64_t fixed_at, const char *run, struct inputs_readers *out, struct err *e)
{
	struct reader_spec spec;
	struct map_var *vars = NULL;

	memset(out, 0, sizeof(*out));
	arena_init(&out->arena);
	out->input.names = &v->names;
	out->input.run_id = arena_str(&out->arena, str_c(run));
	out->input.run_date = date_from_unix(fixed_at);
	out->input.action = STR("add");
	env_vars(v, r->agreement, &out->arena, &vars, &out->input.nvars);
	out->input.vars = vars;
	inputs_reader_spec(in->source_config, in->source_file, &spec);
	map_reader_spec(r->map, MAP_ITEMS, &spec);
	agreed(r->agreement, &spec);
	out->source = reader_open(in->source, &spec, &v->names, e);
	if (out->source && map_uses_links(r->map))
		out->input.source = reader_open(in->source, &spec, &v->names, e);
	if (!out->source || (map_uses_links(r->map) && !out->input.source))
		return -1;
	for (size_t i = 0; i < in->njoins; i++) {
		inputs_reader_spec(in->join_config[i], in->join_file[i], &spec);
		map_reader_spec(r->map, (int)i, &spec);
		out->joins[i] = reader_open(in->joins[i], &spec, &v->names, e);
		if (!out->joins[i])
			return reference_at_fault(in->join_config[i]->name, e);
		out->input.njoins = i + 1;
	}
	out->input.joins = out->joins;
	if (in->workflow == -1)
		return 0;
	if (workflow_load(in->workflow, in->workflow_file, &v->names, &out->arena,
		    &out->input.workflow, &out->input.nworkflow, e) == -1)
		return reference_at_fault(in->source_config->workflow_from, e);
	return 0;
}

void inputs_close_readers(struct inputs_readers *r)
{
	reader_close(r->source);
	reader_close(r->input.source);
	for (size_t i = 0; i < r->input.njoins; i++)
		reader_close(r->joins[i]);
	arena_done(&r->arena);
	memset(r, 0, sizeof(*r));
}

static struct target_party party_of(const struct config_identity *id)
{
	return (struct target_party){id->qualifier, id->id, id->group, id->internal};
}

void inputs_envelope(const struct env *v, const struct config_agreement *g, int64_t fixed_at,
	struct target_envelope *out)
{
	*out = (struct target_envelope){
		.element = g->element,
		.component = g->component,
		.terminator = g->terminator,
		.release = g->release,
		.decimal = g->decimal,
		.newline = g->newline,
		.una = g->una,
		.repertoire = g->repertoire,
		.characters = (enum target_characters)g->characters,
		.version = g->isa_version,
		.sender = party_of(&v->config->identity),
		.receiver = party_of(&g->partner->identity),
		.application = g->application,
		.agreement = g->reference,
		.association = g->association,
		.groups = g->groups,
		.test = v->config->usage != USAGE_PRODUCTION,
		.ack_requested = g->ack_requested,
		.when = date_from_unix(fixed_at),
	};
}
