/* The read-back; see read_back.h. */
#include "stage/read_back.h"

#include <inttypes.h>

#include "edi/edi_read.h"

int read_back_run(const struct produce *p, const struct produce_counts *c, struct err *e)
{
	const struct edi_read_options o = {.format = map_target(p->map)->format,
		.defs = p->defs,
		.level = EDI_NOTES,
		.file = STR("our own output"),
		.usage = p->envelope->test ? 'T' : 'P'};
	struct edi_totals t;
	struct arena a;
	struct diag d;
	int rc = -1;

	if (c->out == 0)
		return 0;
	arena_init(&a);
	diag_init(&d, &a);
	rc = edi_read_totals(p->out, &o, c->loop ? c->loop->name : STR(""), &t, &d, e);
	if (rc == 0 && d.errors > 0) {
		struct buf line;
		buf_init(&line, 2000);
		diag_line(&line, diag_first_error(&d));
		rc = err_set(
			e, ERR_CORRUPT, "what was written does not read back: %s", buf_cstr(&line));
		buf_done(&line);
	}
	if (rc == 0 && (t.sets != c->sets || t.interchanges != 1 || (c->loop && t.loops != c->out)))
		rc = err_set(e, ERR_CORRUPT,
			"what was written does not read back: %" PRIu64 " sets and %" PRIu64
			" items, expected %" PRIu64 " and %" PRIu64,
			t.sets, t.loops, c->sets, c->out);
	arena_done(&a);
	return rc;
}
