/*
 * APERAK, the application's word about a message (directories D.96A and D.01B): BGM has the
 * verdict, RFF in front of ERC what it is about, each ERC with FTX and RFF one fault. What 9321
 * means is the partner's own; people read the text.
 *
 * The verdict is that of 4343 (NA, no answer wanted, is none); without it of 1225, then of 1001; without any, faults are a refusal.
 * Below ERC, RFF+LI is the number of one of our line items (1154, or 1156 beside it), any other RFF what may be
 * an item's key. RFF+AGO is the reference of our interchange, RFF+ACW that of the message, or, where it stands
 * alone, of either.
 */
#include "edi/ack_ops.h"

/* By element and code. */
static const struct {
	uint16_t element; /* of BGM */
	const char *code;
	enum ack_verdict verdict;
} verdicts[] = {
	{4, "AP", ACK_ACCEPTED},
	{4, "CA", ACK_WITH_ERRORS},
	{4, "RE", ACK_REJECTED},
	{3, "27", ACK_REJECTED},
	{3, "28", ACK_WITH_ERRORS},
	{3, "29", ACK_ACCEPTED},
	{3, "30", ACK_WITH_ERRORS},
	{3, "34", ACK_WITH_ERRORS},
	{3, "44", ACK_ACCEPTED},
	{3, "45", ACK_WITH_ERRORS},
	{1, "312", ACK_ACCEPTED},
	{1, "313", ACK_REJECTED},
};

/* b->closed: the verdict is known. */
static bool bgm(struct ack_build *b, const struct segment *s)
{
	if (b->opened)
		return ack_damaged(b, 0, s->tag, "only one BGM");
	b->opened = true;
	b->ack->depth = ACK_DEPTH_APPLICATION;
	b->set = ARENA_NEW(b->a, struct ack_set);
	b->next_fault = &b->set->faults;
	*b->next_set = b->set;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]) && !b->closed; i++) {
		if (!str_is(segment_get(s, verdicts[i].element, 1), verdicts[i].code))
			continue;
		b->closed = true;
		b->ack->verdict = verdicts[i].verdict;
	}
	return true;
}

static bool erc(struct ack_build *b, const struct segment *s)
{
	b->fault = ack_add_fault(b);
	b->fault->segment_code = arena_str(b->a, segment_get(s, 1, 1));
	b->fault->text = arena_printf(
		b->a, "code " STR_FMT " of the partner", STR_ARG(b->fault->segment_code));
	return true;
}

static bool ftx(struct ack_build *b, const struct segment *s)
{
	struct str words = {"", 0};

	for (uint16_t i = 1; i <= 5; i++)
		words = ack_join(b->a, words, " ", segment_get(s, 4, i));
	if (b->fault)
		b->fault->text = ack_join(b->a, b->fault->text, ": ", words);
	else
		b->ack->text = ack_join(b->a, b->ack->text, "; ", words);
	return true;
}

static bool rff(struct ack_build *b, const struct segment *s)
{
	const struct str what = segment_get(s, 1, 1);
	const struct str reference = segment_get(s, 1, 2);

	if (b->fault && str_is(what, "LI"))
		b->fault->line = arena_str(
			b->a, reference.n > 0 ? reference : segment_get(s, 1, 3));
	else if (b->fault)
		b->fault->references = ack_join(b->a, b->fault->references, "\n", reference);
	else if (str_is(what, "AGO"))
		ack_reference(b, reference);
	else if (str_is(what, "ACW"))
		b->set->control = arena_str(b->a, reference);
	return true;
}

static bool nothing(struct ack_build *b, const struct segment *s)
{
	(void)b;
	(void)s;
	return true;
}

static bool segment(struct ack_build *b, const struct segment *s)
{
	static const struct ack_row_of rows[] = {{"BGM", bgm}, {"ERC", erc}, {"FTX", ftx},
		{"RFF", rff}, {"DTM", nothing}, {"CNT", nothing}, {"DOC", nothing},
		{"NAD", nothing}, {"CTA", nothing}, {"COM", nothing}, {NULL, NULL}};

	if (!b->opened && !str_is(s->tag, "BGM"))
		return ack_damaged(b, 0, s->tag, "BGM first");
	return ack_take(b, s, rows, "a segment of APERAK");
}

static bool end(struct ack_build *b)
{
	struct ack *k = b->ack;

	if (!b->opened)
		return ack_damaged(b, 0, STR("UNT"), "BGM");
	if (!b->closed && !b->set->faults)
		return ack_damaged(
			b, 0, STR("BGM"), "a verdict: 4343 AP, CA or RE, 1225, or faults (ERC)");
	if (!b->closed)
		k->verdict = ACK_REJECTED;
	if (k->verdict == ACK_ACCEPTED && b->set->faults)
		k->verdict = ACK_WITH_ERRORS;
	b->set->verdict = k->verdict;
	b->set->text = k->text;
	if (k->about_reference.n == 0 && b->set->control.n > 0) {
		ack_reference(b, b->set->control);
		k->about_either = true;
		b->set->control = STR("");
	}
	return true;
}

const struct ack_ops ack_aperak_ops = {.format = "edifact",
	.kind = "APERAK",
	.kinds = {[ACK_DEPTH_APPLICATION] = "APERAK"},
	.segment = segment,
	.end = end};
