/* audit.log where it cannot be read, written or put aside, and where it is long. Its daily life: test_ledger.c. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "store/ledger_audit.h"
#include "store/ledger_parts.h"
#include "unit/support/calls.h"
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

static void write_log(off_t at, const char *text)
{
	const int fd = open("audit.log", O_WRONLY);

	assert_true(fd != -1);
	(void)lseek(fd, at < 0 ? 0 : at, at < 0 ? SEEK_END : SEEK_SET);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fsx_close(fd);
}

static int check(void *about, struct err *e)
{
	int64_t bad = 0;

	(void)about;
	return ledger_audit_check(&w.l, &bad, e);
}

static int whole(void *about, struct err *e)
{
	struct err wrong;
	int64_t events = 0;

	(void)about;
	return ledger_audit_whole(&w.l, &events, &wrong, e);
}

static int ahead(void *about, struct err *e)
{
	(void)about;
	return ledger_audit_ahead(&w.l, e);
}

/* Why it is not written is kept, and the ledger goes on. */
static int catch_up(void *about, struct err *e)
{
	(void)about;
	ledger_audit_catch_up(&w.l);
	*e = w.l.audit;
	return e->code == ERR_NONE ? 0 : -1;
}

static int lacks(void *about, struct err *e)
{
	(void)about;
	w.l.older = 1;
	const int rc = ledger_audit_lacks(&w.l, NULL, NULL, e);
	w.l.older = 0;
	return rc;
}

static void calls_that_fail(void **state)
{
	const uint32_t log = (uint32_t)w.l.audit_fd;
	const struct {
		int (*make)(void *about, struct err *e);
		struct calls_fault fault;
		enum err_code code;
		const char *says;
	} rows[] = {
		{check, {SYS_pread64, EIO, 0, log}, ERR_IO, "read: Input/output error"},
		{check, {SYS_flock, EIO, 0, log}, ERR_BUSY,
			"audit.log: another process has held it"},
		{whole, {SYS_pread64, EIO, 0, log}, ERR_IO, "read: Input/output error"},
		{ahead, {SYS_pread64, EIO, 0, log}, ERR_IO, "read: Input/output error"},
		{ahead, {SYS_newfstatat, EIO, 0, log}, ERR_IO, "look at a file: Input/output"},
		{lacks, {SYS_pread64, EIO, 0, log}, ERR_IO, "read: Input/output error"},
		{catch_up, {SYS_ftruncate, EROFS, 0, log}, ERR_IO,
			"audit.log: cut off a half line: Read-only"},
		{catch_up, {SYS_pread64, EIO, 0, log}, ERR_IO, "audit.log: read: Input/output"},
		{catch_up, {SYS_flock, EIO, 0, log}, ERR_BUSY, "audit.log: another process"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].make == catch_up && rows[i].fault.nr == SYS_ftruncate)
			write_log(-1, "half a li");
		calls_fails(&rows[i].fault, rows[i].make, NULL, rows[i].code, rows[i].says);
	}
	assert_int_equal(catch_up(NULL, &w.e), 0);
	assert_int_equal(check(NULL, &w.e), 0);
}

/* There is no folder for what is put aside: the log stays, and it is said. */
static void nowhere_to_put_it(void **state)
{
	int64_t bad = 0;

	(void)state;
	write_log(0, "x");
	STORE_WORLD_IS(&w, ledger_audit_mend(&w.l, w.dir, "aside.log", &bad, &w.e), -1);
	assert_non_null(strstr(w.e.text, "open log: No such file"));
	assert_int_equal(access("audit.log", F_OK), 0);
	STORE_WORLD_IS(&w, fsx_mkdir(w.dir, "log", 0700, &w.e), 0);
	STORE_WORLD_IS(&w, fsx_put(w.dir, "log/aside.log", STR(""), &w.e), -1);
}

static void add_events(int n)
{
	store_world_begin(&w);
	for (int i = 0; i < n; i++)
		STORE_WORLD_IS(&w, ledger_event(&w.l, "told", "input 1", &w.e, "n=%d", i), 0);
	STORE_WORLD_IS(&w, ledger_commit(&w.l, &w.e), 0);
}

/* More events than are read at once: a line that differs, or the end of the log, ends the comparison. */
static void a_long_log_is_compared_in_parts(void **state)
{
	int64_t bad = -1;

	(void)state;
	add_events(LEDGER_PARTS_EVENTS + 100);
	STORE_WORLD_IS(&w, ledger_audit_check(&w.l, &bad, &w.e), 0);
	assert_int_equal(bad, 0);
	write_log(0, "7");
	STORE_WORLD_IS(&w, ledger_audit_check(&w.l, &bad, &w.e), 0);
	assert_int_equal(bad, 1);
	write_log(0, "1");
	STORE_WORLD_IS(&w, ledger_audit_check(&w.l, &bad, &w.e), 0);
	assert_int_equal(bad, 0);
	assert_int_equal(truncate("audit.log", 5000), 0); /* what is missing is written later */
	STORE_WORLD_IS(&w, ledger_audit_check(&w.l, &bad, &w.e), 0);
	assert_int_equal(bad, 0);
	assert_int_equal(catch_up(NULL, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_audit_check(&w.l, &bad, &w.e), 0);
	assert_int_equal(bad, 0);
}

/* A ledger without any event has no line that fits. */
static void a_log_of_nothing(void **state)
{
	int64_t bad = -1;

	(void)state;
	STORE_WORLD_IS(&w, db_script(w.l.db, "DELETE FROM event", &w.e), 0);
	STORE_WORLD_IS(&w, ledger_audit_check(&w.l, &bad, &w.e), 0);
	assert_int_equal(bad, 1);
}

static const char *log_text(void)
{
	struct buf b;
	const char *text = NULL;

	buf_init(&b, 1 << 20);
	STORE_WORLD_IS(&w, fsx_read_path("audit.log", &b, &w.e), 0);
	text = arena_cstr(&w.a, buf_view(&b));
	buf_done(&b);
	return text;
}

/* Rows of an older gridspool, and of nobody: their lines keep to what a line may have. */
static void foreign_rows_keep_to_a_line(void **state)
{
	char subject[302];
	char want[220];

	(void)state;
	memset(subject, 's', 300);
	subject[300] = '\0';
	STORE_WORLD_IS(&w,
		db_run(w.l.db, &w.e,
			"INSERT INTO event(at, run, actor, what, subject, detail, hash) VALUES(1, 'r', 'run', 'told', ?1, "
			"'d', ?1)",
			"c", subject),
		0);
	assert_int_equal(catch_up(NULL, &w.e), 0);
	(void)snprintf(
		want, sizeof(want), "subject=\"%.*s\" d hash=", LEDGER_PARTS_SUBJECT, subject);
	assert_non_null(strstr(log_text(), want));
	(void)snprintf(want, sizeof(want), " hash=%.*s\n", HASH_HEX - 1, subject);
	assert_non_null(strstr(log_text(), want));
}

/* A subject is cut at the border of a character. */
static void subjects_are_cut_between_characters(void **state)
{
	static const struct {
		int before; /* bytes in front of the first "ä" */
		int kept;
	} rows[] = {{0, 200}, {1, 199}, {199, 199}};
	char subject[500];
	char inside[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = 0;
		while (n < (size_t)rows[i].before)
			subject[n++] = 'x';
		while (n < 400) {
			subject[n++] = '\xc3';
			subject[n++] = '\xa4';
		}
		subject[n] = '\0';
		store_world_begin(&w);
		STORE_WORLD_IS(&w, ledger_event(&w.l, "told", subject, &w.e, "x"), 0);
		STORE_WORLD_IS(&w, ledger_commit(&w.l, &w.e), 0);
		assert_int_equal(
			store_world_int(&w,
				"SELECT LENGTH(CAST(subject AS BLOB)) FROM event ORDER BY seq DESC LIMIT 1"),
			rows[i].kept);
	}
	/* Nothing but the rest of characters: nothing is left of it. */
	memset(inside, '\x80', sizeof(inside) - 1);
	inside[sizeof(inside) - 1] = '\0';
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_event(&w.l, "told", inside, &w.e, "x"), 0);
	STORE_WORLD_IS(&w, ledger_commit(&w.l, &w.e), 0);
	assert_string_equal(
		store_world_texts(&w, "SELECT subject FROM event ORDER BY seq DESC LIMIT 1"), "");
}

static int count_line(void *ctx, const struct ledger_line *x, struct err *e)
{
	(void)x, (void)e;
	++*(int *)ctx;
	return 0;
}

/* What a newer ledger wrote is told line by line; lines that are none are passed over. */
static void lines_that_are_none(void **state)
{
	static const char lines[] = "x at=1 run= actor=run what=a subject=\"s\" d hash=h\n"
				    "9 at=x run= actor=run what=a subject=\"s\" d hash=h\n"
				    "9 at=1 run= actor=run what=a subject=\"s d hash=h\n"
				    "a note of somebody\n"
				    "9 at=1 run= actor=run what=a subject=\"s\" d hash=h\n";
	int n = 0;

	(void)state;
	write_log(-1, lines);
	w.l.older = 5;
	STORE_WORLD_IS(&w, ledger_audit_lacks(&w.l, count_line, &n, &w.e), 0);
	w.l.older = 0;
	assert_int_equal(n, 1);
}

static const char *wrong_with_all(void)
{
	struct err wrong;
	int64_t events = 0;

	STORE_WORLD_IS(&w, ledger_audit_whole(&w.l, &events, &wrong, &w.e), 0);
	assert_string_equal(wrong.reason, "AUDIT-BROKEN");
	return arena_cstr(&w.a, str_c(wrong.text));
}

/* A row that was changed is told with what audit.log says of it. */
static void a_broken_chain_and_the_log(void **state)
{
	const int log = w.l.audit_fd;

	(void)state;
	add_events(2);
	STORE_WORLD_IS(&w,
		db_script(w.l.db, "UPDATE event SET actor = 'x' WHERE detail = 'n=0'", &w.e), 0);
	assert_non_null(strstr(wrong_with_all(), "; audit.log says otherwise from event "));
	w.l.audit_fd = -1;
	assert_null(strstr(wrong_with_all(), "audit.log says"));
	w.l.audit_fd = log;
	assert_int_equal(truncate("audit.log", 0), 0); /* so was the log */
	assert_int_equal(catch_up(NULL, &w.e), 0);
	assert_non_null(strstr(wrong_with_all(), "; audit.log says the same as the rows"));
}

static int mark(void *about, struct err *e)
{
	(void)about;
	return ledger_audit_mark(&w.l, e);
}

static int64_t marked(void)
{
	return store_world_int(
		&w, "SELECT CAST(value AS INTEGER) FROM meta WHERE key LIKE '%audit%'");
}

/* A log that is in doubt is not marked as whole, and what was lost stays known until it is told. */
static void marks_of_a_log_in_doubt(void **state)
{
	const struct calls_fault unread = {SYS_pread64, EIO, 0, (uint32_t)w.l.audit_fd};
	struct calls_try t = {.make = mark};
	int64_t last = 0;

	(void)state;
	add_events(1);
	STORE_WORLD_IS(&w, mark(NULL, &w.e), 0);
	last = marked();
	assert_true(last > 0);
	w.l.audit_lost = 1;
	w.l.audit.code = ERR_IO;
	STORE_WORLD_IS(&w, mark(NULL, &w.e), 0);
	assert_int_equal(marked(), last);
	w.l.audit_lost = 0;
	STORE_WORLD_IS(&w, mark(NULL, &w.e), 0);
	assert_int_equal(marked(), 0);
	err_clear(&w.l.audit);
	STORE_WORLD_IS(&w, mark(NULL, &w.e), 0);
	assert_int_equal(marked(), last);
	calls_try(&unread, &t);
	assert_int_equal(t.rc, 0);
	assert_int_equal(marked(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

/* Commits and marks for as long as it may. */
static void mark_on_and_on(void)
{
	struct ledger l;
	struct err e;
	int rc = ledger_open(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &e);

	while (rc == 0)
		rc = ledger_begin(&l, &e) == 0 && ledger_audit_mark(&l, &e) == 0 &&
				ledger_event(&l, "told", "input 1", &e, "once more") == 0
			? ledger_commit(&l, &e)
			: -1;
	_exit(1);
}

/* Another process may mark the log between any two looks of ours. */
static void a_mark_made_meanwhile_is_no_loss(void **state)
{
	int64_t lost = 0;
	const pid_t other = fork();

	(void)state;
	err_clear(&w.e);
	if (other == 0)
		mark_on_and_on();
	for (int i = 0; i < 400 && lost == 0 && w.e.code == ERR_NONE; i++) {
		struct ledger l;
		if (ledger_look(&l, w.dir, STORE_WORLD_INSTANCE, &w.clock, &w.e) == 0) {
			lost = l.audit_lost;
			ledger_close(&l);
		}
	}
	assert_int_equal(kill(other, SIGKILL), 0);
	assert_int_equal(waitpid(other, NULL, 0), other);
	assert_int_equal(w.e.code, ERR_NONE);
	assert_int_equal(lost, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(calls_that_fail),
		TEST(nowhere_to_put_it),
		TEST(a_long_log_is_compared_in_parts),
		TEST(a_log_of_nothing),
		TEST(foreign_rows_keep_to_a_line),
		TEST(subjects_are_cut_between_characters),
		TEST(lines_that_are_none),
		TEST(a_broken_chain_and_the_log),
		TEST(marks_of_a_log_in_doubt),
		TEST(a_mark_made_meanwhile_is_no_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
