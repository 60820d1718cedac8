/* Files of fixed widths, read by their layout: what each column holds, lines that are cut or too long. */
#include "format/fixed_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "unit/support/format_support.h"

#define KEY(s)                   \
	{                        \
		s, sizeof(s) - 1 \
	}
#define ANY .max = UINT32_MAX

/* article 4, name 6 (left), weight 7 (right, blanks), stock 5 (right, zeros), day 6, active 1 */
static struct def_field fields[] = {
	{.name = KEY("article"), .mandatory = true, .width = 4, .pad = ' ', .element = {ANY}},
	{.name = KEY("name"), .width = 6, .pad = ' ', .element = {ANY}},
	{.name = KEY("weight"), .kind = FIELD_NUMBER, .width = 7, .right = true, .pad = ' '},
	{.name = KEY("stock"), .kind = FIELD_NUMBER, .width = 5, .right = true, .pad = '0'},
	{.name = KEY("day"), .kind = FIELD_DATE, .width = 6, .pad = ' ', .picture = KEY("DDMMYY")},
	{.name = KEY("active"),
		.kind = FIELD_BOOL,
		.width = 1,
		.pad = ' ',
		.yes = KEY("Y"),
		.no = KEY("N")},
};
static struct def_layout layout = {.name = KEY("l"), .decimal = ',', .fields = fields};

static void chain(void)
{
	for (size_t i = 0; i + 1 < sizeof(fields) / sizeof(fields[0]); i++)
		fields[i].next = &fields[i + 1];
}

static const struct row {
	const char *bytes;
	const char *items;
} rows[] = {
	{"A-1 Rug    12,500-0012241226Y\n",
		"{article=\"A-1\" name=\"Rug\" weight=12.500 "
		"stock=-12 day=\"2026-12-24\" active=true}\n"},
	{"A-1 Rug    12,500-0012241226Y\r\nA-2                           \n",
		"{article=\"A-1\" name=\"Rug\" weight=12.500 stock=-12 day=\"2026-12-24\" "
		"active=true}\n{article=\"A-2\"}\n"},
	/* characters, not bytes; a name that fills its column; zero is a number */
	{"\xc3\x84-1 Gr\xc3\xb6\xc3\x9f"
	 "en      000000      N\n",
		"{article=\"\xc3\x84-1\" name=\"Gr\xc3\xb6\xc3\x9f"
		"en\" weight=0 stock=0 active=false}\n"},
	/* blanks at the end of a line may be missing, also those of whole columns */
	{"A-1 Rug\nA-2\n\nA-3 Rug         1\n",
		"{article=\"A-1\" name=\"Rug\"}\n{article=\"A-2\"}\n"
		"{article=\"A-3\" name=\"Rug\" weight=1}\n"},
	/* but not inside a number, whose end is unknown */
	{"A-1 Rug     12,5\nA-2 Rug          1 00\nA-3\n",
		"!FIXED-WIDTH\n!FIXED-WIDTH\n{article=\"A-3\"}\n"},
	/* blanks behind the last column are none's, other characters are a fault */
	{"A-1                         Y  \nA-2                         YX\n",
		"{article=\"A-1\" active=true}\n!FIXED-WIDTH\n"},
	/* values that the layout does not know */
	{"    Rug\nA-1           1.5\nA-2              00x01\nA-3                   310226\n"
	 "A-4                         J\nA-5\n",
		"{name=\"Rug\"}!VALUE-REQUIRED\n{article=\"A-1\" weight=\"1.5\"}!VALUE-NOT-NUMBER\n"
		"{article=\"A-2\" stock=\"00x01\"}!VALUE-NOT-NUMBER\n"
		"{article=\"A-3\" day=\"310226\"}!VALUE-NOT-DATE\n"
		"{article=\"A-4\" active=\"J\"}!VALUE-NOT-IN-LIST\n{article=\"A-5\"}\n"},
	/* the last line, without its end: whole it counts, else the file is cut off */
	{"A-1 Rug    12,500-0012241226Y",
		"{article=\"A-1\" name=\"Rug\" weight=12.500 stock=-12 "
		"day=\"2026-12-24\" active=true}\n"},
	{"A-1 Rug\nA-2 Rug", "{article=\"A-1\" name=\"Rug\"}\nREFUSED TRUNCATED\n"},
	{"A-1\nA-\xff\n", "{article=\"A-1\"}\nREFUSED CSV-ENCODING\n"},
	{"\xef\xbb\xbf"
	 "A-1\n",
		"{article=\"A-1\"}\n"},
};

static void reads(void **state)
{
	const struct reader_spec spec = {
		.format = KEY("fixed"), .file = KEY("f.txt"), .layout = &layout};
	struct buf got;

	(void)state;
	chain();
	buf_init(&got, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		format_support_read(&got, str_c(rows[i].bytes), &spec);
		if (strcmp(got.p, rows[i].items) != 0)
			fail_msg("%s\ngave\n%s\nnot\n%s", rows[i].bytes, got.p, rows[i].items);
	}
	buf_done(&got);
}

/* In a set of bytes a character is a byte; the layout says the set, and the source may. */
static void other_sets(void **state)
{
	struct reader_spec spec = {.format = KEY("fixed"), .file = KEY("f.txt"), .layout = &layout};
	const struct str bytes = STR("article name\n\xc4-1 Gr\xf6\xdf"
				     "en\x80\n");
	struct buf got;

	(void)state;
	chain();
	buf_init(&got, 4096);
	layout.latin1 = layout.header = true;
	format_support_read(&got, bytes, &spec);
	assert_string_equal(got.p, "!FIXED-WIDTH\n");
	format_support_read(&got, str_sub(bytes, 0, 23), &spec);
	assert_string_equal(got.p, "REFUSED TRUNCATED\n");
	fields[1].width = 7;
	format_support_read(&got, bytes, &spec);
	assert_string_equal(got.p,
		"{article=\"\xc3\x84-1\" name=\"Gr\xc3\xb6\xc3\x9f"
		"en\xc2\x80\"}\n");
	spec.charset = CHARSET_CP1252;
	format_support_read(&got, bytes, &spec);
	assert_string_equal(got.p,
		"{article=\"\xc3\x84-1\" name=\"Gr\xc3\xb6\xc3\x9f"
		"en\xe2\x82\xac\"}\n");
	fields[1].width = 6;
	layout.latin1 = layout.header = false;
	buf_done(&got);
}

static void needs_a_layout(void **state)
{
	const struct reader_spec spec = {.format = KEY("fixed"), .file = KEY("f.txt")};
	struct names names;
	struct err e;

	(void)state;
	names_init(&names);
	assert_null(reader_open(format_support_file(STR("x\n")), &spec, &names, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "definition="));
	names_done(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(other_sets),
		cmocka_unit_test(needs_a_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
