/* Bounded loops; see x12_bound.h. That each LS has its LE, and in its place, is the structure's. */
#include "edi/x12_bound.h"

#include <stdio.h>
#include <string.h>

static void begin(struct x12_bound *b, struct str id)
{
	if (b->n < X12_BOUND_DEPTH) {
		b->open[b->n].n = id.n < X12_BOUND_ID ? id.n : X12_BOUND_ID;
		memcpy(b->open[b->n].id, id.n ? id.p : "", b->open[b->n].n);
	}
	b->n++;
}

void x12_bound_take(
	struct x12_bound *b, const struct segment *s, struct diag *d, const struct finding *about)
{
	const struct str id = segment_get(s, 1, 1);
	struct finding f = *about;
	char expected[40];

	if (str_is(s->tag, "LS")) {
		begin(b, id);
		return;
	}
	if (b->n == 0 || --b->n >= X12_BOUND_DEPTH || id.n == 0)
		return;
	const struct str began = {b->open[b->n].id, b->open[b->n].n};
	if (began.n == 0 || str_eq(began, str_sub(id, 0, X12_BOUND_ID)))
		return;
	(void)snprintf(expected, sizeof(expected), STR_FMT, STR_ARG(began));
	f.code = STR("X12-LOOP-END");
	f.severity = SEV_ERROR;
	f.element = 1;
	f.found = id;
	f.expected = str_c(expected);
	diag_add(d, &f);
}
