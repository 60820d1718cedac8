/* Opening, transactions and their events, the chain, audit.log, control numbers. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fsx.h"
#include "store/ledger_audit.h"
#include "unit/support/store_world.h"

static struct store_world w;

static int open_world(void **state)
{
	(void)state;
	store_world_open(&w);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	store_world_close(&w);
	return 0;
}

static void event(const char *what, const char *subject, const char *detail)
{
	STORE_WORLD_IS(&w, ledger_event_now(&w.l, what, subject, &w.e, "%s", detail), 0);
}

static const char *audit(void)
{
	struct buf b;
	const char *text = NULL;

	buf_init(&b, 1 << 20);
	STORE_WORLD_IS(&w, fsx_read_path("audit.log", &b, &w.e), 0);
	text = arena_cstr(&w.a, buf_view(&b));
	buf_done(&b);
	return text;
}

/* audit.log has the events 1 to n, a line each, in their order, and nothing else. */
static void audit_is_whole(int64_t n)
{
	struct str rest = str_c(audit());
	struct str line;
	int64_t seq = 0;

	while (rest.n > 0) {
		int64_t is = 0;
		struct str word;
		assert_int_equal(rest.p[rest.n - 1], '\n');
		assert_true(str_split(&rest, '\n', &line));
		assert_true(str_split(&line, ' ', &word));
		if (!str_to_i64(word, &is) || is != ++seq)
			fail_msg("line %d begins with '" STR_FMT "'", (int)seq, STR_ARG(word));
	}
	assert_true(seq == n);
}

/* --- opening --- */

static void a_new_one_tells_of_itself(void **state)
{
	(void)state;
	assert_string_equal(store_world_texts(&w, "SELECT what FROM event"), "created");
	assert_string_equal(
		store_world_texts(&w, "SELECT value FROM meta WHERE key = 'environment'"), "dev");
	audit_is_whole(1);
	assert_non_null(strstr(audit(), "name=dev instance=" STORE_WORLD_INSTANCE));
}

static void none_is_made_over_another(void **state)
{
	(void)state;
	event("kept", "input 1", "x=1");
	STORE_WORLD_IS(&w,
		ledger_create(w.dir, "ffffffffffffffffffffffffffffffff", "prod", &w.clock, &w.e),
		-1);
	store_world_again(&w);
	assert_string_equal(
		store_world_texts(&w, "SELECT what FROM event ORDER BY seq"), "created kept");
}

static void refuse(const char *what, enum err_code code, const char *says)
{
	struct ledger l;
	struct err e;

	if (ledger_open(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &e) != -1)
		fail_msg("%s: opened", what);
	if (e.code != code || !strstr(e.text, says))
		fail_msg("%s: %d: %s", what, e.code, e.text);
	ledger_close(&l); /* as open left it: nothing to do */
}

static void what_is_not_ours_is_refused(void **state)
{
	struct ledger l;

	(void)state;
	STORE_WORLD_IS(&w, ledger_open(&l, w.dir, "another", &w.clock, &w.e), -1);
	assert_int_equal(w.e.code, ERR_CONFIG);
	assert_non_null(strstr(w.e.text, "another environment"));
	store_world_sql(&w, "UPDATE meta SET value = '999' WHERE key = 'schema'");
	refuse("a newer schema", ERR_CONFIG, "of version '999', this gridspool writes version 2");
	store_world_sql(&w, "UPDATE meta SET value = '' WHERE key = 'schema'");
	refuse("no schema", ERR_CONFIG, "of version ''");
	store_world_sql(&w, "UPDATE meta SET value = '1' WHERE key = 'schema'");
	refuse("an older schema", ERR_CONFIG, "of version 1, this gridspool writes version 2");
	STORE_WORLD_IS(&w, ledger_look(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	ledger_close(&l); /* looking is no harm */
	store_world_sql(&w, "DELETE FROM meta");
	refuse("nothing about itself", ERR_CONFIG, "instance is ''");
	store_world_sql(&w, "DROP TABLE meta");
	refuse("a database of others", ERR_CONFIG, "ledger.db is no ledger of gridspool");
	STORE_WORLD_IS(&w, fsx_remove(w.dir, "ledger.db", &w.e), 0);
	refuse("nothing", ERR_CONFIG, "ledger.db is not there: put it back");
	STORE_WORLD_IS(&w, fsx_put(w.dir, "ledger.db", STR(""), &w.e), 0);
	refuse("an empty file", ERR_CONFIG, "ledger.db is no ledger of gridspool");
	STORE_WORLD_IS(&w, fsx_replace(w.dir, "ledger.db", STR("name;price\nx;1\n"), &w.e), 0);
	refuse("a text", ERR_CORRUPT, "ledger");
}

static void closing_what_was_never_open(void **state)
{
	struct ledger l = {0};

	(void)state;
	ledger_close(&l);
	assert_int_not_equal(fcntl(STDIN_FILENO, F_GETFD), -1); /* it was not descriptor 0 */
	ledger_close(&l);
	ledger_rollback(&w.l); /* there is no transaction: nothing happens */
}

/* --- transactions --- */

static bool aborts(void (*what)(void))
{
	int status = 0;
	const pid_t pid = fork();

	assert_true(pid != -1);
	if (pid == 0) {
		const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
		(void)signal(SIGABRT, SIG_DFL);
		(void)dup2(nowhere, STDERR_FILENO);
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static struct ledger *child_ledger(void)
{
	static struct ledger l;
	struct err e;

	if (ledger_open(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &e) == -1 ||
		ledger_begin(&l, &e) == -1 ||
		ledger_run(&l, &e, "INSERT INTO number(scope, next) VALUES('x', 1)", "") == -1)
		_exit(1);
	return &l;
}

static void commit_without_event(void)
{
	struct err e;

	if (ledger_commit(child_ledger(), &e) == 0)
		_exit(2);
}

static void begin_again_and_commit(void)
{
	struct ledger *l = child_ledger();
	struct err e;

	if (ledger_begin(l, &e) != -1 || ledger_commit(l, &e) == 0)
		_exit(2);
}

static void a_change_needs_an_event(void **state)
{
	(void)state;
	assert_true(aborts(commit_without_event));
	assert_true(aborts(begin_again_and_commit)); /* what was refused made nobody forget */
	assert_int_equal(store_world_int(&w, "SELECT COUNT(*) FROM number"), 0);
	store_world_begin(&w); /* nothing changed: nothing to tell */
	STORE_WORLD_IS(&w, ledger_commit(&w.l, &w.e), 0);
	store_world_begin(&w);
	STORE_WORLD_IS(&w,
		ledger_run(&w.l, &w.e, "INSERT INTO number(scope, next) VALUES('x', 1)", ""), 0);
	store_world_commit(&w);
	assert_int_equal(store_world_int(&w, "SELECT next FROM number"), 1);
}

static void rolled_back_is_as_never_been(void **state)
{
	int64_t n = 0;

	(void)state;
	store_world_begin(&w);
	STORE_WORLD_IS(&w,
		ledger_run(&w.l, &w.e, "INSERT INTO number(scope, next) VALUES('x', 1)", ""), 0);
	STORE_WORLD_IS(&w, ledger_event(&w.l, "lost", "input 1", &w.e, "x"), 0);
	ledger_rollback(&w.l);
	event("kept", "input 1", "x");
	STORE_WORLD_IS(&w, ledger_verify(&w.l, &n, &w.e), 0);
	assert_int_equal(n, 2);
	audit_is_whole(2);
	assert_null(strstr(audit(), "lost"));
}

static int seen(
	void *ctx, int64_t at, struct str run, struct str actor, struct str what, struct str detail)
{
	char *text = ctx;

	(void)snprintf(text + strlen(text), 200 - strlen(text),
		"%lld " STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT "|",
		(long long)at - STORE_WORLD_NOW, STR_ARG(run), STR_ARG(actor), STR_ARG(what),
		STR_ARG(detail));
	return str_is(what, "stop") ? 1 : 0;
}

static void a_story_is_of_one_subject(void **state)
{
	char text[200] = "";

	(void)state;
	event("a", "input 1", "n=1");
	(void)snprintf(w.l.run, sizeof(w.l.run), "R7");
	(void)snprintf(w.l.actor, sizeof(w.l.actor), "user:ann");
	w.clock.fixed += 5;
	event("b", "input 1", "n=2");
	event("b", "input 11", "n=3");
	event("stop", "input 1", "n=4");
	event("c", "input 1", "n=5");
	STORE_WORLD_IS(&w, ledger_story(&w.l, "input 1", seen, text, &w.e), 0);
	assert_string_equal(text, "0  run a n=1|5 R7 user:ann b n=2|5 R7 user:ann stop n=4|");
	text[0] = '\0';
	STORE_WORLD_IS(&w, ledger_story(&w.l, "input 2", seen, text, &w.e), 0);
	assert_string_equal(text, "");
}

/* --- the chain --- */

static void what_was_changed_outside_is_found(void **state)
{
	static const struct {
		const char *sql;
		const char *row; /* where, "" not */
	} rows[] = {
		{"SELECT 1", ""},
		{"UPDATE event SET at = at + 1 WHERE seq = 3", "row 3"},
		{"UPDATE event SET run = 'R9' WHERE seq = 3", "row 3"},
		{"UPDATE event SET actor = 'user:eve' WHERE seq = 3", "row 3"},
		{"UPDATE event SET what = 'accepted' WHERE seq = 3", "row 3"},
		{"UPDATE event SET subject = 'input 2' WHERE seq = 3", "row 3"},
		{"UPDATE event SET detail = '' WHERE seq = 3", "row 3"},
		{"UPDATE event SET detail = 'n=9' WHERE seq = 6", "row 6"},
		{"UPDATE event SET hash = (SELECT hash FROM event WHERE seq = 2) WHERE seq = 3",
			"row 3"},
		{"UPDATE event SET hash = '' WHERE seq = 6", "row 6"},
		{"UPDATE event SET actor = 'run x', what = '' WHERE seq = 1", "row 1"},
		{"DELETE FROM event WHERE seq = 1", "row 2"},
		{"DELETE FROM event WHERE seq = 3", "row 4"},
		{"UPDATE event SET seq = 99 WHERE seq = 3; UPDATE event SET seq = 3 WHERE seq = 4; "
		 "UPDATE event SET seq = 4 WHERE seq = 99",
			"row 3"},
		{"UPDATE event SET seq = 99 WHERE seq = 3", "row 4"},
		{"INSERT INTO event SELECT seq + 4, at, run, actor, what, subject, detail, hash FROM "
		 "event WHERE seq = 3",
			"row 7"},
	};
	int64_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		store_world_close(&w);
		store_world_open(&w);
		for (int k = 2; k <= 6; k++)
			event("step", "input 1", "n=1");
		STORE_WORLD_IS(&w, db_script(w.l.db, rows[i].sql, &w.e), 0);
		const int rc = ledger_verify(&w.l, &n, &w.e);
		if (rc != (rows[i].row[0] ? -1 : 0))
			fail_msg("%s: not found", rows[i].sql);
		if (rc == 0)
			assert_int_equal(n, 6);
		else if (w.e.code != ERR_CORRUPT || !strstr(w.e.text, rows[i].row))
			fail_msg("%s: %s", rows[i].sql, w.e.text);
	}
}

/* Two writers take turns; each goes on from what the other wrote. */
static void writers_share_one_chain(void **state)
{
	struct ledger other;
	int64_t n = 0;

	(void)state;
	STORE_WORLD_IS(&w, ledger_open(&other, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	for (int i = 0; i < 4; i++) {
		event("one", "input 1", "");
		STORE_WORLD_IS(&w, ledger_begin(&other, &w.e), 0);
		STORE_WORLD_IS(&w, ledger_event(&other, "two", "input 1", &w.e, "i=%d", i), 0);
		STORE_WORLD_IS(&w, ledger_event(&other, "three", "input 1", &w.e, "i=%d", i), 0);
		STORE_WORLD_IS(&w, ledger_commit(&other, &w.e), 0);
	}
	ledger_close(&other);
	STORE_WORLD_IS(&w, ledger_verify(&w.l, &n, &w.e), 0);
	assert_int_equal(n, 13);
	audit_is_whole(13);
}

/* --- audit.log --- */

static void a_line_is_an_event(void **state)
{
	static char longest[5000];
	char hash[80];

	(void)state;
	memset(longest, 'l', sizeof(longest) - 1);
	event("what", "item a\nb\tc", "x=\x01\n2 actor=user:eve\r\n");
	event("long", "input 1", longest);
	event("long", longest, longest);
	event("end", "input 1", "");
	audit_is_whole(5);
	assert_non_null(strstr(audit(), "subject=\"item a b c\" x=  2 actor=user:eve"));
	(void)snprintf(hash, sizeof(hash), " hash=%s\n", w.l.last);
	assert_non_null(strstr(audit(), hash));
}

/* What a crash left of it is made whole by the next start. */
static void the_log_is_caught_up(void **state)
{
	static const off_t cuts[] = {0, 1, 2, 7, 40, 100, 180, 300};
	struct stat st;

	(void)state;
	for (int i = 0; i < 5; i++)
		event("step", "input 1", "n=1");
	assert_int_equal(stat("audit.log", &st), 0);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		const char *before = audit();
		assert_int_equal(truncate("audit.log", st.st_size - cuts[i]), 0);
		store_world_again(&w);
		assert_string_equal(audit(), before);
	}
	assert_int_equal(unlink("audit.log"), 0);
	store_world_again(&w);
	audit_is_whole(6);
	event("step", "input 1", "n=1");
	audit_is_whole(7);
}

/* The ledger is the truth: without its log it works, and the log is made up for later. */
static void a_log_that_cannot_be_written_stops_nothing(void **state)
{
	(void)state;
	assert_int_equal(unlink("audit.log"), 0);
	STORE_WORLD_IS(&w, fsx_mkdir(w.dir, "audit.log", 0700, &w.e), 0);
	store_world_again(&w);
	assert_int_not_equal(w.l.audit.code, ERR_NONE);
	event("quiet", "input 1", "");
	assert_non_null(strstr(w.l.audit.text, "audit.log"));
	assert_int_equal(rmdir("audit.log"), 0);
	store_world_again(&w);
	assert_int_equal(w.l.audit.code, ERR_NONE);
	audit_is_whole(2);

	const int good = w.l.audit_fd; /* and one that fails while it is written */
	w.l.audit_fd = open("/dev/full", O_RDWR | O_CLOEXEC);
	assert_true(w.l.audit_fd != -1);
	event("quiet", "input 1", "");
	assert_int_not_equal(w.l.audit.code, ERR_NONE);
	fsx_close(w.l.audit_fd);
	w.l.audit_fd = good;
	event("loud", "input 1", "");
	assert_int_equal(w.l.audit.code, ERR_NONE);
	audit_is_whole(4);
}

static void begin_a_look(void)
{
	static struct ledger l;
	struct err e;

	if (ledger_look(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &e) == -1 ||
		ledger_begin(&l, &e) == 0)
		_exit(1);
}

/* Who only looks makes no log and writes none, and cannot change anything by mistake. */
static void looking_changes_nothing(void **state)
{
	struct ledger l;
	int64_t bad = 0;
	int64_t n = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		event("step", "input 1", "n=1");
	const char *whole = audit();
	for (size_t left = strlen(whole); left > 0; left -= left > 40 ? 40 : left) {
		assert_int_equal(truncate("audit.log", (off_t)left), 0);
		STORE_WORLD_IS(&w, ledger_look(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
		STORE_WORLD_IS(&w, ledger_verify(&l, &n, &w.e), 0);
		STORE_WORLD_IS(&w, ledger_audit_check(&l, &bad, &w.e), 0);
		assert_true(n == 4 && bad == 0); /* behind is not wrong */
		assert_int_equal(l.audit.code, ERR_NONE);
		ledger_close(&l);
		assert_int_equal(strlen(audit()), left);
	}
	assert_int_equal(unlink("audit.log"), 0);
	STORE_WORLD_IS(&w, ledger_look(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	assert_int_equal(l.audit.code, ERR_ABSENT);
	STORE_WORLD_IS(&w, db_run(l.db, &w.e, "DELETE FROM meta", ""), -1);
	ledger_close(&l);
	assert_int_equal(access("audit.log", F_OK), -1);
	assert_true(aborts(begin_a_look));
}

/* Processes that commit at the same time write every event once, in order. */
static void processes_share_the_log(void **state)
{
	enum { WRITERS = 4, EACH = 40 };
	pid_t pid[WRITERS];
	int64_t n = 0;

	(void)state;
	ledger_close(&w.l);
	for (int i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		assert_true(pid[i] != -1);
		if (pid[i] != 0)
			continue;
		struct ledger l;
		struct err e;
		int rc = ledger_open(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &e);
		for (int k = 0; k < EACH && rc == 0; k++) {
			rc = ledger_begin(&l, &e);
			if (rc == 0)
				rc = ledger_event(&l, "step", "test", &e, "writer=%d k=%d", i, k);
			if (rc == 0)
				rc = ledger_commit(&l, &e);
		}
		_exit(rc == 0 ? 0 : 1);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status = 0;
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	audit_is_whole(1 + WRITERS * EACH); /* before anybody opens it again and catches up */
	STORE_WORLD_IS(&w, ledger_open(&w.l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_verify(&w.l, &n, &w.e), 0);
	assert_int_equal(n, 1 + WRITERS * EACH);
	audit_is_whole(n);
}

/* Writers that are killed in the midst of it leave no line twice, none out of order, none half. */
static void killed_writers_leave_it_whole(void **state)
{
	int64_t n = 0;

	(void)state;
	ledger_close(&w.l);
	for (int round = 0; round < 12; round++) {
		pid_t pid[2];
		for (int i = 0; i < 2; i++) {
			pid[i] = fork();
			assert_true(pid[i] != -1);
			if (pid[i] != 0)
				continue;
			struct ledger l;
			struct err e;
			int rc = ledger_open(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &e);
			while (rc == 0) {
				rc = ledger_begin(&l, &e);
				if (rc == 0)
					rc = ledger_event(
						&l, "step", "test", &e, "round=%d", round);
				if (rc == 0)
					rc = ledger_commit(&l, &e);
			}
			_exit(1);
		}
		clock_sleep_ms(20 + 7 * round);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(kill(pid[i], SIGKILL), 0);
			assert_int_equal(waitpid(pid[i], NULL, 0), pid[i]);
		}
	}
	STORE_WORLD_IS(&w, ledger_open(&w.l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_verify(&w.l, &n, &w.e), 0);
	assert_true(n > 12);
	audit_is_whole(n);
}

/* What a person wrote into audit.log does not make us write all of it once more. */
static void passes_over_foreign_lines(void **state)
{
	static const char note[] = "looked at by ann, all is well\n\n";
	const char *before = audit();
	struct err e;

	(void)state;
	const int fd = open("audit.log", O_WRONLY | O_APPEND);
	assert_true(fd != -1);
	assert_int_equal(fsx_write_all(fd, note, sizeof(note) - 1, &e), 0);
	fsx_close(fd);
	ledger_close(&w.l);
	STORE_WORLD_IS(&w, ledger_open(&w.l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	assert_int_equal(strlen(audit()), strlen(before) + sizeof(note) - 1);
}

/* A line that is wrong, or one too many, moves the log aside; a good one is left alone. */
static void a_changed_log_is_written_anew(void **state)
{
	static const struct {
		off_t at;
		const char *put;
		int64_t bad;
	} rows[] = {{-1, "", 0}, {0, "x", 1}, {-1, "99 more\n", 4}};
	struct err e;

	(void)state;
	assert_int_equal(fsx_mkdir(w.dir, "log", 0750, &e), 0);
	store_world_sql(&w, "DELETE FROM item");
	store_world_sql(&w, "DELETE FROM item");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t bad = -1;
		char aside[20];
		(void)snprintf(aside, sizeof(aside), "aside-%zu", i);
		const int fd = open("audit.log", O_WRONLY);
		assert_true(fd != -1);
		(void)lseek(
			fd, rows[i].at < 0 ? 0 : rows[i].at, rows[i].at < 0 ? SEEK_END : SEEK_SET);
		assert_int_equal(fsx_write_all(fd, rows[i].put, strlen(rows[i].put), &e), 0);
		fsx_close(fd);
		STORE_WORLD_IS(&w, ledger_audit_mend(&w.l, w.dir, aside, &bad, &w.e), 0);
		assert_int_equal(bad, rows[i].bad);
		audit_is_whole(3);
		(void)snprintf(aside, sizeof(aside), "log/aside-%zu", i);
		assert_int_equal(access(aside, F_OK), rows[i].bad > 0 ? 0 : -1);
	}
}

/* --- control numbers --- */

static int64_t draw(int64_t unit, int64_t request, const char *scope, int64_t max)
{
	int64_t number = -1;

	STORE_WORLD_IS(&w, ledger_number(&w.l, unit, request, scope, max, &number, &w.e), 0);
	return number;
}

/* --- a ledger that was put back --- */

static struct buf saved;

static void save(const char *name)
{
	buf_clear(&saved);
	const int fd = fsx_open(w.dir, name, &w.e);
	STORE_WORLD_IS(&w, fsx_read(fd, &saved, &w.e), 0);
	fsx_close(fd);
}

static int hear_lacking(void *ctx, const struct ledger_line *x, struct err *e)
{
	struct buf *b = ctx;

	(void)e;
	buf_printf(b, "%lld " STR_FMT " [" STR_FMT "] " STR_FMT "\n", (long long)x->seq,
		STR_ARG(x->what), STR_ARG(x->subject), STR_ARG(x->detail));
	return 0;
}

static void an_older_one_is_refused(void **state)
{
	struct buf heard;
	char second[301]; /* a subject that is too long, and not one line */

	(void)state;
	memset(second, 'x', sizeof(second) - 1);
	memcpy(second, "input \"2\" hash=\n", 16);
	second[300] = '\0';
	buf_init(&saved, 1 << 20);
	buf_init(&heard, 1 << 16);
	event("first", "input 1", "x=1");
	ledger_close(&w.l);
	save("ledger.db");
	STORE_WORLD_IS(&w, ledger_open(&w.l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	event("second", second, "said=\"at= run= hash=0\"");
	event("third", "input 3", "");
	ledger_close(&w.l);
	STORE_WORLD_IS(&w, fsx_replace(w.dir, "ledger.db", buf_view(&saved), &w.e), 0);
	save("audit.log");
	refuse("an older one", ERR_CONFIG,
		"ends before event 3, with which audit.log goes on to event 4");
	STORE_WORLD_IS(&w, ledger_look(&w.l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	assert_int_equal(ledger_older(&w.l, &w.e), -1);
	assert_string_equal(w.e.reason, "LEDGER-OLDER");
	STORE_WORLD_IS(&w, ledger_audit_lacks(&w.l, hear_lacking, &heard, &w.e), 0);
	assert_non_null(strstr(buf_cstr(&heard), "4 third [input 3] \n"));
	ledger_close(&w.l);
	/* more lines that do not go on from it are none of a newer ledger */
	for (char *p = saved.p; (p = strstr(p, " hash=")) != NULL;)
		*++p = 'H';
	STORE_WORLD_IS(&w, fsx_replace(w.dir, "audit.log", buf_view(&saved), &w.e), 0);
	STORE_WORLD_IS(&w, ledger_open(&w.l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e), 0);
	buf_done(&heard);
	buf_done(&saved);
}

static void numbers_count_by_scope(void **state)
{
	static const struct {
		int64_t unit, request;
		const char *scope;
		int64_t want;
	} rows[] = {
		{1, 1, "ISA:a", 1},
		{1, 2, "GS:a:SC", 1},
		{2, 1, "ISA:a", 2},
		{2, 1, "ISA:b", 1},
		{1, 1, "ISA:a", 1}, /* asked again: the same */
		{2, 1, "ISA:a", 2},
		{1, 2, "GS:a:SC", 1},
		{1, 2, "ISA:a", 3},
		{3, 1, "ISA:a", 4},
	};

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			if (draw(rows[i].unit, rows[i].request, rows[i].scope, 999) != rows[i].want)
				fail_msg("row %zu", i);
		}
		store_world_again(&w); /* and by another process */
	}
	assert_int_equal(
		store_world_int(&w, "SELECT COUNT(*) FROM event WHERE what = 'number'"), 6);
	assert_string_equal(
		store_world_texts(&w, "SELECT detail FROM event WHERE subject = 'unit 3'"),
		"scope=ISA:a number=4");
}

static void numbers_wrap_around(void **state)
{
	int64_t was = 0;

	(void)state;
	STORE_WORLD_IS(&w, ledger_number_set(&w.l, "ISA:a", 999999998, false, &was, &w.e), 0);
	assert_int_equal(was, 1);
	assert_int_equal(draw(1, 1, "ISA:a", 999999999), 999999998);
	assert_int_equal(draw(1, 2, "ISA:a", 999999999), 999999999);
	assert_int_equal(draw(1, 3, "ISA:a", 999999999), 1);
	assert_int_equal(draw(2, 1, "ISA:a", 999999999), 2);
	STORE_WORLD_IS(&w, ledger_number_set(&w.l, "ISA:b", 1000, false, &was, &w.e), 0);
	assert_int_equal(draw(1, 1, "ISA:b", 999), 1); /* never one that has no room */
	assert_int_equal(draw(1, 2, "ISA:b", 999), 2);
	assert_int_equal(draw(1, 1, "ISA:c", 1), 1);
	assert_int_equal(draw(1, 2, "ISA:c", 1), 1);
	assert_int_equal(
		store_world_int(&w, "SELECT COUNT(*) FROM event WHERE what = 'number-set'"), 2);
}

static void numbers_are_never_set_back(void **state)
{
	int64_t was = 0;

	(void)state;
	STORE_WORLD_IS(&w, ledger_number_set(&w.l, "ISA:a", 7, true, &was, &w.e), 0); /* dry */
	assert_int_equal(draw(1, 1, "ISA:a", 999), 1);
	STORE_WORLD_IS(&w, ledger_number_set(&w.l, "ISA:a", 7, false, &was, &w.e), 0);
	assert_int_equal(was, 2);
	assert_int_equal(draw(2, 1, "ISA:a", 999), 7);
	STORE_WORLD_IS(&w, ledger_number_set(&w.l, "ISA:a", 7, false, &was, &w.e), -1);
	assert_int_equal(w.e.code, ERR_STALE);
	STORE_WORLD_IS(&w, ledger_number_set(&w.l, "ISA:a", 8, false, &was, &w.e), 0);
	assert_int_equal(was, 8);
	assert_int_equal(draw(3, 1, "ISA:a", 999), 8);
	assert_int_equal(
		store_world_int(&w, "SELECT COUNT(*) FROM event WHERE what = 'number-set'"), 1);
}

/* What could not be committed was not handed out, and its number is the next one's. */
static void a_number_is_committed_first(void **state)
{
	static const char refuse_event[] =
		"CREATE TRIGGER t BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'disk'); END";
	int64_t number = -1;

	(void)state;
	assert_int_equal(draw(1, 1, "ISA:a", 999), 1);
	STORE_WORLD_IS(&w, db_script(w.l.db, refuse_event, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_number(&w.l, 2, 1, "ISA:a", 999, &number, &w.e), -1);
	assert_true(number == -1);
	STORE_WORLD_IS(&w, ledger_number_set(&w.l, "ISA:a", 50, false, &number, &w.e), -1);
	assert_int_equal(draw(1, 1, "ISA:a", 999), 1); /* what was drawn is there without a write */
	STORE_WORLD_IS(&w, db_script(w.l.db, "DROP TRIGGER t", &w.e), 0);
	assert_int_equal(draw(3, 1, "ISA:a", 999), 2);
	assert_int_equal(draw(2, 1, "ISA:a", 999), 3);

	store_world_begin(&w); /* a transaction of its own: inside another it is refused */
	STORE_WORLD_IS(&w, ledger_number(&w.l, 4, 1, "ISA:a", 999, &number, &w.e), -1);
	assert_true(number == -1);
	ledger_rollback(&w.l);
	assert_int_equal(draw(5, 1, "ISA:a", 999), 4);
}

/* The commit itself fails, with all written that is to be committed. */
static void a_failed_commit_hands_nothing_out(void **state)
{
	static const char deferred[] =
		"CREATE TABLE one(k INTEGER PRIMARY KEY); CREATE TABLE late(k INTEGER REFERENCES one(k) "
		"DEFERRABLE INITIALLY DEFERRED); CREATE TRIGGER t AFTER INSERT ON drawn BEGIN INSERT INTO "
		"late VALUES(7); END";
	int64_t number = -1;

	(void)state;
	STORE_WORLD_IS(&w, db_script(w.l.db, deferred, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_number(&w.l, 1, 1, "ISA:a", 999, &number, &w.e), -1);
	assert_true(number == -1);
	STORE_WORLD_IS(&w, db_script(w.l.db, "DROP TRIGGER t", &w.e), 0);
	assert_int_equal(draw(2, 1, "ISA:a", 999), 1);
	assert_int_equal(draw(1, 1, "ISA:a", 999), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_one_tells_of_itself),
		TEST(none_is_made_over_another),
		TEST(what_is_not_ours_is_refused),
		TEST(closing_what_was_never_open),
		TEST(a_change_needs_an_event),
		TEST(rolled_back_is_as_never_been),
		TEST(a_story_is_of_one_subject),
		TEST(what_was_changed_outside_is_found),
		TEST(writers_share_one_chain),
		TEST(a_line_is_an_event),
		TEST(the_log_is_caught_up),
		TEST(a_log_that_cannot_be_written_stops_nothing),
		TEST(looking_changes_nothing),
		TEST(processes_share_the_log),
		TEST(killed_writers_leave_it_whole),
		TEST(passes_over_foreign_lines),
		TEST(a_changed_log_is_written_anew),
		TEST(an_older_one_is_refused),
		TEST(numbers_count_by_scope),
		TEST(numbers_wrap_around),
		TEST(numbers_are_never_set_back),
		TEST(a_number_is_committed_first),
		TEST(a_failed_commit_hands_nothing_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
