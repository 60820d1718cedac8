/*
 * The EDIFACT writer; see edifact_write.h. Separators inside values are released, the decimal mark is
 * not: it separates nothing. Trailing empty elements and components are never written.
 */
#include "edi/edifact_write.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "edi/edifact_charset.h"
#include "edi/edifact_rules.h"
#include "edi/finding.h"
#include "edi/text.h"

/* --- the profile --- */

void edifact_write_defaults(struct edifact_profile *p)
{
	p->component = p->component ? p->component : ':';
	p->element = p->element ? p->element : '+';
	p->decimal = p->decimal ? p->decimal : '.';
	p->release = p->release ? p->release : '?';
	p->terminator = p->terminator ? p->terminator : '\'';
	if (p->version != '4')
		p->repetition = 0;
	else if (!p->repetition)
		p->repetition = '*';
	p->set = edifact_charset_find(p->syntax);
}

static bool usable(char c)
{
	return (unsigned char)c > 0x1b && c != ' ' && (unsigned char)c < 0x7f && !str_is_alpha(c) &&
		!str_is_digit(c);
}

static int check_separators(const struct edifact_profile *p, struct err *e)
{
	const struct {
		const char *name;
		char c;
	} all[] = {{"component separator", p->component}, {"element separator", p->element},
		{"segment terminator", p->terminator}, {"release character", p->release},
		{"repetition separator", p->repetition}};

	if (p->decimal != '.' && p->decimal != ',')
		return err_set(e, ERR_CONFIG, "decimal mark: expected . or ,");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if ((i == 3 && all[i].c == ' ') || (i == 4 && all[i].c == 0))
			continue;
		if (!usable(all[i].c))
			return err_set(e, ERR_CONFIG,
				"%s: byte 0x%02X cannot be one; expected an ASCII character that is no "
				"letter, digit or blank",
				all[i].name, (unsigned)(unsigned char)all[i].c);
		for (size_t k = 0; k < i; k++)
			if (all[k].c == all[i].c)
				return err_set(e, ERR_CONFIG,
					"%s and %s are the same character; choose two", all[k].name,
					all[i].name);
	}
	return 0;
}

static int check_text(const struct edifact_charset *set, const char *name, struct str s, size_t min,
	size_t max, struct err *e)
{
	const char lacking = edifact_charset_lacks(set, s);
	const size_t n = utf8_count(s);

	if (n < min || n > max)
		return err_set(e, ERR_CONFIG,
			"%s: '" STR_FMT "' has %zu characters; expected %zu to %zu", name,
			STR_ARG(s), n, min, max);
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e)
			return err_set(e, ERR_CONFIG,
				"%s: '" STR_FMT "' holds a character that is not printable ASCII",
				name, STR_ARG(s));
	if (lacking)
		return err_set(e, ERR_CONFIG,
			"%s: '" STR_FMT "' holds '%c', which %s does not have", name, STR_ARG(s),
			lacking, set->repertoire.name);
	return 0;
}

static int check_texts(const struct edifact_profile *p, struct err *e)
{
	const size_t group = p->groups ? 1 : 0;
	const size_t internal = p->version == '4' ? 35 : 14;
	const struct {
		const char *name;
		struct str text;
		size_t min;
		size_t max;
	} all[] = {{"sender (0004)", p->sender, 1, 35},
		{"qualifier of the sender (0007)", p->sender_qual, 0, 4},
		{"internal id of the sender (0008)", p->sender_internal, 0, internal},
		{"recipient (0010)", p->receiver, 1, 35},
		{"qualifier of the recipient (0007)", p->receiver_qual, 0, 4},
		{"internal id of the recipient (0014)", p->receiver_internal, 0, internal},
		{"application (0026)", p->application, 0, 14},
		{"agreement (0032)", p->agreement, 0, 35},
		{"sender of the group (0040)", p->group_sender, group, 35},
		{"qualifier of the group's sender (0007)", p->group_sender_qual, 0, 4},
		{"recipient of the group (0044)", p->group_receiver, group, 35},
		{"qualifier of the group's recipient (0007)", p->group_receiver_qual, 0, 4},
		{"message version (0052)", p->message_version, 1, 3},
		{"message release (0054)", p->message_release, 1, 3},
		{"controlling agency (0051)", p->agency, 1, 3},
		{"association's code (0057)", p->association, 0, 6}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (check_text(p->set, all[i].name, all[i].text, all[i].min, all[i].max, e) == -1)
			return -1;
	return 0;
}

int edifact_write_check_profile(const struct edifact_profile *p, struct err *e)
{
	if (!p->set || p->set->kind == EDIFACT_CODES)
		return err_set(e, ERR_CONFIG,
			"character set (0001): '" STR_FMT
			"' cannot be written; expected UNOA to UNOL, UNOW or UNOY",
			STR_ARG(p->syntax));
	if (p->version < '1' || p->version > '4')
		return err_set(e, ERR_CONFIG, "version of the syntax (0002): expected 1 to 4");
	if (check_separators(p, e) == -1 || check_texts(p, e) == -1)
		return -1;
	if (p->ack && p->ack != '1' && p->ack != '2')
		return err_set(e, ERR_CONFIG, "acknowledgment (0031): expected 1 or 2");
	if (!date_valid(p->when.year, p->when.month, p->when.day))
		return err_set(e, ERR_CONFIG, "the date of the interchange (0017) does not exist");
	return 0;
}

/* --- segments --- */

static bool has_content(const struct segment *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!text_blank(s->values[i].text))
			return true;
	return false;
}

bool edifact_write_check(struct element_rules *r, const struct segment *s, struct diag *d,
	const struct finding *about)
{
	struct finding f = about ? *about : (struct finding){.severity = 0};
	const struct element_check c = {.d = d, .about = &f, .level = EDI_NOTES, .rules = r};

	f.segment = s->tag;
	f.segment_at = s->position ? s->position : f.segment_at;
	if (!element_check_segment(&c, s))
		return false;
	if (has_content(s))
		return true;
	finding_at(
		&f, d, "EDIFACT-SEGMENT-EMPTY", SEV_ERROR, 0, s->tag, "at least one element", "");
	return false;
}

/* The text as it is written: without blanks at the end, numbers with their mark and a digit before
 * it, and with zeros in front where the length is fixed. */
static struct str final_text(const struct edifact_profile *p, const struct segment *s,
	const struct value *v, char *room, size_t size)
{
	const struct def_part *part = defs_leaf(s->def, v->element, v->component);
	const struct def_element *e = part ? part->element : NULL;
	const uint16_t min = text_blank(v->text) ? 0 : e ? e->min : 1;
	const struct str t = text_trim(v->text, min);
	size_t n = 0;
	size_t i = 0;

	if (!e || (e->type != DEF_R && e->type != DEF_N) || t.n == 0 || t.n + e->min + 2 >= size)
		return t;
	if (t.p[0] == '-')
		room[n++] = t.p[i++];
	if (e->type == DEF_N)
		for (size_t k = t.n; k < e->min; k++)
			room[n++] = '0';
	else if (i < t.n && t.p[i] == '.')
		room[n++] = '0';
	for (; i < t.n; i++)
		room[n++] = e->type == DEF_R && t.p[i] == '.' ? p->decimal : t.p[i];
	return (struct str){room, n};
}

static bool is_special(const struct edifact_profile *p, char c)
{
	return c == p->component || c == p->element || c == p->terminator || c == p->release ||
		(c == p->repetition && c != 0);
}

static void put_text(const struct edifact_profile *p, struct str t, struct buf *out)
{
	size_t from = 0;

	for (size_t i = 0; i < t.n && p->release != ' '; i++) {
		if (!is_special(p, t.p[i]))
			continue;
		edifact_charset_encode(p->set, str_sub(t, from, i - from), out);
		buf_ch(out, p->release);
		from = i;
	}
	edifact_charset_encode(p->set, str_from(t, from), out);
}

void edifact_write_segment(
	const struct edifact_profile *p, const struct segment *s, struct buf *out)
{
	uint16_t element = 0;
	uint16_t repetition = 1;
	uint16_t component = 1;
	char room[512];

	buf_put(out, s->tag.p, s->tag.n);
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = &s->values[i];
		const struct str t = final_text(p, s, v, room, sizeof(room));
		if (t.n == 0)
			continue;
		for (; element < v->element; element++) {
			buf_ch(out, p->element);
			repetition = 1;
			component = 1;
		}
		for (; repetition < v->repetition; repetition++) {
			buf_ch(out, p->repetition);
			component = 1;
		}
		for (; component < v->component; component++)
			buf_ch(out, p->component);
		put_text(p, t, out);
	}
	buf_ch(out, p->terminator);
	if (p->newline)
		buf_ch(out, '\n');
}
