/* Tab-parted line files; see lines.h. */
#include "stage/lines.h"

#include <string.h>

#include "base/fsx.h"

enum { BLOCK = 1 << 16 };

void lines_field(struct buf *out, struct str field)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t from = 0;

	for (size_t i = 0; i < field.n; i++) {
		const char c = field.p[i];
		if (c != '%' && c != '\t' && c != '\n' && c != '\r')
			continue;
		buf_put(out, field.p + from, i - from);
		buf_ch(out, '%');
		buf_ch(out, hex[(unsigned char)c >> 4]);
		buf_ch(out, hex[(unsigned char)c & 15]);
		from = i + 1;
	}
	buf_put(out, field.p + from, field.n - from);
}

void lines_open(struct lines *l, int fd)
{
	memset(l, 0, sizeof(*l));
	l->fd = fd;
	buf_init(&l->buf, LINES_MAX + BLOCK);
}

void lines_close(struct lines *l)
{
	buf_done(&l->buf);
}

static int fill(struct lines *l, struct err *e)
{
	char block[BLOCK];
	size_t got = 0;
	const size_t left = l->buf.n - l->at;

	if (left > LINES_MAX)
		return err_set(e, ERR_INPUT, "a line is longer than %d bytes", LINES_MAX);
	memmove(l->buf.p, l->buf.p + l->at, left);
	l->buf.n = left;
	l->at = 0;
	if (fsx_pread(l->fd, block, sizeof(block), l->offset, &got, e) == -1)
		return -1;
	l->offset += got;
	l->end = got < sizeof(block);
	buf_put(&l->buf, block, got);
	return 0;
}

int lines_next(struct lines *l, struct str *line, struct err *e)
{
	for (;;) {
		const struct str rest = str_from(buf_view(&l->buf), l->at);
		const size_t at = str_chr(rest, '\n');
		if (at != SIZE_MAX) {
			*line = (struct str){rest.p, at};
			l->at += at + 1;
			return 1;
		}
		if (l->end && rest.n > 0)
			return err_set(e, ERR_INPUT, "the last line is not complete");
		if (l->end)
			return 0;
		if (!l->buf.p)
			buf_put(&l->buf, "", 0);
		if (fill(l, e) == -1)
			return -1;
	}
}

static int digit(char c)
{
	if (str_is_digit(c))
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct str lines_take(struct str *rest, struct arena *a)
{
	struct str field = {"", 0};
	char *p = NULL;
	size_t n = 0;

	if (!str_split(rest, '\t', &field))
		return (struct str){"", 0};
	p = arena_raw(a, field.n + 1);
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] == '%' && i + 2 < field.n && digit(field.p[i + 1]) >= 0 &&
			digit(field.p[i + 2]) >= 0) {
			p[n++] = (char)(digit(field.p[i + 1]) * 16 + digit(field.p[i + 2]));
			i += 2;
		} else {
			p[n++] = field.p[i];
		}
	}
	p[n] = '\0';
	return (struct str){p, n};
}

int64_t lines_take_int(struct str *rest)
{
	struct str field = {"", 0};
	int64_t v = 0;

	return str_split(rest, '\t', &field) && str_to_i64(field, &v) ? v : 0;
}
