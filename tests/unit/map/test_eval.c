/* Expressions: values, comparisons, arithmetic, findings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/support/map_probe.h"

static const char item[] =
	"{\"a\": {\"b\": [{\"n\": 1, \"t\": \"x\"}, {\"n\": 2, \"t\": \"y\"}, {\"n\": 3, \"t\": \"x\"}]},"
	" \"code\": \"08\", \"text\": \"auf Anfrage\", \"price\": \"1.299,00 €\", \"big\": 1.5e3, \"no\": false,"
	" \"empty\": \"\", \"nil\": null, \"from\": \"2026-01-01\", \"amount\": \"10\", \"Gewicht (kg)\": \"2.5\","
	" \"matrix\": [[1, 2], [3]], \"zero\": 0, \"nought\": -0.00e5, \"deep\": {\"d\": {\"d\": {\"v\": 1}}}}\n";

struct row {
	const char *expression;
	const char *gives;
	const char *finding; /* code of the first, or NULL */
};

static const struct row rows[] = {
	/* paths */
	{"a/b/n", "1", NULL},
	{"a/b[2]/n", "2", NULL},
	{"a/b[last()]/n", "3", NULL},
	{"a/b[t = 'x'][2]/n", "3", NULL},
	{"a/b[position() > 1]/n", "2", NULL},
	{"count(a/b)", "3", NULL},
	{"count(a/b/n)", "3", NULL},
	{"count(a//n)", "3", NULL},
	{"a/b[n = 2]/../../code", "08", NULL},
	{"/code", "08", NULL},
	{"a/b[1]/following-sibling::b/n", "2", NULL},
	{"a/b[2]/parent::a/b/n", "1", NULL},
	{"count(a/*)", "3", NULL},
	{"field('Gewicht (kg)')", "2.5", NULL},
	{"missing/deep", "", NULL},
	{"(a/b)[2]/n", "2", NULL},
	{"count(a/b[n = 1] | a/b[n = 3] | a/b[n = 1])", "2", NULL},
	{"./code", "08", NULL},
	/* each node once, though several steps lead to it */
	{"count(a/b/following-sibling::b)", "2", NULL},
	{"sum(a/b/following-sibling::b/n)", "5", NULL},
	{"sum(a/b/following-sibling::b[n]/n)", "5", NULL},
	{"count(deep//d//v)", "1", NULL},
	{"count(a/b/n/..)", "3", NULL},
	{"count(a/b/..)", "1", NULL},
	/* a sign stands before the whole union */
	{"count(-a/b/n | a/b/n)", "1", NULL},
	{"- a/b[3]/n | a/b[1]/n", "-1", NULL},
	/* in the order of the document */
	{"join-text(a/b[3]/n | a/b[1]/n | a/b[2]/n, '+')", "1+2+3", NULL},
	{"join-text(text | code, '+')", "08+auf Anfrage", NULL},
	{"count(a/b/n | a)", "4", NULL},
	{"count((a/b/n | a)[1]/b)", "3", NULL},
	{"join-text(concat('x', code) | split-text('y z', 1), '+')", "x08+y+z", NULL},
	{"join-text(missing | code, '+')", "08", NULL},
	{"matrix/item", "1", NULL},
	{"count(matrix)", "2", NULL},
	{"a/b[t = 'y']/n", "2", NULL},
	{"a/b[not(n = 1)]/n", "2", NULL},
	{"a/b[n]/n", "1", NULL},
	{"a/b[5]/n", "", NULL},
	/* comparisons */
	{"code = '08'", "true", NULL},
	{"code = '8'", "false", NULL},
	{"code = 8", "true", NULL},
	{"amount = 10.0", "true", NULL},
	{"amount < 9", "false", NULL},
	{"amount > '9'", "true", NULL},
	{"from < $run/date", "true", NULL},
	{"from = $run/date", "false", NULL},
	{"'2026-11-23' = $run/date", "true", NULL},
	{"from < '20260102'", "true", NULL},
	{"a/b/n = 3", "true", NULL},
	{"a/b/n != 3", "true", NULL},
	{"missing = ''", "false", NULL},
	{"empty = ''", "true", NULL},
	{"text < 'b'", "true", NULL},
	{"big = 1500", "true", NULL},
	{"no = true()", "false", NULL},
	{"missing = false()", "true", NULL},
	{"0.1 + 0.2 = 0.3", "true", NULL},
	{"1 <= 1 and 2 >= 3 or 1 != 2", "true", NULL},
	/* truth */
	{"not(nil)", "true", NULL},
	{"not(empty)", "true", NULL},
	{"not(no)", "true", NULL},
	{"not(a)", "false", NULL},
	{"not(zero)", "true", NULL},
	{"not(nought)", "true", NULL},
	{"not(big)", "false", NULL},
	{"not(code)", "false", NULL},
	{"not(zero = 1)", "true", NULL},
	{"true() and code", "true", NULL},
	{"missing or code", "true", NULL},
	/* arithmetic */
	{"1 + 2 * 3", "7", NULL},
	{"(1 + 2) * 3", "9", NULL},
	{"-amount + 4", "-6", NULL},
	{"10 div 4", "2.5", NULL},
	{"10 mod 4", "2", NULL},
	{"-7 mod 2", "-1", NULL},
	{"amount * missing", "", NULL},
	{"1 - -1", "2", NULL},
	{"10 div 3", "3.333333333333333333", NULL},
	{"sum(a/b/n) * 2", "12", NULL},
	{"99999999999999999999999999999999999999 * 10", "", "VALUE-OVERFLOW"},
	{"1 div zero", "", "VALUE-DIVISION"},
	/* values that are none */
	{"text + 1", "", "VALUE-NOT-NUMBER"},
	{"number(price)", "", "VALUE-NOT-NUMBER"},
	{"number('9.52E+12')", "", "VALUE-NOT-NUMBER"},
	{"number('1.2.3')", "", "VALUE-NOT-NUMBER"},
	{"number('1.')", "", "VALUE-NOT-NUMBER"},
	{"number('0.1234567890123456789')", "", "VALUE-OVERFLOW"},
	{"number('123456789012345678901234567890123456789')", "", "VALUE-OVERFLOW"},
	{"number(big)", "1500", NULL},
	{"number(empty)", "", NULL},
	{"add-days(text, 1)", "", "VALUE-NOT-DATE"},
	/* the end of time stays what it is */
	{"to-zone('9999-12-31T23:30:00Z', 'Europe/Berlin')", "9999-12-31T23:59:59Z", NULL},
	{"concat('', a)", "", "VALUE-NOT-TEXT"},
	{"substring('abc', 1, 3000000000)", "", "VALUE-NOT-NUMBER"},
	{"format-number(7, '0.0', concat('.', ','))", "", "VALUE-TOO-LONG"},
	{"format-date('2026-11-23', pad-left('CC', 70, '-'))", "", "VALUE-TOO-LONG"},
	{"lookup('colour', 'mauve')", "", "LOOKUP-MISSING"},
	{"lookup('colour', 'RD', 'code')", "red", NULL},
	{"lookup('colour', missing)", "", NULL},
	{"matches('aaaaaaaaaaaaaaaaaaaaaaaaaaaaab', '^(a+)+$')", "false", "REGEX-LIMIT"},
	{"link(a/b[1]/t)", "", "LINK-DANGLING"},
	/* texts and lists */
	{"join-text(a/b[t = 'x']/n, '+')", "1+3", NULL},
	{"substring('Größe', 3)", "öße", NULL},
	{"substring('abc', 0, 2)", "a", NULL},
	{"substring('abc', -1)", "abc", NULL},
	{"substring-after('abc', 'x')", "", NULL},
	{"format-number(0.5, '#.00')", ".50", NULL},
	{"format-number(-1234567.891, '#,##0.##')", "-1,234,567.89", NULL},
	{"format-number(-0.001, '0.00')", "0.00", NULL},
	{"format-number(-0.004, '#.##')", "0", NULL},
	{"format-number(7, '000')", "007", NULL},
	{"format-number(7, '0.##')", "7", NULL},
	{"join-text(split-text('abcdefgh ij', 3), '|')", "abc|def|gh|ij", NULL},
	{"shorten('abcdefgh', 3)", "abc", NULL},
	{"shorten('ab cd', 10)", "ab cd", NULL},
	{"gtin('9521010428345')", "9521010428345", NULL},
	{"gtin-qualifier('00614141000012')", "UP", NULL},
	{"gtin('9.52E+12')", "", NULL},
	{"is-gtin('')", "false", NULL},
	{"is-sscc('095210100000000018')", "false", NULL},
	{"round(-2.5)", "-3", NULL},
	{"$action", "add", NULL},
	{"$run/id", "42", NULL},
	{"format-date($run/time, 'HH:MI')", "02:00", NULL},
	{"string($run/date)", "2026-11-23", NULL},
	{"valid(from, missing, '2025-12-31')", "false", NULL},
	{"valid(missing, from, '2026-01-01')", "true", NULL},
	{"html-text('a<br>b', 'lines')", "a\nb", NULL},
	{"transliterate('Łódź…', 'ascii')", "Łódź...", "VALUE-CHANGED"},
	{"transliterate('Łódź…', 'ascii', '?')", "??d?...", "VALUE-REPLACED"},
	{"count(split-text('one two', 3)[. = 'two'])", "1", NULL},
};

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_world w;
		struct str got = map_probe(&w, rows[i].expression, item);
		struct str code = w.diag.first ? w.diag.first->code : STR("");

		if (!got.p)
			fail_msg("%s: %s", rows[i].expression, w.faults.first->text);
		if (!str_is(got, rows[i].gives))
			fail_msg("%s gives '" STR_FMT "', not '%s'", rows[i].expression,
				STR_ARG(got), rows[i].gives);
		if (!str_is(code, rows[i].finding ? rows[i].finding : ""))
			fail_msg("%s: finding '" STR_FMT "'", rows[i].expression, STR_ARG(code));
		map_world_done(&w);
	}
}

static void findings_know_their_place(void **state)
{
	struct map_world w;

	(void)state;
	map_probe(&w, "text + a/b[2]/t", item);
	assert_int_equal(w.diag.n, 2);
	assert_true(str_is(w.diag.first->field, "text"));
	assert_true(str_is(w.diag.first->found, "auf Anfrage"));
	assert_true(str_is(w.diag.first->file, "item.json"));
	assert_int_equal(w.diag.first->line, 1);
	assert_true(str_is(w.diag.last->field, "a/b[2]/t"));
	map_world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(findings_know_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
