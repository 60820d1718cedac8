/* Tables iset, item and aside; see ledger_item.h. */
#include "store/ledger_item.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"

int ledger_item_set(
	struct ledger *l, int64_t interchange, struct str st, int64_t items, struct err *e)
{
	return ledger_run(l, e, "INSERT INTO iset(interchange, st, items) VALUES(?1, ?2, ?3)",
		"isi", interchange, st, items);
}

int ledger_item_sets(struct ledger *l, int64_t interchange, struct arena *a, struct str **st,
	size_t *n, struct err *e)
{
	struct db_rows *rows = NULL;
	struct str *list = NULL;
	int64_t count = 0;
	size_t i = 0;
	int rc = 0;

	if (db_one_int(l->db, &count, e, "SELECT COUNT(*) FROM iset WHERE interchange = ?1", "i",
		    interchange) != 1)
		return -1;
	list = arena_array(a, (size_t)count + 1, sizeof(*list));
	if (db_query(l->db, &rows, e, "SELECT st FROM iset WHERE interchange = ?1 ORDER BY st", "i",
		    interchange) == -1)
		return -1;
	while (i < (size_t)count && (rc = db_next(rows, e)) == 1)
		list[i++] = arena_str(a, db_text(rows, 0));
	db_end(rows);
	if (rc == -1)
		return -1;
	*st = list;
	*n = i;
	return 0;
}

int ledger_item_sets_elsewhere(struct ledger *l, struct str partner, int64_t interchange,
	struct str st, int64_t *n, struct err *e)
{
	return db_one_int(l->db, n, e,
		       "SELECT COUNT(*) FROM interchange i JOIN iset s ON s.interchange = i.id AND s.st = "
		       "?3 WHERE i.partner = ?1 AND i.id <> ?2 AND i.isa > 0",
		       "sis", partner, interchange, st) == 1
		? 0
		: -1;
}

int ledger_item_verdict(
	struct ledger *l, int64_t interchange, struct str st, const char *verdict, struct err *e)
{
	return ledger_run(l, e,
		"UPDATE iset SET verdict = ?3 WHERE interchange = ?1 AND (st = ?2 OR (?2 = '' AND verdict = ''))",
		"isc", interchange, st, verdict);
}

int ledger_item_out(struct ledger *l, struct str agreement, struct str key, struct str hash,
	int64_t interchange, struct str st, struct err *e)
{
	return ledger_run(l, e,
		"INSERT INTO item(agreement, key, state, hash, interchange, st, at) VALUES(?1, ?2, 'pending', ?3, ?4, ?5, ?6) "
		"ON CONFLICT(agreement, key) DO UPDATE SET "
		"before_state = CASE item.state WHEN 'due' THEN item.before_state ELSE item.state END, "
		"before_hash = CASE item.state WHEN 'due' THEN item.before_hash ELSE item.hash END, "
		"before_interchange = CASE item.state WHEN 'due' THEN item.before_interchange ELSE item.interchange END, "
		"due_from = CASE item.state WHEN 'due' THEN item.interchange ELSE 0 END, "
		"state = 'pending', hash = excluded.hash, interchange = excluded.interchange, st = excluded.st, reason = '', "
		"at = excluded.at",
		"sssisi", agreement, key, hash, interchange, st, clock_now(l->clock));
}

int ledger_item_left(struct ledger *l, struct str agreement, struct str key, struct err *e)
{
	return ledger_run(l, e,
		"INSERT INTO item(agreement, key, state, hash, interchange, at) VALUES(?1, ?2, 'due', '', 0, ?3) "
		"ON CONFLICT(agreement, key) DO UPDATE SET "
		"before_state = CASE item.state WHEN 'due' THEN item.before_state ELSE item.state END, "
		"before_hash = CASE item.state WHEN 'due' THEN item.before_hash ELSE item.hash END, "
		"before_interchange = CASE item.state WHEN 'due' THEN item.before_interchange ELSE item.interchange END, "
		"state = 'due', reason = '', at = excluded.at",
		"ssi", agreement, key, clock_now(l->clock));
}

int ledger_item_all(struct ledger *l, int64_t interchange, struct str st, const char *state,
	const char *reason, int64_t *n, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE item SET state = ?3, reason = ?4, at = ?5 WHERE interchange = ?1 AND state = 'pending' "
		    "AND (?2 = '' OR st = ?2)",
		    "iscci", interchange, st, state, reason, clock_now(l->clock)) == -1)
		return -1;
	*n = db_changes(l->db);
	return 0;
}

int ledger_item_recall(struct ledger *l, int64_t interchange, struct str st, const char *state,
	const char *reason, int64_t *n, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE item SET state = ?3, reason = ?4, at = ?5 WHERE interchange = ?1 AND state IN "
		    "('pending', 'accepted') AND (?2 = '' OR st = ?2)",
		    "iscci", interchange, st, state, reason, clock_now(l->clock)) == -1)
		return -1;
	*n = db_changes(l->db);
	return 0;
}

int ledger_item_reject(struct ledger *l, int64_t interchange, struct str key, const char *reason,
	int64_t *n, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE item SET state = 'rejected', reason = ?3, at = ?4 WHERE interchange = ?1 AND key = ?2 "
		    "AND state IN ('pending', 'accepted')",
		    "isci", interchange, key, reason, clock_now(l->clock)) == -1)
		return -1;
	*n = db_changes(l->db);
	return 0;
}

int ledger_item_count(
	struct ledger *l, struct str agreement, const char *state, int64_t *n, struct err *e)
{
	return db_one_int(l->db, n, e,
		       "SELECT COUNT(*) FROM item WHERE agreement = ?1 AND state = ?2", "sc",
		       agreement, state) == 1
		? 0
		: -1;
}

int ledger_item_offer(struct ledger *l, struct str agreement, int64_t unit, struct err *e)
{
	return ledger_run(l, e,
		"UPDATE item SET reason = 'OFFERED u-' || ?2 WHERE agreement = ?1 AND state = 'due'",
		"si", agreement, unit);
}

int ledger_item_not_offered(
	struct ledger *l, struct str agreement, int64_t unit, int64_t *n, struct err *e)
{
	return db_one_int(l->db, n, e,
		       "SELECT COUNT(*) FROM item WHERE agreement = ?1 AND state = 'due' AND reason <> "
		       "'OFFERED u-' || ?2",
		       "si", agreement, unit) == 1
		? 0
		: -1;
}

int ledger_item_reissued(struct ledger *l, struct str agreement, struct err *e)
{
	int64_t n = 0;

	return db_one_int(l->db, &n, e,
		"SELECT 1 FROM item WHERE agreement = ?1 AND state = 'due' AND reason = 'REISSUED' LIMIT 1",
		"s", agreement);
}

int ledger_item_newer(struct ledger *l, int64_t interchange, int64_t *n, struct err *e)
{
	return db_one_int(l->db, n, e,
		       "SELECT COUNT(*) FROM item WHERE before_interchange = ?1 AND interchange > ?1 "
		       "AND state IN ('pending', 'accepted')",
		       "i", interchange) == 1
		? 0
		: -1;
}

int ledger_item_each(struct ledger *l, struct str agreement,
	int (*each)(
		void *ctx, struct str key, struct str state, struct str hash, struct str settled),
	void *ctx, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e,
		    "SELECT key, state, hash, CASE WHEN state = 'due' AND before_hash = hash THEN before_state "
		    "ELSE state END FROM item WHERE agreement = ?1 ORDER BY key",
		    "s", agreement) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		if (each(ctx, db_text(rows, 0), db_text(rows, 1), db_text(rows, 2),
			    db_text(rows, 3)) != 0)
			break;
	}
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int ledger_item_known(struct ledger *l, struct str agreement, int64_t *n, struct err *e)
{
	return db_one_int(l->db, n, e, "SELECT COUNT(*) FROM item WHERE agreement = ?1", "s",
		       agreement) == 1
		? 0
		: -1;
}

/* What the newest event says. 1, 0 none does. */
static int noted(struct ledger *l, struct str agreement, int64_t *n, struct err *e)
{
	return db_one_int(l->db, n, e,
		"SELECT CAST(substr(detail, 7) AS INTEGER) FROM event WHERE subject = ?1 AND what = "
		"'catalog' ORDER BY seq DESC LIMIT 1",
		"s", agreement);
}

static int note(struct ledger *l, struct str agreement, int64_t n, struct err *e)
{
	char name[LIMIT_NAME + 1];

	(void)snprintf(name, sizeof(name), STR_FMT, STR_ARG(agreement));
	return ledger_event(l, "catalog", name, e, "items=%" PRId64, n);
}

int ledger_item_note(struct ledger *l, struct str agreement, int64_t before, struct err *e)
{
	int64_t was = before;
	int64_t now = 0;
	const int rc = noted(l, agreement, &was, e);

	if (rc == -1 || ledger_item_known(l, agreement, &now, e) == -1)
		return -1;
	return rc == 1 && now == before ? 0 : note(l, agreement, was + now - before, e);
}

int ledger_item_note_all(struct ledger *l, struct str agreement, struct err *e)
{
	int64_t now = 0;

	return ledger_item_known(l, agreement, &now, e) == -1 ? -1 : note(l, agreement, now, e);
}

int ledger_item_missing(struct ledger *l, struct str agreement, int64_t *n, struct err *e)
{
	int64_t was = 0;
	int64_t now = 0;
	const int rc = noted(l, agreement, &was, e);

	if (rc == -1 || ledger_item_known(l, agreement, &now, e) == -1)
		return -1;
	*n = rc == 1 && was > now ? was - now : 0;
	return 0;
}

int ledger_item_aside(struct ledger *l, struct str agreement, struct str key, struct str file,
	int64_t unit, struct str name, struct str codes, struct str note, struct err *e)
{
	return ledger_run(l, e,
		"INSERT INTO aside(agreement, key, file, unit, name, codes, note, opened) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		"sssisssi", agreement, key, file, unit, name, codes, note, clock_now(l->clock));
}

int ledger_item_aside_mended(
	struct ledger *l, struct str agreement, int64_t unit, int64_t interchange, struct err *e)
{
	return ledger_run(l, e,
		"UPDATE aside SET closed = ?4 WHERE agreement = ?1 AND closed = 0 AND (key IN (SELECT key FROM "
		"item WHERE interchange = ?3 AND agreement = ?1) OR (unit <> ?2 AND codes LIKE 'JOIN-ROW-BROKEN %'))",
		"siii", agreement, unit, interchange, clock_now(l->clock));
}

int ledger_item_aside_close(struct ledger *l, struct str agreement, int64_t unit, struct err *e)
{
	return ledger_run(l, e,
		"UPDATE aside SET closed = ?3 WHERE agreement = ?1 AND unit <> ?2 AND closed = 0",
		"sii", agreement, unit, clock_now(l->clock));
}
