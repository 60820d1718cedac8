/* What the user says of a source, and what a file says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "cli/source.h"
#include "edi/edi_read.h"
#include "model/tolerance.h"

struct said {
	const char *text;
	const char *path; /* NULL: refused */
	char separator, decimal;
	size_t numbers;
	bool no_header;
};

static void test_parse(void **state)
{
	static const struct said cases[] = {
		{.text = "a.csv", .path = "a.csv"},
		{.text = "a,b.csv", .path = "a,b.csv"},
		{.text = "x=1,y=2.csv", .path = "x=1,y=2.csv"},
		{.text = "a.csv,separator=;,decimal=,,numbers=a b",
			.path = "a.csv",
			.separator = ';',
			.decimal = ',',
			.numbers = 2},
		{.text = "a.csv,decimal=,,separator=;",
			.path = "a.csv",
			.separator = ';',
			.decimal = ','},
		{.text = "a.csv,separator=,,header=no",
			.path = "a.csv",
			.separator = ',',
			.no_header = true},
		{.text = "a.csv,separator=tab,decimal=.",
			.path = "a.csv",
			.separator = '\t',
			.decimal = '.'},
		{.text = "a.csv,decimal=,", .path = "a.csv", .decimal = ','},
		{.text = ",decimal=,"},
		{.text = ""},
		{.text = "a.csv,decimal=x"},
		{.text = "a.csv,separator="},
		{.text = "a.csv,separator=ab"},
		{.text = "a.csv,separator=a"},
		{.text = "a.csv,header=perhaps"},
		{.text = "a.csv,format=xlsx"},
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct said *c = &cases[i];
		struct reader_spec o = {.file = {NULL, 0}};
		struct err e = {0};
		const char *path = source_parse(str_c(c->text), &o, &a, &e);
		if ((path == NULL) != (c->path == NULL))
			fail_msg("%s: %s", c->text, path ? path : e.text);
		if (!path) {
			assert_int_equal(e.code, ERR_USAGE);
			continue;
		}
		assert_string_equal(path, c->path);
		assert_int_equal(o.separator, c->separator);
		assert_int_equal(o.decimal, c->decimal);
		assert_int_equal(o.nnumbers, c->numbers);
		assert_int_equal(o.no_header, c->no_header);
	}
	arena_done(&a);
}

struct file {
	const char *bytes;
	size_t n;
	enum source_is kind;
	char separator;
};

#define BYTES(lit) .bytes = "" lit, .n = sizeof(lit) - 1

static void test_kinds(void **state)
{
	static const struct file cases[] = {
		{BYTES("{\"a\": 1}\n"), .kind = SOURCE_IS_JSON},
		{BYTES("\xef\xbb\xbf \n{}"), .kind = SOURCE_IS_JSON},
		{BYTES("[{}]"), .kind = SOURCE_IS_JSON},
		{BYTES("PK\003\004...."), .kind = SOURCE_IS_TREE},
		{BYTES("a;b,c;d\n1,1;2;3\n"), .kind = SOURCE_IS_CSV, .separator = ';'},
		{BYTES("a\tb\n1,2,3,4\n"), .kind = SOURCE_IS_CSV, .separator = '\t'},
		{BYTES("\"a,b,c\"|d\n"), .kind = SOURCE_IS_CSV, .separator = '|'},
		{BYTES("<?xml version=\"1.0\"?>"), .kind = SOURCE_IS_XML},
		{BYTES(" <c:d/>"), .kind = SOURCE_IS_XML},
		{BYTES("\377\376<\0c\0"), .kind = SOURCE_IS_XML},
		{BYTES("<!-- exported --><c/>"), .kind = SOURCE_IS_XML},
		{BYTES("\xef\xbb\xbf<?pi?>\n<!-- < > --> <c/>"), .kind = SOURCE_IS_XML},
		{BYTES("<!-- goes on"), .kind = SOURCE_IS_XML},
		{BYTES("<!-- page --><html>"), .kind = SOURCE_IS_OTHER},
		{BYTES("<!DOCTYPE html>"), .kind = SOURCE_IS_OTHER},
		{BYTES("<HTML>"), .kind = SOURCE_IS_OTHER},
		{BYTES("words"), .kind = SOURCE_IS_TEXT},
		{BYTES(""), .kind = SOURCE_IS_OTHER},
		{BYTES("ISA*00*cut"), .kind = SOURCE_IS_OTHER},
	};
	struct arena a;
	struct diag d;

	(void)state;
	arena_init(&a);
	diag_init(&d, &a);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct source s;
		struct err e = {0};
		FILE *f = fopen("case", "w");
		assert_non_null(f);
		assert_int_equal(fwrite(cases[i].bytes, 1, cases[i].n, f), cases[i].n);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(source_open("case", &s, &d, &e), 0);
		if (s.kind != cases[i].kind || s.separator != cases[i].separator)
			fail_msg("case %zu (%s): kind %d, separator '%c'", i, cases[i].bytes,
				(int)s.kind, s.separator);
		assert_non_null(s.what);
		source_close(&s);
	}
	arena_done(&a);
}

static void test_absent(void **state)
{
	struct source s;
	struct diag d;
	struct err e = {0};

	(void)state;
	diag_init(&d, NULL);
	assert_int_equal(source_open("not-there", &s, &d, &e), -1);
	assert_non_null(strstr(e.text, "not-there"));
	source_close(&s);
}

static void tolerances(void **state)
{
	struct reader_spec o = {.format = STR("x12")};
	struct arena a;
	struct err e;

	(void)state;
	arena_init(&a);
	assert_non_null(
		source_parse(STR("in.edi,tolerate=unpadded-isa wrapped-lines"), &o, &a, &e));
	assert_int_equal(*o.tolerated,
		tolerance_usual() | (uint32_t)1 << TOLERANCE_UNPADDED_ISA |
			(uint32_t)1 << TOLERANCE_WRAPPED);
	assert_null(source_parse(STR("in.edi,tolerate=unpaded-isa"), &o, &a, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_non_null(strstr(e.text, "did you mean 'unpadded-isa'"));
	arena_done(&a);
}

static void levels(void **state)
{
	struct reader_spec o = {0};
	struct arena a;
	struct err e;

	(void)state;
	arena_init(&a);
	assert_non_null(source_parse(STR("in.edi,level=codes"), &o, &a, &e));
	assert_int_equal(o.level, EDI_CODES);
	assert_null(source_parse(STR("in.edi,level=code"), &o, &a, &e));
	assert_non_null(strstr(e.text, "did you mean 'codes'"));
	assert_null(source_parse(STR("in.edi,level=envelope"), &o, &a, &e));
	assert_non_null(strstr(e.text, "items are found by their loops"));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tolerances),
		cmocka_unit_test(levels),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
