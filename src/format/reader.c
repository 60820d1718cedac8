/* The family of readers: one table row a format; see reader.h. */
#include "format/reader.h"

#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"
#include "format/csv_reader.h"
#include "format/json_reader.h"
#include "format/window.h"

static const struct reader_ops *const formats[] = {
	&json_reader_ops,
	&csv_reader_ops,
};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

const struct reader_ops *reader_find(struct str format)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (str_is(format, formats[i]->name))
			return formats[i];
	return NULL;
}

static int unknown(struct str format, struct err *e)
{
	const char *names[FORMATS];
	const char *near = NULL;

	for (size_t i = 0; i < FORMATS; i++)
		names[i] = formats[i]->name;
	near = str_suggest(format, names, FORMATS);
	if (near)
		return err_set(e, ERR_CONFIG,
			"format '" STR_FMT "' is not known; did you mean '%s'?", STR_ARG(format),
			near);
	return err_set(e, ERR_CONFIG, "format '" STR_FMT "' is not known; there are json and csv",
		STR_ARG(format));
}

struct reader *reader_open(
	int fd, const struct reader_spec *spec, struct names *names, struct err *e)
{
	const struct reader_ops *ops = reader_find(spec->format);
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

uint32_t reader_line(const struct reader *r, uint64_t locator)
{
	return r->ops->line ? r->ops->line(r, locator) : 0;
}

uint32_t reader_line_counted(const struct reader *r, const struct item *it)
{
	struct err ignored;
	uint32_t lines = 0;

	if (it->line > 0)
		return it->line;
	return window_count_lines(r->fd, 0, it->offset, &lines, &ignored) == -1 ? 0 : lines + 1;
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
	return place;
}
