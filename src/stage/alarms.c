/* What is wrong as long as it lasts; see alarms.h. */
#include "stage/alarms.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { TOLD_MAX = 200, PLACE_MAX = 400 /* more of one reason is one cause */ };

struct alarms_one {
	struct str place, note;
	bool known;
	struct alarms_one *next;
};

void alarms_init(struct alarms *s, struct env *v, const char *reason, const char *event)
{
	*s = (struct alarms){.v = v, .reason = reason, .event = event};
	arena_init(&s->a);
	s->end = &s->first;
}

void alarms_done(struct alarms *s)
{
	arena_done(&s->a);
}

static void append(struct alarms *s, struct str place, struct str note)
{
	struct alarms_one *x = ARENA_NEW(&s->a, struct alarms_one);

	*x = (struct alarms_one){.place = place, .note = note};
	*s->end = x;
	s->end = &x->next;
}

static struct alarms_one *find(const struct alarms *s, struct str place)
{
	struct alarms_one *x = s->first;

	while (x && !str_eq(x->place, place))
		x = x->next;
	return x;
}

void alarms_add(struct alarms *s, struct str place, const char *fmt, ...)
{
	struct buf shown;
	char note[1200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(note, sizeof(note), fmt, ap);
	va_end(ap);
	buf_init(&shown, 4096);
	utf8_quote(&shown, place, PLACE_MAX);
	if (!find(s, buf_view(&shown)) && s->n++ < TOLD_MAX) /* the first time says it */
		append(s, arena_str(&s->a, buf_view(&shown)), arena_str(&s->a, str_c(note)));
	buf_done(&shown);
}

/* Marks what is known in the same words; *gone is what is no longer so. */
static int compare(struct alarms *s, struct str **gone, size_t *n, struct err *e)
{
	const struct str key = arena_printf(&s->a, ALARMS_KEY "%s", s->reason);
	struct db_rows *rows = NULL;
	size_t cap = 0;
	int rc = 0;

	if (db_query(s->v->ledger.db, &rows, e,
		    "SELECT key, value FROM meta WHERE key >= ?1 || ':' AND key < ?1 || ';' ORDER BY key",
		    "s", key) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		const struct str place = str_from(db_text(rows, 0), key.n + 1);
		struct alarms_one *x = find(s, place);
		if (x) {
			x->known = str_eq(x->note, db_text(rows, 1));
			continue;
		}
		mem_grow(gone, &cap, *n + 1, sizeof(**gone));
		(*gone)[(*n)++] = arena_str(&s->a, place);
	}
	db_end(rows);
	return rc;
}

static void tell(struct alarms *s, const struct alarms_one *x)
{
	const bool warn = x->known && s->again == ALARMS_WARN;

	if (x->known && s->again == ALARMS_ONCE)
		return;
	env_log(s->v, warn ? LOG_WARN : LOG_ERROR, s->event, x->place.p, "%s: " STR_FMT, s->reason,
		STR_ARG(x->note));
	s->v->news += !warn;
}

static int record(struct alarms *s, const struct alarms_one *x, struct err *e)
{
	struct ledger *l = &s->v->ledger;
	const struct str key = arena_printf(
		&s->a, ALARMS_KEY "%s:" STR_FMT, s->reason, STR_ARG(x->place));

	if (ledger_run(l, e,
		    "INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = "
		    "excluded.value",
		    "ss", key, x->note) == -1)
		return -1;
	return ledger_event(l, s->event, x->place.p, e, STR_FMT, STR_ARG(x->note));
}

static int forget(struct alarms *s, struct str place, struct err *e)
{
	struct ledger *l = &s->v->ledger;
	const struct str key = arena_printf(
		&s->a, ALARMS_KEY "%s:" STR_FMT, s->reason, STR_ARG(place));

	if (ledger_run(l, e, "DELETE FROM meta WHERE key = ?1", "s", key) == -1)
		return -1;
	return ledger_event(l, "alarm-over", place.p, e, "reason=%s", s->reason);
}

static int write_changes(struct alarms *s, const struct str *gone, size_t n, struct err *e)
{
	struct ledger *l = &s->v->ledger;
	int rc = ledger_begin(l, e);

	if (rc == -1)
		return -1;
	for (const struct alarms_one *x = s->first; x && rc == 0; x = x->next)
		rc = x->known ? 0 : record(s, x, e);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = forget(s, gone[i], e);
	if (rc == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

int alarms_commit(struct alarms *s, struct err *e)
{
	struct str *gone = NULL;
	size_t ngone = 0;
	bool changed = false;
	int rc = -1;

	if (s->n > TOLD_MAX)
		append(s, STR("more"),
			arena_printf(&s->a, "more than %d of these; the others are not named",
				(int)TOLD_MAX));
	rc = compare(s, &gone, &ngone, e);
	for (const struct alarms_one *x = s->first; x && rc == 0; x = x->next) {
		changed = changed || !x->known;
		tell(s, x);
	}
	if (rc == 0 && (changed || ngone > 0))
		rc = write_changes(s, gone, ngone, e);
	mem_free(gone);
	alarms_done(s);
	return rc;
}
