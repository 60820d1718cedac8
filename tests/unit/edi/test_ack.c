/* TA1, 997 and 999 as verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edi/ack.h"
#include "edi/ack_codes.h"
#include "unit/support/edi_support.h"

#define FA "GS*FA*THEM*US*20261123*0300*5*X*004010~"
#define SET(body, n) EDI_ISA FA "ST*997*0001~" body "SE*" n "*0001~GE*1*5~IEA*1*000000001~"
#define GUIDE "005010X231A1"
#define BY_GUIDE(body, n)                                                                       \
	EDI_ISA "GS*FA*THEM*US*20261123*0300*5*X*" GUIDE "~ST*999*0001*" GUIDE "~" body "SE*" n \
		"*0001~GE*1*5~IEA*1*000000001~"
#define UNKNOWN(body, n)                                                                    \
	EDI_ISA "GS*FA*THEM*US*20261123*0300*5*X*006020~ST*999*0001~" body "SE*" n "*0001~" \
		"GE*1*5~IEA*1*000000001~"
#define LIT(s) ((struct str){"" s, sizeof(s) - 1})

struct fixture {
	struct arena a;
	struct diag d;
	struct err e;
	struct ack *first;
	struct str others;
};

static int read_it(struct fixture *f, struct str in)
{
	arena_init(&f->a);
	diag_init(&f->d, &f->a);
	err_clear(&f->e);
	f->first = NULL;
	f->others = STR("");
	return ack_read(-1, in, edi_support_defs(), STR("a.edi"), &f->first, &f->others, &f->d,
		&f->a, &f->e);
}

/* Cases 48 and 49. */
static void ta1(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(read_it(&f,
				 LIT(EDI_ISA "TA1*000000042*261122*2359*R*023~"
					     "TA1*000000043*261122*2359*E*014~IEA*0*000000001~")),
		0);
	assert_true(str_is(f.first->kind, "TA1"));
	assert_int_equal(f.first->about_isa, 42);
	assert_int_equal(f.first->verdict, ACK_REJECTED);
	assert_true(str_is(f.first->codes, "023"));
	assert_true(str_find(f.first->text, STR("cut short"), 0) != SIZE_MAX);
	assert_true(str_is(f.first->about_date, "261122"));
	assert_true(str_is(f.first->sender, "US"));
	assert_int_equal(f.first->control, 1);
	assert_int_equal(f.first->usage, 'P');
	assert_int_equal(f.first->next->verdict, ACK_WITH_ERRORS);
	assert_null(f.first->next->next);
	arena_done(&f.a);
}

/* A header that is not padded is damage, unless the partner is forgiven that: then it is told. */
static void forgiven(void **state)
{
	static const char in[] = "ISA*00* *00* *ZZ*THEM*ZZ*US*261123*0200*U*00401*000000001*0*P*>~"
				 "TA1*000000042*261122*2359*A*000~IEA*0*000000001~";
	struct tolerances t = {.granted = (uint32_t)1 << TOLERANCE_UNPADDED_ISA};
	struct fixture f;

	(void)state;
	assert_int_equal(read_it(&f, str_c(in)), -1);
	arena_done(&f.a);
	arena_init(&f.a);
	diag_init(&f.d, &f.a);
	f.d.tolerances = &t;
	assert_int_equal(ack_read(-1, str_c(in), edi_support_defs(), STR("a.edi"), &f.first,
				 &f.others, &f.d, &f.a, &f.e),
		0);
	assert_int_equal(f.first->about_isa, 42);
	assert_true(str_is(f.first->tolerated, "unpadded-isa 1"));
	assert_int_equal(f.d.errors, 0);
	arena_done(&f.a);
}

/* Cases 53, 54 and 57. */
static void faults_of_a_set(void **state)
{
	struct fixture f;
	const struct ack_set *s = NULL;
	const struct ack_fault *x = NULL;

	(void)state;
	assert_int_equal(
		read_it(&f,
			LIT(SET("AK1*SC*12~AK2*832*0001~AK5*A~AK2*832*0002~AK3*CTP*45*LIN*8~"
				"AK4*3*212*6*12,5~AK4*5>1*355*7*QQ~AK3*BCT*2**3~AK5*R*5~AK9*P*2*2*1~",
				"12"))),
		0);
	assert_int_equal(f.d.n, 0);
	assert_int_equal(f.first->verdict, ACK_PARTIAL);
	assert_int_equal(f.first->about_group, 12);
	assert_int_equal(f.first->sets_accepted, 1);
	s = f.first->sets;
	assert_int_equal(s->verdict, ACK_ACCEPTED);
	s = s->next;
	assert_true(str_is(s->control, "0002"));
	assert_int_equal(s->verdict, ACK_REJECTED);
	assert_true(str_is(s->codes, "5"));
	assert_true(s->text.n > 0);
	x = s->faults;
	assert_true(str_is(x->segment, "CTP"));
	assert_int_equal(x->segment_at, 45);
	assert_int_equal(x->element, 3);
	assert_true(str_is(x->element_code, "6"));
	assert_true(str_is(x->value, "12,5"));
	x = x->next;
	assert_int_equal(x->segment_at, 45);
	assert_int_equal(x->element, 5);
	assert_int_equal(x->component, 1);
	x = x->next;
	assert_true(str_is(x->segment, "BCT"));
	assert_int_equal(x->element, 0);
	assert_true(str_find(x->text, STR("mandatory segment"), 0) != SIZE_MAX);
	assert_null(x->next);
	arena_done(&f.a);
}

/* r25, r51, r55, r56 */
static void letters_and_missing_sets(void **state)
{
	static const struct {
		struct str in;
		enum ack_verdict want;
		const char *codes;
		size_t findings;
		const char *doubt;
	} rows[] = {
		{{"" SET("AK1*SC*12~AK9*A*0*0*0~", "4"),
			 sizeof(SET("AK1*SC*12~AK9*A*0*0*0~", "4")) - 1},
			ACK_ACCEPTED, "", 0, ""},
		{{"" SET("AK1*SC*12~AK9*R*3*3*0*2*5~", "4"),
			 sizeof(SET("AK1*SC*12~AK9*R*3*3*0*2*5~", "4")) - 1},
			ACK_REJECTED, "2 5", 0, ""},
		{{"" SET("AK1*SC*12~AK9*X*3*3*0~", "4"),
			 sizeof(SET("AK1*SC*12~AK9*X*3*3*0~", "4")) - 1},
			ACK_REJECTED, "", 0, ""},
		{{"" SET("AK1*SC*12~AK9*E*3*3*3~", "4"),
			 sizeof(SET("AK1*SC*12~AK9*E*3*3*3~", "4")) - 1},
			ACK_WITH_ERRORS, "", 0, ""},
		{{"" SET("AK1*SC*12~AK2*832*0001~AK5*E*5~AK9*A*1*1*0~", "6"),
			 sizeof(SET("AK1*SC*12~AK2*832*0001~AK5*E*5~AK9*A*1*1*0~", "6")) - 1},
			ACK_ACCEPTED, "", 1,
			"X12-ACK-COUNT: AK904 is 0, but 1 sets are accepted in AK5"},
		{{"" SET("AK1*SC*12~AK2*832*0001~AK5*R*5~AK9*R*1*1*1~", "6"),
			 sizeof(SET("AK1*SC*12~AK2*832*0001~AK5*R*5~AK9*R*1*1*1~", "6")) - 1},
			ACK_REJECTED, "", 1,
			"X12-ACK-COUNT: AK904 is 1, but 0 sets at most, by AK5"},
		{{"" SET("AK1*SC*12~AK2*832*0001~AK5*R*5~AK9*A*2*2*1~", "6"),
			 sizeof(SET("AK1*SC*12~AK2*832*0001~AK5*R*5~AK9*A*2*2*1~", "6")) - 1},
			ACK_ACCEPTED, "", 1,
			"X12-ACK-COUNT: AK901 is A, but 1 sets are refused in AK5"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		assert_int_equal(read_it(&f, rows[i].in), 0);
		assert_int_equal(f.first->verdict, rows[i].want);
		assert_true(str_is(f.first->codes, rows[i].codes));
		assert_int_equal(f.d.n, rows[i].findings);
		assert_int_equal(f.d.errors, 0);
		if (f.d.n > 0)
			assert_true(str_is(f.d.first->code, "X12-ACK-COUNT"));
		assert_true(str_is(f.first->doubt, rows[i].doubt));
		arena_done(&f.a);
	}
}

/* r59, r58: in any version of its own. */
static void by_guide(void **state)
{
	struct fixture f;
	const struct ack_fault *x = NULL;

	(void)state;
	assert_int_equal(read_it(&f,
				 LIT(BY_GUIDE("AK1*SC*12*005010~AK2*832*0001*005010~"
					      "IK3*CTP*45*LIN*I7~CTX*SITUATIONAL TRIGGER*CTP*4**3~"
					      "IK4*3>>2*212*I12*12 5~CTX*LIN01>1~IK4*5>1*355*7*Q~"
					      "IK3*BCT*2**3~IK5*R*I5~AK9*R*1*1*0~",
					 "12"))),
		0);
	assert_int_equal(f.d.n, 0);
	assert_true(str_is(f.first->kind, "999"));
	assert_int_equal(f.first->verdict, ACK_REJECTED);
	assert_true(str_is(f.first->sets->codes, "I5"));
	assert_true(f.first->sets->text.n > 0);
	x = f.first->sets->faults;
	assert_true(str_is(x->segment_code, "I7"));
	assert_int_equal(x->element, 3);
	assert_true(str_is(x->element_code, "I12"));
	assert_true(str_is(x->value, "12 5"));
	assert_true(str_find(x->text, STR("guide"), 0) != SIZE_MAX);
	x = x->next;
	assert_int_equal(x->segment_at, 45);
	assert_int_equal(x->component, 1);
	x = x->next;
	assert_int_equal(x->segment_at, 2); /* r52: of the segment that came instead */
	assert_true(str_is(x->segment, "BCT"));
	assert_null(x->next);
	assert_true(str_is(f.others, ""));
	arena_done(&f.a);
}

/* r50: each group has its own. */
static void several_groups(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(
		read_it(&f,
			LIT(EDI_ISA FA "ST*997*0001~AK1*SC*12~AK9*A*1*1*1~SE*4*0001~"
				       "ST*997*0002~AK1*IB*13~AK9*R*1*1*0~SE*4*0002~GE*2*5~"
				       "IEA*1*000000001~")),
		0);
	assert_true(str_is(f.first->group_code, "SC"));
	assert_int_equal(f.first->about_group, 12);
	assert_int_equal(f.first->verdict, ACK_ACCEPTED);
	assert_true(str_is(f.first->next->group_code, "IB"));
	assert_int_equal(f.first->next->about_group, 13);
	assert_int_equal(f.first->next->verdict, ACK_REJECTED);
	assert_null(f.first->next->next);
	arena_done(&f.a);
}

static void damaged(void **state)
{
	static const char *const rows[] = {
		EDI_ISA FA "ST*997*0001~AK1*SC*12~AK9*A*1*1*1~",
		SET("AK1*SC*12~AK2*832*0001~AK9*A*1*1*1~", "5"),
		SET("AK1*SC*12~AK9*A*1*1*1~", "9"),
		SET("AK1*SC*12~AK9*Q*1*1*1~", "4"),
		SET("AK1*SC*12~AK9*A*1*x*1~", "4"),
		SET("AK1*SC*twelve~AK9*A*1*1*1~", "4"),
		SET("AK9*A*1*1*1~", "3"),
		SET("AK1*SC*12~", "3"),
		SET("AK1*SC*12~AK2*832*0001~IK5*A~AK9*A*1*1*1~", "6"), /* r59: not in 997 */
		BY_GUIDE("AK1*SC*12~AK2*832*0001~AK5*A~AK9*A*1*1*1~", "6"),
		BY_GUIDE("AK1*SC*12~AK2*832*0001~IK4*1**7~IK5*R~AK9*R*1*1*0~", "7"),
		BY_GUIDE("AK1*SC*12~AK2*832*0001~CTX*A~IK5*R~AK9*R*1*1*0~", "7"),
		/* of a version that is not there, so by the small state alone */
		UNKNOWN("AK1*SC*12~AK2*832*0001~IK4*1**7~IK5*R~AK9*R*1*1*0~", "7"),
		UNKNOWN("AK1*SC*12~AK2*832*0001~CTX*A~IK5*R~AK9*R*1*1*0~", "7"),
		UNKNOWN("AK1*SC*12~AK2*832*0001~AK5*R~AK9*R*1*1*0~", "6"),
		/* the next set, which is none of ours, comes before its trailer */
		EDI_ISA FA "ST*997*0001~AK1*SC*12~ST*832*0002~BCT*PC*CAT1~LIN*1*UP*614141007349~"
			   "SE*4*0002~GE*2*5~IEA*1*000000001~",
		EDI_ISA "TA1*000000042*261122*2359*Z*023~IEA*0*000000001~",
		EDI_ISA "TA1*000000042*261122*2359*A*000~IEA*0*000000002~",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		if (read_it(&f, str_c(rows[i])) != -1)
			fail_msg("%s is understood", rows[i]);
		assert_null(f.first);
		assert_true(f.d.errors > 0);
		assert_int_equal(f.e.code, ERR_INPUT);
		arena_done(&f.a);
	}
}

static void other_messages(void **state)
{
	struct fixture f;

	(void)state;
	assert_int_equal(read_it(&f, LIT(EDI_832)), 0);
	assert_null(f.first);
	assert_true(str_is(f.others, "832"));
	arena_done(&f.a);
	/* A 997 of a version without definitions; errors inside others are not judged. */
	assert_int_equal(
		read_it(&f,
			LIT(EDI_ISA
				"GS*FA*THEM*US*20261123*0300*5*X*003040~ST*997*0001~"
				"AK1*SC*12~AK2*832*0001~AK3*CTP*4~AK4*5>2*355*7~AK5*R*5~AK9*R*1*1*0~SE*8*0001~GE*1*5~" EDI_GS
				"ST*832*0001~QQ*1~SE*3*0001~GE*1*1~IEA*2*000000001~")),
		0);
	assert_true(str_is(f.others, "832"));
	assert_int_equal(f.first->verdict, ACK_REJECTED);
	assert_int_equal(f.first->sets->faults->component, 2);
	assert_int_equal(f.d.errors, 0);
	arena_done(&f.a);
}

/* r48, r53, r54: codes have words. */
static void words(void **state)
{
	static const struct {
		const char *list;
		const char *codes;
	} rows[] = {{"I18", "000,001,005,010,014,020,021,022,023,024,025,031"},
		{"720", "1,2,3,4,5,6,7,8,I4,I6,I7,I8,I9"},
		{"723", "1,2,3,4,5,6,7,8,9,10,12,13,I6,I9,I10,I11,I12,I13"},
		{"718", "1,2,3,4,5,6,7,8,17,23,27,I5,I6"}, {"716", "1,2,3,4,5,6,10,26"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str rest = str_c(rows[i].codes);
		struct str code;
		while (str_split(&rest, ',', &code))
			assert_true(ack_codes_find(str_c(rows[i].list), code).n > 5);
	}
	assert_int_equal(ack_codes_find(STR("720"), STR("99")).n, 0);
}

static int done(void **state)
{
	(void)state;
	edi_support_done();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ta1),
		cmocka_unit_test(forgiven),
		cmocka_unit_test(faults_of_a_set),
		cmocka_unit_test(letters_and_missing_sets),
		cmocka_unit_test(by_guide),
		cmocka_unit_test(several_groups),
		cmocka_unit_test(damaged),
		cmocka_unit_test(other_messages),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
