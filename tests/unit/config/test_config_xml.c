/* What is strict in every file: W1 of the catalogue (unknown, twice, wrong type, out of range, empty,
 * half, BOM, CRLF), through environment.xml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/config_env.h"

#define ENV \
	"<environment " CONFIG_ENV_NS " name='dev' usage='test' instance='00112233445566778899'>"
#define ID "<identity qualifier='14' id='0614141000012'/>"
#define END "</environment>"
#define E "environment.xml"

static void faults_have_places(void **state)
{
	static const struct config_env_case rows[] = {
		{"empty", E, "", 0,
			"environment.xml:1:1: the file is empty; an XML document was expected\n"},
		{"half", E, ENV "\n" ID "\n", 0,
			"environment.xml:3:1: the file ends before </environment>, which closes line 1\n"},
		{"BOM and CRLF", E,
			"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\r\n" ENV "\r\n\t" ID
			"\r\n" END "\r\n",
			0, ""},
		{"NUL", E, ENV "\0" END, sizeof(ENV "\0" END) - 1, "environment.xml:1:101: *"},
		{"not UTF-8", E, ENV "\n<!-- \xfc -->" END, 0,
			"environment.xml:2:6: this byte is not UTF-8; save the file as UTF-8\n"},
		{"DOCTYPE", E, "<!DOCTYPE x>\n" ENV END, 0,
			"environment.xml:1:12: a DOCTYPE is not allowed here; remove it\n"},
		{"duplicate key", E, "<environment name='a' name='b'/>", 0,
			"environment.xml:1:31: *"},
		{"other root", E, "<enviroment " CONFIG_ENV_NS "/>", 0,
			"environment.xml:1:1: found <enviroment xmlns=\"urn:gridspool:config:1\">, expected "
			"<environment xmlns=\"urn:gridspool:config:1\">\n"},
		{"no namespace", E, "<environment/>", 0,
			"environment.xml:1:1: found <environment>, expected <environment xmlns=\"urn:gridspool:config:1\">\n"},
		{"unknown attribute", E, ENV ID "\n <run tme='4h'/>" END, 0,
			"environment.xml:2:2: <run> has no attribute 'tme'; did you mean 'time'?\n"},
		{"unknown element", E, ENV ID "\n <retension archive='1d'/>\n <weather/>" END, 0,
			"environment.xml:2:2: <retension> is not known inside <environment>; did you mean 'retention'?\n"
			"environment.xml:3:2: <weather> is not known inside <environment>\n"},
		{"foreign names", E,
			ENV ID "<x:run xmlns:x='urn:x'/><run x:time='1h' xmlns:x='urn:x'/>" END, 0,
			"environment.xml:1:146: <run> is not in the namespace urn:gridspool:config:1\n"
			"environment.xml:1:170: <run> has no attribute 'time' of namespace urn:x\n"},
		{"twice", E, ENV ID "\n<run time='1h'/>\n<run time='2h'/>" END, 0,
			"environment.xml:3:1: <run> stands twice in <environment>; the first is at line 2\n"},
		{"text", E, ENV ID "hello" END, 0,
			"environment.xml:1:1: <environment> takes no text; found 'hello'\n"},
		{"wrong types", E,
			ENV ID "\n<run time='soon' workers='many'/>\n<disk min-free='lots'/>" END,
			0,
			"environment.xml:2:1: time=\"soon\" of <run> must be a time such as 90s, 15m, 26h or 7d\n"
			"environment.xml:2:1: workers=\"many\" of <run> must be a number from 1 to 32\n"
			"environment.xml:3:1: min-free=\"lots\" of <disk> must be a number of bytes such as 4096, 512K, 64M or 2G\n"},
		{"out of range", E,
			ENV ID "\n<run time='0s' workers='33'/>\n<retention archive='4000d'/>\n"
			       "<disk min-free='9999999999T'/>" END,
			0,
			"environment.xml:2:1: time=\"0s\" of <run> must be from one second to ten years\n"
			"environment.xml:2:1: workers=\"33\" of <run> must be a number from 1 to 32\n"
			"environment.xml:3:1: archive=\"4000d\" of <retention> must be from one second to ten years\n"
			"environment.xml:4:1: min-free=\"9999999999T\" of <disk> must be a number of bytes such as "
			"4096, 512K, 64M or 2G\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

static void sets(void **state)
{
	static const struct config_env_case rows[] = {
		{"sets", E,
			ENV ID
			"\n<set name='a' value=''/>\n<set name='a' value='x'/>\n<set name='b'/>\n<set value='x'/>\n"
			"<set name='1' value='x'/>\n<set name='usage' value='x'/>" END,
			0,
			"environment.xml:3:1: 'a' is set twice; the first is at line 2\n"
			"environment.xml:4:1: <set> must have the attribute 'value'\n"
			"environment.xml:5:1: <set> must have the attribute 'name'\n"
			"environment.xml:6:1: name=\"1\" of <set> must be a letter, then letters, digits, _ and -\n"
			"environment.xml:7:1: 'usage' is set by the program; take another name\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_have_places),
		cmocka_unit_test(sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
