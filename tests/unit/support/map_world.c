/* A small world for tests of maps; see map_world.h. */
#include "unit/support/map_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "model/xml.h"

void map_world_start(struct map_world *w, const char *folder)
{
	struct err e;

	memset(w, 0, sizeof(*w));
	arena_init(&w->arena);
	names_init(&w->names);
	faults_init(&w->faults, &w->arena);
	diag_init(&w->diag, &w->arena);
	w->dir_names[0] = "bundle";
	w->dir_names[1] = "maps";
	w->dirs[0] = fsx_dir(folder ? folder : TEST_TOP "/maps", &e);
	w->dirs[1] = fsx_dir(TEST_TOP "/maps", &e);
	assert_true(w->dirs[0] >= 0 && w->dirs[1] >= 0);
	w->defs = defs_new(w->dirs, w->dir_names, 2);
	w->env = (struct map_env){w->defs, &w->names, w->dirs, w->dir_names, 2};
	w->input.names = &w->names;
	w->input.run_id = STR("42");
	w->input.run_date = (struct date){2026, 11, 23, 2, 0, 0, true};
	w->input.vars = w->vars;
	w->input.workflow = w->workflow;
	w->input.action = STR("add");
	map_world_var(w, "agreement/approved", "Approved");
	map_world_var(w, "agreement/catalog", "AUTUMN");
	map_world_var(w, "environment/gln", "9521000000004");
}

void map_world_done(struct map_world *w)
{
	map_run_free(w->run);
	map_free(w->map);
	if (w->source)
		reader_close(w->source);
	if (w->links)
		reader_close(w->links);
	for (size_t i = 0; i < WORLD_JOINS; i++)
		if (w->joins[i])
			reader_close(w->joins[i]);
	for (size_t i = 0; i < w->nfds; i++)
		fsx_close(w->fds[i]);
	defs_free(w->defs);
	fsx_close(w->dirs[0]);
	fsx_close(w->dirs[1]);
	names_done(&w->names);
	arena_done(&w->arena);
}

struct map *map_world_load(struct map_world *w, const char *text)
{
	w->map = map_load(str_c(text), "map.xml", &w->env, &w->faults);
	return w->map;
}

static void add(
	struct map_world *w, struct map_var *list, size_t *n, const char *name, const char *value)
{
	assert_true(*n < WORLD_VARS);
	list[(*n)++] = (struct map_var){
		arena_str(&w->arena, str_c(name)), arena_str(&w->arena, str_c(value))};
}

void map_world_var(struct map_world *w, const char *name, const char *value)
{
	add(w, w->vars, &w->input.nvars, name, value);
}

void map_world_workflow(struct map_world *w, const char *id, const char *label)
{
	add(w, w->workflow, &w->input.nworkflow, id, label);
}

static struct reader *open_reader(
	struct map_world *w, const char *path, const struct reader_spec *spec)
{
	struct err e = {0};
	int fd = fsx_open_path(path, &e);
	struct reader *r = NULL;

	if (fd == -1)
		fail_msg("%s", e.text);
	w->fds[w->nfds++] = fd;
	r = reader_open(fd, spec, &w->names, &e);
	if (!r)
		fail_msg("%s: %s", path, e.text);
	return r;
}

void map_world_open(struct map_world *w, const char *items, struct reader_spec spec,
	const char *const *joins, const struct reader_spec *join_specs)
{
	struct err e = {0};

	w->source = open_reader(w, items, &spec);
	w->links = open_reader(w, items, &spec);
	w->input.source = w->links;
	map_joins(w->map, &w->input.njoins);
	w->input.joins = w->joins;
	for (size_t i = 0; i < w->input.njoins; i++)
		w->joins[i] = open_reader(w, joins[i], &join_specs[i]);
	w->run = map_run_new(w->map, &w->input, &w->diag, &e);
	if (!w->run)
		fail_msg("%s", e.text);
}

static void value(
	struct buf *out, const struct segment *s, const struct value *v, const struct value *before)
{
	unsigned element = before ? before->element : 0;
	unsigned component = before && before->element == v->element &&
			before->repetition == v->repetition
		? before->component
		: 1;

	(void)s;
	if (element == v->element && before->repetition != v->repetition)
		buf_ch(out, '^');
	for (; element < v->element; element++)
		buf_ch(out, '*');
	for (; component < v->component; component++)
		buf_ch(out, '>');
	buf_str(out, v->text);
}

void map_world_segments(struct buf *out, const struct segment *s)
{
	for (; s; s = s->next) {
		buf_str(out, s->tag);
		for (size_t i = 0; i < s->n; i++)
			value(out, s, &s->values[i], i ? &s->values[i - 1] : NULL);
		buf_ch(out, '\n');
	}
}

void map_world_findings(struct buf *out, const struct diag *d)
{
	for (const struct finding *f = d->first; f; f = f->next)
		buf_printf(out, "! " STR_FMT " " STR_FMT " " STR_FMT " '" STR_FMT "'\n",
			STR_ARG(f->code), STR_ARG(f->item), STR_ARG(f->field), STR_ARG(f->found));
}

void map_world_faults(struct buf *out, const struct faults *f)
{
	for (const struct fault *k = f->first; k; k = k->next)
		buf_printf(out, "%u:%u: %s%s\n", k->line, k->column, k->warning ? "warning: " : "",
			k->text);
}

/* Groups, and messages that are groups, end before an item of another one. */
static void groups(struct map_world *w, const struct item *it, struct arena *a, struct buf *out)
{
	struct err e = {0};
	struct map_result r;
	struct map_around s;
	const bool first = map_groups_messages(w->map) && w->items == 0;

	assert_int_equal(map_key(w->run, it, &r, &w->diag, a, &e), 0);
	if (!r.order.n)
		return;
	const bool over = w->items > 0 && map_message_over(w->run);
	assert_int_equal(map_groups_end(w->run, over, &s, &w->diag, a, &e), 0);
	map_world_segments(out, s.segments);
	if (over) {
		assert_int_equal(map_message_end(w->run, &s, &w->diag, a, &e), 0);
		map_world_segments(out, s.segments);
	}
	if (over || first) {
		assert_int_equal(map_message_start(w->run, it, &s, &w->diag, &w->arena, &e), 0);
		map_world_segments(out, s.segments);
		w->items = 0;
	}
}

void map_world_run(struct map_world *w, struct buf *out)
{
	struct err e = {0};
	struct arena a;
	struct item it;
	struct map_around s;
	int rc = 0;

	arena_init(&a);
	if (!map_groups_messages(w->map)) {
		assert_int_equal(map_message_start(w->run, NULL, &s, &w->diag, &a, &e), 0);
		map_world_segments(out, s.segments);
	}
	while ((rc = reader_next(w->source, &it, &w->diag, &e)) == 1) {
		struct map_result r;

		if (map_groups(w->map))
			groups(w, &it, &a, out);
		if (map_item(w->run, &it, w->items + 1, &r, &w->diag, &a, &e) == -1)
			fail_msg("%s", e.text);
		w->verdicts[r.verdict]++;
		if (r.verdict == MAP_OUT) {
			w->items++;
			map_world_segments(out, r.first);
		}
		arena_reset(&a);
	}
	if (rc == -1)
		fail_msg("%s", e.text);
	assert_int_equal(map_groups_end(w->run, true, &s, &w->diag, &a, &e), 0);
	map_world_segments(out, s.segments);
	assert_int_equal(map_message_end(w->run, &s, &w->diag, &a, &e), 0);
	map_world_segments(out, s.segments);
	assert_int_equal(map_orphans(w->run, &w->diag, &e), 0);
	map_world_findings(out, &w->diag);
	arena_done(&a);
}

struct str map_world_file(struct map_world *w, const char *path)
{
	struct buf b;
	struct err e = {0};
	struct str s = {NULL, 0};

	buf_init(&b, 8 << 20);
	if (fsx_read_path(path, &b, &e) == 0)
		s = arena_str(&w->arena, buf_view(&b));
	buf_done(&b);
	return s;
}
