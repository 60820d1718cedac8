/* What partners may be forgiven; see tolerance.h. The one table of it. */
#include "model/tolerance.h"

#include <inttypes.h>

#include "base/buf.h"
#include "model/diag.h"

enum { TEXT_MAX = 2000 };

static const struct tolerance_row rows[] = {
	[TOLERANCE_BLANK] = {"blank-elements", false,
		"mandatory elements that hold only blanks are taken as filled in",
		{"X12-ELEMENT-BLANK", "EDIFACT-ELEMENT-BLANK"}},
	[TOLERANCE_BOM] = {"byte-order-mark", true,
		"a byte order mark of UTF-8 at the start of the file", {"EDI-BOM"}},
	[TOLERANCE_EMPTY] = {"empty-segments", false,
		"two terminators in a row, and segments that are a tag only",
		{"X12-SEGMENT-EMPTY", "EDIFACT-SEGMENT-EMPTY"}},
	[TOLERANCE_FILLER] = {"filler", true,
		"zero bytes and Control-Z between and behind interchanges", {"EDI-FILLER"}},
	[TOLERANCE_GROUP_CODE] = {"group-code", false,
		"a functional code of the group (GS01) that is not that of its messages",
		{"X12-GROUP-CODE"}},
	[TOLERANCE_LAST_TERMINATOR] = {"last-terminator", false,
		"no terminator behind the last segment of the file (IEA, UNZ)",
		{"X12-TERMINATOR", "EDIFACT-TERMINATOR"}},
	[TOLERANCE_LEADING_TEXT] = {"leading-text", false,
		"text in front of an interchange, such as the lines of a mail: it is skipped",
		{"EDI-LEADING-TEXT"}},
	[TOLERANCE_LINE_ENDS] = {"line-ends", true, "line ends and blanks between segments",
		{"EDI-LINE-END"}},
	[TOLERANCE_LOWER_TAGS] = {"lower-case-tags", false, "segment tags in small letters",
		{"X12-TAG-CASE", "EDIFACT-TAG-CASE"}},
	[TOLERANCE_LOWER_TEXT] = {"lower-case-text", false,
		"small letters and others that UNOA or UNOB do not have", {"EDIFACT-REPERTOIRE"}},
	[TOLERANCE_MISSING_UNA] = {"missing-una", false,
		"separators of the partner's own without UNA", {"EDIFACT-UNA"}},
	[TOLERANCE_RELEASE] = {"needless-release", false,
		"release characters before characters that need none", {"EDIFACT-RELEASE"}},
	[TOLERANCE_REPEATED] = {"repeated-numbers", false,
		"control numbers of interchanges (ISA13) and groups (GS06) that come again in a file",
		{"X12-INTERCHANGE-DUPLICATE", "X12-GROUP-DUPLICATE"}},
	[TOLERANCE_SEPARATOR] = {"separators-in-text", false,
		"component separators in elements without components, which are text there",
		{"VALUE-SEPARATOR"}},
	[TOLERANCE_TRAILING] = {"trailing-separators", false,
		"separators behind the last value of a segment or an element",
		{"X12-TRAILING", "EDIFACT-TRAILING"}},
	[TOLERANCE_UNPADDED_ISA] = {"unpadded-isa", false,
		"fields of ISA that are not filled up to their lengths", {"X12-ISA-LENGTH"}},
	[TOLERANCE_WRAPPED] = {"wrapped-lines", false,
		"line ends inside of segments, where a program has wrapped the file at a width: they "
		"are removed",
		{"VALUE-LINE-END"}},
	[TOLERANCE_ZEROS] = {"zero-padded-references", false,
		"references of header and trailer that differ in zeros in front",
		{"X12-REFERENCE-ZEROS", "EDIFACT-REFERENCE-ZEROS"}},
};

const struct tolerance_row *tolerance_rows(void)
{
	return rows;
}

static uint32_t bit(size_t which)
{
	return (uint32_t)1 << which;
}

uint32_t tolerance_usual(void)
{
	uint32_t all = 0;

	for (size_t i = 0; i < TOLERANCES; i++)
		all |= rows[i].usual ? bit(i) : 0;
	return all;
}

static int unknown(struct str name, enum err_code code, struct err *e)
{
	const char *names[TOLERANCES];
	const char *near = NULL;

	for (size_t i = 0; i < TOLERANCES; i++)
		names[i] = rows[i].name;
	near = str_suggest(name, names, TOLERANCES);
	if (near)
		return err_set(e, code, "there is no tolerance '%.*s'; did you mean '%s'?",
			(int)(name.n > 60 ? 60 : name.n), name.p, near);
	return err_set(e, code, "there is no tolerance '%.*s'; gridspool codes lists them",
		(int)(name.n > 60 ? 60 : name.n), name.p);
}

int tolerance_parse(struct str list, uint32_t *granted, enum err_code code, struct err *e)
{
	uint32_t out = tolerance_usual();
	struct str rest = list;
	struct str part;
	struct str name;

	while (str_split(&rest, ',', &part)) {
		while (str_word(&part, &name)) {
			size_t i = 0;
			while (i < TOLERANCES && !str_is(name, rows[i].name))
				i++;
			if (str_is(name, "none"))
				out = 0;
			else if (i == TOLERANCES)
				return unknown(name, code, e);
			else
				out |= bit(i);
		}
	}
	*granted = out;
	return 0;
}

bool tolerance_granted(const struct tolerances *t, enum tolerance which)
{
	return (t->granted & bit(which)) != 0;
}

bool tolerance_use(struct tolerances *t, enum tolerance which, uint64_t times)
{
	if (!tolerance_granted(t, which))
		return false;
	t->used[which] += times;
	return true;
}

/* TOLERANCES: none covers this code. */
static enum tolerance covering(struct str code)
{
	for (size_t i = 0; i < TOLERANCES; i++)
		for (size_t k = 0; k < TOLERANCE_CODES && rows[i].codes[k]; k++)
			if (str_is(code, rows[i].codes[k]))
				return (enum tolerance)i;
	return TOLERANCES;
}

bool tolerance_settle(struct tolerances *t, struct finding *f, struct arena *a)
{
	const enum tolerance which = covering(f->code);
	const struct code *code = NULL;

	if (which == TOLERANCES)
		return true;
	f->tolerance = str_c(rows[which].name);
	if (tolerance_use(t, which, 1)) {
		f->severity = SEV_NOTE;
		f->remedy = STR("none needed: it is tolerated, told once and counted");
		return t->used[which] == 1;
	}
	code = codes_find(f->code);
	f->remedy = arena_printf(a, "%s; to accept it, tolerate " STR_FMT,
		code ? code->remedy : "correct it", STR_ARG(f->tolerance));
	return true;
}

struct str tolerance_text(const struct tolerances *t, bool all, struct arena *a)
{
	struct buf b;
	struct str kept;

	buf_init(&b, TEXT_MAX);
	for (size_t i = 0; i < TOLERANCES; i++)
		if (t->used[i] > 0 && (all || !rows[i].usual))
			buf_printf(
				&b, "%s%s %" PRIu64, b.n > 0 ? ", " : "", rows[i].name, t->used[i]);
	kept = arena_str(a, buf_view(&b));
	buf_done(&b);
	return kept;
}
