/* Table slot; see ledger_slot.h. */
#include "store/ledger_slot.h"

#include <stdio.h>
#include <string.h>

enum { DAY = 86400, KEPT = 500 /* rows of one agreement: more than a year of nights */ };

static int64_t day_behind(int64_t at)
{
	return at > INT64_MAX - DAY ? INT64_MAX : at + DAY;
}

/* Newest first. Rows are only of interest while they can be later than those seen. */
static int look(
	struct db_rows *rows, int64_t now, const char *name, struct slot_row *last, struct err *e)
{
	int64_t low = INT64_MAX; /* of the rows that were made later */
	bool same = false;
	int rc = 0;

	while (!same && day_behind(low) > last->at && (rc = db_next(rows, e)) == 1) {
		const int64_t at = db_int(rows, 0);
		if (at > last->at && at <= day_behind(now) && at <= day_behind(low)) {
			last->at = at;
			(void)snprintf(
				last->name, sizeof(last->name), STR_FMT, STR_ARG(db_text(rows, 1)));
			same = strcmp(last->name, name) == 0;
		}
		low = at < low ? at : low;
	}
	return rc == -1 ? -1 : same;
}

int ledger_slot_done(struct ledger *l, struct str agreement, int64_t at, const char *name,
	int64_t now, struct slot_row *last, struct err *e)
{
	struct db_rows *rows = NULL;
	struct slot_row found = {.at = INT64_MIN};
	int rc = 0;

	if (db_query(l->db, &rows, e,
		    "SELECT at, name FROM slot WHERE agreement = ?1 ORDER BY id DESC", "s",
		    agreement) == -1)
		return -1;
	rc = look(rows, now, name, &found, e);
	db_end(rows);
	if (rc == -1)
		return -1;
	*last = found;
	return rc == 1 || found.at >= at;
}

int ledger_slot_known(struct ledger *l, struct str agreement, struct err *e)
{
	int64_t n = 0;

	if (l->of_before)
		return 0;
	if (db_one_int(l->db, &n, e, "SELECT COUNT(*) FROM slot WHERE agreement = ?1", "s",
		    agreement) != 1)
		return -1;
	return n > 0;
}

int ledger_slot_add(
	struct ledger *l, struct str agreement, int64_t at, const char *name, struct err *e)
{
	/* A row of that instant that did not count was made by a clock that was wrong. */
	if (ledger_run(l, e, "DELETE FROM slot WHERE agreement = ?1 AND at = ?2", "si", agreement,
		    at) == -1 ||
		ledger_run(l, e,
			"INSERT INTO slot(id, agreement, at, name, run) SELECT COALESCE(MAX(id), 0) + 1, ?1, ?2, ?3, "
			"?4 FROM slot",
			"sicc", agreement, at, name, l->run) == -1)
		return -1;
	return ledger_run(l, e,
		"DELETE FROM slot WHERE agreement = ?1 AND id <= (SELECT id FROM slot WHERE agreement = ?1 "
		"ORDER BY id DESC LIMIT 1 OFFSET ?2)",
		"si", agreement, (int64_t)KEPT);
}

int ledger_slot_missed(
	struct ledger *l, struct str agreement, char *out, size_t size, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e,
		    "SELECT CASE what WHEN 'slot-missed' THEN detail ELSE '' END FROM event WHERE subject = ?1 "
		    "AND what IN ('slot', 'slot-missed') ORDER BY seq DESC LIMIT 1",
		    "s", agreement) == -1)
		return -1;
	rc = db_next(rows, e);
	(void)snprintf(out, size, STR_FMT, STR_ARG(rc == 1 ? db_text(rows, 0) : STR("")));
	db_end(rows);
	return rc == -1 ? -1 : 0;
}
