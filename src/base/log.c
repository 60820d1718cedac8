/*
 * The log; see log.h. A line is "TIME LEVEL EVENT run=R item=I key=value ...". A value of other
 * characters than letters, digits and ._:/@+- stands in quotes, where '"' and '\' get a '\' and
 * what cannot be seen is written as utf8_quote does. One write a line: with O_APPEND lines of
 * several processes do not mix.
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/utf8.h"

enum {
	VALUE_MAX = 1000, /* the text of an error fits, a payload does not */
	LINE_MAX_BYTES = 16 << 10,
};

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

void log_init(struct log *l, const struct clock *clock)
{
	memset(l, 0, sizeof(*l));
	l->fd = -1;
	l->level = LOG_INFO;
	l->clock = clock;
}

static bool is_bare(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!str_is_digit(s.p[i]) && !str_is_alpha(s.p[i]) &&
			str_chr(STR("._:/@+-"), s.p[i]) == SIZE_MAX)
			return false;
	return s.n > 0 && s.n <= VALUE_MAX;
}

static void put_quoted(struct buf *b, struct str s)
{
	struct buf text;

	buf_init(&text, 2 * (size_t)VALUE_MAX);
	for (size_t i = 0; i < s.n && !text.over; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_ch(&text, '\\');
		buf_ch(&text, s.p[i]);
	}
	buf_ch(b, '"');
	utf8_quote(b, buf_view(&text), VALUE_MAX);
	buf_ch(b, '"');
	buf_done(&text);
}

static void put_pair(struct buf *b, const char *key, struct str value)
{
	buf_ch(b, ' ');
	buf_c(b, key);
	buf_ch(b, '=');
	if (is_bare(value))
		buf_str(b, value);
	else
		put_quoted(b, value);
}

/* Writes the pair item= when only_item, else all the others. */
static void put_pairs(struct buf *b, va_list ap, bool only_item)
{
	const char *key = NULL;

	while ((key = va_arg(ap, const char *)) != NULL) {
		const struct str value = va_arg(ap, struct str);
		if ((strcmp(key, "item") == 0) == only_item)
			put_pair(b, key, value);
	}
}

static bool write_line(int fd, struct str s)
{
	ssize_t n = 0;

	do
		n = write(fd, s.p, s.n);
	while (n == -1 && errno == EINTR);
	return n >= 0 && (size_t)n == s.n;
}

void log_event(struct log *l, enum log_level level, const char *event, ...)
{
	char when[DATE_TEXT];
	struct buf b;
	va_list ap;

	if (level > l->level)
		return;
	buf_init(&b, LINE_MAX_BYTES);
	buf_str(&b, date_iso(clock_now(l->clock), when));
	buf_printf(&b, " %s %s", level_names[level], event);
	if (l->run[0])
		put_pair(&b, "run", str_c(l->run));
	va_start(ap, event);
	put_pairs(&b, ap, true);
	va_end(ap);
	va_start(ap, event);
	put_pairs(&b, ap, false);
	va_end(ap);
	if (b.over)
		b.n -= 1; /* a line that was cut still ends */
	b.over = false;
	buf_ch(&b, '\n');
	if (l->fd != -1 && !write_line(l->fd, buf_view(&b)))
		l->lost++;
	if (l->echo && level <= LOG_WARN)
		(void)write_line(STDERR_FILENO, buf_view(&b));
	buf_done(&b);
}
