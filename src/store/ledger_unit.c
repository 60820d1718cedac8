/* Table unit; see ledger_unit.h. */
#include "store/ledger_unit.h"

#include <string.h>

#include "store/ledger_parts.h"

#define COLUMNS                                                                                                \
	"SELECT id, agreement, fingerprint, mode, state, attempts, fence, run, fixed_at, inputs, bundle, "     \
	"COALESCE(interchange, 0), n_items, n_out, n_unselected, n_aside, n_unchanged, n_waiting, n_orphans, " \
	"reason, note FROM unit "

static void load(const struct db_rows *r, struct arena *a, struct unit_row *out)
{
	*out = (struct unit_row){
		.id = db_int(r, 0),
		.agreement = arena_str(a, db_text(r, 1)),
		.fingerprint = arena_str(a, db_text(r, 2)),
		.mode = arena_str(a, db_text(r, 3)),
		.state = arena_str(a, db_text(r, 4)),
		.attempts = db_int(r, 5),
		.fence = db_int(r, 6),
		.run = arena_str(a, db_text(r, 7)),
		.fixed_at = db_int(r, 8),
		.inputs = arena_str(a, db_text(r, 9)),
		.bundle = arena_str(a, db_text(r, 10)),
		.interchange = db_int(r, 11),
		.counts = {db_int(r, 12), db_int(r, 13), db_int(r, 14), db_int(r, 15),
			db_int(r, 16), db_int(r, 17), db_int(r, 18)},
		.reason = arena_str(a, db_text(r, 19)),
		.note = arena_str(a, db_text(r, 20)),
	};
}

static int load_one(struct db_rows *rows, struct arena *a, struct unit_row *out, struct err *e)
{
	const int rc = db_next(rows, e);

	if (rc == 1)
		load(rows, a, out);
	db_end(rows);
	return rc;
}

int ledger_unit_add(struct ledger *l, const struct unit_row *r, int64_t *id, struct err *e)
{
	int64_t next = 0;

	if (ledger_parts_next_id(l, LEDGER_PARTS_UNIT, &next, e) == -1)
		return -1;
	if (ledger_run(l, e,
		    "INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, at) "
		    "VALUES(?1, ?2, ?3, ?4, 'due', ?5, ?6, ?7, ?8, ?9)",
		    "isssciss"
		    "i",
		    next, r->agreement, r->fingerprint, r->mode, l->run, r->fixed_at, r->inputs,
		    r->bundle, clock_now(l->clock)) == -1)
		return -1;
	*id = next;
	return 0;
}

static int one_changed(struct ledger *l, int64_t id, struct err *e)
{
	if (db_changes(l->db) == 1)
		return 0;
	return err_set(e, ERR_STALE, "unit of work %lld is somebody else's now", (long long)id);
}

int ledger_unit_start(struct ledger *l, int64_t id, int64_t fence, int64_t interchange,
	const char *bundle, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE unit SET state = 'converting', fence = fence + 1, "
		    "interchange = ?3, bundle = ?4 WHERE id = ?1 AND fence = ?2 AND state IN ('due', "
		    "'converting')",
		    "iiic", id, fence, interchange, bundle) == -1)
		return -1;
	return one_changed(l, id, e);
}

int ledger_unit_attempt(struct ledger *l, int64_t id, int64_t fence, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE unit SET attempts = attempts + 1 WHERE id = ?1 AND fence = ?2 AND state IN ('due', "
		    "'converting')",
		    "ii", id, fence) == -1)
		return -1;
	return one_changed(l, id, e);
}

int ledger_unit_end(struct ledger *l, int64_t id, int64_t fence, const char *state,
	const struct unit_counts *c, const char *reason, const char *note, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE unit SET state = ?3, n_items = ?4, n_out = ?5, n_unselected = ?6, n_aside = ?7, "
		    "n_unchanged = ?8, n_waiting = ?9, n_orphans = ?10, reason = ?11, note = ?12 WHERE id = ?1 AND fence = ?2 "
		    "AND state IN ('due', 'converting')",
		    "iiciiiiiiicc", id, fence, state, c->items, c->out, c->unselected, c->aside,
		    c->unchanged, c->waiting, c->orphans, reason, note) == -1)
		return -1;
	return one_changed(l, id, e);
}

int ledger_unit_find(
	struct ledger *l, int64_t id, struct arena *a, struct unit_row *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e, COLUMNS "WHERE id = ?1", "i", id) == -1)
		return -1;
	return load_one(rows, a, out, e);
}

int ledger_unit_newest(struct ledger *l, struct str agreement, struct arena *a,
	struct unit_row *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e, COLUMNS "WHERE agreement = ?1 ORDER BY id DESC LIMIT 1", "s",
		    agreement) == -1)
		return -1;
	return load_one(rows, a, out, e);
}

int ledger_unit_open(struct ledger *l, struct arena *a, struct unit_rows *out, struct err *e)
{
	struct db_rows *rows = NULL;
	struct unit_row *list = NULL;
	int64_t n = 0;
	size_t i = 0;
	int rc = 0;

	if (db_one_int(l->db, &n, e,
		    "SELECT COUNT(*) FROM unit WHERE state IN ('due', 'converting')", "") != 1)
		return -1;
	list = arena_array(a, (size_t)n + 1, sizeof(*list));
	if (db_query(l->db, &rows, e, COLUMNS "WHERE state IN ('due', 'converting') ORDER BY id",
		    "") == -1)
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
