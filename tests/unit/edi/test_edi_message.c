/* Which definition a message has. */
#include "edi/edi_message.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/support/calls.h"
#include "unit/support/edi_support.h"

struct asked {
	struct edi_message known;
	struct edi_read_options o;
	struct edi_context c;
	const struct def_message *found;
};

static void ask(void *about)
{
	struct asked *x = about;

	x->found = edi_message_find(&x->known, &x->o, "edifact", &x->c);
}

static void by_guide_and_association(void **state)
{
	struct asked x = {.o = {.defs = edi_support_defs(), .level = EDI_GUIDE},
		.c = {.set_id = STR("PRICAT"), .set_version = STR("D96A")}};

	(void)state;
	edi_message_init(&x.known);
	ask(&x);
	assert_non_null(x.found);
	assert_int_equal(x.found->guide.n, 0);
	x.c.association = STR("EAN008");
	ask(&x);
	assert_true(x.found->guide.n > 0);
	x.o.level = EDI_NOTES;
	x.c.association = STR("EAN001");
	ask(&x);
	assert_int_equal(x.found->guide.n, 0);
	edi_message_done(&x.known);
}

/* Each message of a file asks; only another one than before costs something. */
static void asked_again(void **state)
{
	const struct calls_fault fault = {SYS_openat2, EPERM, CALLS_ANY, 0};
	struct asked x = {.o = {.defs = edi_support_defs(), .level = EDI_GUIDE},
		.c = {.set_id = STR("ORDERS"), .set_version = STR("D96A")}};

	(void)state;
	edi_message_init(&x.known);
	ask(&x);
	assert_null(x.found);
	assert_true(str_find(x.known.why, STR("has no message 'ORDERS'"), 0) != SIZE_MAX);
	calls_failing(&fault, ask, &x);
	assert_null(x.found);
	assert_true(str_find(x.known.why, STR("has no message 'ORDERS'"), 0) != SIZE_MAX);
	x.c.set_id = STR("PRICAT");
	ask(&x);
	assert_non_null(x.found);
	edi_message_done(&x.known);
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
		cmocka_unit_test(by_guide_and_association),
		cmocka_unit_test(asked_again),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
