/*
 * Acknowledgments in a file; see ack.h. The family's table, and the reading of envelopes around
 * them. A file that is damaged anywhere gives nothing: the partner is asked to send it again.
 */
#include "edi/ack.h"

#include <string.h>

#include "base/limits.h"
#include "defs/defs.h"
#include "edi/ack_codes.h"
#include "edi/ack_ops.h"

static const struct ack_ops *const kinds[] = {&ack_ta1_ops, &ack_997_ops, &ack_997_guide_ops};

static const struct ack_ops *find(struct str kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_is(kind, kinds[i]->kind))
			return kinds[i];
	return NULL;
}

void ack_prepare(struct defs *defs, struct str version)
{
	struct arena a;
	struct faults ignored;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i] == &ack_ta1_ops) /* a segment, no set */
			continue;
		faults_init(&ignored, &a);
		(void)defs_message(defs, STR("x12"), version, str_c(kinds[i]->kind), STR(""),
			&ignored, "", 0, 0);
	}
	arena_done(&a);
}

struct str ack_code_text(struct str list, struct str code)
{
	return ack_codes_find(list, code);
}

bool ack_damaged(
	const struct ack_build *b, uint16_t element, struct str found, const char *expected)
{
	struct finding f = b->here;

	f.code = STR("X12-ACK-DAMAGED");
	f.severity = SEV_ERROR;
	f.element = element;
	f.found = found;
	f.expected = str_c(expected);
	diag_add(b->d, &f);
	return false;
}

bool ack_number(const struct ack_build *b, const struct segment *s, uint16_t element, uint64_t max,
	uint64_t *out)
{
	const struct str text = segment_get(s, element, 1);
	int64_t v = 0;

	if (!str_is_digits(text) || !str_to_i64(text, &v) || (uint64_t)v > max)
		return ack_damaged(b, element, text, "a number");
	*out = (uint64_t)v;
	return true;
}

struct str ack_join(struct arena *a, struct str list, const char *mark, struct str more)
{
	if (list.n == 0)
		return arena_str(a, more);
	if (more.n == 0)
		return list;
	return arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(list), mark, STR_ARG(more));
}

struct reading {
	struct edi_read *r;
	struct arena *a;
	struct diag *d;
	struct ack *first;
	struct ack **next;
	struct str others;
	struct ack_build b;
	const struct ack_ops *set; /* of the set we are in */
	bool in_set;
	bool damaged;
};

static void start(struct reading *g, const char *kind)
{
	const struct edi_context *c = edi_read_context(g->r);
	struct ack *k = ARENA_NEW(g->a, struct ack);

	k->kind = str_c(kind);
	k->sender_qual = arena_str(g->a, c->sender_qual);
	k->sender = arena_str(g->a, c->sender);
	k->receiver_qual = arena_str(g->a, c->receiver_qual);
	k->receiver = arena_str(g->a, c->receiver);
	k->control = c->control;
	k->usage = c->usage;
	*g->next = k;
	g->next = &k->next;
	g->b = (struct ack_build){.a = g->a, .ack = k, .next_set = &k->sets, .d = g->d};
}

static void place(struct reading *g, struct str file, const struct segment *s)
{
	g->b.here = (struct finding){
		.file = file, .segment = s->tag, .segment_at = s->position, .offset = s->offset};
}

/* ", " apart, each once; bounded, since a file may hold any number of set ids. */
static void name_other(struct reading *g, struct str id)
{
	struct str rest = g->others;
	struct str part;

	while (str_split(&rest, ',', &part))
		if (str_eq(str_trim(part), id))
			return;
	if (id.n > 0 && id.n <= 6 && g->others.n < 200)
		g->others = ack_join(g->a, g->others, ", ", id);
}

static void event(struct reading *g, struct str file, enum edi_event ev, const struct segment *s)
{
	switch (ev) {
	case EDI_TA1:
		start(g, "TA1");
		place(g, file, s);
		if (!ack_ta1_ops.segment(&g->b, s))
			g->damaged = true;
		break;
	case EDI_SET:
		g->set = find(segment_get(s, 1, 1));
		g->in_set = true;
		if (g->set)
			start(g, g->set->kind);
		else
			name_other(g, segment_get(s, 1, 1));
		break;
	case EDI_SEGMENT:
		place(g, file, s);
		if (g->set && !g->damaged && !g->set->segment(&g->b, s))
			g->damaged = true;
		break;
	case EDI_SET_END:
		place(g, file, s);
		if (g->set && !g->damaged && g->set->end && !g->set->end(&g->b))
			g->damaged = true;
		g->set = NULL;
		g->in_set = false;
		break;
	default:
		g->set = NULL;
		g->in_set = false;
		break;
	}
}

/* Findings about other messages are not ours to judge; an answer in a version without definitions
 * is read all the same. */
static void take_findings(struct reading *g, struct diag *from, bool ours)
{
	for (const struct finding *f = from->first; f; f = f->next) {
		if (f->severity < SEV_FATAL && (!ours || str_is(f->code, "X12-SET-UNKNOWN")))
			continue;
		if (f->severity >= SEV_ERROR)
			g->damaged = true;
		diag_add(g->d, f);
	}
}

static int read_all(struct reading *g, struct str file, struct err *e)
{
	struct arena scratch;
	struct diag found;
	struct segment s;
	enum edi_event ev;
	int rc = 1;

	arena_init(&scratch);
	while (rc == 1) {
		arena_reset(&scratch);
		diag_init(&found, &scratch);
		rc = edi_read_next(g->r, &ev, &s, &found, e);
		if (rc == 1 && ev == EDI_SET)
			event(g, file, ev, &s);
		if (found.n > 0)
			take_findings(g, &found, rc != 1 || !g->in_set || g->set != NULL);
		if (rc == 1 && ev != EDI_SET)
			event(g, file, ev, &s);
	}
	arena_done(&scratch);
	return rc;
}

static int refuse(const struct reading *g, struct str file, struct err *e)
{
	const struct finding *f = g->d->first;

	while (f && f->severity < SEV_ERROR)
		f = f->next;
	if (!f)
		return err_set(
			e, ERR_INPUT, STR_FMT ": the acknowledgment is damaged", STR_ARG(file));
	return err_set(e, ERR_INPUT,
		STR_FMT ": the acknowledgment is damaged and nothing of it is applied: " STR_FMT
			" at segment "
			"%u (byte %llu): " STR_FMT,
		STR_ARG(file), STR_ARG(f->segment), f->segment_at, (unsigned long long)f->offset,
		STR_ARG(f->rule));
}

int ack_read(int fd, struct str bytes, struct defs *defs, struct str file, struct ack **first,
	struct str *others, struct diag *d, struct arena *a, struct err *e)
{
	const struct edi_read_options o = {.format = STR("x12"),
		.defs = defs,
		.level = EDI_STRUCTURE,
		.file = file,
		.tolerances = d->tolerances};
	struct reading g = {.a = a, .d = d, .r = edi_read_open(fd, bytes, &o, e)};
	int rc = -1;

	if (!g.r)
		return -1;
	d->tolerances = NULL; /* what comes of the reader is settled */
	g.next = &g.first;
	rc = read_all(&g, file, e);
	edi_read_close(g.r);
	if (rc == -1)
		return -1;
	if (g.damaged)
		return refuse(&g, file, e);
	if (g.first && o.tolerances)
		g.first->tolerated = tolerance_text(o.tolerances, false, a);
	*first = g.first;
	*others = g.others;
	return 0;
}
