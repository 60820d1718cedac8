/* environment.xml: marks, instance, identity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/config_env.h"

#define E "environment.xml"
#define OPEN(attrs) "<environment " CONFIG_ENV_NS " " attrs ">\n"
#define GOOD OPEN("name='dev' usage='test' instance='00112233445566778899'")
#define ID "<identity qualifier='14' id='0614141000012'/>"
#define END "</environment>"

static void faults_have_places(void **state)
{
	static const struct config_env_case rows[] = {
		{"nothing given", E, OPEN("") ID END, 0,
			"environment.xml:1:1: <environment> must have the attribute 'name'\n"
			"environment.xml:1:1: <environment> must have the attribute 'usage': test or production\n"
			"environment.xml:1:1: <environment> must have the attribute 'instance'\n"},
		{"wrong values", E, OPEN("name='Dev' usage='prodution' instance='xyz'") ID END, 0,
			"environment.xml:1:1: name=\"Dev\" of <environment> must be a name: small letters and digits, "
			"then also . _ - (at most 64 characters)\n"
			"environment.xml:1:1: usage=\"prodution\" of <environment> must be test or production; did you "
			"mean 'production'?\n"
			"environment.xml:1:1: instance=\"xyz\" must be the 16 to 64 hexadecimal digits that gridspool "
			"init wrote; it ties the ledger to this environment\n"},
		{"identity too long", E,
			GOOD "<identity qualifier='141' id='1234567890123456' group='X'/>" END, 0,
			"environment.xml:2:1: qualifier=\"141\" of <identity> must be two capital letters or digits (ISA05)\n"
			"environment.xml:2:1: id=\"1234567890123456\" of <identity> must be 1 to 15 printable ASCII "
			"characters (ISA06)\n"
			"environment.xml:2:1: group=\"X\" of <identity> must be 2 to 15 printable ASCII characters (GS02)\n"},
		{"identity not ASCII", E, GOOD "<identity qualifier='z1' id='M&#252;ller'/>" END, 0,
			"environment.xml:2:1: qualifier=\"z1\" of <identity> must be two capital letters or digits (ISA05)\n"
			"environment.xml:2:1: id=\"M\xc3\xbcller\" of <identity> must be 1 to 15 printable ASCII characters "
			"(ISA06)\n"},
		{"no patience at all", E, GOOD ID "<run no-progress='0'/>" END, 0,
			"environment.xml:2:46: no-progress=\"0\" of <run> must be from one second to ten years\n"},
		{"short identity has no group", E, GOOD "<identity qualifier='ZZ' id='A'/>" END, 0,
			"environment.xml:2:1: <identity> must have the attribute 'group': GS02 has 2 to 15 characters, "
			"id has one\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_have_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
