/* Errors: one table row a code; see err.h. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct row {
	bool retry;
	int exit;
};

static const struct row rows[ERR_CODES] = {
	[ERR_NONE] = {false, 0},
	[ERR_USAGE] = {false, 64},
	[ERR_INPUT] = {false, 65},
	[ERR_LIMIT] = {false, 65},
	[ERR_CONFIG] = {false, 78},
	[ERR_IO] = {true, 74},
	[ERR_FULL] = {true, 74},
	[ERR_DENIED] = {true, 74},
	[ERR_EXISTS] = {false, 65},
	[ERR_ABSENT] = {false, 65},
	[ERR_BUSY] = {true, 75},
	[ERR_NET] = {true, 69},
	[ERR_AUTH] = {false, 69},
	[ERR_REMOTE] = {true, 69},
	[ERR_DOUBT] = {true, 1}, /* the next try looks first */
	[ERR_STOP] = {true, 75},
	[ERR_STALE] = {true, 75},
	[ERR_CORRUPT] = {false, 74},
	[ERR_MEMORY] = {true, 71},
};

static void put(struct err *e, const char *fmt, va_list ap) ATTR_PRINTF(2, 0);

/* Formats aside first: an argument may well be the text that is replaced. */
static void put(struct err *e, const char *fmt, va_list ap)
{
	char text[ERR_TEXT_MAX];

	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	memcpy(e->text, text, strlen(text) + 1);
}

int err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	e->reason[0] = '\0';
	va_start(ap, fmt);
	put(e, fmt, ap);
	va_end(ap);
	return -1;
}

static enum err_code from_errno(enum err_code code, int no)
{
	if (code != ERR_IO)
		return code;
	switch (no) {
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case EEXIST:
		return ERR_EXISTS;
	case ENOENT:
		return ERR_ABSENT;
	default:
		return code;
	}
}

int err_errno(struct err *e, enum err_code code, const char *fmt, ...)
{
	const int no = errno;
	char why[120];
	size_t used = 0;
	va_list ap;

	if (no == ENOMEM)
		mem_exhausted();
	e->code = from_errno(code, no);
	e->reason[0] = '\0';
	va_start(ap, fmt);
	put(e, fmt, ap);
	va_end(ap);
	if (strerror_r(no, why, sizeof(why)) != 0)
		(void)snprintf(why, sizeof(why), "errno %d", no);
	used = strlen(e->text);
	(void)snprintf(e->text + used, sizeof(e->text) - used, ": %s", why);
	errno = no;
	return -1;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char inner[ERR_TEXT_MAX];
	size_t used = 0;
	va_list ap;

	memcpy(inner, e->text, sizeof(inner));
	va_start(ap, fmt);
	put(e, fmt, ap);
	va_end(ap);
	used = strlen(e->text);
	if (used + 3 < sizeof(e->text)) {
		memcpy(e->text + used, ": ", 3);
		used += 2;
		const size_t room = sizeof(e->text) - used - 1;
		const size_t n = strlen(inner) < room ? strlen(inner) : room;
		memcpy(e->text + used, inner, n);
		e->text[used + n] = '\0';
	}
	return -1;
}

int err_reason(struct err *e, const char *reason)
{
	(void)snprintf(e->reason, sizeof(e->reason), "%s", reason);
	return -1;
}

void err_clear(struct err *e)
{
	e->code = ERR_NONE;
	e->reason[0] = '\0';
	e->text[0] = '\0';
}

bool err_retry(const struct err *e)
{
	return rows[e->code].retry;
}

int err_exit(const struct err *e)
{
	return rows[e->code].exit;
}

void err_bug(const char *file, int line, const char *what)
{
	(void)fprintf(stderr, "gridspool: broken promise at %s:%d: %s\n", file, line, what);
	abort();
}
