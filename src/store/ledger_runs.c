/* Table run; see ledger_runs.h. */
#include "store/ledger_runs.h"

int ledger_runs_newest(
	struct ledger *l, int64_t by, struct arena *a, struct run_row *out, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	/* Of a minute the one with the higher number: "-10" is longer than "-9". */
	if (db_query(l->db, &rows, e,
		    "SELECT id, started, COALESCE(ended, 0), COALESCE(status, 0), note, bundle FROM run WHERE "
		    "started <= ?1 ORDER BY started DESC, LENGTH(id) DESC, id DESC LIMIT 1",
		    "i", by) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1)
		*out = (struct run_row){.id = arena_str(a, db_text(rows, 0)),
			.started = db_int(rows, 1),
			.ended = db_int(rows, 2),
			.status = db_int(rows, 3),
			.note = arena_str(a, db_text(rows, 4)),
			.bundle = arena_str(a, db_text(rows, 5))};
	db_end(rows);
	return rc;
}
