/* How an attempt ends: what a worker wrote is compared with what it told, and nothing is left open. */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "stage/convert_unit.h"
#include "unit/support/stage_world.h"

/* A unit of acme-832 whose worker is gone. */
struct attempt {
	struct stage_world w;
	struct env_route route;
	struct convert_unit j;
	struct proc p; /* none */
};

static const char out_and_set[] = "O\t0001\th1\tSKU-1\nO\t0001\th2\tSKU-2\nS\t0001\t2\n";

static void write_to(struct fsx_tmp *t, const char *bytes)
{
	struct err e;

	assert_int_equal(fsx_write_all(t->fd, bytes, strlen(bytes), &e), 0);
}

static void open_attempt(struct attempt *t)
{
	struct stage_world *w = &t->w;
	struct convert_unit *j = &t->j;
	struct err e;
	int64_t id = 0;

	memset(t, 0, sizeof(*t));
	stage_world_open(w, false);
	t->p.fd = -1;
	stage_world_sql(w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run) VALUES(7, "
		"'ampliance', 'a.json', 'current', 'current/ampliance/in-000007.json', 0, 0, 1, 0, 0, 0, 'R1');"
		"INSERT INTO unit(id, agreement, fingerprint, mode, state, run, fixed_at, inputs, bundle, at) VALUES(1, "
		"'acme-832', 'f', 'all', 'due', 'R1', 0, 'source=7,', 'b', 0)");
	stage_world_put(w, "current/ampliance", "in-000007.json", "{");
	assert_int_equal(ledger_begin(&w->v.ledger, &e), 0);
	assert_int_equal(ledger_interchange_add(&w->v.ledger, 1, STR("acme-832"), STR("acme"),
				 STR("832"), STR("20261123T0200Z"), "x12", &id, &e),
		0);
	assert_int_equal(ledger_unit_start(&w->v.ledger, 1, 0, id, "b", &e), 0);
	assert_int_equal(ledger_event(&w->v.ledger, "converting", "unit 1", &e, "x"), 0);
	assert_int_equal(ledger_commit(&w->v.ledger, &e), 0);
	assert_int_equal(ledger_unit_find(&w->v.ledger, 1, &w->a, &j->unit, &e), 1);
	j->interchange = stage_world_row(w, id);
	t->route.agreement = config_agreement_find(w->v.config, STR("acme-832"));
	t->route.source = config_source_find(w->v.config, STR("ampliance"));
	j->work.route = &t->route;
	j->work.in.source = j->work.in.workflow = -1;
	j->outbox = env_folder(&w->v, j->interchange.place.p, &e);
	j->quarantine = env_folder(&w->v, "quarantine", &e);
	j->workdir = env_folder(&w->v, "work", &e);
	assert_int_equal(fsx_tmp_open(j->outbox, &j->out, &e), 0);
	assert_int_equal(fsx_tmp_open(j->outbox, &j->lineage, &e), 0);
	assert_int_equal(fsx_tmp_open(j->quarantine, &j->aside, &e), 0);
	assert_int_equal(fsx_tmp_open(j->workdir, &j->result, &e), 0);
	assert_int_equal(fsx_tmp_open(j->workdir, &j->known, &e), 0);
	j->scratch.fd = -1;
	write_to(&j->out, "ISA*");
	write_to(&j->lineage, "lineage");
	j->answered = true;
}

/* It told DONE: two items went out in one set. */
static void told(struct attempt *t, const char *results)
{
	t->j.done = true;
	t->j.told = (struct convert_done){
		.counts = {.items = 2, .out = 2}, .sets = 1, .isa = 17, .gs = 18};
	write_to(&t->j.result, results);
}

static void close_attempt(struct attempt *t)
{
	struct err e;

	convert_unit_close(&t->j);
	assert_int_equal(fsx_tree_remove(t->w.v.dir, "current", &e), 0);
	stage_world_close(&t->w);
}

static struct unit_row unit_of(struct attempt *t)
{
	struct unit_row u;
	struct err e;

	assert_int_equal(ledger_unit_find(&t->w.v.ledger, 1, &t->w.a, &u, &e), 1);
	return u;
}

static void done(void **state)
{
	struct attempt t;
	struct err e;

	(void)state;
	open_attempt(&t);
	told(&t, out_and_set);
	if (convert_end_unit(&t.w.v, &t.j, &t.p, &e) == -1)
		fail_msg("%s", e.text);
	assert_true(str_is(unit_of(&t).state, "done"));
	assert_true(str_is(stage_world_row(&t.w, 1).state, "queued"));
	close_attempt(&t);
}

/* A worker that died costs an attempt, one that was refused memory costs none; the third death is the last. */
static void deaths_are_counted(void **state)
{
	struct attempt t;
	struct err e;

	(void)state;
	open_attempt(&t);
	t.j.answered = false;
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(convert_unit_interrupted(&t.w.v, &t.j, "the disk is full", &e), 0);
		assert_int_equal(unit_of(&t).attempts, i - 1);
		assert_true(str_is(unit_of(&t).state, "converting"));
		t.j.unit = unit_of(&t);
		assert_int_equal(convert_end_unit(&t.w.v, &t.j, &t.p, &e), 0);
		assert_int_equal(unit_of(&t).attempts, i);
	}
	assert_true(str_is(unit_of(&t).state, "quarantined"));
	assert_true(str_is(unit_of(&t).reason, "CONVERTER-CRASH"));
	assert_true(str_is(stage_world_row(&t.w, 1).state, "closed"));
	assert_int_equal(t.w.v.news, 1);
	close_attempt(&t);
}

/* Memory that ran out costs no attempt, however often in one run; in the fifth run a person has to look. */
static void memory_runs_out(void **state)
{
	struct attempt t;
	struct err e;
	struct proc out;

	(void)state;
	open_attempt(&t);
	t.j.answered = false;
	for (int i = 0; i < 6; i++) {
		out = (struct proc){.pid = fork(), .fd = -1};
		if (out.pid == 0)
			_exit(PROC_EXIT_MEMORY);
		(void)snprintf(
			t.w.v.ledger.run, sizeof(t.w.v.ledger.run), "R%d", i > 0 ? i - 1 : 0);
		assert_true(str_is(unit_of(&t).state, "converting"));
		assert_int_equal(convert_end_unit(&t.w.v, &t.j, &out, &e), 0);
		assert_int_equal(unit_of(&t).attempts, 0);
		assert_int_equal(t.j.interrupted, i < 5);
	}
	assert_true(str_is(unit_of(&t).state, "quarantined"));
	assert_true(str_is(unit_of(&t).reason, "CONVERTER-MEMORY"));
	assert_int_equal(t.w.v.news, 1);
	close_attempt(&t);
}

/* That the unit failed and that its input is put away is recorded together or not at all. */
static void a_damaged_input_goes_with_its_unit(void **state)
{
	const struct err why = {ERR_INPUT, "", "line 3 is cut off"};
	struct attempt t;
	struct err e;

	(void)state;
	open_attempt(&t);
	t.j.fault = why;
	stage_world_sql(&t.w,
		"CREATE TRIGGER cut BEFORE UPDATE ON input BEGIN SELECT RAISE(ABORT, 'cut'); END");
	assert_int_equal(convert_end_unit(&t.w.v, &t.j, &t.p, &e), -1);
	assert_true(str_is(unit_of(&t).state, "converting"));
	stage_world_sql(&t.w, "DROP TRIGGER cut");
	assert_int_equal(convert_end_unit(&t.w.v, &t.j, &t.p, &e), 0);
	assert_true(str_is(unit_of(&t).state, "failed"));
	assert_int_equal(
		stage_world_count(&t.w,
			"SELECT COUNT(*) FROM input WHERE state = 'quarantined' AND reason = 'INPUT-DAMAGED'"),
		1);
	assert_true(stage_world_has(&t.w, "quarantine/in-000007.ampliance.json"));
	assert_true(stage_world_has(&t.w, "quarantine/in-000007.ampliance.json.reason"));
	assert_false(stage_world_has(&t.w, "current/ampliance/in-000007.json"));
	close_attempt(&t);
}

/* A converter says again and again that something but its unit is at fault. The disk is asked; the third
 * time the unit is put away. */
static void excuses_end(void **state)
{
	static const enum err_code codes[] = {ERR_FULL, ERR_IO, ERR_STOP, ERR_BUSY};

	(void)state;
	for (size_t k = 0; k < sizeof(codes) / sizeof(codes[0]); k++) {
		struct attempt t;
		struct frame f;
		struct err e;
		open_attempt(&t);
		for (int i = 0; i < 3; i++) {
			const struct err why = {codes[k], "", "no room"};
			t.j.unit = unit_of(&t);
			frame_fail(&f, &why);
			convert_answer_fail(&f, &t.j.fault);
			assert_int_equal(convert_end_unit(&t.w.v, &t.j, &t.p, &e), 0);
		}
		if (!str_is(unit_of(&t).state, "quarantined"))
			fail_msg("code %d is believed for ever", (int)codes[k]);
		close_attempt(&t);
	}
}

/* Where the disk is full for us too, the unit is not to blame. */
static void a_full_disk_is_full(void **state)
{
	const struct err why = {ERR_FULL, "", "no room"};
	struct rlimit limit;
	struct rlimit before;
	struct attempt t;
	struct err e;

	(void)state;
	open_attempt(&t);
	t.j.fault = why;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	limit = before;
	limit.rlim_cur = 1 << 20; /* no file of ours is so large, and the ledger may grow */
	assert_int_equal(ftruncate(t.j.out.fd, 1 << 20), 0);
	assert_true(lseek(t.j.out.fd, 0, SEEK_END) == 1 << 20);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(convert_end_unit(&t.w.v, &t.j, &t.p, &e), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(unit_of(&t).attempts, 0);
	assert_true(t.j.interrupted && str_is(unit_of(&t).state, "converting"));
	close_attempt(&t);
}

/* The lines of results are what was told, or nothing is taken. */
static void lines_are_what_was_told(void **state)
{
	static const char *const rows[] = {
		"O\t0001\th1\tSKU-1\nS\t0001\t2\n", /* one item too few */
		"O\t0001\th1\tSKU-1\nO\t0001\th2\tSKU-2\nO\t0001\th2\tSKU-3\nS\t0001\t2\n",
		"O\t0001\th1\tSKU-1\nO\t0001\th2\tSKU-2\n",		/* no set */
		"O\t0001\th1\tSKU-1\nO\t0001\th2\tSKU-2\nS\t0001\t3\n", /* of three */
		"O\t0001\th1\tSKU-1\nO\t0001\th2\tSKU-2\nS\t0001\t2\nA\tREQUIRED\tf\tk\ts\n",
		"O\t0001\th1\tSKU-1\nO\t0001\th2\tSKU-2\nS\t0001\t2\nR\tORPHAN\tf\tk\ts\n",
		"O\t0001\th1\tSKU-1\nO\t0001\th2\tSKU-2\nS\t0001\t2\nX\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct attempt t;
		struct err e;
		int64_t events = 0;
		char place[300];
		open_attempt(&t);
		told(&t, rows[i]);
		events = stage_world_events(&t.w);
		if (convert_end_unit(&t.w.v, &t.j, &t.p, &e) != -1 || e.code != ERR_INPUT)
			fail_msg("row %zu is believed", i);
		assert_true(stage_world_events(&t.w) == events);
		(void)snprintf(place, sizeof(place), "outbox/acme/%s", t.j.interchange.name.p);
		assert_false(stage_world_has(&t.w, place)); /* looked at before anything appears */
		assert_int_equal(convert_end_unrecorded(&t.w.v, &t.j, &e), 0);
		assert_true(str_is(unit_of(&t).state, "failed"));
		close_attempt(&t);
	}
}

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1 ? 1 : 0;
	return n;
}

/* Something has the name of the interchange: what was opened for it is closed all the same. */
static void nothing_stays_open(void **state)
{
	struct attempt t;
	struct err e;
	const int before = open_descriptors();
	char place[300];

	(void)state;
	open_attempt(&t);
	told(&t, out_and_set);
	(void)snprintf(place, sizeof(place), "outbox/acme/%s", t.j.interchange.name.p);
	assert_int_equal(fsx_mkdirs(t.w.v.dir, place, 0750, &e), 0);
	assert_int_equal(convert_end_unit(&t.w.v, &t.j, &t.p, &e), -1);
	close_attempt(&t);
	assert_int_equal(open_descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(done),
		cmocka_unit_test(nothing_stays_open),
		cmocka_unit_test(deaths_are_counted),
		cmocka_unit_test(memory_runs_out),
		cmocka_unit_test(a_damaged_input_goes_with_its_unit),
		cmocka_unit_test(excuses_end),
		cmocka_unit_test(a_full_disk_is_full),
		cmocka_unit_test(lines_are_what_was_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
