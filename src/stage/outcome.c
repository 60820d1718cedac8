/* The files a conversion writes; see outcome.h. */
#include "stage/outcome.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/json.h"
#include "base/utf8.h"
#include "stage/lines.h"

enum { JOINED_MAX = 1000, NOTED_MAX = 100, OUT_MAX = 64 << 20 };

static void file_open(struct outcome_file *f, int fd)
{
	f->fd = fd;
	f->start = fd == -1 ? 0 : lseek(fd, 0, SEEK_CUR);
	buf_init(&f->buf, OUT_MAX);
}

static bool wanted(const struct outcome_file *f)
{
	return f->fd != -1;
}

static int file_flush(struct outcome_file *f, size_t over, const char *what, struct err *e)
{
	if (buf_check(&f->buf, what, e) == -1)
		return -1;
	if (f->buf.n <= over)
		return 0;
	if (wanted(f) && fsx_write_all(f->fd, f->buf.p, f->buf.n, e) == -1)
		return err_wrap(e, "%s", what);
	buf_clear(&f->buf);
	return 0;
}

static int file_again(struct outcome_file *f, struct err *e)
{
	buf_clear(&f->buf);
	if (f->fd != -1 &&
		(ftruncate(f->fd, f->start) == -1 || lseek(f->fd, f->start, SEEK_SET) == -1))
		return err_errno(e, ERR_IO, "write the output anew");
	return 0;
}

void outcome_init(struct outcome *o, int interchange, int lineage, int aside, int result)
{
	file_open(&o->interchange, interchange);
	file_open(&o->lineage, lineage);
	file_open(&o->aside, aside);
	file_open(&o->result, result);
}

void outcome_done(struct outcome *o)
{
	buf_done(&o->interchange.buf);
	buf_done(&o->lineage.buf);
	buf_done(&o->aside.buf);
	buf_done(&o->result.buf);
}

int outcome_flush(struct outcome *o, size_t over, struct err *e)
{
	if (file_flush(&o->interchange, over, "interchange", e) == -1 ||
		file_flush(&o->lineage, over, "lineage", e) == -1 ||
		file_flush(&o->aside, over, "items set aside", e) == -1)
		return -1;
	return file_flush(&o->result, over, "results", e);
}

int outcome_again(struct outcome *o, struct err *e)
{
	if (file_again(&o->interchange, e) == -1 || file_again(&o->lineage, e) == -1 ||
		file_again(&o->aside, e) == -1)
		return -1;
	return file_again(&o->result, e);
}

struct buf *outcome_interchange(struct outcome *o)
{
	return &o->interchange.buf;
}

static void tab(struct buf *b)
{
	buf_ch(b, '\t');
}

/* --- lineage --- */

void outcome_start(struct outcome *o)
{
	buf_c(&o->lineage.buf, "gridspool-lineage\t1\n");
}

static void part(struct outcome *o, const char *what, const struct target_at *at, uint64_t first)
{
	buf_printf(&o->lineage.buf, "%s\t%s\t%" PRIu64 "\t%" PRIu64 "\n", what, at->set, first,
		at->segments);
}

void outcome_header(struct outcome *o, const struct target_at *at, uint64_t first)
{
	part(o, "head", at, first);
}

void outcome_trailer(struct outcome *o, const struct target_at *at, uint64_t first, uint32_t items)
{
	buf_printf(&o->result.buf, "S\t%s\t%u\n", at->set, items);
	part(o, "tail", at, first);
}

void outcome_foot(struct outcome *o, const struct target_at *at, uint64_t first)
{
	part(o, "foot", at, first);
}

/* An item, or the heads of the groups that begin with it. */
static void lineage_item(struct buf *b, const char *what, const struct target_at *at,
	uint64_t first, uint64_t last, const struct outcome_item *out)
{
	const uint64_t numbers[] = {first, last, out->item->locator, out->item->offset};

	buf_c(b, what);
	tab(b);
	buf_c(b, at->set);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		tab(b);
		buf_u64(b, numbers[i], 1);
	}
	tab(b);
	lines_field(b, out->item->file);
	tab(b);
	lines_field(b, out->key);
	tab(b);
	for (size_t i = 0; i < out->n && i < JOINED_MAX; i++) {
		if (i > 0)
			buf_ch(b, ',');
		buf_str(b, out->joined[i].join);
		buf_ch(b, ':');
		buf_u64(b, out->joined[i].locator, 1);
	}
	if (out->action.n > 0 && !str_is(out->action, "add")) {
		tab(b);
		buf_str(b, out->action);
	}
	buf_ch(b, '\n');
}

/* A finding on what goes out. It leads nowhere from a segment, so it has no position. */
static void lineage_note(
	struct buf *b, const struct target_at *at, struct str key, const struct finding *f)
{
	const struct str texts[] = {
		f->code, key, f->file, f->field, utf8_left(f->found, NOTED_MAX), f->rule};

	buf_c(b, "note\t");
	buf_c(b, at->set);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		tab(b);
		lines_field(b, texts[i]);
	}
	tab(b);
	buf_u64(b, f->line, 1);
	tab(b);
	buf_u64(b, f->column, 1);
	buf_ch(b, '\n');
}

void outcome_noted(
	struct outcome *o, const struct target_at *at, struct str key, const struct finding *first)
{
	for (const struct finding *f = first; f && wanted(&o->lineage); f = f->next)
		lineage_note(&o->lineage.buf, at, key, f);
}

/* --- results --- */

void outcome_item(struct outcome *o, const struct target_at *at, uint64_t first,
	const struct outcome_item *it)
{
	struct buf *b = &o->result.buf;

	if (wanted(&o->lineage)) {
		struct buf *lines = &o->lineage.buf;
		if (it->head > 0)
			lineage_item(lines, "group", at, first, first + it->head - 1, it);
		lineage_item(lines, "item", at, first + it->head, at->segments, it);
		outcome_noted(o, at, it->key, it->noted);
	}
	if (!wanted(&o->result))
		return;
	buf_c(b, "O\t");
	buf_c(b, at->set);
	tab(b);
	buf_c(b, it->hash);
	tab(b);
	lines_field(b, it->key);
	buf_ch(b, '\n');
}

/* The codes of all that is wrong, each once. */
static void codes_of(const struct diag *d, struct buf *b)
{
	for (const struct finding *f = d->first; f; f = f->next) {
		if (f->severity < SEV_ERROR || str_find(buf_view(b), f->code, 0) != SIZE_MAX)
			continue;
		if (b->n > 0)
			buf_ch(b, ' ');
		buf_str(b, f->code);
	}
}

static void aside_line(struct buf *out, const struct item *it, struct str key, const struct diag *d)
{
	struct json j;

	json_init(&j, out, false);
	json_object(&j);
	json_member_opt(&j, "key", key);
	json_member(&j, "file", it->file);
	json_member_int(&j, "offset", (int64_t)it->offset);
	json_member_int(&j, "line", (int64_t)it->line);
	json_name(&j, "findings");
	json_array(&j);
	for (const struct finding *f = d->first; f; f = f->next)
		diag_json(&j, f);
	json_end(&j, ']');
	json_member(&j, "raw", it->raw);
	json_end(&j, '}');
	buf_ch(out, '\n');
}

/* A line of results about what did not go out. */
static void result_line(struct outcome *o, const char *kind, struct str codes, struct str file,
	struct str key, const struct finding *f, size_t more)
{
	struct buf *b = &o->result.buf;
	struct buf note;

	buf_init(&note, 2000);
	if (f)
		diag_line(&note, f);
	if (more > 0)
		buf_printf(&note, " (and %zu more: NAME.items has all)", more);
	buf_c(b, kind);
	tab(b);
	lines_field(b, codes);
	tab(b);
	lines_field(b, file);
	tab(b);
	lines_field(b, key);
	tab(b);
	lines_field(b, buf_view(&note));
	buf_ch(b, '\n');
	buf_done(&note);
}

int outcome_aside(struct outcome *o, const struct item *it, struct str key, const struct diag *d,
	struct err *e)
{
	struct buf codes;

	aside_line(&o->aside.buf, it, key, d);
	buf_init(&codes, 1000);
	codes_of(d, &codes);
	result_line(o, "A", buf_view(&codes), it->file, key, diag_first_error(d),
		d->errors > 1 ? d->errors - 1 : 0);
	buf_done(&codes);
	return outcome_flush(o, OUTCOME_FLUSH, e);
}

void outcome_left(struct outcome *o, struct str key)
{
	buf_c(&o->result.buf, "L\t");
	lines_field(&o->result.buf, key);
	buf_ch(&o->result.buf, '\n');
}

void outcome_orphan(struct outcome *o, const struct finding *f)
{
	const struct str about = f->item.n ? f->item : f->found;

	result_line(o, "R", f->code, f->file,
		str_sub(about, 0, about.n < OUTCOME_KEY_MAX ? about.n : OUTCOME_KEY_MAX), f, 0);
}

/* Known by its place: what was found there says nothing by itself. */
void outcome_broken(struct outcome *o, const struct finding *f)
{
	struct buf codes;
	struct buf place;

	buf_init(&codes, 200);
	buf_init(&place, OUTCOME_KEY_MAX);
	buf_printf(&codes, "JOIN-ROW-BROKEN " STR_FMT, STR_ARG(f->code));
	buf_printf(&place, STR_FMT ":%" PRIu64, STR_ARG(f->file), f->line ? f->line : f->offset);
	result_line(o, "R", buf_view(&codes), f->file, buf_view(&place), f, 0);
	buf_done(&codes);
	buf_done(&place);
}
