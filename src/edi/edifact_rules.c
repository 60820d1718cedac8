/*
 * Elements of EDIFACT; see edifact_rules.h. A decimal mark stands between digits; '-' may stand in
 * front of a number that may have one, and neither counts as a character (ISO 9735-1).
 */
#include "edi/edifact_rules.h"

#include <string.h>

#include "edi/edifact_charset.h"

enum { WRONG_WHOLE, WRONG_NUMBER, WRONG_MARK, WRONG_PLACE };

static const struct element_fault faults[] = {
	[WRONG_WHOLE] = {"ELEMENT-TYPE", "the value is not a number of this kind", "digits only"},
	[WRONG_NUMBER] = {"ELEMENT-TYPE", "the value is not a number of this kind",
		"digits, perhaps with '-' in front and one decimal mark"},
	[WRONG_MARK] = {"DECIMAL-MARK", "the decimal mark is not the one of the interchange",
		"the mark that UNA names"},
	[WRONG_PLACE] = {"DECIMAL-DIGIT", "the decimal mark does not stand between digits",
		"a digit in front of the mark and one behind it"},
};

static const struct element_fault *whole(struct str s, size_t *digits)
{
	*digits = s.n;
	return str_is_digits(s) ? NULL : &faults[WRONG_WHOLE];
}

/* With marks that count. bare: nothing in front of the mark is a zero that the writer adds. */
static const struct element_fault *decimal(
	struct str s, const char *marks, bool bare, size_t *digits)
{
	const size_t first = s.n > 0 && s.p[0] == '-' ? 1 : 0;
	size_t mark = SIZE_MAX;

	for (size_t i = first; i < s.n; i++) {
		if (str_is_digit(s.p[i]))
			continue;
		if ((s.p[i] != '.' && s.p[i] != ',') || mark != SIZE_MAX)
			return &faults[WRONG_NUMBER];
		mark = i;
	}
	*digits = s.n - first;
	if (*digits == 0)
		return &faults[WRONG_NUMBER];
	if (mark == SIZE_MAX)
		return NULL;
	if (!strchr(marks, s.p[mark]))
		return &faults[WRONG_MARK];
	if (mark + 1 == s.n || (mark == first && !bare))
		return &faults[WRONG_PLACE];
	*digits -= mark == first ? 0 : 1;
	return NULL;
}

static const struct element_fault *number(
	const struct element_syntax *x, struct str s, const struct def_element *e, size_t *digits)
{
	const struct element_fault *wrong = e->type == DEF_R
		? decimal(s, x->marks, x->writing, digits)
		: whole(s, digits);

	if (!wrong && x->writing && *digits < e->min) /* zeros are written in front */
		*digits = e->min;
	return wrong;
}

struct element_rules *edifact_rules_write(const struct edifact_profile *p)
{
	struct element_syntax x = {
		.format = STR("edifact"), .writing = true, .marks = ".", .number = number};

	x.repertoire = p->set->repertoire;
	if (p->release == ' ') {
		x.reserved[0] = p->element;
		x.reserved[1] = p->component;
		x.reserved[2] = p->terminator;
		x.reserved[3] = p->repetition;
	}
	if (p->version != '4')
		x.no_repeat = "versions 1 to 3 of the syntax have no repetition";
	return element_rules_new(&x);
}

struct element_rules *edifact_rules_read(const char *marks)
{
	const struct element_syntax x = {.format = STR("edifact"),
		.repertoire = {.name = "printable characters", .lacks = "", .top = UINT32_MAX},
		.marks = marks,
		.number = number};

	return element_rules_new(&x);
}
