/* bundle/routes.xml: sources and routes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/config_env.h"

#define F "bundle/routes.xml"
#define OPEN "<routes " CONFIG_ENV_NS ">\n"
#define AMPLIANCE "<source name='ampliance' kind='snapshot' format='json'/>\n"
#define ROUTE "<route source='ampliance' agreement='acme-832'/>\n"
#define END "</routes>"
#define S "bundle/routes.xml:4:1: "

static const struct config_env_case source_rows[] = {
	{"nothing given", F, OPEN AMPLIANCE ROUTE "<source/>" END, 0,
		S
		"<source> must have the attribute 'name'\n" S
		"<source> must have the attribute 'kind': events, snapshot or reference\n" S
		"<source> must have the attribute 'format': json, csv, fixed, xml, x12 or edifact\n"},
	{"twice", F, OPEN AMPLIANCE ROUTE AMPLIANCE END, 0,
		S "source 'ampliance' is there twice; the first is at line 2\n"},
	{"ready", F,
		OPEN AMPLIANCE ROUTE
		"<source name='a' kind='reference' format='csv' ready='stable'/>\n"
		"<source name='b' kind='reference' format='csv' ready='stable:soon'/>\n"
		"<source name='c' kind='reference' format='csv' ready='marked'/>" END,
		0,
		S
		"ready=\"stable\" must say how long, such as stable:30s\n"
		"bundle/routes.xml:5:1: ready=\"stable:soon\" must have a time from 1s to 1d behind 'stable:', such "
		"as stable:30s\n"
		"bundle/routes.xml:6:1: ready=\"marked\" of <source> must be renamed, marker, manifest or stable:30s; "
		"did you mean 'marker'?\n"},
	{"pairs", F,
		OPEN AMPLIANCE ROUTE
		"<source name='a' kind='reference' format='csv' pair-within='1h'/>\n"
		"<source name='b' kind='reference' format='csv' ready='marker' pair-within='soon'/>\n"
		"<source name='c' kind='reference' format='csv' ready='manifest' pair-within='30m'/>" END,
		0,
		S
		"'pair-within' needs ready=\"marker\" or ready=\"manifest\"\n"
		"bundle/routes.xml:5:1: pair-within=\"soon\" of <source> must be a time such as 90s, 15m, 26h or 7d\n"},
	{"ready times", F,
		OPEN AMPLIANCE ROUTE
		"<source name='a' kind='events' format='csv' ready='stable:2m'/>" END,
		0,
		"bundle/routes.xml:4: warning: source 'a' has no <route>: what arrives in its inbox stays there "
		"(NO-MAP)\n"},
	{"trees", F,
		OPEN AMPLIANCE ROUTE
		"<source name='a' kind='snapshot' format='csv' shape='tree'/>\n"
		"<source name='b' kind='snapshot' format='json' items='content/'/>\n"
		"<source name='c' kind='snapshot' format='json' shape='tree' items='../content'/>" END,
		0,
		S
		"shape=\"tree\" needs format=\"json\"\n"
		"bundle/routes.xml:5:1: 'items' needs shape=\"tree\"\n"
		"bundle/routes.xml:6:1: items=\"../content\" must be a folder inside the tree, such as content/\n"},
	{"csv", F,
		OPEN AMPLIANCE ROUTE
		"<source name='a' kind='reference' format='csv' separator='x' quote='x' "
		"decimal=';' columns='net nett net' numbers='net gros'/>\n"
		"<source name='b' kind='reference' format='json' separator=';' header='no'/>\n"
		"<source name='c' kind='reference' format='fixed' encoding='windows-1252' quote='x'/>\n"
		"<source name='d' kind='reference' format='xml' encoding='utf-8'/>\n"
		"<source name='e' kind='reference' format='csv' encoding='ebcdic'/>" END,
		0,
		S
		"columns names 'net' twice\n" S
		"separator must be a character such as ; , | or a tab (&#9;)\n" S
		"separator and quote are both 'x'\n" S "decimal must be . or ,\n" S
		"numbers names 'gros', which is not in columns\n"
		"bundle/routes.xml:5:1: 'separator' is for format=\"csv\" only\n"
		"bundle/routes.xml:5:1: 'header' is for format=\"csv\" only\n"
		"bundle/routes.xml:6:1: 'quote' is for format=\"csv\" only\n"
		"bundle/routes.xml:7:1: 'encoding' is for format=\"csv\" and \"fixed\" only; the "
		"others say it themselves\n"
		"bundle/routes.xml:8:1: encoding=\"ebcdic\" of <source> must be utf-8, iso-8859-1 "
		"or windows-1252\n"},
	{"a tab", F,
		OPEN AMPLIANCE ROUTE
		"<source name='a' kind='reference' format='csv' separator='&#9;'/>" END,
		0, ""},
	{"state", F,
		OPEN AMPLIANCE ROUTE
		"<source name='a' kind='events' format='csv' complete='yes' max-age='1h'/>\n"
		"<source name='b' kind='reference' format='csv' on-stale='warn'/>" END,
		0,
		S
		"complete=\"yes\" needs kind=\"snapshot\"\n" S
		"'max-age' has no meaning with kind=\"events\"\n"
		"bundle/routes.xml:5:1: 'on-stale' needs a 'max-age', such as 36h\n"
		"bundle/routes.xml:4: warning: source 'a' has no <route>: what arrives in its inbox stays there "
		"(NO-MAP)\n"},
	{"deletes are not sent yet", F,
		OPEN AMPLIANCE ROUTE
		"<source name='a' kind='snapshot' format='csv' complete='yes'/>" END,
		0,
		"bundle/routes.xml:4:1: warning: complete=\"yes\": deletes are not sent yet; of an item that is "
		"gone, partners keep what they accepted last\n"},
	{"workflow", F,
		OPEN AMPLIANCE ROUTE
		"<source name='a' kind='snapshot' format='json' workflow='ampliance-set'/>\n"
		"<source name='b' kind='snapshot' format='json' workflow='ampliance'/>" END,
		0,
		S
		"workflow: source 'ampliance-set' is not in this file; did you mean 'ampliance'?\n"
		"bundle/routes.xml:5:1: workflow: source 'ampliance' (line 2) must have kind=\"reference\"\n"},
	{"changes of events", F,
		OPEN "<source name='ampliance' kind='events' format='json'/>\n" ROUTE END, 0,
		"bundle/agreements/acme.xml:2:2: send=\"changes\" needs a snapshot; source 'ampliance' has "
		"kind=\"events\"\n"},
};

static void sources(void **state)
{
	(void)state;
	config_env_run(source_rows, sizeof(source_rows) / sizeof(source_rows[0]));
}

static void routes(void **state)
{
	static const struct config_env_case rows[] = {
		{"twice", F, OPEN AMPLIANCE ROUTE ROUTE END, 0,
			S "agreement 'acme-832' has a route already, at line 3\n"},
		{"unknown names", F,
			OPEN AMPLIANCE ROUTE "<route source='amplience' agreement='acme-823'/>" END,
			0,
			S
			"source 'amplience' is not in this file; did you mean 'ampliance'?\n" S
			"agreement 'acme-823' is not in bundle/agreements/; did you mean 'acme-832'?\n"},
		{"another source", F,
			OPEN AMPLIANCE "<source name='other' kind='snapshot' format='json'/>\n"
				       "<route source='other' agreement='acme-832'/>" END,
			0,
			S
			"source is 'other', that of agreement 'acme-832' (bundle/agreements/acme.xml:2) is 'ampliance'\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources),
		cmocka_unit_test(routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
