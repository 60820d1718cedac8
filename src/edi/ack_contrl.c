/*
 * CONTRL, the syntax and service report (ISO 9735-4, syntax versions 3 and 4): UCI about the
 * interchange, UCM about each message it speaks of, UCF about groups; UCS and UCD say where. Read
 * with its own small state, so that a version without definitions is understood too.
 *
 * Actions (0083): 4 this and all below is refused; 7 it is taken, and so is all below that is not
 * refused; 8, 5 and 6 speak of the envelope only, as TA1 does. 1, 2 and 3 are of an older list.
 */
#include "edi/ack_codes.h"
#include "edi/ack_ops.h"

enum { ACTIONS_ALL = 8 };

static const struct {
	enum ack_verdict verdict;
	bool envelope; /* nothing is said of the content */
	const char *kind;
} actions[ACTIONS_ALL + 1] = {
	[1] = {ACK_ACCEPTED, false, "CONTRL"},
	[2] = {ACK_WITH_ERRORS, false, "CONTRL"},
	[3] = {ACK_PARTIAL, false, "CONTRL"},
	[4] = {ACK_REJECTED, false, "CONTRL"},
	[5] = {ACK_ACCEPTED, true, "CONTRL-5"},
	[6] = {ACK_REJECTED, true, "CONTRL-6"},
	[7] = {ACK_ACCEPTED, false, "CONTRL"},
	[8] = {ACK_ACCEPTED, true, "CONTRL-8"},
};

/* 0 when it is none. */
static size_t action_of(struct str code)
{
	return code.n == 1 && code.p[0] >= '1' && code.p[0] <= '8' ? (size_t)(code.p[0] - '0') : 0;
}

/* S011 counts the tag of the segment as 1, so the first element is 2. */
static bool place(struct ack_build *b, const struct segment *s, uint16_t at, uint16_t *element,
	uint16_t *component)
{
	const struct str texts[] = {segment_get(s, at, 1), segment_get(s, at, 2)};
	int64_t n[2] = {1, 0};

	for (size_t i = 0; i < 2; i++) {
		if (texts[i].n == 0)
			continue;
		if (!str_is_digits(texts[i]) || !str_to_i64(texts[i], &n[i]) || n[i] > 999)
			return ack_damaged(b, at, texts[i], "a position");
	}
	*element = (uint16_t)(n[0] > 0 ? n[0] - 1 : 0);
	*component = (uint16_t)n[1];
	return true;
}

/* What 0085, the service segment and S011 behind an action say: "CODE", and words with the place. */
static bool tell(struct ack_build *b, const struct segment *s, uint16_t from, struct str *codes,
	struct str *text)
{
	const struct str code = segment_get(s, from, 1);
	const struct str tag = segment_get(s, (uint16_t)(from + 1), 1);
	struct str words = ack_codes_find(STR("0085"), code);
	uint16_t element = 0;
	uint16_t component = 0;

	if (!place(b, s, (uint16_t)(from + 2), &element, &component))
		return false;
	if (ack_joined(*codes, ' ', code)) /* UCF may come a million times */
		return true;
	if (tag.n > 0 && element > 0)
		words = arena_printf(b->a, STR_FMT " (" STR_FMT "%02u%s%.0u)", STR_ARG(words),
			STR_ARG(tag), element, component > 0 ? "-" : "", component);
	else if (tag.n > 0)
		words = arena_printf(b->a, STR_FMT " (" STR_FMT ")", STR_ARG(words), STR_ARG(tag));
	*codes = ack_join(b->a, *codes, " ", code);
	*text = ack_join(b->a, *text, "; ", words);
	return true;
}

static struct ack_party party(const struct ack_build *b, const struct segment *s, uint16_t element)
{
	return (struct ack_party){.qualifier = arena_str(b->a, segment_get(s, element, 2)),
		.id = arena_str(b->a, segment_get(s, element, 1))};
}

static bool uci(struct ack_build *b, const struct segment *s)
{
	const size_t action = action_of(segment_get(s, 4, 1));
	struct ack *k = b->ack;

	if (b->opened)
		return ack_damaged(b, 0, s->tag, "only one UCI");
	b->opened = true;
	ack_reference(b, segment_get(s, 1, 1));
	k->about_sender = party(b, s, 2);
	k->about_receiver = party(b, s, 3);
	if (action == 0)
		return ack_damaged(b, 4, segment_get(s, 4, 1), "an action, 1 to 8");
	k->verdict = actions[action].verdict;
	k->kind = str_c(actions[action].kind);
	k->depth = actions[action].envelope ? ACK_DEPTH_INTERCHANGE : ACK_DEPTH_SYNTAX;
	return tell(b, s, 5, &k->codes, &k->text);
}

/* What was sent has one group at most: its fate is that of the whole. */
static bool ucf(struct ack_build *b, const struct segment *s)
{
	const size_t action = action_of(segment_get(s, 4, 1));
	struct ack *k = b->ack;

	if (k->depth == ACK_DEPTH_INTERCHANGE)
		return ack_damaged(
			b, 0, s->tag, "nothing of groups where only the envelope is answered");
	if (action == 0)
		return ack_damaged(b, 4, segment_get(s, 4, 1), "an action, 1 to 8");
	if (actions[action].verdict > k->verdict)
		k->verdict = actions[action].verdict;
	return tell(b, s, 5, &k->codes, &k->text);
}

/* Its header or trailer is at fault. */
static bool service_fault(struct ack_build *b, const struct segment *s)
{
	struct ack_fault *f = ack_add_fault(b);

	f->segment = arena_str(b->a, segment_get(s, 5, 1));
	f->segment_at = str_is(f->segment, "UNH") ? 1 : 0;
	f->segment_code = arena_str(b->a, segment_get(s, 4, 1));
	f->text = ack_codes_find(STR("0085"), f->segment_code);
	return place(b, s, 6, &f->element, &f->component);
}

static bool ucm(struct ack_build *b, const struct segment *s)
{
	const size_t action = action_of(segment_get(s, 3, 1));
	struct ack_set *set = ARENA_NEW(b->a, struct ack_set);

	if (b->ack->depth == ACK_DEPTH_INTERCHANGE)
		return ack_damaged(
			b, 0, s->tag, "nothing of messages where only the envelope is answered");
	if (action == 0 || actions[action].envelope)
		return ack_damaged(b, 3, segment_get(s, 3, 1), "an action, 4 or 7");
	set->control = arena_str(b->a, segment_get(s, 1, 1));
	set->id = arena_str(b->a, segment_get(s, 2, 1));
	if (set->control.n == 0)
		return ack_damaged(b, 1, set->control, "the reference of a message");
	set->verdict = actions[action].verdict;
	*b->next_set = set;
	b->next_set = &set->next;
	b->set = set;
	b->next_fault = &set->faults;
	b->fault = NULL;
	b->element = NULL;
	if (segment_get(s, 5, 1).n > 0 && !service_fault(b, s))
		return false;
	return tell(b, s, 4, &set->codes, &set->text);
}

static bool ucs(struct ack_build *b, const struct segment *s)
{
	uint64_t at = 0;
	struct ack_fault *f = NULL;

	if (!b->set)
		return ack_damaged(b, 0, s->tag, "UCM before its faults");
	if (!ack_number(b, s, 1, UINT32_MAX, &at))
		return false;
	f = ack_add_fault(b);
	f->segment_at = (uint32_t)at;
	f->segment_code = arena_str(b->a, segment_get(s, 2, 1));
	f->text = ack_codes_find(STR("0085"), f->segment_code);
	b->fault = f;
	b->element = NULL;
	return true;
}

/* The first completes the fault of its UCS; each other is one of its own in the same segment. */
static bool ucd(struct ack_build *b, const struct segment *s)
{
	struct ack_fault *f = b->fault;

	if (!f)
		return ack_damaged(b, 0, s->tag, "UCS before its elements");
	if (b->element)
		f = ack_add_fault_beside(b);
	b->element = f;
	f->element_code = arena_str(b->a, segment_get(s, 1, 1));
	f->text = ack_codes_find(STR("0085"), f->element_code);
	return place(b, s, 2, &f->element, &f->component);
}

static bool segment(struct ack_build *b, const struct segment *s)
{
	static const struct ack_row_of rows[] = {
		{"UCI", uci}, {"UCM", ucm}, {"UCS", ucs}, {"UCD", ucd}, {"UCF", ucf}, {NULL, NULL}};

	if (!b->opened && !str_is(s->tag, "UCI"))
		return ack_damaged(b, 0, s->tag, "UCI first");
	return ack_take(b, s, rows, "a segment of CONTRL: UCI, UCM, UCS, UCD or UCF");
}

/* The whole is what its messages are: in part refused, or taken with errors. */
static bool end(struct ack_build *b)
{
	struct ack *k = b->ack;

	if (!b->opened)
		return ack_damaged(b, 0, STR("UNT"), "UCI");
	for (struct ack_set *s = k->sets; s; s = s->next) {
		if (s->verdict == ACK_ACCEPTED && s->faults)
			s->verdict = ACK_WITH_ERRORS;
		if (k->verdict < ACK_PARTIAL && s->verdict >= ACK_PARTIAL)
			k->verdict = ACK_PARTIAL;
		else if (k->verdict == ACK_ACCEPTED)
			k->verdict = s->verdict;
	}
	return true;
}

const struct ack_ops ack_contrl_ops = {.format = "edifact",
	.kind = "CONTRL",
	.kinds = {[ACK_DEPTH_INTERCHANGE] = "CONTRL-5 CONTRL-6 CONTRL-8",
		[ACK_DEPTH_SYNTAX] = "CONTRL"},
	.segment = segment,
	.end = end};
