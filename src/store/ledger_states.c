/* The states that rows may be in; see ledger_states.h. store/README.md explains them. */
#include "store/ledger_states.h"

#include <inttypes.h>
#include <string.h>

static const struct {
	const char *table;
	const char *
		next; /* the first state behind ?1, with the first of its rows; found by the index on state */
	const char *known[16];
} tables[] = {
	{"input", "SELECT state, id FROM input WHERE state > ?1 ORDER BY state LIMIT 1",
		{"abandoned", "archived", "claimed", "claiming", "closed", "current", "done",
			"held", "pending", "quarantined", "superseded", "taken", "unchanged"}},
	{"unit", "SELECT state, id FROM unit WHERE state > ?1 ORDER BY state LIMIT 1",
		{"closed", "converting", "done", "due", "failed", "quarantined"}},
	{"interchange", "SELECT state, id FROM interchange WHERE state > ?1 ORDER BY state LIMIT 1",
		{"archived", "closed", "held", "in-doubt", "making", "quarantined", "queued",
			"sending", "sent"}},
	{"received", "SELECT state, id FROM received WHERE state > ?1 ORDER BY state LIMIT 1",
		{"abandoned", "archived", "closed", "contradiction", "fetching", "ingested",
			"orphan", "quarantined", "repeat", "stored"}},
};

static bool is_known(size_t table, struct str state)
{
	for (size_t i = 0; tables[table].known[i]; i++)
		if (str_is(state, tables[table].known[i]))
			return true;
	return false;
}

/* 1 there is another state behind before, which takes its place; 0 there is none; -1 it is not known. */
static int next_state(struct ledger *l, size_t table, char before[40], struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e, tables[table].next, "c", before) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1 && !is_known(table, db_text(rows, 0))) {
		(void)err_set(e, ERR_CONFIG,
			"ledger.db: %s %" PRId64 " is in state '" STR_FMT
			"', which this gridspool does not know: another version wrote it; use that one",
			tables[table].table, db_int(rows, 1),
			STR_ARG(str_sub(db_text(rows, 0), 0, 40)));
		rc = err_reason(e, "STATE-UNKNOWN");
	} else if (rc == 1) {
		const struct str state = db_text(rows, 0);
		memcpy(before, state.p, state.n);
		before[state.n] = '\0';
	}
	db_end(rows);
	return rc;
}

int ledger_states_check(struct ledger *l, struct err *e)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		char state[40] = "";
		int rc = 1;
		while (rc == 1)
			rc = next_state(l, t, state, e);
		if (rc == -1)
			return -1;
	}
	return 0;
}
