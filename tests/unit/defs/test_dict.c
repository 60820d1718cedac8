/* Dictionaries that are shipped: positions, sizes, notes and codes of the segments of X12 004010 and of EDIFACT. */
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

/* version "" is X12 004010, else a directory of EDIFACT. */
static const struct def_segment *segment(struct defs_world *w, const char *version, const char *tag)
{
	return *version ? defs_world_edifact_segment(w, version, tag) : defs_world_segment(w, tag);
}

static void check_position(struct defs_world *w, const char *version, const struct position *t)
{
	struct str ref = str_c(t->ref);
	size_t dash = str_chr(ref, '-');
	struct str tag = str_sub(ref, 0, (dash == SIZE_MAX ? ref.n : dash) - 2);
	char name[4] = "";
	uint16_t e, c;
	memcpy(name, tag.p, tag.n);
	const struct def_segment *s = segment(w, version, name);
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
		check_position(*state, "", &table[i]);
}

/* Service segments: what changed with version 4 of the syntax, and what did not. */
static void positions_of_syntax_3(void **state)
{
	static const struct position table[] = {
		{"UNB01-1", "0001", DEF_A, 4, 4, true, true},
		{"UNB01-2", "0002", DEF_N, 1, 1, true, true},
		{"UNB02-1", "0004", DEF_AN, 1, 35, true, false},
		{"UNB02-2", "0007", DEF_ID, 1, 4, false, true},
		{"UNB02-3", "0008", DEF_AN, 1, 14, false, false},
		{"UNB03-3", "0014", DEF_AN, 1, 14, false, false},
		{"UNB04-1", "0017", DEF_DT, 6, 6, true, false},
		{"UNB04-2", "0019", DEF_TM, 4, 4, true, false},
		{"UNB05", "0020", DEF_AN, 1, 14, true, false},
		{"UNB06-2", "0025", DEF_ID, 2, 2, false, true},
		{"UNB08", "0029", DEF_A, 1, 1, false, true},
		{"UNB09", "0031", DEF_N, 1, 1, false, true},
		{"UNB11", "0035", DEF_N, 1, 1, false, true},
		{"UNG01", "0038", DEF_AN, 1, 6, true, false},
		{"UNG06", "0051", DEF_ID, 1, 2, true, true},
		{"UNG07-3", "0057", DEF_ID, 1, 6, false, false},
		{"UNE01", "0060", DEF_N, 1, 6, true, false},
		{"UNH01", "0062", DEF_AN, 1, 14, true, false},
		{"UNH02-1", "0065", DEF_ID, 1, 6, true, false},
		{"UNH02-5", "0057", DEF_ID, 1, 6, false, false},
		{"UNH04-1", "0070", DEF_N, 1, 2, true, false},
		{"UNH04-2", "0073", DEF_A, 1, 1, false, true},
		{"UNT01", "0074", DEF_N, 1, 6, true, false},
		{"UNZ01", "0036", DEF_N, 1, 6, true, false},
		{"UNS01", "0081", DEF_A, 1, 1, true, true},
		{"UCI04", "0083", DEF_ID, 1, 3, true, true},
		{"UCI05", "0085", DEF_ID, 1, 3, false, true},
		{"UCI06", "0013", DEF_A, 3, 3, false, true},
		{"UCI07-1", "0098", DEF_N, 1, 3, true, false},
		{"UCM01", "0062", DEF_AN, 1, 14, true, false},
		{"UCS01", "0096", DEF_N, 1, 6, true, false},
		{"UCD02-2", "0104", DEF_N, 1, 3, false, false},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_position(*state, "syntax-3", &table[i]);
}

static void positions_of_syntax_4(void **state)
{
	static const struct position table[] = {
		{"UNB01-2", "0002", DEF_ID, 1, 1, true, true},
		{"UNB01-4", "0133", DEF_ID, 1, 3, false, true},
		{"UNB02-3", "0008", DEF_AN, 1, 35, false, false},
		{"UNB02-4", "0042", DEF_AN, 1, 35, false, false},
		{"UNB04-1", "0017", DEF_DT, 8, 8, true, false},
		{"UNG01", "0038", DEF_AN, 1, 6, false, false},
		{"UNG06", "0051", DEF_ID, 1, 3, false, true},
		{"UNH02-7", "0113", DEF_ID, 1, 6, false, false},
		{"UNH05-1", "0115", DEF_ID, 1, 14, true, false},
		{"UNT01", "0074", DEF_N, 1, 10, true, false},
		{"UGH01", "0087", DEF_ID, 1, 4, true, false},
		{"UCI06", "0135", DEF_ID, 1, 3, false, true},
		{"UCM01", "0062", DEF_AN, 1, 14, false, false},
		{"UCD02-3", "0136", DEF_N, 1, 6, false, false},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_position(*state, "syntax-4", &table[i]);
}

static void positions_of_d96a(void **state)
{
	static const struct position table[] = {
		{"BGM01-1", "1001", DEF_ID, 1, 3, false, true},
		{"BGM01-2", "1131", DEF_ID, 1, 3, false, true},
		{"BGM02", "1004", DEF_AN, 1, 35, false, false},
		{"LIN01", "1082", DEF_R, 1, 6, false, false},
		{"LIN03-2", "7143", DEF_ID, 1, 3, false, true},
		{"LIN04-1", "5495", DEF_ID, 1, 3, false, true},
		{"PIA02-1", "7140", DEF_AN, 1, 35, false, false},
		{"IMD02", "7081", DEF_ID, 1, 3, false, true},
		{"IMD03-4", "7008", DEF_AN, 1, 35, false, false},
		{"FTX04-1", "4440", DEF_AN, 1, 70, true, false},
		{"RFF01-2", "1154", DEF_AN, 1, 35, false, false},
		{"MOA01-2", "5004", DEF_R, 1, 18, false, false},
		{"QTY01-2", "6060", DEF_R, 1, 15, true, false},
		{"MEA03-1", "6411", DEF_ID, 1, 3, true, true},
		{"NAD07", "3229", DEF_ID, 1, 9, false, false},
		{"ERC01-1", "9321", DEF_ID, 1, 8, true, false},
		{"CPS01", "7164", DEF_AN, 1, 12, true, false},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_position(*state, "D96A", &table[i]);
}

static void positions_of_d01b(void **state)
{
	static const struct position table[] = {
		{"BGM01-2", "1131", DEF_ID, 1, 17, false, true},
		{"BGM02-1", "1004", DEF_AN, 1, 35, false, false},
		{"LIN01", "1082", DEF_AN, 1, 6, false, false},
		{"IMD02-1", "7081", DEF_ID, 1, 3, false, true},
		{"IMD03-4", "7008", DEF_AN, 1, 256, false, false},
		{"FTX04-1", "4440", DEF_AN, 1, 512, true, false},
		{"RFF01-2", "1154", DEF_AN, 1, 70, false, false},
		{"MOA01-2", "5004", DEF_R, 1, 35, false, false},
		{"QTY01-2", "6060", DEF_AN, 1, 35, true, false},
		{"NAD07-1", "3229", DEF_ID, 1, 9, false, false},
		{"NAD08", "3251", DEF_ID, 1, 17, false, false},
		{"DGS03-1", "7124", DEF_N, 4, 4, false, false},
		{"DGS09-2", "8186", DEF_AN, 4, 4, false, false},
		{"TRU01", "7402", DEF_AN, 1, 35, true, false},
		{"HYN01", "7173", DEF_ID, 1, 3, true, true},
		{"CCI02-3", "6155", DEF_ID, 1, 17, false, true},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_position(*state, "D01B", &table[i]);
}

/* Composites that a source is known to have cut short, and segments that changed. */
static void sizes_of_edifact(void **state)
{
	static const struct {
		const char *version, *tag;
		size_t parts;
		uint16_t at; /* of a composite; 0 none */
		const char *composite;
		size_t components;
	} table[] = {
		{"D96A", "LIN", 6, 4, "C829", 2},
		{"D96A", "MEA", 4, 2, "C502", 4},
		{"D96A", "PIA", 6, 6, "C212", 4},
		{"D96A", "NAD", 9, 4, "C080", 6},
		{"D96A", "BGM", 4, 1, "C002", 4},
		{"D96A", "RFF", 1, 1, "C506", 4},
		{"D96A", "CCI", 3, 3, "C240", 5},
		{"D96A", "ALI", 7, 0, "", 0},
		{"D01B", "LIN", 6, 4, "C829", 2},
		{"D01B", "MEA", 4, 2, "C502", 4},
		{"D01B", "NAD", 9, 7, "C819", 4},
		{"D01B", "BGM", 4, 2, "C106", 3},
		{"D01B", "RFF", 1, 1, "C506", 5},
		{"D01B", "CCI", 4, 3, "C240", 5},
		{"D01B", "ALI", 7, 0, "", 0},
		{"D01B", "PCI", 4, 2, "C210", 10},
		{"D01B", "DGS", 13, 3, "C234", 2},
		{"syntax-3", "UNB", 11, 1, "S001", 2},
		{"syntax-3", "UNH", 4, 2, "S009", 5},
		{"syntax-3", "UCM", 6, 6, "S011", 2},
		{"syntax-4", "UNB", 11, 1, "S001", 5},
		{"syntax-4", "UNH", 7, 2, "S009", 7},
		{"syntax-4", "UCM", 10, 6, "S011", 3},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct def_segment *s = defs_world_edifact_segment(
			*state, table[i].version, table[i].tag);
		const struct def_part *p = defs_part(s, table[i].at);
		if (s->nparts != table[i].parts ||
			(p &&
				(!str_is(p->composite, table[i].composite) ||
					p->nparts != table[i].components)))
			fail_msg("%s %s: %zu positions, %zu components", table[i].version,
				table[i].tag, s->nparts, p ? p->nparts : 0);
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

/* Values that a directory has or not yet, and whether its list is closed. */
static void codes_of_edifact(void **state)
{
	static const struct {
		const char *version, *tag, *ref, *value;
		bool ok, open;
	} table[] = {
		{"D96A", "LIN", "LIN03-2", "EN", true, true},
		{"D96A", "LIN", "LIN03-2", "SRV", false, true},
		{"D01B", "LIN", "LIN03-2", "SRV", true, true},
		{"D96A", "PRI", "PRI01-1", "AAA", true, false},
		{"D96A", "PRI", "PRI01-1", "AAG", false, false},
		{"D01B", "PRI", "PRI01-1", "AAG", true, false},
		{"D96A", "PRI", "PRI01-4", "SRP", true, false},
		{"D96A", "PIA", "PIA01", "5", true, false},
		{"D96A", "PIA", "PIA01", "10", false, false},
		{"D96A", "IMD", "IMD01", "F", true, false},
		{"D96A", "DTM", "DTM01-3", "102", true, false},
		{"D96A", "DTM", "DTM01-1", "137", true, true},
		{"D96A", "QTY", "QTY01-1", "145", true, true},
		{"D96A", "MEA", "MEA03-1", "KGM", true, true},
		{"D96A", "BGM", "BGM03", "9", true, false},
		{"syntax-3", "UNB", "UNB01-1", "UNOC", true, true},
		{"syntax-3", "UNB", "UNB01-1", "UNOY", false, true},
		{"syntax-4", "UNB", "UNB01-1", "UNOY", true, true},
		{"syntax-3", "UNB", "UNB01-2", "3", true, false},
		{"syntax-3", "UNB", "UNB01-2", "4", false, false},
		{"syntax-4", "UNB", "UNB01-2", "4", true, false},
		{"syntax-4", "UNB", "UNB01-2", "X", true, false},
		{"syntax-3", "UCI", "UCI04", "8", true, false},
		{"syntax-4", "UCD", "UCD01", "48", true, true},
		{"syntax-3", "UNS", "UNS01", "D", true, false},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct def_segment *s = defs_world_edifact_segment(
			*state, table[i].version, table[i].tag);
		uint16_t e, c;
		assert_true(defs_ref(s, str_c(table[i].ref), &e, &c));
		const struct def_part *p = defs_part(s, e);
		const struct def_codes *list =
			(p->nparts ? p->parts[c - 1].element : p->element)->codes;
		if (!list || list->open != table[i].open ||
			defs_code_ok(list, str_c(table[i].value)) != table[i].ok)
			fail_msg("%s %s '%s'", table[i].version, table[i].ref, table[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions),
		cmocka_unit_test(positions_of_syntax_3),
		cmocka_unit_test(positions_of_syntax_4),
		cmocka_unit_test(positions_of_d96a),
		cmocka_unit_test(positions_of_d01b),
		cmocka_unit_test(sizes_and_composites),
		cmocka_unit_test(sizes_of_edifact),
		cmocka_unit_test(notes),
		cmocka_unit_test(codes),
		cmocka_unit_test(codes_of_edifact),
	};

	xml_start();
	int rc = cmocka_run_group_tests(tests, defs_world_start, defs_world_stop);
	xml_stop();
	return rc;
}
