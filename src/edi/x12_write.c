/*
 * The X12 writer; see x12_write.h. ISA has fixed fields; trailing empty elements and components
 * are never written (X12.6); numbers of type R are written in their shortest form.
 */
#include "edi/x12_write.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "edi/element.h"
#include "edi/text.h"

static const char default_repetition = '^';

static char repetition_of(const struct x12_profile *p)
{
	return p->repetition ? p->repetition : default_repetition;
}

static bool repeats(const struct x12_profile *p)
{
	return str_cmp(p->isa_version, STR("00402")) >= 0;
}

static bool usable(char c)
{
	return c != 0 && c != ' ' && !str_is_alpha(c) && !str_is_digit(c) &&
		(unsigned char)c < 0x80;
}

static int check_separators(const struct x12_profile *p, struct err *e)
{
	const struct {
		const char *name;
		char c;
	} all[] = {{"element", p->element}, {"component", p->component},
		{"terminator", p->terminator},
		{"repetition", repeats(p) ? repetition_of(p) : '\0'}};
	const size_t n = repeats(p) ? 4 : 3;

	for (size_t i = 0; i < n; i++) {
		if (!usable(all[i].c))
			return err_set(e, ERR_CONFIG,
				"%s separator: byte 0x%02X cannot be one; expected an ASCII character that is "
				"no letter, digit or blank",
				all[i].name, (unsigned)(unsigned char)all[i].c);
		for (size_t k = 0; k < i; k++)
			if (all[k].c == all[i].c)
				return err_set(e, ERR_CONFIG,
					"%s and %s separator are the same character; choose two",
					all[k].name, all[i].name);
	}
	return 0;
}

static bool is_header_text(const struct x12_profile *p, struct str s)
{
	const char r = repeats(p) ? repetition_of(p) : p->element;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e || s.p[i] == p->element ||
			s.p[i] == p->component || s.p[i] == p->terminator || s.p[i] == r)
			return false;
	return true;
}

static int check_text(const struct x12_profile *p, const char *name, struct str s, size_t min,
	size_t max, struct err *e)
{
	if (s.n < min || s.n > max)
		return err_set(e, ERR_CONFIG,
			"%s: '" STR_FMT "' has %zu characters; expected %zu to %zu", name,
			STR_ARG(s), s.n, min, max);
	if (!is_header_text(p, s))
		return err_set(e, ERR_CONFIG,
			"%s: '" STR_FMT
			"' holds a separator or a character that is not printable ASCII",
			name, STR_ARG(s));
	return 0;
}

static int check_version(const char *name, struct str s, size_t digits, size_t max, struct err *e)
{
	if (s.n < digits || s.n > max || !str_is_digits(str_sub(s, 0, digits)))
		return err_set(e, ERR_CONFIG,
			"%s: '" STR_FMT "' is no version; expected such as %s", name, STR_ARG(s),
			digits == 5 ? "00401" : "004010");
	return 0;
}

int x12_write_check_profile(const struct x12_profile *p, struct err *e)
{
	if (check_version("interchange version (ISA12)", p->isa_version, 5, 5, e) == -1 ||
		check_version("group version (GS08)", p->group_version, 6, 12, e) == -1)
		return -1;
	if (check_separators(p, e) == -1 ||
		check_text(p, "sender qualifier (ISA05)", p->sender_qual, 2, 2, e) == -1 ||
		check_text(p, "sender (ISA06)", p->sender, 1, 15, e) == -1 ||
		check_text(p, "receiver qualifier (ISA07)", p->receiver_qual, 2, 2, e) == -1 ||
		check_text(p, "receiver (ISA08)", p->receiver, 1, 15, e) == -1 ||
		check_text(p, "group sender (GS02)", p->group_sender, 2, 15, e) == -1 ||
		check_text(p, "group receiver (GS03)", p->group_receiver, 2, 15, e) == -1 ||
		check_text(p, "group version (GS08)", p->group_version, 6, 12, e) == -1)
		return -1;
	if (p->usage != 'P' && p->usage != 'T')
		return err_set(e, ERR_CONFIG, "usage (ISA15) is neither P nor T");
	if (!date_valid(p->when.year, p->when.month, p->when.day))
		return err_set(e, ERR_CONFIG, "the date of the interchange (ISA09) does not exist");
	return 0;
}

bool x12_write_check(struct element_rules *r, const struct segment *s, struct diag *d,
	const struct finding *about)
{
	struct finding f = about ? *about : (struct finding){.severity = 0};
	const struct element_check c = {.d = d, .about = &f, .level = EDI_NOTES, .rules = r};
	const size_t before = d->errors;

	f.segment = s->tag;
	f.segment_at = s->position ? s->position : f.segment_at;
	if (!element_check_segment(&c, s))
		return false;
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->values[i].text.n; k++)
			if (s->values[i].text.p[k] != ' ')
				return true;
	f.code = STR("X12-SEGMENT-EMPTY");
	f.severity = SEV_ERROR;
	diag_add(d, &f);
	return d->errors == before;
}

static void put_latin1(struct buf *b, struct str s)
{
	size_t at = 0;

	for (;;) {
		const size_t from = at;
		at = utf8_ascii(s, at);
		buf_put(b, s.p + from, at - from);
		if (at == s.n)
			return;
		buf_ch(b, (char)(unsigned char)utf8_next(s, &at));
	}
}

/* The text as it is written: without blanks at the end, numbers in their form. */
static struct str final_text(
	const struct segment *s, const struct value *v, char *room, size_t size)
{
	const struct def_part *p = defs_leaf(s->def, v->element, v->component);
	const struct def_element *e = p ? p->element : NULL;
	const uint16_t min = e && e->min < 100 ? e->min : 1;
	struct str t = v->text;

	if (e && e->type == DEF_B)
		return t;
	if (e && (e->type == DEF_R || (e->type == DEF_N && t.n < min)) && t.n + min + 2 < size) {
		struct str shorter;
		if (text_canonical(t, min, room, &shorter))
			return shorter;
	}
	if (t.n > 0 && t.p[t.n - 1] == ' ') {
		const struct str bare = text_trim(t, 0);
		t = bare.n == 0 ? bare : text_trim(t, min);
	}
	return t;
}

void x12_write_segment(const struct x12_profile *p, const struct segment *s, struct buf *out)
{
	const char rep = repetition_of(p);
	uint16_t element = 0;
	uint16_t repetition = 1;
	uint16_t component = 1;
	char room[512];

	buf_put(out, s->tag.p, s->tag.n);
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		const struct str t = final_text(s, v, room, sizeof(room));
		if (t.n == 0)
			continue;
		for (; element < v->element; element++) {
			buf_ch(out, p->element);
			repetition = 1;
			component = 1;
		}
		for (; repetition < v->repetition; repetition++) {
			buf_ch(out, rep);
			component = 1;
		}
		for (; component < v->component; component++)
			buf_ch(out, p->component);
		if (p->repertoire == X12_LATIN1)
			put_latin1(out, t);
		else
			buf_put(out, t.p, t.n);
	}
	buf_ch(out, p->terminator);
	if (p->newline)
		buf_ch(out, '\n');
}
