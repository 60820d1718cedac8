/* convert-unit(): exact by both code lists, never between kinds, and no unit twice in the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/support/map_probe.h"

static const struct {
	const char *expression, *gives, *finding;
} rows[] = {
	{"convert-unit(a, 'KG', 'GR')", "1500", ""},
	{"convert-unit(a, 'KG', 'GRM')", "1500", ""},
	{"convert-unit(a, 'LB', 'OZ')", "24", ""},
	{"convert-unit(a, 'LBR', 'KGM')", "0.680388555", ""},
	{"convert-unit(a, 'FT', 'IN')", "18", ""},
	{"convert-unit(a, 'GLL', 'CI')", "346.5", ""},
	{"convert-unit(a, u, 'CMT')", "150", ""},
	{"convert-unit(missing, 'KG', 'GR')", "", ""},
	{"convert-unit(a, missing, 'GR')", "", ""},
	{"convert-unit(a, w, 'GR')", "", "VALUE-UNIT"},
	{"convert-unit(a, u, 'GR')", "", "VALUE-UNIT"},
	{"convert-unit(w, 'KG', 'GR')", "", "VALUE-NOT-NUMBER"},
	{"convert-unit(h, 'TNE', 'MGM')", "", "VALUE-OVERFLOW"},
	{"format-date(to-zone('2026-07-01T12:00:00+02:00', 'America/New_York'), 'HH:MI')", "06:00",
		""},
	{"format-date(to-zone('2026-10-25T01:30:00Z', 'Europe/Berlin'), 'HH:MI')", "02:30", ""},
	{"to-zone('2026-11-23', 'Asia/Tokyo')", "2026-11-23", ""},
	{"to-zone(w, 'Asia/Tokyo')", "", "VALUE-NOT-DATE"},
};

static void every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct map_world w;
		const struct str got = map_probe(&w, rows[i].expression,
			"{\"a\": 1.5, \"u\": \"MTR\", \"w\": \"stone\","
			" \"h\": 99999999999999999999999999999999999999}\n");

		if (!got.p)
			fail_msg("%s: %s", rows[i].expression, w.faults.first->text);
		if (!str_is(got, rows[i].gives))
			fail_msg("%s gives '" STR_FMT "', not '%s'", rows[i].expression,
				STR_ARG(got), rows[i].gives);
		if (!str_is(w.diag.first ? w.diag.first->code : STR(""), rows[i].finding))
			fail_msg("%s: finding " STR_FMT ", not %s", rows[i].expression,
				STR_ARG(w.diag.first ? w.diag.first->code : STR("none")),
				rows[i].finding);
		map_world_done(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_row)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
