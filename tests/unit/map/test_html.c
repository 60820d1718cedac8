/* HTML to text. */
#include "map/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	const char *html;
	const char *text;
} rows[] = {
	{"", ""},
	{"plain  text", "plain text"},
	{"<p>a</p><p>b</p>", "a|b"},
	{"<b>bo</b>ld", "bold"},
	{"a<br/>b<BR>c", "a|b|c"},
	{"<ul><li>x</li> <li>y</li></ul>", "x|y"},
	{"&lt;b&gt; &amp;amp;", "<b> &amp;"},
	{"5 &euro;, 20&deg;C &ndash; caf&eacute;", "5 €, 20°C – café"},
	{"&#8364;&#x20AC;&#128;", "€€€"},
	{"AT&T &unknown; &", "AT&T &unknown; &"},
	{"3 < 4 > 2 <5", "3 < 4 > 2 <5"},
	{"a<script>x<b></script>b", "ab"},
	{"a<style>p{}</STYLE>b", "ab"},
	{"a<!-- <p>no</p> -->b", "ab"},
	{"a<!-- open", "a"},
	{"<a title=\"x>y\" href='z'>t</a>", "t"},
	{"<p unclosed", "<p unclosed"},
	{"a&nbsp;&nbsp;b", "a b"},
	{"soft&shy;ware", "software"},
	{"<script>never ends", ""},
	{"<!DOCTYPE html><p>x", "x"},
	{"&#0;&#xD800;", "&#0;&#xD800;"},
	{"<p title=\"open>text</p>", "text"},
	{"</", "</"},
	{"<", "<"},
	{"&#x;", "&#x;"},
};

static void table(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str got = html_text(str_c(rows[i].html), '|', &a);

		if (!str_is(got, rows[i].text))
			fail_msg("'%s' gives '" STR_FMT "', not '%s'", rows[i].html, STR_ARG(got),
				rows[i].text);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
