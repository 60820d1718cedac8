/* Table input; see ledger_input.h. */
#include "store/ledger_input.h"

#include <stdio.h>
#include <string.h>

#include "store/ledger_parts.h"

#define COLUMNS                                                                                       \
	"SELECT id, source, name, state, place, dev, ino, size, mtime, tree, sha, content, members, " \
	"reason, note, at, run, stays FROM input "

static void load(const struct db_rows *r, struct arena *a, struct input_row *out)
{
	*out = (struct input_row){
		.id = db_int(r, 0),
		.source = arena_str(a, db_text(r, 1)),
		.name = arena_str(a, db_text(r, 2)),
		.state = arena_str(a, db_text(r, 3)),
		.place = arena_str(a, db_text(r, 4)),
		.dev = db_int(r, 5),
		.ino = db_int(r, 6),
		.size = db_int(r, 7),
		.mtime = db_int(r, 8),
		.tree = db_int(r, 9),
		.sha = arena_str(a, db_text(r, 10)),
		.content = arena_str(a, db_text(r, 11)),
		.members = db_int(r, 12),
		.reason = arena_str(a, db_text(r, 13)),
		.note = arena_str(a, db_text(r, 14)),
		.at = db_int(r, 15),
		.run = arena_str(a, db_text(r, 16)),
		.stays = db_int(r, 17),
	};
}

static int load_all(struct db_rows *rows, struct arena *a, struct input_rows *out, struct err *e)
{
	struct input_row *list = NULL;
	size_t n = 0;
	size_t cap = 0;
	int rc = 0;

	while ((rc = db_next(rows, e)) == 1) {
		if (n == cap) {
			struct input_row *more = arena_array(a, cap ? cap * 2 : 16, sizeof(*more));
			if (n > 0)
				memcpy(more, list, n * sizeof(*more));
			list = more;
			cap = cap ? cap * 2 : 16;
		}
		load(rows, a, &list[n++]);
	}
	db_end(rows);
	if (rc == -1)
		return -1;
	out->row = list;
	out->n = n;
	return 0;
}

static int load_one(struct db_rows *rows, struct arena *a, struct input_row *out, struct err *e)
{
	const int rc = db_next(rows, e);

	if (rc == 1)
		load(rows, a, out);
	db_end(rows);
	return rc;
}

int ledger_input_add(struct ledger *l, const struct input_row *r, int64_t *id, struct err *e)
{
	char place[64];
	int64_t next = 0;

	if (ledger_parts_next_id(l, LEDGER_PARTS_INPUT, &next, e) == -1)
		return -1;
	(void)snprintf(
		place, sizeof(place), "work/in-%06lld%s", (long long)next, r->tree ? ".tree" : "");
	if (ledger_run(l, e,
		    "INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) "
		    "VALUES(?1, ?2, ?3, 'claiming', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		    "issciiiiiic", next, r->source, r->name, place, r->dev, r->ino, r->size,
		    r->mtime, r->tree, clock_now(l->clock), l->run) == -1)
		return -1;
	*id = next;
	return 0;
}

int ledger_input_stored(struct ledger *l, int64_t id, const char *sha, const char *content,
	int64_t members, int64_t size, struct err *e)
{
	return ledger_run(l, e,
		"UPDATE input SET sha = ?2, content = ?3, members = ?4, size = ?5, at = ?6 WHERE id = ?1",
		"icciii", id, sha, content, members, size, clock_now(l->clock));
}

int ledger_input_stays(struct ledger *l, int64_t id, int64_t changed, struct err *e)
{
	return ledger_run(l, e, "UPDATE input SET stays = ?2 WHERE id = ?1", "ii", id, changed);
}

int ledger_input_stayed(struct ledger *l, struct str source, struct str name, int64_t ino,
	int64_t *changed, struct err *e)
{
	return db_one_int(l->db, changed, e,
		"SELECT stays FROM input WHERE source = ?1 AND name = ?2 AND ino = ?3 AND stays > 0 "
		"ORDER BY id DESC LIMIT 1",
		"ssi", source, name, ino);
}

int ledger_input_state(struct ledger *l, int64_t id, const char *state, const char *place,
	const char *reason, const char *note, struct err *e)
{
	return ledger_run(l, e,
		"UPDATE input SET state = ?2, place = ?3, reason = ?4, note = ?5 WHERE id = ?1",
		"icccc", id, state, place, reason, note);
}

int ledger_input_by_state(
	struct ledger *l, const char *state, struct arena *a, struct input_rows *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e, COLUMNS "WHERE state = ?1 ORDER BY id", "c", state) == -1)
		return -1;
	return load_all(rows, a, out, e);
}

int ledger_input_find(
	struct ledger *l, int64_t id, struct arena *a, struct input_row *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e, COLUMNS "WHERE id = ?1", "i", id) == -1)
		return -1;
	return load_one(rows, a, out, e);
}

int ledger_input_current(
	struct ledger *l, struct str source, struct arena *a, struct input_row *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e,
		    COLUMNS "WHERE state = 'current' AND source = ?1 ORDER BY id DESC LIMIT 1", "s",
		    source) == -1)
		return -1;
	return load_one(rows, a, out, e);
}

int ledger_input_replaced(
	struct ledger *l, struct str source, struct arena *a, struct input_row *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e,
		    COLUMNS
		    "WHERE id = (SELECT MAX(id) FROM input WHERE source = ?1 AND state IN ('current', "
		    "'superseded', 'archived')) AND state <> 'current' AND place <> '' AND NOT EXISTS (SELECT 1 "
		    "FROM meta WHERE key = 'purge:input:' || input.id) AND NOT EXISTS (SELECT 1 FROM input n JOIN "
		    "unit u ON u.state IN ('due', 'converting', 'done') AND u.inputs LIKE '%=' || n.id || ',%' "
		    "WHERE n.source = ?1 AND n.id > input.id)",
		    "s", source) == -1)
		return -1;
	return load_one(rows, a, out, e);
}

int ledger_input_converted(struct ledger *l, int64_t id, struct err *e)
{
	int64_t one = 0;

	return db_one_int(l->db, &one, e,
		"SELECT 1 FROM unit WHERE state = 'done' AND inputs LIKE '%=' || ?1 || ',%' LIMIT 1",
		"i", id);
}

int ledger_input_put_away(
	struct ledger *l, struct str source, struct arena *a, struct str *reason, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e,
		    "SELECT reason FROM input WHERE id = (SELECT MAX(id) FROM input WHERE source = ?1 AND "
		    "state NOT IN ('claiming', 'claimed', 'abandoned')) AND state = 'quarantined'",
		    "s", source) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1)
		*reason = arena_str(a, db_text(rows, 0));
	db_end(rows);
	return rc;
}

int ledger_input_same(struct ledger *l, struct str source, struct str content, int64_t id,
	struct arena *a, struct input_row *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e,
		    COLUMNS
		    "WHERE source = ?1 AND content = ?2 AND id <> ?3 AND state NOT IN "
		    "('claiming', 'claimed', 'abandoned', 'held', 'quarantined') ORDER BY id DESC LIMIT 1",
		    "ssi", source, content, id) == -1)
		return -1;
	return load_one(rows, a, out, e);
}

int ledger_input_spent(struct ledger *l, struct arena *a, struct input_rows *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e,
		    COLUMNS
		    "WHERE state IN ('superseded', 'done') AND NOT EXISTS (SELECT 1 FROM unit u "
		    "WHERE u.state IN ('due', 'converting') AND u.inputs LIKE '%=' || input.id || ',%') ORDER BY id",
		    "") == -1)
		return -1;
	return load_all(rows, a, out, e);
}
