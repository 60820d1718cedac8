/* Relational notes; see notes.h. D1 to D7 of EDIFACT are O P R E C L F. */
#include "edi/notes.h"

#include <stdio.h>

/* The first element of a note that is there, or with want false is not; 0 none. */
static uint16_t first_of(
	const struct def_note *n, const struct notes_present *p, bool want, uint8_t from)
{
	for (uint8_t i = from; i < n->n; i++)
		if (notes_has(p, n->at[i]) == want)
			return n->at[i];
	return 0;
}

/* "LIN04, LIN05" */
static void note_text(const struct def_note *n, const char *tag, int width, char *out, size_t size)
{
	size_t at = 0;

	for (uint8_t i = 0; i < n->n && at + 12 < size; i++) {
		const int k = snprintf(out + at, size - at, "%s%.*s%02u", i ? ", " : "", width, tag,
			(unsigned)n->at[i]);
		at += k > 0 ? (size_t)k : 0;
	}
}

/* Of elements that are not there, that one is named which the map would have filled. True: why it
 * is empty has been told, and the note says nothing new. */
static bool missing(const struct segment *s, const struct def_note *n,
	const struct notes_present *p, uint16_t *element)
{
	bool named = false;

	for (uint8_t i = 0; i < n->n; i++) {
		if (notes_has(p, n->at[i]))
			continue;
		if (segment_told(s, n->at[i]))
			return true;
		if (!named && segment_gap(s, n->at[i], 0)) {
			named = true;
			*element = n->at[i];
		}
	}
	return false;
}

static void broken(struct finding_place *a, const struct def_note *n, const struct notes_present *p,
	uint16_t element, const char *code, const char *rule)
{
	char list[120] = "";
	struct finding_place b = *a;

	if (!notes_has(p, element) && missing(a->s, n, p, &element))
		return;
	note_text(n, a->s->tag.p, (int)(a->s->tag.n > 3 ? 3 : a->s->tag.n), list, sizeof(list));
	b.v = NULL;
	b.element = element;
	b.component = 0;
	b.repetition = 0;
	b.part = defs_part(a->s->def, element);
	finding_add(&b, code, SEV_ERROR, rule, "note %c of %s", n->kind, list);
}

/* The second element of a note that is there; 0 none. */
static uint16_t more_than_one(const struct def_note *n, const struct notes_present *p)
{
	bool one = false;

	for (uint8_t i = 0; i < n->n; i++) {
		if (!notes_has(p, n->at[i]))
			continue;
		if (one)
			return n->at[i];
		one = true;
	}
	return 0;
}

static void check_note(
	struct finding_place *a, const struct def_note *n, const struct notes_present *p)
{
	const bool head = n->n > 0 && notes_has(p, n->at[0]);
	const uint16_t some = first_of(n, p, true, 0);
	const uint16_t none = first_of(n, p, false, 0);
	const uint16_t second = more_than_one(n, p);

	switch (n->kind) {
	case DEF_PAIRED:
		if (some && none)
			broken(a, n, p, none, "NOTE-PAIRED",
				"if one of these is there, all must be");
		break;
	case DEF_REQUIRED:
		if (!some)
			broken(a, n, p, none, "NOTE-REQUIRED",
				"at least one of these must be there");
		break;
	case DEF_EXCLUSIVE:
		if (second)
			broken(a, n, p, second, "NOTE-EXCLUSIVE", "only one of these may be there");
		break;
	case DEF_CONDITIONAL:
		if (head && none)
			broken(a, n, p, none, "NOTE-CONDITIONAL",
				"if the first is there, all others must be");
		break;
	case DEF_LIST:
		if (head && !first_of(n, p, true, 1))
			broken(a, n, p, n->n > 1 ? n->at[1] : n->at[0], "NOTE-LIST",
				"if the first is there, at least one other must be");
		break;
	case DEF_ONE:
		if (!some || second)
			broken(a, n, p, some ? second : none, "NOTE-ONE",
				"exactly one of these must be there");
		break;
	case DEF_FIRST:
		if (head && second)
			broken(a, n, p, second, "NOTE-FIRST",
				"if the first is there, none of the others may be");
		break;
	default:
		break;
	}
}

/* Notes about the first 64 elements, by sets of bits. False: look closely. */
static bool note_ok(const struct def_note *n, uint64_t there)
{
	uint64_t all = 0;
	uint64_t head = 0;
	uint64_t some = 0;

	for (uint8_t i = 0; i < n->n; i++) {
		const unsigned bit = (unsigned)n->at[i] - 1;
		if (bit > 63)
			return false;
		all |= (uint64_t)1 << bit;
		if (i == 0)
			head = all;
	}
	some = there & all;
	switch (n->kind) {
	case DEF_PAIRED:
		return some == 0 || some == all;
	case DEF_REQUIRED:
		return some != 0;
	case DEF_EXCLUSIVE:
		return (some & (some - 1)) == 0;
	case DEF_ONE:
		return some != 0 && (some & (some - 1)) == 0;
	case DEF_FIRST:
		return !(there & head) || some == head;
	case DEF_CONDITIONAL:
		return !(there & head) || some == all;
	default:
		return !(there & head) || some != head;
	}
}

/* Most notes are about elements behind the last that is there: nothing to do for them. */
static bool is_beyond(const struct def_note *n, uint16_t last)
{
	if (n->kind == DEF_REQUIRED || n->kind == DEF_ONE || n->at[0] <= last)
		return false;
	return n->kind == DEF_CONDITIONAL || n->kind == DEF_LIST || n->kind == DEF_FIRST ||
		(n->n == 2 && n->at[1] > last);
}

bool notes_check(struct finding_place *a, const struct notes_present *there, uint16_t last)
{
	const struct def_segment *def = a->s->def;
	bool good = true;

	for (size_t i = 0; i < def->nnotes; i++) {
		if (is_beyond(&def->notes[i], last) || note_ok(&def->notes[i], there->bits[0]))
			continue;
		check_note(a, &def->notes[i], there);
		good = false;
	}
	return good;
}
