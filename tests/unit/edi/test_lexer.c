/* The tokenizer: values sixteen bytes at a time give what a plain loop gives, at every offset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "edi/lexer.h"

static struct lexer open_bytes(const char *p, size_t n)
{
	struct lexer l;
	struct err e;

	assert_int_equal(lexer_open(&l, -1, (struct str){p, n}, &e), 0);
	l.element = '*';
	l.component = '>';
	l.terminator = '~';
	l.repetition = '^';
	l.binary = true;
	return l;
}

/* "1.1.1=A 2.1.3=B" */
static void show(const struct lexer_values *v, char *out, size_t size)
{
	size_t n = 0;

	out[0] = 0;
	for (size_t i = 0; i < v->n; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%u.%u.%u=" STR_FMT, i ? " " : "",
			v->v[i].element, v->v[i].repetition, v->v[i].component,
			STR_ARG(v->v[i].text));
}

static void values(void **state)
{
	static const struct {
		const char *in;
		bool repeats;
		const char *want;
	} rows[] = {
		{"REF", false, ""},
		{"REF*", false, ""},
		{"REF*A", false, "1.1.1=A"},
		{"REF***A*", false, "3.1.1=A"},
		{"REF*A>B>>C*D", false, "1.1.1=A 1.1.2=B 1.1.4=C 2.1.1=D"},
		{"REF*>>>X", false, "1.1.4=X"},
		{"REF*A^B>C^^D", false, "1.1.1=A^B 1.1.2=C^^D"},
		{"REF*A^B>C^^D", true, "1.1.1=A 1.2.1=B 1.2.2=C 1.4.1=D"},
		{"REF*a value that is longer than one word*b", false,
			"1.1.1=a value that is longer than one word 2.1.1=b"},
	};
	struct value room[LIMIT_ELEMENTS];
	uint32_t at[LIMIT_ELEMENTS];
	char padded[200];
	char got[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t shift = 0; shift < 17; shift++) {
			const size_t n = strlen(rows[i].in);
			struct lexer_values v = {.v = room, .at = at};
			struct lexer_raw raw;
			struct err e;
			memset(padded, ' ', sizeof(padded));
			memcpy(padded + shift, rows[i].in, n);
			padded[shift + n] = '~';
			struct lexer l = open_bytes(padded, shift + n + 1);
			l.repeats = rows[i].repeats;
			assert_int_equal(lexer_next(&l, &raw, &e), 1);
			assert_int_equal(raw.offset, shift);
			lexer_split(&l, &raw, 3, NULL, &v);
			show(&v, got, sizeof(got));
			assert_string_equal(got, rows[i].want);
			for (size_t k = 0; k < v.n; k++)
				assert_ptr_equal(raw.bytes.p + at[k], v.v[k].text.p);
			assert_int_equal(lexer_next(&l, &raw, &e), 0);
			lexer_close(&l);
		}
	}
}

static void flags(void **state)
{
	static const struct {
		const char *in;
		unsigned want;
	} rows[] = {{"REF*AB", 0}, {"REF*A\nB", LEXER_CONTROL}, {"REF*A\xc3\xa4", LEXER_HIGH},
		{"REF*ABCDEFGHIJKLMNOP\x01*", LEXER_CONTROL | LEXER_TRAILING}, {"REF*A\x7f", 0},
		{"REF*A>*B", LEXER_TRAILING}, {"REF*A>>B", 0}, {"REF", 0}};
	struct value room[LIMIT_ELEMENTS];
	uint32_t at[LIMIT_ELEMENTS];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lexer_values v = {.v = room, .at = at};
		const struct str bytes = str_c(rows[i].in);
		struct lexer l = open_bytes(bytes.p, bytes.n);
		const struct lexer_raw raw = {.bytes = bytes, .limit = bytes.p + bytes.n};
		lexer_split(&l, &raw, 3, NULL, &v);
		assert_int_equal(v.seen, rows[i].want);
		lexer_close(&l);
	}
}

/* r67: what a release character stands before is data, the terminator too. */
static void released(void **state)
{
	static const char in[] = "FTX*A?*B>C?~D~E??~F???~G~\n?~H~";
	static const char *const want[] = {"FTX*A?*B>C?~D", "E??", "F???~G", "?~H"};
	struct lexer l = open_bytes(in, sizeof(in) - 1);
	struct value room[LIMIT_ELEMENTS];
	uint32_t at[LIMIT_ELEMENTS];
	struct lexer_values v = {.v = room, .at = at};
	struct lexer_raw raw;
	struct err e;
	char got[100];

	(void)state;
	l.release = '?';
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(lexer_next(&l, &raw, &e), 1);
		assert_true(str_is(raw.bytes, want[i]));
		if (i > 0)
			continue;
		lexer_split(&l, &raw, 3, NULL, &v);
		show(&v, got, sizeof(got));
		assert_string_equal(got, "1.1.1=A?*B 1.1.2=C?~D");
		assert_int_equal(v.seen, LEXER_RELEASE);
	}
	assert_int_equal(lexer_next(&l, &raw, &e), 0);
	lexer_close(&l);
}

/* r17: the length in BIN01 covers separators and line ends. */
static void binary(void **state)
{
	static const char in[] =
		"BIN*6*a~*b~\n~REF*1~BDS*ASC*3*~~~~BIN*x*1~REF*2~BIN*2*abc~REF*3~BIN*9*abc~";
	static const struct {
		const char *bytes;
		size_t length; /* by its length element */
	} want[] = {{"BIN*6*a~*b~\n", 12}, {"REF*1", 0}, {"BDS*ASC*3*~~~", 13}, {"BIN*x*1", 0},
		{"REF*2", 0}, {"BIN*2*abc", 8}, {"REF*3", 0}};
	struct lexer l = open_bytes(in, sizeof(in) - 1);
	struct lexer_raw raw;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(lexer_next(&l, &raw, &e), 1);
		assert_true(str_is(raw.bytes, want[i].bytes));
		assert_int_equal(raw.binary, want[i].length);
		assert_false(raw.unterminated);
	}
	assert_int_equal(lexer_next(&l, &raw, &e), 1); /* longer than the file */
	assert_true(str_is(raw.bytes, "BIN*9*abc~") && raw.unterminated);
	assert_int_equal(lexer_next(&l, &raw, &e), 0);
	lexer_close(&l);
}

static void segment_too_long(void **state)
{
	const size_t n = (size_t)LIMIT_SEGMENT + 2;
	char *big = mem_alloc(n);
	struct lexer_raw raw;
	struct err e;

	(void)state;
	memset(big, 'A', n);
	struct lexer l = open_bytes(big, n);
	assert_int_equal(lexer_next(&l, &raw, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	lexer_close(&l);
	big[n - 2] = '~';
	l = open_bytes(big, n);
	assert_int_equal(lexer_next(&l, &raw, &e), 1);
	assert_int_equal(raw.bytes.n, LIMIT_SEGMENT);
	lexer_close(&l);
	mem_free(big);
}

static bool is_ref(const char *p, char element)
{
	return memcmp(p, "REF", 3) == 0 && p[3] == element;
}

/* Only what needs no look is gone over: what comes next is where it was. */
static void passed(void **state)
{
	static const struct {
		const char *in;
		char release;
		uint64_t want;
		const char *next;
	} rows[] = {
		{"REF*1~REF*2~LIN*1~", 0, 2, "LIN*1"},
		{"REF*1~\nREF*2~  \nLIN*1~", 0, 2, "LIN*1"},
		{"REF*1~REF*2", 0, 1, "REF*2"},
		{"REF*1~~REF*2~", 0, 1, ""},
		{"REF*~REF*2~X~", 0, 2, "X"},
		{"REF*1~REF*?~2~X~", '?', 1, "REF*?~2"},
		{"REF*1~REF*??~X~", '?', 1, "REF*??"},
		{"REF*1~REF", 0, 1, "REF"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lexer l = open_bytes(rows[i].in, strlen(rows[i].in));
		struct lexer_raw raw;
		struct err e;
		l.release = rows[i].release;
		assert_int_equal(lexer_pass(&l, is_ref), rows[i].want);
		assert_int_equal(lexer_next(&l, &raw, &e), 1);
		assert_true(str_is(raw.bytes, rows[i].next));
		lexer_close(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(values), cmocka_unit_test(flags),
		cmocka_unit_test(released), cmocka_unit_test(passed), cmocka_unit_test(binary),
		cmocka_unit_test(segment_too_long)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
