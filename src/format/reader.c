/* The family of readers: one table row a format; see reader.h. */
#include "format/reader.h"

#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "format/csv_reader.h"
#include "format/json_reader.h"
#include "format/window.h"
#include "format/xml_reader.h"

static const struct reader_ops *const formats[] = {
	&json_reader_ops,
	&csv_reader_ops,
	&csv_reader_fixed_ops,
	&xml_reader_ops,
};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]), COLUMN_BLOCK = 4096 };

const struct reader_ops *reader_find(struct str format)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (str_is(format, formats[i]->name))
			return formats[i];
	return NULL;
}

const char *const *reader_formats(size_t *n)
{
	static const char *const names[] = {"json", "csv", "fixed", "xml"};

	*n = sizeof(names) / sizeof(names[0]);
	return names;
}

struct str reader_formats_text(void)
{
	return STR("json, csv, fixed and xml");
}

static int unknown(struct str format, struct err *e)
{
	size_t n = 0;
	const char *const *names = reader_formats(&n);
	const char *near = str_suggest(format, names, n);

	if (near)
		return err_set(e, ERR_CONFIG,
			"format '" STR_FMT "' is not known; did you mean '%s'?", STR_ARG(format),
			near);
	return err_set(e, ERR_CONFIG, "format '" STR_FMT "' is not known; there are " STR_FMT,
		STR_ARG(format), STR_ARG(reader_formats_text()));
}

struct reader *reader_open(
	int fd, const struct reader_spec *spec, struct names *names, struct err *e)
{
	const struct reader_ops *ops = spec->ops ? spec->ops : reader_find(spec->format);
	struct reader *r = NULL;

	if (!ops) {
		(void)unknown(spec->format, e);
		return NULL;
	}
	r = mem_alloc(sizeof(*r));
	r->ops = ops;
	r->spec = *spec;
	r->fd = fd;
	r->names = names;
	if (fsx_size(fd, &r->size, e) == -1) {
		(void)err_wrap(e, STR_FMT, STR_ARG(spec->file));
		goto fail;
	}
	if (r->size == 0) {
		(void)err_set(e, ERR_INPUT, STR_FMT ": the file is empty", STR_ARG(spec->file));
		(void)err_reason(e, "EMPTY");
		goto fail;
	}
	if (ops->open(r, e) == -1)
		goto fail;
	return r;
fail:
	reader_close(r);
	return NULL;
}

int reader_next(struct reader *r, struct item *it, struct diag *d, struct err *e)
{
	const int rc = r->ops->next(r, it, d, e);

	if (rc == 1)
		r->items++;
	return rc;
}

int reader_at(struct reader *r, uint64_t locator, struct item *it, struct diag *d, struct err *e)
{
	return r->ops->at(r, locator, it, d, e);
}

/* Column of an item that at gave, from the bytes in front of it. */
static uint32_t column_at(const struct reader *r, uint64_t offset)
{
	char block[COLUMN_BLOCK];
	uint64_t start = offset;
	struct err ignored;

	while (start > 0) {
		/* Never one or two bytes alone, where a byte order mark would not be seen. */
		const size_t n = start <= sizeof(block) ? (size_t)start : sizeof(block) - 3;
		size_t got = 0;
		size_t k = 0;

		if (fsx_pread(r->fd, block, n, start - n, &got, &ignored) == -1 || got < n)
			return 0;
		while (k < n && block[n - 1 - k] != '\n')
			k++;
		start -= k;
		if (k < n)
			break;
		if (start == 0 && n >= 3 && memcmp(block, "\xef\xbb\xbf", 3) == 0)
			return (uint32_t)(offset - 3 + 1);
	}
	return (uint32_t)(offset - start + 1);
}

void reader_line(const struct reader *r, struct item *it)
{
	if (it->line > 0)
		return;
	it->line = r->ops->line ? r->ops->line(r, it->locator) : 0;
	it->column = it->line > 0 ? column_at(r, it->offset) : 0;
}

void reader_line_counted(const struct reader *r, struct item *it)
{
	struct err ignored;
	uint32_t lines = 0;

	if (it->line > 0)
		return;
	it->line = window_count_lines(r->fd, 0, it->offset, &lines, &ignored) == -1 ? 0 : lines + 1;
	it->column = column_at(r, it->offset);
}

uint32_t reader_column(const struct reader *r, size_t i)
{
	return r->ops->column ? r->ops->column(r, i) : 0;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	r->ops->close(r);
	mem_free(r);
}

struct place reader_place(const struct item *it, uint64_t offset)
{
	struct place place = {offset, it->line, 0};
	struct str before = {NULL, 0};
	const char *lf = NULL;

	if (offset < it->offset || offset - it->offset > it->raw.n)
		return (struct place){offset, 0, 0};
	before = (struct str){it->raw.p, (size_t)(offset - it->offset)};
	while (before.n > 0 && (lf = memchr(before.p, '\n', before.n)) != NULL) {
		before = str_from(before, (size_t)(lf - before.p) + 1);
		if (place.line > 0)
			place.line++;
	}
	place.column = (uint32_t)(before.n + 1);
	if (it->column > 1 && before.p == it->raw.p)
		place.column += it->column - 1;
	return place;
}
