/* bundle/agreements/PARTNER.xml: names, envelope, acknowledgments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/config_env.h"

#define F "bundle/agreements/acme.xml"
#define OPEN(attrs) "<agreements " CONFIG_ENV_NS " " attrs ">\n"
#define AG(more)                                                                                                              \
	"<agreement name='acme-832' message='832' version='004010' map='maps/x.xml' source='ampliance' endpoint='main' " more \
	">\n"
#define GOOD OPEN("partner='acme'") AG("")
#define ACK "<expect ack='997' within='1d'/>"
#define CONTRL "<expect ack='contrl' within='1d'/>"
#define EDIFACT                                                                        \
	OPEN("partner='acme'")                                                         \
	"<agreement name='acme-832' format='edifact' message='PRICAT' version='D01B' " \
	"map='maps/x.xml' source='ampliance' endpoint='main'>"
#define FILES(format, more)                                              \
	OPEN("partner='acme'")                                           \
	"<agreement name='acme-832' format='" format "' message='list' " \
	"map='maps/x.xml' source='ampliance' endpoint='main' " more ">"
#define END "</agreement></agreements>"

static void agreements(void **state)
{
	static const struct config_env_case rows[] = {
		{"nothing given", F, OPEN("partner='acme'") "<agreement>" ACK END, 0,
			"bundle/agreements/acme.xml:2:1: <agreement> must have the attribute 'name'\n"
			"bundle/agreements/acme.xml:2:1: <agreement> must have the attribute 'message'\n"
			"bundle/agreements/acme.xml:2:1: <agreement> must have the attribute 'version'\n"
			"bundle/agreements/acme.xml:2:1: <agreement> must have the attribute 'map'\n"
			"bundle/agreements/acme.xml:2:1: <agreement> must have the attribute 'source'\n"
			"bundle/agreements/acme.xml:2:1: <agreement> must have the attribute 'endpoint'\n"
			"bundle/routes.xml:6:2: agreement 'acme-832' is not in bundle/agreements/\n"},
		{"unknown names", F,
			OPEN("partner='acme'") "<agreement name='acme-832' message='832' version='004010' map='maps/x.xml' "
					       "source='amplience' endpoint='mian'>" ACK END,
			0,
			"bundle/agreements/acme.xml:2:1: source 'amplience' is not in bundle/routes.xml; did you mean "
			"'ampliance'?\n"
			"bundle/agreements/acme.xml:2:1: endpoint 'mian' is not in partners/acme.xml; did you mean 'main'?\n"},
		{"unknown partner", F, OPEN("partner='acmee'") AG("") ACK END, 0,
			"bundle/agreements/acme.xml:1:1: partner=\"acmee\" must be that of the file, 'acme'\n"
			"bundle/agreements/acme.xml:1:1: partner 'acmee' is not known: there is no partners/acmee.xml; did "
			"you mean 'acme'?\n"},
		{"wrong values", F,
			OPEN("partner='acme'") "<agreement name='acme-832' message='catalog' version='4010' map='../x.xml' "
					       "source='ampliance' endpoint='main' send='some' accepted-at='never' duplicates='yes'>" ACK
						       END,
			0,
			"bundle/agreements/acme.xml:2:1: message=\"catalog\" must be a message type such as 832\n"
			"bundle/agreements/acme.xml:2:1: version=\"4010\" must be 6 to 12 digits and capital letters such "
			"as 004010 (GS08)\n"
			"bundle/agreements/acme.xml:2:1: map=\"../x.xml\" must be a file such as maps/acme.xml, below bundle/\n"
			"bundle/agreements/acme.xml:2:1: send=\"some\" of <agreement> must be all or changes\n"
			"bundle/agreements/acme.xml:2:1: duplicates=\"yes\" of <agreement> must be hold or safe\n"
			"bundle/agreements/acme.xml:2:1: accepted-at=\"never\" of <agreement> must be syntax or sent\n"},
		{"no such answer yet", F,
			OPEN("partner='acme'") AG("accepted-at='application'") ACK END, 0,
			"bundle/agreements/acme.xml:2:1: accepted-at=\"application\": no acknowledgment of that depth is "
			"understood yet; must be syntax (the 997) or sent\n"},
		{"nor that", F, OPEN("partner='acme'") AG("accepted-at='load'") ACK END, 0,
			"bundle/agreements/acme.xml:2:1: accepted-at=\"load\": no acknowledgment of that depth is "
			"understood yet; must be syntax (the 997) or sent\n"},
		{"map that leaves", F,
			OPEN("partner='acme'") "<agreement name='acme-832' message='832' version='004010' "
					       "map='maps/../../x.xml' source='ampliance' endpoint='main'>" ACK
						       END,
			0,
			"bundle/agreements/acme.xml:2:1: map=\"maps/../../x.xml\" must be a file such as maps/acme.xml, "
			"below bundle/\n"},
		{"rows, accepted when they are delivered", F, FILES("csv", "") END, 0, ""},
		{"in the words of X12", F,
			OPEN("partner='acme'") "<agreement name='acme-832' format='xml' message='a.b' version='004010' "
					       "map='maps/x.xml' source='ampliance' endpoint='main' "
					       "accepted-at='syntax'>\n<envelope newline='yes'/>\n" ACK
						       END,
			0,
			"bundle/agreements/acme.xml:2:1: format=\"xml\" has no versions: leave version out\n"
			"bundle/agreements/acme.xml:2:1: message=\"a.b\" must be a name for what is sent such as "
			"product-list: up to 35 letters, digits, - and _, which stand in the names of its files\n"
			"bundle/agreements/acme.xml:3:1: format=\"xml\" has no envelope: leave <envelope> out; "
			"separators, line ends and characters are the definition's or the map's\n"
			"bundle/agreements/acme.xml:2:1: accepted-at=\"syntax\": no acknowledgment speaks of a file of "
			"format xml, so its items are accepted when it is delivered; leave it out, or write "
			"accepted-at=\"sent\"\n"
			"bundle/agreements/acme.xml:4:1: no acknowledgment speaks of a file of format xml: leave <expect> "
			"out\n"},
		{"limits", F,
			GOOD "<limits items='1000' segments='50000' bytes='5000000'/>" ACK END, 0,
			""},
		{"limits of a file", F,
			FILES("json", "") "\n<limits items='0' bytes='5000000'/>" END, 0,
			"bundle/agreements/acme.xml:3:1: a file of format json is limited by items only: leave segments "
			"and bytes out\n"
			"bundle/agreements/acme.xml:3:1: items=\"0\" of <limits> must be a number from 1 to 1000000000\n"},
		{"level of a source without segments", F,
			FILES("json", "levl='codes' level='guid'") END, 0,
			"bundle/agreements/acme.xml:2:1: <agreement> has no attribute 'levl'; did you mean "
			"'level'?\n"
			"bundle/agreements/acme.xml:2:1: level=\"guid\" of <agreement> must be structure, element, codes, "
			"notes or guide; did you mean 'guide'?\n"
			"bundle/agreements/acme.xml:2:1: level says how deep X12 and EDIFACT are checked that come in, and "
			"source 'ampliance' has format=\"json\": leave level out\n"},
		{"no such format", F, FILES("xlsx", "version='004010' accepted-at='sent'") END, 0,
			"bundle/agreements/acme.xml:2:1: format=\"xlsx\" of <agreement> must be x12, edifact, csv, fixed, "
			"json or xml\n"
			"bundle/agreements/acme.xml:2:1: message=\"list\" must be a message type such as 832\n"},
		{"the same items twice", F,
			GOOD ACK
			"</agreement>\n<agreement name='acme-more' message='832' version='004010' map='maps/x.xml' "
			"source='ampliance' endpoint='main'>" ACK END,
			0,
			"bundle/agreements/acme.xml:4: AMBIGUOUS: agreement 'acme-more' sends the same items to endpoint "
			"'main' as 'acme-832' (line 2), by the same map; remove one, or let a <set> tell the map which "
			"items are whose\n"
			"bundle/agreements/acme.xml:4: warning: agreement 'acme-more' has no <route> in "
			"bundle/routes.xml: nothing is sent for it\n"},
		{"told apart by a set", F,
			GOOD ACK
			"</agreement>\n<agreement name='acme-more' message='832' version='004010' map='maps/x.xml' "
			"source='ampliance' endpoint='main'>" ACK
			"<set name='only' value='shoes'/>" END,
			0,
			"bundle/agreements/acme.xml:4: warning: agreement 'acme-more' has no <route> in "
			"bundle/routes.xml: nothing is sent for it\n"},
		{"twice", F, GOOD ACK "</agreement>\n" AG("") ACK END, 0,
			"bundle/agreements/acme.xml:4:1: agreement 'acme-832' is there twice; the first is at "
			"bundle/agreements/acme.xml:2\n"
			"bundle/agreements/acme.xml:4: warning: agreement 'acme-832' has no <route> in bundle/routes.xml: "
			"nothing is sent for it\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

static void envelopes(void **state)
{
	static const struct config_env_case rows[] = {
		{"all the same", F,
			GOOD "<envelope element='*' component='*' terminator='*'/>" ACK END, 0,
			"bundle/agreements/acme.xml:3:1: element and component are both '*'\n"
			"bundle/agreements/acme.xml:3:1: element and terminator are both '*'\n"
			"bundle/agreements/acme.xml:3:1: component and terminator are both '*'\n"},
		{"letters, digits, blanks, more than one", F,
			GOOD
			"<envelope element='A' component='3' terminator=' ' repertoire='ebcdic' isa-version='401'/>" ACK
				END,
			0,
			"bundle/agreements/acme.xml:3:1: repertoire=\"ebcdic\" of <envelope> must be basic, extended, latin1 "
			"or utf8; did you mean 'basic'?\n"
			"bundle/agreements/acme.xml:3:1: element=\"A\" must be one ASCII character that is no letter, no "
			"digit, no blank and none of . - +\n"
			"bundle/agreements/acme.xml:3:1: component=\"3\" must be one ASCII character that is no letter, no "
			"digit, no blank and none of . - +\n"
			"bundle/agreements/acme.xml:3:1: terminator=\" \" must be one ASCII character that is no letter, no "
			"digit, no blank and none of . - +\n"
			"bundle/agreements/acme.xml:3:1: isa-version=\"401\" must be five digits such as 00401 (ISA12)\n"
			"bundle/agreements/acme.xml:3:1: a separator of agreement 'acme-832' stands in the identity "
			"14:0614141000012\n"
			"bundle/agreements/acme.xml:3:1: a separator of agreement 'acme-832' stands in the identity ZZ:ACME\n"},
		{"two characters", F, GOOD "<envelope element='**'/>" ACK END, 0,
			"bundle/agreements/acme.xml:3:1: element=\"**\" of <envelope> must be one ASCII character\n"},
		{"of EDIFACT", F,
			OPEN("partner='acme'") "<agreement name='acme-832' format='edifact' message='PRICAT' "
					       "version='D01B' map='maps/x.xml' source='ampliance' "
					       "endpoint='main'><envelope syntax='UNOW:4' "
					       "characters='replace' decimal=',' una='yes' "
					       "groups='yes' application='P' association='EAN009' ack='yes'/>" CONTRL
						       END,
			0, ""},
		{"of EDIFACT, in the words of X12", F,
			OPEN("partner='acme'") "<agreement name='acme-832' format='edifact' message='PRICAT' "
					       "version='004010' map='maps/x.xml' source='ampliance' "
					       "endpoint='main' accepted-at='sent'><envelope isa-version='00401'/>" END,
			0,
			"bundle/agreements/acme.xml:2:1: version=\"004010\" must be a directory such as D01B (S009)\n"
			"bundle/agreements/acme.xml:2:150: <envelope> has no attribute 'isa-version'\n"},
		{"newline as terminator", F, GOOD "<envelope terminator='&#10;'/>" ACK END, 0, ""},
		{"newline twice", F, GOOD "<envelope terminator='&#10;' newline='yes'/>" ACK END, 0,
			"bundle/agreements/acme.xml:3:1: newline=\"yes\" would end each segment twice: terminator is a "
			"newline\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

static void acknowledgments(void **state)
{
	static const struct config_env_case rows[] = {
		{"wrong", F, GOOD "<expect ack='998' within='1h'/>\n<expect/>\n" ACK "\n" ACK END,
			0,
			"bundle/agreements/acme.xml:3:1: ack=\"998\" of <expect> must be ta1 or 997; did you mean '997'?\n"
			"bundle/agreements/acme.xml:4:1: <expect> must have the attribute 'ack': ta1 or 997\n"
			"bundle/agreements/acme.xml:4:1: <expect> must have the attribute 'within', such as 24h\n"
			"bundle/agreements/acme.xml:6:1: '997' is expected twice\n"},
		{"none for syntax", F, GOOD END, 0,
			"bundle/agreements/acme.xml:2:1: warning: accepted-at=\"syntax\" without <expect ack=\"997\" "
			"within=\"24h\"/>: nobody is told when the 997 stays away\n"},
		{"none needed", F, OPEN("partner='acme'") AG("accepted-at='sent'") END, 0, ""},
		{"of EDIFACT", F,
			EDIFACT "<envelope ack='yes'/>\n<expect ack='aperak' within='2d'/>" CONTRL
				"\n<expect ack='ta1' within='1h'/>" END,
			0,
			"bundle/agreements/acme.xml:4:1: ack=\"ta1\" of <expect> must be contrl or aperak\n"},
		{"none of EDIFACT", F, EDIFACT END, 0,
			"bundle/agreements/acme.xml:2:1: warning: accepted-at=\"syntax\" without <expect ack=\"contrl\" "
			"within=\"24h\"/>: nobody is told when the CONTRL stays away\n"},
		{"CONTRL not asked for", F, EDIFACT CONTRL END, 0,
			"bundle/agreements/acme.xml:2:1: warning: a CONTRL is expected, but the envelope does not ask for "
			"one (<envelope ack=\"yes\">)\n"},
		{"TA1 not asked for", F, GOOD "<expect ack='ta1' within='1h'/>" ACK END, 0,
			"bundle/agreements/acme.xml:2:1: warning: a TA1 is expected, but the envelope does not ask for one "
			"(<envelope ack=\"yes\">)\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agreements),
		cmocka_unit_test(envelopes),
		cmocka_unit_test(acknowledgments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
