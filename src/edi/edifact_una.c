/*
 * The start of an interchange (ISO 9735): separators that UNA names, those of the standard, or ones
 * of the sender's own, which are found by where they stand.
 */
#include <stdio.h>

#include "edi/edifact_state.h"
#include "edi/finding.h"
#include "edi/sniff.h"

enum {
	UNA_BYTES = 9,
	FIXED = 10,	/* UNB, separator, four characters, separator, version */
	LOOK = 16 << 10 /* where the terminator of UNB has to be */
};

static bool is_alnum(char c)
{
	return str_is_alpha(c) || str_is_digit(c);
}

static bool usable(char c)
{
	return !is_alnum(c) && !str_is_blank(c) && c != 0 && (unsigned char)c < 0x80;
}

static int fatal(struct edifact_read *r, struct diag *d, struct err *e, const char *text)
{
	return finding_fatal(&r->here, d, e, "EDIFACT-SEPARATOR", text);
}

/* All different, and none a letter, digit or blank. */
static int check(struct edifact_read *r, struct diag *d, struct err *e)
{
	static const char *const names[] = {"component separator", "element separator",
		"segment terminator", "release character", "repetition separator"};
	const struct lexer *l = &r->lex;
	const char all[] = {l->component, l->element, l->terminator, l->release,
		l->repeats ? l->repetition : 0};
	char text[200];

	for (size_t i = 0; i < sizeof(all); i++) {
		if (i >= 3 && all[i] == 0)
			continue;
		(void)snprintf(text, sizeof(text),
			"a separator of the interchange is a letter, a digit, a blank, a line end or no "
			"ASCII character: 0x%02X as %s",
			(unsigned)(unsigned char)all[i], names[i]);
		if (!usable(all[i]))
			return fatal(r, d, e, text);
		for (size_t k = 0; k < i; k++) {
			if (all[k] != all[i])
				continue;
			(void)snprintf(text, sizeof(text),
				"two separators of the interchange are the same character: 0x%02X as "
				"%s and as %s",
				(unsigned)(unsigned char)all[i], names[k], names[i]);
			return fatal(r, d, e, text);
		}
	}
	return 0;
}

static int by_una(struct edifact_read *r, struct str una, struct diag *d, struct err *e)
{
	struct lexer *l = &r->lex;

	r->here.segment = STR("UNA");
	if (una.n < UNA_BYTES)
		return finding_fatal(&r->here, d, e, "EDIFACT-TRUNCATED",
			"the file ends inside the separators of the interchange (UNA)");
	l->component = una.p[3];
	l->element = una.p[4];
	l->release = una.p[6] == ' ' ? '\0' : una.p[6];
	l->repetition = una.p[7] == ' ' ? '\0' : una.p[7];
	l->terminator = una.p[8];
	r->decimal = una.p[5];
	r->una_offset = r->here.offset;
	l->at += UNA_BYTES;
	return check(r, d, e);
}

/* The byte in front of the first UNH or UNG that could end UNB; 0 none. */
static char find_terminator(struct str head, char element)
{
	for (size_t at = FIXED; at + 4 <= head.n; at++) {
		size_t end = at;
		if (head.p[at] != 'U' || head.p[at + 1] != 'N' || head.p[at + 3] != element ||
			(head.p[at + 2] != 'H' && head.p[at + 2] != 'G'))
			continue;
		while (end > FIXED && str_is_blank(head.p[end - 1]))
			end--;
		if (usable(head.p[end - 1]) && head.p[end - 1] != element)
			return head.p[end - 1];
	}
	return 0;
}

static int by_place(struct edifact_read *r, struct str head, struct diag *d, struct err *e)
{
	struct lexer *l = &r->lex;
	const char found[] = {head.p[3], head.p[8]};

	l->element = head.p[3];
	l->component = head.p[8];
	l->release = 0;
	l->repetition = 0;
	l->terminator = find_terminator(head, l->element);
	if (l->terminator == 0)
		return fatal(r, d, e,
			"the interchange has separators of its own, but no UNA that names them, and no "
			"segment terminator is found before the first UNH or UNG");
	if (check(r, d, e) == -1)
		return -1;
	edifact_envelope_add(r, d, "EDIFACT-UNA", SEV_WARNING, 0,
		(struct str){found, sizeof(found)}, "UNA",
		"the interchange has separators of its own, but no UNA that names them; they were found "
		"by where they stand");
	return 0;
}

/* The standard's separators without UNA: of level A, or of level B before version 4. */
static void by_default(struct edifact_read *r, bool level_b)
{
	struct lexer *l = &r->lex;

	l->component = level_b ? 0x1f : ':';
	l->element = level_b ? 0x1d : '+';
	l->terminator = level_b ? 0x1c : '\'';
	l->release = level_b ? '\0' : '?';
	l->repetition = level_b ? '\0' : '*';
}

/* Neither of the two sets of the standard; the version may be missing behind the character set. */
static bool is_private(struct str head)
{
	if (head.p[3] == '+')
		return head.p[8] != ':' && head.p[8] != '+';
	return head.p[3] != 0x1d;
}

/* Something else stands where an interchange should: it is skipped, up to one. */
static int not_edifact(struct edifact_read *r, struct str head, struct diag *d, struct err *e)
{
	const size_t start = sniff_start(head);
	char text[200];

	if (start != SIZE_MAX && str_starts(str_from(head, start), STR("UN"))) {
		if (finding_leading_text(&r->here, head, start, r->o.tolerances, d, e) == -1)
			return -1;
		r->lex.at += start;
		return 0;
	}
	if (r->ctx.interchanges > 0)
		return finding_fatal(&r->here, d, e, "EDIFACT-NO-UNB",
			"behind the last interchange there are bytes that are no interchange");
	(void)snprintf(text, sizeof(text), "this is not EDIFACT: %s", sniff_text(head));
	return finding_fatal(&r->here, d, e, "EDIFACT-NO-UNB", text);
}

static bool is_header(struct str head, const char *tag)
{
	return str_starts(head, str_c(tag)) && (head.n == 3 || !is_alnum(head.p[3]));
}

static int look(struct edifact_read *r, struct str *head, struct err *e)
{
	r->here = (struct finding){
		.file = r->o.file, .offset = r->lex.base + r->lex.at, .segment_at = 1};
	return lexer_peek(&r->lex, LOOK, head, e);
}

int edifact_una_open(struct edifact_read *r, struct diag *d, struct err *e)
{
	struct str head;

	r->decimal = 0;
	r->lex.repeats = false;
	r->lex.wrapped = tolerance_granted(r->o.tolerances, TOLERANCE_WRAPPED);
	if (look(r, &head, e) == -1)
		return -1;
	if (!is_header(head, "UNA") && !is_header(head, "UNB") &&
		(not_edifact(r, head, d, e) == -1 || look(r, &head, e) == -1))
		return -1;
	if (is_header(head, "UNA")) {
		if (by_una(r, head, d, e) == -1 || lexer_skip(&r->lex, e) == -1 ||
			look(r, &head, e) == -1)
			return -1;
		if (!is_header(head, "UNB"))
			return finding_fatal(
				&r->here, d, e, "EDIFACT-NO-UNB", "behind UNA there is no UNB");
		r->here.segment = STR("UNB");
		return 0;
	}
	r->here.segment = STR("UNB");
	if (head.n < FIXED)
		return finding_fatal(&r->here, d, e, "EDIFACT-TRUNCATED",
			"the file ends inside the interchange header (UNB)");
	if (is_private(head))
		return by_place(r, head, d, e);
	by_default(r, head.p[3] == 0x1d);
	return 0;
}
