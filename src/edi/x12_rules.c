/* Elements of X12; see x12_rules.h. The character sets are those of X12.6: basic and extended. */
#include "edi/x12_rules.h"

#include "edi/text.h"

static const struct element_repertoire repertoires[] = {
	[X12_BASIC] = {.name = "the basic character set",
		.lacks = "#$%<>@[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
		.top = 0x7f},
	[X12_EXTENDED] = {.name = "the extended character set", .lacks = "^`", .top = 0x7f},
	[X12_LATIN1] = {.name = "ISO 8859-1", .lacks = "", .top = 0xff},
	[X12_UTF8] = {.name = "UTF-8", .lacks = "", .top = UINT32_MAX},
};

static const struct element_repertoire anything = {
	.name = "printable characters", .lacks = "", .top = UINT32_MAX};

/* How long a number is as it is written: with zeros in front, or in its shortest form. */
static size_t written(struct str s, const struct def_element *e, size_t n)
{
	char room[600];
	struct str shortest;

	if (n < e->min)
		return e->min;
	if (n > e->max && e->type == DEF_R && s.n < 256 &&
		text_canonical(s, e->min < 256 ? e->min : 256, room, &shortest))
		return text_digits(shortest, true);
	return n;
}

static const struct element_fault *number(
	const struct element_syntax *x, struct str s, const struct def_element *e, size_t *digits)
{
	static const struct element_fault faults[] = {
		{"ELEMENT-TYPE", "the value is not a number of this kind",
			"digits only, perhaps with '-' in front"},
		{"ELEMENT-TYPE", "the value is not a number of this kind",
			"digits, perhaps with '-' in front and one '.'"}};
	const bool point = e->type == DEF_R;
	const size_t n = text_digits(s, point);

	if (n == SIZE_MAX)
		return &faults[point];
	*digits = x->writing ? written(s, e, n) : n;
	return NULL;
}

struct element_rules *x12_rules_new(const struct x12_profile *p)
{
	struct element_syntax x = {.format = STR("x12"), .repertoire = anything, .number = number};

	if (p) {
		const bool repeats = str_cmp(p->isa_version, STR("00402")) >= 0;
		x.writing = true;
		x.repertoire = repertoires[p->repertoire];
		x.reserved[0] = p->element;
		x.reserved[1] = p->component;
		x.reserved[2] = p->terminator;
		x.reserved[3] = !repeats ? '\0' : p->repetition ? p->repetition : '^';
		if (!repeats)
			x.no_repeat = "interchanges before version 00402 have no repetition";
	}
	return element_rules_new(&x);
}
