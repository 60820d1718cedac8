/* Targets by their table: the envelope that each makes of the same words, and what none can make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stage/target.h"

static struct def_message catalog(void)
{
	return (struct def_message){.format = STR("x12"),
		.version = STR("004010"),
		.id = STR("832"),
		.group = STR("SC")};
}

static struct def_message price_catalog(void)
{
	return (struct def_message){
		.format = STR("edifact"), .version = STR("D01B"), .id = STR("PRICAT")};
}

static struct target_envelope envelope(void)
{
	return (struct target_envelope){
		.sender = {.qualifier = STR("14"), .id = STR("US"), .group = STR("GROUP")},
		.receiver = {.qualifier = STR("ZZ"), .id = STR("THEM")},
		.test = true,
		.when = {.year = 2026, .month = 11, .day = 23, .hour = 2, .has_time = true}};
}

/* What a message without a segment looks like. */
static const char *written(const struct target_envelope *v, const struct def_message *m)
{
	static char text[1000];
	struct target t;
	struct buf out;
	struct err e;

	buf_init(&out, sizeof(text) - 1);
	err_clear(&e);
	if (target_open(&t, v, m, &e) == -1) {
		buf_printf(&out, "%s", e.text);
	} else {
		t.ops->start(t.self, &out);
		t.ops->begin(t.self, 7, 9);
		t.ops->open_set(t.self);
		buf_printf(&out, "[%s/%u]", t.ops->at(t.self)->set,
			(unsigned)t.ops->at(t.self)->segments);
		t.ops->close_set(t.self);
		t.ops->end(t.self);
	}
	target_close(&t);
	(void)snprintf(text, sizeof(text), "%s", buf_cstr(&out));
	buf_done(&out);
	return text;
}

static void names_of_files(void **state)
{
	(void)state;
	assert_string_equal(target_find(STR("x12"))->ending, "x12");
	assert_string_equal(target_find(STR("edifact"))->ending, "edi");
}

static void envelopes(void **state)
{
	const struct def_message x12 = catalog();
	const struct def_message pricat = price_catalog();
	struct target_envelope v = envelope();

	(void)state;
	assert_string_equal(written(&v, &x12),
		"ISA*00*          *00*          *14*US             *ZZ*THEM           *261123*0200*U*"
		"00401*000000007*0*T*>~GS*SC*GROUP*THEM*20261123*0200*9*X*004010~ST*832*0001~[0001/1]"
		"SE*2*0001~GE*1*9~IEA*1*000000007~");
	assert_string_equal(written(&v, &pricat),
		"UNB+UNOC:3+US:14+THEM:ZZ+261123:0200+7++++++1'UNH+1+PRICAT:D:01B:UN'[1/1]UNT+2+1'"
		"UNZ+1+7'");
	v.groups = v.ack_requested = true;
	v.test = false;
	v.repertoire = STR("UNOW:4");
	v.association = STR("EAN009");
	v.application = STR("PRICES");
	v.decimal = ',';
	assert_string_equal(written(&v, &pricat),
		"UNA:+,?*'UNB+UNOW:4+US:14+THEM:ZZ+20261123:0200+7++PRICES++1'"
		"UNG+PRICAT+GROUP:14+THEM:ZZ+20261123:0200+9+UN+D:01B:EAN009'"
		"UNH+1+PRICAT:D:01B:UN:EAN009'[1/1]UNT+2+1'UNE+1+9'UNZ+1+7'");
}

static void numbers(void **state)
{
	const struct def_message x12 = catalog();
	const struct def_message pricat = price_catalog();
	struct target_envelope v = envelope();
	struct target t;
	struct err e;

	(void)state;
	assert_int_equal(target_open(&t, &v, &x12, &e), 0);
	assert_string_equal(t.ops->numbers(t.self), "IG");
	target_close(&t);
	assert_int_equal(target_open(&t, &v, &pricat, &e), 0);
	assert_string_equal(t.ops->numbers(t.self), "I");
	target_close(&t);
	v.groups = true;
	assert_int_equal(target_open(&t, &v, &pricat, &e), 0);
	assert_string_equal(t.ops->numbers(t.self), "IG");
	target_close(&t);
}

static void faults(void **state)
{
	struct def_message other = {.format = STR("tradacoms")};
	const struct def_message x12 = catalog();
	const struct def_message pricat = price_catalog();
	struct target_envelope v = envelope();

	(void)state;
	assert_string_equal(written(&v, &other), "nothing is written as tradacoms yet");
	v.repertoire = STR("klingon");
	assert_string_equal(
		written(&v, &x12), "repertoire klingon: expected basic, extended, latin1 or utf8");
	assert_string_equal(written(&v, &pricat),
		"syntax klingon: expected a character set and a version such as UNOC:3");
	v.repertoire = STR("UNOC:4");
	v.sender.internal = STR("A123456789012345");
	assert_string_equal(written(&v, &pricat),
		"UNB+UNOC:4+US:14:A123456789012345+THEM:ZZ+20261123:0200+7++++++1'"
		"UNH+1+PRICAT:D:01B:UN'[1/1]UNT+2+1'UNZ+1+7'");
	v.repertoire = STR("UNOC:3");
	assert_string_equal(written(&v, &pricat),
		"internal id of the sender (0008): 'A123456789012345' has 16 characters; expected 0 to 14");
	v.sender.internal = STR("A");
	assert_non_null(strstr(written(&v, &pricat), "+US:14:A+"));
	v.repertoire = STR("UNOX:3");
	assert_string_equal(written(&v, &pricat),
		"character set (0001): 'UNOX' cannot be written; expected UNOA to UNOL, UNOW or UNOY");
	v.repertoire = STR("UNOZ:3");
	assert_string_equal(written(&v, &pricat),
		"character set (0001): 'UNOZ' cannot be written; expected UNOA to UNOL, UNOW or UNOY");
	v.repertoire = STR("");
	v.terminator = 'A';
	assert_non_null(strstr(written(&v, &x12), "terminator separator: byte 0x41"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_files),
		cmocka_unit_test(envelopes),
		cmocka_unit_test(numbers),
		cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
