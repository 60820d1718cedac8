/* One input's row and its names; see collect_parts.h. */
#include "stage/collect_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/utf8.h"
#include "stage/place.h"

void collect_row_subject(int64_t input, char out[40])
{
	(void)snprintf(out, 40, "input %" PRId64, input);
}

/* Inside a transaction: new state with its event. */
int collect_row_record(struct env *v, const struct input_row *r, const char *state,
	const char *place, const char *reason, const char *note, const char *what, struct err *e)
{
	char subject[40];

	collect_row_subject(r->id, subject);
	if (ledger_input_state(&v->ledger, r->id, state, place, reason, note, e) == -1)
		return -1;
	return ledger_event(&v->ledger, what, subject, e,
		"source=" STR_FMT " place=%s reason=%s %s", STR_ARG(r->source), place, reason,
		note);
}

/* The same as one transaction. */
int collect_row_settle(struct env *v, const struct input_row *r, const char *state,
	const char *place, const char *reason, const char *note, const char *what, struct err *e)
{
	if (ledger_begin(&v->ledger, e) == -1)
		return -1;
	if (collect_row_record(v, r, state, place, reason, note, what, e) == -1) {
		ledger_rollback(&v->ledger);
		return -1;
	}
	return ledger_commit(&v->ledger, e);
}

/* An input by the name that its exporter gave it, and a note about it. */
struct str collect_row_named(const struct input_row *r, const char *note, struct arena *a)
{
	struct buf name;
	struct str text;

	buf_init(&name, 1024);
	utf8_quote(&name, r->name, 200);
	text = arena_printf(
		a, "%s of source " STR_FMT ": %s", buf_cstr(&name), STR_ARG(r->source), note);
	buf_done(&name);
	return text;
}

/* What happened to an input; news. */
void collect_row_tell(struct env *v, const struct input_row *r, const char *event,
	const char *reason, const char *note, struct arena *a)
{
	char id[40];

	(void)snprintf(id, sizeof(id), "in-%06" PRId64, r->id);
	env_log(v, LOG_ERROR, event, id, "%s%s%s", reason, *reason ? ": " : "",
		collect_row_named(r, note, a).p);
	v->news++;
}

void collect_row_work(const struct input_row *r, const char *end, char out[LIMIT_PATH])
{
	(void)snprintf(out, LIMIT_PATH, "work/in-%06" PRId64 "%s", r->id, end);
}

void collect_row_shelf(
	const struct input_row *r, const struct config_source *s, char out[LIMIT_PATH])
{
	(void)snprintf(out, LIMIT_PATH, "current/" STR_FMT "/in-%06" PRId64 "." STR_FMT,
		STR_ARG(r->source), r->id, STR_ARG(r->tree ? STR("zip") : s->format));
}

/* The version of its source in use from now on, in place of old (may be NULL). */
int collect_row_current(struct env *v, const struct input_row *r, const struct config_source *s,
	const struct input_row *old, struct err *e)
{
	struct ledger *l = &v->ledger;
	char to[LIMIT_PATH];
	char subject[40];
	char before[40];
	int rc = 0;

	collect_row_shelf(r, s, to);
	if (place_move(v, r->place.p, to, e) == -1 && e->code != ERR_EXISTS)
		return -1;
	collect_row_subject(r->id, subject);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (old) {
		collect_row_subject(old->id, before);
		rc = ledger_input_state(l, old->id, "superseded", old->place.p, "", "", e);
		if (rc == 0)
			rc = ledger_event(l, "superseded", before, e, "by=%" PRId64, r->id);
	}
	if (rc == 0)
		rc = ledger_input_state(l, r->id, "current", to, "", "", e);
	if (rc == 0)
		rc = ledger_event(l, "current", subject, e, "source=" STR_FMT " place=%s",
			STR_ARG(r->source), to);
	if (rc == -1) {
		ledger_rollback(l);
		return -1;
	}
	env_log(v, LOG_INFO, "current", subject, "source " STR_FMT ": " STR_FMT, STR_ARG(r->source),
		STR_ARG(r->name));
	return ledger_commit(l, e);
}

/* Inside a transaction: its exporter wrote on, so it is claimed anew, where it lies. */
int collect_row_written_on(
	struct env *v, const struct input_row *r, const char *note, struct err *e)
{
	char id[40];
	struct arena a;

	arena_init(&a);
	(void)snprintf(id, sizeof(id), "in-%06" PRId64, r->id);
	env_log(v, LOG_WARN, "written-on", id, "WRITTEN-ON: %s", collect_row_named(r, note, &a).p);
	arena_done(&a);
	return collect_row_record(
		v, r, "claiming", r->place.p, "WRITTEN-ON", note, "written-on", e);
}
