/* The read-back; see read_back.h. */
#include "stage/read_back.h"

#include <inttypes.h>

#include "edi/edi_read.h"

int read_back_same(const char *what, uint64_t found, uint64_t wrote, struct err *e)
{
	if (found == wrote)
		return 0;
	return err_set(e, ERR_CORRUPT,
		"what was written does not read back: %" PRIu64 " %s, expected %" PRIu64, found,
		what, wrote);
}

int read_back_segments(int fd, const struct target_wrote *w, struct err *e)
{
	const struct edi_read_options o = {.format = w->message->format,
		.defs = w->defs,
		.level = EDI_GUIDE,
		.file = STR("our own output"),
		.usage = w->test ? 'T' : 'P'};
	struct edi_totals t;
	struct arena a;
	struct diag d;
	int rc = -1;

	arena_init(&a);
	diag_init(&d, &a);
	rc = edi_read_totals(fd, &o, w->loop ? w->loop->name : STR(""), &t, &d, e);
	if (rc == 0 && d.errors > 0) {
		struct buf line;
		buf_init(&line, 2000);
		diag_line(&line, diag_first_error(&d));
		rc = err_set(
			e, ERR_CORRUPT, "what was written does not read back: %s", buf_cstr(&line));
		buf_done(&line);
	}
	if (rc == 0 &&
		(t.sets != w->sets || t.interchanges != 1 || (w->loop && t.loops != w->items)))
		rc = err_set(e, ERR_CORRUPT,
			"what was written does not read back: %" PRIu64 " sets and %" PRIu64
			" items, expected %" PRIu64 " and %" PRIu64,
			t.sets, t.loops, w->sets, w->items);
	arena_done(&a);
	return rc;
}

int read_back_run(const struct produce *p, const struct produce_counts *c, struct err *e)
{
	const struct def_message *m = map_target(p->map);
	const struct target_wrote w = {.message = m,
		.defs = p->defs,
		.test = p->envelope->test,
		.sets = c->sets,
		.items = c->out,
		.loop = c->loop,
		.at = c->wrote};

	return c->out > 0 ? target_find(m->format)->read_back(p->out, &w, e) : 0;
}
