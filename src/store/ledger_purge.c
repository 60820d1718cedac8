/* What may leave the archive; see ledger_purge.h. */
#include "store/ledger_purge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static const struct {
	const char *name;
	const char *due;  /* id, name, place of candidates: ?1 before, ?2 behind this id */
	const char *find; /* name, place of ?1 */
	const char *gone; /* ?1 has no place any more */
} kinds[LEDGER_PURGE_KINDS] = {
	[LEDGER_PURGE_INTERCHANGE] = {"interchange",
		"SELECT id, name, place FROM interchange i WHERE i.state IN ('archived', 'closed') AND "
		"i.place >= 'archive/' AND i.place < 'archive0' AND i.at < ?1 AND i.sent_at < ?1 AND i.id > ?2 AND NOT EXISTS "
		"(SELECT 1 FROM item t WHERE t.interchange = i.id AND t.state <> 'accepted') AND NOT EXISTS "
		"(SELECT 1 FROM feedback f WHERE f.interchange = i.id AND f.closed = 0) AND NOT EXISTS "
		"(SELECT 1 FROM interchange r WHERE r.id = i.reissued_as AND r.state NOT IN "
		"('archived', 'closed')) ORDER BY id",
		"SELECT name, place FROM interchange WHERE id = ?1",
		"UPDATE interchange SET place = '' WHERE id = ?1"},
	[LEDGER_PURGE_INPUT] = {"input",
		"SELECT id, name, place FROM input p WHERE p.state IN ('archived', 'closed') AND "
		"p.place >= 'archive/' AND p.place < 'archive0' AND p.at < ?1 AND p.id > ?2 ORDER BY id",
		"SELECT name, place FROM input WHERE id = ?1",
		"UPDATE input SET place = '' WHERE id = ?1"},
	[LEDGER_PURGE_RECEIVED] = {"received",
		"SELECT id, name, place FROM received r WHERE r.state IN ('archived', 'closed') AND "
		"r.place >= 'archive/' AND r.place < 'archive0' AND r.at < ?1 AND r.id > ?2 AND NOT EXISTS "
		"(SELECT 1 FROM ack k JOIN interchange i ON i.id = k.interchange WHERE k.received = r.id "
		"AND i.state NOT IN ('archived', 'closed')) AND NOT EXISTS "
		"(SELECT 1 FROM feedback f WHERE f.received = r.id AND f.closed = 0) ORDER BY id",
		"SELECT name, place FROM received WHERE id = ?1",
		"UPDATE received SET place = '' WHERE id = ?1"},
};

static void subject_of(const struct purge_row *r, char out[40])
{
	if (r->kind == LEDGER_PURGE_INTERCHANGE)
		(void)snprintf(out, 40, "interchange %06" PRId64, r->id);
	else
		(void)snprintf(out, 40, "%s %" PRId64, kinds[r->kind].name, r->id);
}

static void key_of(const struct purge_row *r, char out[60])
{
	(void)snprintf(out, 60, "purge:%s:%" PRId64, kinds[r->kind].name, r->id);
}

/* Has nothing happened to it since? 1, 0, -1. */
static int at_rest(struct ledger *l, const struct purge_row *r, int64_t before, struct err *e)
{
	char subject[40];
	int64_t last = 0;

	subject_of(r, subject);
	if (db_one_int(l->db, &last, e, "SELECT COALESCE(MAX(at), 0) FROM event WHERE subject = ?1",
		    "c", subject) != 1)
		return -1;
	return last < before;
}

/* "source=7,prices=9," */
static void keep_inputs(struct purge_kept *kept, size_t *room, struct str inputs)
{
	struct str part;
	struct str name;
	int64_t id = 0;

	while (str_split(&inputs, ',', &part)) {
		if (!str_split(&part, '=', &name) || !part.p || !str_to_i64(part, &id))
			continue;
		mem_grow(&kept->id, room, kept->n + 1, sizeof(*kept->id));
		kept->id[kept->n++] = id;
	}
}

static int by_id(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a;
	const int64_t y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

int ledger_purge_keep(struct ledger *l, int64_t before, struct purge_kept *out, struct err *e)
{
	struct db_rows *rows = NULL;
	size_t room = 0;
	int rc = 0;

	*out = (struct purge_kept){NULL, 0};
	if (db_query(l->db, &rows, e,
		    "SELECT u.inputs FROM unit u LEFT JOIN interchange i ON i.unit = u.id WHERE u.at >= ?1 "
		    "OR u.state NOT IN ('done', 'closed') OR i.state NOT IN ('archived', 'closed') OR "
		    "(i.place >= 'archive/' AND i.place < 'archive0')",
		    "i", before) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1)
		keep_inputs(out, &room, db_text(rows, 0));
	db_end(rows);
	if (out->n > 0)
		qsort(out->id, out->n, sizeof(*out->id), by_id);
	return rc;
}

void ledger_purge_keep_done(struct purge_kept *kept)
{
	mem_free(kept->id);
}

static bool is_kept(const struct purge_kept *kept, int64_t id)
{
	return kept->n > 0 && bsearch(&id, kept->id, kept->n, sizeof(id), by_id) != NULL;
}

int ledger_purge_due(struct ledger *l, enum ledger_purge_kind kind, int64_t before, size_t max,
	const struct purge_kept *kept, int64_t *after, struct arena *a, struct purge_rows *out,
	struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	*out = (struct purge_rows){arena_array(a, max + 1, sizeof(*out->row)), 0};
	if (db_query(l->db, &rows, e, kinds[kind].due, "ii", before, *after) == -1)
		return -1;
	while (out->n < max && (rc = db_next(rows, e)) == 1) {
		struct purge_row *r = &out->row[out->n];
		*r = (struct purge_row){kind, db_int(rows, 0), arena_str(a, db_text(rows, 1)),
			arena_str(a, db_text(rows, 2))};
		*after = r->id;
		if (is_kept(kept, r->id))
			continue;
		rc = at_rest(l, r, before, e);
		if (rc == -1)
			break;
		out->n += rc == 1 ? 1 : 0;
	}
	db_end(rows);
	if (rc == 0 && out->n < max)
		*after = INT64_MAX;
	return rc == -1 ? -1 : 0;
}

int ledger_purge_intend(struct ledger *l, const struct purge_row *r, struct err *e)
{
	char key[60];
	char subject[40];

	key_of(r, key);
	subject_of(r, subject);
	if (ledger_run(l, e, "INSERT INTO meta(key, value) VALUES(?1, ?2)", "cs", key, r->place) ==
		-1)
		return -1;
	return ledger_event(l, "purging", subject, e, "place=" STR_FMT, STR_ARG(r->place));
}

/* "purge:input:12" to kind and id. */
static int parse_key(struct str key, struct purge_row *out, struct err *e)
{
	struct str part;

	(void)str_split(&key, ':', &part);
	(void)str_split(&key, ':', &part);
	for (int k = 0; k < LEDGER_PURGE_KINDS; k++) {
		if (str_is(part, kinds[k].name) && str_to_i64(key, &out->id)) {
			out->kind = (enum ledger_purge_kind)k;
			return 0;
		}
	}
	return err_set(e, ERR_CORRUPT, "ledger.db: an intent to purge of no known kind");
}

/* Its name, and its place if that is still the one that was meant. */
static int look_up(struct ledger *l, struct purge_row *r, struct arena *a, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e, kinds[r->kind].find, "i", r->id) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1 && str_eq(db_text(rows, 1), r->place))
		r->name = arena_str(a, db_text(rows, 0));
	else
		r->place = STR("");
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int ledger_purge_intended(struct ledger *l, struct arena *a, struct purge_rows *out, struct err *e)
{
	struct db_rows *rows = NULL;
	int64_t n = 0;
	int rc = 0;

	if (db_one_int(l->db, &n, e,
		    "SELECT COUNT(*) FROM meta WHERE key >= 'purge:' AND key < 'purge;'",
		    "") != 1 ||
		db_query(l->db, &rows, e,
			"SELECT key, value FROM meta WHERE key >= 'purge:' AND key < 'purge;' ORDER BY key",
			"") == -1)
		return -1;
	*out = (struct purge_rows){arena_array(a, (size_t)n + 1, sizeof(*out->row)), 0};
	while (out->n < (size_t)n && (rc = db_next(rows, e)) == 1) {
		struct purge_row *r = &out->row[out->n++];
		*r = (struct purge_row){.name = STR(""), .place = arena_str(a, db_text(rows, 1))};
		if (parse_key(db_text(rows, 0), r, e) == -1 || look_up(l, r, a, e) == -1) {
			rc = -1;
			break;
		}
	}
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int ledger_purge_done(struct ledger *l, const struct purge_row *r, struct err *e)
{
	char key[60];
	char subject[40];

	key_of(r, key);
	subject_of(r, subject);
	if (ledger_run(l, e, "DELETE FROM meta WHERE key = ?1", "c", key) == -1)
		return -1;
	if (r->place.n == 0)
		return ledger_event(l, "not-purged", subject, e, "it is in another place by now");
	if (ledger_run(l, e, kinds[r->kind].gone, "i", r->id) == -1)
		return -1;
	return ledger_event(l, "purged", subject, e, "place=" STR_FMT, STR_ARG(r->place));
}
