/* The ledger beside the spool; see ledger_walk.h. */
#include "store/ledger_walk.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/ledger_parts.h"

/* An interchange's name says both; what is not named so has them in its event. */
#define NOT_NAMED                                                                               \
	"CASE WHEN replace(name, '.' || partner || '.' || message || '.', '') <> name THEN '' " \
	"ELSE ' partner=' || partner || ' message=' || message END"

/* is: what the event of `made` says of the row, word for word. */
#define COLUMNS(kind, place, lineage, tree, is, sent_at)                                         \
	"SELECT id, state, " place ", sha, " lineage ", size, " tree ", reason, "                \
	"EXISTS(SELECT 1 FROM meta WHERE key = 'purge:" kind ":' || id), " is ", " sent_at       \
	", EXISTS(SELECT 1 FROM meta WHERE key = '" LEDGER_WALK_GONE kind ":' || id) FROM " kind \
	" "
#define INPUT_COLUMNS                           \
	COLUMNS("input", "place", "''", "tree", \
		"'sha256=' || sha || ' size=' || size || ' members=' || members", "0")
#define INTERCHANGE_COLUMNS                                                                        \
	COLUMNS("interchange", "CASE place WHEN '' THEN '' ELSE place || '/' || name END",         \
		"lineage_sha", "0",                                                                \
		"'name=' || name || ' sha256=' || sha || ' items=' || items || ' isa=' || isa || " \
		"' gs=' || gs || " NOT_NAMED,                                                      \
		"sent_at")
#define RECEIVED_COLUMNS \
	COLUMNS("received", "place", "''", "0", "'sha256=' || sha || ' size=' || size", "0")
#define BEHIND "WHERE id > ?1 ORDER BY id LIMIT ?2"
#define ONE "WHERE id = ?1"

static const struct {
	const char *name;
	const char *next;
	const char *find;
	const char *made; /* the event that says what it is */
} kinds[LEDGER_WALK_KINDS] = {
	[LEDGER_WALK_INPUT] = {"input", INPUT_COLUMNS BEHIND, INPUT_COLUMNS ONE, "collected"},
	[LEDGER_WALK_INTERCHANGE] = {"interchange", INTERCHANGE_COLUMNS BEHIND,
		INTERCHANGE_COLUMNS ONE, "queued"},
	[LEDGER_WALK_RECEIVED] = {"received", RECEIVED_COLUMNS BEHIND, RECEIVED_COLUMNS ONE,
		"stored"},
};

/* Subjects of events, the rows of which are not there. */
#define MISSING(table, digits)                                                                   \
	"SELECT DISTINCT subject FROM event WHERE subject >= '" table " ' AND subject < '" table \
	"!' AND NOT EXISTS (SELECT 1 FROM " table " WHERE id = CAST(substr(subject, " digits     \
	") AS INTEGER)) ORDER BY subject"

const char *ledger_walk_name(enum ledger_walk_kind kind)
{
	return kinds[kind].name;
}

void ledger_walk_subject(enum ledger_walk_kind kind, int64_t id, char out[40])
{
	(void)snprintf(out, 40, kind == LEDGER_WALK_INTERCHANGE ? "%s %06" PRId64 : "%s %" PRId64,
		kinds[kind].name, id);
}

int ledger_walk_accept(struct ledger *l, struct str subject, struct str place, struct err *e)
{
	struct str kind;
	int64_t id = 0;
	char key[100];

	BUG_IF(!str_word(&subject, &kind));
	subject = str_trim(subject);
	if (!str_is(kind, "bundle") && str_to_i64(subject, &id)) /* "000012" */
		(void)snprintf(
			key, sizeof(key), LEDGER_WALK_GONE STR_FMT ":%" PRId64, STR_ARG(kind), id);
	else
		(void)snprintf(key, sizeof(key), LEDGER_WALK_GONE STR_FMT ":" STR_FMT,
			STR_ARG(kind), STR_ARG(subject));
	return ledger_run(l, e,
		"INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = "
		"excluded.value",
		"cs", key, place);
}

static void load(
	const struct db_rows *r, enum ledger_walk_kind kind, struct arena *a, struct walk_row *out)
{
	*out = (struct walk_row){
		.kind = kind,
		.id = db_int(r, 0),
		.state = arena_str(a, db_text(r, 1)),
		.place = arena_str(a, db_text(r, 2)),
		.sha = arena_str(a, db_text(r, 3)),
		.lineage_sha = arena_str(a, db_text(r, 4)),
		.size = db_int(r, 5),
		.tree = db_int(r, 6) != 0,
		.reason = arena_str(a, db_text(r, 7)),
		.going = db_int(r, 8) != 0,
		.is = arena_str(a, db_text(r, 9)),
		.sent_at = db_int(r, 10),
		.gone = db_int(r, 11) != 0,
	};
}

static int load_one(struct db_rows *rows, enum ledger_walk_kind kind, struct arena *a,
	struct walk_row *out, struct err *e)
{
	const int rc = db_next(rows, e);

	if (rc == 1)
		load(rows, kind, a, out);
	db_end(rows);
	return rc;
}

int ledger_walk_next(struct ledger *l, enum ledger_walk_kind kind, int64_t after, size_t max,
	struct arena *a, struct walk_rows *out, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	*out = (struct walk_rows){arena_array(a, max, sizeof(*out->row)), 0};
	if (db_query(l->db, &rows, e, kinds[kind].next, "ii", after, (int64_t)max) == -1)
		return -1;
	while (out->n < max && (rc = db_next(rows, e)) == 1)
		load(rows, kind, a, &out->row[out->n++]);
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int ledger_walk_find(struct ledger *l, enum ledger_walk_kind kind, int64_t id, struct arena *a,
	struct walk_row *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e, kinds[kind].find, "i", id) == -1)
		return -1;
	return load_one(rows, kind, a, out, e);
}

int ledger_walk_said(struct ledger *l, const char *subject, bool (*says)(struct str what),
	struct arena *a, struct str *what, struct str *detail, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e,
		    "SELECT what, detail FROM event WHERE subject = ?1 ORDER BY seq DESC", "c",
		    subject) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1 && !says(db_text(rows, 0)))
		;
	if (rc == 1) {
		*what = arena_str(a, db_text(rows, 0));
		*detail = arena_str(a, db_text(rows, 1));
	}
	db_end(rows);
	return rc;
}

int ledger_walk_was(
	struct ledger *l, const struct walk_row *r, struct arena *a, struct str *was, struct err *e)
{
	struct db_rows *rows = NULL;
	char subject[40];
	int rc = 0;

	ledger_walk_subject(r->kind, r->id, subject);
	if (db_query(l->db, &rows, e,
		    "SELECT detail FROM event WHERE subject = ?1 AND what = ?2 ORDER BY seq DESC LIMIT 1",
		    "cc", subject, kinds[r->kind].made) == -1)
		return -1;
	rc = db_next(rows, e);
	if (rc == 1)
		*was = arena_str(a, db_text(rows, 0));
	db_end(rows);
	return rc;
}

int ledger_walk_missing(struct ledger *l,
	int (*each)(void *ctx, struct str subject, const char *lacks, struct err *e), void *ctx,
	struct err *e)
{
	static const struct {
		const char *lacks;
		const char *sql;
	} all[] = {
		{"no row of it", MISSING("input", "7")},
		{"no row of it", MISSING("interchange", "13")},
		{"no row of it", MISSING("received", "10")},
		{"no row of it", MISSING("unit", "6")},
		{"no row of it",
			"SELECT subject FROM event WHERE what = 'run-started' AND NOT EXISTS (SELECT "
			"1 FROM run WHERE id = substr(subject, 5)) ORDER BY seq"},
		{"sets with other items (table iset) than it has",
			"SELECT 'interchange ' || substr('000000' || id, -MAX(6, length(id))) FROM "
			"interchange i WHERE sha <> '' AND items <> (SELECT COALESCE(SUM(items), 0) "
			"FROM iset WHERE interchange = i.id) ORDER BY id"},
		{"not all control numbers that it drew (table drawn)",
			"SELECT DISTINCT subject FROM event WHERE what = 'number' AND NOT EXISTS "
			"(SELECT 1 FROM drawn WHERE unit = CAST(substr(subject, 6) AS INTEGER) AND "
			"'scope=' || scope || ' number=' || number = detail) ORDER BY subject"},
		{"another number of items (table item) than its events tell of",
			"SELECT subject FROM (SELECT DISTINCT subject FROM event WHERE what = "
			"'catalog') c WHERE 'items=' || (SELECT COUNT(*) FROM item WHERE agreement = "
			"c.subject) <> (SELECT detail FROM event WHERE subject = c.subject AND what = "
			"'catalog' ORDER BY seq DESC LIMIT 1) ORDER BY subject"},
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && rc != -1; i++) {
		struct db_rows *rows = NULL;
		if (db_query(l->db, &rows, e, all[i].sql, "") == -1)
			return -1;
		while ((rc = db_next(rows, e)) == 1 &&
			(rc = each(ctx, db_text(rows, 0), all[i].lacks, e)) == 0)
			;
		db_end(rows);
	}
	return rc == -1 ? -1 : 0;
}

/* "scope=ISA:ZZ:US number=12" */
static bool drawn_of(struct str detail, struct str *scope, int64_t *number)
{
	const size_t at = str_find(detail, STR(" number="), 0);

	if (!str_starts(detail, STR("scope=")) || at == SIZE_MAX)
		return false;
	*scope = str_sub(detail, 6, at - 6);
	return str_to_i64(str_from(detail, at + 8), number);
}

bool ledger_walk_number(
	struct str what, struct str subject, struct str detail, struct str *scope, int64_t *next)
{
	if (str_is(what, "number-set")) {
		*scope = subject;
		return str_starts(detail, STR("next=")) && str_to_i64(str_from(detail, 5), next);
	}
	if (!str_is(what, "number") || !drawn_of(detail, scope, next))
		return false;
	(*next)++;
	return true;
}

static int some_numbers(struct ledger *l,
	void (*each)(void *ctx, int64_t seq, bool set, struct str scope, int64_t number), void *ctx,
	int64_t *after, struct err *e)
{
	struct db_rows *rows = NULL;
	int64_t n = 0;
	int rc = 0;

	if (db_query(l->db, &rows, e,
		    "SELECT seq, what, subject, detail FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2",
		    "ii", *after, (int64_t)LEDGER_PARTS_EVENTS) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		const bool set = str_is(db_text(rows, 1), "number-set");
		struct str scope = {"", 0};
		int64_t next = 0;
		n++;
		*after = db_int(rows, 0);
		if (ledger_walk_number(
			    db_text(rows, 1), db_text(rows, 2), db_text(rows, 3), &scope, &next))
			each(ctx, *after, set, scope, set ? next : next - 1);
	}
	db_end(rows);
	return rc == -1 ? -1 : n == LEDGER_PARTS_EVENTS;
}

int ledger_walk_numbers(struct ledger *l,
	void (*each)(void *ctx, int64_t seq, bool set, struct str scope, int64_t number), void *ctx,
	struct err *e)
{
	int64_t after = 0;
	int rc = 1;

	while (rc == 1)
		rc = some_numbers(l, each, ctx, &after, e);
	return rc;
}

int ledger_walk_counter(struct ledger *l, struct str scope, int64_t *next, struct err *e)
{
	*next = 0;
	return db_one_int(l->db, next, e, "SELECT next FROM number WHERE scope = ?1", "s", scope) ==
			-1
		? -1
		: 0;
}
