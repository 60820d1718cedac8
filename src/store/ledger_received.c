/* Tables received, ack and feedback; see ledger_received.h. */
#include "store/ledger_received.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/ledger_parts.h"

#define COLUMNS                                                                                                           \
	"SELECT id, partner, remote, rsize, rmtime, name, place, state, sha, size, attempts, reason, note, at, endpoint " \
	"FROM received "

static void load(const struct db_rows *r, struct arena *a, struct received_row *out)
{
	*out = (struct received_row){
		.id = db_int(r, 0),
		.partner = arena_str(a, db_text(r, 1)),
		.remote = arena_str(a, db_text(r, 2)),
		.rsize = db_int(r, 3),
		.rmtime = db_int(r, 4),
		.name = arena_str(a, db_text(r, 5)),
		.place = arena_str(a, db_text(r, 6)),
		.state = arena_str(a, db_text(r, 7)),
		.sha = arena_str(a, db_text(r, 8)),
		.size = db_int(r, 9),
		.attempts = db_int(r, 10),
		.reason = arena_str(a, db_text(r, 11)),
		.note = arena_str(a, db_text(r, 12)),
		.at = db_int(r, 13),
		.endpoint = arena_str(a, db_text(r, 14)),
	};
}

static int load_one(struct db_rows *rows, struct arena *a, struct received_row *out, struct err *e)
{
	const int rc = db_next(rows, e);

	if (rc == 1)
		load(rows, a, out);
	db_end(rows);
	return rc;
}

int ledger_received_add(struct ledger *l, struct str partner, struct str endpoint,
	struct str remote, int64_t rsize, int64_t rmtime, int64_t *id, struct err *e)
{
	char name[40];
	char place[140];
	int64_t next = 0;

	if (ledger_parts_next_id(l, LEDGER_PARTS_RECEIVED, &next, e) == -1)
		return -1;
	(void)snprintf(name, sizeof(name), "r-%06" PRId64, next);
	(void)snprintf(place, sizeof(place), "received/" STR_FMT "/%s", STR_ARG(partner), name);
	if (ledger_run(l, e,
		    "INSERT INTO received(id, partner, endpoint, remote, rsize, rmtime, name, place, state, "
		    "at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'fetching', ?9)",
		    "isssiicci", next, partner, endpoint, remote, rsize, rmtime, name, place,
		    clock_now(l->clock)) == -1)
		return -1;
	*id = next;
	return 0;
}

int ledger_received_stored(
	struct ledger *l, int64_t id, const char *sha, int64_t size, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE received SET state = 'stored', sha = ?2, size = ?3 WHERE id = ?1 AND state = "
		    "'fetching'",
		    "ici", id, sha, size) == -1)
		return -1;
	if (db_changes(l->db) != 1)
		return err_set(e, ERR_STALE,
			"received file %" PRId64 " is in another state meanwhile", id);
	return 0;
}

int ledger_received_state(struct ledger *l, int64_t id, const char *state, const char *place,
	const char *reason, const char *note, struct err *e)
{
	return ledger_run(l, e,
		"UPDATE received SET state = ?2, place = ?3, reason = ?4, note = ?5 WHERE id = ?1",
		"icccc", id, state, place, reason, note);
}

int ledger_received_gone(struct ledger *l, int64_t id, struct err *e)
{
	return ledger_run(l, e, "UPDATE received SET rsize = -1 WHERE id = ?1", "i", id);
}

int ledger_received_attempt(struct ledger *l, int64_t id, struct err *e)
{
	return ledger_run(
		l, e, "UPDATE received SET attempts = attempts + 1 WHERE id = ?1", "i", id);
}

int ledger_received_find(
	struct ledger *l, int64_t id, struct arena *a, struct received_row *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e, COLUMNS "WHERE id = ?1", "i", id) == -1)
		return -1;
	return load_one(rows, a, out, e);
}

int ledger_received_seen(struct ledger *l, struct str partner, struct str endpoint,
	struct str remote, int64_t rsize, int64_t rmtime, struct arena *a, struct received_row *out,
	struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e,
		    COLUMNS
		    "WHERE partner = ?1 AND endpoint = ?2 AND remote = ?3 AND rsize = ?4 AND rmtime = ?5 "
		    "AND state NOT IN ('fetching', 'abandoned') ORDER BY id DESC LIMIT 1",
		    "sssii", partner, endpoint, remote, rsize, rmtime) == -1)
		return -1;
	return load_one(rows, a, out, e);
}

int ledger_received_looked(struct ledger *l, struct str partner, struct str endpoint,
	struct str remote, int64_t rsize, int64_t rmtime, int64_t *at, struct err *e)
{
	return db_one_int(l->db, at, e,
		"SELECT at FROM received WHERE partner = ?1 AND endpoint = ?2 AND remote = ?3 AND id > "
		"COALESCE((SELECT MAX(id) FROM received WHERE partner = ?1 AND endpoint = ?2 AND remote = ?3 "
		"AND (rsize <> ?4 OR rmtime <> ?5 OR state <> 'abandoned')), 0) ORDER BY id LIMIT 1",
		"sssii", partner, endpoint, remote, rsize, rmtime);
}

int ledger_received_same(struct ledger *l, struct str partner, struct str sha, int64_t id,
	int64_t *other, struct err *e)
{
	return db_one_int(l->db, other, e,
		"SELECT id FROM received WHERE partner = ?1 AND sha = ?2 AND id < ?3 AND state IN "
		"('ingested', 'archived', 'repeat') ORDER BY id LIMIT 1",
		"ssi", partner, sha, id);
}

int ledger_received_by_state(struct ledger *l, const char *state, struct arena *a,
	struct received_rows *out, struct err *e)
{
	struct db_rows *rows = NULL;
	struct received_row *list = NULL;
	int64_t n = 0;
	size_t i = 0;
	int rc = 0;

	if (db_one_int(l->db, &n, e, "SELECT COUNT(*) FROM received WHERE state = ?1", "c",
		    state) != 1)
		return -1;
	list = arena_array(a, (size_t)n + 1, sizeof(*list));
	if (db_query(l->db, &rows, e, COLUMNS "WHERE state = ?1 ORDER BY id", "c", state) == -1)
		return -1;
	while (i < (size_t)n && (rc = db_next(rows, e)) == 1)
		load(rows, a, &list[i++]);
	db_end(rows);
	if (rc == -1)
		return -1;
	out->row = list;
	out->n = i;
	return 0;
}

int ledger_received_ack(struct ledger *l, const struct ack_row *r, struct err *e)
{
	return ledger_run(l, e,
		"INSERT INTO ack(received, kind, about, interchange, verdict, outcome, codes, note, at) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		"iciiccssi", r->received, r->kind, r->about, r->interchange, r->verdict, r->outcome,
		r->codes, r->note, clock_now(l->clock));
}

int ledger_received_ack_applied(struct ledger *l, int64_t interchange, struct str kinds,
	struct arena *a, struct str *which, struct str *verdict, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e,
		    "SELECT kind, verdict FROM ack WHERE interchange = ?1 AND ?2 LIKE '% ' || kind || ' %' "
		    "AND outcome = 'applied' ORDER BY id DESC LIMIT 1",
		    "is", interchange, kinds) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1) {
		*which = arena_str(a, db_text(rows, 0));
		*verdict = arena_str(a, db_text(rows, 1));
	}
	db_end(rows);
	return rc;
}

int ledger_received_feedback(struct ledger *l, const struct feedback_row *r, struct err *e)
{
	return ledger_run(l, e,
		"INSERT INTO feedback(agreement, partner, key, interchange, received, segment, segment_at, "
		"element, component, code, field, found, file, map_line, note, at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
		"?10, ?11, ?12, ?13, ?14, ?15, ?16)",
		"sssiisiiissssisi", r->agreement, r->partner, r->key, r->interchange, r->received,
		r->segment, r->segment_at, r->element, r->component, r->code, r->field, r->found,
		r->file, r->map_line, r->note, clock_now(l->clock));
}
