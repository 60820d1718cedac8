/* Groups, sets and trailers: control numbers and counts (X12.6 clause on control segments). */
#include <stdio.h>
#include <string.h>

#include "edi/finding.h"
#include "edi/text.h"
#include "edi/x12_state.h"

void x12_envelope_add(const struct x12_read *r, struct diag *d, const char *code, enum severity sev,
	uint16_t element, struct str found, const char *expected, const char *rule)
{
	finding_at(&r->here, d, code, sev, element, found, expected, rule);
}

int x12_envelope_fatal(
	const struct x12_read *r, struct diag *d, struct err *e, const char *code, const char *text)
{
	return finding_fatal(&r->here, d, e, code, text);
}

bool x12_envelope_number(struct str s, uint64_t *out)
{
	int64_t v = 0;

	if (!str_is_digits(s) || !str_to_i64(s, &v))
		return false;
	*out = (uint64_t)v;
	return true;
}

/* Of the group we are in, else of the interchange: "00501" is 005010. */
static struct str version_in_force(const struct x12_read *r, char room[6])
{
	const struct str isa = r->ctx.version;

	if (r->where >= X12_IN_GS && r->ctx.group_version.n >= 6)
		return str_sub(r->ctx.group_version, 0, 6);
	if (r->where >= X12_IN_GS || isa.n != 5 || !str_is_digits(isa))
		return STR("004010");
	memcpy(room, isa.p, 5);
	room[5] = '0';
	return (struct str){room, 6};
}

/* Envelopes of a version that is not defined are checked as those of 004010. */
const struct def_segment *x12_envelope_def(struct x12_read *r, struct str tag)
{
	const struct def_segment *s = NULL;
	struct faults f;
	char room[6];

	if (!r->o.defs)
		return NULL;
	faults_init(&f, &r->scratch);
	const struct str version = version_in_force(r, room);
	s = defs_segment(r->o.defs, STR("x12"), version, tag, &f);
	if (!s && r->where != X12_IN_ST)
		s = defs_segment(r->o.defs, STR("x12"), STR("004010"), tag, &f);
	return s;
}

/* Control numbers of interchanges are unique between two parties: here, in one file. */
void x12_envelope_interchange(struct x12_read *r, struct diag *d)
{
	const struct edi_context *c = &r->ctx;
	const struct str key = arena_printf(&r->scratch,
		STR_FMT ":" STR_FMT "\n" STR_FMT ":" STR_FMT "\n" STR_FMT, STR_ARG(c->sender_qual),
		STR_ARG(c->sender), STR_ARG(c->receiver_qual), STR_ARG(c->receiver),
		STR_ARG(c->reference));

	seen_clear(&r->groups);
	if (!seen_add(&r->headers, key))
		x12_envelope_add(r, d, "X12-INTERCHANGE-DUPLICATE", SEV_WARNING, 13, c->reference,
			"a number that is new between these parties", "");
}

void x12_envelope_group(struct x12_read *r, const struct segment *s, struct diag *d)
{
	struct edi_context *c = &r->ctx;

	arena_reset(&r->gs);
	c->group_code = arena_str(&r->gs, segment_get(s, 1, 1));
	c->group_version = arena_str(&r->gs, segment_get(s, 8, 1));
	c->group_control = 0;
	c->group_reference = arena_str(&r->gs, segment_get(s, 6, 1));
	(void)x12_envelope_number(c->group_reference, &c->group_control);
	if (!seen_add(&r->groups, text_bare(c->group_reference)))
		x12_envelope_add(r, d, "X12-GROUP-DUPLICATE", SEV_WARNING, 6, c->group_reference,
			"a number that is new in the interchange", "");
	r->st_in_gs = 0;
	r->gs_in_isa++;
	c->groups++;
	seen_clear(&r->seen);
}

static void find_message(struct x12_read *r, struct diag *d)
{
	struct edi_context *c = &r->ctx;

	c->message = edi_message_find(&r->known, &r->o, "x12", c);
	r->plan = c->message ? structure_plan_of(&r->plans, c->message) : NULL;
	if (!c->message && r->o.level >= EDI_STRUCTURE)
		x12_envelope_add(r, d, "X12-SET-UNKNOWN", SEV_ERROR, 1, c->set_id,
			"a message that is defined in this version",
			arena_cstr(&r->scratch, r->known.why));
}

void x12_envelope_set(struct x12_read *r, const struct segment *s, struct diag *d)
{
	struct edi_context *c = &r->ctx;
	const struct str st03 = segment_get(s, 3, 1);

	arena_reset(&r->st);
	c->set_id = arena_str(&r->st, segment_get(s, 1, 1));
	c->set_control = arena_str(&r->st, segment_get(s, 2, 1));
	c->segments = 1;
	c->nloops = 0;
	r->loop = 0;
	r->st_in_gs++;
	c->sets++;
	c->set_version = arena_str(&r->st, str_sub(st03.n >= 6 ? st03 : c->group_version, 0, 6));
	find_message(r, d);
	if (c->message && !str_eq(c->message->group, c->group_code)) {
		char expected[40];
		char rule[120];
		(void)snprintf(expected, sizeof(expected), STR_FMT, STR_ARG(c->message->group));
		(void)snprintf(rule, sizeof(rule),
			"messages " STR_FMT " belong in a group of code " STR_FMT " (GS01)",
			STR_ARG(c->set_id), STR_ARG(c->message->group));
		x12_envelope_add(
			r, d, "X12-GROUP-CODE", SEV_ERROR, 1, c->group_code, expected, rule);
	}
	if (!seen_add(&r->seen, c->set_control))
		x12_envelope_add(r, d, "X12-SET-DUPLICATE", SEV_ERROR, 2, c->set_control,
			"a number that is new in the group",
			"another message of this group has the same control number");
}

/* "SE01 says 5, counted 6" */
static void check_count(const struct x12_read *r, struct diag *d, struct str said, uint64_t counted,
	const char *what)
{
	uint64_t n = 0;
	char expected[40];
	char rule[120];

	if (x12_envelope_number(said, &n) && n == counted)
		return;
	(void)snprintf(expected, sizeof(expected), "%llu", (unsigned long long)counted);
	(void)snprintf(
		rule, sizeof(rule), "the trailer's number of %s is not what was counted", what);
	x12_envelope_add(r, d, "X12-COUNT", SEV_ERROR, 1, said, expected, rule);
}

static void check_number(
	const struct x12_read *r, struct diag *d, struct str said, struct str header)
{
	char expected[80];

	if (str_eq(text_bare(said), text_bare(header)))
		return;
	(void)snprintf(expected, sizeof(expected), STR_FMT, STR_ARG(str_sub(header, 0, 70)));
	x12_envelope_add(r, d, "X12-CONTROL-NUMBER", SEV_ERROR, 2, said, expected,
		"header and trailer have different control numbers");
}

void x12_envelope_totals(const struct x12_read *r, const struct segment *s, struct diag *d)
{
	const struct str said = segment_get(s, 1, 1);
	char what[40];
	uint64_t n = 0;

	if (!x12_envelope_number(said, &n))
		return;
	(void)snprintf(what, sizeof(what), "segments " STR_FMT, STR_ARG(s->node->counts));
	check_count(r, d, said, r->cursor.counted, what);
}

void x12_envelope_set_end(struct x12_read *r, const struct segment *s, struct diag *d)
{
	const struct str said = segment_get(s, 2, 1);
	char expected[80];

	check_count(r, d, segment_get(s, 1, 1), r->ctx.segments, "segments");
	if (str_eq(said, r->ctx.set_control))
		return;
	(void)snprintf(expected, sizeof(expected), "%.*s",
		(int)(r->ctx.set_control.n > 70 ? 70 : r->ctx.set_control.n), r->ctx.set_control.p);
	/* ST02 is a text: zeros in front count. */
	if (str_eq(text_bare(said), text_bare(r->ctx.set_control)))
		x12_envelope_add(r, d, "X12-REFERENCE-ZEROS", SEV_ERROR, 2, said, expected, "");
	else
		x12_envelope_add(r, d, "X12-CONTROL-NUMBER", SEV_ERROR, 2, said, expected,
			"header and trailer have different control numbers");
}

void x12_envelope_group_end(struct x12_read *r, const struct segment *s, struct diag *d)
{
	check_count(r, d, segment_get(s, 1, 1), r->st_in_gs, "messages");
	check_number(r, d, segment_get(s, 2, 1), r->ctx.group_reference);
}

void x12_envelope_interchange_end(struct x12_read *r, const struct segment *s, struct diag *d)
{
	const struct str said = segment_get(s, 1, 1);
	uint64_t n = 0;

	/* An interchange of TA1 alone counts 0 or 1: programs differ. */
	if (!(r->gs_in_isa == 0 && r->ta1_in_isa > 0 && x12_envelope_number(said, &n) && n == 1))
		check_count(r, d, said, r->gs_in_isa, "groups");
	check_number(r, d, segment_get(s, 2, 1), r->ctx.reference);
}
