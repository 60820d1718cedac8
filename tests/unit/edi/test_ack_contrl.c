/* CONTRL as verdicts; cases 86 to 91. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edi/ack.h"
#include "edi/ack_codes.h"
#include "unit/support/edi_support.h"

struct fixture {
	struct arena a;
	struct diag d;
	struct err e;
	struct ack *first;
	struct str others;
};

/* body: what stands between UNH and UNT, n segments; version: of UNH, "D:3". */
static int read_as(
	struct fixture *f, const char *syntax, const char *version, const char *body, int n)
{
	static char text[2000];

	(void)snprintf(text, sizeof(text),
		"UNB+UNOC:%s+THEM:ZZ+US:14+%s:0300+9'UNH+1+CONTRL:%s:UN'%sUNT+%d+1'UNZ+1+9'",
		syntax, *syntax == '4' ? "20261123" : "261123", version, body, n + 2);
	arena_init(&f->a);
	diag_init(&f->d, &f->a);
	err_clear(&f->e);
	f->first = NULL;
	f->others = STR("");
	return ack_read(-1, str_c(text), edi_support_defs(), STR("a.edi"), &f->first, &f->others,
		&f->d, &f->a, &f->e);
}

static int read_it(struct fixture *f, const char *body, int n)
{
	return read_as(f, "3", "D:3", body, n);
}

/* The ledger knows how deep an answer looked by its kind alone. */
static void assert_among(enum ack_depth depth, struct str kind)
{
	struct arena a;

	arena_init(&a);
	for (enum ack_depth d = ACK_DEPTH_INTERCHANGE; d < ACK_DEPTHS; d++) {
		const struct str word = arena_printf(&a, " " STR_FMT " ", STR_ARG(kind));
		const bool there = str_find(ack_kinds(d, &a), word, 0) != SIZE_MAX;
		assert_int_equal(there, d == depth);
	}
	arena_done(&a);
}

/* r86, r87: each action, and what it speaks of; UCI repeats whom it came from and who got it. */
static void actions(void **state)
{
	static const struct {
		const char *action;
		const char *kind;
		enum ack_depth depth;
		enum ack_verdict verdict;
	} rows[] = {
		{"1", "CONTRL", ACK_DEPTH_SYNTAX, ACK_ACCEPTED},
		{"2", "CONTRL", ACK_DEPTH_SYNTAX, ACK_WITH_ERRORS},
		{"3", "CONTRL", ACK_DEPTH_SYNTAX, ACK_PARTIAL},
		{"4", "CONTRL", ACK_DEPTH_SYNTAX, ACK_REJECTED},
		{"5", "CONTRL-5", ACK_DEPTH_INTERCHANGE, ACK_ACCEPTED},
		{"6", "CONTRL-6", ACK_DEPTH_INTERCHANGE, ACK_REJECTED},
		{"7", "CONTRL", ACK_DEPTH_SYNTAX, ACK_ACCEPTED},
		{"8", "CONTRL-8", ACK_DEPTH_INTERCHANGE, ACK_ACCEPTED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		char body[200];
		(void)snprintf(body, sizeof(body), "UCI+57+US:14+THEM:ZZ+%s'", rows[i].action);
		assert_int_equal(read_it(&f, body, 1), 0);
		assert_true(str_is(f.first->kind, rows[i].kind));
		assert_int_equal(f.first->depth, rows[i].depth);
		assert_among(rows[i].depth, f.first->kind);
		assert_int_equal(f.first->verdict, rows[i].verdict);
		assert_int_equal(f.first->about_isa, 57);
		assert_true(f.first->edifact);
		assert_true(
			str_is(f.first->sender, "THEM") && str_is(f.first->receiver_qual, "14"));
		assert_true(str_is(f.first->about_sender.id, "US") &&
			str_is(f.first->about_sender.qualifier, "14") &&
			str_is(f.first->about_receiver.id, "THEM"));
		assert_int_equal(f.first->usage, 'P');
		arena_done(&f.a);
	}
}

/* r88, r89: places of messages; the tag of a segment is its position 1. */
static void places(void **state)
{
	struct fixture f;
	const struct ack_set *s = NULL;
	const struct ack_fault *x = NULL;

	(void)state;
	assert_int_equal(read_it(&f,
				 "UCI+57+US:14+THEM:ZZ+7'UCM+1+PRICAT:D:01B:UN+7'"
				 "UCM+2+PRICAT:D:01B:UN+4+18'UCS+6'UCD+39+4:4'UCD+13+2'UCS+9+13'",
				 7),
		0);
	assert_int_equal(f.d.n, 0);
	assert_int_equal(f.first->verdict, ACK_PARTIAL);
	s = f.first->sets;
	assert_true(str_is(s->control, "1") && str_is(s->id, "PRICAT"));
	assert_int_equal(s->verdict, ACK_ACCEPTED);
	s = s->next;
	assert_int_equal(s->verdict, ACK_REJECTED);
	assert_true(str_is(s->codes, "18") && s->text.n > 5);
	x = s->faults;
	assert_int_equal(x->segment_at, 6);
	assert_int_equal(x->element, 3);
	assert_int_equal(x->component, 4);
	assert_true(str_is(x->element_code, "39"));
	assert_true(str_is(x->text, "the value is too long"));
	x = x->next;
	assert_int_equal(x->segment_at, 6);
	assert_int_equal(x->element, 1);
	assert_int_equal(x->component, 0);
	x = x->next;
	assert_int_equal(x->segment_at, 9);
	assert_int_equal(x->element, 0);
	assert_true(str_is(x->segment_code, "13"));
	assert_null(x->next);
	arena_done(&f.a);
}

/* A message that is taken although faults are told is taken with errors; a fault of the envelope has its place. */
static void errors_and_service_segments(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(
		read_it(&f, "UCI+57+US:14+THEM:ZZ+7'UCM+1+PRICAT:D:01B:UN+7'UCS+6+35'", 3), 0);
	assert_int_equal(f.first->verdict, ACK_WITH_ERRORS);
	arena_done(&f.a);
	assert_int_equal(read_it(&f, "UCI+57+US:14+THEM:ZZ+4+23+UNB+3:1'", 1), 0);
	assert_true(str_is(f.first->codes, "23"));
	assert_true(str_is(f.first->text, "the partner does not know the sender (UNB02-1)"));
	arena_done(&f.a);
	assert_int_equal(
		read_it(&f, "UCI+57+US:14+THEM:ZZ+7'UCM+1+PRICAT:D:01B:UN+4+29+UNT+2'", 2), 0);
	assert_true(str_is(f.first->sets->faults->segment, "UNT"));
	assert_int_equal(f.first->sets->faults->element, 1);
	assert_int_equal(f.first->sets->faults->segment_at, 0);
	arena_done(&f.a);
}

/* r90: groups; both ways of the syntax; versions seen in the wild. */
static void versions_and_groups(void **state)
{
	static const struct {
		const char *syntax;
		const char *version;
	} rows[] = {{"3", "D:3"}, {"3", "2:2"}, {"3", "1:1"}, {"4", "4:1"}, {"4", "D:4"},
		{"3", "D:96A"}, {"1", "2:2"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		const int rc = read_as(&f, rows[i].syntax, rows[i].version,
			"UCI+57+US:14+THEM:ZZ+7'UCF+3+US:14+THEM:ZZ+4+32'UCM+1+PRICAT:D:01B:UN+4'",
			3);
		if (rc == -1)
			fail_msg("%s %s: %s", rows[i].syntax, rows[i].version, f.e.text);
		assert_int_equal(f.first->verdict, ACK_REJECTED);
		assert_true(str_is(f.first->codes, "32"));
		assert_int_equal(f.first->sets->verdict, ACK_REJECTED);
		arena_done(&f.a);
	}
}

static void damaged(void **state)
{
	static const struct {
		const char *body;
		int n;
		const char *said;
	} rows[] = {
		{"UCM+1+PRICAT:D:01B:UN+4'", 1, "UCI"},
		{"UCI+57+US:14+THEM:ZZ+9'", 1, "an action, 1 to 8"},
		{"UCI+57+US:14+THEM:ZZ+8'UCM+1+PRICAT:D:01B:UN+4'", 2, "only the envelope"},
		{"UCI+57+US:14+THEM:ZZ+7'UCM+1+PRICAT:D:01B:UN+8'", 2, "an action, 4 or 7"},
		{"UCI+57+US:14+THEM:ZZ+7'UCM+1+PRICAT:D:01B:UN+4'UCS+x'", 3, "a number"},
		{"UCI+57+US:14+THEM:ZZ+7'UCM+1+PRICAT:D:01B:UN+4'UCS+6'UCD+39+1000'", 4,
			"a position"},
		{"UCI+57+US:14+THEM:ZZ+7'UCM+1+PRICAT:D:01B:UN+4'UCF+1+US:14+THEM:ZZ+7'", 3, "UCF"},
		{"UCI+57+US:14+THEM:ZZ+7'BGM+1'", 2, "BGM"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		bool told = false;
		assert_int_equal(read_it(&f, rows[i].body, rows[i].n), -1);
		assert_null(f.first);
		for (const struct finding *x = f.d.first; x; x = x->next)
			told = told || str_find(x->expected, str_c(rows[i].said), 0) != SIZE_MAX ||
				str_is(x->segment, rows[i].said);
		if (!told)
			fail_msg("%s: %s", rows[i].body, f.e.text);
		arena_done(&f.a);
	}
}

/* A reference that is no number is none of ours, and no damage. */
static void another_reference(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(read_it(&f, "UCI+A57+US:14+THEM:ZZ+8'", 1), 0);
	assert_int_equal(f.first->about_isa, 0);
	assert_true(str_is(f.first->about_reference, "A57"));
	arena_done(&f.a);
}

/* r88: all codes of 0085 have words. */
static void words(void **state)
{
	struct str rest = STR(
		"2,7,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,35,36,37,38,"
		"39,40,43,45,46,47,48");
	struct str code;

	(void)state;
	while (str_split(&rest, ',', &code))
		assert_true(ack_codes_find(STR("0085"), code).n > 5);
}

/* Groups without end that all say the same say it once; what is said is not longer than a text may be. */
static void many_groups(void **state)
{
	enum { GROUPS = 3000 };
	static char text[GROUPS * 20 + 300];
	struct fixture f;
	size_t n = 0;

	(void)state;
	arena_init(&f.a);
	diag_init(&f.d, &f.a);
	n = (size_t)snprintf(text, sizeof(text),
		"UNB+UNOC:3+THEM:ZZ+US:14+261123:0300+9'UNH+1+CONTRL:D:3:UN'UCI+57+US:14+THEM:ZZ+7'");
	for (int i = 0; i < GROUPS; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "UCF+%d+A+B+4+12'", i);
	(void)snprintf(text + n, sizeof(text) - n, "UNT+%d+1'UNZ+1+9'", GROUPS + 3);
	assert_int_equal(ack_read(-1, str_c(text), edi_support_defs(), STR("a.edi"), &f.first,
				 &f.others, &f.d, &f.a, &f.e),
		0);
	assert_int_equal(f.first->verdict, ACK_REJECTED);
	assert_true(str_is(f.first->codes, "12"));
	assert_true(f.a.used < 100 * (size_t)GROUPS);
	arena_done(&f.a);
}

static int done(void **state)
{
	(void)state;
	edi_support_done();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_groups),
		cmocka_unit_test(actions),
		cmocka_unit_test(places),
		cmocka_unit_test(errors_and_service_segments),
		cmocka_unit_test(versions_and_groups),
		cmocka_unit_test(damaged),
		cmocka_unit_test(another_reference),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
