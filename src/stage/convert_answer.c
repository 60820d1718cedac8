/* Answers of a converter worker; see convert_answer.h. */
#include "stage/convert_answer.h"

#include <inttypes.h>

#include "base/limits.h"
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
	d.sets = count(f);
	d.isa = count(f);
	d.gs = count(f);
	d.noted = count(f);
	d.left = count(f);
	if (!frame_ok(f) ||
		c->items != c->out + c->unselected + c->aside + c->unchanged + c->waiting ||
		d.noted > c->out || d.left > c->waiting || (d.left > 0 && c->out == 0))
		return err_set(e, ERR_INPUT, "the worker's counts do not reconcile");
	*out = d;
	return 0;
}

void convert_answer_fail(struct frame *f, struct err *fault)
{
	static const enum err_code of_a_unit[] = {ERR_INPUT, ERR_LIMIT, ERR_CONFIG, ERR_CORRUPT,
		ERR_ABSENT, ERR_IO, ERR_FULL, ERR_NONE};

	frame_get_fail(f, of_a_unit, ERR_NET, fault);
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
	} else if (r.kind == 'L') {
		r.key = lines_take(&line, a);
		whole = r.key.n > 0;
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

struct tally {
	int64_t out, in_sets, sets, left, aside, orphans;
};

static void tally_add(struct tally *t, const struct convert_result *r)
{
	t->out += r->kind == 'O';
	t->sets += r->kind == 'S';
	t->in_sets += r->kind == 'S' ? r->items : 0;
	t->left += r->kind == 'L';
	t->aside += r->kind == 'A';
	t->orphans += r->kind == 'R';
}

static int tally_compare(const struct tally *t, const struct convert_done *told, struct err *e)
{
	const struct unit_counts *c = &told->counts;
	/* Of rows without an item, and of broken ones, no more are named than of any other findings. */
	const int64_t least = c->orphans < LIMIT_FINDINGS ? c->orphans : LIMIT_FINDINGS;
	const int64_t most = c->orphans < 2 * LIMIT_FINDINGS ? c->orphans : 2 * LIMIT_FINDINGS;

	if (t->out == c->out && t->in_sets == c->out && t->sets == told->sets &&
		t->left == told->left && t->aside == c->aside && t->orphans >= least &&
		t->orphans <= most)
		return 0;
	return err_set(e, ERR_INPUT,
		"the worker's results are not what it told: %" PRId64 " items in %" PRId64
		" sets instead of %" PRId64 " in %" PRId64 ", %" PRId64
		" set aside instead of %" PRId64 ", %" PRId64 " left instead of %" PRId64,
		t->out, t->sets, c->out, told->sets, t->aside, c->aside, t->left, told->left);
}

int convert_answer_check(int fd, const struct convert_done *told, struct err *e)
{
	struct tally t = {.out = 0};
	struct lines in;
	struct str line;
	struct arena a;
	int rc = 0;

	arena_init(&a);
	lines_open(&in, fd);
	while ((rc = lines_next(&in, &line, e)) == 1) {
		struct convert_result r;
		rc = convert_answer_result(line, &a, &r, e);
		if (rc == -1)
			break;
		tally_add(&t, &r);
		arena_reset(&a);
	}
	lines_close(&in);
	arena_done(&a);
	return rc == -1 ? -1 : tally_compare(&t, told, e);
}
