/* Answers of a converter worker; see convert_answer.h. */
#include "stage/convert_answer.h"

#include <stdio.h>

#include "stage/lines.h"

enum { COUNT_MAX = 1000000000 }; /* items of one unit; sums of these cannot overflow */

static int64_t count(struct frame *f)
{
	const int64_t n = frame_get_int(f);

	if (n < 0 || n > COUNT_MAX)
		f->bad = true;
	return f->bad ? 0 : n;
}

int convert_answer_done(struct frame *f, struct convert_done *out, struct err *e)
{
	struct convert_done d = {.counts = {.items = count(f)}};
	struct unit_counts *c = &d.counts;

	c->out = count(f);
	c->unselected = count(f);
	c->aside = count(f);
	c->unchanged = count(f);
	c->waiting = count(f);
	c->orphans = count(f);
	(void)count(f); /* sets: their lines tell */
	d.isa = count(f);
	d.gs = count(f);
	if (!frame_ok(f) ||
		c->items != c->out + c->unselected + c->aside + c->unchanged + c->waiting)
		return err_set(e, ERR_INPUT, "the worker's counts do not reconcile");
	*out = d;
	return 0;
}

void convert_answer_fail(struct frame *f, struct err *fault)
{
	const int64_t code = frame_get_int(f);
	const struct str reason = frame_get_str(f);
	const struct str text = frame_get_words(f);

	if (text.n > 0)
		(void)err_set(fault, code > 0 && code < ERR_CODES ? (enum err_code)code : ERR_INPUT,
			STR_FMT, STR_ARG(text));
	else
		(void)err_set(fault, ERR_INPUT, "the worker failed and did not say why");
	(void)snprintf(fault->reason, sizeof(fault->reason), STR_FMT, STR_ARG(reason));
}

int convert_answer_percent(struct frame *f, int64_t *items)
{
	const int64_t n = frame_get_int(f);
	const int64_t bytes = frame_get_int(f);
	const int64_t size = frame_get_int(f);

	if (!frame_ok(f) || n < 0 || bytes < 0 || size <= 0 || bytes > size)
		return -1;
	*items = n;
	return size < INT64_MAX / 100 ? (int)(bytes * 100 / size) : (int)(bytes / (size / 100));
}

int convert_answer_result(
	struct str line, struct arena *a, struct convert_result *out, struct err *e)
{
	const struct str kind = lines_take(&line, a);
	struct convert_result r = {.kind = kind.n == 1 ? kind.p[0] : '\0'};
	bool whole = false;

	if (r.kind == 'O') {
		r.st = lines_take(&line, a);
		r.hash = lines_take(&line, a);
		r.key = lines_take(&line, a);
		whole = r.st.n > 0 && r.hash.n > 0;
	} else if (r.kind == 'S') {
		r.st = lines_take(&line, a);
		r.items = lines_take_int(&line);
		whole = r.st.n > 0 && r.items > 0 && r.items <= COUNT_MAX;
	} else if (r.kind == 'A' || r.kind == 'R') {
		r.codes = lines_take(&line, a);
		r.file = lines_take(&line, a);
		r.key = lines_take(&line, a);
		r.sentence = lines_take(&line, a);
		whole = r.codes.n > 0;
	} else {
		return err_set(e, ERR_INPUT,
			"the worker's results have a line of kind '" STR_FMT "'", STR_ARG(kind));
	}
	if (!whole || line.n > 0)
		return err_set(e, ERR_INPUT,
			"a line of kind '%c' in the worker's results has not the fields it needs",
			r.kind);
	*out = r;
	return 0;
}
