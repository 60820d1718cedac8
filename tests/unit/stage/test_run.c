/* The stages of a run, each with a ledger that fails at every one of its calls, one after the other. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "stage/archive.h"
#include "stage/collect.h"
#include "stage/inbox.h"
#include "stage/inbox_watch.h"
#include "stage/purge.h"
#include "stage/receive.h"
#include "stage/spool.h"
#include "stage/tidy.h"
#include "stage/transfer.h"
#include "store/ledger_partner.h"
#include "unit/support/db_fault.h"
#include "unit/support/stage_world.h"

enum { CALLS_MAX = 400 };

/* A night's work of one stage: what it finds, what is done, what must have come of it. */
struct night {
	bool events;
	void (*before)(struct stage_world *w);
	int (*stage)(struct env *v, struct err *e);
	void (*after)(struct stage_world *w);
};

/* --- the world of these nights: a partner that is a folder --- */

static char partner[400];

static void clear(struct stage_world *w)
{
	static const char *const left[] = {"outbox", "sent", "hold", "quarantine", "work",
		"received", "inbox", "current", "archive", "partner", "feedback", "keys"};
	struct err e;

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		if (fsx_tree_remove(w->v.dir, left[i], &e) == -1)
			fail_msg("%s", e.text);
}

static void open_world(struct stage_world *w, bool events)
{
	struct err e;
	struct config_partner *p = NULL;

	stage_world_open(w, events);
	clear(w);
	if (db_script(w->v.ledger.db, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY", &e) ==
		-1)
		fail_msg("%s", e.text);
	w->v.clock = clock_system(); /* so that waiting for workers ends */
	w->v.config->quiet_seconds = 60;
	for (size_t i = 0; env_folders()[i]; i++)
		assert_int_equal(fsx_mkdirs(w->v.dir, env_folders()[i], 0700, &e), 0);
	assert_int_equal(fsx_mkdirs(w->v.dir, "partner/in", 0700, &e), 0);
	assert_int_equal(fsx_mkdirs(w->v.dir, "partner/out", 0700, &e), 0);
	assert_non_null(getcwd(partner, sizeof(partner) - 20));
	(void)snprintf(partner + strlen(partner), 20, "/partner");
	p = w->v.config->partners;
	p->next = NULL;
	p->endpoints->protocol = STR("directory");
	p->endpoints->path = str_c(partner);
	p->endpoints->host = STR("");
	p->endpoints->get = STR("");
}

static int64_t count(struct stage_world *w, const char *sql)
{
	return stage_world_count(w, sql);
}

static int step(struct stage_world *w, const struct night *x, int64_t at, bool *made, struct err *e)
{
	int rc = 0;

	err_clear(e);
	db_fault_arm(w->v.ledger.db, at);
	rc = x->stage(&w->v, e);
	*made = db_fault_off(w->v.ledger.db);
	return rc;
}

/* The ledger fails at that call; false when there are not so many. Nothing of it is committed but whole
 * steps, so the next run brings it to the same end. */
static bool fails_at(const struct night *x, int64_t at)
{
	struct stage_world w;
	struct err e;
	bool made = false;
	bool again = false;

	open_world(&w, x->events);
	x->before(&w);
	const int rc = step(&w, x, at, &made, &e);
	if (made && rc == -1 && (e.code != ERR_FULL || !strstr(e.text, DB_FAULT_TEXT)))
		fail_msg("call %" PRId64 ": %s", at, e.text);
	if (made && rc == 0)
		fail_msg("call %" PRId64 " failed, and nobody noticed", at);
	assert_int_equal(ledger_begin(&w.v.ledger, &e), 0); /* no transaction was left open */
	ledger_rollback(&w.v.ledger);
	(void)stage_world_events(&w);
	if (made && step(&w, x, 0, &again, &e) == -1)
		fail_msg("after call %" PRId64 ": %s", at, e.text);
	x->after(&w);
	clear(&w);
	stage_world_close(&w);
	return made;
}

static void at_each_call(const struct night *x)
{
	int64_t at = 1;

	while (at < CALLS_MAX && fails_at(x, at))
		at++;
	assert_in_range(at, 3, CALLS_MAX - 1);
}

/* --- transfer --- */

static int transfer(struct env *v, struct err *e)
{
	int64_t worked = 0;

	return transfer_run(v, &worked, e);
}

static void before_sending(struct stage_world *w)
{
	(void)stage_world_queued(w, "a b");
	(void)stage_world_queued(w, "c");
	(void)stage_world_queued(w, "d");
	stage_world_put(w, "outbox/acme", "left", "");
	stage_world_sql(w,
		"UPDATE interchange SET sha = 'other' WHERE id = 2; "
		"UPDATE interchange SET agreement = 'gone' WHERE id = 3; "
		"INSERT INTO partner(name, failures, next_try, reason, note, at) "
		"VALUES('acme', 3, 0, 'UNREACHABLE', '', 0)");
}

static void after_sending(struct stage_world *w)
{
	assert_int_equal(
		count(w,
			"SELECT COUNT(*) FROM interchange WHERE (id = 1 AND state = 'sent' AND place = "
			"'sent/acme') OR (id = 2 AND state = 'held' AND place = 'hold') OR (id = 3 AND state = "
			"'queued' AND reason = 'AGREEMENT-GONE')"),
		3);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM event WHERE what = 'renaming'"), 1);
	assert_true(stage_world_has(w, "partner/in"));
}

static void sending(void **state)
{
	static const struct night x = {true, before_sending, transfer, after_sending};

	(void)state;
	at_each_call(&x);
}

/* An earlier run asked for the rename, and nothing is there now. */
static void before_doubt(struct stage_world *w)
{
	(void)stage_world_queued(w, "a");
	stage_world_sql(w, "UPDATE interchange SET state = 'sending', receipt = 'renaming'");
}

static void after_doubt(struct stage_world *w)
{
	assert_int_equal(
		count(w,
			"SELECT COUNT(*) FROM interchange WHERE state = 'in-doubt' AND place = 'hold'"),
		1);
}

static void doubt(void **state)
{
	static const struct night x = {true, before_doubt, transfer, after_doubt};

	(void)state;
	at_each_call(&x);
}

static void before_repeat(struct stage_world *w)
{
	before_doubt(w);
	w->v.config->agreements->duplicates_safe = true;
	w->v.config->agreements->accepted_at = STR("sent");
}

static int transfer_twice(struct env *v, struct err *e)
{
	return transfer(v, e) == -1 ? -1 : transfer(v, e);
}

static void after_repeat(struct stage_world *w)
{
	assert_int_equal(count(w, "SELECT COUNT(*) FROM interchange WHERE state = 'sent'"), 1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM item WHERE state = 'accepted'"), 1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM event WHERE what = 'repeat'"), 1);
}

/* Where the partner drops repeats it is sent once more. */
static void repeat(void **state)
{
	static const struct night x = {true, before_repeat, transfer_twice, after_repeat};

	(void)state;
	at_each_call(&x);
}

static void before_restored(struct stage_world *w)
{
	(void)stage_world_queued(w, "a");
	stage_world_sql(
		w, "INSERT INTO meta(key, value) VALUES('" SPOOL_RESTORED "acme-832', '1')");
}

static void after_restored(struct stage_world *w)
{
	assert_int_equal(
		count(w,
			"SELECT COUNT(*) FROM interchange WHERE state = 'held' AND reason = 'RESTORED'"),
		1);
}

static void restored(void **state)
{
	static const struct night x = {true, before_restored, transfer, after_restored};

	(void)state;
	at_each_call(&x);
}

static void before_away(struct stage_world *w)
{
	struct err e;

	(void)stage_world_queued(w, "a");
	assert_int_equal(fsx_tree_remove(w->v.dir, "partner", &e), 0);
}

static void after_away(struct stage_world *w)
{
	assert_int_equal(
		count(w, "SELECT COUNT(*) FROM partner WHERE reason = 'REMOTE-NO-FOLDER'"), 1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM interchange WHERE state = 'queued'"), 1);
}

static void away(void **state)
{
	static const struct night x = {true, before_away, transfer, after_away};

	(void)state;
	at_each_call(&x);
}

/* --- receive --- */

static int receive(struct env *v, struct err *e)
{
	int64_t worked = 0;

	return receive_run(v, &worked, e);
}

static void letter(struct stage_world *w, const char *folder, const char *name, time_t mtime)
{
	const struct timespec when[2] = {{mtime, 0}, {mtime, 0}};
	char path[200];

	stage_world_put(w, folder, name, "ISA*");
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(utimensat(w->v.dir, path, when, 0), 0);
}

/* One letter, one that never was fetched, one that was and lacks its evidence. */
static void before_letters(struct stage_world *w)
{
	w->v.config->partners->endpoints->get = STR("out");
	w->v.config->partners->endpoints->get_delete = true;
	letter(w, "partner/out", "ack", 1700000000);
	letter(w, "received/acme", "r-000001", 1700000000);
	stage_world_sql(w,
		"INSERT INTO received(id, partner, endpoint, remote, rsize, rmtime, name, place, state, at) "
		"VALUES(1, 'acme', 'main', 'x', 4, 5, 'r-000001', 'received/acme/r-000001', 'fetching', 1), "
		"(2, 'acme', 'main', 'y', 4, 5, 'r-000002', 'received/acme/r-000002', 'fetching', 1), "
		"(3, 'acme', 'main', 'z', 4, 1700000000, 'r-000003', 'archive/r-000003', 'archived', 1); "
		"INSERT INTO partner(name, failures, next_try, reason, note, at) "
		"VALUES('acme/main', 3, 0, 'UNREACHABLE', '', 0)");
	letter(w, "partner/out", "z", 1700000000);
}

static void after_letters(struct stage_world *w)
{
	assert_int_equal(
		count(w, "SELECT COUNT(*) FROM received WHERE state = 'stored' AND rsize <> 5"), 2);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM received WHERE state = 'fetching'"), 0);
	assert_false(stage_world_has(w, "partner/out/ack"));
	assert_false(stage_world_has(w, "partner/out/z"));
}

static void letters(void **state)
{
	static const struct night x = {true, before_letters, receive, after_letters};

	(void)state;
	at_each_call(&x);
}

/* One that may still be written over there, whose time cannot be right: it is looked at twice. */
static void before_waiting(struct stage_world *w)
{
	w->v.config->partners->endpoints->get = STR("out");
	w->v.config->partners->endpoints->ready_seconds = 3600;
	letter(w, "partner/out", "ack", 5);
}

static void after_waiting(struct stage_world *w)
{
	assert_int_equal(count(w, "SELECT COUNT(*) FROM received WHERE state = 'abandoned'"), 1);
	assert_true(stage_world_has(w, "partner/out/ack"));
}

static void waiting(void **state)
{
	static const struct night x = {true, before_waiting, receive, after_waiting};

	(void)state;
	at_each_call(&x);
}

/* A mailbox that cannot be listed keeps nobody from sending. */
static void before_no_mailbox(struct stage_world *w)
{
	struct err e;

	w->v.config->partners->endpoints->get = STR("out");
	assert_int_equal(fsx_tree_remove(w->v.dir, "partner/out", &e), 0);
}

static void after_no_mailbox(struct stage_world *w)
{
	assert_int_equal(count(w, "SELECT COUNT(*) FROM partner WHERE name = 'acme/main'"), 1);
}

static void no_mailbox(void **state)
{
	static const struct night x = {true, before_no_mailbox, receive, after_no_mailbox};

	(void)state;
	at_each_call(&x);
}

/* --- collect --- */

static void prepare_inboxes(struct stage_world *w)
{
	struct err e;

	for (const struct config_source *s = w->v.config->sources; s; s = s->next)
		assert_int_equal(inbox_prepare(&w->v, s->name, &e), 0);
}

/* A file, the same once more, an empty one, and some for which there is no map. */
static void before_files(struct stage_world *w)
{
	w->v.config->sources->ready = READY_RENAMED;
	prepare_inboxes(w);
	letter(w, "inbox/ampliance", "a.json", 1700000000);
	letter(w, "inbox/ampliance", "b.json", 1700000001);
	stage_world_put(w, "inbox/ampliance", "c.json", "");
	stage_world_put(w, "inbox/nobody", "d.json", "{}");
}

static void after_files(struct stage_world *w)
{
	assert_int_equal(count(w, "SELECT COUNT(*) FROM input WHERE state = 'pending'"), 1);
	assert_int_equal(
		count(w, "SELECT COUNT(*) FROM input WHERE reason = 'DUPLICATE-SUSPECT'"), 1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM input WHERE reason = 'EMPTY'"), 1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM input"), 3);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM event WHERE what = 'no-map'"), 1);
}

static void files(void **state)
{
	static const struct night x = {true, before_files, collect_run, after_files};

	(void)state;
	at_each_call(&x);
}

/* A tree of a snapshot, a file where a tree is meant, and two references, one of which came twice, and before
 * that, when its exporter wrote on. */
static void before_trees(struct stage_world *w)
{
	struct err e;

	for (struct config_source *s = w->v.config->sources; s; s = s->next)
		s->ready = READY_RENAMED;
	prepare_inboxes(w);
	assert_int_equal(fsx_mkdirs(w->v.dir, "inbox/ampliance/t/content", 0700, &e), 0);
	stage_world_put(w, "inbox/ampliance/t/content", "a.json", "{\"sku\": \"1\"}");
	letter(w, "inbox/ampliance", "f.json", 1700000000);
	stage_world_put(w, "work", "in-000001", "sku;net;gross\n1;1,00;2,00\n");
	stage_world_sql(w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, sha, at, run) "
		"VALUES(1, 'products', '0.csv', 'claimed', 'work/in-000001', 1, 1, 14, 1, 0, 's', 1, 'r')");
	stage_world_put(w, "inbox/products", "a.csv", "sku;net;gross\n1;1,00;2,00\n");
	stage_world_put(w, "inbox/products", "b.csv", "sku;net;gross\n1;1,00;2,00\n");
	stage_world_put(w, "inbox/settings",
		"a_name_that_is_as_long_as_a_name_may_be_so_that_no_marker_can_stand_beside_it_"
		"012345678901234567890123456789012345678901234567890123456789012345678901234567"
		"012345678901234567890123456789012345678901234567890123456789012345678901234567"
		"0123456789.json",
		"{}");
}

static void after_trees(struct stage_world *w)
{
	assert_int_equal(
		count(w,
			"SELECT COUNT(*) FROM input WHERE state = 'current' AND source = 'ampliance' AND tree = 1"),
		1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM input WHERE reason = 'SPECIAL-FILE'"), 1);
	assert_int_equal(
		count(w,
			"SELECT COUNT(*) FROM input WHERE source = 'settings' AND state = 'current'"),
		1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM input WHERE state = 'unchanged'"), 2);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM event WHERE what = 'written-on'"), 1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM input"), 6);
}

static void trees(void **state)
{
	static const struct night x = {false, before_trees, collect_run, after_trees};

	(void)state;
	at_each_call(&x);
}

/* --- archive, tidy, settle, purge, inboxes --- */

static void before_archive(struct stage_world *w)
{
	const int64_t answered = stage_world_in(w, "sent", "", "a");
	const int64_t changed = stage_world_in(w, "sent", "", "b");
	char sql[300];

	w->v.config->agreements->expects = NULL;
	(void)snprintf(sql, sizeof(sql),
		"UPDATE interchange SET sha = 'other' WHERE id = %" PRId64
		"; UPDATE interchange SET state = 'closed', place = 'hold' WHERE id = %" PRId64,
		changed, stage_world_in(w, "held", "BY-HAND", "c"));
	assert_true(answered == 1);
	stage_world_sql(w, sql);
	stage_world_put(w, "received/acme", "r-000001", "ISA*");
	stage_world_put(w, "current/ampliance", "in-000001.json", "{}");
	stage_world_sql(w,
		"INSERT INTO received(id, partner, endpoint, remote, rsize, rmtime, name, place, state, at, sha) "
		"SELECT 1, 'acme', 'main', 'x', 4, 5, 'r-000001', 'received/acme/r-000001', 'ingested', 1, sha "
		"FROM interchange WHERE id = 1; "
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) VALUES"
		"(1, 'ampliance', 'a', 'done', 'current/ampliance/in-000001.json', 1, 1, 1, 1, 0, 1, 'r'), "
		"(2, 'ampliance', 'b', 'done', 'current/ampliance/in-000002.json', 1, 1, 1, 1, 0, 1, 'r')");
}

static void after_archive(struct stage_world *w)
{
	assert_int_equal(
		count(w, "SELECT COUNT(*) FROM interchange WHERE place LIKE 'archive/%'"), 2);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM meta WHERE key LIKE 'wrong:%'"), 1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM received WHERE state = 'archived'"), 1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM input WHERE state = 'archived'"), 1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM input WHERE reason = 'LOST-SOURCE'"), 1);
}

static void archive(void **state)
{
	static const struct night x = {true, before_archive, archive_run, after_archive};

	(void)state;
	at_each_call(&x);
}

/* What a cut left in each folder, and a held file without its sentence. */
static void before_tidy(struct stage_world *w)
{
	(void)stage_world_in(w, "held", "BY-HAND", "a");
	(void)stage_world_in(w, "archived", "", "b");
	const int64_t there = stage_world_in(w, "archived", "", "c");
	stage_world_sql(
		w, "UPDATE interchange SET place = 'archive/2026/11/23' WHERE state = 'archived'");
	stage_world_put(w, "archive/2026/11/23", stage_world_row(w, there).name.p, "ISA*");
	stage_world_put(w, "work", "in-000001", "{}");
	stage_world_put(w, "quarantine", "in-000001.reason", "x");
	stage_world_put(w, "quarantine", "r-000001.reason", "x");
	stage_world_put(w, "quarantine", "r-000002.acme", "x");
	stage_world_put(w, "received/acme", "r-000001", "x");
	stage_world_put(w, "quarantine", "r-000001.acme", "x");
	stage_world_sql(w,
		"INSERT INTO received(id, partner, endpoint, remote, rsize, rmtime, name, place, state, at) VALUES"
		"(1, 'acme', 'main', 'x', 4, 5, 'r-000001', 'quarantine/r-000001.acme', 'quarantined', 1), "
		"(2, 'acme', 'main', 'y', 4, 5, 'r-000002', 'received/acme/r-000002', 'stored', 1); "
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) VALUES"
		"(1, 'ampliance', 'a', 'unchanged', 'work/in-000001', 1, 1, 1, 1, 0, 1, 'r')");
}

static void after_tidy(struct stage_world *w)
{
	char left[LIMIT_PATH];

	for (int64_t id = 2; id <= 3; id++) { /* what is not in the archive stays */
		(void)snprintf(left, sizeof(left), "outbox/acme/%s", stage_world_row(w, id).name.p);
		assert_true(stage_world_has(w, left) == (id == 2));
	}
	assert_false(stage_world_has(w, "work/in-000001"));
	assert_false(stage_world_has(w, "quarantine/in-000001.reason"));
	assert_false(stage_world_has(w, "received/acme/r-000001"));
	assert_true(stage_world_has(w, "quarantine/r-000001.acme.reason"));
	assert_true(stage_world_has(w, "received/acme/r-000002"));
}

static void tidy(void **state)
{
	static const struct night x = {true, before_tidy, tidy_run, after_tidy};

	(void)state;
	at_each_call(&x);
}

/* One file where the row before says, one that was lost and is back, one that is lost. */
static void before_settle(struct stage_world *w)
{
	struct err e;

	(void)stage_world_queued(w, "a");
	(void)stage_world_queued(w, "b");
	const struct interchange_row r = stage_world_row(w, stage_world_queued(w, "c"));
	char path[300];

	(void)snprintf(path, sizeof(path), "outbox/acme/%s", r.name.p);
	assert_int_equal(fsx_remove(w->v.dir, path, &e), 0);
	stage_world_sql(w,
		"UPDATE interchange SET state = 'sent', place = 'sent/acme' WHERE id = 1; "
		"INSERT INTO meta(key, value) VALUES('wrong:2', 'LOST-FILE')");
}

static void after_settle(struct stage_world *w)
{
	assert_int_equal(
		count(w, "SELECT COUNT(*) FROM meta WHERE key = 'wrong:3' AND value = 'LOST-FILE'"),
		1);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM meta WHERE key LIKE 'wrong:%'"), 1);
}

static void settle(void **state)
{
	static const struct night x = {true, before_settle, spool_settle_all, after_settle};

	(void)state;
	at_each_call(&x);
}

static int purge(struct env *v, struct err *e)
{
	int64_t worked = 0;

	return purge_run(v, &worked, e);
}

static void before_purge(struct stage_world *w)
{
	const int64_t id = stage_world_in(w, "archived", "", "a");

	assert_true(id == 1);
	w->v.config->keep_interchanges = w->v.config->keep_inputs = w->v.config->keep_received = 1;
	stage_world_sql(w,
		"UPDATE interchange SET place = 'archive/2026/11/20', sent_at = 1, at = 1; "
		"UPDATE item SET state = 'accepted'; "
		"INSERT INTO meta(key, value) VALUES('purge:received:9', 'archive/2026/11/20/x')");
	stage_world_put(w, "archive/2026/11/20", "some", "x");
}

static void after_purge(struct stage_world *w)
{
	assert_int_equal(count(w, "SELECT COUNT(*) FROM meta WHERE key LIKE 'purge:%'"), 0);
	assert_int_equal(count(w, "SELECT COUNT(*) FROM interchange WHERE place = ''"), 1);
}

static void purging(void **state)
{
	static const struct night x = {true, before_purge, purge, after_purge};

	(void)state;
	at_each_call(&x);
}

static int inboxes(struct env *v, struct err *e)
{
	struct alarms gone;

	for (const struct config_source *s = v->config->sources; s; s = s->next)
		if (inbox_prepare(v, s->name, e) == -1)
			return -1;
	alarms_init(&gone, v, "INBOX-GONE", "inbox-gone");
	if (inbox_watch_run(v, &gone, e) == 0)
		return alarms_commit(&gone, e);
	alarms_done(&gone);
	return -1;
}

/* One that is new, and one that is gone. */
static void before_inboxes(struct stage_world *w)
{
	stage_world_sql(w, "INSERT INTO meta(key, value) VALUES('inbox:settings', 'marked')");
}

static void after_inboxes(struct stage_world *w)
{
	assert_int_equal(count(w, "SELECT COUNT(*) FROM meta WHERE key LIKE 'inbox:%'"), 3);
	assert_int_equal(
		count(w, "SELECT COUNT(*) FROM meta WHERE key LIKE 'alarm:INBOX-GONE:%'"), 1);
	assert_true(stage_world_has(w, "inbox/ampliance/" INBOX_MARK));
}

static void watching(void **state)
{
	static const struct night x = {false, before_inboxes, inboxes, after_inboxes};

	(void)state;
	at_each_call(&x);
}

/* Hundreds of environments: in memory where there is some, as no power is cut. */
static int to_memory(void **state)
{
	static char folder[] = "/dev/shm/gridspool-XXXXXX";

	if (!mkdtemp(folder))
		return 0;
	*state = folder;
	return chdir(folder);
}

static int from_memory(void **state)
{
	struct err e;
	const int dir = *state ? fsx_dir("/dev/shm", &e) : -1;

	if (dir == -1)
		return 0;
	const int rc = fsx_tree_remove(dir, strrchr(*state, '/') + 1, &e);
	fsx_close(dir);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sending),
		cmocka_unit_test(doubt),
		cmocka_unit_test(repeat),
		cmocka_unit_test(restored),
		cmocka_unit_test(away),
		cmocka_unit_test(letters),
		cmocka_unit_test(waiting),
		cmocka_unit_test(no_mailbox),
		cmocka_unit_test(files),
		cmocka_unit_test(trees),
		cmocka_unit_test(archive),
		cmocka_unit_test(tidy),
		cmocka_unit_test(settle),
		cmocka_unit_test(purging),
		cmocka_unit_test(watching),
	};

	return cmocka_run_group_tests(tests, to_memory, from_memory);
}
