/* An environment read whole: the good one value by value, names, durations, and what spans files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsx.h"
#include "base/fsx_tree.h"
#include "config/config.h"
#include "model/xml.h"
#include "unit/support/config_env.h"

static void check_environment(const struct config *c)
{
	assert_true(str_is(c->name, "dev"));
	assert_int_equal(c->usage, USAGE_TEST);
	assert_true(str_is(c->identity.group, "HEARTHLOOM"));
	assert_int_equal(c->run_seconds, 4 * 3600);
	assert_int_equal(c->workers, 2);
	assert_int_equal(c->keep_interchanges, 365 * 86400);
	assert_int_equal(c->keep_inputs, 365 * 86400);
	assert_int_equal(c->keep_received, 365 * 86400);
	assert_int_equal(c->min_free, 64 << 20);
	assert_true(str_is(c->sets->value, "0614141000012"));
}

static void check_partner(const struct config *c)
{
	const struct config_partner *p = config_partner_find(c, STR("acme"));
	assert_non_null(p);
	assert_true(str_is(p->identity.group, "ACME"));
	assert_string_equal(p->file, "partners/acme.xml");
	assert_int_equal(p->endpoints->port, 2222);
	assert_int_equal(p->endpoints->nhost_keys, 1);
	assert_true(p->endpoints->get_delete);
	assert_true(str_is(p->endpoints->auth, "key"));
	assert_int_equal(p->endpoints->connect_timeout, 15);
	assert_true(str_is(config_partner_find(c, STR("beta"))->endpoints->path, "/srv/beta"));
}

static void check_agreement(const struct config *c)
{
	const struct config_partner *p = config_partner_find(c, STR("acme"));
	const struct config_agreement *g = config_agreement_find(c, STR("acme-832"));
	assert_non_null(g);
	assert_ptr_equal(g->partner, p);
	assert_ptr_equal(g->endpoint, p->endpoints);
	assert_ptr_equal(g->source, config_source_find(c, STR("ampliance")));
	assert_true(g->changes && g->newline && g->ack_requested && !g->duplicates_safe);
	assert_int_equal(g->component, '>');
	assert_true(str_is(g->isa_version, "00401"));
	assert_true(str_is(g->accepted_at, "syntax"));
	assert_int_equal(g->expects->next->within, 86400);
	assert_true(str_is(g->expects->next->ack, "997"));
	assert_int_equal(g->line, 2);
}

static void check_sources(const struct config *c)
{
	const struct config_agreement *g = config_agreement_find(c, STR("acme-832"));
	const struct config_source *s = config_source_find(c, STR("products"));
	assert_int_equal(s->kind, SOURCE_REFERENCE);
	assert_int_equal(s->separator, ';');
	assert_int_equal(s->decimal, ',');
	assert_int_equal(s->quote, '"');
	assert_int_equal(s->nnumbers, 2);
	assert_true(str_is(s->numbers[1], "gross"));
	s = g->source;
	assert_true(s->tree && !s->complete && !s->stale_warns);
	assert_int_equal(s->ready, READY_MARKER);
	assert_int_equal(s->max_age, 36 * 3600);
	assert_true(str_is(s->workflow_from, "settings"));
	assert_ptr_equal(c->routes->agreement, g);
	assert_ptr_equal(c->routes->source, s);
	assert_null(c->routes->next);
}

static void reads_a_good_one(void **state)
{
	struct arena a;
	struct faults f;
	struct err e;
	const int dir = fsx_dir(".", &e);
	struct config *c = NULL;

	(void)state;
	xml_start();
	arena_init(&a);
	faults_init(&f, &a);
	config_env_make(NULL, NULL, 0);
	c = config_load(dir, &f);
	assert_string_equal(config_env_faults(&f), "");
	assert_non_null(c);
	check_environment(c);
	check_partner(c);
	check_agreement(c);
	check_sources(c);
	config_free(c);
	arena_done(&a);
	fsx_close(dir);
}

static void tells_what_spans_files(void **state)
{
	static const struct config_env_case rows[] = {
		{"no environment", "environment.xml", NULL, 0,
			"environment.xml: not found: this folder is no environment; gridspool init makes one\n"},
		{"no routes, an agreement", "bundle/routes.xml", NULL, 0,
			"bundle/routes.xml: is not there: it says which sources there are, and "
			"which agreement takes which\n"},
		{"a broken partner is told once", "partners/acme.xml", "<partner", 0,
			"partners/acme.xml:1:9: *"},
		{"broken routes are told once", "bundle/routes.xml", "<routes>", 0,
			"bundle/routes.xml:1:9: *"},
		{"no partner", "partners/acme.xml", NULL, 0,
			"bundle/agreements/acme.xml:1:1: partner 'acme' is not known: there is no partners/acme.xml\n"},
		{"no own identity", "environment.xml",
			"<environment " CONFIG_ENV_NS
			" name='dev' usage='test' instance='00112233445566778899'/>",
			0,
			"environment.xml:1:1: <environment> must have an <identity qualifier= id=/>: there are "
			"agreements, and we are their sender\n"},
		{"a partner of envelopes without identity", "partners/acme.xml",
			"<partner " CONFIG_ENV_NS
			" name='acme' usage='test'><endpoint name='main' protocol='directory' "
			"usage='test' path='/srv/acme' put='in' get='out'/></partner>",
			0,
			"bundle/agreements/acme.xml:2:2: agreement 'acme-832' is of format x12, whose envelopes name the "
			"partner: partners/acme.xml needs an <identity qualifier= id=/>\n"},
		{"other files", "partners/acme.xml.bak", "x", 0,
			"partners/acme.xml.bak: warning: is not read; files here end in .xml\n"},
		{"examples are left alone", "partners/new.xml.example", "<", 0, ""},
		{"hidden files are left alone", "bundle/agreements/.acme.xml", "<", 0, ""},
		{"the usage is a wall", "environment.xml",
			"<environment " CONFIG_ENV_NS
			" name='prod' usage='production' instance='00112233445566778899'>"
			"<identity qualifier='14' id='0614141000012'/></environment>",
			0,
			"partners/acme.xml:1:1: this partner is marked test, this environment is production; "
			"neither may use the other\n"
			"partners/acme.xml:3:2: this endpoint is marked test, this environment is production; "
			"neither may use the other\n"
			"partners/beta.xml:1:1: this partner is marked test, this environment is production; "
			"neither may use the other\n"
			"partners/beta.xml:3:2: this endpoint is marked test, this environment is production; "
			"neither may use the other\n"},
	};

	(void)state;
	config_env_run(rows, sizeof(rows) / sizeof(rows[0]));
}

static void a_new_environment_needs_no_bundle(void **state)
{
	struct arena a;
	struct faults f;
	struct err e;
	const int dir = fsx_dir(".", &e);
	struct config *c = NULL;

	(void)state;
	arena_init(&a);
	faults_init(&f, &a);
	config_env_make(NULL, NULL, 0);
	assert_int_equal(fsx_tree_remove(dir, "bundle", &e), 0);
	assert_int_equal(fsx_tree_remove(dir, "partners", &e), 0);
	c = config_load(dir, &f);
	assert_string_equal(config_env_faults(&f), "");
	assert_non_null(c);
	assert_null(c->partners);
	assert_null(c->routes);
	config_free(c);
	arena_done(&a);
	fsx_close(dir);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t seconds;
	} rows[] = {
		{"0", true, 0},
		{"90", true, 90},
		{"90s", true, 90},
		{"15m", true, 900},
		{"26h", true, 93600},
		{"7d", true, 604800},
		{"", false, 0},
		{"s", false, 0},
		{"-1h", false, 0},
		{"1.5h", false, 0},
		{"1 h", false, 0},
		{"1w", false, 0},
		{"99999999999999999999d", false, 0},
		{"9223372036854775807d", false, 0},
		{"1h30m", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t v = 12345;
		assert_int_equal(config_duration(str_c(rows[i].text), &v), rows[i].ok);
		assert_int_equal(v, rows[i].ok ? rows[i].seconds : 12345);
	}
}

static void names(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} rows[] = {
		{"acme", true},
		{"acme-832.v2_x", true},
		{"0", true},
		{"", false},
		{".acme", false},
		{"-acme", false},
		{"Acme", false},
		{"a b", false},
		{"a/b", false},
		{"\xc3\xa4", false},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(config_name_ok(str_c(rows[i].text)), rows[i].ok);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_good_one),
		cmocka_unit_test(tells_what_spans_files),
		cmocka_unit_test(a_new_environment_needs_no_bundle),
		cmocka_unit_test(durations),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
