/* Growing bytes; see buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void buf_done(struct buf *b)
{
	mem_free(b->p);
	memset(b, 0, sizeof(*b));
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
}

void buf_more(struct buf *b, const void *p, size_t n)
{
	if (n > b->max - b->n) {
		b->over = true;
		n = b->max - b->n;
	}
	if (n == 0)
		return;
	mem_grow(&b->p, &b->cap, mem_add(b->n, mem_add(n, 1)), 1);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

char *buf_more_room(struct buf *b, size_t n)
{
	if (n > b->max - b->n)
		return NULL;
	mem_grow(&b->p, &b->cap, mem_add(b->n, mem_add(n, 1)), 1);
	return b->p + b->n;
}

void buf_str(struct buf *b, struct str s)
{
	buf_put(b, s.p, s.n);
}

void buf_c(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_u64(struct buf *b, uint64_t v, unsigned digits)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	while (sizeof(text) - at < digits && at > 0)
		text[--at] = '0';
	buf_put(b, text + at, sizeof(text) - at);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_list again;
	int n = 0;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_IF(n < 0);
	if ((size_t)n > b->max - b->n) {
		b->over = true;
	} else {
		mem_grow(&b->p, &b->cap, mem_add(b->n, (size_t)n + 1), 1);
		(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

struct str buf_view(const struct buf *b)
{
	return (struct str){b->p ? b->p : "", b->n};
}

const char *buf_cstr(struct buf *b)
{
	mem_grow(&b->p, &b->cap, mem_add(b->n, 1), 1);
	b->p[b->n] = '\0';
	return b->p;
}

int buf_check(const struct buf *b, const char *what, struct err *e)
{
	if (b->over)
		return err_set(e, ERR_LIMIT, "%s is longer than %zu bytes", what, b->max);
	return 0;
}
