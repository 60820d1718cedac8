/* Opening, transactions, the event chain and control numbers; see ledger.h. */
#include "store/ledger.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/lock.h"
#include "base/mem.h"
#include "secure/hash.h"
#include "store/ledger_states.h"
#include "store/schema.h"

static const char file_name[] = "ledger.db";
static const char audit_name[] = "audit.log";
enum { DETAIL_MAX = 2000, SUBJECT_MAX = 200, AUDIT_LINE = DETAIL_MAX + 600, AUDIT_WAIT_MS = 5000 };
enum { EVENTS = 2000 }; /* read at once; then writers, who wait for readers, have their turn */

#define EVENTS_BEHIND                                                                                 \
	"SELECT seq, at, run, actor, what, subject, detail, hash FROM event WHERE seq > ?1 ORDER BY " \
	"seq LIMIT ?2"

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

/* One event is one line. */
static void one_line(char *p)
{
	for (; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	}
}

/* The line of audit.log of an event row; the hash lets anyone check it against the ledger. */
static size_t audit_line(char line[AUDIT_LINE], const struct db_rows *r)
{
	struct str subject = db_text(r, 5);
	const struct str hash = db_text(r, 7);
	size_t n = 0;

	if (subject.n > SUBJECT_MAX)
		subject.n = SUBJECT_MAX;
	(void)snprintf(line, AUDIT_LINE - HASH_HEX - sizeof(" hash="),
		"%lld at=%lld run=" STR_FMT " actor=" STR_FMT " what=" STR_FMT " subject=\"" STR_FMT
		"\" " STR_FMT,
		(long long)db_int(r, 0), (long long)db_int(r, 1), STR_ARG(db_text(r, 2)),
		STR_ARG(db_text(r, 3)), STR_ARG(db_text(r, 4)), STR_ARG(subject),
		STR_ARG(db_text(r, 6)));
	one_line(line);
	n = strlen(line);
	(void)snprintf(line + n, AUDIT_LINE - n, " hash=%.*s\n",
		(int)(hash.n < HASH_HEX ? hash.n : HASH_HEX - 1), hash.p);
	return strlen(line);
}

/* The sequence number of the last line in tail[0, end), 0 when there is none; a line of somebody else's
 * is passed over. */
static int64_t last_seq(const char *tail, size_t end)
{
	int64_t seq = 0;
	size_t start = 0;

	for (; end > 0 && seq == 0; end = start) {
		struct str word = {tail, 0};
		start = end - 1;
		while (start > 0 && tail[start - 1] != '\n')
			start--;
		word.p = tail + start;
		while (start + word.n < end && str_is_digit(word.p[word.n]))
			word.n++;
		if (!str_to_i64(word, &seq))
			seq = 0;
	}
	return seq;
}

/* The sequence number of the last whole line of audit.log, 0 when there is none; *end is where it ends. */
static int audit_tail(int fd, int64_t *seq, uint64_t *end, struct err *e)
{
	char tail[8192];
	uint64_t size = 0;
	uint64_t from = 0;
	size_t got = 0;

	if (fsx_size(fd, &size, e) == -1)
		return -1;
	from = size > sizeof(tail) ? size - sizeof(tail) : 0;
	if (fsx_pread(fd, tail, sizeof(tail), from, &got, e) == -1)
		return -1;
	while (got > 0 && tail[got - 1] != '\n')
		got--;
	*end = from + got;
	*seq = last_seq(tail, got);
	return 0;
}

/* The same; a half line that a crash left is cut off. */
static int audit_last(int fd, int64_t *seq, struct err *e)
{
	uint64_t size = 0;
	uint64_t end = 0;

	if (fsx_size(fd, &size, e) == -1 || audit_tail(fd, seq, &end, e) == -1)
		return -1;
	if (end < size && ftruncate(fd, (off_t)end) == -1)
		return err_errno(e, ERR_IO, "cut off a half line");
	return 0;
}

/* look: what is there is read, and nothing is made or changed. Why it cannot be written is kept. */
static void audit_open(struct ledger *l, int dir, bool look)
{
	const int flags = O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	struct stat st;

	err_clear(&l->audit);
	l->audit_fd = openat(dir, audit_name, O_RDWR | flags | (look ? 0 : O_CREAT), 0640);
	if (l->audit_fd == -1)
		(void)err_errno(&l->audit, ERR_IO, "%s", audit_name);
	if (l->audit_fd == -1 && look)
		l->audit_fd = openat(dir, audit_name, O_RDONLY | flags);
	if (l->audit_fd == -1 || (fstat(l->audit_fd, &st) == 0 && S_ISREG(st.st_mode)))
		return;
	(void)err_set(&l->audit, ERR_IO, "%s is no plain file", audit_name);
	fsx_close(l->audit_fd);
	l->audit_fd = -1;
}

static int audit_append(struct ledger *l, struct err *e)
{
	struct db_rows *rows = NULL;
	char line[AUDIT_LINE];
	int64_t last = 0;
	int rc = 0;

	if (audit_last(l->audit_fd, &last, e) == -1 ||
		db_query(l->db, &rows, e,
			"SELECT seq, at, run, actor, what, subject, detail, hash FROM event WHERE seq > ?1 ORDER BY seq",
			"i", last) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		rc = fsx_write_all(l->audit_fd, line, audit_line(line, rows), e);
		if (rc == -1)
			break;
	}
	db_end(rows);
	return rc;
}

static int audit_lock(struct ledger *l, struct err *e)
{
	if (lock_file(l->audit_fd, AUDIT_WAIT_MS))
		return 0;
	return err_set(e, ERR_BUSY, "another process has held it for %d s", AUDIT_WAIT_MS / 1000);
}

/* Appends to audit.log what it does not have yet, one process at a time, so that each event is in it
 * once and in order. Who waits sees its own events when its turn comes, written or not. A log that
 * cannot be written, or is held too long, stops nothing: the ledger is the truth, the next commit
 * or start catches up. Until then l->audit says why. */
static void audit_catch_up(struct ledger *l)
{
	if (l->audit_fd == -1)
		return;
	err_clear(&l->audit);
	if (audit_lock(l, &l->audit) == 0) {
		(void)audit_append(l, &l->audit);
		lock_file_end(l->audit_fd);
	}
	if (l->audit.code != ERR_NONE)
		(void)err_wrap(&l->audit, "%s", audit_name);
}

/* audit.log beside the event rows, some at a time. */
struct compared {
	int64_t seq; /* of the row that was compared last */
	uint64_t at; /* where its line ends */
	int64_t bad; /* the first event whose line is not where it should be */
	bool behind; /* the log ends before its events do; half a line is what a cut left */
};

/* 1 there may be more rows, 0 these were the last. */
static int compare_some(struct ledger *l, struct compared *c, struct err *e)
{
	struct db_rows *rows = NULL;
	char line[AUDIT_LINE];
	char there[AUDIT_LINE];
	size_t got = 0;
	int n = 0;
	int rc = 0;

	if (db_query(l->db, &rows, e, EVENTS_BEHIND, "ii", c->seq, (int64_t)EVENTS) == -1)
		return -1;
	while (c->bad == 0 && !c->behind && (rc = db_next(rows, e)) == 1) {
		const size_t size = audit_line(line, rows);
		n++;
		c->seq = db_int(rows, 0);
		if (fsx_pread(l->audit_fd, there, size, c->at, &got, e) == -1) {
			rc = -1;
			break;
		}
		if (memcmp(line, there, got) != 0)
			c->bad = c->seq;
		c->behind = got < size;
		c->at += size;
	}
	db_end(rows);
	return rc == -1 ? -1 : n == EVENTS && c->bad == 0 && !c->behind;
}

static int compare_all(struct ledger *l, struct compared *c, struct err *e)
{
	int rc = 1;

	while (rc == 1)
		rc = compare_some(l, c, e);
	return rc;
}

/* With the lock, so that nobody appends: the rest, and whether there is more than events. What a commit of
 * this moment has not written yet is no fault. */
static int compare_end(struct ledger *l, struct compared *c, struct err *e)
{
	char there = 0;
	size_t got = 0;

	if (compare_all(l, c, e) == -1)
		return -1;
	if (c->bad > 0 || c->behind)
		return 0;
	if (fsx_pread(l->audit_fd, &there, 1, c->at, &got, e) == -1)
		return -1;
	if (got > 0)
		c->bad = c->seq > 0 ? c->seq + 1 : 1;
	return 0;
}

/* Moved aside, not removed: it is what somebody will want to look at. */
static int audit_rewrite(struct ledger *l, int dir, const char *aside, struct err *e)
{
	const int log = fsx_subdir(dir, "log", e);
	int rc = log == -1 ? -1 : fsx_move(dir, audit_name, log, aside, e);

	fsx_close(log);
	if (rc == -1)
		return -1;
	fsx_close(l->audit_fd);
	audit_open(l, dir, false);
	audit_catch_up(l);
	return 0;
}

int ledger_audit_check(struct ledger *l, int64_t *bad, struct err *e)
{
	struct compared c = {.seq = INT64_MIN};
	int rc = 0;

	*bad = 0;
	if (l->audit_fd == -1)
		return 0;
	rc = compare_all(l, &c, e);
	if (rc == 0 && c.bad == 0 && !c.behind) {
		if (audit_lock(l, e) == -1)
			return err_wrap(e, "%s", audit_name);
		rc = compare_end(l, &c, e);
		lock_file_end(l->audit_fd);
	}
	if (rc == 0)
		*bad = c.bad;
	return rc;
}

int ledger_audit_mend(struct ledger *l, int dir, const char *aside, int64_t *bad, struct err *e)
{
	audit_catch_up(l);
	if (ledger_audit_check(l, bad, e) == -1)
		return -1;
	return *bad > 0 ? audit_rewrite(l, dir, aside, e) : 0;
}

static void chain(const char *prev, int64_t at, struct str run, struct str actor, struct str what,
	struct str subject, struct str detail, char out[HASH_HEX])
{
	char head[64];
	const struct str parts[] = {run, actor, what, subject, detail};
	uint8_t digest[HASH_SIZE];
	struct hash_ctx *h = hash_new();
	const int n = snprintf(head, sizeof(head), "\n%lld", (long long)at);

	hash_add(h, prev, strlen(prev));
	hash_add(h, head, (size_t)n);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		hash_add(h, "\n", 1);
		hash_add(h, parts[i].p, parts[i].n);
	}
	hash_end(h, digest);
	hash_free(h);
	hash_hex(digest, out);
}

static int load_last(struct ledger *l, struct err *e)
{
	struct db_rows *rows = NULL;
	int rc = 0;

	if (db_query(l->db, &rows, e, "SELECT hash FROM event ORDER BY seq DESC LIMIT 1", "") == -1)
		return -1;
	rc = db_next(rows, e);
	(void)snprintf(
		l->last, sizeof(l->last), STR_FMT, STR_ARG(rc == 1 ? db_text(rows, 0) : STR("")));
	db_end(rows);
	return rc == -1 ? -1 : 0;
}

/* Where a mark stands in a line: the n-th of them, n from 0; SIZE_MAX. */
static size_t nth_mark(struct str line, struct str mark, int n)
{
	size_t at = str_find(line, mark, 0);

	while (at != SIZE_MAX && n-- > 0)
		at = str_find(line, mark, at + 1);
	return at;
}

static size_t last_mark(struct str line, struct str mark)
{
	size_t at = str_find(line, mark, 0);

	for (size_t more = at; more != SIZE_MAX; more = str_find(line, mark, more + 1))
		at = more;
	return at;
}

/* A line of audit.log taken apart; false: it is none of ours. A subject may have what ends it: then it ends
 * at the n-th. */
static bool audit_parse(struct str line, int n, struct ledger_line *out)
{
	static const struct str marks[] = {STR_INIT(" at="), STR_INIT(" run="), STR_INIT(" actor="),
		STR_INIT(" what="), STR_INIT(" subject=\""), STR_INIT("\" "), STR_INIT(" hash=")};
	enum { SUBJECT_END = 5, DETAIL_END = 6, PARTS = 7 };
	struct str parts[PARTS];

	for (int i = 0; i < PARTS; i++) {
		const size_t at = i == DETAIL_END
			? last_mark(line, marks[i])
			: nth_mark(line, marks[i], i == SUBJECT_END ? n : 0);
		if (at == SIZE_MAX)
			return false;
		parts[i] = str_sub(line, 0, at);
		line = str_from(line, at + marks[i].n);
	}
	*out = (struct ledger_line){.run = parts[2],
		.actor = parts[3],
		.what = parts[4],
		.subject = parts[5],
		.detail = parts[6],
		.hash = line};
	return str_to_i64(parts[0], &out->seq) && str_to_i64(parts[1], &out->at);
}

/* Each line of audit.log; each may end it by 1 or -1. */
static int audit_lines(
	int fd, int (*each)(void *ctx, struct str line, struct err *e), void *ctx, struct err *e)
{
	char block[1 << 16];
	uint64_t at = 0;
	size_t got = 0;
	int rc = 0;

	do {
		struct str rest;
		struct str line;
		if (fsx_pread(fd, block, sizeof(block), at, &got, e) == -1)
			return -1;
		rest = (struct str){block, got};
		while (rc == 0 && str_chr(rest, '\n') != SIZE_MAX &&
			str_split(&rest, '\n', &line)) {
			at += line.n + 1;
			rc = each(ctx, line, e);
		}
		if (rest.n == got) /* the end, or a line that no event has */
			break;
	} while (rc == 0);
	return rc;
}

/* Does it come next after the last event of the ledger? Its hash says so. 1 ends the search. */
static int continues(void *ctx, struct str line, struct err *e)
{
	struct ledger *l = ctx;
	struct ledger_line x;
	char hash[HASH_HEX];
	char start[24];

	(void)e;
	(void)snprintf(start, sizeof(start), "%lld at=", (long long)l->ahead + 1);
	if (!str_starts(line, str_c(start)))
		return 0;
	for (int n = 0; l->older == 0 && audit_parse(line, n, &x); n++) {
		chain(l->last, x.at, x.run, x.actor, x.what, x.subject, x.detail, hash);
		if (str_is(x.hash, hash))
			l->older = x.seq;
	}
	return 1;
}

/* Is audit.log ahead of the ledger? A line is written after its event is committed, so then the ledger is
 * an older one: l->older, the first event that it lacks. */
static int audit_ahead(struct ledger *l, struct err *e)
{
	int64_t last = 0;
	uint64_t end = 0;

	if (l->audit_fd == -1)
		return 0;
	/* The log first: what is committed meanwhile makes the ledger longer, not shorter. */
	if (audit_tail(l->audit_fd, &last, &end, e) == -1 ||
		db_one_int(l->db, &l->ahead, e, "SELECT COALESCE(MAX(seq), 0) FROM event", "") != 1)
		return -1;
	if (last <= l->ahead)
		return 0;
	if (load_last(l, e) == -1 || audit_lines(l->audit_fd, continues, l, e) == -1)
		return -1;
	l->ahead = last;
	return 0;
}

struct lacking {
	int64_t from;
	int (*each)(void *ctx, const struct ledger_line *x, struct err *e);
	void *ctx;
};

static int one_lacking(void *ctx, struct str line, struct err *e)
{
	const struct lacking *k = ctx;
	struct ledger_line x;

	return audit_parse(line, 0, &x) && x.seq >= k->from ? k->each(k->ctx, &x, e) : 0;
}

int ledger_lacks(struct ledger *l,
	int (*each)(void *ctx, const struct ledger_line *x, struct err *e), void *ctx,
	struct err *e)
{
	struct lacking k = {l->older, each, ctx};

	return l->older > 0 ? audit_lines(l->audit_fd, one_lacking, &k, e) : 0;
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
	struct db_rows *rows = NULL;
	char version[40];
	int rc = 0;

	if (db_query(l->db, &rows, e, "SELECT value FROM meta WHERE key = 'schema'", "") == -1)
		return -1;
	rc = db_next(rows, e);
	(void)snprintf(version, sizeof(version), STR_FMT,
		STR_ARG(rc == 1 ? str_sub(db_text(rows, 0), 0, 30) : STR("")));
	db_end(rows);
	if (rc == -1 || strcmp(version, schema_version()) == 0)
		return rc == -1 ? -1 : 0;
	if (!schema_step_from(str_c(version)))
		(void)err_set(e, ERR_CONFIG,
			"ledger.db is of version '%s', this gridspool writes version %s: another "
			"gridspool wrote it; use that one",
			version, schema_version());
	else if (way == WAY_LOOK)
		return 0;
	else
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
		load_last(l, e) == -1)
		goto fail;
	audit_open(l, dir, l->look);
	if (audit_ahead(l, e) == -1)
		goto fail;
	if (way == WAY_WRITE && ledger_older(l, e) == -1)
		goto fail;
	if (way == WAY_WRITE)
		audit_catch_up(l);
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
	if (load_last(l, e) == -1) { /* another writer may have added rows */
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
	audit_catch_up(l); /* what is committed stays committed, whatever becomes of the log */
	return 0;
}

void ledger_rollback(struct ledger *l)
{
	db_rollback(l->db);
}

int ledger_event(struct ledger *l, const char *what, const char *subject, struct err *e,
	const char *fmt, ...)
{
	char detail[DETAIL_MAX];
	char hash[HASH_HEX];
	const int64_t at = clock_now(l->clock);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	one_line(detail);
	chain(l->last, at, str_c(l->run), str_c(l->actor), str_c(what), str_c(subject),
		str_c(detail), hash);
	if (db_run(l->db, e,
		    "INSERT INTO event(at, run, actor, what, subject, detail, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		    "icccccc", at, l->run, l->actor, what, subject, detail, hash) == -1)
		return -1;
	memcpy(l->last, hash, sizeof(l->last));
	l->events++;
	return 0;
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

	if (db_query(l->db, &rows, e, EVENTS_BEHIND, "ii", w->seq, (int64_t)EVENTS) == -1)
		return -1;
	while ((rc = db_next(rows, e)) == 1) {
		char hash[HASH_HEX];
		chain(w->prev, db_int(rows, 1), db_text(rows, 2), db_text(rows, 3),
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
	return rc == -1 ? -1 : n == EVENTS;
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

static int number_draw(struct ledger *l, int64_t unit, int64_t request, const char *scope,
	int64_t max, int64_t *number, struct err *e)
{
	int64_t next = 1;
	char subject[40];
	int rc = db_one_int(l->db, number, e,
		"SELECT number FROM drawn WHERE unit = ?1 AND request = ?2 AND scope = ?3", "iic",
		unit, request, scope);

	if (rc != 0)
		return rc; /* 1: drawn before; -1 failed */
	if (db_one_int(l->db, &next, e, "SELECT next FROM number WHERE scope = ?1", "c", scope) ==
		-1)
		return -1;
	if (next > max)
		next = 1;
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
	*number = next;
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

static int number_put(
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
	rc = number_put(l, scope, next, &now, e);
	if (rc == 0 && !dry_run && l->events > 0)
		rc = ledger_commit(l, e);
	else
		ledger_rollback(l);
	if (rc == 0)
		*was = now;
	return rc;
}
