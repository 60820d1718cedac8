/*
 * Line items that an application names by number: RFF+LI is 1082 of a LIN of ours. Who wrote the map numbered
 * them, so the file that was sent is looked through for it. A number that several messages have, of which the
 * answer names none, leads nowhere.
 */
#include <stdio.h>

#include "base/fsx.h"
#include "edi/edi_read.h"
#include "secure/hash.h"
#include "stage/ack_parts.h"
#include "stage/archive.h"

static bool any(const struct ack_applying *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->faults[i]->line.n > 0)
			return true;
	return false;
}

/* The file as the ledger knows it, or -1. */
static int open_sent(struct ack_applying *p, struct err *e)
{
	char place[400];
	char sha[HASH_HEX];
	int fd = -1;

	(void)snprintf(place, sizeof(place), STR_FMT "/%s", STR_ARG(p->row.place), p->row.name.p);
	fd = archive_open(p->v, place, e);
	if (fd == -1)
		return -1;
	if (hash_file(fd, sha, NULL, e) == 0 && str_is(p->row.sha, sha))
		return fd;
	fsx_close(fd);
	return err_set(e, ERR_CORRUPT, "%s is not what the ledger says it was", place);
}

static void take(struct ack_applying *p, bool *many, const struct segment *s, struct str st)
{
	const struct str number = segment_get(s, 1, 1);

	for (size_t i = 0; i < p->n; i++) {
		struct trace_point *t = &p->points[i];
		if (p->faults[i]->line.n == 0 || !str_eq(p->faults[i]->line, number) ||
			!(t->of_all || t->st.n == 0 || str_eq(t->st, st)))
			continue;
		many[i] = t->of_all && (many[i] || !str_eq(t->st, st));
		t->of_all = true;
		t->st = arena_str(&p->a, st);
		t->segment_at = s->position;
		t->references = STR("");
	}
}

static int look_through(struct ack_applying *p, bool *many, int fd, struct err *e)
{
	const struct edi_read_options o = {.format = STR("edifact"),
		.defs = p->v->defs,
		.level = EDI_STRUCTURE,
		.file = p->row.name};
	struct edi_read *r = edi_read_open(fd, STR(""), &o, e);
	struct arena a;
	struct diag ignored;
	struct segment s;
	enum edi_event ev;
	int rc = r ? 1 : -1;

	arena_init(&a);
	while (rc == 1) {
		arena_reset(&a);
		diag_init(&ignored, &a);
		rc = edi_read_next(r, &ev, &s, &ignored, e);
		if (rc == 1 && ev == EDI_SEGMENT && str_is(s.tag, "LIN"))
			take(p, many, &s, edi_read_context(r)->set_control);
	}
	arena_done(&a);
	edi_read_close(r);
	return rc;
}

static int find(struct ack_applying *p, struct err *e)
{
	bool *many = arena_array(&p->a, p->n, sizeof(*many));
	const int fd = open_sent(p, e);
	const int rc = fd == -1 ? -1 : look_through(p, many, fd, e);

	for (size_t i = 0; i < p->n; i++)
		if (many[i])
			p->points[i].segment_at = 0;
	fsx_close(fd);
	return rc;
}

int ack_lines_find(struct ack_applying *p, struct err *e)
{
	if (!any(p) || find(p, e) == 0)
		return 0;
	if (err_retry(e))
		return -1;
	env_log(p->v, LOG_WARN, "untraced-lines", p->row.name.p, "%s", e->text);
	return 0;
}
