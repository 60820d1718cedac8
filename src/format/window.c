/* A window on a file; see window.h. */
#include "format/window.h"

#include <string.h>

#include "base/fsx.h"
#include "base/mem.h"

enum { COUNT_BLOCK = 64 << 10 };

void window_init(struct window *w, int fd, size_t block, size_t max)
{
	memset(w, 0, sizeof(*w));
	w->fd = fd;
	w->block = block;
	w->max = max;
	w->cap = WINDOW_PAD;
	w->p = mem_alloc(w->cap);
}

void window_done(struct window *w)
{
	mem_free(w->p);
	mem_free(w->raw);
	memset(w, 0, sizeof(*w));
}

void window_seek(struct window *w, uint64_t offset)
{
	if (w->set == CHARSET_UTF8 && offset >= w->base && offset <= w->base + w->end) {
		w->at = (size_t)(offset - w->base);
		return;
	}
	w->base = offset;
	w->at = 0;
	w->end = 0;
	w->eof = false;
	w->nraw = 0;
	w->raw_at = offset;
}

/* Reads a block in another character set behind end. *got: bytes that came. */
static int more_decoded(struct window *w, size_t *got, struct err *e)
{
	size_t made = 0;
	size_t used = 0;

	if (!w->raw)
		w->raw = mem_alloc(w->block + CHARSET_GROWS);
	if (fsx_pread(w->fd, w->raw + w->nraw, w->block, w->raw_at, got, e) == -1)
		return -1;
	w->raw_at += *got;
	w->nraw += *got;
	if (!charset_decode(w->set, (struct str){w->raw, w->nraw}, w->p + w->end, &made, &used) ||
		(*got < w->block && used < w->nraw))
		return err_set(e, ERR_INPUT, "byte %llu is no character of the file's encoding",
			(unsigned long long)(w->raw_at - w->nraw + used));
	memmove(w->raw, w->raw + used, w->nraw - used);
	w->nraw -= used;
	w->end += made;
	return 0;
}

/* Reads a block behind end. *got: bytes of the file. */
static int more_bytes(struct window *w, size_t *got, struct err *e)
{
	if (w->set != CHARSET_UTF8)
		return more_decoded(w, got, e);
	if (fsx_pread(w->fd, w->p + w->end, w->block, w->base + w->end, got, e) == -1)
		return -1;
	w->end += *got;
	return 0;
}

int window_more(struct window *w, struct err *e)
{
	size_t got = 0;

	if (w->eof)
		return 0;
	if (w->end - w->at >= w->max)
		return err_set(e, ERR_LIMIT, "more than %zu bytes belong together", w->max);
	if (w->at > 0) {
		memmove(w->p, w->p + w->at, w->end - w->at);
		w->base += w->at;
		w->end -= w->at;
		w->at = 0;
	}
	mem_grow(&w->p, &w->cap,
		w->end + (w->set == CHARSET_UTF8 ? 1 : CHARSET_GROWS) * (w->block + CHARSET_GROWS) +
			WINDOW_PAD,
		1);
	if (more_bytes(w, &got, e) == -1)
		return -1;
	w->eof = got < w->block;
	memset(w->p + w->end, 0, WINDOW_PAD);
	return got > 0;
}

int window_line(struct window *w, struct str *line, bool *ended, struct err *e)
{
	size_t seen = 0;

	for (;;) {
		const size_t left = w->end - w->at;
		const char *from = w->p + w->at;
		const char *lf = left > seen ? memchr(from + seen, '\n', left - seen) : NULL;
		int more = 0;
		if (lf) {
			*line = (struct str){from, (size_t)(lf - from)};
			*ended = true;
			w->at += line->n + 1;
			return 1;
		}
		seen = left;
		more = window_more(w, e);
		if (more == -1)
			return -1;
		if (more == 1)
			continue;
		if (left == 0)
			return 0;
		*line = (struct str){w->p + w->at, left};
		*ended = false;
		w->at = w->end;
		return 1;
	}
}

int window_count_lines(int fd, uint64_t from, uint64_t to, uint32_t *lines, struct err *e)
{
	char *block = mem_alloc(COUNT_BLOCK);
	size_t got = 1;
	int rc = 0;

	*lines = 0;
	for (uint64_t at = from; at < to && got > 0 && rc == 0; at += got) {
		const uint64_t left = to - at;
		const size_t want = left < COUNT_BLOCK ? (size_t)left : COUNT_BLOCK;

		got = 0;
		rc = fsx_pread(fd, block, want, at, &got, e);
		for (size_t k = 0; k < got; k++)
			*lines += block[k] == '\n';
	}
	mem_free(block);
	return rc;
}
