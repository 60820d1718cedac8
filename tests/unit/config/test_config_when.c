/* <when> of an agreement: zone, times, days, what is missed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "unit/support/config_env.h"

#define F "bundle/agreements/acme.xml"
#define AT F ":3:1: "
#define WHEN(text)                                                                    \
	"<agreements " CONFIG_ENV_NS " partner='acme'>\n"                             \
	"<agreement name='acme-832' message='832' version='004010' map='maps/x.xml' " \
	"source='ampliance' endpoint='main'><expect ack='997' within='1d'/>\n" text   \
	"</agreement>\n"                                                              \
	"</agreements>"

#define TIMES_4 "<at time='00:00'/><at time='00:15'/><at time='00:30'/><at time='00:45'/>"
#define TIMES_24 TIMES_4 TIMES_4 TIMES_4 TIMES_4 TIMES_4 TIMES_4
#define TIMES_96 TIMES_24 TIMES_24 TIMES_24 TIMES_24 "\n"

static void faulty(void **state)
{
	static const struct config_env_case rows[] = {
		{"no such zone", F, WHEN("<when zone='Europe/Berlim'><at time='02:00'/></when>"), 0,
			AT
			"zone=\"Europe/Berlim\": no such zone is among those of tzdata; did you mean "
			"'Europe/Berlin'?\n"},
		{"another spelling", F,
			WHEN("<when zone='america/new_york'><at time='02:00'/></when>"), 0,
			AT
			"zone=\"america/new_york\": no such zone is among those of tzdata; did you mean "
			"'America/New_York'?\n"},
		{"a town", F, WHEN("<when zone='berlin'><at time='02:00'/></when>"), 0,
			AT "zone=\"berlin\": no such zone is among those of tzdata; did you mean "
			   "'Europe/Berlin'?\n"},
		{"a path", F, WHEN("<when zone='../../../etc/passwd'><at time='02:00'/></when>"), 0,
			AT "zone=\"../../../etc/passwd\": no such zone is among those of tzdata\n"},
		{"nothing given", F, WHEN("<when/>"), 0,
			AT "<when> must have the attribute 'zone'\n" AT
			   "<when> must have an <at time=\"02:00\"/>, or several\n"},
		{"times", F,
			WHEN("<when zone='UTC'><at/>\n<at time='24:00'/>\n<at time='2:00'/>\n<at time='02:60'/>\n"
			     "<at time='0200'/>\n<at time='02:00:00'/></when>"),
			0,
			F
			":3:18: <at> must have the attribute 'time'\n" F
			":4:1: time=\"24:00\" of <at> must be a time of the day from 00:00 to 23:59; midnight is 00:00 of the next day\n" F
			":5:1: time=\"2:00\" of <at> must be a time of the day from 00:00 to 23:59\n" F
			":6:1: time=\"02:60\" of <at> must be a time of the day from 00:00 to 23:59\n" F
			":7:1: time=\"0200\" of <at> must be a time of the day from 00:00 to 23:59\n" F
			":8:1: time=\"02:00:00\" of <at> must be a time of the day from 00:00 to 23:59\n"},
		{"days", F,
			WHEN("<when zone='UTC'>\n<at time='02:00' days='mon tues mon'/>\n<at time='02:00' "
			     "days=''/></when>"),
			0,
			F
			":4:1: days names 'mon' twice\n" F
			":4:1: days names 'tues'; days are mon tue wed thu fri sat sun; did you mean 'tue'?\n" F
			":5:1: days=\"\" of <at> names no day; without it every day is meant\n"},
		{"all that was missed", F,
			WHEN("<when zone='UTC' catch-up='all'><at time='02:00'/></when>"), 0,
			AT
			"catch-up=\"all\": what several missed times would have sent is sent once; must be one "
			"or none\n"},
		{"within for nothing", F,
			WHEN("<when zone='UTC' within='2h'><at time='02:00'/></when>"), 0,
			AT
			"'within' needs catch-up=\"none\": what is caught up may begin at any time\n"},
		{"within too short", F,
			WHEN("<when zone='UTC' catch-up='none' within='0'><at time='02:00'/></when>"),
			0, AT "within=\"0\" of <when> must be from one second to ten years\n"},
		{"too many", F, WHEN("<when zone='UTC'>\n" TIMES_96 TIMES_96 "</when>"), 0,
			F ":5:1: <when> has more than 96 <at>\n"},
		{"twice, and strangers", F,
			WHEN("<when zone='UTC' at='02:00'><at time='02:00' day='mon'/></when>\n<when zone='UTC'/>"),
			0,
			F ":4:1: <when> stands twice in <agreement>; the first is at line 3\n" AT
			  "<when> has no attribute 'at'\n" F
			  ":3:29: <at> has no attribute 'day'; did you mean 'days'?\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

static void good(void **state)
{
	struct arena a;
	struct faults f;
	struct err e;
	int dir = -1;
	struct config *c = NULL;
	const struct config_when *w = NULL;

	(void)state;
	config_env_make(F,
		WHEN("<when zone='Europe/Berlin' catch-up='none' within='2h'><at time='02:30'/>"
		     "<at time='23:59' days='mon sun'/></when>"),
		0);
	arena_init(&a);
	faults_init(&f, &a);
	dir = fsx_dir(".", &e);
	assert_true(dir != -1);
	c = config_load(dir, &f);
	assert_string_equal(config_env_faults(&f), "");
	w = config_agreement_find(c, STR("acme-832"))->when;
	assert_non_null(w);
	assert_true(str_is(w->zone_name, "Europe/Berlin"));
	assert_int_equal(tz_offset(w->zone, 0), 3600);
	assert_false(w->catch_up);
	assert_int_equal(w->within, 7200);
	assert_int_equal(w->ats->minute, 150);
	assert_int_equal(w->ats->days, 0x7f);
	assert_int_equal(w->ats->next->minute, 1439);
	assert_int_equal(w->ats->next->days, 0x41);
	assert_null(w->ats->next->next);
	config_free(c);
	fsx_close(dir);
	config_env_remove();
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faulty),
		cmocka_unit_test(good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
