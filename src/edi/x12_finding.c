/* Findings about elements; see x12_finding.h. */
#include "edi/x12_finding.h"

#include <stdarg.h>
#include <stdio.h>

const struct def_part *x12_finding_part(const struct def_part *parts, size_t n, uint16_t position)
{
	if (position >= 1 && position <= n && parts[position - 1].position == position)
		return &parts[position - 1];
	for (size_t i = 0; i < n; i++)
		if (parts[i].position == position)
			return &parts[i];
	return NULL;
}

/* Where the value that is not there should have come from. */
static void add_gap(struct finding *f, const struct gap *g)
{
	if (!g)
		return;
	f->field = g->field;
	f->offset = g->place.offset;
	f->line = g->place.line;
	f->column = g->place.column;
	if (g->file.n > 0)
		f->file = g->file;
}

void x12_finding_add(const struct x12_place *a, const char *code, enum severity sev,
	const char *rule, const char *fmt, ...)
{
	struct finding f = *a->c->about;
	char expected[300];
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(expected, sizeof(expected), fmt, ap);
	va_end(ap);
	f.code = str_c(code);
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
		add_gap(&f, segment_gap(a->s, a->element, a->component));
	}
	f.expected = str_c(expected);
	if (a->part && a->part->name.n > 0)
		(void)snprintf(text, sizeof(text), STR_FMT " (" STR_FMT "): %s",
			STR_ARG(a->part->ref), STR_ARG(a->part->name), rule);
	else
		(void)snprintf(text, sizeof(text), STR_FMT "%02u: %s", STR_ARG(a->s->tag),
			a->element, rule);
	f.rule = str_c(text);
	diag_add(a->c->d, &f);
}
