/* Changes made by operators; see ledger_operator.h. */
#include "store/ledger_operator.h"

#include <stdio.h>

#include "store/ledger_item.h"
#include "store/ledger_parts.h"

static int one_row(struct ledger *l, const char *what, int64_t id, struct err *e)
{
	if (db_changes(l->db) != 1)
		return err_set(
			e, ERR_STALE, "%s %lld is in another state meanwhile", what, (long long)id);
	return 0;
}

int ledger_operator_resend(
	struct ledger *l, int64_t interchange, const char *place, const char *note, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE interchange SET before = state, state = 'queued', place = ?2, receipt = '', "
		    "resent = resent + 1, overdue_at = 0, reason = 'RESENT', note = ?3 WHERE id = ?1 AND state IN "
		    "('sent', 'in-doubt')",
		    "icc", interchange, place, note) == -1)
		return -1;
	return one_row(l, "interchange", interchange, e);
}

int ledger_operator_moved_on(
	struct ledger *l, const struct interchange_row *r, int64_t *n, struct err *e)
{
	int64_t still = 0;
	int64_t direct = 0;

	if (ledger_item_newer(l, r->id, &direct, e) == -1)
		return -1;
	*n = direct;
	if (r->ta1.n > 0 || r->syntax.n > 0) /* items may have left it because they were refused */
		return 0;
	/* An item row knows only its last two interchanges; the count tells of items that went out twice since. */
	if (db_one_int(l->db, &still, e, "SELECT COUNT(*) FROM item WHERE interchange = ?1", "i",
		    r->id) != 1)
		return -1;
	if (r->items - still > direct)
		*n = r->items - still;
	return 0;
}

int ledger_operator_items_due(struct ledger *l, int64_t interchange, int64_t *n, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE item SET state = 'due', reason = 'REISSUED', at = ?2 WHERE interchange = ?1 AND state "
		    "IN ('pending', 'accepted', 'rejected', 'held')",
		    "ii", interchange, clock_now(l->clock)) == -1)
		return -1;
	*n = db_changes(l->db);
	return 0;
}

int ledger_operator_items_back(struct ledger *l, int64_t interchange, int64_t *n, struct err *e)
{
	if (ledger_run(l, e,
		    "DELETE FROM item WHERE interchange = ?1 AND state = 'pending' AND before_state = ''",
		    "i", interchange) == -1)
		return -1;
	*n = db_changes(l->db);
	if (ledger_run(l, e,
		    "UPDATE item SET state = before_state, hash = before_hash, interchange = before_interchange, "
		    "st = '', at = ?2 WHERE interchange = ?1 AND state = 'pending'",
		    "ii", interchange, clock_now(l->clock)) == -1)
		return -1;
	*n += db_changes(l->db);
	return 0;
}

int ledger_operator_items_drop(struct ledger *l, int64_t interchange, int64_t *n, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE item SET state = 'rejected', at = ?2 WHERE interchange = ?1 AND state = 'held'",
		    "ii", interchange, clock_now(l->clock)) == -1)
		return -1;
	*n = db_changes(l->db);
	return 0;
}

int ledger_operator_unit_retry(struct ledger *l, int64_t unit, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE interchange SET before = state, state = 'making', place = 'outbox/' || partner, "
		    "reason = '', note = '' WHERE unit = ?1 AND state = 'closed' AND queued_at = 0",
		    "i", unit) == -1 ||
		ledger_run(l, e,
			"UPDATE unit SET state = 'due', attempts = 0, reason = '', note = '' WHERE id = ?1 AND state IN "
			"('failed', 'quarantined')",
			"i", unit) == -1)
		return -1;
	return one_row(l, "unit of work", unit, e);
}

int ledger_operator_unit_close(struct ledger *l, int64_t unit, const char *note, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE unit SET state = 'closed', note = ?2 WHERE id = ?1 AND state IN ('failed', "
		    "'quarantined')",
		    "ic", unit, note) == -1)
		return -1;
	return one_row(l, "unit of work", unit, e);
}

int ledger_operator_unit_again(struct ledger *l, int64_t unit, int64_t fixed_at, const char *bundle,
	int64_t *id, struct err *e)
{
	int64_t next = 0;

	if (ledger_parts_next_id(l, LEDGER_PARTS_UNIT, &next, e) == -1)
		return -1;
	if (ledger_run(l, e,
		    "INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, at) "
		    "SELECT ?2, agreement, fingerprint, 'due', 'due', run, ?3, inputs, ?4, ?5 FROM unit WHERE id = ?1",
		    "iiici", unit, next, fixed_at, bundle, clock_now(l->clock)) == -1)
		return -1;
	if (one_row(l, "unit of work", unit, e) == -1)
		return -1;
	*id = next;
	return 0;
}

int ledger_operator_received_retry(
	struct ledger *l, int64_t received, const char *place, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE received SET state = 'stored', place = ?2, attempts = 0, reason = '', note = '' "
		    "WHERE id = ?1 AND state IN ('quarantined', 'orphan')",
		    "ic", received, place) == -1)
		return -1;
	return one_row(l, "received file", received, e);
}

int ledger_operator_aside_open(struct ledger *l, struct str key, int64_t *n, struct err *e)
{
	return db_one_int(l->db, n, e, "SELECT COUNT(*) FROM aside WHERE key = ?1 AND closed = 0",
		       "s", key) == 1
		? 0
		: -1;
}

int ledger_operator_aside_close(struct ledger *l, struct str key, struct err *e)
{
	return ledger_run(l, e, "UPDATE aside SET closed = ?2 WHERE key = ?1 AND closed = 0", "si",
		key, clock_now(l->clock));
}

static const char skipped[] = "ids up to this one were given by a newer ledger";

static int skip_event(
	struct ledger *l, const char *what, const char *kind, int digits, int64_t id, struct err *e)
{
	char subject[60];

	(void)snprintf(subject, sizeof(subject), "%s %0*lld", kind, digits, (long long)id);
	return ledger_event(l, what, subject, e, "reason=RESTORED %s", skipped);
}

int ledger_operator_skip_inputs(struct ledger *l, int64_t id, struct err *e)
{
	if (ledger_run(l, e,
		    "INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, reason, "
		    "note, at, run) VALUES(?1, '', '', 'abandoned', '', 0, 0, 0, 0, 0, 'RESTORED', ?2, ?3, '')",
		    "ici", id, skipped, clock_now(l->clock)) == -1)
		return -1;
	return skip_event(l, "abandoned", "input", 1, id, e);
}

int ledger_operator_skip_interchanges(struct ledger *l, int64_t id, struct err *e)
{
	char name[60];

	(void)snprintf(name, sizeof(name), "skipped-%06lld", (long long)id);
	if (ledger_run(l, e,
		    "INSERT INTO interchange(id, unit, agreement, partner, message, name, place, state, "
		    "reason, note, at) VALUES(?1, 0, '', '', '', ?2, '', 'closed', 'RESTORED', ?3, ?4)",
		    "icci", id, name, skipped, clock_now(l->clock)) == -1)
		return -1;
	return skip_event(l, "closed", "interchange", 6, id, e);
}

int ledger_operator_skip_received(struct ledger *l, int64_t id, struct err *e)
{
	if (ledger_run(l, e,
		    "INSERT INTO received(id, partner, remote, rsize, rmtime, name, place, state, reason, "
		    "note, at) VALUES(?1, '', '', 0, 0, '', '', 'abandoned', 'RESTORED', ?2, ?3)",
		    "ici", id, skipped, clock_now(l->clock)) == -1)
		return -1;
	return skip_event(l, "abandoned", "received", 1, id, e);
}
