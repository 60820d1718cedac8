/* Transfer; see transfer.h. */
#include "stage/transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "stage/place.h"
#include "stage/spool.h"
#include "store/ledger_item.h"
#include "store/ledger_partner.h"

enum { FIRST_BACK_OFF = 60, MAX_BACK_OFF = 3600, REFUSED_BACK_OFF = 12 * 3600, SIZE_ATTEMPTS = 3 };

/* --- partners that cannot be used --- */

static int64_t back_off(const struct err *why, int64_t failures)
{
	int64_t wait = FIRST_BACK_OFF;

	if (!err_retry(why)) /* a refused login must not be tried until it locks the account */
		return REFUSED_BACK_OFF;
	for (int64_t i = 0; i < failures && wait < MAX_BACK_OFF; i++)
		wait *= 2;
	return wait < MAX_BACK_OFF ? wait : MAX_BACK_OFF;
}

/* Events of a mailbox are the partner's. */
static void subject_of(struct str partner, char out[200])
{
	struct str name = partner;

	(void)str_split(&partner, '/', &name);
	(void)snprintf(out, 200, "partner " STR_FMT, STR_ARG(name));
}

int transfer_partner_failed(struct env *v, struct str partner, const struct err *why, struct err *e)
{
	struct ledger *l = &v->ledger;
	struct arena a;
	struct partner_row before = {0};
	char subject[200];
	char when[DATE_TEXT];
	int64_t next = 0;
	const char *reason = why->reason[0] ? why->reason : "UNREACHABLE";

	arena_init(&a);
	if (ledger_partner_find(l, partner, &a, &before, e) == -1) {
		arena_done(&a);
		return -1;
	}
	next = clock_now(&v->clock) + back_off(why, before.failures);
	arena_done(&a);
	subject_of(partner, subject);
	(void)date_iso(next, when);
	env_log(v, err_retry(why) ? LOG_WARN : LOG_ERROR, "partner-failed", subject,
		"%s: %s; next try %s", reason, why->text, when);
	v->news++;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_partner_failed(l, partner, next, reason, why->text, e) == -1 ||
		ledger_event(l, "partner-failed", subject, e, "reason=%s next=%s %s", reason, when,
			why->text) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

int transfer_partner_usable(struct env *v, struct str partner, struct err *e)
{
	struct arena a;
	struct partner_row row;
	int rc = 0;

	arena_init(&a);
	rc = ledger_partner_find(&v->ledger, partner, &a, &row, e);
	if (rc == 1) { /* further away than any wait: the clock was set back since */
		const int64_t now = clock_now(&v->clock);
		rc = row.next_try <= now || row.next_try - now > REFUSED_BACK_OFF;
	} else if (rc == 0)
		rc = 1;
	arena_done(&a);
	return rc;
}

int transfer_partner_works(struct env *v, struct str partner, struct err *e)
{
	struct ledger *l = &v->ledger;
	struct arena a;
	struct partner_row row;
	char subject[200];
	int rc = 0;

	arena_init(&a);
	rc = ledger_partner_find(l, partner, &a, &row, e);
	arena_done(&a);
	if (rc != 1)
		return rc;
	subject_of(partner, subject);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_partner_clear(l, partner, e) == -1 ||
		ledger_event(l, "partner-works", subject, e, "again") == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* --- one interchange --- */

struct sending {
	struct env *v;
	const struct interchange_row *row;
	char subject[40];
	bool waits; /* nothing came of it: no reason for another round */
};

/* S1: the intent, unless somebody held it meanwhile. */
static int commit_sending(struct sending *s, struct err *e)
{
	struct ledger *l = &s->v->ledger;

	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_interchange_sending(l, s->row->id, e) == -1 ||
		ledger_event(l, "sending", s->subject, e, "name=%s sha256=%s attempt=%" PRId64,
			s->row->name.p, s->row->sha.p, s->row->attempts + 1) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* The intent to rename: from here on a cut leaves a doubt until the partner is asked. */
static int commit_renaming(void *ctx, struct err *e)
{
	struct sending *s = ctx;
	struct ledger *l = &s->v->ledger;
	struct arena a;
	struct interchange_row now;
	int rc = -1;

	arena_init(&a);
	if (ledger_begin(l, e) == -1)
		goto out;
	rc = ledger_interchange_find(l, s->row->id, &a, &now, e);
	if (rc == 1 && !str_is(now.state, "sending"))
		rc = err_set(e, ERR_STALE, "%s was held meanwhile", s->row->name.p);
	if (rc == 1 &&
		(ledger_interchange_axis(l, s->row->id, "receipt", "renaming", e) == -1 ||
			ledger_event(l, "renaming", s->subject, e, "to=%s", s->row->name.p) == -1))
		rc = -1;
	if (rc == 1) {
		rc = ledger_commit(l, e);
	} else {
		ledger_rollback(l);
		rc = -1;
	}
out:
	arena_done(&a);
	return rc;
}

/* What is expected back, else the word of the channel is the last word. */
static int commit_sent(struct sending *s, const char *what, const char *evidence,
	const struct config_agreement *g, struct err *e)
{
	struct ledger *l = &s->v->ledger;
	char place[100];
	int64_t n = 0;
	int rc = -1;

	spool_place("sent", s->row->partner, place);
	if (ledger_begin(l, e) == -1)
		return -1;
	rc = ledger_interchange_sent(l, s->row->id, place, evidence, e);
	if (rc == 0 && g && str_is(g->accepted_at, "sent"))
		rc = ledger_item_all(l, s->row->id, STR(""), "accepted", "", &n, e);
	if (rc == 0)
		rc = ledger_event(
			l, what, s->subject, e, "partner=%s %s", s->row->partner.p, evidence);
	if (rc == -1) {
		ledger_rollback(l);
		return -1;
	}
	if (ledger_commit(l, e) == -1)
		return -1;
	env_log(s->v, LOG_INFO, "sent", s->row->name.p, "%s", evidence);
	return spool_follow(s->v, s->row->id, e);
}

/* Out of the way until a person decides: hold or in-doubt, both in place hold/. */
static int commit_stopped(struct sending *s, const char *state, const char *folder,
	const char *reason, const char *note, const char *next, struct err *e)
{
	struct ledger *l = &s->v->ledger;
	int rc = -1;

	if (ledger_begin(l, e) == -1)
		return -1;
	rc = ledger_interchange_state(
		l, s->row->id, "queued|sending", state, folder, reason, note, e);
	if (rc == 0 && strcmp(reason, "CHANGED-BY-HAND") == 0)
		rc = spool_wrong(l, s->row->id, reason, e);
	if (rc == 0)
		rc = ledger_event(l, state, s->subject, e, "reason=%s %s", reason, note);
	if (rc == -1) {
		ledger_rollback(l);
		return -1;
	}
	if (ledger_commit(l, e) == -1 || spool_follow(s->v, s->row->id, e) == -1)
		return -1;
	env_log(s->v, LOG_ERROR, state, s->row->name.p, "%s: %s", reason, note);
	s->v->news++;
	return env_write_reason(s->v, folder, s->row->name.p, reason, note, next, e);
}

static int in_doubt(
	struct sending *s, const struct config_agreement *g, const char *note, struct err *e)
{
	char next[300];

	if (g && g->duplicates_safe) { /* the partner drops repeats: send again, and say so */
		struct ledger *l = &s->v->ledger;
		if (ledger_begin(l, e) == -1)
			return -1;
		if (ledger_interchange_axis(l, s->row->id, "receipt", "", e) == -1 ||
			ledger_interchange_later(l, s->row->id, "REPEATED", note, e) == -1 ||
			ledger_event(l, "repeat", s->subject, e, "duplicates=safe %s", note) ==
				-1) {
			ledger_rollback(l);
			return -1;
		}
		env_log(s->v, LOG_WARN, "repeat", s->row->name.p,
			"%s; sent again, as the agreement allows", note);
		return ledger_commit(l, e);
	}
	(void)snprintf(next, sizeof(next),
		"ask the partner; then gridspool resolve %06" PRId64
		" --delivered, or --not-delivered, --reason TEXT. An acknowledgment, if one comes, settles it by itself",
		s->row->id);
	return commit_stopped(s, "in-doubt", "hold", "IN-DOUBT", note, next, e);
}

/* Bytes that are not those that were made are not sent. */
static int not_whole(struct sending *s, const char *reason, const char *note, struct err *e)
{
	char next[300];

	(void)snprintf(next, sizeof(next),
		"restore it here from a backup, then gridspool release %06" PRId64
		" --reason TEXT; gridspool reissue %06" PRId64
		" --reason TEXT makes it anew with new numbers",
		s->row->id, s->row->id);
	return commit_stopped(s, "held", "hold", reason, note, next, e);
}

/* Our file cannot be read: it stays where it is and is tried again by the next run; others go on. */
static int unreadable(struct sending *s, const char *note, struct err *e)
{
	struct ledger *l = &s->v->ledger;

	env_log(s->v, LOG_ERROR, "unreadable", s->row->name.p, "UNREADABLE: %s", note);
	s->v->news++;
	s->waits = true;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_interchange_later(l, s->row->id, "UNREADABLE", note, e) == -1 ||
		ledger_event(l, "unreadable", s->subject, e, "%s", note) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

static int conclude(
	struct sending *s, enum channel_sent outcome, const char *evidence, struct err *e)
{
	const struct config_agreement *g = config_agreement_find(s->v->config, s->row->agreement);
	char next[300];

	(void)snprintf(next, sizeof(next),
		"ask the partner what that file is; when it is gone, gridspool release %06" PRId64
		" --reason TEXT sends ours; gridspool reissue %06" PRId64
		" --reason TEXT makes it anew with new numbers; gridspool close %06" PRId64
		" --reason TEXT gives it up",
		s->row->id, s->row->id, s->row->id);
	switch (outcome) {
	case CHANNEL_SENT:
		return commit_sent(s, "sent", evidence, g, e);
	case CHANNEL_FOUND:
		return commit_sent(s, "found", evidence, g, e);
	case CHANNEL_LIKELY: /* told, not silently believed */
		env_log(s->v, LOG_WARN, "not-compared", s->row->name.p, "%s", evidence);
		s->v->news++;
		return commit_sent(s, "found", evidence, g, e);
	case CHANNEL_COLLISION:
		return commit_stopped(s, "held", "hold", "COLLISION", evidence, next, e);
	case CHANNEL_DOUBT:
		return in_doubt(s, g, evidence, e);
	case CHANNEL_UNREADABLE:
		return unreadable(s, evidence, e);
	case CHANNEL_CORRUPT:
		break;
	}
	return not_whole(s, "CHANGED-BY-HAND", evidence, e);
}

/* Made with a ledger that was put back from a backup, or that lacks items, and not released by anybody since? */
static int restored(const struct sending *s, bool *items, struct err *e)
{
	int64_t lacks = 0;
	const int rc = db_one_int(s->v->ledger.db, &lacks, e,
		"SELECT value = '" SPOOL_ITEMS "' FROM meta WHERE key = '" SPOOL_RESTORED "' || ?1",
		"s", s->row->agreement);

	*items = lacks != 0;
	return rc;
}

static int hold_restored(struct sending *s, bool items, struct err *e)
{
	char next[300];

	(void)snprintf(next, sizeof(next),
		"compare with what the partner has; gridspool release %06" PRId64
		" --reason TEXT sends it, and all that comes behind it; gridspool close %06" PRId64
		" --reason TEXT gives it up",
		s->row->id, s->row->id);
	if (items)
		return commit_stopped(s, "held", "hold", "HISTORY-DIFFERS",
			"ledger.db lacks items that it had: what it does not know was sent may be sent again",
			next, e);
	return commit_stopped(s, "held", "hold", "RESTORED",
		"the ledger was put back from a backup: what it does not know was sent may be sent again",
		next, e);
}

/* What arrives there is not as long as what was sent, at the third attempt or later: that is this file's fault, and others go on. */
static int never_whole(struct sending *s, const char *note, struct err *e)
{
	char next[300];

	(void)snprintf(next, sizeof(next),
		"ask the partner why its server does not keep what it is sent; gridspool release %06" PRId64
		" --reason TEXT sends it again; gridspool close %06" PRId64
		" --reason TEXT gives it up",
		s->row->id, s->row->id);
	return commit_stopped(s, "held", "hold", "SIZE-DIFFERS", note, next, e);
}

/* 1 something came of it, 0 it waits, -1. */
static int send_one(struct channel *c, const struct interchange_row *r, struct err *e)
{
	struct sending s = {.v = c->env, .row = r};
	bool lacks = false;
	enum channel_sent outcome = CHANNEL_DOUBT;
	char evidence[400] = "";
	int rc = 0;

	(void)snprintf(s.subject, sizeof(s.subject), "interchange %06" PRId64, r->id);
	/* spool_settle_all has told of it */
	if (!place_inside(r->place) || !beneath_name_ok(r->name))
		return 0;
	rc = restored(&s, &lacks, e);
	if (rc != 0)
		return rc == -1 || hold_restored(&s, lacks, e) == -1 ? -1 : 1;
	if (!str_is(r->receipt, "renaming") && spool_check(c->env, r, e) == -1) {
		const struct err why = *e;
		if (!why.reason[0])
			return -1;
		rc = strcmp(why.reason, "UNREADABLE") == 0 ? unreadable(&s, why.text, e)
							   : not_whole(&s, why.reason, why.text, e);
		if (rc == 0)
			return !s.waits;
	} else {
		rc = commit_sending(&s, e);
	}
	if (rc == -1)
		return e->code == ERR_STALE ? 0 : -1; /* held meanwhile */
	rc = channel_send(
		c, r, str_is(r->receipt, "renaming"), commit_renaming, &s, &outcome, evidence, e);
	if (rc == -1 && strcmp(e->reason, "SIZE-DIFFERS") == 0 &&
		r->attempts + 1 >= SIZE_ATTEMPTS) {
		const struct err why = *e;
		return never_whole(&s, why.text, e) == -1 ? -1 : 1;
	}
	if (rc == -1 || conclude(&s, outcome, evidence, e) == -1)
		return -1;
	return !s.waits;
}

/* --- all that is queued, partner by partner --- */

static bool local_fault(const struct err *e)
{
	return e->code == ERR_IO || e->code == ERR_FULL || e->code == ERR_CORRUPT ||
		e->code == ERR_BUSY;
}

/* Does that interchange leave by the same endpoint? A partner may have one for each agreement. */
static bool same_way(
	const struct env *v, const struct interchange_row *r, const struct config_agreement *g)
{
	const struct config_agreement *own = config_agreement_find(v->config, r->agreement);

	return own && own->partner == g->partner && own->endpoint == g->endpoint;
}

static int send_to_partner(struct env *v, const struct config_agreement *g,
	struct interchange_row *rows, size_t n, int64_t *worked, struct err *e)
{
	struct channel *c = mem_alloc(sizeof(*c));
	struct err why;
	int rc = channel_open(v, g->partner, g->endpoint, c, e);

	for (size_t i = 0; i < n && rc == 0 && !proc_told_to_stop(); i++) {
		if (rows[i].state.n == 0 || !same_way(v, &rows[i], g))
			continue;
		if (v->progress)
			(void)fprintf(stderr, "\rsend to " STR_FMT ": %s   ",
				STR_ARG(g->partner->name), rows[i].name.p);
		rc = send_one(c, &rows[i], e);
		*worked += rc == 1;
		if (rc == 1)
			rc = 0;
	}
	if (v->progress)
		(void)fprintf(stderr, "\r%70s\r", "");
	channel_close(c);
	mem_free(c);
	if (rc == 0)
		return transfer_partner_works(v, g->partner->name, e);
	if (e->code == ERR_STOP || e->code == ERR_STALE)
		return 0;
	if (local_fault(e))
		return -1;
	why = *e;
	return transfer_partner_failed(v, g->partner->name, &why, e);
}

/* Nobody knows any more how it leaves. It waits, which is news once and then told by status. */
static int agreement_gone(struct env *v, const struct interchange_row *r, struct err *e)
{
	static const char reason[] = "AGREEMENT-GONE";
	struct ledger *l = &v->ledger;
	char subject[40];
	char note[200];

	if (str_is(r->reason, reason))
		return 0;
	(void)snprintf(subject, sizeof(subject), "interchange %06" PRId64, r->id);
	(void)snprintf(note, sizeof(note), "agreement " STR_FMT " is not in the bundle; it waits",
		STR_ARG(r->agreement));
	env_log(v, LOG_ERROR, "agreement-gone", r->name.p, "%s: %s", reason, note);
	v->news++;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_interchange_later(l, r->id, reason, note, e) == -1 ||
		ledger_event(l, "waiting", subject, e, "reason=%s %s", reason, note) == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

int transfer_run(struct env *v, int64_t *worked, struct err *e)
{
	struct arena a;
	struct interchange_rows rows = {0};
	int rc = -1;

	*worked = 0;
	arena_init(&a);
	if (ledger_interchange_by_state(&v->ledger, "queued|sending", &a, &rows, e) == -1)
		goto out;
	rc = 0;
	for (size_t i = 0; i < rows.n && rc == 0 && !proc_told_to_stop(); i++) {
		const struct config_agreement *g = config_agreement_find(
			v->config, rows.row[i].agreement);
		const struct str partner = rows.row[i].partner;
		if (rows.row[i].state.n == 0)
			continue;
		if (!g) {
			rc = agreement_gone(v, &rows.row[i], e);
			continue;
		}
		rc = transfer_partner_usable(v, partner, e);
		if (rc == 1)
			rc = send_to_partner(v, g, rows.row + i, rows.n - i, worked, e);
		for (size_t k = i; k < rows.n; k++) { /* this way is served or waits */
			if (same_way(v, &rows.row[k], g))
				rows.row[k].state.n = 0;
		}
	}
out:
	arena_done(&a);
	return rc == -1 ? err_wrap(e, "transfer") : 0;
}
