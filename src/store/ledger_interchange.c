/* Table interchange; see ledger_interchange.h. */
#include "store/ledger_interchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_parts.h"

#define COLUMNS                                                                                                     \
	"SELECT id, unit, agreement, partner, message, name, place, state, before, sha, lineage_sha, size, items, " \
	"isa, gs, receipt, ta1, syntax, application, load, attempts, reason, note, evidence, "                      \
	"queued_at, sent_at, overdue_at, resent, reissued_as FROM interchange "

/* Given up, with a file that is not in the archive. */
#define LEFT                                                                                           \
	"((state = 'closed' AND place > '' AND place < 'archive/') OR (state = 'closed' AND place >= " \
	"'archive0')) AND sha <> ''"

static void load(const struct db_rows *r, struct arena *a, struct interchange_row *out)
{
	int c = 0;

	memset(out, 0, sizeof(*out));
	out->id = db_int(r, c++);
	out->unit = db_int(r, c++);
	out->agreement = arena_str(a, db_text(r, c++));
	out->partner = arena_str(a, db_text(r, c++));
	out->message = arena_str(a, db_text(r, c++));
	out->name = arena_str(a, db_text(r, c++));
	out->place = arena_str(a, db_text(r, c++));
	out->state = arena_str(a, db_text(r, c++));
	out->before = arena_str(a, db_text(r, c++));
	out->sha = arena_str(a, db_text(r, c++));
	out->lineage_sha = arena_str(a, db_text(r, c++));
	out->size = db_int(r, c++);
	out->items = db_int(r, c++);
	out->isa = db_int(r, c++);
	out->gs = db_int(r, c++);
	out->receipt = arena_str(a, db_text(r, c++));
	out->ta1 = arena_str(a, db_text(r, c++));
	out->syntax = arena_str(a, db_text(r, c++));
	out->application = arena_str(a, db_text(r, c++));
	out->load = arena_str(a, db_text(r, c++));
	out->attempts = db_int(r, c++);
	out->reason = arena_str(a, db_text(r, c++));
	out->note = arena_str(a, db_text(r, c++));
	out->evidence = arena_str(a, db_text(r, c++));
	out->queued_at = db_int(r, c++);
	out->sent_at = db_int(r, c++);
	out->overdue_at = db_int(r, c++);
	out->resent = db_int(r, c++);
	out->reissued_as = db_int(r, c++);
}

static int load_one(
	struct db_rows *rows, struct arena *a, struct interchange_row *out, struct err *e)
{
	const int rc = db_next(rows, e);

	if (rc == 1)
		load(rows, a, out);
	db_end(rows);
	return rc;
}

int ledger_interchange_add(struct ledger *l, int64_t unit, struct str agreement, struct str partner,
	struct str message, struct str stamp, const char *ending, int64_t *id, struct err *e)
{
	char name[200];
	char place[100];
	int64_t next = 0;

	if (ledger_parts_next_id(l, LEDGER_PARTS_INTERCHANGE, &next, e) == -1)
		return -1;
	(void)snprintf(name, sizeof(name), STR_FMT "-%06lld." STR_FMT "." STR_FMT ".%s",
		STR_ARG(stamp), (long long)next, STR_ARG(partner), STR_ARG(message), ending);
	(void)snprintf(place, sizeof(place), "outbox/" STR_FMT, STR_ARG(partner));
	if (ledger_run(l, e,
		    "INSERT INTO interchange(id, unit, agreement, partner, message, name, place, state, at) "
		    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 'making', ?8)",
		    "iissscci", next, unit, agreement, partner, message, name, place,
		    clock_now(l->clock)) == -1)
		return -1;
	*id = next;
	return 0;
}

struct str ledger_interchange_stem(struct str name)
{
	size_t n = name.n;

	while (n > 0 && name.p[n - 1] != '.')
		n--;
	return n > 0 ? str_sub(name, 0, n - 1) : name;
}

/* A stem is one interchange's alone: it holds the number. '/' is the character behind '.'. */
int ledger_interchange_named(struct ledger *l, struct str name, int64_t *id, struct err *e)
{
	if (!str_ends(name, STR(".items")))
		return db_one_int(
			l->db, id, e, "SELECT id FROM interchange WHERE name = ?1", "s", name);
	return db_one_int(l->db, id, e,
		"SELECT id FROM interchange WHERE name >= ?1 || '.' AND name < ?1 || '/' AND "
		"substr(name, length(?1) + 2) NOT LIKE '%.%'",
		"s", ledger_interchange_stem(name));
}

static int changed_one(struct ledger *l, int64_t id, struct err *e)
{
	if (db_changes(l->db) != 1)
		return err_set(e, ERR_STALE, "interchange %06lld is in another state meanwhile",
			(long long)id);
	return 0;
}

int ledger_interchange_queue(struct ledger *l, int64_t id, const char *sha, const char *lineage_sha,
	int64_t size, int64_t items, int64_t isa, int64_t gs, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE interchange SET state = 'queued', sha = ?2, lineage_sha = ?3, size = ?4, items = ?5, "
		    "isa = ?6, gs = ?7, queued_at = ?8 WHERE id = ?1 AND state = 'making'",
		    "icciiiii", id, sha, lineage_sha, size, items, isa, gs,
		    clock_now(l->clock)) == -1)
		return -1;
	return changed_one(l, id, e);
}

int ledger_interchange_state(struct ledger *l, int64_t id, const char *from, const char *state,
	const char *place, const char *reason, const char *note, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE interchange SET before = state, state = ?3, place = ?4, reason = ?5, note = ?6 "
		    "WHERE id = ?1 AND '|' || ?2 || '|' LIKE '%|' || state || '|%'",
		    "iccccc", id, from, state, place, reason, note) == -1)
		return -1;
	return changed_one(l, id, e);
}

int ledger_interchange_sending(struct ledger *l, int64_t id, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE interchange SET state = 'sending', attempts = attempts + 1 WHERE id = ?1 "
		    "AND state IN ('queued', 'sending')",
		    "i", id) == -1)
		return -1;
	return changed_one(l, id, e);
}

int ledger_interchange_sent(
	struct ledger *l, int64_t id, const char *place, const char *evidence, struct err *e)
{
	if (ledger_run(l, e,
		    "UPDATE interchange SET before = state, state = 'sent', place = ?2, evidence = ?3, "
		    "receipt = 'accepted', sent_at = ?4, overdue_at = 0, reason = '', note = '' WHERE id = ?1 "
		    "AND state IN ('sending', 'in-doubt')",
		    "icci", id, place, evidence, clock_now(l->clock)) == -1)
		return -1;
	return changed_one(l, id, e);
}

int ledger_interchange_later(
	struct ledger *l, int64_t id, const char *reason, const char *note, struct err *e)
{
	return ledger_run(l, e,
		"UPDATE interchange SET reason = ?2, note = ?3 WHERE id = ?1 "
		"AND state IN ('queued', 'sending')",
		"icc", id, reason, note);
}

int ledger_interchange_axis(
	struct ledger *l, int64_t id, const char *axis, const char *value, struct err *e)
{
	static const struct {
		const char *axis;
		const char *sql;
	} axes[] = {
		{"receipt", "UPDATE interchange SET receipt = ?2 WHERE id = ?1"},
		{"ta1", "UPDATE interchange SET ta1 = ?2 WHERE id = ?1"},
		{"syntax", "UPDATE interchange SET syntax = ?2 WHERE id = ?1"},
		{"application", "UPDATE interchange SET application = ?2 WHERE id = ?1"},
		{"load", "UPDATE interchange SET load = ?2 WHERE id = ?1"},
	};

	for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++) {
		if (strcmp(axes[i].axis, axis) == 0)
			return ledger_run(l, e, axes[i].sql, "ic", id, value);
	}
	BUG_IF(true);
	return -1;
}

int ledger_interchange_reissued(struct ledger *l, int64_t id, struct err *e)
{
	return ledger_run(l, e,
		"UPDATE interchange SET reissued_as = ?1 WHERE reason = 'REISSUED' AND id IN "
		"(SELECT due_from FROM item WHERE interchange = ?1)",
		"i", id);
}

int ledger_interchange_overdue(struct ledger *l, int64_t id, struct err *e)
{
	return ledger_run(l, e, "UPDATE interchange SET overdue_at = ?2 WHERE id = ?1", "ii", id,
		clock_now(l->clock));
}

int ledger_interchange_find(
	struct ledger *l, int64_t id, struct arena *a, struct interchange_row *out, struct err *e)
{
	struct db_rows *rows = NULL;

	if (db_query(l->db, &rows, e, COLUMNS "WHERE id = ?1", "i", id) == -1)
		return -1;
	return load_one(rows, a, out, e);
}

static int by_id(const void *a, const void *b)
{
	const struct interchange_row *x = a;
	const struct interchange_row *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* Those of one state behind those that are there; room for n more. */
static int load_state(struct ledger *l, struct str state, int64_t room, struct arena *a,
	struct interchange_rows *out, struct err *e)
{
	struct db_rows *rows = NULL;
	int64_t n = 0;
	int rc = 0;

	if (db_query(l->db, &rows, e, COLUMNS "WHERE state = ?1", "s", state) == -1)
		return -1;
	for (; n < room && (rc = db_next(rows, e)) == 1; n++)
		load(rows, a, &out->row[out->n++]);
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int ledger_interchange_by_state(struct ledger *l, const char *states, struct arena *a,
	struct interchange_rows *out, struct err *e)
{
	struct interchange_rows found = {NULL, 0};
	struct str rest = str_c(states);
	struct str state;
	int64_t counts[16];
	int64_t total = 0;
	size_t n = 0;

	while (str_split(&rest, '|', &state)) {
		BUG_IF(n == sizeof(counts) / sizeof(counts[0]));
		if (db_one_int(l->db, &counts[n], e,
			    "SELECT COUNT(*) FROM interchange WHERE state = ?1", "s", state) != 1)
			return -1;
		total += counts[n++];
	}
	found.row = arena_array(a, (size_t)total + 1, sizeof(*found.row));
	rest = str_c(states);
	for (size_t i = 0; str_split(&rest, '|', &state); i++)
		if (load_state(l, state, counts[i], a, &found, e) == -1)
			return -1;
	if (found.n > 1)
		qsort(found.row, found.n, sizeof(*found.row), by_id);
	*out = found;
	return 0;
}

int ledger_interchange_left(
	struct ledger *l, struct arena *a, struct interchange_rows *out, struct err *e)
{
	struct db_rows *rows = NULL;
	int64_t n = 0;
	int rc = 0;

	if (db_one_int(l->db, &n, e, "SELECT COUNT(*) FROM interchange WHERE " LEFT, "") != 1 ||
		db_query(l->db, &rows, e, COLUMNS "WHERE " LEFT, "") == -1)
		return -1;
	*out = (struct interchange_rows){arena_array(a, (size_t)n + 1, sizeof(*out->row)), 0};
	while (out->n < (size_t)n && (rc = db_next(rows, e)) == 1)
		load(rows, a, &out->row[out->n++]);
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int ledger_interchange_by_number(struct ledger *l, struct str partner, const char *column,
	int64_t number, int64_t below, struct arena *a, struct interchange_row *out, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (strcmp(column, "isa") == 0)
		rc = db_query(l->db, &rows, e,
			COLUMNS
			"WHERE partner = ?1 AND isa = ?2 AND id < ?3 ORDER BY id DESC LIMIT 1",
			"sii", partner, number, below);
	else
		rc = db_query(l->db, &rows, e,
			COLUMNS
			"WHERE partner = ?1 AND gs = ?2 AND id < ?3 ORDER BY id DESC LIMIT 1",
			"sii", partner, number, below);
	if (rc == -1)
		return -1;
	return load_one(rows, a, out, e);
}

#define DRAWN_AS(column)                                                                       \
	"SELECT i.id FROM interchange i JOIN drawn d ON d.unit = i.unit AND d.scope = ?2 AND " \
	"d.number = ?3 WHERE i.partner = ?1 AND i." column                                     \
	" = ?3 AND NOT EXISTS (SELECT 1 FROM interchange w WHERE w.partner = ?1 AND w." column \
	" = ?4 AND w.id > i.id) ORDER BY i.id DESC LIMIT 1"
#define HIGHEST(column) "SELECT COALESCE(MAX(" column "), 0) FROM interchange WHERE partner = ?1"

int ledger_interchange_with_number(struct ledger *l, struct str partner, const char *column,
	const char *scope, int64_t number, int64_t max, int64_t *id, int64_t *highest,
	struct err *e)
{
	const bool isa = strcmp(column, "isa") == 0;

	if (db_one_int(l->db, highest, e, isa ? HIGHEST("isa") : HIGHEST("gs"), "s", partner) == -1)
		return -1;
	return db_one_int(l->db, id, e, isa ? DRAWN_AS("isa") : DRAWN_AS("gs"), "scii", partner,
		scope, number, max);
}
