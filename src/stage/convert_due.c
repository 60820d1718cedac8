/* Which agreements have work; see convert_due.h. */
#include "stage/convert_due.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "secure/hash.h"
#include "stage/schedule.h"
#include "stage/wall.h"
#include "store/ledger_input.h"
#include "store/ledger_interchange.h"
#include "store/ledger_item.h"
#include "store/ledger_operator.h"
#include "store/ledger_unit.h"

/* The inputs of one agreement as they stand: what a unit would read. */
struct standing {
	struct buf inputs;     /* "source=12,master=13," */
	struct hash_ctx *hash; /* over contents and map */
	struct str put_away;   /* why the newest delivery of a source is none of them, or "" */
	struct str behind;     /* that source */
	const char *waits;     /* stable reason, or NULL */
	char note[300];
};

static void wait_for(struct standing *s, const char *reason, const char *fmt, struct str source)
{
	if (s->waits)
		return;
	s->waits = reason;
	(void)snprintf(s->note, sizeof(s->note), "%s source " STR_FMT, fmt, STR_ARG(source));
}

/* When the source last said something, changed or not. */
static int last_seen(struct env *v, struct str source, int64_t *at, struct err *e)
{
	return db_one_int(v->ledger.db, at, e,
		       "SELECT COALESCE(MAX(at), 0) FROM input WHERE source = ?1 AND state IN "
		       "('current', 'unchanged', 'superseded', 'archived')",
		       "s", source) == 1
		? 0
		: -1;
}

static int check_age(
	struct env *v, const struct config_source *c, struct standing *s, struct err *e)
{
	int64_t at = 0;

	if (c->max_age == 0)
		return 0;
	if (last_seen(v, c->name, &at, e) == -1)
		return -1;
	if (clock_now(&v->clock) - at <= (int64_t)c->max_age)
		return 0;
	if (c->stale_warns) {
		env_log(v, LOG_WARN, "stale", c->name.p,
			"source " STR_FMT " is older than its max-age; used all the same "
			"(on-stale=\"warn\")",
			STR_ARG(c->name));
		return 0;
	}
	wait_for(s, "SOURCE-STALE", "older than its max-age:", c->name);
	return 0;
}

static int add_input(struct env *v, struct standing *s, struct str role,
	const struct config_source *c, struct arena *a, struct err *e)
{
	struct input_row row;
	const int rc = ledger_input_current(&v->ledger, c->name, a, &row, e);

	if (rc == -1)
		return -1;
	if (rc == 0) {
		wait_for(s, "SOURCE-MISSING", "nothing usable has arrived for", c->name);
		return 0;
	}
	buf_printf(&s->inputs, STR_FMT "=%" PRId64 ",", STR_ARG(role), row.id);
	hash_add(s->hash, role.p, role.n);
	hash_add(s->hash, row.content.p, row.content.n);
	if (s->put_away.n == 0) {
		if (ledger_input_put_away(&v->ledger, c->name, a, &s->put_away, e) == -1)
			return -1;
		s->behind = c->name;
	}
	return check_age(v, c, s, e);
}

static int add_references(struct env *v, const struct env_route *r, struct standing *s,
	struct arena *a, struct err *e)
{
	size_t n = 0;
	const struct map_join *joins = map_joins(r->map, &n);

	for (size_t i = 0; i < n; i++) {
		const struct config_source *c = config_source_find(v->config, joins[i].source);
		if (add_input(v, s, joins[i].name, c, a, e) == -1)
			return -1;
	}
	if (map_uses_workflow(r->map) && r->source->workflow_from.n > 0)
		return add_input(v, s, STR("workflow"),
			config_source_find(v->config, r->source->workflow_from), a, e);
	return 0;
}

/* A wait is an event only when its reason changes: the same night after night would hide the rest. */
static int note_wait(
	struct env *v, const struct env_route *r, const struct standing *s, struct err *e)
{
	struct ledger *l = &v->ledger;
	char key[120];
	char value[400] = "";
	struct db_rows *rows = NULL;
	bool same = false;
	int rc = 0;

	(void)snprintf(key, sizeof(key), "wait:" STR_FMT, STR_ARG(r->agreement->name));
	if (s->waits)
		(void)snprintf(value, sizeof(value), "%s %s", s->waits, s->note);
	if (db_query(l->db, &rows, e, "SELECT value FROM meta WHERE key = ?1", "c", key) == -1)
		return -1;
	rc = db_next(rows, e);
	same = rc == 1 ? str_is(db_text(rows, 0), value) : !s->waits;
	db_end(rows);
	if (rc == -1 || same)
		return rc == -1 ? -1 : 0;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_run(l, e,
		    "INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = "
		    "excluded.value",
		    "cc", key, value) == -1 ||
		ledger_event(l, s->waits ? "waiting" : "ready", key + 5, e, "%s", value) == -1) {
		ledger_rollback(l);
		return -1;
	}
	if (s->waits) {
		env_log(v, LOG_WARN, "waiting", key + 5, "%s", value);
		v->news++;
	}
	return ledger_commit(l, e);
}

/* turn: the slot that is done with it, or NULL. */
static int add_unit(struct env *v, const struct env_route *r, const struct standing *s,
	const char *fingerprint, const char *mode, int64_t event_input, const struct schedule *turn,
	struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];
	int64_t id = 0;
	const struct unit_row row = {.agreement = r->agreement->name,
		.fingerprint = str_c(fingerprint),
		.mode = str_c(mode),
		.fixed_at = v->started,
		.inputs = buf_view(&s->inputs),
		.bundle = str_c(v->bundle)};

	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_unit_add(l, &row, &id, e) == -1)
		goto fail;
	(void)snprintf(subject, sizeof(subject), "unit %" PRId64, id);
	if (ledger_event(l, "due", subject, e, "agreement=" STR_FMT " inputs=" STR_FMT " mode=%s",
		    STR_ARG(r->agreement->name), STR_ARG(row.inputs), mode) == -1)
		goto fail;
	if (event_input != 0 &&
		ledger_run(l, e, "UPDATE input SET state = 'taken' WHERE id = ?1", "i",
			event_input) == -1)
		goto fail;
	if (turn && schedule_done(v, turn, e) == -1)
		goto fail;
	return ledger_commit(l, e);
fail:
	ledger_rollback(l);
	return -1;
}

static void standing_open(struct standing *s, const struct env_route *r)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->inputs, 4000);
	s->hash = hash_new();
	hash_add(s->hash, r->map_hash, strlen(r->map_hash));
}

static void standing_close(struct standing *s, char fingerprint[HASH_HEX])
{
	uint8_t digest[HASH_SIZE];

	hash_end(s->hash, digest);
	hash_hex(digest, fingerprint);
	hash_free(s->hash);
}

/* The same content, delivered anew since the newest unit failed by a file that was lost or edited, or written on? */
static bool came_again(const struct unit_row *last, const struct standing *s)
{
	if (str_is(last->state, "closed") && str_is(last->reason, "WRITTEN-ON"))
		return true;
	return str_is(last->state, "failed") && !str_eq(last->inputs, buf_view(&s->inputs)) &&
		(str_is(last->reason, "LOST-SOURCE") || str_is(last->reason, "CHANGED-BY-HAND"));
}

/* Nothing changed, since what came for this time was put away: the time stays open for its correction. */
static bool lacks_delivery(struct standing *s, const struct config_agreement *g)
{
	if (!g->when || s->put_away.n == 0)
		return false;
	wait_for(s, s->put_away.p, "what came last was put away:", s->behind);
	return true;
}

/* Nothing changed: items may be due again all the same. */
static int due_again(struct env *v, const struct env_route *r, const struct standing *s,
	const char *fingerprint, const struct unit_row *last, const struct schedule *turn,
	struct err *e)
{
	int64_t due = 0;

	if (ledger_item_not_offered(&v->ledger, r->agreement->name, last->id, &due, e) == -1)
		return -1;
	if (due > 0 && str_is(last->state, "done"))
		return add_unit(v, r, s, fingerprint, "due", 0, turn, e);
	return turn ? schedule_done_now(v, turn, e) : 0;
}

/* Snapshots: one unit when anything changed, or for items that are due again. turn: the slot that is done with it,
 * NULL when it is done but for this. */
static int due_snapshot(struct env *v, const struct env_route *r, const struct schedule *turn,
	struct arena *a, struct err *e)
{
	struct standing s;
	struct unit_row last;
	char fingerprint[HASH_HEX];
	bool fresh = false;
	bool busy = false;
	bool lacks = false;
	int rc = -1;

	standing_open(&s, r);
	rc = add_input(v, &s, STR("source"), r->source, a, e);
	if (rc == 0)
		rc = add_references(v, r, &s, a, e);
	standing_close(&s, fingerprint);
	if (rc == 0)
		rc = ledger_unit_newest(&v->ledger, r->agreement->name, a, &last, e);
	if (rc == -1)
		goto out;
	/* The slot, if any, stays open for what has arrived since. */
	busy = rc == 1 && (str_is(last.state, "due") || str_is(last.state, "converting"));
	fresh = rc == 0 || !str_is(last.fingerprint, fingerprint) || came_again(&last, &s);
	lacks = turn && !s.waits && !busy && !fresh && lacks_delivery(&s, r->agreement);
	rc = note_wait(v, r, &s, e);
	if (rc == -1 || busy || (s.waits && !lacks))
		goto out;
	rc = fresh ? add_unit(v, r, &s, fingerprint, "all", 0, turn, e)
		   : due_again(v, r, &s, fingerprint, &last, lacks ? NULL : turn, e);
out:
	buf_done(&s.inputs);
	return rc;
}

/* An agreement's part in one pass over the events that wait. */
struct turn {
	struct schedule schedule;
	bool open;
	bool waits; /* for a reference, with at least one of them */
};

/* Events: each file is converted once for every agreement its source is routed to. */
static int due_event(struct env *v, const struct env_route *r, struct turn *turn,
	const struct input_row *in, size_t *missing, struct arena *a, struct err *e)
{
	struct standing s;
	char fingerprint[HASH_HEX];
	char id[32];
	int rc = -1;

	standing_open(&s, r);
	buf_printf(&s.inputs, "source=%" PRId64 ",", in->id);
	(void)snprintf(id, sizeof(id), "event %" PRId64, in->id);
	hash_add(s.hash, id, strlen(id));
	rc = add_references(v, r, &s, a, e);
	standing_close(&s, fingerprint);
	if (rc == 0)
		rc = note_wait(v, r, &s, e);
	if (rc == 0 && !s.waits) {
		rc = add_unit(v, r, &s, fingerprint, "all", *missing == 1 ? in->id : 0, NULL, e);
		(*missing)--;
	}
	turn->waits = turn->waits || s.waits;
	buf_done(&s.inputs);
	return rc;
}

/* Has the agreement a unit of this event already? 1, 0, -1. */
static int has_unit(
	struct env *v, const struct env_route *r, const struct input_row *in, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(v->ledger.db, &n, e,
		    "SELECT COUNT(*) FROM unit WHERE agreement = ?1 AND mode = 'all' AND inputs LIKE "
		    "'source=' || ?2 || ',%' AND NOT (state = 'closed' AND reason = 'WRITTEN-ON')",
		    "si", r->agreement->name, in->id) != 1)
		return -1;
	return n > 0;
}

/* The agreement that an event waited for has left the routes; the others have it. */
static int end_wait(struct env *v, const struct input_row *in, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "input %" PRId64, in->id);
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_run(l, e,
		    "UPDATE input SET state = CASE WHEN EXISTS (SELECT 1 FROM unit WHERE state IN ('due', "
		    "'converting') AND inputs LIKE 'source=' || ?1 || ',%') THEN 'taken' ELSE 'done' END "
		    "WHERE id = ?1",
		    "i", in->id) == -1 ||
		ledger_event(l, "taken", subject, e, "by all agreements of its source") == -1) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, e);
}

/* An event is taken when all agreements of its source have a unit of it; until then it stays, for
 * the one that waits for a reference. */
static int due_input(struct env *v, struct turn *turns, const struct input_row *in, struct arena *a,
	struct err *e)
{
	bool *need = arena_array(a, v->nroutes + 1, sizeof(*need));
	size_t missing = 0;
	size_t routes = 0;

	for (size_t k = 0; k < v->nroutes; k++) {
		if (!str_eq(v->routes[k].source->name, in->source))
			continue;
		const int has = has_unit(v, &v->routes[k], in, e);
		if (has == -1)
			return -1;
		need[k] = has == 0;
		routes++;
		missing += need[k] ? 1 : 0;
	}
	if (routes > 0 && missing == 0)
		return end_wait(v, in, e);
	for (size_t k = 0; k < v->nroutes; k++) {
		if (need[k] && turns[k].open &&
			due_event(v, &v->routes[k], &turns[k], in, &missing, a, e) == -1)
			return -1;
	}
	return 0;
}

/* The slots of those that had all of them are done. */
static int end_turns(struct env *v, const struct turn *turns, struct err *e)
{
	for (size_t k = 0; k < v->nroutes; k++) {
		if (turns[k].open && !turns[k].waits &&
			schedule_done_now(v, &turns[k].schedule, e) == -1)
			return -1;
	}
	return 0;
}

static int due_events(struct env *v, struct arena *a, struct err *e)
{
	struct turn *turns = arena_array(a, v->nroutes + 1, sizeof(*turns));
	struct input_rows rows = {0};

	for (size_t k = 0; k < v->nroutes; k++) {
		const int due = v->routes[k].source->kind != SOURCE_EVENTS
			? 0
			: schedule_due(v, v->routes[k].agreement, &turns[k].schedule, e);
		if (due == -1)
			return -1;
		turns[k].open = due == 1;
	}
	if (ledger_input_by_state(&v->ledger, "pending", a, &rows, e) == -1)
		return -1;
	for (size_t i = 0; i < rows.n; i++) {
		if (due_input(v, turns, &rows.row[i], a, e) == -1)
			return -1;
	}
	return end_turns(v, turns, e);
}

/* What an operator has reissued does not wait for its time; what has changed meanwhile does. So its items go out once
 * more as the newest unit had them. */
static int reissue_now(struct env *v, const struct unit_row *last, struct err *e)
{
	struct ledger *l = &v->ledger;
	char subject[40];
	int64_t id = 0;
	const int reissued = ledger_item_reissued(l, last->agreement, e);

	if (reissued != 1)
		return reissued;
	if (ledger_begin(l, e) == -1)
		return -1;
	if (ledger_operator_unit_again(l, last->id, v->started, v->bundle, &id, e) == -1)
		goto fail;
	(void)snprintf(subject, sizeof(subject), "unit %" PRId64, id);
	if (ledger_event(l, "due", subject, e, "agreement=" STR_FMT " mode=due again=%" PRId64,
		    STR_ARG(last->agreement), last->id) == -1)
		goto fail;
	return ledger_commit(l, e);
fail:
	ledger_rollback(l);
	return -1;
}

static int due_route(struct env *v, const struct env_route *r, struct arena *a, struct err *e)
{
	struct schedule turn;
	struct unit_row last;
	const int due = schedule_due(v, r->agreement, &turn, e);
	int rc = 0;

	if (due != 0)
		return due == 1 ? due_snapshot(v, r, &turn, a, e) : -1;
	if (!wall_is_believed(v))
		return 0;
	rc = ledger_unit_newest(&v->ledger, r->agreement->name, a, &last, e);
	if (rc != 1)
		return rc;
	/* What failed in its slot is not done: what was corrected since does not wait for the next one. */
	if (str_is(last.state, "failed") || str_is(last.state, "quarantined"))
		return due_snapshot(v, r, NULL, a, e);
	return str_is(last.state, "done") ? reissue_now(v, &last, e) : 0;
}

int convert_due_make(struct env *v, struct err *e)
{
	struct arena a;
	int rc = 0;

	arena_init(&a);
	for (size_t i = 0; i < v->nroutes && rc == 0; i++) {
		if (v->routes[i].source->kind != SOURCE_EVENTS)
			rc = due_route(v, &v->routes[i], &a, e);
	}
	if (rc == 0)
		rc = due_events(v, &a, e);
	arena_done(&a);
	return rc;
}
