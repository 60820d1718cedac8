/*
 * 997, the functional acknowledgment: AK1, for each set answered AK2, its faults AK3 with AK4, AK5;
 * then AK9. AK2 may be left out. Read with its own small state, so that a version without
 * definitions is understood too. 999, the one by a guide, is the same with IK3, IK4 and IK5, and
 * CTX behind a fault; which it is says ST01, and neither has the other's segments.
 */
#include <stdio.h>

#include "edi/ack_codes.h"
#include "edi/ack_codes.h"
#include "edi/ack_ops.h"

/* Letters of AK501 and AK901. M, W and X are refusals by a security check. */
static bool verdict_of(struct str letter, enum ack_verdict *v)
{
	if (letter.n != 1)
		return false;
	switch (letter.p[0]) {
	case 'A':
		*v = ACK_ACCEPTED;
		return true;
	case 'E':
		*v = ACK_WITH_ERRORS;
		return true;
	case 'P':
		*v = ACK_PARTIAL;
		return true;
	case 'R':
	case 'M':
	case 'W':
	case 'X':
		*v = ACK_REJECTED;
		return true;
	default:
		return false;
	}
}

static const char *security_text(struct str letter)
{
	switch (letter.n == 1 ? letter.p[0] : ' ') {
	case 'M':
		return "refused: the authentication code is wrong";
	case 'W':
		return "refused: the assurance (signature) failed";
	case 'X':
		return "refused: it could not be decrypted";
	default:
		return "";
	}
}

static void codes(struct ack_build *b, const struct segment *s, uint16_t from, struct str list,
	struct str *joined, struct str *text)
{
	*text = str_c(security_text(segment_get(s, 1, 1)));
	for (uint16_t i = from; i < from + 5; i++) {
		const struct str code = segment_get(s, i, 1);
		if (code.n == 0)
			continue;
		*joined = ack_join(b->a, *joined, " ", code);
		*text = ack_join(b->a, *text, "; ", ack_codes_find(list, code));
	}
	*text = arena_str(b->a, *text);
}

static bool ak1(struct ack_build *b, const struct segment *s)
{
	if (b->opened)
		return ack_damaged(b, 0, s->tag, "only one AK1");
	b->opened = true;
	b->ack->depth = ACK_DEPTH_SYNTAX;
	b->ack->group_code = arena_str(b->a, segment_get(s, 1, 1));
	if (b->ack->group_code.n == 0)
		return ack_damaged(b, 1, b->ack->group_code, "the code of a group");
	return ack_number(b, s, 2, 999999999, &b->ack->about_group);
}

static bool ak2(struct ack_build *b, const struct segment *s)
{
	if (b->set)
		return ack_damaged(b, 0, s->tag, "the set's verdict before another AK2");
	b->set = ARENA_NEW(b->a, struct ack_set);
	b->set->id = arena_str(b->a, segment_get(s, 1, 1));
	b->set->control = arena_str(b->a, segment_get(s, 2, 1));
	if (b->set->id.n == 0 || b->set->control.n == 0)
		return ack_damaged(b, b->set->id.n == 0 ? 1 : 2, STR(""), "a value");
	b->next_fault = &b->set->faults;
	b->fault = NULL;
	b->element = NULL;
	return true;
}

static bool ak3(struct ack_build *b, const struct segment *s)
{
	uint64_t at = 0;
	struct ack_fault *f = NULL;

	if (!b->set)
		return ack_damaged(b, 0, s->tag, "AK2 before its faults");
	if (!ack_number(b, s, 2, 9999999999u, &at))
		return false;
	f = ack_add_fault(b);
	f->segment = arena_str(b->a, segment_get(s, 1, 1));
	f->segment_at = at > UINT32_MAX ? UINT32_MAX : (uint32_t)at;
	f->loop = arena_str(b->a, segment_get(s, 3, 1));
	f->segment_code = arena_str(b->a, segment_get(s, 4, 1));
	f->text = ack_codes_find(STR("720"), f->segment_code);
	b->fault = f;
	b->element = NULL;
	return true;
}

/* The first AK4 completes the fault of its AK3; each other is one of its own in the same segment. */
static bool ak4(struct ack_build *b, const struct segment *s)
{
	uint64_t element = 0;
	int64_t component = 0;
	struct ack_fault *f = b->fault;

	if (!f)
		return ack_damaged(b, 0, s->tag, "the segment before its elements");
	if (!ack_number(b, s, 1, UINT16_MAX, &element))
		return false;
	if (segment_get(s, 1, 2).n > 0 &&
		(!str_to_i64(segment_get(s, 1, 2), &component) || component < 0 ||
			component > UINT16_MAX))
		return ack_damaged(b, 1, segment_get(s, 1, 2), "a position");
	if (b->element)
		f = ack_add_fault_beside(b);
	b->element = f;
	f->element = (uint16_t)element;
	f->component = (uint16_t)component;
	f->element_id = arena_str(b->a, segment_get(s, 2, 1));
	f->element_code = arena_str(b->a, segment_get(s, 3, 1));
	f->value = arena_str(b->a, segment_get(s, 4, 1));
	f->text = ack_codes_find(STR("723"), f->element_code);
	return true;
}

static bool ak5(struct ack_build *b, const struct segment *s)
{
	if (!b->set)
		return ack_damaged(b, 0, s->tag, "AK2 before its verdict");
	if (!verdict_of(segment_get(s, 1, 1), &b->set->verdict))
		return ack_damaged(b, 1, segment_get(s, 1, 1), "A, E, M, P, R, W or X");
	codes(b, s, 2, STR("718"), &b->set->codes, &b->set->text);
	*b->next_set = b->set;
	b->next_set = &b->set->next;
	b->set = NULL;
	b->fault = NULL;
	return true;
}

static bool ak9(struct ack_build *b, const struct segment *s)
{
	uint64_t n[3] = {0, 0, 0};

	if (b->set)
		return ack_damaged(b, 0, s->tag, "the set's verdict before AK9");
	if (b->closed)
		return ack_damaged(b, 0, s->tag, "only one AK9");
	if (!verdict_of(segment_get(s, 1, 1), &b->ack->verdict))
		return ack_damaged(b, 1, segment_get(s, 1, 1), "A, E, M, P, R, W or X");
	for (uint16_t i = 0; i < 3; i++)
		if (!ack_number(b, s, (uint16_t)(i + 2), UINT32_MAX, &n[i]))
			return false;
	b->ack->sets_claimed = (uint32_t)n[0];
	b->ack->sets_received = (uint32_t)n[1];
	b->ack->sets_accepted = (uint32_t)n[2];
	codes(b, s, 5, STR("716"), &b->ack->codes, &b->ack->text);
	b->closed = true;
	return true;
}

/* What a fault depends on: more words for the partner's own programmers. */
static bool ctx(struct ack_build *b, const struct segment *s)
{
	return b->fault || ack_damaged(b, 0, s->tag, "the segment before its context");
}

static bool take(struct ack_build *b, const struct segment *s, const struct ack_row_of *rows,
	const char *expected)
{
	if (!str_is(s->tag, "AK1") && (!b->opened || b->closed))
		return ack_damaged(b, 0, s->tag, b->closed ? "nothing behind AK9" : "AK1 first");
	return ack_take(b, s, rows, expected);
}

static bool segment_997(struct ack_build *b, const struct segment *s)
{
	static const struct ack_row_of rows[] = {{"AK1", ak1}, {"AK2", ak2}, {"AK3", ak3},
		{"AK4", ak4}, {"AK5", ak5}, {"AK9", ak9}, {NULL, NULL}};

	return take(b, s, rows, "a segment of 997: AK1 to AK5 or AK9");
}

static bool segment_999(struct ack_build *b, const struct segment *s)
{
	static const struct ack_row_of rows[] = {{"AK1", ak1}, {"AK2", ak2}, {"IK3", ak3},
		{"CTX", ctx}, {"IK4", ak4}, {"IK5", ak5}, {"AK9", ak9}, {NULL, NULL}};

	return take(b, s, rows, "a segment of 999: AK1, AK2, IK3, CTX, IK4, IK5 or AK9");
}

static void count_warning(
	const struct ack_build *b, uint16_t element, const char *found, const char *fmt, uint32_t n)
{
	struct finding f = b->here;
	char expected[100];

	(void)snprintf(expected, sizeof(expected), "%u %s", n, fmt);
	f.code = STR("X12-ACK-COUNT");
	f.severity = SEV_WARNING;
	f.segment = STR("AK9");
	f.element = element;
	f.found = str_c(found);
	f.expected = str_c(expected);
	diag_add(b->d, &f);
	b->ack->doubt = arena_printf(
		b->a, "X12-ACK-COUNT: AK9%02u is %s, but %s", element, found, expected);
}

/* Sets that were accepted may be left out, so only what cannot be is reported. */
static void compare_counts(const struct ack_build *b)
{
	const struct ack *k = b->ack;
	char received[24];
	char taken[24];
	uint32_t listed = 0;
	uint32_t accepted = 0;

	(void)snprintf(received, sizeof(received), "%u", k->sets_received);
	(void)snprintf(taken, sizeof(taken), "%u", k->sets_accepted);
	for (const struct ack_set *s = k->sets; s; s = s->next) {
		listed++;
		if (s->verdict == ACK_ACCEPTED || s->verdict == ACK_WITH_ERRORS)
			accepted++;
	}
	if (listed == 0)
		return;
	if (listed > k->sets_received)
		count_warning(b, 3, received, "sets are answered (AK2)", listed);
	else if (accepted > k->sets_accepted)
		count_warning(b, 4, taken, "sets are accepted in AK5", accepted);
	else if (k->sets_received - (listed - accepted) < k->sets_accepted)
		count_warning(b, 4, taken, "sets at most, by AK5",
			k->sets_received - (listed - accepted));
	else if (k->verdict == ACK_ACCEPTED && accepted < listed)
		count_warning(b, 1, "A", "sets are refused in AK5", listed - accepted);
}

static bool end(struct ack_build *b)
{
	if (!b->closed)
		return ack_damaged(b, 0, STR("SE"), b->opened ? "AK9 before SE" : "AK1");
	compare_counts(b);
	return true;
}

const struct ack_ops ack_997_ops = {.format = "x12",
	.kind = "997",
	.kinds = {[ACK_DEPTH_SYNTAX] = "997"},
	.segment = segment_997,
	.end = end};
const struct ack_ops ack_997_guide_ops = {.format = "x12",
	.kind = "999",
	.kinds = {[ACK_DEPTH_SYNTAX] = "999"},
	.segment = segment_999,
	.end = end};
