/*
 * The interface of maps (map.h): what a map says about itself, and the life of a run, a message and
 * an item. Findings are made by map_item only; map_key looks at an item without reporting.
 */
#include "map/map.h"

#include <string.h>

#include "base/mem.h"
#include "map/columns.h"
#include "map/group.h"
#include "map/item.h"
#include "map/load.h"
#include "map/run.h"
#include "map/template.h"
#include "map/tree.h"

/* Bytes that the indexes of a run's joins and links hold together; what is more goes into the scratch file. */
enum { INDEX_MEMORY = 2 << 20 };

struct map *map_load(
	struct str bytes, const char *file, const struct map_env *env, struct faults *f)
{
	return load_map(bytes, file, env, f);
}

void map_free(struct map *m)
{
	load_free(m);
}

struct str map_source_format(const struct map *m)
{
	return m->format;
}

void map_reader_spec(const struct map *m, int of, struct reader_spec *spec)
{
	const struct def_message *layout = of == MAP_ITEMS ? m->layout : m->joins[of].pub.layout;
	const struct def_message *message = of == MAP_ITEMS ? m->source : m->joins[of].pub.message;

	spec->item = of == MAP_ITEMS ? m->item_path : m->joins[of].pub.row;
	spec->layout = layout ? layout->layout : NULL;
	spec->only_known = of == MAP_ITEMS && !m->unnamed && !m->watch_fields;
	if (message) {
		spec->defs = m->defs;
		spec->version = message->version;
		spec->message = message->id;
		spec->guide = message->guide;
	}
	spec->spaces = m->spaces;
	spec->nspaces = m->nspaces;
}

const struct def_message *map_source(const struct map *m)
{
	return m->source;
}

bool map_reads_layout(const struct map *m, struct str name)
{
	bool is = m->layout && str_eq(m->layout->id, name);

	for (size_t i = 0; !is && i < m->njoins; i++)
		is = m->joins[i].pub.layout && str_eq(m->joins[i].pub.layout->id, name);
	return is;
}

const struct def_message *map_target(const struct map *m)
{
	return m->target;
}

const struct map_join *map_joins(const struct map *m, size_t *n)
{
	*n = m->njoins;
	return m->join_list;
}

bool map_uses_scratch(const struct map *m)
{
	return map_groups(m) || m->njoins > 0 || m->uses_links;
}

bool map_uses_action(const struct map *m)
{
	return m->uses_action;
}

bool map_tells_deletes(const struct map *m)
{
	return m->withdraw && m->uses_action && !map_groups(m);
}

bool map_uses_links(const struct map *m)
{
	return m->uses_links;
}

bool map_uses_workflow(const struct map *m)
{
	return m->uses_workflow;
}

bool map_key_unique(const struct map *m)
{
	return m->key_unique;
}

struct map_limits map_limits(const struct map *m)
{
	return m->limits;
}

static uint32_t count_segments(const struct map_part *p)
{
	uint32_t n = 0;

	for (; p; p = p->next)
		n += p->loop ? count_segments(p->child) : 1;
	return n;
}

uint32_t map_trailer_segments(const struct map *m)
{
	uint32_t n = 0;

	for (size_t i = 0; i < m->nlevels; i++)
		n += count_segments(m->levels[i].foot);
	return n;
}

bool map_groups(const struct map *m)
{
	return m->nlevels > 1 || m->levels[0].by.n > 0;
}

bool map_groups_messages(const struct map *m)
{
	return m->levels[0].by.n > 0;
}

static void step(struct str *path, struct str name, struct arena *a)
{
	if (name.n > 0)
		*path = path->n > 0
			? arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(*path), STR_ARG(name))
			: name;
}

/* The name that all parts have which make something by themselves; false when they have several. */
static bool one_name(const struct map_part *p, struct str *name)
{
	for (; p; p = p->next) {
		if (!p->make && !one_name(p->child, name))
			return false;
		if (p->make && name->p && !str_eq(*name, p->make->name))
			return false;
		if (p->make)
			*name = p->make->name;
	}
	return true;
}

bool map_made_path(const struct map *m, struct arena *a, struct str *path)
{
	const struct map_part *p = m->levels[0].around;
	struct str name = {NULL, 0};

	*path = STR("");
	while (p && !p->item) {
		if (p->around && p->make)
			step(path, p->make->name, a);
		p = p->around ? p->child : p->next;
	}
	if (!p || !one_name(p->child, &name))
		return false;
	step(path, name, a);
	return true;
}

void map_columns(const struct map *m, int of, const struct reader *r, struct faults *f)
{
	columns_faults(m, of, r, f);
}

int map_columns_check(const struct map *m, const struct reader *r, struct err *e)
{
	return columns_check(m, MAP_ITEMS, r, e);
}

void map_variables(
	const struct map *m, void (*each)(void *ctx, struct str name, uint32_t line), void *ctx)
{
	for (size_t i = 0; i < m->nvars; i++)
		each(ctx, m->vars[i].name, m->vars[i].line);
}

/* --- a run --- */

static int find_vars(struct map_run *r, struct err *e)
{
	const struct map *m = r->m;

	r->vars = mem_array(m->nvars ? m->nvars : 1, sizeof(*r->vars));
	for (size_t i = 0; i < m->nvars; i++) {
		for (size_t k = 0; k < r->in->nvars && !r->vars[i].p; k++)
			if (str_eq(r->in->vars[k].name, m->vars[i].name))
				r->vars[i] = r->in->vars[k].value.p ? r->in->vars[k].value
								    : STR("");
		if (!r->vars[i].p)
			return err_set(e, ERR_CONFIG,
				"%s:%u: $" STR_FMT " is not defined by any profile", m->file,
				m->vars[i].line, STR_ARG(m->vars[i].name));
	}
	if (m->uses_workflow && !r->in->nworkflow)
		return err_set(e, ERR_CONFIG,
			"%s: workflow-label() needs the workflow states of the hub settings",
			m->file);
	if (m->uses_links && !r->in->source)
		return err_set(e, ERR_CONFIG, "%s: link() needs the source as a whole", m->file);
	if (r->in->njoins != m->njoins)
		return err_set(e, ERR_CONFIG, "%s: the map joins %zu sources, %zu were given",
			m->file, m->njoins, r->in->njoins);
	return 0;
}

static int build_joins(struct map_run *r, size_t memory, struct ev *ev, struct err *e)
{
	for (size_t i = 0; i < r->m->njoins; i++) {
		struct join *j = mem_alloc(sizeof(*j));

		r->joins[i] = j;
		j->def = &r->m->joins[i];
		j->reader = r->in->joins[i];
		index_init(&j->index, r->in->scratch, memory);
		if (join_build(j, ev, e) == -1)
			return e->code == ERR_INPUT || e->code == ERR_LIMIT
				? err_reason(e, "REFERENCE-DAMAGED")
				: -1;
	}
	return 0;
}

static int build(struct map_run *r, struct ev *ev, struct err *e)
{
	const size_t indexes = r->m->njoins + r->m->uses_links;
	const size_t memory = (r->in->memory ? r->in->memory : INDEX_MEMORY) /
		(indexes ? indexes : 1);

	if (build_joins(r, memory, ev, e) == -1)
		return -1;
	if (!r->m->uses_links)
		return 0;
	r->links = mem_alloc(sizeof(*r->links));
	r->links->reader = r->in->source;
	index_init(&r->links->index, r->in->scratch, memory);
	return link_build(r->links, ev, e);
}

static void *array(size_t n, size_t size)
{
	return mem_array(n ? n : 1, size);
}

struct map_run *map_run_new(
	const struct map *m, const struct map_input *in, struct diag *d, struct err *e)
{
	struct map_run *r = mem_alloc(sizeof(*r));
	struct ev ev = {.run = r};

	r->m = m;
	r->in = in;
	r->names = in->names;
	r->action = in->action;
	r->d = d;
	r->seen = d->last;
	r->e = e;
	group_init(r);
	r->joins = array(m->njoins, sizeof(*r->joins));
	r->joined = array(m->njoins, sizeof(*r->joined));
	r->lets = array(m->nlets, sizeof(*r->lets));
	r->as = array(m->nas, sizeof(*r->as));
	r->counters = array(m->ncounters, sizeof(*r->counters));
	r->counters_before = array(m->ncounters, sizeof(*r->counters));
	if (find_vars(r, e) == -1 || build(r, &ev, e) == -1) {
		map_run_free(r);
		return NULL;
	}
	return r;
}

void map_run_free(struct map_run *r)
{
	if (!r)
		return;
	for (size_t i = 0; r->joins && i < r->m->njoins; i++) {
		join_done(r->joins[i]);
		mem_free(r->joins[i]);
	}
	link_done(r->links);
	mem_free(r->links);
	mem_free(r->vars);
	mem_free(r->joins);
	mem_free(r->joined);
	mem_free(r->lets);
	mem_free((void *)r->as);
	group_done(r);
	mem_free(r->counters);
	mem_free(r->counters_before);
	mem_free(r->used);
	mem_free(r);
}

/* --- an item --- */

static void begin(
	struct map_run *r, const struct item *it, struct ev *ev, struct diag *d, struct err *e)
{
	r->d = d;
	r->seen = d->last;
	r->e = e;
	r->failed = false;
	r->looked = NULL;
	run_item(ev, it);
}

void map_action(struct map_run *r, struct str action)
{
	r->action = action;
}

static int failed(const struct map_run *r)
{
	return r->failed ? -1 : 0;
}

int map_key(struct map_run *r, const struct item *it, struct map_result *out, struct diag *d,
	struct arena *a, struct err *e)
{
	struct ev ev = {.run = r, .a = a};
	struct diag quiet;

	(void)d;
	diag_init(&quiet, a);
	*out = (struct map_result){.verdict = MAP_ASIDE};
	if (!it->root)
		return 0;
	begin(r, it, &ev, &quiet, e);
	out->verdict = item_candidate(&ev);
	out->key = r->key;
	if (out->verdict == MAP_OUT)
		out->order = group_order(&ev);
	r->d = NULL;
	if (quiet.n == 0 && !r->failed) {
		r->looked = it;
		r->verdict = out->verdict;
	}
	return failed(r);
}

static void snapshot(struct map_run *r)
{
	memcpy(r->counters_before, r->counters, r->m->ncounters * sizeof(*r->counters));
	group_snapshot(r);
}

void map_take_back(struct map_run *r)
{
	memcpy(r->counters, r->counters_before, r->m->ncounters * sizeof(*r->counters));
	group_take_back(r);
}

int map_item(struct map_run *r, const struct item *it, uint32_t item_number, struct map_result *out,
	struct diag *d, struct arena *a, struct err *e)
{
	struct ev ev = {.run = r, .a = a};
	size_t errors = d->errors;

	*out = (struct map_result){.verdict = MAP_ASIDE};
	snapshot(r);
	if (!it->root)
		return 0;
	if (r->looked == it) {
		r->d = d;
		r->seen = d->last;
		r->e = e;
	} else {
		begin(r, it, &ev, d, e);
		r->verdict = item_candidate(&ev);
	}
	r->looked = NULL;
	r->item_number = item_number;
	out->verdict = r->verdict == MAP_WITHDRAWN && item_deleting(r) ? MAP_OUT : r->verdict;
	out->key = r->key;
	if (out->verdict == MAP_OUT) {
		out->order = group_order(&ev);
		group_count(r);
		item_make(&ev, out);
		if (d->errors > errors) {
			out->verdict = MAP_ASIDE;
			map_take_back(r);
		}
		if (r->spent) /* what is there broke off anywhere, so nothing more is said of it */
			*out = (struct map_result){.verdict = out->verdict,
				.key = out->key,
				.stop_message = out->stop_message};
	}
	r->item = NULL;
	r->d = NULL;
	return failed(r);
}

/* What is around the items of a message; it: the item that makes it, or NULL. */
static int outside(struct map_run *r, const struct item *it, bool header, struct map_around *out,
	struct diag *d, struct arena *a, struct err *e)
{
	const struct map_level *v = &r->m->levels[0];
	struct ev ev = {.run = r, .a = a};
	struct template_out t = {NULL, NULL, 0};
	struct made_list made = {NULL, NULL, 0};

	begin(r, it, &ev, d, e);
	r->level = 0;
	r->in_item = false;
	if (r->m->trees)
		tree_run(&ev, v->around, &r->root, header ? TREE_BEFORE : TREE_AFTER, &made);
	else
		template_run(&ev, header ? v->head : v->foot, &r->root, &t);
	*out = (struct map_around){t.first, made.first, t.n + made.n};
	if (header && it) {
		group_keys(&ev);
		group_begin_message(&ev, t.first, made.first);
	}
	r->item = NULL;
	r->d = NULL;
	return failed(r);
}

int map_message_start(struct map_run *r, const struct item *it, struct map_around *out,
	struct diag *d, struct arena *a, struct err *e)
{
	memset(r->counters, 0, r->m->ncounters * sizeof(*r->counters));
	group_message(r);
	snapshot(r);
	return outside(r, map_groups_messages(r->m) ? it : NULL, true, out, d, a, e);
}

bool map_message_over(const struct map_run *r)
{
	return map_groups_messages(r->m) && group_is_other(r, 0);
}

int map_groups_end(struct map_run *r, bool all, struct map_around *out, struct diag *d,
	struct arena *a, struct err *e)
{
	struct ev ev = {.run = r, .a = a};
	size_t level = 1;

	*out = (struct map_around){NULL, NULL, 0};
	while (!all && level < r->nopen && !group_is_other(r, level))
		level++;
	if (level >= r->nopen)
		return 0;
	r->d = d;
	r->seen = d->last;
	r->e = e;
	r->failed = false;
	r->looked = NULL;
	group_feet(&ev, level, out);
	r->item = NULL;
	r->d = NULL;
	return failed(r);
}

int map_message_end(
	struct map_run *r, struct map_around *out, struct diag *d, struct arena *a, struct err *e)
{
	const struct run_level *l = &r->levels[0];

	return outside(r, l->first.root ? &l->first : NULL, false, out, d, a, e);
}

int map_orphans(struct map_run *r, struct diag *d, struct err *e)
{
	struct ev ev = {.run = r};

	r->item = NULL;
	r->d = d;
	r->seen = d->last;
	for (size_t i = 0; i < r->m->njoins; i++)
		if (join_orphans(r->joins[i], &ev, e) == -1)
			return -1;
	return 0;
}

bool map_place(struct map_run *r, const struct node *n, struct finding *f, struct arena *a)
{
	struct ev ev = {.run = r, .a = a};
	const struct run_tree *t = r->trees;
	const struct node *top = n;
	struct diag quiet;
	struct err ignored;

	while (top && top->parent)
		top = top->parent;
	while (t && t->root != top)
		t = t->next;
	if (!t || !t->reader)
		return false;
	diag_init(&quiet, a);
	r->d = &quiet;
	r->e = &ignored;
	run_place(&ev, t, n, f);
	r->d = NULL;
	return true;
}

const struct map_joined *map_joined(const struct map_run *r, size_t *n)
{
	*n = r->nused;
	return r->used;
}
