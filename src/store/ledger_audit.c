/* audit.log beside the event rows; see ledger_audit.h. */
#include "store/ledger_audit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/lock.h"
#include "store/ledger_parts.h"

static const char audit_name[] = "audit.log";
/* Of meta: the last event that is surely in audit.log. */
static const char mark_key[] = "audit-log";
#define LOST_TEXT "event %lld was in it and is no more: it was emptied or cut"
enum { AUDIT_LINE = LEDGER_PARTS_DETAIL + 600, AUDIT_WAIT_MS = 5000 };

/* The line of audit.log of an event row; the hash lets anyone check it against the ledger. */
static size_t audit_line(char line[AUDIT_LINE], const struct db_rows *r)
{
	struct str subject = db_text(r, 5);
	const struct str hash = db_text(r, 7);
	size_t n = 0;

	if (subject.n > LEDGER_PARTS_SUBJECT) /* of an event that an older gridspool wrote */
		subject.n = LEDGER_PARTS_SUBJECT;
	(void)snprintf(line, AUDIT_LINE - HASH_HEX - sizeof(" hash="),
		"%lld at=%lld run=" STR_FMT " actor=" STR_FMT " what=" STR_FMT " subject=\"" STR_FMT
		"\" " STR_FMT,
		(long long)db_int(r, 0), (long long)db_int(r, 1), STR_ARG(db_text(r, 2)),
		STR_ARG(db_text(r, 3)), STR_ARG(db_text(r, 4)), STR_ARG(subject),
		STR_ARG(db_text(r, 6)));
	ledger_parts_one_line(line);
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
void ledger_audit_open(struct ledger *l, int dir, bool look)
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
 * or start catches up. Until then l->audit says why. One that has lost lines stays as it is until a run has told of it. */
void ledger_audit_catch_up(struct ledger *l)
{
	if (l->audit_fd == -1)
		return;
	err_clear(&l->audit);
	if (l->audit_lost > 0) {
		(void)err_set(&l->audit, ERR_CORRUPT, "%s: " LOST_TEXT, audit_name,
			(long long)l->audit_lost);
		return;
	}
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

	if (db_query(l->db, &rows, e, LEDGER_PARTS_BEHIND, "ii", c->seq,
		    (int64_t)LEDGER_PARTS_EVENTS) == -1)
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
	return rc == -1 ? -1 : n == LEDGER_PARTS_EVENTS && c->bad == 0 && !c->behind;
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
	ledger_audit_open(l, dir, false);
	ledger_audit_catch_up(l);
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

/* Of a chain that is broken, how audit.log stands beside it is no fault of its own. */
static void broken_text(const struct ledger *l, int64_t bad, struct err *wrong)
{
	const size_t n = strlen(wrong->text);

	if (l->audit_fd == -1)
		return;
	if (bad > 0)
		(void)snprintf(wrong->text + n, sizeof(wrong->text) - n,
			"; audit.log says otherwise from event %lld on: compare the two",
			(long long)bad);
	else
		(void)snprintf(wrong->text + n, sizeof(wrong->text) - n,
			"; audit.log says the same as the rows: compare with a backup");
}

static void changed_text(const struct ledger *l, int64_t bad, struct err *wrong)
{
	if (bad > 0)
		(void)err_set(wrong, ERR_CORRUPT,
			"from event %lld on it is not what the ledger says; lines were changed, taken "
			"away or added",
			(long long)bad);
	else
		(void)err_set(wrong, ERR_CORRUPT, LOST_TEXT, (long long)l->audit_lost);
	(void)err_reason(wrong, "AUDIT-CHANGED");
}

int ledger_audit_whole(struct ledger *l, int64_t *events, struct err *wrong, struct err *e)
{
	int64_t bad = 0;

	err_clear(wrong);
	if (ledger_verify(l, events, wrong) == -1 && strcmp(wrong->reason, "AUDIT-BROKEN") != 0) {
		*e = *wrong;
		return -1;
	}
	if (l->older > 0)
		return 0;
	if (ledger_audit_check(l, &bad, e) == -1)
		return -1;
	if (wrong->code != ERR_NONE)
		broken_text(l, bad, wrong);
	else if (bad > 0 || l->audit_lost > 0)
		changed_text(l, bad, wrong);
	return 0;
}

int ledger_audit_mark(struct ledger *l, struct err *e)
{
	struct err why;
	int64_t last = 0;
	uint64_t end = 0;

	if (l->audit_lost > 0) /* not told yet */
		return 0;
	/* What others append behind the last one that is read here may still be lost by a power cut. */
	if (l->audit_fd == -1 || l->audit.code != ERR_NONE ||
		audit_tail(l->audit_fd, &last, &end, &why) == -1 || fsync(l->audit_fd) == -1)
		last = 0;
	return ledger_run(l, e,
		"INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = "
		"excluded.value",
		"ci", mark_key, last);
}

int ledger_audit_mend(struct ledger *l, int dir, const char *aside, int64_t *bad, struct err *e)
{
	l->audit_lost = 0;
	ledger_audit_catch_up(l);
	if (ledger_audit_check(l, bad, e) == -1)
		return -1;
	return *bad > 0 ? audit_rewrite(l, dir, aside, e) : 0;
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
		ledger_parts_hash(l->last, x.at, x.run, x.actor, x.what, x.subject, x.detail, hash);
		if (str_is(x.hash, hash))
			l->older = x.seq;
	}
	return 1;
}

/* Is audit.log ahead of the ledger? A line is written after its event is committed, so then the ledger is
 * an older one: l->older, the first event that it lacks. */
int ledger_audit_ahead(struct ledger *l, struct err *e)
{
	int64_t last = 0;
	int64_t marked = 0;
	uint64_t end = 0;

	if (l->audit_fd == -1)
		return 0;
	/* The mark, the log, the ledger: what is committed meanwhile makes the log longer than the mark was, and the
	 * ledger longer than the log was. */
	if (db_one_int(l->db, &marked, e, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?1",
		    "c", mark_key) == -1 ||
		audit_tail(l->audit_fd, &last, &end, e) == -1 ||
		db_one_int(l->db, &l->ahead, e, "SELECT COALESCE(MAX(seq), 0) FROM event", "") != 1)
		return -1;
	l->audit_lost = last < marked ? marked : 0;
	if (last <= l->ahead)
		return 0;
	if (ledger_parts_last(l, e) == -1 || audit_lines(l->audit_fd, continues, l, e) == -1)
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

int ledger_audit_lacks(struct ledger *l,
	int (*each)(void *ctx, const struct ledger_line *x, struct err *e), void *ctx,
	struct err *e)
{
	struct lacking k = {l->older, each, ctx};

	return l->older > 0 ? audit_lines(l->audit_fd, one_lacking, &k, e) : 0;
}
