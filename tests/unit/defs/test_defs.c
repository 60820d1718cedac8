/* Definitions as they are asked for: designators, what is not there, folders before ours. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "defs/dict.h"
#include "model/xml.h"
#include "unit/support/calls.h"
#include "unit/support/defs_world.h"

#define IS(s, text) assert_true(str_is((s), (text)))

static void designators(void **state)
{
	static const struct {
		const char *tag, *ref;
		bool ok;
		uint16_t element, component;
	} table[] = {
		{"LIN", "LIN03", true, 3, 1},
		{"LIN", "LIN31", true, 31, 1},
		{"LIN", "LIN03-1", true, 3, 1},
		{"CTP", "CTP05", true, 5, 1},
		{"CTP", "CTP05-1", true, 5, 1},
		{"CTP", "CTP05-15", true, 5, 15},
		{"N1", "N104", true, 4, 1},
		{"LIN", "LIN32", false, 0, 0},
		{"LIN", "LIN00", false, 0, 0},
		{"LIN", "LIN3", false, 0, 0},
		{"LIN", "LIN003", false, 0, 0},
		{"LIN", "LIN", false, 0, 0},
		{"LIN", "XX01", false, 0, 0},
		{"LIN", "lin03", false, 0, 0},
		{"LIN", "LIN03-2", false, 0, 0},
		{"LIN", "LIN03-", false, 0, 0},
		{"CTP", "CTP05-16", false, 0, 0},
		{"CTP", "CTP05-0", false, 0, 0},
		{"CTP", "CTP05-01", false, 0, 0},
		{"CTP", "CTP05-1-1", false, 0, 0},
		{"LIN", "", false, 0, 0},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint16_t e = 0, c = 0;
		bool ok = defs_ref(
			defs_world_segment(*state, table[i].tag), str_c(table[i].ref), &e, &c);
		if (ok != table[i].ok || e != table[i].element || c != table[i].component)
			fail_msg("%s: %d %u %u", table[i].ref, ok, (unsigned)e, (unsigned)c);
	}
}

/* By number, as EDIFACT speaks of them; the first of several counts. */
static void designators_of_edifact(void **state)
{
	static const struct {
		const char *tag, *ref;
		bool ok, names_component;
		uint16_t element, component;
	} table[] = {
		{"PIA", "PIA02-1", true, true, 2, 1},
		{"PIA", "PIA06-4", true, true, 6, 4},
		{"PIA", "PIA/C212.7140", true, true, 2, 1},
		{"PIA", "PIA/C212.7143", true, true, 2, 2},
		{"PIA", "PIA/C212", true, false, 2, 1},
		{"PIA", "PIA/4347", true, false, 1, 1},
		{"LIN", "LIN/1082", true, false, 1, 1},
		{"LIN", "LIN/C829.1082", true, true, 4, 2},
		{"NAD", "NAD/C080.3036", true, true, 4, 1},
		{"NAD", "NAD/C080.3045", true, true, 4, 6},
		{"PIA", "PIA/C212.9999", false, true, 0, 0},
		{"PIA", "PIA/C213.7140", false, true, 0, 0},
		{"PIA", "PIA/4347.4347", false, true, 0, 0},
		{"PIA", "PIA/7140", false, false, 0, 0},
		{"PIA", "PIA/C212.", false, true, 0, 0},
		{"PIA", "PIA/.7140", false, true, 0, 0},
		{"PIA", "PIA/", false, false, 0, 0},
		{"PIA", "LIN/C212.7140", false, true, 0, 0},
		{"PIA", "PIA/C212.7140-1", false, true, 0, 0},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct def_segment *s = defs_world_edifact_segment(
			*state, "D96A", table[i].tag);
		uint16_t e = 0, c = 0;
		bool ok = defs_ref(s, str_c(table[i].ref), &e, &c);
		if (ok != table[i].ok || e != table[i].element || c != table[i].component ||
			defs_ref_component(str_c(table[i].ref)) != table[i].names_component)
			fail_msg("%s: %d %u %u", table[i].ref, ok, (unsigned)e, (unsigned)c);
	}
}

static struct {
	const struct def_message *guided;
	const struct def_segment *unb, *isa, *other;
	const struct dict *dicts;
	size_t faults, told;
} later;

/* What a message that is loaded may need later, in a process that may open nothing. */
static void look_later(void *about)
{
	struct defs_world *w = about;
	struct faults f;

	faults_init(&f, &w->arena);
	later.guided = defs_message(w->defs, STR("edifact"), STR("D96A"), STR("PRICAT"),
		STR("edifact/D96A/PRICAT.EAN008.xml"), &f, "", 0, 0);
	later.unb = defs_segment(w->defs, STR("edifact"), STR("syntax-3"), STR("UNB"), &f);
	later.isa = defs_segment(w->defs, STR("x12"), STR("004010"), STR("ISA"), &f);
	later.faults = f.n;
	later.dicts = w->defs->dicts;
	for (int i = 0; i < 2; i++)
		later.other = defs_segment(w->defs, STR("x12"), STR("009990"), STR("ISA"), &f);
	later.told = f.n;
}

static void loaded_with_a_message(void **state)
{
	const struct calls_fault fault = {SYS_openat2, EPERM, CALLS_ANY, 0};
	static const char *const name = "maps";
	struct defs_world *w = *state;
	struct defs_world mine = {.dir = w->dir};
	struct faults f;

	arena_init(&mine.arena);
	faults_init(&f, &mine.arena);
	mine.defs = defs_new(&w->dir, &name, 1);
	assert_non_null(defs_message(
		mine.defs, STR("edifact"), STR("D96A"), STR("PRICAT"), STR(""), &f, "", 0, 0));
	assert_non_null(defs_message(
		mine.defs, STR("x12"), STR("005010"), STR("832"), STR(""), &f, "", 0, 0));
	calls_failing(&fault, look_later, &mine);
	assert_int_equal(later.faults, 0);
	assert_non_null(later.guided);
	assert_non_null(later.unb);
	assert_non_null(later.isa);
	/* A version that cannot be looked for is told, and leaves no trace. */
	assert_null(later.other);
	assert_int_equal(later.told, 2);
	assert_ptr_equal(later.dicts, mine.defs->dicts);
	defs_free(mine.defs);
	arena_done(&mine.arena);
}

static void formats(void **state)
{
	struct defs_world *w = *state;
	struct faults f;

	faults_init(&f, &w->arena);
	assert_string_equal(defs_format(STR("x12"))->header, "ST");
	assert_string_equal(defs_format(STR("edifact"))->trailer, "UNT");
	assert_null(defs_format(STR("EDIFACT")));
	assert_null(defs_segment(w->defs, STR("hl7"), STR("2"), STR("MSH"), &f));
	assert_null(defs_message(
		w->defs, STR("hl7"), STR("2"), STR("ADT"), STR(""), &f, "partner.xml", 7, 0));
	assert_int_equal(f.n, 1);
	assert_string_equal(
		f.first->text, "there are no definitions of format 'hl7', only of x12 and edifact");
}

/* UNH says EAN008: the guide of that code, where there is one. */
static void associations(void **state)
{
	static const struct {
		const char *version, *message, *code, *guide;
	} table[] = {
		{"D96A", "PRICAT", "EAN008", "edifact/D96A/PRICAT.EAN008.xml"},
		{"D01B", "PRICAT", "EAN009", "edifact/D01B/PRICAT.EAN009.xml"},
		{"D96A", "PRICAT", "EAN007", ""},
		{"D96A", "PRICAT", "", ""},
		{"D96A", "PRICAT", "../x", ""},
		{"D96A", "INVRPT", "EAN008", ""},
	};
	struct defs_world *w = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct str id;
		struct str guide = defs_association(w->defs,
			defs_world_edifact(w, table[i].version, table[i].message, ""),
			str_c(table[i].code));
		if (!str_is(guide, table[i].guide))
			fail_msg("%s: " STR_FMT, table[i].code, STR_ARG(guide));
		if (!guide.n)
			continue;
		assert_false(defs_is_message_file(strrchr(table[i].guide, '/') + 1, &id));
		const struct def_message *m = defs_world_edifact(
			w, table[i].version, table[i].message, table[i].guide);
		const struct def_segment *nad = defs_world_node(m, "SG2/NAD")->segment;
		assert_true(m->guide.n > 0);
		assert_int_equal(nad->parts[1].parts[0].element->max, 13);
		nad = defs_world_edifact_segment(w, table[i].version, "NAD");
		assert_int_equal(nad->parts[1].parts[0].element->max, 35);
	}
}

static void unknown(void **state)
{
	static const struct {
		const char *version, *message, *guide, *text;
	} table[] = {
		{"004010", "833", "",
			"x12 004010 has no message '833' in maps; did you mean '832'?"},
		{"004010", "codes", "", "x12 004010 has no message 'codes' in maps"},
		{"004011", "832", "",
			"x12 version '004011' is not defined in maps; did you mean '004010'?"},
		{"../x12", "832", "", "format 'x12' version '../x12' is not defined"},
		{"004010", "../832", "", "x12 004010 has no message '../832' in maps"},
		{"004010", "832", "guides/no.xml", "guide 'guides/no.xml' is not in maps"},
		{"004010", "832", "../maps/guides/acme-832.xml",
			"guide '../maps/guides/acme-832.xml' must be a path"
			" below the definitions, such as guides/acme-832.xml"},
	};
	struct defs_world *w = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct faults f;
		faults_init(&f, &w->arena);
		assert_null(defs_message(w->defs, STR("x12"), str_c(table[i].version),
			str_c(table[i].message), str_c(table[i].guide), &f, "partner.xml", 7, 0));
		assert_int_equal(f.n, 1);
		assert_string_equal(f.first->file, "partner.xml");
		assert_int_equal(f.first->line, 7);
		assert_string_equal(f.first->text, table[i].text);
	}
}

/* A partner's file may name any number of versions: what is not there is not kept. */
static void unknown_versions_leave_nothing(void **state)
{
	struct defs_world *w = *state;
	const char *const names[] = {"maps"};
	const int dir = w->dir;
	struct defs *d = defs_new(&dir, names, 1);
	struct faults f;

	faults_init(&f, &w->arena);
	assert_null(
		defs_message(d, STR("x12"), STR("004011"), STR("832"), STR(""), &f, "test", 1, 0));
	assert_null(defs_segment(d, STR("x12"), STR("004012"), STR("ISA"), &f));
	assert_null(d->dicts);
	assert_non_null(defs_segment(d, STR("x12"), STR("004010"), STR("ISA"), &f));
	assert_non_null(d->dicts);
	assert_null(
		defs_message(d, STR("x12"), STR("004010"), STR("831"), STR(""), &f, "test", 1, 0));
	assert_null(defs_message(
		d, STR("x12"), STR("004010"), STR("832\0"), STR(""), &f, "test", 1, 0));
	assert_null(defs_message(
		d, STR("x12"), STR("004010"), STR("../004010/832"), STR(""), &f, "test", 1, 0));
	assert_null(d->messages);
	defs_free(d);
}

static void put(int dir, const char *folder, const char *name, const char *text)
{
	struct err e = {0};
	int fd = fsx_mkdirs(dir, folder, 0755, &e) == 0 ? fsx_subdir(dir, folder, &e) : -1;

	if (fd == -1 || fsx_put(fd, name, str_c(text), &e) == -1)
		fail_msg("%s/%s: %s", folder, name, e.text);
	fsx_close(fd);
}

/* Each set of a partner's file may ask for it. */
static void faulty_message_is_read_once(void **state)
{
	static const char *const names[] = {"broken", "maps"};
	struct defs_world *w = *state;
	struct err e = {0};
	struct faults f;
	const int here = fsx_dir(".", &e);

	faults_init(&f, &w->arena);
	put(here, "broken/x12/004010", "832.xml",
		"<message xmlns='urn:gridspool:definition:1' format='x12' version='004010'"
		" id='831' name='x' group='SC'><segment tag='ST'/></message>");
	const int dirs[] = {fsx_subdir(here, "broken", &e), w->dir};
	struct defs *d = defs_new(dirs, names, 2);
	assert_null(
		defs_message(d, STR("x12"), STR("004010"), STR("832"), STR(""), &f, "test", 1, 0));
	assert_true(f.n > 0);
	const struct dict_message *kept = d->messages;
	assert_non_null(kept);
	assert_null(
		defs_message(d, STR("x12"), STR("004010"), STR("832"), STR(""), &f, "test", 2, 0));
	assert_ptr_equal(d->messages, kept);
	assert_string_equal(f.last->text, "x12 004010 832 has faults, told above");
	defs_free(d);
	fsx_close(dirs[0]);
	fsx_close(here);
}

/* A bundle's list takes the place of ours; its message, too. What it does not have is ours. */
static void overlay(void **state)
{
	static const char *const names[] = {"bundle", "maps"};
	struct defs_world *w = *state;
	struct err e = {0};
	struct faults f;
	int here = fsx_dir(".", &e);

	faults_init(&f, &w->arena);
	put(here, "bundle/x12/004010", "codes.xml",
		"<codes xmlns='urn:gridspool:definition:1' format='x12'"
		" version='004010'><list id='235'><values>UP QQ</values></list></codes>");
	put(here, "bundle/x12/004010", "997.xml",
		"<message xmlns='urn:gridspool:definition:1' format='x12'"
		" version='004010' id='997' name='Short' group='FA'><segment tag='ST' use='M'/>"
		"<segment tag='SE' use='M'/></message>");
	const int dirs[] = {fsx_subdir(here, "bundle", &e), w->dir};
	struct defs *d = defs_new(dirs, names, 2);
	const struct def_message *m = defs_message(
		d, STR("x12"), STR("004010"), STR("997"), STR(""), &f, "test", 1, 0);
	assert_int_equal(f.n, 0);
	IS(m->name, "Short");
	assert_int_equal(m->nodes, 3);
	m = defs_message(d, STR("x12"), STR("004010"), STR("832"), STR(""), &f, "test", 1, 0);
	assert_non_null(m);
	const struct def_codes *c =
		defs_part(defs_world_node(m, "LIN-loop/LIN")->segment, 2)->element->codes;
	assert_int_equal(c->n, 2);
	assert_true(defs_code_ok(c, STR("QQ")));
	assert_false(defs_code_ok(c, STR("EN")));
	defs_free(d);
	fsx_close(dirs[0]);
	fsx_close(here);
}

/* A dictionary with faults: they are told once, and nothing of that version can be used. */
static void faulty_dictionary(void **state)
{
	static const char *const names[] = {"faulty", "maps"};
	struct defs_world *w = *state;
	struct err e = {0};
	struct faults f;
	int here = fsx_dir(".", &e);

	faults_init(&f, &w->arena);
	put(here, "faulty/x12/004010", "codes.xml",
		"<codes xmlns='urn:gridspool:definition:1' format='x12'"
		" version='004010'>\n<list id='235'/></codes>");
	const int dirs[] = {fsx_subdir(here, "faulty", &e), w->dir};
	struct defs *d = defs_new(dirs, names, 2);
	assert_null(
		defs_message(d, STR("x12"), STR("004010"), STR("997"), STR(""), &f, "test", 1, 0));
	assert_int_equal(f.n, 1);
	assert_string_equal(f.first->file, "faulty/x12/004010/codes.xml");
	assert_int_equal(f.first->line, 2);
	assert_string_equal(f.first->text, "list '235' has no values");
	assert_null(
		defs_message(d, STR("x12"), STR("004010"), STR("832"), STR(""), &f, "test", 3, 0));
	assert_int_equal(f.n, 2);
	assert_string_equal(
		f.last->text, "the definitions of x12 004010 have 1 faults, told above");
	assert_null(defs_segment(d, STR("x12"), STR("004010"), STR("ISA"), &f));
	defs_free(d);
	fsx_close(dirs[0]);
	fsx_close(here);
}

/* So do faults in the segments that all versions share. */
static void faulty_service(void **state)
{
	static const char *const names[] = {"service", "maps"};
	struct defs_world *w = *state;
	struct err e = {0};
	struct faults f;
	int here = fsx_dir(".", &e);

	faults_init(&f, &w->arena);
	put(here, "service/edifact/syntax-4", "codes.xml",
		"<codes xmlns='urn:gridspool:definition:1' format='edifact'"
		" version='syntax-4'>\n<list id='0081'/></codes>");
	const int dirs[] = {fsx_subdir(here, "service", &e), w->dir};
	struct defs *d = defs_new(dirs, names, 2);
	for (size_t i = 0; i < 2; i++)
		assert_null(defs_message(
			d, STR("edifact"), STR("D96A"), STR("PARTIN"), STR(""), &f, "test", 1, 0));
	assert_int_equal(f.n, 2);
	assert_string_equal(f.first->text, "list '0081' has no values");
	assert_string_equal(
		f.last->text, "the definitions of edifact syntax-4 have 1 faults, told above");
	defs_free(d);
	fsx_close(dirs[0]);
	fsx_close(here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(designators),
		cmocka_unit_test(designators_of_edifact),
		cmocka_unit_test(formats),
		cmocka_unit_test(associations),
		cmocka_unit_test(loaded_with_a_message),
		cmocka_unit_test(unknown),
		cmocka_unit_test(unknown_versions_leave_nothing),
		cmocka_unit_test(overlay),
		cmocka_unit_test(faulty_message_is_read_once),
		cmocka_unit_test(faulty_dictionary),
		cmocka_unit_test(faulty_service),
	};

	xml_start();
	int rc = cmocka_run_group_tests(tests, defs_world_start, defs_world_stop);
	xml_stop();
	return rc;
}
