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

/* Where the value that is not there should have come from: sizes[2]/ean inside a turn of sizes. */
static void add_gap(const struct x12_place *a, struct finding *f)
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
		add_gap(a, &f);
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
