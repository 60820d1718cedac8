/* Tracing; see trace.h. */
#include "stage/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "base/scratch.h"
#include "secure/hash.h"
#include "stage/archive.h"
#include "stage/bundle.h"
#include "stage/closed.h"
#include "stage/inputs.h"
#include "stage/frame.h"
#include "stage/lines.h"
#include "stage/proc.h"
#include "stage/trace_tree.h"
#include "store/ledger_unit.h"

/* --- lineage: which item is that segment? --- */

struct part_line {
	struct str kind, st;
	int64_t first, last, locator;
	struct str file, key, action;
};

static struct part_line parse_line(struct str line, struct arena *a)
{
	struct part_line p = {.kind = lines_take(&line, a), .st = lines_take(&line, a)};

	p.first = lines_take_int(&line);
	p.last = lines_take_int(&line);
	p.locator = lines_take_int(&line);
	(void)lines_take_int(&line);
	p.file = lines_take(&line, a);
	p.key = lines_take(&line, a);
	(void)lines_take(&line, a);
	p.action = lines_take(&line, a);
	return p;
}

/* References of messages are numbers that we gave: "0001" of X12, "1" of EDIFACT. */
static bool same_set(struct str a, struct str b)
{
	while (a.n > 1 && a.p[0] == '0')
		a = str_from(a, 1);
	while (b.n > 1 && b.p[0] == '0')
		b = str_from(b, 1);
	return str_eq(a, b);
}

/* Is that the item that is meant, by its place or by its key? */
static bool is_meant(const struct trace_point *t, const struct part_line *p)
{
	struct str rest = t->references;
	struct str reference;

	if (t->references.n == 0)
		return same_set(t->st, p->st) && p->first >= 1 && t->segment_at >= p->first &&
			t->segment_at <= p->last;
	if (!str_is(p->kind, "item") || (t->st.n > 0 && !same_set(t->st, p->st)))
		return false;
	while (str_split(&rest, '\n', &reference))
		if (str_eq(reference, p->key))
			return true;
	return false;
}

static enum trace_part part_of(struct str kind)
{
	static const struct {
		const char *kind;
		enum trace_part part;
	} parts[] = {{"item", TRACE_ITEM}, {"head", TRACE_HEADER}, {"group", TRACE_GROUP},
		{"foot", TRACE_FOOT}};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (str_is(kind, parts[i].kind))
			return parts[i].part;
	return TRACE_TRAILER;
}

/* The first item of a message may be what its header is made of. */
static void place_header(const struct part_line *p, struct trace_point *t)
{
	if (t->part != TRACE_HEADER || t->of_item || !str_is(p->kind, "item") ||
		!same_set(t->st, p->st))
		return;
	t->of_item = true;
	t->locator = p->locator;
}

/* met[i]: the point is in this part. */
static void place_points(const struct part_line *p, int64_t number, struct trace_point *points,
	size_t n, bool *met, struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		struct trace_point *t = &points[i];
		place_header(p, t);
		met[i] = is_meant(t, p);
		if (!met[i])
			continue;
		t->part = part_of(p->kind);
		t->first = p->first;
		t->last = p->last;
		t->number = number;
		t->locator = p->locator;
		if (t->part == TRACE_ITEM || t->part == TRACE_GROUP) {
			t->key = arena_str(a, p->key);
			t->file = arena_str(a, p->file);
			t->action = arena_str(a, p->action);
		}
	}
}

/* What was found in the part that was met last: its code, field, value and rule. */
static void add_note(
	struct str line, struct trace_point *points, size_t n, const bool *met, struct arena *a)
{
	struct arena scratch;
	struct str f[8];

	arena_init(&scratch);
	for (size_t i = 0; i < sizeof(f) / sizeof(f[0]); i++)
		f[i] = lines_take(&line, &scratch);
	for (size_t i = 0; i < n; i++) {
		struct trace_point *t = &points[i];
		if (met[i])
			t->noted = arena_printf(a,
				STR_FMT "%s" STR_FMT ": " STR_FMT "%s'" STR_FMT "': " STR_FMT,
				STR_ARG(t->noted), t->noted.n > 0 ? "\n" : "", STR_ARG(f[2]),
				STR_ARG(f[5]), f[5].n > 0 ? " " : "", STR_ARG(f[6]), STR_ARG(f[7]));
	}
	arena_done(&scratch);
}

int trace_lineage(int fd, struct trace_point *points, size_t n, struct arena *a, struct err *e)
{
	struct lines in;
	struct str line;
	struct arena scratch;
	bool *met = mem_array(n + 1, sizeof(*met));
	int64_t number = 0;
	int rc = 0;

	arena_init(&scratch);
	lines_open(&in, fd);
	rc = lines_next(&in, &line, e);
	if (rc == 1 && !str_is(line, "gridspool-lineage\t1"))
		rc = err_set(e, ERR_CORRUPT, "this is no lineage file of this version");
	while (rc == 1 && (rc = lines_next(&in, &line, e)) == 1) {
		const struct part_line p = parse_line(line, &scratch);
		number = str_is(p.kind, "item") ? number + 1 : str_is(p.kind, "head") ? 0 : number;
		if (str_is(p.kind, "note"))
			add_note(line, points, n, met, a);
		else
			place_points(&p, number, points, n, met, a);
		arena_reset(&scratch);
	}
	lines_close(&in);
	arena_done(&scratch);
	mem_free(met);
	return rc;
}

int trace_open_lineage(struct env *v, const struct interchange_row *r, struct err *e)
{
	char name[400];
	char sha[HASH_HEX];
	int fd = -1;

	if (r->place.n == 0)
		return err_set(e, ERR_ABSENT,
			"its files are gone from the archive: they were kept as long as <retention> of environment.xml says");
	(void)snprintf(name, sizeof(name), "%s/%s.lineage", r->place.p, r->name.p);
	fd = archive_open(v, name, e);
	if (fd == -1)
		return -1;
	if (hash_file(fd, sha, NULL, e) == -1 || !str_is(r->lineage_sha, sha)) {
		fsx_close(fd);
		return err_set(e, ERR_CORRUPT, "%s is not what the ledger says it was", name);
	}
	return fd;
}

/* --- the map once more, in a closed-in worker --- */

struct trace_job {
	struct env *env;
	const struct env_route *route;
	struct inputs in;
	struct unit_row unit;
	int scratch; /* or -1 */
	struct trace_point *points;
	size_t n;
};

static int send_point(
	int fd, struct frame *f, size_t index, const struct trace_point *t, struct err *e)
{
	frame_start(f, FRAME_FOUND);
	frame_int(f, (int64_t)index);
	frame_str(f, t->file);
	frame_str(f, t->segment);
	frame_str(f, t->field);
	frame_str(f, t->found);
	frame_int(f, t->line);
	frame_int(f, t->column);
	frame_int(f, t->map_line);
	frame_int(f, t->absent);
	return frame_send(fd, f, e);
}

/* Has the segment such a position by its definition? It may have been sent empty. */
static bool is_defined(const struct segment *s, const struct trace_point *t)
{
	const struct def_part *part = NULL;

	if (!s->def || t->element == 0)
		return true;
	if (t->element > UINT16_MAX || !(part = defs_part(s->def, (uint16_t)t->element)))
		return false;
	return t->component <= (int64_t)(part->nparts > 0 ? part->nparts : 1);
}

/* A joined row has a file of its own. */
static void fill_place(const struct trace_job *j, struct map_run *run, const struct node *from,
	const struct item *it, struct trace_point *t, struct arena *a)
{
	const struct place at = reader_place(it, from->place.offset);
	struct finding f = {.line = at.line, .column = at.column};

	if (map_place(run, from, &f, a))
		t->file = f.file;
	t->field = node_path(from, &j->env->names, a);
	t->line = f.line;
	t->column = f.column;
}

/* it: where values come from; NULL for a header, which has none. */
static void fill_value(const struct trace_job *j, struct map_run *run, const struct segment *s,
	const struct item *it, struct trace_point *t, struct arena *a)
{
	t->segment = s->tag;
	t->map_line = s->map_line;
	t->absent = !is_defined(s, t);
	for (size_t i = 0; i < s->n; i++) {
		const struct value *x = &s->values[i];
		if ((t->element != 0 && x->element != t->element) ||
			(t->component > 1 && x->component != t->component))
			continue;
		if (t->element == 0 && !x->from)
			continue;
		t->map_line = x->map_line;
		t->found = x->text;
		if (x->from && it)
			fill_place(j, run, x->from, it, t, a);
		return;
	}
}

/* The first value below m that came from the source, or NULL. */
static const struct node *source_of(const struct made *m)
{
	const struct node *from = m->from;

	for (const struct made *k = m->child; k && !from; k = k->next)
		from = source_of(k);
	return from;
}

/* What it has made, the heads of its groups included; NULL and NULL for what is around the items. */
static int fill_made(const struct trace_job *j, struct map_run *run, const struct map_around *head,
	const struct map_result *r, const struct item *it, struct trace_point *t, struct arena *a,
	struct err *e)
{
	const struct trace_tree x = {.message = map_target(j->route->map),
		.head = head->made,
		.item = r ? r->made_first : NULL,
		.behind = r ? r->made : NULL,
		.first = (uint64_t)t->first,
		.written = t->part == TRACE_GROUP ? (uint64_t)(t->last - t->first + 1) : 0};
	const struct trace_tree_asked asked = {
		(uint64_t)t->segment_at, (uint64_t)t->element, t->name};
	struct trace_tree_found found;
	const struct made *m = NULL;
	const struct node *from = NULL;

	if (trace_tree_find(&x, &asked, &found, a, e) == -1)
		return -1;
	m = found.made;
	t->segment = found.name;
	t->absent = found.absent;
	if (!m)
		return 0;
	from = source_of(m);
	t->map_line = m->map_line;
	t->found = found.text;
	if (from && it)
		fill_place(j, run, from, it, t, a);
	else if (m->absent)
		t->field = m->origin;
	return 0;
}

static int trace_item(const struct trace_job *j, struct map_run *run, struct reader *source,
	struct trace_point *t, struct arena *a, struct err *e)
{
	struct item it;
	struct map_result r;
	const struct segment *s = NULL;
	struct map_around head;
	struct diag d;
	int64_t index = t->segment_at - t->first;

	memset(&r, 0, sizeof(r));
	diag_init(&d, a);
	if (reader_at(source, (uint64_t)t->locator, &it, &d, e) != 1 || !it.root)
		return -1;
	reader_line_counted(source, &it);
	map_action(run, t->action.n > 0 ? t->action : STR("add"));
	if (map_message_start(run, &it, &head, &d, a, e) == -1 ||
		map_item(run, &it, (uint32_t)t->number, &r, &d, a, e) == -1)
		return -1;
	if (r.verdict == MAP_OUT && r.made)
		return fill_made(j, run, &head, &r, &it, t, a, e);
	s = t->part == TRACE_GROUP ? r.first : r.segments;
	/* Here all its groups begin with the item; of those that did then, the inner ones, it has heads. */
	if (t->part == TRACE_GROUP)
		index += (int64_t)r.nhead - (t->last - t->first + 1);
	for (int64_t i = 0; s && i < index; i++)
		s = s->next;
	if (r.verdict == MAP_OUT && index >= 0 && s)
		fill_value(j, run, s, &it, t, a);
	return 0;
}

/* A segment of the header; the first one, ST, is written by the program. */
static int trace_header(const struct trace_job *j, struct map_run *run, struct reader *source,
	struct trace_point *t, struct arena *a, struct err *e)
{
	const bool of_item = map_groups_messages(j->route->map) && t->of_item;
	struct map_around head;
	const struct segment *s = NULL;
	struct item it;
	struct diag d;

	diag_init(&d, a);
	if (of_item && reader_at(source, (uint64_t)t->locator, &it, &d, e) != 1)
		return -1;
	if (of_item)
		reader_line_counted(source, &it);
	if (map_message_start(run, of_item ? &it : NULL, &head, &d, a, e) == -1)
		return -1;
	if (target_find(map_target(j->route->map)->format)->put_tree)
		return fill_made(j, run, &head, NULL, NULL, t, a, e);
	s = head.segments;
	for (int64_t i = t->first + 1; s && i < t->segment_at; i++)
		s = s->next;
	if (s && t->segment_at > t->first)
		fill_value(j, run, s, of_item ? &it : NULL, t, a);
	return 0;
}

static int trace_all(const struct trace_job *j, int fd, struct frame *f, struct err *e)
{
	struct inputs_readers readers;
	struct scratch scratch = {j->scratch, 0};
	struct map_run *run = NULL;
	struct arena a;
	struct diag d;
	int rc = -1;

	arena_init(&a);
	diag_init(&d, &a);
	memset(&readers, 0, sizeof(readers));
	if (inputs_open_readers(
		    j->env, j->route, &j->in, j->unit.fixed_at, j->unit.run.p, &readers, e) == -1)
		goto out;
	readers.input.scratch = j->scratch == -1 ? NULL : &scratch;
	run = map_run_new(j->route->map, &readers.input, &d, e);
	rc = run ? 0 : -1;
	for (size_t i = 0; i < j->n && rc == 0; i++) {
		struct trace_point *t = &j->points[i];
		const bool item = t->part == TRACE_ITEM || t->part == TRACE_GROUP;
		if ((!item && t->part != TRACE_HEADER) || t->references.n > 0 || t->of_all)
			continue; /* a key leads to the item, not to a field */
		if ((item ? trace_item(j, run, readers.source, t, &a, e)
			  : trace_header(j, run, readers.source, t, &a, e)) == 0)
			rc = send_point(fd, f, i, t, e);
		arena_reset(&a);
	}
out:
	map_run_free(run);
	inputs_close_readers(&readers);
	arena_done(&a);
	return rc;
}

static int trace_worker(int fd, void *arg)
{
	struct frame f;
	struct err e;
	int rc = 0;

	err_clear(&e);
	if (closed_enter(fd, SANDBOX_INGEST, &f, &e) == -1)
		return 74;
	rc = trace_all(arg, fd, &f, &e);
	if (rc == -1) {
		frame_start(&f, FRAME_FAIL);
		frame_str(&f, str_c(e.text));
	} else {
		frame_start(&f, FRAME_DONE);
	}
	return frame_send(fd, &f, &e) == -1 ? 74 : 0;
}

static int not_whole(struct err *e)
{
	return err_set(e, ERR_INPUT, "the tracing worker's answer is not whole");
}

/* One frame of the worker. 1 go on, 0 done, -1. */
static int take_point(struct env *v, struct proc *p, const struct proc_patience *w, struct frame *f,
	struct trace_point *points, size_t n, struct arena *a, struct err *e)
{
	const int rc = proc_receive(p, w, f, e);
	struct trace_point t = {0};
	int64_t index = 0;

	if (rc != 1)
		return rc == 0 ? proc_ended(p, "tracing", ERR_INPUT, "", w, e) : -1;
	if (f->type == FRAME_DONE)
		return 0;
	if (f->type == FRAME_LOG) {
		closed_told(v, "trace", f);
		return 1;
	}
	if (f->type == FRAME_FAIL) {
		const struct str text = frame_get_words(f);
		return text.n > 0 ? err_set(e, ERR_INPUT, STR_FMT, STR_ARG(text)) : not_whole(e);
	}
	index = frame_get_int(f);
	t.file = frame_get_str(f);
	t.segment = frame_get_str(f);
	t.field = frame_get_str(f);
	t.found = frame_get_str(f);
	t.line = frame_get_int(f);
	t.column = frame_get_int(f);
	t.map_line = frame_get_int(f);
	t.absent = frame_get_int(f) != 0;
	if (f->type != FRAME_FOUND || !frame_ok(f) || index < 0 || (size_t)index >= n)
		return not_whole(e);
	points[index].file = arena_str(a, t.file);
	points[index].segment = arena_str(a, t.segment);
	points[index].field = arena_str(a, t.field);
	points[index].found = arena_str(a, t.found);
	points[index].line = t.line;
	points[index].column = t.column;
	points[index].map_line = t.map_line;
	points[index].absent = t.absent;
	return 1;
}

int trace_take(struct env *v, struct proc *p, const struct proc_patience *w,
	struct trace_point *points, size_t n, struct arena *a, struct err *e)
{
	struct frame *f = mem_alloc(sizeof(*f));
	int rc = 1;

	for (size_t told = 0; rc == 1 && told <= n + 1; told++) /* a LOG, each point once, DONE */
		rc = take_point(v, p, w, f, points, n, a, e);
	mem_free(f);
	return rc == 1 ? err_set(e, ERR_INPUT, "the tracing worker tells more than it was asked")
		       : rc;
}

static int run_worker(struct env *v, struct trace_job *j, struct arena *a, struct err *e)
{
	const struct proc_patience w = env_patience(j->env, false);
	struct proc p;
	int keep[INPUTS_JOINS + 3];
	size_t n = 0;
	int rc = -1;

	keep[n++] = j->in.source;
	if (j->in.workflow != -1)
		keep[n++] = j->in.workflow;
	for (size_t i = 0; i < j->in.njoins; i++)
		keep[n++] = j->in.joins[i];
	j->scratch = map_uses_scratch(j->route->map) ? fsx_scratch(e) : -1; /* without: in memory */
	if (j->scratch != -1)
		keep[n++] = j->scratch;
	rc = proc_start(&p, trace_worker, j, keep, n, e);
	if (rc == 0) {
		rc = trace_take(v, &p, &w, j->points, j->n, a, e);
		if (rc == 0)
			proc_stop(&p);
		else
			proc_kill(&p);
	}
	fsx_close(j->scratch);
	return rc;
}

static int trace_job(struct env *v, struct trace_job *j, const struct interchange_row *r,
	struct arena *a, struct err *e)
{
	int rc = -1;

	j->route = env_route_of(j->env, r->agreement);
	if (!j->route)
		return err_set(e, ERR_ABSENT, "the agreement is no longer in the bundle");
	for (size_t i = 0; i < j->n; i++)
		j->points[i].map = arena_str(a, j->route->agreement->map);
	rc = inputs_open(v, j->route, j->unit.inputs, &j->in, e);
	if (rc == 0)
		rc = run_worker(v, j, a, e);
	inputs_close(&j->in);
	return rc;
}

/* Fields need the map and inputs of that night. When they cannot be had, items are still known. */
static int trace_fields(struct env *v, const struct interchange_row *r, struct trace_point *points,
	size_t n, struct arena *a, struct err *e)
{
	struct trace_job j = {.env = v, .points = points, .n = n};
	struct env old;
	int rc = ledger_unit_find(&v->ledger, r->unit, a, &j.unit, e);

	if (rc != 1)
		return rc == 0 ? err_set(e, ERR_ABSENT, "the unit of work is not in the ledger")
			       : -1;
	if (str_is(j.unit.bundle, v->bundle))
		return trace_job(v, &j, r, a, e);
	if (bundle_open_kept(v, j.unit.bundle, &old, e) == -1)
		return err_wrap(e, "the bundle was changed since");
	j.env = &old;
	rc = trace_job(v, &j, r, a, e);
	env_close(&old);
	return rc;
}

int trace_points(struct env *v, const struct interchange_row *r, struct trace_point *points,
	size_t n, struct arena *a, char note[300], struct err *e)
{
	const int fd = trace_open_lineage(v, r, e);
	int rc = -1;

	note[0] = '\0';
	if (fd == -1)
		return -1;
	rc = trace_lineage(fd, points, n, a, e);
	fsx_close(fd);
	if (rc == 0 && n > 0 && trace_fields(v, r, points, n, a, e) == -1) {
		(void)snprintf(note, 300, "%.290s", e->text);
		rc = e->code == ERR_STOP ? -1 : 0;
	}
	return rc;
}
