/* Our XML: what is read, exact places, and what is refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "model/xml.h"

static struct xml *read_ok(struct arena *a, struct str bytes)
{
	struct xml *root = NULL;
	struct err e;

	if (xml_parse(bytes, "t.xml", a, &root, &e) != 0)
		fail_msg("%s", e.text);
	return root;
}

/* The first of that name among x and its siblings behind it. */
static struct xml *named(struct xml *x, const char *name)
{
	while (x && !str_is(x->name, name))
		x = x->next;
	return x;
}

static void tree(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	struct xml *x = read_ok(&a,
		STR("<?xml version='1.0' encoding='UTF-8'?>\n"
		    "<map xmlns='urn:m' target='832' n:k='v' xmlns:n='urn:n'>\n"
		    "  <loop/> text <!-- no --><loop path='b'><e>x</e></loop>"
		    "<![CDATA[<&]]>&lt;&#65;</map>"));
	assert_true(str_is(x->name, "map"));
	assert_true(str_is(x->ns, "urn:m"));
	assert_null(x->parent);
	assert_true(str_is(x->text, "\n   text <&<A"));
	assert_true(str_is(x->child->before, "\n  "));
	assert_true(str_is(x->child->next->before, " text "));
	assert_true(str_is(x->after, "<&<A"));
	assert_true(str_is(x->child->after, ""));
	assert_true(str_is(xml_attr(x, "target"), "832"));
	assert_null(xml_attr(x, "k").p);
	assert_true(xml_has(x, "target"));
	assert_false(xml_has(x, "k"));
	struct xml *loop = named(x->child, "loop");
	assert_non_null(loop);
	assert_ptr_equal(loop->parent, x);
	assert_null(loop->child);
	struct xml *second = named(loop->next, "loop");
	assert_non_null(second);
	assert_true(str_is(xml_attr(second, "path"), "b"));
	assert_true(str_is(named(second->child, "e")->text, "x"));
	assert_true(str_is(second->ns, "urn:m"));
	assert_null(named(second->next, "loop"));
	assert_null(named(x->child, "e"));
	arena_done(&a);
}

static void attributes_asked_for(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	struct xml *x = read_ok(&a, STR("<e b='' c='1'/>"));
	assert_non_null(xml_attr(x, "b").p); /* there, but empty */
	assert_int_equal(xml_attr(x, "b").n, 0);
	assert_null(xml_attr(x, "d").p);
	assert_true(xml_has(x, "c")); /* asking for its being there is not using it */
	assert_true(x->attrs->used);
	assert_false(x->attrs->next->used);
	arena_done(&a);
}

static void attribute_values(void **state)
{
	const struct {
		const char *xml;
		const char *want;
	} rows[] = {
		{"<e a='a &amp; b'/>", "a & b"},
		{"<e a='&amp;#38;'/>", "&#38;"},
		{"<e a='&amp;amp;&amp;'/>", "&amp;&"},
		{"<e a='&#38;#38;'/>", "&#38;"},
		{"<e a='&lt;&gt;&quot;&apos;'/>", "<>\"'"},
		{"<e a='x\ty\nz'/>", "x y z"},
		{"<e a='&#9;&#10;'/>", "\t\n"},
		{"<e a='\xc3\xa4&#xe4;'/>", "\xc3\xa4\xc3\xa4"},
		{"<e a='price &lt; 5 and n &gt; 2'/>", "price < 5 and n > 2"},
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct xml *x = read_ok(&a, str_c(rows[i].xml));
		assert_string_equal(xml_attr(x, "a").p, rows[i].want);
	}
	arena_done(&a);
}

static void places(void **state)
{
	const struct {
		const char *xml;
		const char *name;
		uint32_t line;
		uint32_t column;
	} rows[] = {
		{"<r><x/></r>", "x", 1, 4},
		{"<r>\n\t<x/></r>", "x", 2, 2},
		{"<r>\r\n  <x\n a='1'\n b='>'\n/></r>", "x", 2, 3},
		{"\xef\xbb\xbf<r>\n <x/></r>", "x", 2, 2},
		{"<?xml version='1.0'?>\n<!-- <x/> -->\n<r>a\xc3\xa4<x></x></r>", "x", 3, 7},
		{"<r><![CDATA[<x>\n<x>]]><x a='&lt;&#60;'/></r>", "x", 2, 7},
		{"<r><?pi <x?>\n\n<y/>&lt;<x/></r>", "x", 3, 9},
		{"<r>\n<a/>\n<b>\n</b>\n      <x/></r>", "x", 5, 7},
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct xml *x = named(read_ok(&a, str_c(rows[i].xml))->child, rows[i].name);
		assert_int_equal(x->line, rows[i].line);
		assert_int_equal(x->column, rows[i].column);
	}
	arena_done(&a);
}

/* Places stay right far into a file, where libxml2 has moved its buffer several times. */
static void places_in_a_large_file(void **state)
{
	const size_t rows = 40000;
	char *text = mem_alloc(rows * 64);
	size_t n = 0;
	struct arena a;
	uint32_t line = 2;

	(void)state;
	arena_init(&a);
	n += (size_t)snprintf(text, 64, "<r>\n");
	for (size_t i = 0; i < rows; i++)
		n += (size_t)snprintf(text + n, 64, "%*s<c v='%zu &amp; \xc3\xa4'>%zu</c>\n",
			(int)(i % 9), "", i, i);
	n += (size_t)snprintf(text + n, 64, "</r>");
	struct xml *x = named(read_ok(&a, (struct str){text, n})->child, "c");
	for (size_t i = 0; i < rows; i++, x = x->next, line++) {
		assert_non_null(x);
		assert_int_equal(x->line, line);
		assert_int_equal(x->column, i % 9 + 1);
	}
	assert_null(x);
	arena_done(&a);
	mem_free(text);
}

static void refused(void **state)
{
	const struct {
		const char *xml;
		const char *says; /* the message begins with it or has it inside */
		const char *also;
	} rows[] = {
		{"", "t.xml:1:1: ", "empty"},
		{"<a>\n<b>\n</a>", "t.xml:3:", "mismatch"},
		{"<a>", "t.xml:1:", ""},
		{"<a/><b/>", "t.xml:1:", ""},
		{"text", "t.xml:1:1: ", ""},
		{"<a b='1' b='2'/>", "t.xml:1:", "b"},
		{"<a>&nbsp;</a>", "t.xml:1:", "nbsp"},
		{"<a><p:b/></a>", "t.xml:1:", "p"},
		{"<a b='<'/>", "t.xml:1:", ""},
		{"<a>\xff</a>", "t.xml:1:4: ", "UTF-8"},
		{"<a>\n\xc3</a>", "t.xml:2:1: ", "UTF-8"},
		{"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "t.xml:1:1: ", "UTF-8"},
		{"<?xml version='1.0' encoding=\"utf-16\"?><a/>", "t.xml:1:1: ", "UTF-8"},
		{"<!DOCTYPE a><a/>", "t.xml:1:", "DOCTYPE"},
		{"\n<!DOCTYPE a SYSTEM 'http://127.0.0.1/x.dtd'><a/>", "t.xml:2:", "DOCTYPE"},
		{"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
			"t.xml:1:", "DOCTYPE"},
		{"<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
		 "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;'>"
		 "<!ENTITY e '&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;'>]>"
		 "<a>&f;&f;&f;&f;</a>",
			"t.xml:1:", "DOCTYPE"},
		{"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/p'> %p;]><a/>",
			"t.xml:1:", "DOCTYPE"},
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct xml *root = NULL;
		struct err e;
		err_clear(&e);
		assert_int_equal(xml_parse(str_c(rows[i].xml), "t.xml", &a, &root, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_null(root);
		if (strncmp(e.text, rows[i].says, strlen(rows[i].says)) != 0 ||
			!strstr(e.text, rows[i].also))
			fail_msg("row %zu says: %s", i, e.text);
	}
	arena_done(&a);
}

/* An element inside from the file outside: XInclude is not a thing here, it stays an element. */
static void xinclude_is_not_followed(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	struct xml *x = read_ok(&a,
		STR("<a xmlns:xi='http://www.w3.org/2001/XInclude'>"
		    "<xi:include href='/etc/passwd' parse='text'/></a>"));
	assert_int_equal(x->text.n, 0);
	assert_true(str_is(named(x->child, "include")->ns, "http://www.w3.org/2001/XInclude"));
	arena_done(&a);
}

static void nesting(void **state)
{
	char text[3 * (LIMIT_NESTING + 1) + 4 * (LIMIT_NESTING + 1) + 1];
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t depth = LIMIT_NESTING; depth <= LIMIT_NESTING + 1; depth++) {
		struct xml *root = NULL;
		struct err e;
		size_t n = 0;
		for (size_t i = 0; i < depth; i++)
			n += (size_t)snprintf(text + n, 4, "<a>");
		for (size_t i = 0; i < depth; i++)
			n += (size_t)snprintf(text + n, 5, "</a>");
		const int rc = xml_parse((struct str){text, n}, "t.xml", &a, &root, &e);
		assert_int_equal(rc, depth > LIMIT_NESTING ? -1 : 0);
		if (rc == -1)
			assert_string_equal(e.text,
				"t.xml:1:193: elements are nested too deep; "
				"at most 64 levels are read");
	}
	arena_done(&a);
}

static void too_large(void **state)
{
	const size_t n = (size_t)LIMIT_CONFIG_FILE + 1;
	char *text = mem_alloc(n);
	struct xml *root = NULL;
	struct arena a;
	struct err e;

	(void)state;
	arena_init(&a);
	memset(text, ' ', n);
	assert_int_equal(xml_parse((struct str){text, n}, "big.xml", &a, &root, &e), -1);
	assert_non_null(strstr(e.text, "8 MiB"));
	arena_done(&a);
	mem_free(text);
}

static int setup(void **state)
{
	(void)state;
	xml_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	xml_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree),
		cmocka_unit_test(attributes_asked_for),
		cmocka_unit_test(attribute_values),
		cmocka_unit_test(places),
		cmocka_unit_test(places_in_a_large_file),
		cmocka_unit_test(refused),
		cmocka_unit_test(xinclude_is_not_followed),
		cmocka_unit_test(nesting),
		cmocka_unit_test(too_large),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
