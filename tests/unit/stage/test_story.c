/* The story of each kind of thing: facts, lists, what is next, the verbs allowed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stage/story.h"
#include "unit/support/stage_world.h"

static struct story tell(struct stage_world *w, const char *typed)
{
	const struct subject s = stage_world_find(w, typed);
	struct story t;
	struct err e;

	if (story_tell(&w->v, &s, &w->a, &t, &e) == -1)
		fail_msg("%s: %s", typed, e.text);
	return t;
}

static const char *fact(const struct story *t, const char *name)
{
	for (const struct story_fact *f = t->facts; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f->value.p;
	return "";
}

static const struct story_list *list(const struct story *t, const char *name)
{
	for (const struct story_list *l = t->lists; l; l = l->next)
		if (strcmp(l->name, name) == 0)
			return l;
	fail_msg("no list %s", name);
	return NULL;
}

static void tells_of_an_interchange(void **state)
{
	struct stage_world w;
	struct story t;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "sent", "", "a b");
	stage_world_sql(&w, "UPDATE interchange SET ta1 = 'accepted'");
	stage_world_sql(&w,
		"INSERT INTO ack(received, kind, about, interchange, verdict, outcome, codes, note, at) "
		"VALUES(1234567, 'TA1', 101, 1, 'accepted', 'applied', '000', 'fine', 60)");
	stage_world_sql(&w,
		"INSERT INTO event(at, run, actor, what, subject, detail, hash) "
		"VALUES(0, '', 'user:ann', 'held', 'interchange 000001', 'x', 'h')");
	t = tell(&w, "1");
	assert_string_equal(fact(&t, "kind"), "interchange");
	assert_string_equal(fact(&t, "headline"), "sent");
	assert_string_equal(fact(&t, "place"), "sent/acme");
	assert_string_equal(fact(&t, "items"), "2");
	assert_string_equal(fact(&t, "reason"), "");
	assert_true(str_is(t.verbs, "resend, reissue, close"));
	/* Sent an hour ago: the TA1 has come, the 997 has 23 hours left. */
	assert_true(str_is(t.next, "a 997 of the partner is expected by 2026-11-24T01:00:00Z"));
	assert_true(str_is(list(&t, "acknowledgments")->first->cell[0], "1970-01-01T00:01:00Z"));
	assert_true(str_is(list(&t, "acknowledgments")->first->cell[7], "r-1234567"));
	assert_true(str_is(list(&t, "events")->first->cell[1], "user:ann"));
	assert_null(list(&t, "feedback")->first);
	stage_world_close(&w);
}

/* What to do is that of the reason, about this one. */
static void tells_the_remedy(void **state)
{
	static const struct {
		const char *reason, *next;
	} rows[] = {
		{"BY-HAND",
			"gridspool release 000001 --reason TEXT sends it; gridspool close 000001 --reason TEXT gives it up"},
		{"TA1-REJECTED",
			"correct the identities or separators, then gridspool reissue 000001 --reason TEXT"},
		{"SOMETHING-ELSE", "a person decides"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage_world w;
		stage_world_open(&w, false);
		(void)stage_world_in(&w, "held", rows[i].reason, "a");
		const struct story t = tell(&w, "1");
		if (!str_is(t.next, rows[i].next))
			fail_msg("%s: " STR_FMT, rows[i].reason, STR_ARG(t.next));
		stage_world_close(&w);
	}
}

static void tells_of_an_item(void **state)
{
	struct stage_world w;
	struct story t;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "sent", "", "SKU-1");
	t = tell(&w, "SKU-1");
	assert_true(str_starts(t.next, STR("its interchange waits")));
	stage_world_sql(&w, "UPDATE item SET state = 'due'");
	t = tell(&w, "SKU-1");
	assert_true(str_is(t.next, "the next run sends it again"));
	stage_world_sql(&w, "UPDATE item SET state = 'accepted'");
	t = tell(&w, "SKU-1");
	assert_true(str_starts(t.next, STR("nothing; ")));
	t = tell(&w, "u-1");
	assert_string_equal(fact(&t, "inputs"), "source in-000007");
	stage_world_sql(&w, "UPDATE item SET state = 'rejected', reason = 'too long'");
	t = tell(&w, "SKU-1");
	assert_true(str_is(list(&t, "partners")->first->cell[1], "rejected"));
	assert_true(str_is(list(&t, "partners")->first->cell[2], "000001"));
	assert_true(str_starts(t.next, STR("correct what the partner refused")));
	assert_int_equal(t.verbs.n, 0);
	stage_world_sql(&w,
		"INSERT INTO aside(agreement, key, file, unit, name, codes, note, opened) "
		"VALUES('acme-832', 'SKU-1', 'content/x.json', 1, 'n', 'PRICE', 'no price', 5)");
	stage_world_sql(&w,
		"INSERT INTO feedback(agreement, partner, key, interchange, received, segment, "
		"segment_at, element, component, code, field, found, file, map_line, note, at) VALUES("
		"'acme-832', 'acme', 'SKU-1', 1, 1, 'LIN', 5, 3, 0, '5', 'title', 'x', 'f', 7, 'long', 6)");
	t = tell(&w, "SKU-1");
	assert_true(str_is(list(&t, "findings")->first->cell[4], "no price"));
	assert_true(str_is(list(&t, "findings")->first->cell[3], "content/x.json"));
	assert_true(str_is(list(&t, "feedback")->first->cell[3], "title"));
	assert_true(str_is(t.verbs, "close"));
	stage_world_close(&w);
}

static void tells_of_an_agreement(void **state)
{
	struct stage_world w;
	struct story t;
	const struct story_row *r = NULL;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_in(&w, "sent", "", "a b c");
	stage_world_sql(&w,
		"UPDATE item SET state = 'rejected', reason = 'too long' WHERE key = 'b'; "
		"UPDATE item SET state = 'accepted' WHERE key = 'c'");
	stage_world_sql(&w,
		"INSERT INTO aside(agreement, key, file, unit, name, codes, note, opened, closed) "
		"VALUES('acme-832', 'x', 'a.json', 1, 'n.items', 'PRICE', 'no price', 5, 0), "
		"('acme-832', 'y', 'a.json', 1, 'n.items', 'PRICE', 'mended', 5, 9)");
	t = tell(&w, "acme-832");
	r = list(&t, "set-aside-items")->first;
	assert_true(r && !r->next && str_is(r->cell[0], "x"));
	assert_true(str_is(r->cell[2], "u-1") && str_is(r->cell[3], "quarantine/n.items"));
	r = list(&t, "open-items")->first;
	assert_true(r && !r->next && str_is(r->cell[0], "b") && str_is(r->cell[4], "too long"));
	stage_world_close(&w);
}

/* A long list is cut, and says so. */
static void counts_what_it_does_not_list(void **state)
{
	struct stage_world w;
	struct story t;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_queued(&w, "a");
	stage_world_sql(&w,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
		"INSERT INTO aside(agreement, key, file, unit, name, codes, note, opened) "
		"SELECT 'acme-832', 'k' || i, 'a.json', 1, 'n.items', 'PRICE', 'no price', 5 FROM n");
	t = tell(&w, "u-1");
	assert_int_equal(list(&t, "set-aside-items")->rows, STORY_ROWS);
	assert_int_equal(list(&t, "set-aside-items")->total, 1200);
	t = tell(&w, "acme-832");
	assert_int_equal(list(&t, "set-aside-items")->total, 1200);
	assert_int_equal(list(&t, "interchanges")->total, 1);
	stage_world_close(&w);
}

static void tells_of_the_others(void **state)
{
	static const struct {
		const char *typed;
		const char *fact, *value;
		const char *verbs;
		const char *list;
	} rows[] = {
		{"in-12", "reason", "EMPTY", "close", "units"},
		{"r-3", "state", "orphan", "retry, close", "acknowledgments"},
		{"u-1", "reason", "CONVERSION", "retry, close", "set-aside-items"},
		{"acme", "next-try", "1970-01-01T00:01:17Z", "retry, hold", "interchanges"},
		{"acme-832", "agreement", "acme-832", "retry, hold", "interchanges"},
	};
	struct stage_world w;

	(void)state;
	stage_world_open(&w, false);
	(void)stage_world_queued(&w, "a");
	stage_world_sql(&w, "UPDATE unit SET state = 'failed', reason = 'CONVERSION'");
	stage_world_sql(&w,
		"INSERT INTO partner(name, failures, next_try, reason, note, at) "
		"VALUES('acme', 2, 77, 'DNS', 'x', 0)");
	stage_world_sql(&w,
		"INSERT INTO input(id, source, name, state, place, dev, ino, size, mtime, tree, at, run, "
		"reason) VALUES(12, 'products', 'x', 'quarantined', 'q', 0, 0, 1, 0, 0, 0, '', 'EMPTY')");
	stage_world_sql(&w,
		"INSERT INTO received(id, partner, remote, rsize, rmtime, name, place, state, at) "
		"VALUES(3, 'acme', 'x', 1, 0, 'r-000003', 'p', 'orphan', 0)");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct story t = tell(&w, rows[i].typed);
		assert_string_equal(fact(&t, rows[i].fact), rows[i].value);
		assert_true(str_is(t.verbs, rows[i].verbs));
		assert_non_null(list(&t, rows[i].list));
		assert_true(t.next.n > 0);
	}
	stage_world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_an_interchange),
		cmocka_unit_test(tells_the_remedy),
		cmocka_unit_test(tells_of_an_item),
		cmocka_unit_test(tells_of_an_agreement),
		cmocka_unit_test(counts_what_it_does_not_list),
		cmocka_unit_test(tells_of_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
