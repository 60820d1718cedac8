/* How things stand; see status.h. */
#include "stage/status.h"

#include <inttypes.h>
#include <string.h>

#include "stage/alarms.h"
#include "stage/schedule.h"
#include "stage/spool.h"
#include "store/ledger_item.h"
#include "store/ledger_partner.h"
#include "store/ledger_unit.h"

enum { CLOCK_SLACK = 3600 };

const char *status_text(enum status_word w)
{
	static const char *const words[STATUS_WORDS] = {
		[STATUS_MAKING] = "being converted",
		[STATUS_WAITING] = "waiting to be sent",
		[STATUS_SENT] = "sent",
		[STATUS_OVERDUE] = "overdue",
		[STATUS_ACCEPTED] = "accepted",
		[STATUS_ERRORS] = "accepted with errors",
		[STATUS_REJECTED] = "rejected",
		[STATUS_HELD] = "held",
		[STATUS_DOUBT] = "in doubt",
		[STATUS_QUARANTINED] = "quarantined",
		[STATUS_CLOSED] = "closed",
	};

	return words[w];
}

bool status_answered(const struct interchange_row *r, const struct config_expect *x)
{
	/* An answer to the content proves that the envelope was read; a refused envelope is all
	 * that comes, and so is content that its syntax forbids. */
	if (str_is(x->ack, "aperak"))
		return r->application.n > 0 || str_is(r->syntax, "rejected") ||
			str_is(r->ta1, "rejected");
	return r->syntax.n > 0 || r->application.n > 0 || str_is(r->ta1, "rejected") ||
		(str_is(x->ack, "ta1") && r->ta1.n > 0);
}

const struct config_expect *status_overdue(
	const struct interchange_row *r, const struct config_agreement *g, int64_t now)
{
	if (!g || !str_is(r->state, "sent"))
		return NULL;
	for (const struct config_expect *x = g->expects; x; x = x->next) {
		if (!status_answered(r, x) && r->sent_at + (int64_t)x->within < now)
			return x;
	}
	return NULL;
}

static bool any_axis(const struct interchange_row *r, const char *value)
{
	return str_is(r->ta1, value) || str_is(r->syntax, value) || str_is(r->application, value) ||
		str_is(r->load, value);
}

static bool accepted_enough(const struct interchange_row *r, const struct config_agreement *g)
{
	if (g && str_is(g->accepted_at, "sent"))
		return str_is(r->receipt, "accepted");
	return r->syntax.n > 0;
}

enum status_word status_of(
	const struct interchange_row *r, const struct config_agreement *g, int64_t now)
{
	static const struct {
		const char *state;
		enum status_word word;
	} open[] = {
		{"making", STATUS_MAKING},
		{"queued", STATUS_WAITING},
		{"sending", STATUS_WAITING},
		{"held", STATUS_HELD},
		{"in-doubt", STATUS_DOUBT},
		{"quarantined", STATUS_QUARANTINED},
		{"closed", STATUS_CLOSED},
	};

	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		if (str_is(r->state, open[i].state))
			return open[i].word;
	}
	if (any_axis(r, "rejected"))
		return STATUS_REJECTED;
	if (any_axis(r, "with-errors") || any_axis(r, "partial"))
		return STATUS_ERRORS;
	if (accepted_enough(r, g))
		return STATUS_ACCEPTED;
	return status_overdue(r, g, now) ? STATUS_OVERDUE : STATUS_SENT;
}

/* --- partners --- */

static struct status_partner *partner_of(struct status *s, struct str name, struct arena *a)
{
	for (size_t i = 0; i < s->npartners; i++) {
		if (str_eq(s->partners[i].name, name))
			return &s->partners[i];
	}
	struct status_partner *more = arena_array(a, s->npartners + 1, sizeof(*more));
	if (s->npartners > 0)
		memcpy(more, s->partners, s->npartners * sizeof(*more));
	s->partners = more;
	more[s->npartners].name = arena_str(a, name);
	return &more[s->npartners++];
}

static bool is_finished(enum status_word w)
{
	return w == STATUS_ACCEPTED || w == STATUS_ERRORS || w == STATUS_REJECTED ||
		w == STATUS_CLOSED;
}

/* Is it for a person to look at? Then it is told by its number. */
static bool is_named(enum status_word w)
{
	return w == STATUS_REJECTED || w == STATUS_OVERDUE || w == STATUS_HELD ||
		w == STATUS_DOUBT || w == STATUS_QUARANTINED;
}

static void name_it(struct status *s, const struct interchange_row *r, enum status_word w,
	const struct config_agreement *g, struct arena *a)
{
	struct status_named *x = ARENA_NEW(a, struct status_named);
	const struct config_expect *late = status_overdue(r, g, s->now);
	char when[DATE_TEXT];

	*x = (struct status_named){.id = r->id,
		.word = w,
		.name = arena_str(a, r->name),
		.partner = arena_str(a, r->partner),
		.agreement = arena_str(a, r->agreement),
		.reason = arena_str(a, r->reason),
		.note = arena_str(a, r->note)};
	if (w == STATUS_OVERDUE && late)
		x->note = arena_printf(a, "a " STR_FMT " was expected by " STR_FMT,
			STR_ARG(late->ack),
			STR_ARG(date_iso(r->sent_at + (int64_t)late->within, when)));
	if (s->last_named)
		s->last_named->next = x;
	else
		s->named = x;
	s->last_named = x;
}

/* The columns that count_interchanges asks for, but for the last. */
static int64_t row_of(const struct db_rows *rows, struct interchange_row *r)
{
	int64_t queued = 0;

	memset(r, 0, sizeof(*r));
	r->agreement = db_text(rows, 0);
	r->partner = db_text(rows, 1);
	r->state = db_text(rows, 2);
	r->receipt = db_text(rows, 3);
	r->ta1 = db_text(rows, 4);
	r->syntax = db_text(rows, 5);
	r->application = db_text(rows, 6);
	r->load = db_text(rows, 7);
	r->sent_at = db_int(rows, 8);
	queued = db_int(rows, 9);
	r->id = db_int(rows, 10);
	r->name = db_text(rows, 11);
	r->reason = db_text(rows, 12);
	r->note = db_text(rows, 13);
	return r->sent_at > queued ? r->sent_at : queued;
}

/* wrong: what was found of its file, or "". at: when something was last done with it. */
static void count_interchange(struct env *v, struct status *s, struct interchange_row *r,
	struct str wrong, int64_t at, struct arena *a)
{
	const struct config_agreement *g = config_agreement_find(v->config, r->agreement);
	struct status_partner *p = partner_of(s, r->partner, a);
	const enum status_word w = status_of(r, g, s->now);

	if (at > p->last)
		p->last = at;
	if (at < s->since && is_finished(w) && wrong.n == 0)
		return;
	p->count[w]++;
	if (wrong.n > 0 && r->reason.n == 0) {
		r->reason = wrong;
		r->note = str_is(wrong, "LOST-FILE") ? STR("its file is in none of its places")
						     : STR("its file is not the one that was made");
	}
	if (is_named(w) || wrong.n > 0 ||
		(w == STATUS_WAITING && str_is(r->reason, "AGREEMENT-GONE")))
		name_it(s, r, w, g, a);
}

static int count_interchanges(struct env *v, struct status *s, struct arena *a, struct err *e)
{
	struct interchange_row r;
	struct db_rows *rows = NULL;
	int rc = 0;

	/* id + 0: an order by the key itself makes SQLite walk the whole table by it, past the indexes of the OR. */
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT agreement, partner, state, receipt, ta1, syntax, application, load, "
		    "sent_at, queued_at, id, name, reason, note, COALESCE((SELECT value FROM meta WHERE key = '" SPOOL_WRONG
		    "' || interchange.id), '') FROM interchange WHERE state IN ('making', "
		    "'queued', 'sending', 'sent', 'in-doubt', 'held', 'quarantined') OR sent_at >= ?1 OR queued_at >= ?1 ORDER BY id + 0",
		    "i", s->since) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		const int64_t at = row_of(rows, &r);

		count_interchange(
			v, s, &r, str_is(r.state, "closed") ? STR("") : db_text(rows, 14), at, a);
	}
	db_end(rows);
	return rc;
}

static int load_partners(struct env *v, struct status *s, struct arena *a, struct err *e)
{
	for (const struct config_partner *p = v->config->partners; p; p = p->next)
		(void)partner_of(s, p->name, a);
	if (count_interchanges(v, s, a, e) == -1)
		return -1;
	for (size_t i = 0; i < s->npartners; i++) {
		struct partner_row row;
		struct status_partner *p = &s->partners[i];
		int64_t received = 0;
		const int rc = ledger_partner_any(&v->ledger, p->name, a, &row, e);
		if (rc == -1 ||
			db_one_int(v->ledger.db, &received, e,
				"SELECT COALESCE(MAX(at), 0) FROM received WHERE "
				"partner = ?1",
				"s", p->name) != 1)
			return -1;
		if (received > p->last)
			p->last = received;
		if (rc == 0)
			continue;
		p->backs_off = true;
		p->reason = row.reason;
		p->note = row.note;
		p->next_try = row.next_try;
		p->failures = row.failures;
	}
	return 0;
}

/* --- agreements --- */

static int load_wait(struct env *v, struct status_agreement *g, struct arena *a, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(v->ledger.db, &rows, e, "SELECT value FROM meta WHERE key = 'wait:' || ?1",
		    "s", g->name) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1)
		g->waits = arena_str(a, db_text(rows, 0));
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

static int load_agreement(struct env *v, const struct config_agreement *c,
	struct status_agreement *g, struct arena *a, struct err *e)
{
	struct ledger *l = &v->ledger;
	char next[SLOTS_TEXT];
	char missed[SCHEDULE_MISSED];
	struct unit_row u;
	int rc = ledger_unit_newest(l, g->name, a, &u, e);

	if (rc == 1 && (str_is(u.state, "failed") || str_is(u.state, "quarantined"))) {
		g->failed = arena_printf(
			a, STR_FMT ": " STR_FMT, STR_ARG(u.reason), STR_ARG(u.note));
		g->unit = u.id;
	}
	if (rc == -1 || load_wait(v, g, a, e) == -1 || schedule_next(l, c, next, e) == -1 ||
		schedule_missed(l, c, missed, e) == -1 ||
		ledger_item_count(l, g->name, "rejected", &g->rejected, e) == -1 ||
		ledger_item_count(l, g->name, "held", &g->held, e) == -1 ||
		ledger_item_count(l, g->name, "due", &g->due, e) == -1)
		return -1;
	g->next = arena_str(a, str_c(next));
	g->missed = arena_str(a, str_c(missed));
	if (db_one_int(l->db, &g->aside, e,
		    "SELECT COUNT(*) FROM aside WHERE agreement = ?1 AND closed = 0 AND codes <> 'JOIN-ROW-ORPHAN' AND codes NOT LIKE 'JOIN-ROW-BROKEN %'",
		    "s", g->name) != 1)
		return -1;
	rc = db_one_int(l->db, &g->orphans, e,
		"SELECT COUNT(*) FROM aside WHERE agreement = ?1 AND closed = 0 AND (codes = 'JOIN-ROW-ORPHAN' OR codes LIKE 'JOIN-ROW-BROKEN %')",
		"s", g->name);
	return rc == 1 ? 0 : -1;
}

static int load_agreements(struct env *v, struct status *s, struct arena *a, struct err *e)
{
	size_t n = 0;

	for (const struct config_agreement *g = v->config->agreements; g; g = g->next)
		n++;
	s->agreements = arena_array(a, n + 1, sizeof(*s->agreements));
	for (const struct config_agreement *g = v->config->agreements; g; g = g->next) {
		struct status_agreement *x = &s->agreements[s->nagreements++];
		x->name = g->name;
		if (load_agreement(v, g, x, a, e) == -1)
			return -1;
	}
	return 0;
}

/* --- what lies in hold/ and quarantine/ beside interchanges --- */

static int load_away(struct env *v, struct status *s, struct arena *a, struct err *e)
{
	struct db_rows *rows = NULL;
	int64_t n = 0;
	int rc = 0;

	if (db_one_int(v->ledger.db, &n, e,
		    "SELECT (SELECT COUNT(*) FROM input WHERE state IN ('held', 'quarantined')) + "
		    "(SELECT COUNT(*) FROM received WHERE state IN ('quarantined', 'orphan', 'contradiction'))",
		    "") != 1)
		return -1;
	s->away = arena_array(a, (size_t)n + 1, sizeof(*s->away));
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT 1, id, state, source, reason, note, name FROM input WHERE state IN "
		    "('held', 'quarantined') UNION ALL SELECT 2, id, state, partner, reason, note, "
		    "remote FROM received WHERE state IN ('quarantined', 'orphan', 'contradiction') "
		    "ORDER BY 1, 2",
		    "") == -1)
		return -1;
	while (s->naway < (size_t)n && (rc = db_next(rows, e)) == 1) {
		struct status_put_away *x = &s->away[s->naway++];
		x->id = arena_printf(
			a, "%s%06" PRId64, db_int(rows, 0) == 1 ? "in-" : "r-", db_int(rows, 1));
		x->state = arena_str(a, db_text(rows, 2));
		x->source = arena_str(a, db_text(rows, 3));
		x->reason = arena_str(a, db_text(rows, 4));
		x->note = arena_str(a, db_text(rows, 5));
		x->name = arena_str(a, db_text(rows, 6));
	}
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

static int load_alarms(struct env *v, struct status *s, struct arena *a, struct err *e)
{
	static const struct str start = STR_INIT(ALARMS_KEY);
	struct db_rows *rows = NULL;
	int64_t n = 0;
	int rc = 0;

	if (db_one_int(v->ledger.db, &n, e,
		    "SELECT COUNT(*) FROM meta WHERE key >= 'alarm:' AND key < 'alarm;'", "") != 1)
		return -1;
	s->alarms = arena_array(a, (size_t)n + 1, sizeof(*s->alarms));
	if (db_query(v->ledger.db, &rows, e,
		    "SELECT key, value FROM meta WHERE key >= 'alarm:' AND key < 'alarm;' ORDER BY key",
		    "") == -1)
		return -1;
	while (s->nalarms < (size_t)n && (rc = db_next(rows, e)) == 1) {
		struct status_alarm *x = &s->alarms[s->nalarms++];
		struct str rest = arena_str(a, str_from(db_text(rows, 0), start.n));
		(void)str_split(&rest, ':', &x->reason);
		x->place = rest;
		x->note = arena_str(a, db_text(rows, 1));
	}
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

static int load_run(struct env *v, struct status *s, struct arena *a, struct err *e)
{
	int rc = 0;

	/* A run of a time that is still to come, before the clock was set back, is no recent one. */
	if (db_one_int(v->ledger.db, &s->finished, e,
		    "SELECT COALESCE(MAX(ended), 0) FROM run WHERE status IN (0, 1) AND ended <= ?1",
		    "i", s->now + CLOCK_SLACK) != 1)
		return -1;
	rc = ledger_runs_newest(&v->ledger, s->now + CLOCK_SLACK, a, &s->run, e);
	if (rc == 0)
		rc = ledger_runs_newest(&v->ledger, INT64_MAX, a, &s->run, e);
	return rc == -1 ? -1 : 0;
}

int status_load(struct env *v, int64_t since, struct arena *a, struct status *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	out->now = clock_now(&v->clock);
	out->since = since;
	if (load_partners(v, out, a, e) == -1 || load_agreements(v, out, a, e) == -1 ||
		load_away(v, out, a, e) == -1 || load_alarms(v, out, a, e) == -1 ||
		load_run(v, out, a, e) == -1)
		return err_wrap(e, "status");
	return 0;
}
