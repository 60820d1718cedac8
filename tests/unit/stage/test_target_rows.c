/* Rows that CSV and fixed-width targets write, and the reader of CSV finds again byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "format/reader.h"
#include "unit/support/made_world.h"

static struct def_field columns[3];

static struct def_message message(const char *format, struct def_layout *y)
{
	columns[0] = (struct def_field){.name = STR("a"), .mandatory = true, .next = &columns[1]};
	columns[1] = (struct def_field){.name = STR("b"), .next = &columns[2]};
	columns[2] = (struct def_field){.name = STR("n"), .kind = FIELD_NUMBER};
	for (size_t i = 0; i < 3; i++) {
		columns[i].element.max = 200000;
		columns[i].element.decimals = 2;
	}
	*y = (struct def_layout){
		.delimiter = ';', .quote = '"', .decimal = ',', .header = true, .fields = columns};
	return (struct def_message){.format = str_c(format), .id = STR("t"), .layout = y};
}

static struct made *row(struct arena *a, struct str text, struct str number)
{
	struct made *r = made_world_node(a, NULL, MADE_OBJECT, "", STR(""));

	made_world_node(a, r, MADE_NUMBER, "n", number)->field = &columns[2];
	made_world_node(a, r, MADE_TEXT, "a", text)->field = &columns[0];
	return r;
}

/* The cell of the first row, as the reader gives it. */
static void assert_cell(const char *name, struct str want, char separator)
{
	const struct reader_spec spec = {.format = STR("csv"),
		.file = STR("out.csv"),
		.separator = separator,
		.keep_empty = true};
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct err e;
	const int fd = fsx_open_path("out.csv", &e);
	struct reader *r = NULL;

	names_init(&names);
	arena_init(&a);
	diag_init(&d, &a);
	r = reader_open(fd, &spec, &names, &e);
	assert_non_null(r);
	assert_int_equal(reader_next(r, &it, &d, &e), 1);
	assert_non_null(it.root);
	const struct node *n = node_child(it.root, names_id(&names, str_c(name)));
	assert_non_null(n);
	assert_int_equal(n->value.n, want.n);
	assert_memory_equal(n->value.p, want.p, want.n);
	assert_int_equal(reader_next(r, &it, &d, &e), 0);
	reader_close(r);
	fsx_close(fd);
	arena_done(&a);
	names_done(&names);
}

static void reads_back(void **state)
{
	static const uint8_t quotings[] = {QUOTE_NEEDED, QUOTE_TEXT, QUOTE_ALL};
	static const char separators[] = {';', ',', '\t', '|'};
	struct def_layout y;
	const struct def_message m = message("csv", &y);
	struct arena a;

	(void)state;
	arena_init(&a);
	const struct str text = made_world_text(&a, 1);
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < sizeof(separators); k++) {
			y.quoting = quotings[i];
			y.delimiter = separators[k];
			y.crlf = k % 2 == 0;
			y.bom = k == 1;
			made_world_write(&m, row(&a, text, STR("-12.5")), "out.csv");
			assert_cell("a", text, separators[k]);
			assert_cell("b", STR(""), separators[k]);
			assert_cell("n", STR("-12,5"), separators[k]);
		}
	}
	arena_done(&a);
}

static void formulas(void **state)
{
	struct def_layout y;
	const struct def_message m = message("csv", &y);
	struct arena a;

	(void)state;
	arena_init(&a);
	made_world_write(&m, row(&a, STR("=1+1"), STR("-1")), "out.csv");
	assert_cell("a", STR("=1+1"), ';');
	y.formulas = true;
	made_world_write(&m, row(&a, STR("=1+1"), STR("-1")), "out.csv");
	assert_cell("a", STR("'=1+1"), ';');
	assert_cell("n", STR("-1"), ';');
	arena_done(&a);
}

/* A single column that is empty would be an empty line, which no reader counts. */
static void one_empty_column(void **state)
{
	struct def_layout y;
	const struct def_message m = message("csv", &y);
	struct arena a;
	struct made *r = NULL;

	(void)state;
	arena_init(&a);
	columns[0].next = NULL;
	columns[0].mandatory = false;
	r = made_world_node(&a, NULL, MADE_OBJECT, "", STR(""));
	made_world_write(&m, r, "out.csv");
	assert_cell("a", STR(""), ';');
	arena_done(&a);
}

/* Each bound of a number, the bounds themselves in or out. */
static void ranges(void **state)
{
	static const struct {
		const char *number, *found;
	} rows[] = {{"0.5", ""}, {"10", ""}, {"0", "VALUE-RANGE n"}, {"-1", "VALUE-RANGE n"},
		{"10.5", "VALUE-RANGE n"}, {"0.7", "VALUE-RANGE n"},
		{"10.7", "VALUE-RANGE n; VALUE-RANGE n"}};
	const struct def_range range = {.has_least = true,
		.has_most = true,
		.has_step = true,
		.above = true,
		.least = dec_int(0),
		.most = dec_int(10),
		.step = {5, 1}};
	struct def_layout y;
	struct def_message m = message("csv", &y);
	struct arena a;

	(void)state;
	arena_init(&a);
	columns[2].range = &range;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct str found = made_world_findings(
			&m, row(&a, STR("x"), str_c(rows[i].number)), &a);
		if (!str_is(found, rows[i].found))
			fail_msg("%s: " STR_FMT, rows[i].number, STR_ARG(found));
	}
	arena_done(&a);
}

static void refuses(void **state)
{
	struct def_layout y;
	struct def_message m = message("csv", &y);
	struct arena a;
	struct made *empty = NULL;

	(void)state;
	arena_init(&a);
	empty = made_world_node(&a, NULL, MADE_OBJECT, "", STR(""));
	assert_true(str_is(made_world_findings(&m, empty, &a), "VALUE-REQUIRED a"));
	assert_true(
		str_is(made_world_findings(&m, row(&a, (struct str){"a\0b", 3}, STR("1.234")), &a),
			"VALUE-TOO-LONG n; VALUE-REPERTOIRE a"));
	empty = row(&a, STR("x"), STR("1"));
	made_world_node(&a, empty, MADE_TEXT, "a", STR("y"))->field = &columns[0];
	assert_true(str_is(made_world_findings(&m, empty, &a), "VALUE-TWICE a"));
	y.latin1 = true;
	assert_true(str_is(made_world_findings(&m, row(&a, STR("\xe2\x82\xac"), STR("1")), &a),
		"VALUE-REPERTOIRE a"));
	columns[0].element.max = 3;
	assert_true(str_is(
		made_world_findings(&m, row(&a, STR("\xc3\xa4\xc3\xa4\xc3\xa4"), STR("1")), &a),
		""));
	assert_true(str_is(
		made_world_findings(&m, row(&a, STR("abcd"), STR("1")), &a), "VALUE-TOO-LONG a"));
	m.format = STR("fixed");
	assert_true(str_is(
		made_world_findings(&m, row(&a, STR("a\nb"), STR("1")), &a), "VALUE-REPERTOIRE a"));
	arena_done(&a);
}

static void fixed_widths(void **state)
{
	struct def_layout y;
	const struct def_message m = message("fixed", &y);
	struct arena a;
	struct err e;
	struct buf got;

	(void)state;
	arena_init(&a);
	columns[0].width = 6;
	columns[1].width = 2;
	columns[2].width = 8;
	columns[2].right = true;
	columns[2].pad = '0';
	columns[0].pad = columns[1].pad = ' ';
	y.crlf = true;
	made_world_write(&m,
		row(&a,
			STR("Gr\xc3\xb6\xc3\x9f"
			    "e"),
			STR("-12.5")),
		"out.txt");
	buf_init(&got, 1000);
	assert_int_equal(fsx_read_path("out.txt", &got, &e), 0);
	assert_string_equal(buf_cstr(&got),
		"a     b n       \r\nGr\xc3\xb6\xc3\x9f"
		"e   -00012,5\r\n");
	buf_done(&got);
	arena_done(&a);
}

/* A file that is not what was written is found, and the message says what is there. */
static void a_damaged_file_is_found(void **state)
{
	static const struct {
		const char *format, *bytes, *want;
	} rows[] = {
		{"csv", "a;b;n\n1;2\n", "row 2 has 2 cells, expected 3"},
		{"csv", "a;b;n\n1;\"2\"x;3\n", "row 2 has text behind a closing quote"},
		{"csv", "a;b;n\n\n", "row 2 is empty"},
		{"csv", "a;b;n\n1;\"2;3\n", "row 2 has a quote that is not closed"},
		{"csv", "a;b;n\n", "rows"},
		{"fixed", "abcdef\nabcde\n", "row 2 has 5 characters, expected 6"},
		{"fixed", "abcdef\nabcdef", "row 2 has not the line end of its definition"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct def_layout y;
		const struct def_message m = message(rows[i].format, &y);
		const struct target_wrote wrote = {
			.message = &m, .at = {.segments = 2, .values = 6}};
		const int fd = fsx_scratch(&(struct err){0});
		struct err e;
		for (size_t k = 0; k < 3; k++)
			columns[k].width = 2;
		assert_int_equal(fsx_write_all(fd, rows[i].bytes, strlen(rows[i].bytes), &e), 0);
		assert_int_equal(target_find(m.format)->read_back(fd, &wrote, &e), -1);
		if (!strstr(e.text, rows[i].want))
			fail_msg("found: %s; expected: %s", e.text, rows[i].want);
		fsx_close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_damaged_file_is_found),
		cmocka_unit_test(reads_back),
		cmocka_unit_test(formulas),
		cmocka_unit_test(one_empty_column),
		cmocka_unit_test(ranges),
		cmocka_unit_test(refuses),
		cmocka_unit_test(fixed_widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
