/* Opening, transactions, the event chain and control numbers; see ledger.h. */
#include "store/ledger.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "store/ledger_audit.h"
#include "store/ledger_parts.h"
#include "store/ledger_states.h"
#include "store/schema.h"

static const char file_name[] = "ledger.db";

static int meta_put(struct db *db, const char *key, const char *value, struct err *e)
{
	return db_run(db, e, "INSERT INTO meta(key, value) VALUES(?1, ?2)", "cc", key, value);
}

/* All in one transaction: a ledger that was cut while it was made is none, and is made again. */
static int fill_new(struct ledger *l, const char *instance, const char *environment, struct err *e)
{
	const char *const *statement = schema_statements();

	if (db_begin(l->db, e) == -1)
		return -1;
	for (; *statement; statement++)
		if (db_script(l->db, *statement, e) == -1)
			goto fail;
	if (meta_put(l->db, "schema", schema_version(), e) == -1 ||
		meta_put(l->db, "instance", instance, e) == -1 ||
		meta_put(l->db, "environment", environment, e) == -1 ||
		ledger_event(l, "created", "environment", e, "name=%s instance=%s", environment,
			instance) == -1 ||
		db_commit(l->db, e) == -1)
		goto fail;
	return 0;
fail:
	db_rollback(l->db);
	return -1;
}

int ledger_create(int dir, const char *instance, const char *environment, const struct clock *clock,
	struct err *e)
{
	struct ledger l = {.clock = clock, .actor = "run"};
	int rc = -1;

	if (db_open("sqlite", dir, file_name, DB_MAKE, &l.db, e) == -1)
		return -1;
	rc = fill_new(&l, instance, environment, e);
	db_close(l.db);
	if (rc == -1 || ledger_open(&l, dir, instance, clock, e) == -1) /* which writes audit.log */
		return -1;
	ledger_close(&l);
	return 0;
}

static int meta_check(
	struct db *db, const char *key, const char *want, const char *complaint, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(db, &rows, e, "SELECT value FROM meta WHERE key = ?1", "c", key) == -1)
		return e->code != ERR_CONFIG
			? -1
			: err_set(e, ERR_CONFIG,
				  "ledger.db is no ledger of gridspool: it has no table 'meta'; "
				  "put the right ledger.db back");
	rc = db_next(rows, e);
	if (rc == 1 && str_is(db_text(rows, 0), want))
		rc = 0;
	else if (rc != -1)
		rc = err_set(e, ERR_CONFIG, "ledger.db: %s is '" STR_FMT "', expected '%s': %s",
			key, STR_ARG(rc == 1 ? db_text(rows, 0) : STR("")), want, complaint);
	db_end(rows);
	return rc;
}

enum way { WAY_WRITE, WAY_LOOK, WAY_OLDER };

static int open_db(struct ledger *l, int dir, enum way way, struct err *e)
{
	if (db_open("sqlite", dir, file_name, way == WAY_LOOK ? DB_LOOK : DB_WRITE, &l->db, e) ==
		-1) {
		if (e->code == ERR_ABSENT) {
			(void)err_set(e, ERR_CONFIG,
				"ledger.db is not there: put it back from a backup; only what has "
				"never run gets a new one, by gridspool init");
			return err_reason(e, "LEDGER-GONE");
		}
		return -1;
	}
	/* Who only looks meets what is damaged where it is; who reads the whole would wait for it. */
	return way == WAY_LOOK ? 0 : db_quick_check(l->db, e);
}

/* Of which version it is. One that a step leads on from can be looked at: steps only add. */
static int version_check(struct ledger *l, enum way way, struct err *e)
{
	char version[LEDGER_PARTS_VERSION];

	if (ledger_parts_version(l, version, e) == -1)
		return -1;
	if (strcmp(version, schema_version()) == 0)
		return 0;
	if (!schema_step_from(str_c(version)))
		(void)err_set(e, ERR_CONFIG,
			"ledger.db is of version '%s', this gridspool writes version %s: another "
			"gridspool wrote it; use that one",
			version, schema_version());
	else if (way == WAY_LOOK) {
		l->of_before = true;
		return 0;
	} else
		(void)err_set(e, ERR_CONFIG,
			"ledger.db is of version %s, this gridspool writes version %s: gridspool run "
			"brings it up to date, and keeps a copy as ledger-v%s.db",
			version, schema_version(), version);
	return err_reason(e, "LEDGER-VERSION");
}

static int check_whose(struct ledger *l, const char *instance, enum way way, struct err *e)
{
	if (meta_check(l->db, "instance", instance,
		    "this ledger belongs to another environment; put the right ledger.db back",
		    e) == -1)
		return e->code == ERR_CONFIG ? err_reason(e, "LEDGER-FOREIGN") : -1;
	if (version_check(l, way, e) == -1)
		return -1;
	return way == WAY_LOOK ? 0 : ledger_states_check(l, e);
}

static int open_ledger(struct ledger *l, int dir, const char *instance, const struct clock *clock,
	enum way way, struct err *e)
{
	memset(l, 0, sizeof(*l));
	l->look = way == WAY_LOOK;
	l->clock = clock;
	l->audit_fd = -1;
	(void)snprintf(l->actor, sizeof(l->actor), "run");
	if (open_db(l, dir, way, e) == -1 || check_whose(l, instance, way, e) == -1 ||
		ledger_parts_last(l, e) == -1)
		goto fail;
	ledger_audit_open(l, dir, l->look);
	if (ledger_audit_ahead(l, e) == -1)
		goto fail;
	if (way == WAY_WRITE && ledger_older(l, e) == -1)
		goto fail;
	if (way == WAY_WRITE)
		ledger_audit_catch_up(l);
	return 0;
fail:
	if (e->code == ERR_CORRUPT)
		(void)err_reason(e, "LEDGER-DAMAGED");
	ledger_close(l);
	return -1;
}

int ledger_older(const struct ledger *l, struct err *e)
{
	if (l->older == 0)
		return 0;
	(void)err_set(e, ERR_CONFIG,
		"ledger.db ends before event %lld, with which audit.log goes on to event %lld: it was "
		"put back from a backup, and does not know what was sent since; nothing is done with it "
		"before gridspool fsck --reconcile --reason TEXT, or the newer ledger.db is put back",
		(long long)l->older, (long long)l->ahead);
	return err_reason(e, "LEDGER-OLDER");
}

int ledger_open_older(
	struct ledger *l, int dir, const char *instance, const struct clock *clock, struct err *e)
{
	return open_ledger(l, dir, instance, clock, WAY_OLDER, e);
}

int ledger_open(
	struct ledger *l, int dir, const char *instance, const struct clock *clock, struct err *e)
{
	return open_ledger(l, dir, instance, clock, WAY_WRITE, e);
}

int ledger_look(
	struct ledger *l, int dir, const char *instance, const struct clock *clock, struct err *e)
{
	return open_ledger(l, dir, instance, clock, WAY_LOOK, e);
}

void ledger_close(struct ledger *l)
{
	if (l->db) /* else there is no log either, and audit_fd may be 0 */
		fsx_close(l->audit_fd);
	db_close(l->db);
	memset(l, 0, sizeof(*l));
	l->audit_fd = -1;
}

int ledger_begin(struct ledger *l, struct err *e)
{
	BUG_IF(l->look);
	if (db_begin(l->db, e) == -1)
		return -1;
	l->events = 0;
	l->changes = 0;
	if (ledger_parts_last(l, e) == -1) { /* another writer may have added rows */
		db_rollback(l->db);
		return -1;
	}
	return 0;
}

int ledger_commit(struct ledger *l, struct err *e)
{
	BUG_IF(l->changes > 0 && l->events == 0);
	if (db_commit(l->db, e) == -1) {
		db_rollback(l->db);
		return -1;
	}
	ledger_audit_catch_up(
		l); /* what is committed stays committed, whatever becomes of the log */
	return 0;
}

void ledger_rollback(struct ledger *l)
{
	db_rollback(l->db);
}

/* As its line in audit.log has it, so that the hash tells from the line, too, whether it is whole. */
static void short_subject(const char *subject, char out[LEDGER_PARTS_SUBJECT + 1])
{
	size_t n = strnlen(subject, LEDGER_PARTS_SUBJECT);

	while (n > 0 && ((unsigned char)subject[n] & 0xc0) == 0x80) /* within a character */
		n--;
	memcpy(out, subject, n);
	out[n] = '\0';
	ledger_parts_one_line(out);
}

static int add_event(struct ledger *l, const char *what, const char *subject, const char *fmt,
	va_list ap, struct err *e)
{
	char about[LEDGER_PARTS_SUBJECT + 1];
	char detail[LEDGER_PARTS_DETAIL];
	char hash[HASH_HEX];
	const int64_t at = clock_now(l->clock);

	short_subject(subject, about);
	(void)vsnprintf(detail, sizeof(detail), fmt, ap);
	ledger_parts_one_line(detail);
	ledger_parts_hash(l->last, at, str_c(l->run), str_c(l->actor), str_c(what), str_c(about),
		str_c(detail), hash);
	if (db_run(l->db, e,
		    "INSERT INTO event(at, run, actor, what, subject, detail, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		    "icccccc", at, l->run, l->actor, what, about, detail, hash) == -1)
		return -1;
	memcpy(l->last, hash, sizeof(l->last));
	l->events++;
	return 0;
}

int ledger_event(struct ledger *l, const char *what, const char *subject, struct err *e,
	const char *fmt, ...)
{
	va_list ap;
	int rc = 0;

	va_start(ap, fmt);
	rc = add_event(l, what, subject, fmt, ap, e);
	va_end(ap);
	return rc;
}

int ledger_event_now(struct ledger *l, const char *what, const char *subject, struct err *e,
	const char *fmt, ...)
{
	va_list ap;
	int rc = 0;

	if (ledger_begin(l, e) == -1)
		return -1;
	va_start(ap, fmt);
	rc = add_event(l, what, subject, fmt, ap, e);
	va_end(ap);
	if (rc == 0)
		return ledger_commit(l, e);
	ledger_rollback(l);
	return -1;
}

/* The chain, walked some rows at a time. */
struct verified {
	int64_t seq;	     /* of the row before */
	char prev[HASH_HEX]; /* its hash */
	int64_t rows, first, bad;
};

/* 1 there may be more rows, 0 these were the last. */
static int verify_some(struct ledger *l, struct verified *w, struct err *e)
{
	struct db_rows *rows = NULL;
	int n = 0;
	int rc = 0;

	if (db_query(l->db, &rows, e, LEDGER_PARTS_BEHIND, "ii", w->seq,
		    (int64_t)LEDGER_PARTS_EVENTS) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		char hash[HASH_HEX];
		ledger_parts_hash(w->prev, db_int(rows, 1), db_text(rows, 2), db_text(rows, 3),
			db_text(rows, 4), db_text(rows, 5), db_text(rows, 6), hash);
		w->seq = db_int(rows, 0);
		if (!str_is(db_text(rows, 7), hash) && w->bad++ == 0)
			w->first = w->seq;
		/* What comes behind continues the row that is there, good or bad. */
		(void)snprintf(w->prev, sizeof(w->prev), STR_FMT, STR_ARG(db_text(rows, 7)));
		n++;
	}
	db_end(rows);
	w->rows += n;
	return rc == -1 ? -1 : n == LEDGER_PARTS_EVENTS;
}

int ledger_verify(struct ledger *l, int64_t *n, struct err *e)
{
	struct verified w = {.seq = INT64_MIN};
	int rc = 1;

	while (rc == 1)
		rc = verify_some(l, &w, e);
	if (rc == 0)
		*n = w.rows;
	if (rc == -1 || w.bad == 0)
		return rc;
	(void)err_set(e, ERR_CORRUPT,
		"ledger.db: event row %lld does not continue the chain: "
		"it or the row before it was changed from outside (rows like that: %lld)",
		(long long)w.first, (long long)w.bad);
	return err_reason(e, "AUDIT-BROKEN");
}

int ledger_story(struct ledger *l, const char *subject,
	int (*each)(void *ctx, int64_t at, struct str run, struct str actor, struct str what,
		struct str detail),
	void *ctx, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e,
		    "SELECT at, run, actor, what, detail FROM event WHERE subject = ?1 ORDER BY seq",
		    "c", subject) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		if (each(ctx, db_int(rows, 0), db_text(rows, 1), db_text(rows, 2), db_text(rows, 3),
			    db_text(rows, 4)) != 0)
			break;
	}
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

int ledger_number_next(struct ledger *l, int64_t unit, int64_t request, const char *scope,
	int64_t max, int64_t *number, struct err *e)
{
	int rc = db_one_int(l->db, number, e,
		"SELECT number FROM drawn WHERE unit = ?1 AND request = ?2 AND scope = ?3", "iic",
		unit, request, scope);

	if (rc != 0)
		return rc;
	rc = db_one_int(l->db, number, e, "SELECT next FROM number WHERE scope = ?1", "c", scope);
	if (rc == 0 || *number > max)
		*number = 1;
	return rc == -1 ? -1 : 0;
}

static int number_draw(struct ledger *l, int64_t unit, int64_t request, const char *scope,
	int64_t max, int64_t *number, struct err *e)
{
	int64_t next = 1;
	char subject[40];
	const int rc = ledger_number_next(l, unit, request, scope, max, &next, e);

	*number = next;
	if (rc != 0)
		return rc;
	(void)snprintf(subject, sizeof(subject), "unit %lld", (long long)unit);
	if (ledger_run(l, e,
		    "INSERT INTO number(scope, next) VALUES(?1, ?2) "
		    "ON CONFLICT(scope) DO UPDATE SET next = excluded.next",
		    "ci", scope, next >= max ? 1 : next + 1) == -1 ||
		ledger_run(l, e,
			"INSERT INTO drawn(unit, request, scope, number) VALUES(?1, ?2, ?3, ?4)",
			"iici", unit, request, scope, next) == -1 ||
		ledger_event(l, "number", subject, e, "scope=%s number=%lld", scope,
			(long long)next) == -1)
		return -1;
	return 0;
}

int ledger_number(struct ledger *l, int64_t unit, int64_t request, const char *scope, int64_t max,
	int64_t *number, struct err *e)
{
	int64_t drawn = 0;
	int rc = 0;

	if (ledger_begin(l, e) == -1)
		return -1;
	rc = number_draw(l, unit, request, scope, max, &drawn, e);
	if (rc == 0)
		rc = ledger_commit(l, e);
	else
		ledger_rollback(l);
	if (rc != -1)
		*number = drawn;
	return rc == -1 ? -1 : 0;
}

int ledger_number_put(
	struct ledger *l, const char *scope, int64_t next, int64_t *was, struct err *e)
{
	if (db_one_int(l->db, was, e, "SELECT next FROM number WHERE scope = ?1", "c", scope) == -1)
		return -1;
	if (next < *was)
		return err_set(e, ERR_STALE,
			"the next number of %s is %lld; starting at %lld would use numbers again "
			"that the partner has seen",
			scope, (long long)*was, (long long)next);
	if (next == *was)
		return 0;
	if (ledger_run(l, e,
		    "INSERT INTO number(scope, next) VALUES(?1, ?2) "
		    "ON CONFLICT(scope) DO UPDATE SET next = excluded.next",
		    "ci", scope, next) == -1)
		return -1;
	return ledger_event(l, "number-set", scope, e, "next=%lld", (long long)next);
}

int ledger_number_set(struct ledger *l, const char *scope, int64_t next, bool dry_run, int64_t *was,
	struct err *e)
{
	int64_t now = 1;
	int rc = -1;

	if (ledger_begin(l, e) == -1)
		return -1;
	rc = ledger_number_put(l, scope, next, &now, e);
	if (rc == 0 && !dry_run && l->events > 0)
		rc = ledger_commit(l, e);
	else
		ledger_rollback(l);
	if (rc == 0)
		*was = now;
	return rc;
}
