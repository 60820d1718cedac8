/* Interchanges: which state may follow which, and that no call touches more than it says. */
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

#include "store/ledger_interchange.h"
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

static const char *const states[] = {"making", "queued", "sending", "sent", "in-doubt", "held",
	"quarantined", "archived", "closed"};
enum { STATES = sizeof(states) / sizeof(states[0]) };

static int64_t add_file(const char *partner, const char *ending)
{
	int64_t id = 0;

	store_world_begin(&w);
	STORE_WORLD_IS(&w,
		ledger_interchange_add(&w.l, 5, STR("acme-832"), str_c(partner), STR("832"),
			STR("20261123T0200Z"), ending, &id, &w.e),
		0);
	store_world_commit(&w);
	return id;
}

static int64_t add(const char *partner)
{
	return add_file(partner, "x12");
}

static struct interchange_row row(int64_t id)
{
	struct interchange_row r;

	STORE_WORLD_IS(&w, ledger_interchange_find(&w.l, id, &w.a, &r, &w.e), 1);
	return r;
}

static void a_new_one_has_its_name(void **state)
{
	struct interchange_row r;

	(void)state;
	assert_int_equal(add("acme"), 1);
	assert_int_equal(add("acme"), 2);
	r = row(2);
	assert_string_equal(r.name.p, "20261123T0200Z-000002.acme.832.x12");
	assert_string_equal(r.place.p, "outbox/acme");
	assert_string_equal(r.state.p, "making");
	assert_string_equal(r.agreement.p, "acme-832");
	assert_string_equal(r.partner.p, "acme");
	assert_string_equal(r.message.p, "832");
	assert_true(r.unit == 5 && r.isa == 0 && r.attempts == 0 && r.resent == 0);
	assert_int_equal(r.receipt.n + r.ta1.n + r.syntax.n + r.application.n + r.load.n, 0);
	STORE_WORLD_IS(&w, ledger_interchange_find(&w.l, 3, &w.a, &r, &w.e), 0);
}

/* Whatever its file ends in: names of older environments, whose EDIFACT ends in .x12, too. */
static void is_found_by_the_names_of_its_files(void **state)
{
	static const struct {
		const char *name;
		int rc;
		int64_t id;
	} rows[] = {
		{"20261123T0200Z-000001.acme.832.x12", 1, 1},
		{"20261123T0200Z-000001.acme.832.items", 1, 1},
		{"20261123T0200Z-000001.acme.832.edi", 0, 0},
		{"20261123T0200Z-000002.acme.832.edi", 1, 2},
		{"20261123T0200Z-000002.acme.832.items", 1, 2},
		{"20261123T0200Z-000002.acme.items", 0, 0},
		{"20261123T0200Z-000003.acme.832.items", 0, 0},
		{".items", 0, 0},
	};

	(void)state;
	assert_int_equal(add_file("acme", "x12"), 1);
	assert_int_equal(add_file("acme", "edi"), 2);
	assert_string_equal(row(2).name.p, "20261123T0200Z-000002.acme.832.edi");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t id = 0;
		STORE_WORLD_IS(&w, ledger_interchange_named(&w.l, str_c(rows[i].name), &id, &w.e),
			rows[i].rc);
		if (rows[i].rc == 1)
			assert_int_equal(id, rows[i].id);
	}
}

static int queue(int64_t id)
{
	return ledger_interchange_queue(&w.l, id, "sha", "lsha", 400, 3, 17, 18, &w.e);
}

static int sending(int64_t id)
{
	return ledger_interchange_sending(&w.l, id, &w.e);
}

static int sent(int64_t id)
{
	return ledger_interchange_sent(&w.l, id, "sent/acme", "size 400", &w.e);
}

static int hold(int64_t id)
{
	return ledger_interchange_state(
		&w.l, id, "queued|sending", "held", "hold", "BY-HAND", "why", &w.e);
}

static int none(int64_t id)
{
	return ledger_interchange_state(&w.l, id, "", "held", "hold", "BY-HAND", "why", &w.e);
}

static int later(int64_t id)
{
	return ledger_interchange_later(&w.l, id, "DOWN", "no answer", &w.e);
}

/* Each step from each state. What is not allowed changes nothing. */
static void steps_and_states(void **state)
{
	static const struct {
		const char *name;
		int (*step)(int64_t id);
		const char *from[3];
		const char *to; /* NULL: stays */
		bool silent;	/* a step that does nothing elsewhere, and does not fail */
	} rows[] = {
		{"queue", queue, {"making"}, "queued", false},
		{"sending", sending, {"queued", "sending"}, "sending", false},
		{"sent", sent, {"sending", "in-doubt"}, "sent", false},
		{"hold", hold, {"queued", "sending"}, "held", false},
		{"none", none, {NULL}, "held", false},
		{"later", later, {"queued", "sending"}, NULL, true},
	};

	(void)state;
	const int64_t id = add("acme");
	const int64_t other = add("acme");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t k = 0; k < STATES; k++) {
			bool may = false;
			int rc = 0;
			for (size_t f = 0; f < 3 && rows[i].from[f]; f++)
				may = may || strcmp(rows[i].from[f], states[k]) == 0;
			store_world_sql(&w,
				"UPDATE interchange SET state = '%s', before = 'b', reason = 'R' "
				"WHERE id = 1",
				states[k]);
			store_world_begin(&w);
			rc = rows[i].step(id);
			if (rc != (may || rows[i].silent ? 0 : -1))
				fail_msg("%s from %s: %d", rows[i].name, states[k], rc);
			if (rc == -1)
				assert_int_equal(w.e.code, ERR_STALE);
			store_world_commit(&w);
			const struct interchange_row r = row(id);
			if (!str_is(r.state, may && rows[i].to ? rows[i].to : states[k]))
				fail_msg("%s from %s: %s", rows[i].name, states[k], r.state.p);
			if (!may)
				assert_true(str_is(r.before, "b") && str_is(r.reason, "R"));
		}
	}
	assert_string_equal(row(other).state.p, "making");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, queue(77), -1); /* there is none */
	ledger_rollback(&w.l);
}

static void what_each_step_writes(void **state)
{
	struct interchange_row r;

	(void)state;
	const int64_t id = add("acme");
	store_world_begin(&w);
	STORE_WORLD_IS(&w, queue(id), 0);
	STORE_WORLD_IS(&w, later(id), 0);
	r = row(id);
	assert_string_equal(r.sha.p, "sha");
	assert_string_equal(r.lineage_sha.p, "lsha");
	assert_true(r.size == 400 && r.items == 3 && r.isa == 17 && r.gs == 18);
	assert_true(r.queued_at == STORE_WORLD_NOW);
	assert_string_equal(r.reason.p, "DOWN");
	STORE_WORLD_IS(&w, sending(id), 0);
	STORE_WORLD_IS(&w, sending(id), 0);
	assert_int_equal(row(id).attempts, 2);
	STORE_WORLD_IS(&w, ledger_interchange_overdue(&w.l, id, &w.e), 0);
	assert_true(row(id).overdue_at == STORE_WORLD_NOW);
	w.clock.fixed += 60;
	STORE_WORLD_IS(&w, sent(id), 0);
	r = row(id);
	assert_string_equal(r.before.p, "sending");
	assert_string_equal(r.place.p, "sent/acme");
	assert_string_equal(r.evidence.p, "size 400");
	assert_string_equal(r.receipt.p, "accepted");
	assert_true(r.sent_at == STORE_WORLD_NOW + 60 && r.overdue_at == 0);
	assert_int_equal(r.reason.n + r.note.n, 0);
	STORE_WORLD_IS(&w,
		ledger_interchange_state(
			&w.l, id, "queued|sent", "held", "hold", "WHY", "because", &w.e),
		0);
	store_world_commit(&w);
	r = row(id);
	assert_string_equal(r.before.p, "sent");
	assert_string_equal(r.place.p, "hold");
	assert_string_equal(r.reason.p, "WHY");
	assert_string_equal(r.note.p, "because");
}

static void axes_stand_alone(void **state)
{
	static const char *const axes[] = {"receipt", "ta1", "syntax", "application", "load"};

	(void)state;
	(void)add("acme");
	for (size_t i = 0; i < 5; i++) {
		store_world_begin(&w);
		STORE_WORLD_IS(&w, ledger_interchange_axis(&w.l, 1, axes[i], axes[i], &w.e), 0);
		store_world_commit(&w);
		const struct interchange_row r = row(1);
		const struct str got[] = {r.receipt, r.ta1, r.syntax, r.application, r.load};
		for (size_t k = 0; k < 5; k++)
			assert_string_equal(got[k].p, k <= i ? axes[k] : "");
		assert_string_equal(r.state.p, "making");
	}
}

static void an_axis_that_is_none_is_a_bug(void **state)
{
	int status = 0;
	pid_t pid = 0;

	(void)state;
	ledger_close(&w.l);
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		(void)signal(SIGABRT, SIG_DFL);
		(void)close(STDERR_FILENO);
		if (ledger_interchange_axis(&w.l, 1, "state", "sent", &w.e) == 0)
			_exit(0);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void lists_by_states(void **state)
{
	static const struct {
		const char *list, *ids;
	} rows[] = {{"", ""}, {"sent", "4"}, {"making", "1"}, {"queued|sending", "2 3"},
		{"sending|sent|making", "1 3 4"}, {"send", ""}, {"in-doubt|doubt", "5"}, {"in", ""},
		{"closed", "9"}, {"%", ""}, {"sen_", ""}};

	(void)state;
	for (size_t i = 0; i < STATES; i++)
		store_world_sql(&w, "UPDATE interchange SET state = '%s' WHERE id = %lld",
			states[i], (long long)add("acme"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct interchange_rows list;
		char got[100] = "";
		STORE_WORLD_IS(
			&w, ledger_interchange_by_state(&w.l, rows[i].list, &w.a, &list, &w.e), 0);
		for (size_t k = 0; k < list.n; k++)
			(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%lld",
				k > 0 ? " " : "", (long long)list.row[k].id);
		if (strcmp(got, rows[i].ids) != 0)
			fail_msg("'%s': '%s'", rows[i].list, got);
	}
}

/* After the numbers wrapped around, an answer is about the newest one that has it. */
static void found_by_number(void **state)
{
	static const struct {
		const char *partner, *column;
		int64_t number, below, want;
	} rows[] = {
		{"acme", "isa", 7, INT64_MAX, 3},
		{"acme", "isa", 7, 3, 1},
		{"acme", "isa", 7, 1, 0},
		{"acme", "isa", 8, INT64_MAX, 0},
		{"acme", "gs", 8, INT64_MAX, 3},
		{"acme", "gs", 7, INT64_MAX, 0},
		{"bolt", "isa", 7, INT64_MAX, 2},
		{"acm", "isa", 7, INT64_MAX, 0},
	};

	(void)state;
	(void)add("acme");
	(void)add("bolt");
	(void)add("acme");
	store_world_sql(&w, "UPDATE interchange SET isa = 7, gs = 8");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct interchange_row r = {.id = 0};
		const int rc = ledger_interchange_by_number(&w.l, str_c(rows[i].partner),
			rows[i].column, rows[i].number, rows[i].below, &w.a, &r, &w.e);
		if (rc != (rows[i].want != 0) || r.id != rows[i].want)
			fail_msg("row %zu: %d, %lld", i, rc, (long long)r.id);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_one_has_its_name),
		TEST(is_found_by_the_names_of_its_files),
		TEST(steps_and_states),
		TEST(what_each_step_writes),
		TEST(axes_stand_alone),
		TEST(an_axis_that_is_none_is_a_bug),
		TEST(lists_by_states),
		TEST(found_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
