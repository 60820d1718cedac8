/* Table partner; see ledger_partner.h. */
#include "store/ledger_partner.h"

/* Its mailboxes' names begin with its own and a slash. */
#define SELF "name = ?1 "
#define ALL "(name = ?1 OR substr(name, 1, length(?1) + 1) = ?1 || '/') "

static int find(struct ledger *l, const char *sql, struct str name, struct arena *a,
	struct partner_row *out, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e, sql, "s", name) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1)
		*out = (struct partner_row){
			.name = arena_str(a, db_text(rows, 0)),
			.failures = db_int(rows, 1),
			.next_try = db_int(rows, 2),
			.at = db_int(rows, 3),
			.reason = arena_str(a, db_text(rows, 4)),
			.note = arena_str(a, db_text(rows, 5)),
		};
	db_end(rows);
	return rc;
}

#define COLUMNS "SELECT name, failures, next_try, at, reason, note FROM partner WHERE "

int ledger_partner_find(
	struct ledger *l, struct str name, struct arena *a, struct partner_row *out, struct err *e)
{
	return find(l, COLUMNS SELF, name, a, out, e);
}

int ledger_partner_any(
	struct ledger *l, struct str name, struct arena *a, struct partner_row *out, struct err *e)
{
	return find(l, COLUMNS ALL "ORDER BY name LIMIT 1", name, a, out, e);
}

int ledger_partner_failed(struct ledger *l, struct str name, int64_t next_try, const char *reason,
	const char *note, struct err *e)
{
	return ledger_run(l, e,
		"INSERT INTO partner(name, failures, next_try, reason, note, at) VALUES(?1, 1, ?2, ?3, ?4, ?5) "
		"ON CONFLICT(name) DO UPDATE SET failures = partner.failures + 1, next_try = excluded.next_try, "
		"reason = excluded.reason, note = excluded.note, at = excluded.at",
		"sicci", name, next_try, reason, note, clock_now(l->clock));
}

int ledger_partner_clear(struct ledger *l, struct str name, struct err *e)
{
	return ledger_run(l, e, "DELETE FROM partner WHERE " SELF, "s", name);
}

int ledger_partner_clear_all(struct ledger *l, struct str name, struct err *e)
{
	return ledger_run(l, e, "DELETE FROM partner WHERE " ALL, "s", name);
}
