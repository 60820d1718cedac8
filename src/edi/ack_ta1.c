/* TA1: the receiver's word about one interchange (X12.5). */
#include "edi/ack_codes.h"
#include "edi/ack_codes.h"
#include "edi/ack_ops.h"

static bool segment(struct ack_build *b, const struct segment *s)
{
	const struct str letter = segment_get(s, 4, 1);
	struct ack *k = b->ack;

	if (!ack_number(b, s, 1, 999999999, &k->about_isa))
		return false;
	k->about_date = arena_str(b->a, segment_get(s, 2, 1));
	k->about_time = arena_str(b->a, segment_get(s, 3, 1));
	if (str_is(letter, "A"))
		k->verdict = ACK_ACCEPTED;
	else if (str_is(letter, "E"))
		k->verdict = ACK_WITH_ERRORS;
	else if (str_is(letter, "R"))
		k->verdict = ACK_REJECTED;
	else
		return ack_damaged(b, 4, letter, "A, E or R");
	k->codes = arena_str(b->a, segment_get(s, 5, 1));
	k->text = ack_codes_find(STR("I18"), k->codes);
	return true;
}

const struct ack_ops ack_ta1_ops = {.format = "x12",
	.kind = "TA1",
	.kinds = {[ACK_DEPTH_INTERCHANGE] = "TA1"},
	.segment = segment};
