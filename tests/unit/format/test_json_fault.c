/* The exact walk and the fast parser agree on what is JSON; the walk says where it is not. */
#include "format/json_fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/json_simd.h"

struct row {
	const char *doc;
	const char *code; /* of the walk; NULL: well-formed */
	size_t at;
	const char *fast; /* of the parser where it differs */
};

static const struct row rows[] = {
	{"{}", NULL, 0, NULL},
	{" \t\r\n{ } \n", NULL, 0, NULL},
	{"{\"a\":[1,2.5,-0,1e400,-1E-7,123456789012345678901234567890]}", NULL, 0, NULL},
	{"{\"a\":\"\\u00e9\\ud83d\\ude00\\n\\/\"}", NULL, 0, NULL},
	{"{\"a\":\"x\\\"y\",\"a\\\"b\":1}", NULL, 0, NULL},
	{"{\"a\":[[],[[]],{}]}", NULL, 0, NULL},
	{"{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":1},{\"a\":1}]}", NULL, 0, NULL},
	{"{\"a\":1,\"a\":2}", NULL, 0, "JSON-DUPLICATE-KEY"},
	{"{\"a\":{\"x\":1},\"b\":{\"a\":1},\"a\":2}", NULL, 0, "JSON-DUPLICATE-KEY"},
	{"{\"a\":[1,2],\"a\":[3]}", NULL, 0, "JSON-DUPLICATE-KEY"},
	{"{\"a\":1,\"\\u0061\":2}", NULL, 0, "JSON-DUPLICATE-KEY"},
	{"[1]", NULL, 0, "JSON-NOT-OBJECT"},
	{"5", NULL, 0, "JSON-NOT-OBJECT"},
	{"\"a\"", NULL, 0, "JSON-NOT-OBJECT"},
	{"", "JSON-SYNTAX", 0, NULL},
	{"   ", "JSON-SYNTAX", 3, NULL},
	{"{", "JSON-SYNTAX", 1, NULL},
	{"}", "JSON-SYNTAX", 0, NULL},
	{"{\"a\"}", "JSON-SYNTAX", 4, NULL},
	{"{\"a\":}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":1,}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":1 \"b\":2}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":\"b\":1}", "JSON-SYNTAX", 8, NULL},
	{"{\"a\":1:2}", "JSON-SYNTAX", 6, NULL},
	{"{\"a\" 1}", "JSON-SYNTAX", 5, NULL},
	{"{a:1}", "JSON-SYNTAX", 1, NULL},
	{"{'a':1}", "JSON-SYNTAX", 1, NULL},
	{"{1:1}", "JSON-SYNTAX", 1, NULL},
	{"{,}", "JSON-SYNTAX", 1, NULL},
	{"{\"a\":[1,]}", "JSON-SYNTAX", 8, NULL},
	{"{\"a\":[,1]}", "JSON-SYNTAX", 6, NULL},
	{"{\"a\":[1 2]}", "JSON-SYNTAX", 8, NULL},
	{"{\"a\":[1}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":{]}", "JSON-SYNTAX", 6, NULL},
	{"{\"a\":[1:2]}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":[[1],[2}}", "JSON-SYNTAX", 12, NULL},
	{"{\"a\":1}}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":1} x", "JSON-SYNTAX", 8, NULL},
	{"{\"a\":1}{}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":1},", "JSON-SYNTAX", 7, NULL},
	{"{}{}", "JSON-SYNTAX", 2, NULL},
	{"{\"a\":01}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":+1}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":.5}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":1.}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":-}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":1e}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":1x}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":0x1F}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":NaN}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":1,5}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":truex}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":True}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":nul}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":tru e}", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":\"b\"c}", "JSON-SYNTAX", 8, NULL},
	{"{\"a\":\"\\x\"}", "JSON-SYNTAX", 6, NULL},
	{"{\"a\":\"\\u12g4\"}", "JSON-SYNTAX", 6, NULL},
	{"{\"a\":\"\\ud800\"}", "JSON-SYNTAX", 6, NULL},
	{"{\"a\":\"\\udc00\"}", "JSON-SYNTAX", 6, NULL},
	{"{\"a\":\"\\ud800\\u0041\"}", "JSON-SYNTAX", 6, NULL},
	{"{\"a\":\"\\ud800x\"}", "JSON-SYNTAX", 6, NULL},
	{"{\"\\udfff\":1}", "JSON-SYNTAX", 2, NULL},
	{"{\"a\":\"x\ny\"}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":\"x\ty\"}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":\"b", "JSON-SYNTAX", 5, NULL},
	{"{\"a\":1 // no\n}", "JSON-SYNTAX", 7, NULL},
	{"{\"a\":\"\xc3\x28\"}", "JSON-ENCODING", 6, "JSON-SYNTAX"},
	{"{\"a\":\"\xed\xa0\x80\"}", "JSON-ENCODING", 6, "JSON-SYNTAX"},
	{"{\"a\":\"\xc0\xaf\"}", "JSON-ENCODING", 6, "JSON-SYNTAX"},
	{"\xff\xfe{", "JSON-ENCODING", 0, "JSON-SYNTAX"},
};

static void compare(struct json_simd *s, struct arena *a, struct str doc, const struct row *row)
{
	char *padded = mem_alloc(doc.n + JSON_SIMD_PAD);
	const char *fast = row->fast ? row->fast : row->code;
	struct json_fault f;
	struct node *root = NULL;

	memcpy(padded, doc.p, doc.n);
	doc.p = padded;
	assert_int_equal(json_fault_scan(doc, &f), row->code != NULL);
	if (row->code) {
		assert_string_equal(f.code, row->code);
		if (f.at != row->at)
			fail_msg("%s: at %zu, not %zu", row->doc, f.at, row->at);
		assert_true(f.at + f.n <= doc.n);
	}
	if (json_simd_parse(s, doc, 0, a, &root, &f) != (fast == NULL))
		fail_msg("the fast parser thinks otherwise of %s", row->doc);
	if (fast)
		assert_string_equal(f.code, fast);
	arena_reset(a);
	mem_free(padded);
}

static void table(void **state)
{
	struct names names;
	struct arena a;
	struct json_simd *s = NULL;
	(void)state;

	names_init(&names);
	arena_init(&a);
	s = json_simd_new(&names);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		compare(s, &a, str_c(rows[i].doc), &rows[i]);
	compare(s, &a, (struct str){"{\"a\":\"\0\"}", 9},
		&(struct row){"NUL in a text", "JSON-SYNTAX", 6, NULL});
	compare(s, &a, (struct str){"{\0}", 3}, &(struct row){"NUL", "JSON-SYNTAX", 1, NULL});
	json_simd_free(s);
	arena_done(&a);
	names_done(&names);
}

/* {"a":{"a": ... depth objects or arrays in all. */
static struct str nested(struct buf *b, size_t depth, bool arrays)
{
	buf_clear(b);
	buf_c(b, "{");
	for (size_t i = 1; i < depth; i++)
		buf_c(b, arrays ? (i == 1 ? "\"a\":[" : "[") : "\"a\":{");
	for (size_t i = 1; i < depth; i++)
		buf_c(b, arrays ? "]" : "}");
	buf_c(b, "}");
	return buf_view(b);
}

static void depth(void **state)
{
	static const struct row deep = {"deep", "JSON-DEPTH", 0, NULL};
	struct names names;
	struct arena a;
	struct buf b;
	struct json_simd *s = NULL;
	(void)state;

	names_init(&names);
	arena_init(&a);
	buf_init(&b, 1 << 20);
	s = json_simd_new(&names);
	for (int arrays = 0; arrays < 2; arrays++) {
		struct row row = deep;
		compare(s, &a, nested(&b, LIMIT_NESTING, arrays),
			&(struct row){"64 deep", NULL, 0, NULL});
		row.at = arrays ? 5 + (LIMIT_NESTING - 1) : 1 + 5 * (LIMIT_NESTING - 1) + 4;
		compare(s, &a, nested(&b, LIMIT_NESTING + 1, arrays), &row);
		compare(s, &a, nested(&b, 100000, arrays), &row);
	}
	json_simd_free(s);
	buf_done(&b);
	arena_done(&a);
	names_done(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
