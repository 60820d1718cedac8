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
			GOOD
			"<identity qualifier='14141' id='123456789012345678901234567890123456'/>" END,
			0,
			"environment.xml:2:1: qualifier=\"14141\" of <identity> must be capital letters or digits: two "
			"(ISA05), or up to four (0007)\n"
			"environment.xml:2:1: id=\"123456789012345678901234567890123456\" of <identity> must be printable "
			"ASCII characters: up to 15 (ISA06), or up to 35 (0004)\n"
			"bundle/agreements/acme.xml:4:3: agreement 'acme-832' is of X12, and the identity "
			"14141:123456789012345678901234567890123456 has the qualifier '14141'; expected two characters "
			"(ISA05)\n"
			"bundle/agreements/acme.xml:4:3: agreement 'acme-832' is of X12, and the identity "
			"14141:123456789012345678901234567890123456 has the id '123456789012345678901234567890123456'; "
			"expected 1 to 15 characters (ISA06)\n"},
		{"identity not ASCII", E,
			GOOD
			"<identity qualifier='z1' id='M&#252;ller' group='&#252;' internal='&#252;'/>" END,
			0,
			"environment.xml:2:1: qualifier=\"z1\" of <identity> must be capital letters or digits: two "
			"(ISA05), or up to four (0007)\n"
			"environment.xml:2:1: id=\"M\xc3\xbcller\" of <identity> must be printable ASCII characters: up "
			"to 15 (ISA06), or up to 35 (0004)\n"
			"environment.xml:2:1: group=\"\xc3\xbc\" of <identity> must be printable ASCII characters: 2 to 15 "
			"(GS02), or up to 35 (0040)\n"
			"environment.xml:2:1: internal=\"\xc3\xbc\" of <identity> must be up to 35 printable ASCII "
			"characters (0008, 0014)\n"},
		{"identity of EDIFACT alone", E, GOOD "<identity id='1' internal='A'/>" END, 0,
			"bundle/agreements/acme.xml:4:3: agreement 'acme-832' is of X12, and the identity :1 has the "
			"qualifier ''; expected two characters (ISA05)\n"
			"bundle/agreements/acme.xml:4:3: agreement 'acme-832' is of X12, and the identity :1 has the group "
			"'1'; expected 2 to 15 characters (GS02)\n"},
		{"no patience at all", E, GOOD ID "<run no-progress='0'/>" END, 0,
			"environment.xml:2:46: no-progress=\"0\" of <run> must be from one second to ten years\n"},
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
