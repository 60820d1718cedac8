/* APERAK as verdicts; cases 92 and 93. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edi/ack.h"
#include "unit/support/edi_support.h"

struct fixture {
	struct arena a;
	struct diag d;
	struct err e;
	struct ack *first;
	struct str others;
};

static int read_bytes(struct fixture *f, const char *text)
{
	arena_init(&f->a);
	diag_init(&f->d, &f->a);
	err_clear(&f->e);
	f->first = NULL;
	f->others = STR("");
	return ack_read(-1, str_c(text), edi_support_defs(), STR("a.edi"), &f->first, &f->others,
		&f->d, &f->a, &f->e);
}

static int read_it(struct fixture *f, const char *directory, const char *body, int n)
{
	static char text[2000];

	(void)snprintf(text, sizeof(text),
		"UNB+UNOC:3+THEM:ZZ+US:14+261123:0300+9++++++1'UNH+1+APERAK:D:%s:UN'%sUNT+%d+1'UNZ+1+9'",
		directory, body, n + 2);
	return read_bytes(f, text);
}

/* r92: 4343, then 1225, then 1001 say it; faults alone refuse. */
static void verdicts(void **state)
{
	static const struct {
		const char *bgm;
		bool fault;
		int verdict; /* -1: damaged */
	} rows[] = {
		{"BGM+++9+AP'", false, ACK_ACCEPTED},
		{"BGM+++9+AP'", true, ACK_WITH_ERRORS},
		{"BGM+++9+CA'", false, ACK_WITH_ERRORS},
		{"BGM+++9+RE'", false, ACK_REJECTED},
		{"BGM+++29+RE'", false, ACK_REJECTED},
		{"BGM+313++29'", false, ACK_ACCEPTED},
		{"BGM+++27'", false, ACK_REJECTED},
		{"BGM+312'", false, ACK_ACCEPTED},
		{"BGM+313'", true, ACK_REJECTED},
		{"BGM+++34'", false, ACK_WITH_ERRORS},
		{"BGM+++9+NA'", true, ACK_REJECTED},
		{"BGM+++9+NA'", false, -1}, /* no answer wanted: no verdict */
		{"BGM+++9'", true, ACK_REJECTED},
		{"BGM+++9'", false, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		char body[200];
		int rc = 0;
		(void)snprintf(body, sizeof(body), "%sRFF+AGO:57'%s", rows[i].bgm,
			rows[i].fault ? "ERC+12'" : "");
		rc = read_it(&f, "96A", body, rows[i].fault ? 3 : 2);
		assert_int_equal(rc, rows[i].verdict == -1 ? -1 : 0);
		if (rc == 0) {
			assert_true(str_is(f.first->kind, "APERAK"));
			assert_int_equal(f.first->depth, ACK_DEPTH_APPLICATION);
			assert_int_equal(f.first->verdict, rows[i].verdict);
			assert_int_equal(f.first->about_isa, 57);
			assert_int_equal(f.first->usage, 'T');
		}
		arena_done(&f.a);
	}
}

/* r92: each ERC with its text and references, in both directories. */
static void faults(void **state)
{
	static const char *const directories[] = {"96A", "01B"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fixture f;
		const struct ack_fault *x = NULL;
		assert_int_equal(
			read_it(&f, directories[i],
				"BGM+313+A1+9+RE'DTM+137:20261123:102'FTX+AAO+++SEE BELOW'RFF+AGO:57'RFF+ACW:2'"
				"NAD+MR+THEM::9'ERC+E10::91'FTX+AAO+++PRICE:MISSING'RFF+SA:SKU-1'ERC+E11'",
				10),
			0);
		assert_int_equal(f.first->about_isa, 57);
		assert_false(f.first->about_either);
		assert_true(str_is(f.first->text, "SEE BELOW"));
		assert_true(str_is(f.first->sets->control, "2"));
		x = f.first->sets->faults;
		assert_true(str_is(x->segment_code, "E10"));
		assert_true(str_is(x->text, "code E10 of the partner: PRICE MISSING"));
		assert_true(str_is(x->references, "SKU-1"));
		assert_true(str_is(x->next->segment_code, "E11"));
		assert_int_equal(x->next->references.n, 0);
		assert_null(x->next->next);
		arena_done(&f.a);
	}
}

#define X64 "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"
#define X512 X64 X64 X64 X64 X64 X64 X64 X64

/* FTX of D.01B may hold 5 texts of 512 characters, none of which is lost. */
static void long_texts(void **state)
{
	static char text[6000];
	struct fixture f;
	size_t n = 0;

	(void)state;
	n = (size_t)snprintf(text, sizeof(text),
		"UNB+UNOC:3+THEM:ZZ+US:14+261123:0300+9'UNH+1+APERAK:D:01B:UN'BGM+++9+RE'RFF+AGO:57'ERC+1'"
		"FTX+AAO+++" X512 ":" X512 ":" X512 ":" X512 ":" X512 "'ERC+2'");
	for (int i = 0; i < 9; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "RFF+SA:%d" X64 "'", i);
	(void)snprintf(text + n, sizeof(text) - n, "UNT+16+1'UNZ+1+9'");
	assert_int_equal(read_bytes(&f, text), 0);
	assert_true(str_starts(f.first->sets->faults->text, STR("code 1 of the partner: X")));
	assert_int_equal(f.first->sets->faults->text.n, 23 + 5 * 512 + 4);
	assert_int_equal(f.first->sets->faults->next->references.n, 9 * 65 + 8);
	arena_done(&f.a);
}

/* ACW alone may be either; several references of one fault, of D.01B, are lines. */
static void references(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(
		read_it(&f, "01B", "BGM+++9+RE'RFF+ACW:57'ERC+1'RFF+LI:1'RFF+SA:SKU-1'", 5), 0);
	assert_true(f.first->about_either);
	assert_int_equal(f.first->about_isa, 57);
	assert_int_equal(f.first->sets->control.n, 0);
	assert_true(str_is(f.first->sets->faults->references, "SKU-1"));
	assert_true(str_is(f.first->sets->faults->line, "1"));
	arena_done(&f.a);
	assert_int_equal(read_it(&f, "01B", "BGM+++9+AP'", 1), 0);
	assert_int_equal(f.first->about_isa, 0);
	arena_done(&f.a);
}

/* r93: a second UNB where the first has not ended, and a message without its reference. */
static void broken(void **state)
{
	static const char *const rows[] = {
		"UNB+UNOC:3+THEM:ZZ+US:14+261123:0300+9'UNB+UNOC:3+THEM:ZZ+US:14+261123:0300+9'"
		"UNH+1+APERAK:D:96A:UN'BGM+++9+AP'UNT+3+1'UNZ+1+9'",
		"UNB+UNOC:3+THEM:ZZ+US:14+261123:0300+9'UNH++APERAK:D:96A:UN'BGM+++9+AP'UNT+3+'UNZ+1+9'",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fixture f;
		assert_int_equal(read_bytes(&f, rows[i]), -1);
		assert_null(f.first);
		assert_true(
			str_find(str_c(f.e.text), STR("nothing of it is applied"), 0) != SIZE_MAX);
		arena_done(&f.a);
	}
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
		cmocka_unit_test(verdicts),
		cmocka_unit_test(faults),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(references),
		cmocka_unit_test(broken),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
