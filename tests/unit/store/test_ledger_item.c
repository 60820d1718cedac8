/* What a partner is known to hold: how items go out, come back, wait, and are set aside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/ledger_item.h"
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

static const char *const states[] = {"pending", "accepted", "rejected", "due", "held"};
enum { STATES = sizeof(states) / sizeof(states[0]) };

static const char item_row[] =
	"SELECT key || '=' || state || ',' || hash || ',' || interchange || ',' || st || '<' || "
	"before_state || ',' || before_hash || ',' || before_interchange || '!' || reason FROM item "
	"WHERE agreement = 'g' ORDER BY key";
static const char item_states[] =
	"SELECT key || '=' || state FROM item WHERE agreement = 'g' ORDER BY key";

static void out(const char *key, const char *hash, int64_t interchange)
{
	store_world_begin(&w);
	STORE_WORLD_IS(&w,
		ledger_item_out(
			&w.l, STR("g"), str_c(key), str_c(hash), interchange, STR("0001"), &w.e),
		0);
	store_world_commit(&w);
}

/* One item a state, of interchange 1: "pending=pending". And one of another agreement. */
static void one_of_each(void)
{
	for (size_t i = 0; i < STATES; i++) {
		out(states[i], "h1", 1);
		store_world_sql(&w, "UPDATE item SET state = '%s', reason = 'R' WHERE key = '%s'",
			states[i], states[i]);
	}
	store_world_sql(&w,
		"INSERT INTO item(agreement, key, state, hash, interchange, at) "
		"VALUES('other', 'pending', 'pending', 'h', 9, 0)");
}

static void going_out_remembers_what_was(void **state)
{
	static const struct {
		const char *was, *row;
	} rows[] = {
		{"pending", "k=pending,h2,2,0001<pending,h1,1!"},
		{"accepted", "k=pending,h2,2,0001<accepted,h1,1!"},
		{"rejected", "k=pending,h2,2,0001<rejected,h1,1!"},
		{"held", "k=pending,h2,2,0001<held,h1,1!"},
		/* due is no state that the partner was in: what was before stays */
		{"due", "k=pending,h2,2,0001<accepted,h0,7!"},
	};

	(void)state;
	out("k", "h1", 1);
	assert_string_equal(store_world_texts(&w, item_row), "k=pending,h1,1,0001<,,0!");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		store_world_sql(&w,
			"UPDATE item SET state = '%s', hash = 'h1', interchange = 1, reason = 'R', "
			"before_state = 'accepted', before_hash = 'h0', before_interchange = 7",
			rows[i].was);
		out("k", "h2", 2);
		assert_string_equal(store_world_texts(&w, item_row), rows[i].row);
	}
}

static void an_answer_is_for_what_is_pending(void **state)
{
	int64_t n = -1;

	(void)state;
	one_of_each();
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_item_all(&w.l, 2, STR(""), "accepted", "", &n, &w.e), 0);
	assert_int_equal(n, 0); /* another interchange */
	STORE_WORLD_IS(&w, ledger_item_all(&w.l, 1, STR("0002"), "accepted", "", &n, &w.e), 0);
	assert_int_equal(n, 0); /* another set */
	STORE_WORLD_IS(&w, ledger_item_all(&w.l, 1, STR("0001"), "accepted", "A", &n, &w.e), 0);
	assert_int_equal(n, 1);
	store_world_commit(&w);
	assert_string_equal(store_world_texts(&w, item_states),
		"accepted=accepted due=due held=held pending=accepted rejected=rejected");
	out("pending", "h1", 1);
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_item_all(&w.l, 1, STR(""), "due", "D", &n, &w.e), 0);
	assert_int_equal(n, 1);
	store_world_commit(&w);
	assert_string_equal(
		store_world_texts(&w, "SELECT key FROM item WHERE reason = 'D'"), "pending");
	assert_int_equal(
		store_world_int(&w, "SELECT COUNT(*) FROM item WHERE state = 'pending'"), 1);
}

static void a_later_answer_takes_back_what_was_accepted(void **state)
{
	int64_t n = -1;

	(void)state;
	one_of_each();
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_item_recall(&w.l, 1, STR("0002"), "due", "", &n, &w.e), 0);
	assert_int_equal(n, 0);
	STORE_WORLD_IS(&w, ledger_item_recall(&w.l, 1, STR(""), "due", "D", &n, &w.e), 0);
	assert_int_equal(n, 2);
	store_world_commit(&w);
	assert_string_equal(store_world_texts(&w, item_states),
		"accepted=due due=due held=held pending=due rejected=rejected");
}

static void one_item_is_rejected(void **state)
{
	(void)state;
	one_of_each();
	store_world_begin(&w);
	for (size_t i = 0; i < STATES; i++) {
		int64_t n = -1;
		STORE_WORLD_IS(
			&w, ledger_item_reject(&w.l, 1, str_c(states[i]), "AK4", &n, &w.e), 0);
		if (n != (i < 2)) /* pending, accepted */
			fail_msg("%s: %d", states[i], (int)n);
		STORE_WORLD_IS(&w, ledger_item_reject(&w.l, 2, str_c(states[i]), "X", &n, &w.e), 0);
		assert_int_equal(n, 0);
		STORE_WORLD_IS(&w, ledger_item_reject(&w.l, 1, STR("nobody"), "X", &n, &w.e), 0);
		assert_int_equal(n, 0);
	}
	store_world_commit(&w);
	assert_string_equal(store_world_texts(&w, item_states),
		"accepted=rejected due=due held=held pending=rejected rejected=rejected");
	assert_string_equal(
		store_world_texts(&w, "SELECT key FROM item WHERE reason = 'AK4' ORDER BY key"),
		"accepted pending");
}

/* The sets of one interchange; what is said of one, and of those that nothing was said of. */
static void sets_have_verdicts(void **state)
{
	struct arena a;
	struct str *st = NULL;
	size_t n = 9;

	(void)state;
	arena_init(&a);
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_item_set(&w.l, 1, STR("0002"), 1, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_item_set(&w.l, 1, STR("0001"), 1, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_item_set(&w.l, 2, STR("0003"), 1, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_item_verdict(&w.l, 1, STR("0002"), "rejected", &w.e), 0);
	STORE_WORLD_IS(&w, ledger_item_verdict(&w.l, 1, STR(""), "accepted", &w.e), 0);
	store_world_commit(&w);
	STORE_WORLD_IS(&w, ledger_item_sets(&w.l, 1, &a, &st, &n, &w.e), 0);
	assert_int_equal(n, 2);
	assert_true(str_is(st[0], "0001") && str_is(st[1], "0002"));
	STORE_WORLD_IS(&w, ledger_item_sets(&w.l, 3, &a, &st, &n, &w.e), 0);
	assert_int_equal(n, 0);
	assert_string_equal(
		store_world_texts(&w, "SELECT st || '=' || verdict FROM iset ORDER BY st"),
		"0001=accepted 0002=rejected 0003=");
	arena_done(&a);
}

static int64_t counted(const char *agreement, const char *what)
{
	int64_t n = -1;

	STORE_WORLD_IS(&w, ledger_item_count(&w.l, str_c(agreement), what, &n, &w.e), 0);
	return n;
}

/* What is due is offered once to each unit; what no unit was offered since makes the next one due. */
static void due_items_are_offered(void **state)
{
	int64_t n = -1;

	(void)state;
	out("a", "h", 1);
	out("b", "h", 1);
	out("c", "h", 1);
	store_world_sql(&w, "UPDATE item SET state = 'due', reason = 'REISSUED' WHERE key < 'c'");
	assert_int_equal(counted("g", "due"), 2);
	assert_int_equal(counted("g", "pending"), 1);
	assert_int_equal(counted("x", "due"), 0);
	STORE_WORLD_IS(&w, ledger_item_not_offered(&w.l, STR("g"), 1, &n, &w.e), 0);
	assert_int_equal(n, 2);
	STORE_WORLD_IS(&w, ledger_item_reissued(&w.l, STR("g"), &w.e), 1);
	STORE_WORLD_IS(&w, ledger_item_reissued(&w.l, STR("x"), &w.e), 0);
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_item_offer(&w.l, STR("g"), 12, &w.e), 0);
	store_world_commit(&w);
	STORE_WORLD_IS(&w, ledger_item_reissued(&w.l, STR("g"), &w.e), 0);
	STORE_WORLD_IS(&w, ledger_item_not_offered(&w.l, STR("g"), 12, &n, &w.e), 0);
	assert_int_equal(n, 0);
	STORE_WORLD_IS(&w, ledger_item_not_offered(&w.l, STR("g"), 1, &n, &w.e), 0);
	assert_int_equal(n, 2); /* unit 12 is not unit 1 */
	store_world_sql(&w, "UPDATE item SET state = 'due', reason = 'REFUSED' WHERE key = 'c'");
	STORE_WORLD_IS(&w, ledger_item_not_offered(&w.l, STR("g"), 12, &n, &w.e), 0);
	assert_int_equal(n, 1);
	STORE_WORLD_IS(&w, ledger_item_not_offered(&w.l, STR("x"), 12, &n, &w.e), 0);
	assert_int_equal(n, 0);
}

static void newer_versions_are_counted(void **state)
{
	int64_t n = -1;

	(void)state;
	for (int i = 0; i < 3; i++)
		out(states[i], "h1", 4);
	STORE_WORLD_IS(&w, ledger_item_newer(&w.l, 4, &n, &w.e), 0);
	assert_int_equal(n, 0);
	for (size_t i = 0; i < 3; i++) {
		out(states[i], "h2", 6);
		store_world_sql(
			&w, "UPDATE item SET state = '%s' WHERE key = '%s'", states[i], states[i]);
	}
	STORE_WORLD_IS(&w, ledger_item_newer(&w.l, 4, &n, &w.e), 0);
	assert_int_equal(n, 2); /* what was rejected is not at the partner */
	STORE_WORLD_IS(&w, ledger_item_newer(&w.l, 6, &n, &w.e), 0);
	assert_int_equal(n, 0);
}

static int note(void *ctx, struct str key, struct str state, struct str hash, struct str settled)
{
	const struct str other = str_eq(state, settled) ? STR("") : settled;
	char *text = ctx;

	(void)snprintf(text + strlen(text), 200 - strlen(text),
		STR_FMT ":" STR_FMT ":" STR_FMT "%s" STR_FMT " ", STR_ARG(key), STR_ARG(state),
		STR_ARG(hash), other.n > 0 ? ":" : "", STR_ARG(other));
	return str_is(key, "c") ? 1 : 0;
}

static void each_in_the_order_of_keys(void **state)
{
	char text[200] = "";

	(void)state;
	out("b", "h2", 1);
	out("B", "h1", 1);
	out("\xc3\xa4", "h9", 1);
	STORE_WORLD_IS(&w, ledger_item_each(&w.l, STR("g"), note, text, &w.e), 0);
	assert_string_equal(text, "B:pending:h1 b:pending:h2 \xc3\xa4:pending:h9 ");
	out("c", "h3", 1);
	text[0] = '\0';
	STORE_WORLD_IS(&w, ledger_item_each(&w.l, STR("g"), note, text, &w.e), 0);
	assert_string_equal(text, "B:pending:h1 b:pending:h2 c:pending:h3 "); /* told to stop */
	text[0] = '\0';
	STORE_WORLD_IS(&w, ledger_item_each(&w.l, STR("none"), note, text, &w.e), 0);
	assert_string_equal(text, "");
	STORE_WORLD_IS(
		&w, ledger_item_left(&w.l, STR("g"), STR("B"), &w.e), 0); /* no room for it */
	STORE_WORLD_IS(&w, ledger_item_each(&w.l, STR("g"), note, text, &w.e), 0);
	assert_string_equal(text, "B:due:h1:pending b:pending:h2 c:pending:h3 ");
}

static void a_set_is_told_once(void **state)
{
	(void)state;
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_item_set(&w.l, 1, STR("0001"), 12, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_item_set(&w.l, 1, STR("0002"), 3, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_item_set(&w.l, 2, STR("0001"), 4, &w.e), 0);
	STORE_WORLD_IS(&w, ledger_item_set(&w.l, 1, STR("0001"), 12, &w.e), -1);
	assert_int_equal(w.e.code, ERR_EXISTS);
	ledger_rollback(&w.l);
}

static void aside(const char *agreement, const char *key, int64_t unit)
{
	store_world_begin(&w);
	STORE_WORLD_IS(&w,
		ledger_item_aside(&w.l, str_c(agreement), str_c(key), STR("it's.json"), unit,
			STR("n.items"), STR("REQUIRED,LENGTH"), STR("brand is empty"), &w.e),
		0);
	store_world_commit(&w);
}

static const char aside_open[] = "SELECT agreement || '/' || key || '/' || unit FROM aside WHERE "
				 "closed = 0 ORDER BY agreement, key, unit";

static void set_aside_until_mended(void **state)
{
	(void)state;
	aside("g", "a", 1);
	aside("g", "b", 1);
	aside("g", "c", 1);
	aside("x", "a", 1);
	aside("g", "b", 2);
	assert_string_equal(store_world_texts(&w,
				    "SELECT codes || '/' || file || '/' || name || '/' || "
				    "opened FROM aside WHERE key = 'c'"),
		"REQUIRED,LENGTH/it's.json/n.items/1795399200");
	out("a", "h", 5);
	out("c", "h", 6);
	store_world_begin(&w); /* what went out with interchange 5 is mended */
	STORE_WORLD_IS(&w, ledger_item_aside_mended(&w.l, STR("g"), 99, 5, &w.e), 0);
	store_world_commit(&w);
	assert_string_equal(store_world_texts(&w, aside_open), "g/b/1 g/b/2 g/c/1 x/a/1");
	w.clock.fixed += 9;
	store_world_begin(&w); /* unit 2 looked at everything of g */
	STORE_WORLD_IS(&w, ledger_item_aside_close(&w.l, STR("g"), 2, &w.e), 0);
	store_world_commit(&w);
	assert_string_equal(store_world_texts(&w, aside_open), "g/b/2 x/a/1");
	assert_int_equal(
		store_world_int(&w, "SELECT COUNT(*) FROM aside WHERE closed = 1795399209"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

/* What was taken out is missed until somebody says that it is well; what comes meanwhile changes nothing of that. */
static void items_that_are_missing(void **state)
{
	int64_t n = 7;

	(void)state;
	store_world_open(&w);
	STORE_WORLD_IS(&w, ledger_item_missing(&w.l, STR("a"), &n, &w.e), 0);
	assert_int_equal(n, 0); /* an older gridspool wrote no such event */
	for (int i = 0; i < 2; i++) {
		int64_t before = 0;
		store_world_begin(&w);
		STORE_WORLD_IS(&w, ledger_item_known(&w.l, STR("a"), &before, &w.e), 0);
		for (int k = 0; k < 3; k++)
			STORE_WORLD_IS(&w,
				ledger_item_out(&w.l, STR("a"),
					(struct str){"abcdef" + 3 * i + k, 1}, STR("h"), 1,
					STR("0001"), &w.e),
				0);
		STORE_WORLD_IS(&w, ledger_item_note(&w.l, STR("a"), before, &w.e), 0);
		store_world_commit(&w);
		STORE_WORLD_IS(&w, ledger_item_missing(&w.l, STR("a"), &n, &w.e), 0);
		assert_int_equal(n, i == 0 ? 0 : 2);
		if (i == 0)
			store_world_sql(&w, "DELETE FROM item WHERE key < 'c'");
	}
	store_world_begin(&w);
	STORE_WORLD_IS(&w, ledger_item_note_all(&w.l, STR("a"), &w.e), 0);
	store_world_commit(&w);
	STORE_WORLD_IS(&w, ledger_item_missing(&w.l, STR("a"), &n, &w.e), 0);
	assert_int_equal(n, 0);
	store_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(going_out_remembers_what_was),
		TEST(an_answer_is_for_what_is_pending),
		TEST(a_later_answer_takes_back_what_was_accepted),
		TEST(one_item_is_rejected),
		TEST(sets_have_verdicts),
		TEST(due_items_are_offered),
		TEST(newer_versions_are_counted),
		TEST(each_in_the_order_of_keys),
		TEST(a_set_is_told_once),
		TEST(set_aside_until_mended),
		cmocka_unit_test(items_that_are_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
