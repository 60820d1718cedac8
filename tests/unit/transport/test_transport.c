/* The table of channels and the rules for foreign names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "transport/transport.h"

static void test_table(void **state)
{
	static const char *const names[] = {"directory", "sftp"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct transport_ops *ops = transport_find(str_c(names[i]));

		assert_non_null(ops);
		assert_string_equal(ops->name, names[i]);
		assert_true(ops->prepare && ops->open && ops->stat && ops->upload && ops->commit);
		assert_true(ops->list && ops->fetch && ops->remove && ops->close && ops->done);
	}
	assert_false(transport_find(STR("directory"))->network);
	assert_true(transport_find(STR("sftp"))->network);
	assert_null(transport_find(STR("SFTP")));
	assert_null(transport_find(STR("")));
}

static void test_done(void **state)
{
	struct transport t;

	(void)state;
	memset(&t, 0, sizeof(t));
	transport_done(&t);
	transport_init(&t, transport_find(STR("sftp")), NULL, NULL, NULL);
	assert_int_equal(t.root, -1);
	transport_done(&t);
	transport_init(&t, transport_find(STR("directory")), NULL, NULL, NULL);
	transport_done(&t);
	assert_null(t.ops);
}

static void test_names(void **state)
{
	static const struct {
		struct str name;
		bool ok;
		bool temp;
	} cases[] = {
		{STR_INIT("a.997"), true, false},
		{STR_INIT("\xc3\xbc.997"), true, false},
		{STR_INIT("a b"), true, false},
		{STR_INIT(""), false, false},
		{STR_INIT("."), false, true},
		{STR_INIT(".."), false, true},
		{STR_INIT("a/b"), false, false},
		{STR_INIT("/etc/passwd"), false, false},
		{STR_INIT("../a"), false, true},
		{STR_INIT("a\nb"), false, false},
		{STR_INIT("a\0b"), false, false},
		{STR_INIT("a\x7f"), false, false},
		{STR_INIT("a\xff"), false, false},
		{STR_INIT(".a"), true, true},
		{STR_INIT("a.tmp"), true, true},
		{STR_INIT("a.TMP"), true, true},
		{STR_INIT("a.part"), true, true},
		{STR_INIT("a.filepart"), true, true},
		{STR_INIT("a.Partial"), true, true},
		{STR_INIT("a.incomplete"), true, true},
		{STR_INIT("tmp"), true, false},
		{STR_INIT("a.tmp.997"), true, false},
	};
	char longest[LIMIT_NAME + 1];
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (transport_name_ok(cases[i].name) != cases[i].ok ||
			transport_name_temp(cases[i].name) != cases[i].temp)
			fail_msg("case %zu " STR_FMT, i, STR_ARG(cases[i].name));
	}
	memset(longest, 'a', sizeof(longest));
	assert_true(transport_name_ok((struct str){longest, LIMIT_NAME}));
	assert_false(transport_name_ok((struct str){longest, LIMIT_NAME + 1}));
	assert_int_equal(transport_name_check("a.997", &e), 0);
	assert_int_equal(transport_name_check("a/b", &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
}

struct seen {
	char all[200];
	int left; /* until stop */
};

static int each(void *ctx, const struct transport_entry *entry)
{
	struct seen *s = ctx;
	const size_t n = strlen(s->all);

	(void)snprintf(s->all + n, sizeof(s->all) - n, STR_FMT ",", STR_ARG(entry->name));
	return --s->left == 0;
}

static void test_listing(void **state)
{
	static const struct str names[] = {STR_INIT("b"), STR_INIT("a"), STR_INIT("."),
		STR_INIT(".."), STR_INIT("b"), STR_INIT("x/y"), STR_INIT("../x"), STR_INIT(".t"),
		STR_INIT("c")};
	struct transport_listing l = {0};
	struct seen s = {"", 100};
	struct err e;

	(void)state;
	transport_listing_give(&l, each, &s);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct transport_entry entry = {.name = names[i], .plain = true};
		assert_int_equal(transport_listing_add(&l, &entry, &e), 0);
	}
	const struct transport_entry folder = {.name = STR("folder"), .plain = false};
	assert_int_equal(transport_listing_add(&l, &folder, &e), 0);
	transport_listing_give(&l, each, &s);
	assert_string_equal(s.all, "a,b,c,");
	assert_int_equal(l.skipped, 3);
	s = (struct seen){"", 2};
	transport_listing_give(&l, each, &s);
	assert_string_equal(s.all, "a,b,");
	transport_listing_done(&l);
	assert_null(l.entries);
}

/* A server that lists names for ever, none of which is for us. */
static void test_listing_ends(void **state)
{
	struct transport_listing l = {0};
	const struct transport_entry entry = {.name = STR(".a"), .plain = true};
	struct err e = {0};
	int n = 0;

	(void)state;
	while (n <= LIMIT_LISTED && transport_listing_add(&l, &entry, &e) == 0)
		n++;
	assert_int_equal(n, LIMIT_LISTED);
	assert_string_equal(e.reason, "LISTING-TOO-LONG");
	assert_int_equal(l.n, 0);
	transport_listing_done(&l);
}

static void test_listing_limit(void **state)
{
	struct transport_listing l = {0};
	const struct transport_entry entry = {.name = STR("a"), .plain = true};
	struct err e = {0};
	int rc = 0;
	size_t n = 0;

	(void)state;
	for (; rc == 0 && n <= LIMIT_LISTING; n++)
		rc = transport_listing_add(&l, &entry, &e);
	assert_int_equal(rc, -1);
	assert_int_equal(n, LIMIT_LISTING + 1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_string_equal(e.reason, "LISTING-TOO-LONG");
	transport_listing_done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_listing),
		cmocka_unit_test(test_listing_ends),
		cmocka_unit_test(test_listing_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
