/* The dictionary of X12 004010: positions, sizes, notes and codes of its segments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/xml.h"
#include "unit/support/defs_world.h"

#define IS(s, text) assert_true(str_is((s), (text)))

struct position {
	const char *ref; /* the tag is what comes before the digits of "LIN03" */
	const char *element;
	enum def_type type;
	uint32_t min, max;
	bool mandatory;
	bool codes;
};

static void check_position(struct defs_world *w, const struct position *t)
{
	struct str ref = str_c(t->ref);
	size_t dash = str_chr(ref, '-');
	struct str tag = str_sub(ref, 0, (dash == SIZE_MAX ? ref.n : dash) - 2);
	char name[4] = "";
	uint16_t e, c;
	memcpy(name, tag.p, tag.n);
	const struct def_segment *s = defs_world_segment(w, name);
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
		p->mandatory != t->mandatory || (p->element->codes != NULL) != t->codes || !p->used)
		fail_msg("%s: element " STR_FMT " type %d %u/%u mandatory %d codes %d", t->ref,
			STR_ARG(p->element->id), (int)p->element->type, (unsigned)p->element->min,
			(unsigned)p->element->max, p->mandatory, p->element->codes != NULL);
}

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

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_position(*state, &table[i]);
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
		if (defs_world_segment(*state, table[i].tag)->nparts != table[i].parts)
			fail_msg("%s has %zu positions", table[i].tag,
				defs_world_segment(*state, table[i].tag)->nparts);
	const struct def_part *p = defs_part(defs_world_segment(*state, "CTP"), 5);
	assert_null(p->element);
	IS(p->composite, "C001");
	assert_int_equal(p->nparts, 15);
	assert_false(p->mandatory);
	p = defs_part(defs_world_segment(*state, "AK4"), 1);
	IS(p->composite, "C030");
	assert_int_equal(p->nparts, 2);
	assert_true(p->mandatory);
	assert_null(defs_part(defs_world_segment(*state, "LIN"), 0));
	assert_null(defs_part(defs_world_segment(*state, "LIN"), 32));
	assert_null(defs_segment(((struct defs_world *)*state)->defs, STR("x12"), STR("004010"),
		STR("QQQ"), &((struct defs_world *)*state)->faults));
}

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
		const struct def_segment *s = defs_world_segment(*state, table[i].tag);
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
		const struct def_part *p = defs_part(
			defs_world_segment(*state, table[i].tag), table[i].at);
		if (defs_code_ok(p->element->codes, str_c(table[i].value)) != table[i].ok)
			fail_msg(
				"%s%02u '%s'", table[i].tag, (unsigned)table[i].at, table[i].value);
	}
	assert_false(defs_part(defs_world_segment(*state, "LIN"), 2)->element->codes->open);
	assert_true(defs_part(defs_world_segment(*state, "N1"), 1)->element->codes->open);
	assert_true(defs_code_ok(NULL, STR("any")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions),
		cmocka_unit_test(sizes_and_composites),
		cmocka_unit_test(notes),
		cmocka_unit_test(codes),
	};

	xml_start();
	int rc = cmocka_run_group_tests(tests, defs_world_start, defs_world_stop);
	xml_stop();
	return rc;
}
