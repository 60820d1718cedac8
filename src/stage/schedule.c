/* Agreements with <when>; see schedule.h. */
#include "stage/schedule.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stage/wall.h"
#include "store/ledger_slot.h"

enum { MISSED_MAX = 1000 /* counted; more are "1000 or more" */ };

/* --- how it stands --- */

/* A <when> that is new counts from the newest run, or from the making of the environment. */
static int counts_from(struct ledger *l, int64_t now, int64_t *from, struct err *e)
{
	if (db_one_int(l->db, from, e,
		    "SELECT at FROM event WHERE what IN ('run-started', 'created') ORDER BY seq DESC LIMIT 1",
		    "") == -1)
		return -1;
	*from = *from < now ? *from : now;
	return 0;
}

/* The last slot that has come, and the last that is done. 1 it has come and is not done, 0, -1. */
static int look(struct ledger *l, const struct config_agreement *g, struct slot *s,
	struct slot_row *last, struct err *e)
{
	const int64_t now = clock_now(l->clock);
	char name[SLOTS_TEXT];
	int rc = ledger_slot_known(l, g->name, e);

	*s = slots_last(g->when, now);
	if (rc == 1) {
		rc = ledger_slot_done(
			l, g->name, s->at, slots_name(g->when, s, name), now, last, e);
	} else if (rc == 0) {
		*last = (struct slot_row){.at = now};
		rc = counts_from(l, now, &last->at, e) == -1 ? -1 : last->at >= s->at;
	}
	return rc == -1 ? -1 : !rc;
}

/* May one that has come still be begun? */
static bool in_time(const struct config_when *w, const struct slot *s, int64_t now)
{
	return w->catch_up || now - s->at <= (int64_t)w->within;
}

static bool is_done(const struct config_when *w, const struct slot_row *last, const struct slot *s)
{
	char name[SLOTS_TEXT];

	return s->at <= last->at || strcmp(slots_name(w, s, name), last->name) == 0;
}

/* Those between: not the last itself, which is elsewhere when the rules of its zone changed since. */
static int64_t count_missed(
	const struct config_when *w, const struct slot_row *last, const struct slot *slot)
{
	struct slot next;
	int64_t from = last->at;

	if (from == INT64_MIN)
		return 0;
	next = slots_next(w, from);
	if (is_done(w, last, &next))
		from = next.at;
	return slots_count(w, from, slot->at - 1, MISSED_MAX);
}

int schedule_next(
	struct ledger *l, const struct config_agreement *g, char out[SLOTS_TEXT], struct err *e)
{
	const int64_t now = clock_now(l->clock);
	struct slot s = {0};
	struct slot_row last;
	int rc = 0;

	out[0] = '\0';
	if (!g->when || !g->when->zone || !g->when->ats)
		return 0;
	rc = look(l, g, &s, &last, e);
	if (rc == -1)
		return -1;
	if (rc == 1 && in_time(g->when, &s, now)) {
		(void)snprintf(out, SLOTS_TEXT, SCHEDULE_NOW);
		return 0;
	}
	s = slots_next(g->when, now);
	while (is_done(g->when, &last, &s)) /* the clock was set back */
		s = slots_next(g->when, s.at);
	(void)slots_text(g->when, s.at, out);
	return 0;
}

static void missed_text(const struct config_agreement *g, const struct slot *s, int64_t before,
	char out[SCHEDULE_MISSED])
{
	char at[SLOTS_TEXT];
	char more[60] = "";

	if (before > 0)
		(void)snprintf(more, sizeof(more), ", nor were %" PRId64 " before it", before);
	(void)snprintf(out, SCHEDULE_MISSED,
		"it was not begun within %" PRIu64
		" s of %s%s; it is not caught up (catch-up=\"none\")",
		g->when->within, slots_text(g->when, s->at, at), more);
}

int schedule_missed(struct ledger *l, const struct config_agreement *g, char out[SCHEDULE_MISSED],
	struct err *e)
{
	struct slot s;
	struct slot_row last;
	int rc = 0;

	out[0] = '\0';
	if (!g->when || !g->when->zone || !g->when->ats)
		return 0;
	rc = look(l, g, &s, &last, e);
	if (rc == 1 && !in_time(g->when, &s, clock_now(l->clock)))
		missed_text(g, &s, count_missed(g->when, &last, &s), out);
	else if (rc != -1)
		rc = ledger_slot_missed(l, g->name, out, SCHEDULE_MISSED, e);
	return rc == -1 ? -1 : 0;
}

/* --- what is new here --- */

static int first_slot(struct env *v, const struct config_agreement *g, struct err *e)
{
	struct ledger *l = &v->ledger;
	char when[DATE_TEXT];
	int64_t from = 0;

	if (counts_from(l, v->started, &from, e) == -1 || ledger_begin(l, e) == -1)
		return -1;
	if (ledger_slot_add(l, g->name, from, "", e) == -1 ||
		ledger_event(l, "scheduled", arena_cstr(&v->arena, g->name), e,
			"by <when> of %s:%u, from %s on", g->file, g->when->line,
			date_iso(from, when).p) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* Once a run: what somebody at a terminal, or in the log, wonders about. */
static int tell_not_due(struct env *v, const struct config_agreement *g, struct err *e)
{
	const char *agreement = arena_cstr(&v->arena, g->name);
	char text[SLOTS_TEXT];

	if (schedule_next(&v->ledger, g, text, e) == -1)
		return -1;
	if (strcmp(text, SCHEDULE_NOW) == 0)
		return 0;
	env_log(v, LOG_INFO, "not-due", agreement, "next at %s", text);
	if (v->progress)
		(void)fprintf(stderr, "%s is not due, next at %s\n", agreement, text);
	return 0;
}

int schedule_begin(struct env *v, struct err *e)
{
	for (const struct config_agreement *g = v->config->agreements; g; g = g->next) {
		const int known = g->when ? ledger_slot_known(&v->ledger, g->name, e) : 1;
		if (known == -1 || (known == 0 && first_slot(v, g, e) == -1) ||
			(g->when && tell_not_due(v, g, e) == -1))
			return err_wrap(e, "times of agreement " STR_FMT, STR_ARG(g->name));
	}
	return 0;
}

/* --- what has come --- */

/* catch-up="none": nobody came in time. */
static int pass_over(struct env *v, const struct schedule *s, struct err *e)
{
	const struct config_agreement *g = s->agreement;
	const char *agreement = arena_cstr(&v->arena, g->name);
	struct ledger *l = &v->ledger;
	char name[SLOTS_TEXT];
	char text[SCHEDULE_MISSED];

	missed_text(g, &s->slot, s->missed, text);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_slot_add(l, g->name, s->slot.at, slots_name(g->when, &s->slot, name), e) == -1 ||
		ledger_event(l, "slot-missed", agreement, e, "%s", text) == -1) {
		ledger_rollback(l);
		return -1;
	}
	if (ledger_commit(l, e) == -1)
		return -1;
	env_log(v, LOG_WARN, "slot-missed", agreement, "SLOT-MISSED: %s", text);
	v->news++;
	return 0;
}

int schedule_due(struct env *v, const struct config_agreement *g, struct schedule *s, struct err *e)
{
	struct slot_row last;
	int rc = 0;

	*s = (struct schedule){.agreement = g};
	if (!g->when)
		return 1;
	if (!wall_is_believed(v)) /* told by wall.c */
		return 0;
	rc = look(&v->ledger, g, &s->slot, &last, e);
	if (rc != 1)
		return rc;
	s->missed = count_missed(g->when, &last, &s->slot);
	if (in_time(g->when, &s->slot, clock_now(&v->clock)))
		return 1;
	return pass_over(v, s, e) == -1 ? -1 : 0;
}

/* --- what is done --- */

int schedule_done(struct env *v, const struct schedule *s, struct err *e)
{
	const struct config_agreement *g = s->agreement;
	const char *agreement = NULL;
	char at[SLOTS_TEXT];
	char name[SLOTS_TEXT];

	if (!g->when)
		return 0;
	agreement = arena_cstr(&v->arena, g->name);
	(void)slots_text(g->when, s->slot.at, at);
	if (ledger_slot_add(&v->ledger, g->name, s->slot.at, slots_name(g->when, &s->slot, name),
		    e) == -1 ||
		ledger_event(&v->ledger, "slot", agreement, e, "at=%s missed=%" PRId64, at,
			s->missed) == -1)
		return -1;
	if (s->missed > 0) {
		env_log(v, LOG_WARN, "slot-missed", agreement,
			"SLOT-MISSED: nothing was done for %" PRId64
			"%s before that of %s; it is done once for all",
			s->missed, s->missed < MISSED_MAX ? "" : " or more", at);
		v->news++;
	}
	return 0;
}

int schedule_done_now(struct env *v, const struct schedule *s, struct err *e)
{
	struct ledger *l = &v->ledger;

	if (!s->agreement->when)
		return 0;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (schedule_done(v, s, e) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}
