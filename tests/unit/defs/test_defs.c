/* The definitions we ship: what the 832, the 997 and the envelope of X12 004010 say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fsx.h"
#include "defs/defs.h"
#include "model/xml.h"

struct world {
	struct arena arena;
	struct faults faults;
	struct defs *defs;
	int dir;
};

static int start(void **state)
{
	static struct world w;
	static const char *const names[] = {"maps"};
	struct err e = {0};

	arena_init(&w.arena);
	faults_init(&w.faults, &w.arena);
	w.dir = fsx_dir(TEST_TOP "/maps", &e);
	if (w.dir == -1)
		return -1;
	w.defs = defs_new(&w.dir, names, 1);
	*state = &w;
	return 0;
}

static int stop(void **state)
{
	struct world *w = *state;

	defs_free(w->defs);
	fsx_close(w->dir);
	arena_done(&w->arena);
	return 0;
}

static const struct def_message *message(struct world *w, const char *id)
{
	const struct def_message *m = defs_message(
		w->defs, STR("x12"), STR("004010"), str_c(id), STR(""), &w->faults, "test", 1);

	for (const struct fault *x = w->faults.first; x; x = x->next)
		print_error(
			"%s:%u:%u: %s\n", x->file, (unsigned)x->line, (unsigned)x->column, x->text);
	assert_non_null(m);
	assert_int_equal(w->faults.n + w->faults.warnings, 0);
	return m;
}

static const struct def_segment *segment(struct world *w, const char *tag)
{
	const struct def_segment *s = defs_segment(
		w->defs, STR("x12"), STR("004010"), str_c(tag), &w->faults);

	if (!s)
		fail_msg("no segment %s", tag);
	return s;
}

/* "LIN-loop/CTP-loop/CTP" */
static const struct def_node *node(const struct def_message *m, const char *path)
{
	const struct def_node *at = m->root;
	struct str rest = str_c(path), name;

	while (at && str_split(&rest, '/', &name)) {
		for (at = at->child; at && !str_eq(at->name, name);)
			at = at->next;
	}
	if (!at)
		fail_msg("no node %s", path);
	return at;
}

#define IS(s, text) assert_true(str_is((s), (text)))

/* ---- structure ------------------------------------------------------------------------------ */

struct use {
	const char *path;
	bool loop;
	bool mandatory;
	uint32_t max;
};

static void uses(const struct def_message *m, const struct use *u, size_t n)
{
	for (; n; n--, u++) {
		const struct def_node *x = node(m, u->path);
		if (x->loop != u->loop || x->mandatory != u->mandatory || x->max != u->max ||
			!x->used)
			fail_msg("%s: loop %d mandatory %d max %u used %d", u->path, x->loop,
				x->mandatory, (unsigned)x->max, x->used);
	}
}

/* Indices count up in the order of the file; a loop has the segment that begins it. */
static size_t walk(const struct def_node *x, size_t *next)
{
	size_t n = 1;

	assert_int_equal(x->index, (*next)++);
	assert_non_null(x->segment);
	if (x->loop) {
		assert_non_null(x->child);
		assert_ptr_equal(x->segment, x->child->segment);
	} else {
		assert_true(str_eq(x->name, x->segment->tag));
	}
	for (const struct def_node *c = x->child; c; c = c->next) {
		assert_ptr_equal(c->parent, x);
		assert_int_equal(c->depth, x->depth + 1);
		n += walk(c, next);
	}
	return n;
}

static void structure_of_832(void **state)
{
	static const struct use table[] = {
		{"ST", false, true, 1},
		{"BCT", false, true, 1},
		{"CTP", false, false, 100},
		{"REF", false, false, 0},
		{"DTM", false, false, 10},
		{"CUR", false, false, 5},
		{"N1-loop", true, false, 0},
		{"N1-loop/N1", false, true, 1},
		{"N1-loop/N4", false, false, 0},
		{"N1-loop/REF", false, false, 12},
		{"LM-loop/LQ", false, true, 0},
		{"LIN-loop", true, false, 0},
		{"LIN-loop/LIN", false, true, 1},
		{"LIN-loop/PID", false, false, 200},
		{"LIN-loop/MEA", false, false, 40},
		{"LIN-loop/PO4", false, false, 1},
		{"LIN-loop/CTP-loop", true, false, 100},
		{"LIN-loop/CTP-loop/CTP", false, true, 1},
		{"LIN-loop/CTP-loop/G43", false, false, 9999},
		{"LIN-loop/CTP-loop/G26", false, false, 99},
		{"LIN-loop/N1-loop", true, false, 0},
		{"LIN-loop/N1-loop/N4", false, false, 1},
		{"LIN-loop/PKL-loop", true, false, 20},
		{"LIN-loop/LFG-loop", true, false, 1},
		{"LIN-loop/LFG-loop/CRC-loop", true, false, 0},
		{"LIN-loop/LFG-loop/CRC-loop/QTY", false, false, 1},
		{"LIN-loop/SLN-loop/LM-loop/LQ", false, true, 0},
		{"LIN-loop/N9-loop/DTM", false, false, 0},
		{"CTT", false, false, 1},
		{"SE", false, true, 1},
	};
	const struct def_message *m = message(*state, "832");
	size_t next = 0;

	IS(m->format, "x12");
	IS(m->version, "004010");
	IS(m->id, "832");
	IS(m->group, "SC");
	IS(m->guide, "");
	IS(m->root->name, "832");
	assert_null(m->root->parent);
	assert_int_equal(m->nodes, 123);
	assert_int_equal(walk(m->root, &next), m->nodes);
	uses(m, table, sizeof(table) / sizeof(table[0]));
	assert_ptr_equal(m, message(*state, "832"));
}

static void structure_of_997(void **state)
{
	static const struct use table[] = {
		{"ST", false, true, 1},
		{"AK1", false, true, 1},
		{"AK2-loop", true, false, 0},
		{"AK2-loop/AK2", false, true, 1},
		{"AK2-loop/AK3-loop", true, false, 0},
		{"AK2-loop/AK3-loop/AK3", false, true, 1},
		{"AK2-loop/AK3-loop/AK4", false, false, 99},
		{"AK2-loop/AK5", false, true, 1},
		{"AK9", false, true, 1},
		{"SE", false, true, 1},
	};
	const struct def_message *m = message(*state, "997");
	size_t next = 0;

	IS(m->group, "FA");
	assert_int_equal(m->nodes, 11);
	assert_int_equal(walk(m->root, &next), m->nodes);
	uses(m, table, sizeof(table) / sizeof(table[0]));
}

/* ---- positions ------------------------------------------------------------------------------ */

struct position {
	const char *ref; /* the tag is what comes before the digits of "LIN03" */
	const char *element;
	enum def_type type;
	uint32_t min, max;
	bool mandatory;
	bool codes;
};

static void positions(void **state)
{
	static const struct position table[] = {
		{"ISA01", "I01", DEF_ID, 2, 2, true, true},
		{"ISA02", "I02", DEF_AN, 10, 10, true, false},
		{"ISA05", "I05", DEF_ID, 2, 2, true, true},
		{"ISA06", "I06", DEF_AN, 15, 15, true, false},
		{"ISA09", "I08", DEF_DT, 6, 6, true, false},
		{"ISA10", "I09", DEF_TM, 4, 4, true, false},
		{"ISA11", "I10", DEF_ID, 1, 1, true, true},
		{"ISA13", "I12", DEF_N, 9, 9, true, false},
		{"IEA01", "I16", DEF_N, 1, 5, true, false},
		{"TA104", "I17", DEF_ID, 1, 1, true, true},
		{"GS01", "479", DEF_ID, 2, 2, true, true},
		{"GS02", "142", DEF_AN, 2, 15, true, false},
		{"GS04", "373", DEF_DT, 8, 8, true, false},
		{"GS05", "337", DEF_TM, 4, 8, true, false},
		{"GS06", "28", DEF_N, 1, 9, true, false},
		{"GS08", "480", DEF_AN, 1, 12, true, false},
		{"ST01", "143", DEF_ID, 3, 3, true, true},
		{"ST02", "329", DEF_AN, 4, 9, true, false},
		{"SE01", "96", DEF_N, 1, 10, true, false},
		{"BCT01", "683", DEF_ID, 2, 2, true, true},
		{"LIN01", "350", DEF_AN, 1, 20, false, false},
		{"LIN02", "235", DEF_ID, 2, 2, true, true},
		{"LIN03", "234", DEF_AN, 1, 48, true, false},
		{"LIN31", "234", DEF_AN, 1, 48, false, false},
		{"PID01", "349", DEF_ID, 1, 1, true, true},
		{"PID05", "352", DEF_AN, 1, 80, false, false},
		{"CTP01", "687", DEF_ID, 2, 2, false, true},
		{"CTP02", "236", DEF_ID, 3, 3, false, true},
		{"CTP03", "212", DEF_R, 1, 17, false, false},
		{"CTP04", "380", DEF_R, 1, 15, false, false},
		{"CTP05-1", "355", DEF_ID, 2, 2, true, true},
		{"CTP05-15", "649", DEF_R, 1, 10, false, false},
		{"DTM01", "374", DEF_ID, 3, 3, true, true},
		{"DTM02", "373", DEF_DT, 8, 8, false, false},
		{"N101", "98", DEF_ID, 2, 3, true, true},
		{"N104", "67", DEF_AN, 2, 80, false, false},
		{"REF01", "128", DEF_ID, 2, 3, true, true},
		{"REF02", "127", DEF_AN, 1, 30, false, false},
		{"CTT01", "354", DEF_N, 1, 6, true, false},
		{"AK401-1", "722", DEF_N, 1, 2, true, false},
		{"AK403", "723", DEF_ID, 1, 3, true, true},
		{"AK501", "717", DEF_ID, 1, 1, true, true},
		{"AK901", "715", DEF_ID, 1, 1, true, true},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct position *t = &table[i];
		struct str ref = str_c(t->ref);
		size_t dash = str_chr(ref, '-');
		struct str tag = str_sub(ref, 0, (dash == SIZE_MAX ? ref.n : dash) - 2);
		char name[4] = "";
		uint16_t e, c;
		memcpy(name, tag.p, tag.n);
		const struct def_segment *s = segment(*state, name);
		if (!defs_ref(s, ref, &e, &c))
			fail_msg("no position %s", t->ref);
		const struct def_part *p = defs_part(s, e);
		assert_non_null(p);
		assert_int_equal(p->position, e);
		if (dash != SIZE_MAX)
			p = &p->parts[c - 1];
		assert_true(str_eq(p->ref, ref));
		assert_non_null(p->element);
		if (!str_is(p->element->id, t->element) || p->element->type != t->type ||
			p->element->min != t->min || p->element->max != t->max ||
			p->mandatory != t->mandatory || (p->element->codes != NULL) != t->codes ||
			!p->used)
			fail_msg("%s: element " STR_FMT " type %d %u/%u mandatory %d codes %d",
				t->ref, STR_ARG(p->element->id), (int)p->element->type,
				(unsigned)p->element->min, (unsigned)p->element->max, p->mandatory,
				p->element->codes != NULL);
	}
}

static void sizes_and_composites(void **state)
{
	static const struct {
		const char *tag;
		size_t parts;
	} table[] = {
		{"ISA", 16},
		{"IEA", 2},
		{"TA1", 5},
		{"GS", 8},
		{"GE", 2},
		{"ST", 2},
		{"SE", 2},
		{"AK1", 2},
		{"AK2", 2},
		{"AK3", 4},
		{"AK4", 4},
		{"AK5", 6},
		{"AK9", 9},
		{"BCT", 10},
		{"LIN", 31},
		{"PID", 9},
		{"CTP", 11},
		{"CTT", 7},
		{"N1", 6},
		{"N2", 2},
		{"N3", 2},
		{"N4", 6},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (segment(*state, table[i].tag)->nparts != table[i].parts)
			fail_msg("%s has %zu positions", table[i].tag,
				segment(*state, table[i].tag)->nparts);
	const struct def_part *p = defs_part(segment(*state, "CTP"), 5);
	assert_null(p->element);
	IS(p->composite, "C001");
	assert_int_equal(p->nparts, 15);
	assert_false(p->mandatory);
	p = defs_part(segment(*state, "AK4"), 1);
	IS(p->composite, "C030");
	assert_int_equal(p->nparts, 2);
	assert_true(p->mandatory);
	assert_null(defs_part(segment(*state, "LIN"), 0));
	assert_null(defs_part(segment(*state, "LIN"), 32));
	assert_null(defs_segment(((struct world *)*state)->defs, STR("x12"), STR("004010"),
		STR("QQQ"), &((struct world *)*state)->faults));
}

/* ---- relational notes ----------------------------------------------------------------------- */

static void notes(void **state)
{
	static const struct {
		const char *tag, *notes;
	} table[] = {
		{"CTP", "P0405 C0607 C0902 C1002 C1103"},
		{"N1", "R0203 P0304"},
		{"REF", "R0203"},
		{"DTM", "R020305 C0403 P0506"},
		{"LIN",
			"P0405 P0607 P0809 P1011 P1213 P1415 P1617 P1819 P2021"
			" P2223 P2425 P2627 P2829 P3031"},
		{"AK9", ""},
		{"ISA", ""},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct def_segment *s = segment(*state, table[i].tag);
		struct buf b;
		buf_init(&b, 1000);
		for (size_t k = 0; k < s->nnotes; k++) {
			buf_printf(&b, "%s%c", k ? " " : "", s->notes[k].kind);
			for (size_t j = 0; j < s->notes[k].n; j++)
				buf_printf(&b, "%02u", (unsigned)s->notes[k].at[j]);
		}
		assert_string_equal(buf_cstr(&b), table[i].notes);
		buf_done(&b);
	}
}

/* ---- codes ---------------------------------------------------------------------------------- */

static void codes(void **state)
{
	static const struct {
		const char *tag;
		uint16_t at;
		const char *value;
		bool ok;
	} table[] = {
		{"ISA", 11, "U", true},
		{"ISA", 11, "^", false},
		{"ISA", 12, "00401", true},
		{"ISA", 15, "P", true},
		{"ISA", 15, "T", true},
		{"ISA", 15, "p", false},
		{"GS", 1, "SC", true},
		{"GS", 1, "FA", true},
		{"GS", 1, "XX", false},
		{"ST", 1, "832", true},
		{"ST", 1, "997", true},
		{"ST", 1, "000", false},
		{"LIN", 2, "UP", true},
		{"LIN", 2, "EN", true},
		{"LIN", 2, "UK", true},
		{"LIN", 2, "VN", true},
		{"LIN", 2, "vn", false},
		{"LIN", 2, "", false},
		{"LIN", 2, "U", false},
		{"LIN", 2, "99", false},
		{"BCT", 1, "PC", true},
		{"PID", 1, "F", true},
		{"PID", 1, "Q", false},
		{"DTM", 1, "007", true},
		{"CTP", 2, "WHL", true},
		{"CTP", 2, "MSR", true},
		{"AK5", 1, "A", true},
		{"AK5", 1, "Z", false},
		{"AK9", 1, "P", true},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct def_part *p = defs_part(segment(*state, table[i].tag), table[i].at);
		if (defs_code_ok(p->element->codes, str_c(table[i].value)) != table[i].ok)
			fail_msg(
				"%s%02u '%s'", table[i].tag, (unsigned)table[i].at, table[i].value);
	}
	assert_false(defs_part(segment(*state, "LIN"), 2)->element->codes->open);
	assert_true(defs_part(segment(*state, "N1"), 1)->element->codes->open);
	assert_true(defs_code_ok(NULL, STR("any")));
}

/* ---- designators ---------------------------------------------------------------------------- */

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
		bool ok = defs_ref(segment(*state, table[i].tag), str_c(table[i].ref), &e, &c);
		if (ok != table[i].ok || e != table[i].element || c != table[i].component)
			fail_msg("%s: %d %u %u", table[i].ref, ok, (unsigned)e, (unsigned)c);
	}
}

/* ---- what is not there ---------------------------------------------------------------------- */

static void unknown(void **state)
{
	static const struct {
		const char *version, *message, *guide, *text;
	} table[] = {
		{"004010", "823", "",
			"x12 004010 has no message '823' in maps; did you mean '832'?"},
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
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct faults f;
		faults_init(&f, &w->arena);
		assert_null(defs_message(w->defs, STR("x12"), str_c(table[i].version),
			str_c(table[i].message), str_c(table[i].guide), &f, "partner.xml", 7));
		assert_int_equal(f.n, 1);
		assert_string_equal(f.first->file, "partner.xml");
		assert_int_equal(f.first->line, 7);
		assert_string_equal(f.first->text, table[i].text);
	}
}

static void add(void *ctx, struct str version, struct str id, struct str name)
{
	buf_printf(ctx, STR_FMT " " STR_FMT " " STR_FMT "\n", STR_ARG(version), STR_ARG(id),
		STR_ARG(name));
}

static void each(void **state)
{
	struct world *w = *state;
	struct err e = {0};
	struct buf b;

	buf_init(&b, 1000);
	assert_int_equal(defs_each(w->defs, STR("x12"), add, &b, &e), 0);
	assert_int_equal(defs_each(w->defs, STR("none"), add, &b, &e), 0);
	assert_string_equal(buf_cstr(&b),
		"004010 832 Price and sales catalog\n"
		"004010 997 Functional acknowledgment\n");
	buf_done(&b);
}

/* ---- folders before ours -------------------------------------------------------------------- */

static void put(int dir, const char *folder, const char *name, const char *text)
{
	struct err e = {0};
	int fd = fsx_mkdirs(dir, folder, 0755, &e) == 0 ? fsx_subdir(dir, folder, &e) : -1;

	if (fd == -1 || fsx_put(fd, name, str_c(text), &e) == -1)
		fail_msg("%s/%s: %s", folder, name, e.text);
	fsx_close(fd);
}

/* A bundle's list takes the place of ours; its message, too. What it does not have is ours. */
static void overlay(void **state)
{
	static const char *const names[] = {"bundle", "maps"};
	struct world *w = *state;
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
		d, STR("x12"), STR("004010"), STR("997"), STR(""), &f, "test", 1);
	assert_int_equal(f.n, 0);
	IS(m->name, "Short");
	assert_int_equal(m->nodes, 3);
	m = defs_message(d, STR("x12"), STR("004010"), STR("832"), STR(""), &f, "test", 1);
	assert_non_null(m);
	const struct def_codes *c = defs_part(node(m, "LIN-loop/LIN")->segment, 2)->element->codes;
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
	struct world *w = *state;
	struct err e = {0};
	struct faults f;
	int here = fsx_dir(".", &e);

	faults_init(&f, &w->arena);
	put(here, "faulty/x12/004010", "codes.xml",
		"<codes xmlns='urn:gridspool:definition:1' format='x12'"
		" version='004010'>\n<list id='235'/></codes>");
	const int dirs[] = {fsx_subdir(here, "faulty", &e), w->dir};
	struct defs *d = defs_new(dirs, names, 2);
	assert_null(defs_message(d, STR("x12"), STR("004010"), STR("997"), STR(""), &f, "test", 1));
	assert_int_equal(f.n, 1);
	assert_string_equal(f.first->file, "faulty/x12/004010/codes.xml");
	assert_int_equal(f.first->line, 2);
	assert_string_equal(f.first->text, "list '235' has no values");
	assert_null(defs_message(d, STR("x12"), STR("004010"), STR("832"), STR(""), &f, "test", 3));
	assert_int_equal(f.n, 2);
	assert_string_equal(
		f.last->text, "the definitions of x12 004010 have 1 faults, told above");
	assert_null(defs_segment(d, STR("x12"), STR("004010"), STR("ISA"), &f));
	defs_free(d);
	fsx_close(dirs[0]);
	fsx_close(here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure_of_832),
		cmocka_unit_test(structure_of_997),
		cmocka_unit_test(positions),
		cmocka_unit_test(sizes_and_composites),
		cmocka_unit_test(notes),
		cmocka_unit_test(codes),
		cmocka_unit_test(designators),
		cmocka_unit_test(unknown),
		cmocka_unit_test(each),
		cmocka_unit_test(overlay),
		cmocka_unit_test(faulty_dictionary),
	};

	xml_start();
	int rc = cmocka_run_group_tests(tests, start, stop);
	xml_stop();
	return rc;
}
