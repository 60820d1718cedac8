/*
 * Acknowledgments in a file; see ack.h. The family's table, and the reading of envelopes around
 * them. A file that is damaged anywhere gives nothing: the partner is asked to send it again.
 */
#include "edi/ack.h"

#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "defs/defs.h"
#include "edi/ack_ops.h"

static const struct ack_ops *const kinds[] = {
	&ack_ta1_ops, &ack_997_ops, &ack_997_guide_ops, &ack_contrl_ops, &ack_aperak_ops};

static const struct ack_ops *find(const char *format, struct str kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_is(kind, kinds[i]->kind) && strcmp(format, kinds[i]->format) == 0)
			return kinds[i];
	return NULL;
}

static void prepare(struct defs *defs, const struct ack_ops *kind, struct str version)
{
	struct arena a;
	struct faults ignored;

	arena_init(&a);
	faults_init(&ignored, &a);
	(void)defs_message(
		defs, str_c(kind->format), version, str_c(kind->kind), STR(""), &ignored, "", 0, 0);
	arena_done(&a);
}

/* CONTRL goes by the version of the syntax, the others by that of their message. */
void ack_prepare(struct defs *defs, struct str format, struct str version)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i] == &ack_ta1_ops || !str_is(format, kinds[i]->format))
			continue; /* TA1 is a segment, no set */
		if (kinds[i] != &ack_contrl_ops) {
			prepare(defs, kinds[i], version);
			continue;
		}
		prepare(defs, kinds[i], STR("syntax-3"));
		prepare(defs, kinds[i], STR("syntax-4"));
	}
}

struct str ack_kinds(enum ack_depth depth, struct arena *a)
{
	struct str all = STR(" ");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i]->kinds[depth])
			all = arena_printf(a, STR_FMT "%s ", STR_ARG(all), kinds[i]->kinds[depth]);
	return all;
}

bool ack_damaged(
	const struct ack_build *b, uint16_t element, struct str found, const char *expected)
{
	struct finding f = b->here;

	f.code = b->ack->edifact ? STR("EDIFACT-ACK-DAMAGED") : STR("X12-ACK-DAMAGED");
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

bool ack_take(struct ack_build *b, const struct segment *s, const struct ack_row_of *rows,
	const char *expected)
{
	for (size_t i = 0; rows[i].tag; i++)
		if (str_is(s->tag, rows[i].tag))
			return rows[i].take(b, s);
	return ack_damaged(b, 0, s->tag, expected);
}

struct ack_fault *ack_add_fault(struct ack_build *b)
{
	struct ack_fault *f = ARENA_NEW(b->a, struct ack_fault);

	*b->next_fault = f;
	b->next_fault = &f->next;
	return f;
}

struct ack_fault *ack_add_fault_beside(struct ack_build *b)
{
	struct ack_fault *f = ack_add_fault(b);

	f->segment = b->fault->segment;
	f->segment_at = b->fault->segment_at;
	f->loop = b->fault->loop;
	f->segment_code = b->fault->segment_code;
	return f;
}

void ack_reference(struct ack_build *b, struct str reference)
{
	int64_t v = 0;

	b->ack->about_reference = arena_str(b->a, reference);
	if (str_is_digits(reference) && str_to_i64(reference, &v) && v <= 999999999)
		b->ack->about_isa = (uint64_t)v;
}

struct str ack_join(struct arena *a, struct str list, const char *mark, struct str more)
{
	const struct str added = utf8_left(more, LIMIT_ACK_TEXT);
	const struct str parts[] = {list, str_c(list.n > 0 ? mark : ""), added, STR(" ...")};
	const size_t n = list.n + parts[1].n + added.n;
	struct str all = {NULL, 0};
	char *out = NULL;

	if (more.n == 0 || list.n >= LIMIT_ACK_TEXT)
		return list;
	out = arena_raw(a, n + parts[3].n);
	for (size_t i = 0; i < (n >= LIMIT_ACK_TEXT ? 4 : 3); i++) {
		if (parts[i].n > 0)
			memcpy(out + all.n, parts[i].p, parts[i].n);
		all.n += parts[i].n;
	}
	all.p = out;
	return all;
}

/* Is it one of those in the list? */
bool ack_joined(struct str list, char mark, struct str one)
{
	struct str part;

	while (str_split(&list, mark, &part))
		if (str_eq(str_trim(part), one))
			return true;
	return false;
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
	k->edifact = strcmp(edi_read_format(g->r), "edifact") == 0;
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
	if (id.n > 0 && id.n <= 6 && g->others.n < 200 && !ack_joined(g->others, ',', id))
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
		g->set = find(edi_read_format(g->r), edi_read_context(g->r)->set_id);
		g->in_set = true;
		if (g->set)
			start(g, g->set->kind);
		else
			name_other(g, edi_read_context(g->r)->set_id);
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

/* Of a value that is there, but not as it should be: what matters of it each kind looks at itself. */
static bool is_form(struct str code)
{
	return str_find(code, STR("-ELEMENT-"), 0) != SIZE_MAX && !str_ends(code, STR("-MISSING"));
}

/* Findings about other messages are not ours to judge; an answer in a version without definitions, or in an
 * envelope that is sloppy only, is read all the same. */
static void take_findings(struct reading *g, struct diag *from, bool ours)
{
	for (const struct finding *f = from->first; f; f = f->next) {
		if (f->severity < SEV_FATAL &&
			(!ours || is_form(f->code) || str_ends(f->code, STR("-SET-UNKNOWN"))))
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
		const bool inside = g->in_set && g->set; /* its trailer may be missing */
		arena_reset(&scratch);
		diag_init(&found, &scratch);
		rc = edi_read_next(g->r, &ev, &s, &found, e);
		if (rc == 1 && ev == EDI_SET)
			event(g, file, ev, &s);
		if (found.n > 0)
			take_findings(g, &found, rc != 1 || inside || !g->in_set || g->set);
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
	const struct edi_read_options o = {
		.defs = defs, .level = EDI_STRUCTURE, .file = file, .tolerances = d->tolerances};
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
