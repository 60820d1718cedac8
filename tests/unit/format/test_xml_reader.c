/* XML files of every shape: items at a path, names, texts, encodings, places, what is refused. */
#include "format/xml_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "model/xml.h"
#include "unit/support/format_support.h"

static const struct reader_space spaces[] = {{{"c", 1}, {"urn:c", 5}}};

struct row {
	const char *path;
	const char *bytes;
	const char *items;
};

static const struct row rows[] = {
	{"c/p", "<c><p><a>1</a></p><x><p/></x><p><a>2</a></p></c>", "{a=\"1\"}\n{a=\"2\"}\n"},
	{"/c/p",
		"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n<c>\n <p>\n  <a> x </a>\n </p>\n</c>\n",
		"{a=\" x \"}\n"},
	{"c/p", "<c><p><a/><b></b><d> </d></p></c>", "{a=\"\" b=\"\" d=\" \"}\n"},
	{"c/p", "<c><p><a><b>1</b><b>2</b></a></p></c>", "{a={b=\"1\" b=\"2\"}}\n"},
	{"c/p", "<c/>", ""},
	{"c/p/q", "<c><p><q><a>1</a></q></p><p><q><a>2</a></q></p></c>", "{a=\"1\"}\n{a=\"2\"}\n"},
	{"", "<c><p><a>1</a></p><q><a>2</a></q></c>", "{a=\"1\"}\n{a=\"2\"}\n"},
	{"p", "<p><a>1</a></p>", "{a=\"1\"}\n"},
	/* names */
	{"c:c/c:p", "<c xmlns='urn:c'><p><a xmlns=''>1</a><b xmlns='urn:d'>2</b></p></c>",
		"{a=\"1\" {urn:d}b=\"2\"}\n"},
	{"c:c/c:p",
		"<x:c xmlns:x='urn:c'><x:p><x:a x:i='1' i='2' xml:lang='de'>3</x:a></x:p></x:c>",
		"{c:a=\"3\"@c:i=\"1\" @i=\"2\" @xml:lang=\"de\"}}\n"},
	/* texts */
	{"c/p", "<c><p><a>&lt;&amp;&gt;&quot;&apos;&#233;&#x20AC;</a></p></c>",
		"{a=\"<&>\"'\xc3\xa9\xe2\x82\xac\"}\n"},
	{"c/p", "<c><p><a t='&lt;&amp;&#10;&quot; x'/></p></c>", "{a=\"\"@t=\"<&\n\" x\"}}\n"},
	{"c/p", "<c><p><a><![CDATA[<b> & ]]>c<!-- no --><?no no?>d</a></p></c>",
		"{a=\"<b> & cd\"}\n"},
	{"c/p", "<c><p><a>one <b>two</b> three</a></p></c>", "{a=\"one two three\"b=\"two\"}}\n"},
	{"c/p", "<c><p><a>1\r\n2</a></p></c>", "{a=\"1\n2\"}\n"},
	/* encodings */
	{"c/p", "<?xml version='1.0' encoding='ISO-8859-1'?><c><p><a>\xe9</a></p></c>",
		"{a=\"\xc3\xa9\"}\n"},
	{"c/p", "<?xml version='1.0' encoding=\"windows-1252\"?><c><p><a>\x80</a></p></c>",
		"{a=\"\xe2\x82\xac\"}\n"},
	{"c/p", "<?xml version='1.0' encoding='KOI8-R'?><c/>", "REFUSED XML-ENCODING\n"},
	/* refused */
	{"c/p", "<c><p><a>1</a></p><p><a>\xe9</a></p></c>", "{a=\"1\"}\nREFUSED XML-ENCODING\n"},
	{"c/p", "<?xml version='1.0' encoding='windows-1252'?><c><p><a>\x81</a></p></c>",
		"REFUSED XML-ENCODING\n"},
	{"c/p", "<c><p><a>1</a></p><p><b></a></p></c>", "{a=\"1\"}\nREFUSED XML-SYNTAX\n"},
	{"c/p", "<c><p><a>1</a></p>", "{a=\"1\"}\nREFUSED TRUNCATED\n"},
	{"c/p", "<c><p><a>1</a></p", "REFUSED TRUNCATED\n"},
	{"c/p", "<c><p><a>1</a></p></c><c/>", "{a=\"1\"}\nREFUSED XML-SYNTAX\n"},
	{"c/p", "<!DOCTYPE c [<!ENTITY e 'x'>]><c><p><a>&e;</a></p></c>", "REFUSED XML-DOCTYPE\n"},
	{"c/p", "<!DOCTYPE c SYSTEM 'c.dtd'><c><p/></c>", "REFUSED XML-DOCTYPE\n"},
	{"c/p", "<c><p><a>&nbsp;</a></p></c>", "REFUSED XML-SYNTAX\n"},
	{"c/p", "<d><p/></d>", "REFUSED XML-ROOT\n"},
	{"c/p", "<c xmlns='urn:c'><p/></c>", "REFUSED XML-ROOT\n"},
	{"c/p", "<q:c><p/></q:c>", "REFUSED XML-SYNTAX\n"},
	{"c/p", "sku;name\n", "REFUSED XML-SYNTAX\n"},
	{"c/p", " ", "REFUSED TRUNCATED\n"},
	{"c/p", "", "REFUSED EMPTY\n"},
	{"c//p", "<c/>", "REFUSED \n"},
};

static struct reader_spec spec_of(const char *path)
{
	return (struct reader_spec){.format = STR("xml"),
		.file = STR("f.xml"),
		.item = str_c(path),
		.spaces = spaces,
		.nspaces = 1};
}

static void table(void **state)
{
	struct buf got;
	(void)state;

	buf_init(&got, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct reader_spec spec = spec_of(rows[i].path);
		format_support_read(&got, str_c(rows[i].bytes), &spec);
		if (strcmp(got.p, rows[i].items) != 0)
			fail_msg("%s\ngave\n%s\nnot\n%s", rows[i].bytes, got.p, rows[i].items);
	}
	buf_done(&got);
}

/* The whole of a text as UTF-16 with a byte order mark. */
static struct str utf16(struct buf *b, const char *text, bool little)
{
	buf_put(b, little ? "\xff\xfe" : "\xfe\xff", 2);
	for (; *text; text++) {
		buf_ch(b, little ? *text : '\0');
		buf_ch(b, little ? '\0' : *text);
	}
	return buf_view(b);
}

static const char two[] =
	"<?xml version='1.0' encoding='UTF-16'?>\n<c>\n <p><a>x</a></p>\n <p i='7'>\n  <a>y</a></p>\n</c>\n";

struct reading {
	struct names names;
	struct arena a;
	struct diag d;
	struct item it;
	struct err e;
	struct buf text;
	struct reader *r;
	int fd;
};

static void reading_start_by(struct reading *x, struct str bytes, const struct reader_spec *spec)
{
	memset(x, 0, sizeof(*x));
	names_init(&x->names);
	arena_init(&x->a);
	diag_init(&x->d, &x->a);
	buf_init(&x->text, 1 << 20);
	x->fd = format_support_file(bytes);
	x->r = reader_open(x->fd, spec, &x->names, &x->e);
	assert_non_null(x->r);
}

static void reading_start(struct reading *x, struct str bytes, const char *path)
{
	const struct reader_spec spec = spec_of(path);

	reading_start_by(x, bytes, &spec);
}

static void reading_end(struct reading *x)
{
	reader_close(x->r);
	buf_done(&x->text);
	arena_done(&x->a);
	names_done(&x->names);
	(void)close(x->fd);
}

static const char *tree_of(struct reading *x)
{
	buf_clear(&x->text);
	format_support_tree(&x->text, x->it.root, &x->names, true);
	return buf_cstr(&x->text);
}

static void places(void **state)
{
	struct reading x;
	struct place place;
	uint64_t locator = 0;
	(void)state;

	reading_start(&x, str_c(strchr(two, '\n') + 1), "c/p");
	assert_int_equal(reader_next(x.r, &x.it, &x.d, &x.e), 1);
	assert_string_equal(tree_of(&x), "{@8a=\"x\"@11}");
	assert_true(str_is(x.it.raw, "<p><a>x</a></p>"));
	assert_int_equal(x.it.column, 2);
	assert_int_equal(reader_next(x.r, &x.it, &x.d, &x.e), 1);
	assert_string_equal(tree_of(&x), "{@31@i=\"7\"@28 a=\"y\"@37}");
	assert_int_equal(x.it.line, 3);
	place = reader_place(&x.it, 37);
	assert_int_equal(place.line, 4);
	assert_int_equal(place.column, 6);
	place = reader_place(&x.it, 28);
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 8);
	locator = x.it.locator;
	assert_int_equal(reader_next(x.r, &x.it, &x.d, &x.e), 0);
	assert_int_equal(x.r->bytes, x.r->size);
	assert_int_equal(reader_at(x.r, locator, &x.it, &x.d, &x.e), 1);
	assert_string_equal(tree_of(&x), "{@31@i=\"7\"@28 a=\"y\"@37}");
	reader_line(x.r, &x.it);
	assert_int_equal(x.it.line, 3);
	assert_int_equal(reader_at(x.r, locator + 1, &x.it, &x.d, &x.e), -1);
	reading_end(&x);
	/* and without next */
	reading_start(&x, str_c(strchr(two, '\n') + 1), "c/p");
	assert_int_equal(reader_at(x.r, locator, &x.it, &x.d, &x.e), 1);
	assert_int_equal(x.it.line, 3);
	assert_int_equal(reader_at(x.r, 1, &x.it, &x.d, &x.e), -1);
	assert_int_equal(x.e.code, ERR_ABSENT);
	reading_end(&x);
}

/* Offsets are those of the file, and lines and columns are told with them. */
static void places_in_utf16(void **state)
{
	for (int little = 0; little < 2; little++) {
		struct buf b;
		struct reading x;
		const struct node *a = NULL;
		(void)state;

		buf_init(&b, 4096);
		reading_start(&x, utf16(&b, two, little), "c/p");
		assert_int_equal(reader_next(x.r, &x.it, &x.d, &x.e), 1);
		assert_int_equal(reader_next(x.r, &x.it, &x.d, &x.e), 1);
		for (int again = 0; again < 2; again++) {
			a = x.it.root->last;
			assert_true(str_is(a->value, "y"));
			assert_int_equal(a->place.offset, 2 + 2 * (40 + 37));
			assert_int_equal(a->place.line, 5);
			assert_int_equal(x.it.line, 4);
			assert_int_equal(x.it.offset, 2 + 2 * (40 + 22));
			if (!again)
				assert_int_equal(
					reader_at(x.r, x.it.locator, &x.it, &x.d, &x.e), 1);
		}
		reading_end(&x);
		buf_done(&b);
	}
}

static void refused_with_place(void **state)
{
	struct reading x;
	(void)state;

	reading_start(&x, STR("<c>\n <p>\n  <a>1</b>\n </p>\n</c>"), "c/p");
	assert_int_equal(reader_next(x.r, &x.it, &x.d, &x.e), -1);
	assert_non_null(strstr(x.e.text, "f.xml:3:"));
	assert_non_null(strstr(x.e.text, "a line 3 and b"));
	reading_end(&x);
	reading_start(&x, STR("<c xmlns='urn:x'/>"), "c/p");
	assert_int_equal(reader_next(x.r, &x.it, &x.d, &x.e), -1);
	assert_string_equal(x.e.text,
		"f.xml:1:1: byte 0: the root element is {urn:x}c, the path to the items begins with c; a "
		"name in {} needs its namespace declared in the map (xmlns:p=...)");
	reading_end(&x);
}

/* Items over several slices and blocks, read again by locator while next goes on. */
static void many(void **state)
{
	enum { ITEMS = 4000, LONG = 1500000 };
	struct buf text;
	struct reading x;
	struct item other;
	uint64_t *locators = mem_array(ITEMS, sizeof(*locators));
	(void)state;

	buf_init(&text, 64 << 20);
	buf_c(&text, "<n:c xmlns:n='urn:c'>\n");
	for (int i = 0; i < ITEMS; i++) {
		buf_printf(&text, "<n:p id='%d'><x>", i);
		for (int k = 0; k < (i == 1000 ? LONG : 700 + i % 100); k++)
			buf_ch(&text, "abcdefg"[k % 7]);
		buf_c(&text, "</x></n:p>\n");
	}
	buf_c(&text, "</n:c>\n");
	reading_start(&x, buf_view(&text), "c:c/c:p");
	for (int i = 0; i < ITEMS; i++) {
		int64_t id = -1;
		assert_int_equal(reader_next(x.r, &x.it, &x.d, &x.e), 1);
		assert_int_equal(x.it.line, i + 2);
		locators[i] = x.it.locator;
		if (i % 7 == 0) {
			assert_int_equal(reader_at(x.r, locators[i / 2], &other, &x.d, &x.e), 1);
			assert_true(str_to_i64(other.root->child->value, &id));
			assert_int_equal(id, i / 2);
			reader_line(x.r, &other);
			assert_int_equal(other.line, i / 2 + 2);
		}
		assert_true(str_to_i64(x.it.root->child->value, &id));
		assert_int_equal(id, i);
		assert_int_equal(x.it.root->last->value.n, i == 1000 ? LONG : 700 + i % 100);
		assert_true(str_starts(x.it.raw, STR("<n:p id=")));
		assert_true(str_ends(x.it.raw, STR("</n:p>")));
	}
	assert_int_equal(reader_next(x.r, &x.it, &x.d, &x.e), 0);
	assert_int_equal(x.d.n, 0);
	reading_end(&x);
	buf_done(&text);
	mem_free(locators);
}

static void limits(void **state)
{
	const struct reader_spec spec = spec_of("c/p");
	struct buf text;
	struct buf got;
	(void)state;

	buf_init(&text, 64 << 20);
	buf_init(&got, 64 << 20);
	buf_c(&text, "<c><p><a>1</a></p><p>");
	while (text.n < LIMIT_ITEM + 100)
		buf_c(&text, "<a>0123456789</a>");
	buf_c(&text, "</p><p><a>2</a></p><p>");
	for (int i = 0; i < LIMIT_NESTING; i++)
		buf_c(&text, "<a>");
	for (int i = 0; i < LIMIT_NESTING; i++)
		buf_c(&text, "</a>");
	buf_c(&text, "</p><p><a>3</a></p></c>");
	format_support_read(&got, buf_view(&text), &spec);
	assert_string_equal(
		got.p, "{a=\"1\"}\n!ITEM-TOO-LARGE\n{a=\"2\"}\n!XML-DEPTH\n{a=\"3\"}\n");
	buf_done(&text);
	buf_done(&got);
}

/* A declaration that cannot be true is told apart from one that is not read. */
static void declared_wide(void **state)
{
	const struct reader_spec spec = spec_of("c/p");
	const int fd = format_support_file(STR("<?xml version='1.0' encoding='UTF-16'?><c/>"));
	struct names names;
	struct err e;
	(void)state;

	names_init(&names);
	assert_null(reader_open(fd, &spec, &names, &e));
	assert_non_null(
		strstr(e.text, ":1: the declaration says 'UTF-16', but the bytes are UTF-8;"));
	assert_string_equal(e.reason, "XML-ENCODING");
	names_done(&names);
	(void)close(fd);
}

/* What stands behind some plain items: read on without libxml2 where it is plain, else by it. */
static const char *const pieces[] = {
	"<p a='1' b = \"two\"\n c='&lt;&amp;&#65;'>x</p>\r\n",
	"<p  a='\xc3\xa9'><b>\xe2\x82\xac ]] > &amp;amp;&#x20AC;&#13;\r\n\r.</b > <c/><d ></d><e> \n</e></p >",
	"<p><b><c><d e='1'/></c></b></p>",
	"<p/>",
	"<p>\xf0\x9f\x98\x80\x7f</p>",
	"<n:p xmlns:n='urn:c'/><p/>",
	"<p xmlns='urn:c'><a/></p>",
	"<p xml:lang='de' xml:space='preserve' q.-_9='0'/>",
	"<x:p/>",
	"<p x:a='1'/>",
	"<p>a<b/>c</p>",
	"<p><a><![CDATA[<&]]></a></p><!-- no --><p><!-- no -->1<?no no?>2</p>",
	"<other><p/></other>text<p><a>1</a></p>",
	"<p a='1\t2\n3'/>",
	"<p a='1' a='2'/>",
	"<p a:x='1' b:x='2'/>",
	"<p a:x='1' x:x='2' x='3'/>",
	"<p a='1'b='2'/>",
	"<p a=1/>",
	"<p a/>",
	"<p a='<'/>",
	"<p>]]></p>",
	"<p>&nbsp;</p>",
	"<p>&#0;</p>",
	"<p>&#xD800;</p>",
	"<p>&#xFFFE;</p>",
	"<p>&amp</p>",
	"<p>& </p>",
	"<p>&;</p>",
	"<p>&#;</p>",
	"<p>&#x;</p>",
	"<p>&#X41;</p>",
	"<p>\x01</p>",
	"<p>\xff</p>",
	"<p>\xed\xa0\x80</p>",
	"<p>\xef\xbf\xbf</p>",
	"<p>\xef\xbf\xbd</p>",
	"<p>\xc3</p>",
	"<p a='\xc3'/>",
	"<p a='\xef\xbf\xbe'/>",
	"<p><a></b></p>",
	"<p></pp>",
	"<p></p x>",
	"< p/>",
	"<p / >",
	"<1/>",
	"<p\xc3\xa9/>",
	"<p><\xc3\xa9>1</\xc3\xa9></p>",
	"</p>",
	"<p",
	"<p><a>",
	"<p a='",
	"<!DOCTYPE c><p/>",
};

/* A file of which libxml2 has read the beginning when the piece comes. */
static struct str around_piece(struct buf *b, const char *start, const char *piece, const char *end)
{
	buf_clear(b);
	buf_c(b, start);
	for (int i = 0; i < 40; i++)
		buf_printf(b, "\n<p><a>%d</a></p>", i);
	buf_c(b, piece);
	for (int i = 0; i < 3; i++)
		buf_c(b, "\n<p i='1'>\n<a>end</a></p>");
	buf_c(b, end);
	return buf_view(b);
}

/* Each item is what libxml2 alone gives, which reads them by locator; a file is refused with its words. */
static void same_by(struct str bytes, const struct reader_spec *spec)
{
	struct reading x;
	struct reading y;
	struct err e;
	struct buf first;
	int rc = 1;

	buf_init(&first, 1 << 20);
	reading_start_by(&x, bytes, spec);
	reading_start_by(&y, bytes, spec);
	while ((rc = reader_next(x.r, &x.it, &x.d, &x.e)) == 1) {
		struct item it = x.it;
		buf_clear(&first);
		buf_str(&first, x.it.root ? str_c(tree_of(&x)) : STR(""));
		assert_int_equal(reader_at(y.r, it.locator, &x.it, &x.d, &e), 1);
		assert_string_equal(x.it.root ? tree_of(&x) : "", buf_cstr(&first));
		assert_true(str_eq(it.raw, x.it.raw));
		assert_int_equal(it.line, x.it.line);
		assert_int_equal(it.column, x.it.column);
	}
	assert_int_equal(reader_at(y.r, UINT64_MAX, &y.it, &y.d, &e), -1);
	if (rc == -1)
		assert_string_equal(x.e.text, e.text);
	else
		assert_int_equal(e.code, ERR_ABSENT);
	reading_end(&x);
	reading_end(&y);
	buf_done(&first);
}

/* With the prefixes that the map has, and with those of the file. */
static void same_as_libxml2(struct str bytes, const char *path)
{
	struct reader_spec spec = spec_of(path);

	same_by(bytes, &spec);
	spec.own_prefixes = true;
	same_by(bytes, &spec);
}

static void plain(void **state)
{
	struct buf b;
	(void)state;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		same_as_libxml2(around_piece(&b, "<c>", pieces[i], "</c>"), "c/p");
		same_as_libxml2(around_piece(&b, "<c>", pieces[i], "</c>"), "");
		same_as_libxml2(around_piece(&b, "<c>", pieces[i], ""), "c/p");
		same_as_libxml2(around_piece(&b, "<c xmlns='urn:c' xmlns:x='urn:&lt;&quot;x'>",
					pieces[i], "</c>"),
			"c:c/c:p");
		same_as_libxml2(
			around_piece(&b, "<c xmlns:a='urn:q' xmlns:b='urn:q' xmlns:x='urn:x'>",
				pieces[i], "</c>"),
			"c/p");
		same_as_libxml2(
			around_piece(&b, "<?xml version='1.0'?>\n<z><c>", pieces[i], "</c></z>"),
			"z/c/p");
	}
	buf_done(&b);
}

static int start(void **state)
{
	(void)state;
	xml_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	xml_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(places),
		cmocka_unit_test(places_in_utf16),
		cmocka_unit_test(refused_with_place),
		cmocka_unit_test(many),
		cmocka_unit_test(limits),
		cmocka_unit_test(declared_wide),
		cmocka_unit_test(plain),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
