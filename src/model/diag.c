/* Findings; see diag.h. */
#include "model/diag.h"

#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"

enum { SHOWN = 120 }; /* bytes of one value in a line for people */

void diag_init(struct diag *d, struct arena *arena)
{
	memset(d, 0, sizeof(*d));
	d->arena = arena;
}

void diag_clear(struct diag *d)
{
	struct tolerances *t = d->tolerances;

	diag_init(d, d->arena);
	d->tolerances = t;
}

static void keep(struct diag *d, const struct finding *f, const struct code *code)
{
	struct finding *x = ARENA_NEW(d->arena, struct finding);
	struct str *const texts[] = {&x->code, &x->file, &x->item, &x->field, &x->segment,
		&x->found, &x->expected, &x->rule, &x->remedy, &x->tolerance};

	*x = *f;
	x->next = NULL;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = texts[i]->n > 0 ? arena_str(d->arena, *texts[i]) : STR("");
	if (code && x->rule.n == 0)
		x->rule = str_c(code->meaning);
	if (code && x->remedy.n == 0)
		x->remedy = str_c(code->remedy);
	if (d->last)
		d->last->next = x;
	else
		d->first = x;
	d->last = x;
}

void diag_add(struct diag *d, const struct finding *f)
{
	const struct code *code = codes_find(f->code);
	struct finding x = *f;

	if (code && x.severity == SEV_NOTE && x.tolerance.n == 0)
		x.severity = (uint8_t)code->severity;
	if (d->tolerances && x.severity < SEV_FATAL &&
		!tolerance_settle(d->tolerances, &x, d->arena))
		return;
	d->n++;
	if (x.severity >= SEV_ERROR)
		d->errors++;
	/* Many of the others do not hide an error. */
	if (d->n <= LIMIT_FINDINGS || (x.severity >= SEV_ERROR && d->errors <= LIMIT_FINDINGS))
		keep(d, &x, code);
}

static void number(struct json *j, const char *name, uint64_t v)
{
	if (v != 0)
		json_member_int(j, name, (int64_t)v);
}

const struct finding *diag_first_error(const struct diag *d)
{
	for (const struct finding *f = d->first; f; f = f->next) {
		if (f->severity >= SEV_ERROR)
			return f;
	}
	return d->first;
}

void diag_json(struct json *j, const struct finding *f)
{
	json_object(j);
	json_member(j, "code", f->code);
	json_member_c(j, "severity", codes_severity(f->severity));
	json_member_opt(j, "file", f->file);
	json_member_opt(j, "item", f->item);
	json_member_opt(j, "field", f->field);
	json_member_opt(j, "segment", f->segment);
	number(j, "segment_at", f->segment_at);
	number(j, "element", f->element);
	number(j, "component", f->component);
	number(j, "repetition", f->repetition);
	number(j, "offset", f->offset);
	number(j, "line", f->line);
	number(j, "column", f->column);
	json_member_opt(j, "found", f->found);
	json_member_opt(j, "expected", f->expected);
	json_member_opt(j, "rule", f->rule);
	json_member_opt(j, "remedy", f->remedy);
	json_member_opt(j, "tolerance", f->tolerance);
	json_end(j, '}');
}

/* The parts in brackets behind the rule: each begins with *sep, which then is ", ". */
static void part(struct buf *b, const char **sep, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_printf(b, "%s%s ", *sep, name);
	utf8_quote(b, value, SHOWN);
	*sep = ", ";
}

static void part_number(struct buf *b, const char **sep, const char *name, unsigned value)
{
	if (value == 0)
		return;
	buf_printf(b, "%s%s %u", *sep, name, value);
	*sep = ", ";
}

static void where(struct buf *b, const struct finding *f)
{
	const char *sep = " (";

	part(b, &sep, "item", f->item);
	part(b, &sep, "field", f->field);
	part(b, &sep, "segment", f->segment);
	if (f->segment_at != 0)
		part_number(b, &sep, f->segment.n > 0 ? "at" : "segment", f->segment_at);
	part_number(b, &sep, "element", f->element);
	part_number(b, &sep, "component", f->component);
	part_number(b, &sep, "repetition", f->repetition);
	if (f->line == 0 && f->offset != 0) {
		buf_printf(b, "%sbyte %llu", sep, (unsigned long long)f->offset);
		sep = ", ";
	}
	if (sep[0] == ',')
		buf_ch(b, ')');
}

void diag_line(struct buf *b, const struct finding *f)
{
	if (f->file.n > 0) {
		utf8_quote(b, f->file, LIMIT_PATH);
		if (f->line != 0)
			buf_printf(b, ":%u", f->line);
		if (f->line != 0 && f->column != 0)
			buf_printf(b, ":%u", f->column);
		buf_c(b, ": ");
	}
	buf_str(b, f->code);
	if (f->rule.n > 0) {
		buf_c(b, ": ");
		utf8_quote(b, f->rule, LIMIT_PATH);
	}
	where(b, f);
	if (f->found.n > 0) {
		buf_c(b, "; found \"");
		utf8_quote(b, f->found, SHOWN);
		buf_ch(b, '"');
	}
	if (f->expected.n > 0) {
		buf_c(b, f->found.n > 0 ? ", expected " : "; expected ");
		utf8_quote(b, f->expected, SHOWN);
	}
	if (f->remedy.n > 0) {
		buf_c(b, "; ");
		utf8_quote(b, f->remedy, LIMIT_PATH);
	}
}
