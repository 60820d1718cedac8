/* Findings about elements; see finding.h. */
#include "edi/finding.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"

struct str finding_code(struct str format, const char *name, char out[FINDING_CODE])
{
	size_t n = 0;

	for (size_t i = 0; i < format.n && n < FINDING_CODE - 1; i++)
		out[n++] = str_upper(format.p[i]);
	n += (size_t)snprintf(out + n, FINDING_CODE - n, "-%s", name);
	BUG_IF(n >= FINDING_CODE);
	return (struct str){out, n};
}

void finding_at(const struct finding *here, struct diag *d, const char *code, enum severity sev,
	uint16_t element, struct str found, const char *expected, const char *rule)
{
	struct finding f = *here;

	f.code = str_c(code);
	f.severity = (uint8_t)sev;
	f.element = element;
	f.found = found;
	f.expected = str_c(expected);
	f.rule = str_c(rule);
	diag_add(d, &f);
}

uint16_t finding_component(const struct def_part *part, uint16_t component)
{
	return (part && part->nparts > 0) || component > 1 ? component : 0;
}

void finding_value(const struct finding *here, struct diag *d, const char *code, enum severity sev,
	const struct def_segment *def, const struct value *v, uint32_t at, const char *expected,
	const char *rule)
{
	struct finding f = *here;

	f.offset += at;
	f.component = finding_component(def ? defs_part(def, v->element) : NULL, v->component);
	f.repetition = v->repetition;
	finding_at(&f, d, code, sev, v->element, v->text, expected, rule);
}

int finding_fatal(const struct finding *here, struct diag *d, struct err *e, const char *code,
	const char *text)
{
	struct finding f = *here;

	f.code = str_c(code);
	f.severity = SEV_FATAL;
	f.rule = str_c(text);
	diag_add(d, &f);
	return err_set(e, ERR_INPUT, STR_FMT ": byte %llu: %s", STR_ARG(here->file),
		(unsigned long long)here->offset, text);
}

static struct finding place_of(const struct finding *here, uint64_t offset, uint32_t segment_at)
{
	struct finding f = *here;

	f.offset = offset;
	f.segment = (struct str){"", 0};
	f.segment_at = segment_at;
	return f;
}

int finding_truncated(const struct finding *here, uint64_t offset, uint32_t segment_at,
	struct diag *d, struct err *e, const char *code, const char *missing)
{
	const struct finding f = place_of(here, offset, segment_at);
	char text[200];

	(void)snprintf(text, sizeof(text),
		"the file ends inside an interchange: %s missing; it was cut short on its way, nothing of it "
		"may be used",
		missing);
	return finding_fatal(&f, d, e, code, text);
}

int finding_endless(const struct finding *here, uint64_t offset, uint32_t segment_at,
	struct diag *d, struct err *e, const char *code, const char *why)
{
	const struct finding f = place_of(here, offset, segment_at);
	char text[200];

	(void)snprintf(text, sizeof(text), "the segment has no terminator within %d bytes: %s",
		LIMIT_SEGMENT, why);
	return finding_fatal(&f, d, e, code, text);
}

int finding_leading_text(const struct finding *here, struct str head, size_t start,
	const struct tolerances *t, struct diag *d, struct err *e)
{
	char text[200];

	(void)snprintf(text, sizeof(text),
		"%zu bytes of other text stand before the interchange; gridspool skips them only for "
		"partners where that is tolerated",
		start);
	if (!tolerance_granted(t, TOLERANCE_LEADING_TEXT))
		return finding_fatal(here, d, e, "EDI-LEADING-TEXT", text);
	(void)snprintf(text, sizeof(text), "%zu bytes of other text are skipped", start);
	finding_at(here, d, "EDI-LEADING-TEXT", SEV_ERROR, 0,
		str_sub(head, 0, start < 60 ? start : 60), "an interchange", text);
	return 0;
}

struct str finding_rule(const char *rule, struct str narrowed, char *text, size_t size)
{
	if (narrowed.n == 0)
		return str_c(rule);
	(void)snprintf(text, size, "%s (guide: " STR_FMT ")", rule, STR_ARG(narrowed));
	return str_c(text);
}

/* Where the value that is not there should have come from: sizes[2]/ean inside a turn of sizes. */
static void add_gap(const struct finding_place *a, struct finding *f)
{
	const struct gap *g = segment_gap(a->s, a->element, a->component);
	const struct gaps *all = a->s->gaps;
	struct arena *arena = a->c->d->arena;
	struct str path = {NULL, 0};

	if (!g)
		return;
	f->field = g->field;
	if (all->at && !str_starts(g->field, STR("$")))
		path = node_path(all->at, all->names, arena);
	if (path.n > 0)
		f->field = arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(path),
			g->field.n > 0 ? "/" : "", STR_ARG(g->field));
	f->offset = all->place.offset;
	f->line = all->place.line;
	f->column = all->place.column;
	if (all->file.n > 0)
		f->file = all->file;
}

void finding_add(const struct finding_place *a, const char *name, enum severity sev,
	const char *rule, const char *fmt, ...)
{
	struct finding f = *a->c->about;
	char code[FINDING_CODE];
	char expected[300];
	char text[300];
	char guided[600];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(expected, sizeof(expected), fmt, ap);
	va_end(ap);
	f.code = str_starts(str_c(name), STR("VALUE-"))
		? str_c(name)
		: finding_code(element_rules_format(a->c->rules), name, code);
	f.severity = (uint8_t)sev;
	if (f.segment.n == 0)
		f.segment = a->s->tag;
	f.element = a->element;
	f.component = a->component;
	f.repetition = a->repetition;
	if (a->v) {
		f.found = a->v->text;
		if (a->c->at)
			f.offset += a->c->at[a->v - a->s->values];
	} else {
		add_gap(a, &f);
	}
	f.expected = str_c(expected);
	if (a->part && a->part->name.n > 0)
		(void)snprintf(text, sizeof(text), STR_FMT " (" STR_FMT "): %s",
			STR_ARG(a->part->ref), STR_ARG(a->part->name), rule);
	else
		(void)snprintf(text, sizeof(text), STR_FMT "%02u: %s", STR_ARG(a->s->tag),
			a->element, rule);
	f.rule = finding_rule(text, a->part ? a->part->narrowed : STR(""), guided, sizeof(guided));
	diag_add(a->c->d, &f);
}
