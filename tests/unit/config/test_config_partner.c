/* partners/NAME.xml: marks, identities, endpoints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/config_env.h"

#define F "partners/beta.xml"
#define OPEN(attrs) "<partner " CONFIG_ENV_NS " " attrs ">\n"
#define GOOD OPEN("name='beta' usage='test'") ID
#define ID "<identity qualifier='01' id='123456789'/>\n"
#define END "</partner>"
#define KEY "<host-key sha256='SHA256:0123456789012345678901234567890123456789abc'/>"
#define SFTP(more) \
	"<endpoint name='s' protocol='sftp' usage='test' host='h' user='u' credential='c' " more ">"

static void partners(void **state)
{
	static const struct config_env_case rows[] = {
		{"nothing given", F, OPEN("") END, 0,
			"partners/beta.xml:1:1: <partner> must have the attribute 'name'\n"
			"partners/beta.xml:1:1: <partner> must have the attribute 'usage': test or production\n"},
		{"nobody in envelopes", F, OPEN("name='beta' usage='test'") END, 0, ""},
		{"other name than the file", F, OPEN("name='gamma' usage='test'") ID END, 0,
			"partners/beta.xml:1:1: name=\"gamma\" must be that of the file, 'beta'\n"},
		{"production in test", F, OPEN("name='beta' usage='production'") ID END, 0,
			"partners/beta.xml:1:1: this partner is marked production, this environment is test; "
			"neither may use the other\n"},
		{"tolerances", F,
			OPEN("name='beta' usage='test' tolerate='unpadded-isa line-ends'") ID END,
			0, ""},
		{"unknown tolerance", F,
			OPEN("name='beta' usage='test' tolerate='unpaded-isa'") ID END, 0,
			"partners/beta.xml:1:1: tolerate: there is no tolerance 'unpaded-isa'; did you mean "
			"'unpadded-isa'?\n"},
		{"identity of another", F,
			OPEN("name='beta' usage='test'") "<identity qualifier='ZZ' id='ACME'/>" END,
			0,
			"partners/beta.xml:2:1: ZZ:ACME is the identity of partner 'acme' too (partners/acme.xml:1); "
			"acknowledgments could not be told apart\n"},
		{"our own identity", F,
			OPEN("name='beta' usage='test'") "<identity qualifier='14' id='0614141000012'/>" END,
			0,
			"partners/beta.xml:2:1: 14:0614141000012 is our own identity (environment.xml)\n"},
		{"reserved set", F, GOOD "<set name='id' value='x'/>" END, 0,
			"partners/beta.xml:3:1: 'id' is set by the program; take another name\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

static const struct config_env_case endpoint_rows[] = {
	{"nothing given", F, GOOD "<endpoint/>" END, 0,
		"partners/beta.xml:3:1: <endpoint> must have the attribute 'name'\n"
		"partners/beta.xml:3:1: <endpoint> must have the attribute 'protocol': directory or sftp\n"
		"partners/beta.xml:3:1: <endpoint> must have the attribute 'usage': test or production\n"},
	{"sftp without what it needs", F,
		GOOD "<endpoint name='s' protocol='sftp' usage='test'/>" END, 0,
		"partners/beta.xml:3:1: <endpoint> must have the attribute 'host'\n"
		"partners/beta.xml:3:1: <endpoint> must have the attribute 'user'\n"
		"partners/beta.xml:3:1: <endpoint> must have the attribute 'credential'\n"
		"partners/beta.xml:3:1: endpoint 's' must have a <host-key sha256=\"SHA256:...\"/>: without it "
		"anybody could pose as the partner\n"},
	{"bad values", F,
		GOOD SFTP(
			"port='65536' auth='kerberos' after='keep' ready='x' connect-timeout='0s'") "\n"
												    "<host-key sha256='SHA256:short'/></endpoint>" END,
		0,
		"partners/beta.xml:4:1: sha256=\"SHA256:short\" must be SHA256: and 43 characters, as ssh-keygen "
		"-l -f KEY.pub prints it\n"
		"partners/beta.xml:3:1: port=\"65536\" of <endpoint> must be a number from 1 to 65535\n"
		"partners/beta.xml:3:1: auth=\"kerberos\" of <endpoint> must be key or password\n"
		"partners/beta.xml:3:1: after=\"keep\" of <endpoint> must be delete or remember\n"
		"partners/beta.xml:3:1: ready=\"x\" of <endpoint> must be a time such as 90s, 15m, 26h or 7d\n"
		"partners/beta.xml:3:1: connect-timeout=\"0s\" of <endpoint> must be from one second to ten years\n"},
	{"bad host", F,
		GOOD
		"<endpoint name='s' protocol='sftp' usage='test' host='sftp://h' user='u' credential='C'>" KEY
		"</endpoint>" END,
		0,
		"partners/beta.xml:3:1: host=\"sftp://h\" must be a host name or an IP address\n"
		"partners/beta.xml:3:1: credential=\"C\" of <endpoint> must be a name: small letters and digits, "
		"then also . _ - (at most 64 characters)\n"},
	{"paths that leave", F,
		GOOD
		"<endpoint name='d' protocol='directory' usage='test' path='srv/beta' put='../in' get='a//b'/>" END,
		0,
		"partners/beta.xml:3:1: path=\"srv/beta\" must be an absolute folder without '..', '.' and '//'\n"
		"partners/beta.xml:3:1: put=\"../in\" must be a folder without '..', '.' and '//'\n"
		"partners/beta.xml:3:1: get=\"a//b\" must be a folder without '..', '.' and '//'\n"},
	{"directory with a host", F,
		GOOD
		"<endpoint name='d' protocol='directory' usage='test' path='/srv/b' host='h'/>" END,
		0, "partners/beta.xml:3:1: 'host' has no meaning with protocol=\"directory\"\n"},
	{"production endpoint, unmarked endpoint", F,
		GOOD "<endpoint name='d' protocol='directory' usage='production' path='/srv/b'/>\n"
		     "<endpoint name='e' protocol='directory' path='/srv/b'/>" END,
		0,
		"partners/beta.xml:3:1: this endpoint is marked production, this environment is test; neither "
		"may use the other\n"
		"partners/beta.xml:4:1: <endpoint> must have the attribute 'usage': test or production\n"},
	{"twice", F,
		GOOD "<endpoint name='d' protocol='directory' usage='test' path='/srv/b'/>\n"
		     "<endpoint name='d' protocol='directory' usage='test' path='/srv/c'/>" END,
		0, "partners/beta.xml:4:1: endpoint 'd' is there twice; the first is at line 3\n"},
	{"somebody else's folder", F,
		GOOD
		"<endpoint name='s' protocol='sftp' usage='test' host='127.0.0.1' port='2222' user='x' "
		"credential='c' put='in/' get='out'>" KEY "</endpoint>" END,
		0,
		"partners/beta.xml:3:1: put=\"in/\" is the same folder as 'put' of endpoint 'main' "
		"(partners/acme.xml:3); give each its own\n"
		"partners/beta.xml:3:1: get=\"out\" is the same folder as 'get' of endpoint 'main' "
		"(partners/acme.xml:3); give each its own\n"},
	{"the same in other words", F,
		GOOD
		"<endpoint name='d' protocol='directory' usage='test' path='/srv' put='b/in' get='b/out'/>\n"
		"<endpoint name='e' protocol='directory' usage='test' path='/srv/b/' put='out/' get='in'/>\n"
		"<endpoint name='f' protocol='directory' usage='test' path='/srv/b' put='in'/>\n"
		"<endpoint name='g' protocol='sftp' usage='test' host='files' user='x' credential='c' put='in'>" KEY
		"</endpoint>\n"
		"<endpoint name='h' protocol='sftp' usage='test' host='FILES' user='x' credential='c' get='in'>" KEY
		"</endpoint>" END,
		0,
		"partners/beta.xml:4:1: put=\"out/\" is the same folder as 'get' of endpoint 'd' "
		"(partners/beta.xml:3); give each its own\n"
		"partners/beta.xml:4:1: get=\"in\" is the same folder as 'put' of endpoint 'd' "
		"(partners/beta.xml:3); give each its own\n"
		"partners/beta.xml:7:1: get=\"in\" is the same folder as 'put' of endpoint 'g' "
		"(partners/beta.xml:6); give each its own\n"},
	{"put is get", F,
		GOOD
		"<endpoint name='d' protocol='directory' usage='test' path='/srv/b' put='x' get='x'/>" END,
		0,
		"partners/beta.xml:3:1: put and get are the same folder: what we send would come back as the "
		"partner's answer\n"},
};

static void endpoints(void **state)
{
	(void)state;
	config_env_run(endpoint_rows, sizeof(endpoint_rows) / sizeof(endpoint_rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partners),
		cmocka_unit_test(endpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
