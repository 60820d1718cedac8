/* What a story is built of; see story_parts.h. */
#include "stage/story_parts.h"

#include <inttypes.h>
#include <string.h>

void story_build_fact(struct story *t, const char *name, struct str value)
{
	struct story_fact *f = ARENA_NEW(t->arena, struct story_fact);

	if (value.n == 0)
		return;
	f->name = name;
	f->value = arena_str(t->arena, value);
	if (t->last_fact)
		t->last_fact->next = f;
	else
		t->facts = f;
	t->last_fact = f;
}

void story_build_int(struct story *t, const char *name, int64_t value)
{
	story_build_fact(t, name, arena_printf(t->arena, "%" PRId64, value));
	t->last_fact->number = true;
}

struct str story_build_moment(struct story *t, int64_t at)
{
	char text[DATE_TEXT];

	return at > 0 ? arena_str(t->arena, date_iso(at, text)) : STR("");
}

void story_build_time(struct story *t, const char *name, int64_t at)
{
	story_build_fact(t, name, story_build_moment(t, at));
}

struct story_list *story_build_list(
	struct story *t, const char *name, const char *const *columns, size_t n)
{
	struct story_list *l = ARENA_NEW(t->arena, struct story_list);

	l->name = name;
	l->n = n;
	for (size_t i = 0; i < n; i++)
		l->column[i] = columns[i];
	if (t->last_list)
		t->last_list->next = l;
	else
		t->lists = l;
	t->last_list = l;
	return l;
}

struct story_row *story_build_row(struct story *t, struct story_list *l)
{
	struct story_row *r = ARENA_NEW(t->arena, struct story_row);

	if (l->last)
		l->last->next = r;
	else
		l->first = r;
	l->last = r;
	return r;
}

static struct str cell(struct story *t, char kind, const struct db_rows *rows, int column)
{
	switch (kind) {
	case 't':
		return story_build_moment(t, db_int(rows, column));
	case 'i':
		return db_int(rows, column) == 0
			? STR("")
			: arena_printf(t->arena, "%06" PRId64, db_int(rows, column));
	case 'r':
		return arena_printf(t->arena, "r-%06" PRId64, db_int(rows, column));
	default:
		return arena_str(t->arena, db_text(rows, column));
	}
}

int story_build_rows(struct story *t, const char *name, const char *const *columns,
	const char *kinds, struct db_rows *rows, struct err *e)
{
	struct story_list *l = story_build_list(t, name, columns, strlen(kinds));
	int rc = 0;

	while ((rc = db_next(rows, e)) == 1) {
		struct story_row *r = NULL;
		l->total++;
		if (l->rows == STORY_ROWS)
			continue;
		l->rows++;
		r = story_build_row(t, l);
		for (size_t i = 0; i < l->n; i++)
			r->cell[i] = cell(t, kinds[i], rows, (int)i);
	}
	db_end(rows);
	return rc;
}

struct events {
	struct story *t;
	struct story_list *l;
};

static int add_event(
	void *ctx, int64_t at, struct str run, struct str actor, struct str what, struct str detail)
{
	struct events *x = ctx;
	struct story_row *r = story_build_row(x->t, x->l);

	r->cell[0] = story_build_moment(x->t, at);
	r->cell[1] = arena_printf(x->t->arena, STR_FMT "%s" STR_FMT, STR_ARG(actor),
		run.n > 0 ? " " : "", STR_ARG(run));
	r->cell[2] = arena_str(x->t->arena, what);
	r->cell[3] = arena_str(x->t->arena, detail);
	return 0;
}

int story_build_events(struct env *v, struct story *t, const char *subject, struct err *e)
{
	static const char *const columns[] = {"at", "by", "what", "detail"};
	struct events x = {t, story_build_list(t, "events", columns, 4)};

	return ledger_story(&v->ledger, subject, add_event, &x, e);
}
